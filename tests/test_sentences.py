import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slantwise.records import Article, Part, Voice
from slantwise.sentences import plain_sentences, split_article
from slantwise.targets import Target

HALDEN = Target("Halden", ("Dorn",))


def split(text, target=HALDEN, title=""):
    return split_article(Article(text, "The Paper", title), target)


def about(text, target=HALDEN):
    return [s.about for s in split(text, target)]


def test_sentences_know_their_place_and_context():
    text = "Halden lied.  It did so\ntwice. Nobody knew.\n\nDorn denied it."
    sentences = split(text, title="Halden in trouble")
    assert [s.text for s in sentences] == [
        "Halden in trouble",
        "Halden lied.",
        "It did so twice.",
        "Nobody knew.",
        "Dorn denied it.",
    ]
    assert [" ".join(text[s.start : s.end].split()) for s in sentences[1:]] == [s.text for s in sentences[1:]]
    assert [s.context for s in sentences] == [
        "",
        "Halden in trouble",
        "Halden in trouble Halden lied.",
        "Halden lied. It did so twice.",
        "It did so twice. Nobody knew.",
    ]
    assert [s.part for s in sentences] == [Part.HEADLINE] + [Part.BODY] * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Halden recalled cars. The company said it was sorry.", [True, True]),
        ("Halden recalled cars. It says that nobody was hurt.", [True, True]),
        ("Halden recalled cars. It is not clear why.", [True, False]),
        ("Halden recalled cars. The weather was fine.", [True, False]),
        (
            "Kestrel Motors sued Halden. Kestrel Motors filed on Monday. The company wants 4 million.",
            [True, False, False],
        ),
        ("Halden recalled cars. Kestrel Motors sued. Kestrel Motors says the company is late.", [True, False, False]),
        ("The company was founded in 1931. Halden sells cars.", [False, True]),
        ('"We acted at once," said Ida Moor, a Halden spokeswoman. "We always do."', [True, True]),
        ('Halden was silent. "We were lied to," said a driver. "Our brakes failed."', [True, False, False]),
    ],
)
def test_about_the_target_without_its_name(text, expected):
    assert about(text) == expected


def test_own_descriptors_of_a_known_target():
    assert about("Banks talked. The Silicon Valley-based social network asked them.", Target.of("Facebook")) == [
        False,
        True,
    ]


def test_a_quotation_over_sentences_keeps_its_speaker():
    text = "Halden spokesman Ola Berg explains:\n\n“Cars are safe. They were tested. Nobody is at risk.”\n\n“No,” said the agency’s Kim Ode in a long reply."
    assert [s.speaker for s in split(text)] == [None, Voice.TARGET, Voice.TARGET, Voice.TARGET, None]


def test_people_introduced_for_the_target_speak_for_it_later():
    text = 'Ida Moor, a Halden spokeswoman, came late. "Our cars are the safest on the road," Moor said.'
    assert split(text)[1].speaker is Voice.TARGET


def test_a_page_without_full_stops_is_one_sentence():
    assert plain_sentences("word " * 20_000) == [(0, 99_999)]


@pytest.mark.parametrize(
    "text",
    ["He paid $3.5 million to Dr. Smith of the U.S. agency.", "Mr. Moor left.", "Nobody told Ms. Moor, a judge."],
)
def test_abbreviations_do_not_end_sentences(text):
    assert len(plain_sentences(text)) == 1


@given(st.text(alphabet=st.sampled_from('Halden said it. "We" “no” the company! ?\n'), max_size=200))
def test_nothing_is_invented(text):
    for s in split(text):
        assert " ".join(text[s.start : s.end].split()) == s.text
        assert all(0 <= a < b <= len(s.text) for a, b in s.mentions)


@given(st.text(alphabet=st.sampled_from('Ms. Mt. said “no” "yes." (a) ’s! ?\u00a0é'), max_size=120))
def test_no_word_of_a_paragraph_is_lost(text):
    pieces = plain_sentences(text)
    assert "".join("".join(text[s:e].split()) for s, e in pieces) == "".join(text.split())


@pytest.mark.parametrize(
    "piece",
    [
        "“Acme lied,” he said of it. ",
        "“Acme lied to us all today.\n\n",
        '"Acme lied" "',
        "Acme ",
        "Jo Bloggs\nView all posts by Jo Bloggs\n",
        "Jo Bloggs, a spokesman for Acme, said so. ",
        "Related stories\nFoo bar\n",
        "Mr. ",
        "this article is for general ",
    ],
)
def test_the_time_a_text_takes_does_not_grow_with_its_square(piece):
    started = time.process_time()
    split_article(Article(piece * (300_000 // len(piece)), "A"), "Acme")
    assert time.process_time() - started < 15  # a second on an idle machine; its square would be minutes
