"""Slants drawn toward the mean of their peers by how little is known of each (empirical Bayes). Knows only slants.

Outlets' true slants are taken to scatter normally around a common mean, with a variance that is estimated (Paule and
Mandel 1982). The interval is Morris's (1983), which allows for the mean and the variance being estimates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from slantwise.records import Estimate, OutletSlant

# Morris's interval is defined from four on.
FEWEST_OUTLETS = 4

Floats = NDArray[np.float64]


def with_shrunk(slants: Sequence[OutletSlant], level: float = 0.95) -> list[OutletSlant]:
    """The outlets with their shrunk slants, those of a period among themselves; without, where they are under four."""
    peers: dict[str, list[int]] = defaultdict(list)
    for i, s in enumerate(slants):
        peers[s.period].append(i)
    found = list(slants)
    for places in peers.values():
        if len(places) >= FEWEST_OUTLETS:
            values = np.array([slants[i].slant for i in places])
            errors = np.array([slants[i].standard_error for i in places])
            for i, estimate in zip(places, shrink(values, errors, level), strict=True):
                found[i] = replace(slants[i], shrunk=estimate)
    return found


def shrink(values: Floats, errors: Floats, level: float = 0.95) -> list[Estimate]:
    """Shrink k ≥ 4 means (k,) with standard errors (k,), all above zero, toward their weighted mean."""
    k, variances = len(values), errors**2
    between = between_variance(values, variances)
    weights = 1 / (variances + between)
    centre = np.sum(weights * values) / weights.sum()
    # How far each is drawn to the centre; (k−3)/(k−1) makes up for the variance being an estimate.
    drawn = (k - 3) / (k - 1) * variances * weights
    means = (1 - drawn) * values + drawn * centre
    typical = np.sum(weights * variances) / weights.sum()
    spread = 2 / (k - 3) * drawn**2 * (typical + between) * weights
    share = weights * k / weights.sum()
    posterior = variances * (1 - (k - share) / k * drawn) + spread * (values - centre) ** 2
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(posterior)
    return [
        Estimate(float(m), float(max(-1.0, m - h)), float(min(1.0, m + h)))
        for m, h in zip(np.clip(means, -1, 1), half, strict=True)
    ]


def between_variance(values: Floats, variances: Floats) -> float:
    """The variance of the true means at which their weighted scatter is what chance gives: k − 1 (Paule–Mandel)."""
    k = len(values)

    def excess(between: float) -> float:
        weights = 1 / (variances + between)
        centre = np.sum(weights * values) / weights.sum()
        return float(np.sum(weights * (values - centre) ** 2)) - (k - 1)

    if excess(0.0) <= 0:
        return 0.0
    return float(optimize.brentq(excess, 0.0, float(np.ptp(values)) ** 2 * k))
