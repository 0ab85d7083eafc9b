"""The behaviour suite: its form, how a case passes, and the released model's pass rates against their floors."""

from collections import Counter

import pytest
from behaviour import Case, judge_cases, load_cases, rates
from conftest import judgement
from floors import FLOORS, compare, digest, fallen, json, updated

from slantwise import StanceClassifier

CASES = load_cases()


def test_there_are_enough_cases_of_each_kind():
    assert len(CASES) >= 300
    assert {c.kind for c in CASES} == {"minimum", "invariance", "direction"}
    assert min(Counter(c.capability for c in CASES).values()) >= 8
    assert len(set(CASES)) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.capability)
def test_form(case):
    assert all(sentence.strip() and target.strip() for sentence, target, _ in case.variants)
    if case.kind == "minimum":
        assert len(case.expected) == len(case.variants)
        assert set(case.expected) <= {"accusatory", "neutral", "defending", "outlet", "target", "other"}
    elif case.kind == "invariance":
        assert (case.expected, len(case.variants) >= 2) == (("same",), True)
    else:
        assert (len(case.variants), len(case.expected)) == (2, 1)
        assert case.expected[0] in ("rises", "falls")


def test_how_a_case_passes():
    one = ("A sentence.", "Acme", "")
    minimum = Case("c", "minimum", (one, one), ("accusatory", "outlet"))
    assert minimum.passed([judgement(-0.9), judgement(0.9)])
    assert not minimum.passed([judgement(0.1), judgement(0.9)])
    assert not minimum.passed([judgement(-0.9), judgement(0.9, voice=1)])
    invariance = Case("c", "invariance", (one, one), ("same",))
    assert invariance.passed([judgement(-0.9), judgement(-0.8)])
    assert not invariance.passed([judgement(-0.9), judgement(-0.6)])
    direction = Case("c", "direction", (one, one), ("rises",))
    assert direction.passed([judgement(-0.9), judgement(-0.6)])
    assert not direction.passed([judgement(-0.6), judgement(-0.9)])


def test_floors_are_compared_raised_and_not_lowered():
    floors = {"set": {"sha256": "a", "macro_f1": 0.6, "calibration_error": 0.05}}
    reached = {"set": {"sha256": "a", "macro_f1": 0.7, "calibration_error": 0.06}}
    assert compare(floors, reached) == ["set: calibration_error is 0.0600, its floor is 0.0500"]
    assert updated(floors, reached, lower=False) == {
        "set": {"sha256": "a", "macro_f1": 0.695, "calibration_error": 0.05}
    }
    lowered = updated(floors, reached, lower=True)
    assert lowered["set"]["calibration_error"] == 0.065
    assert fallen(floors, lowered, reached) == ["set: calibration_error is 0.0600, its floor was 0.0500"]
    # A floor whose margin is used up falls too, though it is not missed yet.
    near = {"set": {"sha256": "a", "macro_f1": 0.601}}
    assert fallen(floors, updated(floors, near, lower=False), near) == []
    assert fallen(floors, updated(floors, near, lower=True), near) == ["set: macro_f1 is 0.6010, its floor was 0.6000"]
    assert "the data changed" in compare(floors, {"set": {"sha256": "b", "macro_f1": 0.7}})[0]


@pytest.mark.model
def test_the_released_model_keeps_its_floors():
    from behaviour import CASES as file

    floors = json.loads(FLOORS.read_text())
    passed = rates(judge_cases(StanceClassifier.from_pretrained(), CASES))
    reached = {"sha256": digest([file])} | {name: right / n for name, (right, n) in passed.items()}
    assert compare(floors, {"tests/data/behaviour.jsonl": reached}) == []
    assert set(passed) <= set(floors["tests/data/behaviour.jsonl"])
