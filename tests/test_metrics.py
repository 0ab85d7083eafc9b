import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from slantwise import metrics
from slantwise.records import STANCES, Stance

GOLD = ["accusatory", "accusatory", "neutral", "defending"]


def test_macro_f1_and_per_stance():
    predicted = ["accusatory", "neutral", "neutral", "defending"]
    assert metrics.macro_f1(GOLD, predicted) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    figures = metrics.per_stance(GOLD, predicted)[Stance.ACCUSATORY]
    assert figures == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "sentences": 2.0}


@given(st.lists(st.tuples(st.sampled_from(STANCES), st.sampled_from(STANCES), st.floats(0.1, 10)), min_size=1))
def test_macro_f1_is_scikit_learn_s(rows):
    gold, predicted, weights = zip(*rows, strict=True)
    names = list(STANCES)
    theirs = f1_score(gold, predicted, labels=names, average="macro", zero_division=0, sample_weight=weights)
    assert metrics.macro_f1(gold, predicted, weights) == pytest.approx(theirs)


def test_a_stance_never_predicted_counts_zero():
    assert metrics.macro_f1(GOLD, ["neutral"] * 4) == pytest.approx((0 + 0.4 + 0) / 3)


def test_calibration_error():
    sure = np.array([[1.0, 0, 0]] * 4)
    assert metrics.calibration_error([0, 0, 0, 0], sure) == 0
    assert metrics.calibration_error([0, 0, 1, 1], sure) == pytest.approx(0.5)
    mixed = np.array([[0.95, 0.05, 0], [0.55, 0.45, 0]])
    assert metrics.calibration_error([0, 1], mixed) == pytest.approx((0.05 + 0.55) / 2)


def test_interval_holds_the_figure_and_follows_the_seed():
    rng = np.random.default_rng(0)
    gold = list(rng.choice(["accusatory", "neutral", "defending"], 100))
    predicted = [g if rng.random() < 0.7 else "neutral" for g in gold]
    low, high = metrics.interval(metrics.macro_f1, gold, predicted)
    assert low < metrics.macro_f1(gold, predicted) < high
    assert (low, high) == metrics.interval(metrics.macro_f1, gold, predicted)
