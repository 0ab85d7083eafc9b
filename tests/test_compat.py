"""NewsSentiment's calls and its form of answers."""

import itertools

import numpy as np
import pytest
from conftest import NumbersEncoder
from hypothesis import given
from hypothesis import strategies as st

from slantwise import InputError, StanceClassifier
from slantwise.compat.newssentiment import LABELS, TargetSentimentClassifier

DATA = [
    ("I like ", "Peter", " but I don't like Robert."),
    ("", "Acme", "'s cover-up is falling apart."),
]


@pytest.fixture
def encoder():
    return NumbersEncoder()


@pytest.fixture
def tsc(encoder):
    return TargetSentimentClassifier(classifier=StanceClassifier(encoder))


def is_answer(found):
    """NewsSentiment's: a tuple of three plain dictionaries, the most probable class first."""
    assert type(found) is tuple
    assert [list(c) for c in found] == [["class_id", "class_label", "class_prob"]] * 3
    assert {c["class_id"]: c["class_label"] for c in found} == {0: "negative", 1: "neutral", 2: "positive"}
    assert all(type(c["class_id"]) is int and type(c["class_prob"]) is float for c in found)
    probabilities = [c["class_prob"] for c in found]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1)
    return True


def test_every_form_of_call_answers_alike(tsc):
    left, target, right = DATA[0]
    text, start = left + target + right, len(left)
    one = tsc.infer_from_text(left, target, right)
    assert is_answer(one)
    assert one == tsc.infer_from_text(left=left, target=target, right=right)
    assert one == tsc.infer(left, target, right)
    assert one == tsc.infer(text_left=left, target_mention=target, text_right=right)
    assert one == tsc.infer(text=text, target_mention_from=start, target_mention_to=start + len(target))
    for batch_size in (1, 16):
        many = tsc.infer(targets=[*DATA, (text, start, start + len(target))], batch_size=batch_size, disable_tqdm=True)
        assert type(many) is list
        assert [is_answer(a) for a in many] == [True] * 3
        assert many == [one, tsc.infer_from_text(*DATA[1]), one]
    assert tsc.infer(targets=[[np.str_(text), np.int64(start), np.int64(start + len(target))]]) == [one]
    assert tsc.infer(targets=[]) == []
    assert tsc.get_info_for_label(one, "neutral")["class_id"] == 1


def test_stances_stand_in_the_places_of_sentiments():
    class Sure:
        def logits(self, texts, pairs, batch_size):
            rows = np.array([[9.0 * ("lied" in t), 1.0, 9.0 * ("cleared" in t)] for t in texts]).reshape(-1, 3)
            return rows, rows, rows[:, :2]

    tsc = TargetSentimentClassifier(classifier=StanceClassifier(Sure()))
    found = [tsc.infer_from_text("", "Acme", rest)[0]["class_label"] for rest in (" lied.", " sat.", " was cleared.")]
    assert found == list(LABELS)


def test_the_mention_meant_is_masked_and_no_other(encoder, tsc):
    tsc.infer("When he met Bob, ", "he", " lied.")
    tsc.infer("See", "Acme", "lied")
    assert encoder.seen == [("When he met Bob, [TARGET] lied.", ""), ("See [TARGET] lied", "")]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({}, "It was given 0 of them"),
        ({"text_left": "a ", "target_mention": "b", "text_right": "", "targets": []}, "It was given 2 of them"),
        ({"text_left": "a ", "target_mention": "b"}, "target 0 is "),
        ({"targets": [DATA[0], ("a", 1)]}, "target 1 is "),
        ({"targets": ["abc"]}, "target 0 is 'abc'"),
        ({"targets": [("Acme lied.", 0, 99)]}, "target 0: the mention is ''"),
        ({"targets": [("Acme lied.", -3, 4)]}, "target 0: the mention is ''"),
        ({"targets": [("Acme lied.", 0, 5)]}, "target 0: the mention is 'Acme '"),
        ({"targets": [("a ", "", " b")]}, "target 0: the mention is ''"),
        ({"targets": DATA, "batch_size": 0}, "batch_size 0 is not 1 or more"),
    ],
)
def test_bad_calls(tsc, arguments, complaint):
    with pytest.raises(InputError, match=complaint):
        tsc.infer(**arguments)


def test_weights_of_newssentiment_are_not_read():
    with pytest.raises(InputError, match=r"state_dict 'weights\.pt' is of NewsSentiment's own weights"):
        TargetSentimentClassifier(state_dict="weights.pt")
    with pytest.raises(InputError, match="label 'bad' is not recognised"):
        TargetSentimentClassifier(classifier=StanceClassifier(NumbersEncoder())).get_info_for_label((), "bad")


@given(st.text(max_size=20), st.text("abcXYZ'é", min_size=1, max_size=8), st.text(max_size=20))
def test_any_text_is_answered(left, mention, right):
    tsc = TargetSentimentClassifier(classifier=StanceClassifier(NumbersEncoder()))
    assert is_answer(tsc.infer(left, mention, right))


@pytest.mark.model
def test_the_released_model_through_it():
    tsc = TargetSentimentClassifier()
    found = tsc.infer(
        targets=[
            ("The court found that ", "Acme", " had lied to its customers for years."),
            ("", "Acme", " sells cars."),
        ]
    )
    assert [a[0]["class_label"] for a in found] == ["negative", "neutral"]
    assert len(list(itertools.chain(*found))) == 6
