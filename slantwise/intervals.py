"""Means of few, bounded, clustered figures, and intervals that cover. Knows only numbers.

The variance comes from a cluster bootstrap: whole articles are drawn again, because sentences of one article are not
independent. Two things keep it honest where there are few articles, and neither matters where there are many:

- the factor √(n/(n−1)) and Student's t (Cameron, Gelbach and Miller 2008 on few clusters);
- the variance is moderated: it counts as if `PRIOR_ARTICLES` further articles with a standard deviation of `ARTICLE_SD`
  had been seen, and the t has so many degrees of freedom more (Smyth 2004). Articles that happen to agree therefore
  never give an interval of no width, and two articles give one that is of use.

`ARTICLE_SD` is set above what scored articles have (0.25 on the validation and test splits), so the prior errs to the
wide side. `docs/measurement.md` has the simulations it was chosen by, against the plain t and the bootstrap-t.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from slantwise.records import Estimate

PRIOR_ARTICLES = 2
ARTICLE_SD = 0.35
SENTENCE_SD = 0.5
RESAMPLES = 2_000
# With more units than this the bootstrap's limit is taken instead of drawing: they differ by under a percent.
MOST_RESAMPLED = 500

Floats = NDArray[np.float64]


def ratio_error(totals: Floats, counts: Floats, seed: int = 0, sd: float = ARTICLE_SD) -> float:
    """The moderated standard error of Σ `totals` / Σ `counts` over clusters, each (n,), n ≥ 1; never zero."""
    n = len(totals)
    if n == 1:
        variance = 0.0
    elif n > MOST_RESAMPLED:
        mean = totals.sum() / counts.sum()
        variance = float(np.sum(((totals - mean * counts) / counts.sum()) ** 2)) * n / (n - 1)
    else:
        times = _times_drawn(n, seed)
        means = (times @ totals) / (times @ counts)
        variance = float(means.var(ddof=1)) * n / (n - 1)
    return moderated_error(variance, n, counts / counts.sum(), sd)


def moderated_error(variance: float, n: int, shares: Floats, sd: float = ARTICLE_SD) -> float:
    """The standard error of a mean of n clusters whose plain `variance` has n−1 degrees of freedom.

    `shares` (n,) are the clusters' weights in the mean and sum to 1. The result is at least what `PRIOR_ARTICLES`
    clusters of standard deviation `sd` add, so it is never zero.
    """
    prior = sd**2 * float(np.sum(shares**2))
    return float(np.sqrt(((n - 1) * variance + PRIOR_ARTICLES * prior) / degrees(n)))


def degrees(n: int) -> int:
    """Degrees of freedom of a moderated standard error over n clusters."""
    return n - 1 + PRIOR_ARTICLES


def t_interval(centre: float, error: float, freedom: float, level: float, bound: float = 1.0) -> Estimate:
    """`centre` ± t · `error`, cut to [−`bound`, `bound`]: 1 for slants, 2 for differences of slants."""
    half = float(stats.t.ppf((1 + level) / 2, freedom)) * error
    centre = min(bound, max(-bound, centre))
    return Estimate(centre, max(-bound, centre - half), min(bound, centre + half))


@lru_cache(maxsize=16)
def _times_drawn(n: int, seed: int) -> Floats:
    """How often each of n clusters is drawn in each resample, (resamples, n); outlets of one size share the draws."""
    drawn = np.random.default_rng(seed).integers(0, n, (RESAMPLES, n)) + n * np.arange(RESAMPLES)[:, None]
    return np.bincount(drawn.ravel(), minlength=RESAMPLES * n).reshape(RESAMPLES, n).astype(float)
