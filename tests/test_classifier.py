import numpy as np
import pytest
from conftest import NumbersEncoder
from hypothesis import given
from hypothesis import strategies as st

from slantwise.classifier import LONGEST_CONTEXT, LONGEST_SENTENCE, MASK, StanceClassifier, encode
from slantwise.records import InputError
from slantwise.targets import Target

TEXT = st.text(min_size=1, max_size=60).filter(str.strip)


@pytest.fixture
def classifier():
    return StanceClassifier(NumbersEncoder())


@pytest.mark.parametrize(
    ("sentence", "target", "context", "span", "encoded"),
    [
        ("Acme sued Beta.", "Acme", "", None, ("[TARGET] sued Beta.", "")),
        ("Acme sued Beta.", "Beta", "Beta fell.", None, ("Acme sued [TARGET].", "[TARGET] fell.")),
        ("He said he lied.", "Acme", "", (8, 10), ("He said [TARGET] lied.", "")),
        ("he said he lied.", "he", "", (8, 10), ("he said [TARGET] lied.", "[TARGET]"[:0])),
        ("Acme, it says, won.", "Acme", "", (6, 8), ("[TARGET], [TARGET] says, won.", "")),
        (
            "A [TARGET] trick on Acme.",
            "Acme",
            "[TARGET] here",
            None,
            ("A (target) trick on [TARGET].", "(target) here"),
        ),
        ("Two\n lines.", "Acme", " a  b ", None, ("Two lines.", "a b")),
    ],
)
def test_encode(sentence, target, context, span, encoded):
    assert encode(sentence, Target(target), context, span) == encoded


def test_long_texts_are_cut_around_the_mention():
    sentence = "word " * 20_000 + "Acme lied " + "word " * 100
    text, before = encode(sentence, Target("Acme"), "before " * 1000)
    assert f"{MASK} lied" in text
    assert len(text) <= LONGEST_SENTENCE + len(MASK)
    assert len(before) <= LONGEST_CONTEXT


@given(st.lists(TEXT, max_size=8), st.randoms())
def test_one_judgement_each_in_order(sentences, rng):
    classifier = StanceClassifier(NumbersEncoder())
    judged = classifier.predict(sentences, "Acme")
    shuffled = sorted(sentences, key=lambda _: rng.random())
    by_sentence = dict(zip(sentences, judged, strict=True))
    assert classifier.predict(shuffled, "Acme", batch_size=3) == [by_sentence[s] for s in shuffled]
    proba = classifier.predict_proba(sentences, "Acme")
    assert proba.shape == (len(sentences), 3)
    assert np.allclose(proba.sum(axis=1), 1)
    assert [j.stance_probabilities for j in judged] == [tuple(p) for p in proba]


@given(TEXT, TEXT)
def test_the_name_is_never_read(one, other):
    encoder = NumbersEncoder()
    StanceClassifier(encoder).predict(["Xqz lied.", "Wkv lied."], ["Xqz", "Wkv"])
    assert encoder.seen == [(f"{MASK} lied.", "")]


def test_repeated_sentences_are_judged_once(classifier):
    classifier.predict(["Acme lied."] * 5 + ["Acme won."], "Acme")
    assert len(classifier.encoder.seen) == 2


def test_a_target_a_context_and_a_span_for_each(classifier):
    classifier.predict(["A met B.", "A met B."], ["A", Target("B")], ["", "x"], [None, (0, 1)])
    assert classifier.encoder.seen == [("[TARGET] met B.", ""), ("[TARGET] met [TARGET].", "x")]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"sentences": ["fine", " "], "target": "A"}, "sentence 1 is ' '; a non-empty string is expected"),
        ({"sentences": ["fine", None], "target": "A"}, "sentence 1 is None"),
        ({"sentences": "fine", "target": "A"}, "sentences is one string"),
        ({"sentences": ["fine"], "target": ""}, "target '' is empty"),
        ({"sentences": ["fine"], "target": ["A", "B"]}, "target has 2 entries for 1 sentences"),
        ({"sentences": ["fine"], "target": "A", "context": "before"}, "context is one string"),
        ({"sentences": ["fine"], "target": "A", "context": []}, "context has 0 entries"),
        (
            {"sentences": ["fine"], "target": "A", "spans": [(2, 9)]},
            r"span \(2, 9\) of sentence 0 does not lie within its 4 characters",
        ),
        ({"sentences": ["fine"], "target": "A", "batch_size": 0}, "batch_size 0 is not 1 or more"),
    ],
)
def test_bad_arguments(classifier, arguments, complaint):
    with pytest.raises(InputError, match=complaint):
        classifier.predict(**arguments)
