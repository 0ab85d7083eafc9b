"""From judgements to each outlet's slant and its interval. Knows nothing of models, texts or files.

The slant of an article is the mean score of its sentences about the target. The slant of an outlet is the mean over
its articles (`weight="article"`), or over all its sentences (`weight="sentence"`).

The interval comes from resampling articles, because sentences of one article are not independent: the bootstrap's
standard error, corrected for few articles (√(n/(n−1)) and Student's t with n−1 degrees of freedom, after Cameron,
Gelbach and Miller 2008 on few clusters), clipped to [−1, 1]. An outlet with one article is resampled by sentences,
which says nothing of how its next article would lean; the result says so. It covers the choice of articles, not the
classifier's errors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from slantwise.records import STANCES, InputError, Judgement, OutletSlant, Stance, Voice

WEIGHTS = ("article", "sentence")
FEWEST_SENTENCES = 5
RESAMPLES = 2_000

Floats = NDArray[np.float64]


def estimand(weight: str, level: float) -> str:
    """What the figures mean, in one sentence for the output."""
    mean = "mean over articles of the mean sentence score" if weight == "article" else "mean sentence score"
    score = "P(defending) − P(accusatory), over body sentences about the target"
    return f"{mean}, {score}; {level:.0%} interval from resampling articles"


@dataclass
class SlantSums:
    """Adds up judgements article by article; keeps a few numbers an article, never its sentences."""

    _outlets: dict[str, _OutletSums] = field(default_factory=dict)

    def add(self, outlet: str, judgements: Sequence[Judgement]) -> None:
        """Add the judgements of one article's sentences; an article without any adds nothing."""
        if judgements:
            self._outlets.setdefault(outlet, _OutletSums()).add(judgements)

    def slants(self, weight: str = "article", level: float = 0.95, seed: int = 0) -> list[OutletSlant]:
        """Each outlet's slant, the most accusing first."""
        if weight not in WEIGHTS:
            raise InputError(f"weight {weight!r} is not recognised; accepted are {', '.join(WEIGHTS)}")
        if not 0 < level < 1:
            raise InputError(f"level {level} is not between 0 and 1")
        found = [sums.slant(outlet, weight, level, seed) for outlet, sums in self._outlets.items()]
        return sorted(found, key=lambda s: (s.slant, s.outlet))


@dataclass
class _OutletSums:
    totals: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    only_article: list[float] = field(default_factory=list)
    voices: dict[bool, tuple[float, int]] = field(default_factory=lambda: {True: (0.0, 0), False: (0.0, 0)})
    stances: Counter[Stance] = field(default_factory=Counter)

    def add(self, judgements: Sequence[Judgement]) -> None:
        scores = [j.score for j in judgements]
        self.only_article = scores if not self.totals else []
        self.totals.append(sum(scores))
        self.counts.append(len(scores))
        for judgement, score in zip(judgements, scores, strict=True):
            own = judgement.voice is Voice.OUTLET
            total, count = self.voices[own]
            self.voices[own] = (total + score, count + 1)
            self.stances[judgement.stance] += 1

    def slant(self, outlet: str, weight: str, level: float, seed: int) -> OutletSlant:
        totals, counts = np.array(self.totals), np.array(self.counts, dtype=float)
        if weight == "article":
            totals, counts = totals / counts, np.ones_like(counts)
        slant = float(totals.sum() / counts.sum())
        single = len(totals) == 1
        units = (np.array(self.only_article), np.ones(len(self.only_article))) if single else (totals, counts)
        enough = sum(self.counts) >= FEWEST_SENTENCES
        low, high = _interval(units[0], units[1], slant, level, seed) if enough else (-1.0, 1.0)
        return OutletSlant(
            outlet=outlet,
            slant=slant,
            low=low,
            high=high,
            articles=len(self.totals),
            sentences=sum(self.counts),
            resampled="sentences" if single else "articles",
            enough=enough,
            own_voice=_mean(*self.voices[True]),
            quoted=_mean(*self.voices[False]),
            stances={s: self.stances[s] for s in STANCES},
        )


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None


def _interval(totals: Floats, counts: Floats, centre: float, level: float, seed: int) -> tuple[float, float]:
    n = len(totals)

    def ratio(t: Floats, c: Floats, axis: int = -1) -> Floats:
        return np.asarray(t.sum(axis=axis) / c.sum(axis=axis))

    drawn = stats.bootstrap(
        (totals, counts),
        ratio,
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=max(1, 10**7 // n),
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    half = stats.t.ppf((1 + level) / 2, n - 1) * np.sqrt(n / (n - 1)) * drawn.standard_error
    return max(-1.0, float(centre - half)), min(1.0, float(centre + half))
