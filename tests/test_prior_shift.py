import numpy as np
import pytest
from conftest import judgement
from hypothesis import given
from hypothesis import strategies as st

from slantwise.prior_shift import ShiftSums, likeliest_shares, prior_shifted
from slantwise.records import InputError

CALIBRATION = np.array([0.3, 0.4, 0.3])
PROBABILITIES = st.tuples(*[st.floats(0.0, 1.0)] * 3).filter(lambda p: sum(p) > 0.1).map(lambda p: np.array(p) / sum(p))
ARTICLES = st.lists(st.lists(PROBABILITIES, min_size=1, max_size=4).map(np.array), min_size=1, max_size=6)


def judged(rng, gold, noise=0.8):
    """Calibrated judgements (at CALIBRATION) of sentences with the stances `gold`."""
    centres = np.array([-1.5, 0.0, 1.5])
    seen = centres[gold] + rng.normal(0, noise, len(gold))
    odds = CALIBRATION * np.exp(-((seen[:, None] - centres) ** 2) / (2 * noise**2))
    return odds / odds.sum(axis=1, keepdims=True)


def test_finds_shares_that_calibrated_probabilities_alone_do_not():
    rng = np.random.default_rng(0)
    shares = [0.7, 0.2, 0.1]
    probabilities = judged(rng, rng.choice(3, 5_000, p=shares))
    assert abs(probabilities.mean(axis=0)[0] - 0.7) > 0.05
    assert likeliest_shares(probabilities, CALIBRATION, np.ones(5_000)) == pytest.approx(shares, abs=0.03)


def test_same_shares_stay():
    rng = np.random.default_rng(1)
    probabilities = judged(rng, rng.choice(3, 5_000, p=CALIBRATION))
    assert likeliest_shares(probabilities, CALIBRATION, np.ones(5_000)) == pytest.approx(CALIBRATION, abs=0.03)


def test_is_where_the_likelihood_is_highest():
    rng = np.random.default_rng(2)
    probabilities = judged(rng, rng.choice(3, 60, p=[0.5, 0.3, 0.2]))

    def likelihood(q):
        return np.log(probabilities / CALIBRATION @ q).sum() + CALIBRATION @ np.log(q)

    found = likeliest_shares(probabilities, CALIBRATION, np.ones(60))
    assert all(likelihood(found) >= likelihood(q) for q in rng.dirichlet([1, 1, 1], 2_000))


@given(ARTICLES, st.sampled_from(["article", "sentence"]))
def test_any_judgements_give_a_slant_in_range_with_an_interval(articles, weight):
    found = prior_shifted(articles, CALIBRATION, weight)
    assert -1 <= found.low <= found.slant <= found.high <= 1
    assert found.low < found.high


def test_covers_outlets_that_differ_in_their_shares_only():
    rng = np.random.default_rng(3)
    shares, held = np.array([0.6, 0.3, 0.1]), 0
    for _ in range(150):
        of_article = rng.dirichlet(shares * 6, 15)
        articles = [judged(rng, rng.choice(3, 6, p=q)) for q in of_article]
        found = prior_shifted(articles, CALIBRATION)
        held += found.low <= -0.5 <= found.high
    assert held / 150 >= 0.90


def test_sums_keep_outlets_and_periods_apart():
    sums = ShiftSums((0.3, 0.4, 0.3))
    sums.add("A", [judgement(-0.5), judgement(-0.4)], "2018-08")
    sums.add("A", [judgement(0.5)], "2018-09")
    sums.add("A", [])
    found = sums.shifted()
    assert list(found) == [("A", "2018-08"), ("A", "2018-09")]
    assert found["A", "2018-08"].slant < 0 < found["A", "2018-09"].slant


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.0, 0.5, 0.5), (0.5, float("nan"), 0.5)])
def test_shares_that_are_none_are_refused(shares):
    with pytest.raises(InputError, match="are not three numbers above 0 and up to 1"):
        ShiftSums(shares)
