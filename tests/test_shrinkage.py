import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_report import slant

from slantwise.shrinkage import between_variance, shrink, with_shrunk

ROWS = st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 0.7)), min_size=4, max_size=15)


def test_little_known_slants_are_drawn_most():
    values, errors = np.array([-0.6, -0.6, 0.2, 0.3, 0.1]), np.array([0.05, 0.4, 0.05, 0.05, 0.05])
    sure, unsure, *_ = shrink(values, errors)
    assert -0.6 < sure.slant < unsure.slant < 0.1
    assert sure.high - sure.low < unsure.high - unsure.low < 2 * 1.96 * 0.4


def test_between_variance_is_paule_and_mandels():
    # With equal errors it is the variance of the values less that of their errors.
    values = np.array([-0.5, -0.1, 0.1, 0.5])
    assert between_variance(values, np.full(4, 0.01)) == pytest.approx(values.var(ddof=1) - 0.01)
    assert between_variance(values / 100, np.full(4, 0.01)) == 0


def test_equal_errors_give_morris_1983():
    """His formula for equal variances, written out again: B = (k−3)/(k−1) · V/(V+A), s² = V(1−(k−1)/k·B) + 2/(k−3)·B²(y−m)²."""
    values, v, k = np.array([-0.5, -0.1, 0.0, 0.1, 0.6]), 0.02, 5
    b = (k - 3) / (k - 1) * v / values.var(ddof=1)
    half = 1.959964 * np.sqrt(v * (1 - (k - 1) / k * b) + 2 / (k - 3) * b**2 * (values - values.mean()) ** 2)
    for found, value, h in zip(shrink(values, np.full(5, v**0.5)), values, half, strict=True):
        assert found.slant == pytest.approx(value + b * (values.mean() - value))
        assert found.high - found.low == pytest.approx(2 * h, rel=1e-5)


@given(ROWS)
def test_in_range_between_raw_and_others_and_never_without_width(rows):
    values, errors = (np.array(x) for x in zip(*rows, strict=True))
    for found, value in zip(shrink(values, errors), values, strict=True):
        assert -1 <= found.low <= found.slant <= found.high <= 1
        assert found.low < found.high
        assert min(values) - 1e-9 <= found.slant <= max(values) + 1e-9
        assert abs(found.slant - value) <= np.ptp(values) + 1e-9


def test_peers_are_those_of_the_period_and_four_at_least():
    rows = [
        slant(str(i), slant=v, period=p)
        for i, (v, p) in enumerate([(x, "m1") for x in (0, 0.1, 0.2, 0.3)] + [(0.9, "m2")])
    ]
    found = with_shrunk(rows)
    assert [s.shrunk is None for s in found] == [False] * 4 + [True]
    assert [s.slant for s in found] == [s.slant for s in rows]


def test_outlets_that_are_all_alike():
    assert {round(e.slant, 12) for e in shrink(np.full(6, 0.2), np.full(6, 0.1))} == {0.2}


def test_covers_outlets_drawn_from_a_common_distribution():
    rng = np.random.default_rng(0)
    held = []
    for _ in range(300):
        truth, errors = rng.normal(-0.1, 0.2, 8), rng.uniform(0.05, 0.4, 8)
        found = shrink(rng.normal(truth, errors), errors)
        held += [e.low <= t <= e.high for e, t in zip(found, truth, strict=True)]
    assert np.mean(held) >= 0.93
