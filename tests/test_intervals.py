import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from slantwise.intervals import MOST_RESAMPLED, PRIOR_ARTICLES, degrees, moderated_error, ratio_error, t_interval

MEANS = st.lists(st.floats(-1, 1), min_size=1, max_size=12).map(np.array)


def test_the_bootstrap_is_that_of_the_mean_but_for_the_prior():
    x = np.random.default_rng(0).normal(0, 0.35, 40)
    assert ratio_error(x, np.ones(40)) == pytest.approx(
        moderated_error(x.var(ddof=1) / 40, 40, np.full(40, 1 / 40)), rel=0.04
    )


def test_many_articles_take_the_bootstraps_limit():
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 9, MOST_RESAMPLED + 1).astype(float)
    totals = counts * rng.normal(0, 0.3, len(counts))
    assert ratio_error(totals, counts) == pytest.approx(ratio_error(totals[:-1], counts[:-1]), rel=0.05)


@given(MEANS)
def test_an_error_is_never_zero_and_an_interval_never_without_width(means):
    error = ratio_error(means, np.ones(len(means)))
    found = t_interval(float(means.mean()), error, degrees(len(means)), 0.95)
    assert error > 0
    assert -1 <= found.low <= found.slant <= found.high <= 1
    assert found.high - found.low > 0.01


def test_of_one_article_the_prior_is_all_there_is():
    assert ratio_error(np.array([0.9]), np.ones(1)) == pytest.approx(0.35)
    assert degrees(1) == PRIOR_ARTICLES


@pytest.mark.parametrize("n", [2, 3, 5, 10, 20])
@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, s: rng.uniform(-0.8, 0.8, s),
        lambda rng, s: -rng.exponential(0.2, s).clip(0, 1),
        lambda rng, s: 1 - 2 * rng.beta(0.5, 3, s),
        lambda rng, s: np.where(rng.random(s) < 0.05, -0.8, 0.0),
    ],
    ids=["even", "exponential", "beta", "one in twenty"],
)
def test_covers_skewed_bounded_means_from_two_articles_on(n, draw):
    rng = np.random.default_rng(7)
    truth = draw(rng, (200_000,)).mean()
    held, quantile = [], stats.t.ppf(0.975, degrees(n))
    for x in draw(rng, (2_000, n)):
        error = moderated_error(x.var(ddof=1) / n, n, np.full(n, 1 / n))
        held.append(abs(x.mean() - truth) <= quantile * error)
    assert np.mean(held) >= 0.90
