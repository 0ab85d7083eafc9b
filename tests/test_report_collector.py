"""What is kept of articles for a report: how much, which, and in what form."""

import base64
import gzip
import json

import pytest
from conftest import judgement

from slantwise.records import Article, InputError, Part, Sentence, Stance
from slantwise.report.collector import MOST_EXTREMES, MOST_MESSAGES, Collector
from slantwise.report.pack import pack
from slantwise.report.plain import LONGEST, plain
from slantwise.report.reading import MOST_SENTENCES


def article(text="Acme lied. Rain fell.\nAcme helps.", outlet="A", **more):
    return Article(text, outlet, **more)


def judged(of, *scores, voice=0):
    """The sentences of `of` that name Acme, with these scores."""
    found, at = [], 0
    for line in of.text.replace("\n", " ").split(". "):
        start = of.text.index(line, at)
        at = start + len(line)
        if "Acme" in line:
            found.append(Sentence(line, start, at))
    return [(s, judgement(score, voice)) for s, score in zip(found, scores, strict=True)]


def collected(*articles, scores=(-0.8, 0.6), **settings):
    found = Collector(**settings)
    for a in articles:
        found.add(a, judged(a, *scores))
    return found


def unpacked(packed):
    return json.loads(gzip.decompress(base64.b64decode(packed.text)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nul \0 here", "nul ␀ here"),
        ("turned \u202e around", "turned ⟨U+202E⟩ around"),
        ("isolated \u2066 text", "isolated ⟨U+2066⟩ text"),
        ("half \ud800 a pair", "half \ufffd a pair"),
        ("tab\tline\nstay", "tab\tline\nstay"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_what_is_invisible_is_shown(text, shown):
    assert plain(text) == shown


def test_a_line_of_a_megabyte_is_cut_and_says_so():
    found = plain("x" * 1_000_000)
    assert found.startswith("x" * LONGEST)
    assert found.endswith("… (998,800 more characters)")


def test_sentences_keep_the_text_between_them_and_their_paragraphs():
    (shown,) = collected(article()).shown()
    first, second = shown.sentences
    assert shown.paragraphs == ((first, ". Rain fell."), (second,))
    assert shown.slant == pytest.approx(-0.1)


def test_the_end_of_a_path_is_enough_to_find_an_article():
    (shown,) = collected(article(origin="/home/me/private/news/A/a.jsonl line 3")).shown()
    assert shown.origin == "A/a.jsonl line 3"


def test_long_articles_are_cut():
    many = Article("Acme. " * (MOST_SENTENCES + 2), "A")
    found = Collector()
    found.add(many, [(Sentence("Acme.", i * 6, i * 6 + 5), judgement()) for i in range(MOST_SENTENCES + 2)])
    (shown,) = found.shown()
    assert len(shown.sentences) == MOST_SENTENCES
    assert shown.paragraphs[-1][-1] == "(2 more sentences)"
    assert found.sentences == MOST_SENTENCES + 2


def test_of_many_articles_a_sample_is_kept_and_all_are_counted():
    many = [article(title=str(i)) for i in range(50)]
    found = collected(*many, most_articles=10, seed=3)
    kept = [a.number for a in found.shown()]
    assert len(kept) == len(set(kept)) == 10
    assert kept == sorted(kept)
    assert max(kept) >= 10
    assert kept == [a.number for a in collected(*many, most_articles=10, seed=3).shown()]
    (slant,) = found.slants("article", 0.95, 0)
    assert (found.articles, slant.articles) == (50, 50)


def test_the_strongest_sentences_of_each_outlet_once_each():
    found = Collector()
    for i in range(20):
        a = Article(f"Acme lied {i} times.", "A", title=f"No {i}")
        found.add(a, [(Sentence(a.text, 0, len(a.text)), judgement(-0.6 - i / 100))])
        found.add(a, [(Sentence(a.text, 0, len(a.text)), judgement(-0.6 - i / 100))])
    found.add(article("Acme sells.", "B"), [(Sentence("Acme sells.", 0, 11), judgement(0.1))])
    (of,) = found.extremes()
    assert of == ("A", Stance.ACCUSATORY)
    texts = [e.text for e in found.extremes()[of]]
    assert texts == [f"Acme lied {i} times." for i in range(19, 19 - MOST_EXTREMES, -1)]
    assert found.extremes()[of][0].title == "No 19"


def test_headlines_are_shown_but_are_no_body():
    found = Collector()
    a = Article("Acme sells.", "A", title="Acme lied")
    head = Sentence("Acme lied", -1, -1, part=Part.HEADLINE)
    found.add(a, [(head, judgement(-1.0)), (Sentence("Acme sells.", 0, 11), judgement(0.0))])
    (shown,) = found.shown()
    assert [s.headline for s in shown.sentences] == [True, False]
    assert (found.sentences, shown.slant, found.extremes()) == (1, 0.0, {})
    found.add(a, [(head, judgement(-1.0))])
    assert found.articles == 1


def test_months_are_there_where_an_outlet_has_two():
    one, two = article(date="2018-08-06"), article(date="2018-09-01")
    assert collected(one, article(date="soon")).months("article", 0.95, 0) == []
    assert [s.period for s in collected(one, two).months("article", 0.95, 0)] == ["2018-08", "2018-09"]
    assert collected(two, one).dates == ("2018-08", "2018-09")


def test_stories_that_several_outlets_tell():
    articles = [
        article(outlet=o, title=t) for o, t in (("A", "Leak"), ("B", "A leak"), ("A", "Alone"), ("A", "Leak again"))
    ]
    found = collected(*articles)
    (story,) = found.stories([7, 7, 8, 7])
    assert (story.title, list(story.slants)) == ("Leak", ["A", "B"])
    with pytest.raises(InputError, match="there are 1 labels of stories for 4 articles"):
        found.stories([7])


def test_messages_are_told_noted_and_bounded():
    told = []
    found = Collector()
    note = found.noting(told.append)
    for i in range(MOST_MESSAGES + 5):
        note(f"{i}\0")
    assert len(told) == found.left_out == MOST_MESSAGES + 5
    assert (len(found.messages), found.messages[0]) == (MOST_MESSAGES, "0␀")


def test_packed_articles_come_out_as_they_went_in():
    found = collected(article(title="Ünï", url="https://a.test"))
    packed = pack(found.shown(), found.extremes())
    data = unpacked(packed)
    assert (packed.articles, packed.whole) == (1, True)
    assert data["outlets"] == ["A"]
    ((outlet, title, _, url, _, slant, paragraphs),) = data["articles"]
    assert (outlet, title, url, slant) == (0, "Ünï", "https://a.test", -100)
    assert paragraphs == [[["Acme lied", 800, 0, 0, 0, 0], ". Rain fell."], [["Acme helps.", 0, 600, 0, 0, 0]]]
    assert data["strongest"] == [
        [[["Ünï", ["Acme lied", 800, 0, 0, 0, 0]]], [["Ünï", ["Acme helps.", 0, 600, 0, 0, 0]]]]
    ]


def test_what_is_too_large_loses_first_its_gaps_then_articles():
    text = "Acme lied. {}.\nAcme helps."
    many = [article(text.format(" ".join(f"w{i * j % 9973}" for j in range(120)))) for i in range(40)]
    found = collected(*many)
    whole = pack(found.shown(), {})
    bare = pack(found.shown(), {}, most_bytes=len(whole.text) - 1)
    assert (whole.whole, bare.whole, bare.articles) == (True, False, 40)
    assert unpacked(bare)["articles"][0][-1][0][1] == 0
    few = pack(found.shown(), {}, most_bytes=len(bare.text) - 1)
    assert 0 < few.articles < 40
    assert len(few.text) < len(bare.text)
    assert pack(found.shown(), {}, most_bytes=0).articles == 0
