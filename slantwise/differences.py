"""Which outlets can be told apart: differences with simultaneous intervals, and letters. Knows only slants.

All pairs are compared by Tamhane's T2 (1979): Welch's t with Šidák's correction for the number of pairs. It takes
unequal variances and numbers of articles, its coverage is at least what it says at any number of articles so long as
each t holds, and it needs no drawing, so that a thousand outlets are compared in a second. Letters and ranks follow
from the same intervals: two outlets share a letter exactly when the interval of their difference holds zero, and the
ranks that these intervals leave open hold all true ranks at once (Mogstad, Romano, Shaikh and Wilhelm 2024).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from slantwise.intervals import degrees
from slantwise.records import OutletSlant

# Time and memory grow with the square of the number of outlets; beyond this they are not compared.
MOST_COMPARED = 2_000

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Differences:
    """Of every pair of outlets: slant of the first less that of the second, (pairs,) each, and its interval.

    `first` and `second` are places in the sequence compared. The intervals lie in [−2, 2] and hold all true differences
    at once with the level's probability.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    difference: Floats
    low: Floats
    high: Floats

    @property
    def apart(self) -> NDArray[np.bool_]:
        """Whether the two can be told apart: the interval does not hold zero."""
        return (self.low > 0) | (self.high < 0)


def differences(slants: Sequence[OutletSlant], level: float = 0.95) -> Differences:
    """Compare every outlet (of each period) with every other; none with fewer than two."""
    values = np.array([s.slant for s in slants])
    variances = np.array([s.standard_error**2 for s in slants])
    freedom = np.array([degrees(s.articles) for s in slants], dtype=float)
    first, second = np.triu_indices(len(slants), 1)
    variance = variances[first] + variances[second]
    parts = variances**2 / freedom
    welch = variance**2 / (parts[first] + parts[second])
    # Two-sided, each pair at the level that makes all of them hold together were they independent.
    each = level ** (1 / max(1, len(first)))
    half = _quantiles((1 + each) / 2, welch) * np.sqrt(variance)
    difference = values[first] - values[second]
    low, high = np.maximum(difference - half, -2.0), np.minimum(difference + half, 2.0)
    return Differences(first, second, difference, low, high)


def compared(slants: Sequence[OutletSlant], level: float = 0.95) -> list[OutletSlant]:
    """The outlets with their ranks and letters, `a` for the most accusing; as they are, where not 2 to 2,000 are given.

    The letters are left out where more than 26 would be needed: they would say less than the ranks.
    """
    if not 2 <= len(slants) <= MOST_COMPARED:
        return list(slants)
    found = differences(slants, level)
    ranks = _ranks(found, len(slants))
    letters = _letters(found, np.argsort([s.slant for s in slants], kind="stable"))
    return [replace(s, ranks=r, groups=g) for s, r, g in zip(slants, ranks, letters, strict=True)]


def cliques(size: int, pairs: Iterable[tuple[int, int]], most: int) -> list[list[int]]:
    """Groups that between them hold just the pairs given: two share a group exactly when they are a pair.

    Each of 0 … size−1 is in one group at least, by itself if it has no pair. Greedy (Piepho 2004 on letter displays;
    the smallest number of groups is NP-hard to find), in the order of the first members; empty if `most` do not do.
    """
    neighbours = [1 << i for i in range(size)]
    for i, j in pairs:
        neighbours[i] |= 1 << j
        neighbours[j] |= 1 << i
    waiting = list(neighbours)
    groups: list[list[int]] = []
    for first in range(size):
        while waiting[first] >> first:
            if len(groups) == most:
                return []
            group = _clique(first, neighbours, waiting[first])
            groups.append([i for i in range(size) if group >> i & 1])
            for i in groups[-1]:
                waiting[i] &= ~group
    return groups


def _clique(first: int, neighbours: Sequence[int], waiting: int) -> int:
    """The bits of a largest group around `first` that cannot be enlarged, with those that it is `waiting` for first."""
    group, allowed = 1 << first, neighbours[first] & ~(1 << first)
    while allowed:
        wanted = allowed & waiting or allowed
        place = (wanted & -wanted).bit_length() - 1
        group |= 1 << place
        allowed &= neighbours[place] & ~(1 << place)
    return group


def _ranks(found: Differences, size: int) -> list[tuple[int, int]]:
    """From 1 + the number that are surely lower, to the size − the number that are surely higher."""
    lower = np.bincount(found.first[found.low > 0], minlength=size) + np.bincount(
        found.second[found.high < 0], minlength=size
    )
    higher = np.bincount(found.second[found.low > 0], minlength=size) + np.bincount(
        found.first[found.high < 0], minlength=size
    )
    return [(int(1 + a), int(size - b)) for a, b in zip(lower, higher, strict=True)]


def _letters(found: Differences, order: NDArray[np.intp]) -> list[tuple[str, ...]]:
    place = np.argsort(order)
    alike = zip(place[found.first[~found.apart]].tolist(), place[found.second[~found.apart]].tolist(), strict=True)
    letters: list[list[str]] = [[] for _ in order]
    for name, members in zip(ascii_lowercase, cliques(len(order), alike, len(ascii_lowercase)), strict=False):
        for member in members:
            letters[order[member]].append(name)
    return [tuple(names) for names in letters]


def _quantiles(probability: float, freedom: Floats) -> Floats:
    """Student's t quantiles; many at once are read off a grid of degrees of freedom, to within 0.3%."""
    if len(freedom) < 1_000:
        return np.asarray(stats.t.ppf(probability, freedom))
    grid = np.geomspace(freedom.min(), max(freedom.max(), freedom.min() * 1.01), 400)
    return np.asarray(np.interp(1 / freedom, 1 / grid[::-1], stats.t.ppf(probability, grid)[::-1]))
