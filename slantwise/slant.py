"""From judgements to each outlet's slant and its interval. Knows nothing of models, texts or files.

The slant of an article is the mean score of its sentences about the target. The slant of an outlet is the mean over
its articles (`weight="article"`), or over all its sentences (`weight="sentence"`).

The interval comes from resampling articles, because sentences of one article are not independent; `intervals` says
how and what is done where articles are few. An outlet with one article is resampled by sentences, which says nothing of
how its next article would lean; the result says so. It covers the choice of articles, not the classifier's errors.

The figures are the same whatever the order of the articles, and whether they were added to one `SlantSums` or to
several that were merged: articles are put in an order of their own before anything is summed or drawn.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime
from email.utils import parsedate_to_datetime

import numpy as np
from numpy.typing import NDArray

from slantwise.intervals import SENTENCE_SD, degrees, ratio_error, t_interval
from slantwise.records import STANCES, VOICES, InputError, Judgement, OutletSlant, Stance, Voice

WEIGHTS = ("article", "sentence")
FEWEST_SENTENCES = 5
# Running sums are kept in whole numbers of this fraction, so that their order makes no difference.
_UNIT = 2**60

Floats = NDArray[np.float64]


# What each figure of an outlet estimates, for the output; the slant itself and its shares are described by `estimand`.
ESTIMANDS = {
    "shares": "mean probability of each stance, weighted as the slant is",
    "intensity": "share of sentences that take a side: 1 − the share of neutral",
    "own_voice": "mean score of the sentences in the outlet's own voice, every sentence weighing alike",
    "quoted": "the same of the sentences in everyone else's voice",
    "voices": "the same of each voice: the outlet's, the target's, other sources'",
    "headlines": "mean score of the headlines about the target; they count in no other figure",
    "accusing_articles": "number of articles with a sentence whose most probable stance is accusatory",
    "right_of_reply": "share of the articles with an accusatory sentence in which the target's voice is heard too",
    "stances": "number of sentences of which each stance is the most probable",
    "standard_error": "of the slant as a mean over articles; what outlets are compared and shrunk by",
    "ranks": "first and last place among the outlets that the differences leave open, 1 the most accusing",
    "groups": "two outlets that share a letter cannot be told apart (simultaneous intervals of all differences)",
    "shrunk": "the slant drawn toward the mean of the outlets by how little is known of it (empirical Bayes)",
    "prior_shifted": "the slant if outlets differ in how often they take each stance but not in how each reads",
    "correction": "the slant as hand labels would give it for all articles: labels alone, and with the classifier",
    "wire": "share of the outlet's sentences that other outlets carry alike, before any is left out",
    "standing": "share of the outlet's sentences that stand in at least half of its articles",
    "matched": "slant = grand + selection + telling: the mean of the outlets, what the choice of stories adds, and how "
    "the stories are told, both as differences from the average outlet",
}

PERIODS = ("month", "week")


def period_of(date: str, by: str) -> str | None:
    """The month (`2018-08`) or ISO week (`2018-W32`) of a date; None where it is not ISO 8601 or RFC 2822.

    Other spellings are not guessed at: 03/04/2023 is in March or in April.
    """
    if by not in PERIODS:
        raise InputError(f"by {by!r} is not recognised; accepted are {', '.join(PERIODS)}")
    day = day_of(date)
    if day is None:
        return None
    year, week, _ = day.isocalendar()
    return f"{day:%Y-%m}" if by == "month" else f"{year}-W{week:02d}"


def day_of(date: str) -> Date | None:
    """The day of a date; None where it is not ISO 8601 or RFC 2822."""
    try:
        return datetime.fromisoformat(date.strip()).date()
    except ValueError:
        try:
            return parsedate_to_datetime(date).date()
        except ValueError:
            return None


_WITH_WIRE = {
    "once": ", all copies of a sentence together weighing as much as one",
    "drop": ", without wire copy and standing text",
}


def estimand(weight: str, level: float, wire: str | None = None) -> str:
    """What the figures mean, in one sentence for the output."""
    mean = "mean over articles of the mean sentence score" if weight == "article" else "mean sentence score"
    score = "P(defending) − P(accusatory), over body sentences about the target"
    copies = _WITH_WIRE.get(wire or "", "")
    return f"{mean}, {score}{copies}; {level:.0%} interval from resampling articles"


@dataclass
class SlantSums:
    """Adds up judgements article by article; keeps six numbers (48 bytes) an article, never its sentences."""

    _outlets: dict[tuple[str, str], _OutletSums] = field(default_factory=dict)

    def add(
        self,
        outlet: str,
        judgements: Sequence[Judgement],
        headlines: Sequence[Judgement] = (),
        period: str = "",
        weights: Sequence[float] | None = None,
    ) -> None:
        """Add the judgements of one article's body sentences and headlines; without body sentences it adds nothing.

        `weights`, above 0 and by default 1, are what each body sentence weighs; the article weighs their mean.
        """
        if judgements:
            weights = [1.0] * len(judgements) if weights is None else weights
            self._outlets.setdefault((outlet, period), _OutletSums()).add(judgements, headlines, weights)

    def merge(self, other: SlantSums) -> None:
        """Add all that `other` has added, as if it had been added here; `other` stays as it is."""
        for key, sums in other._outlets.items():
            self._outlets.setdefault(key, _OutletSums()).merge(sums)

    def slants(self, weight: str = "article", level: float = 0.95, seed: int = 0) -> list[OutletSlant]:
        """Each outlet's slant, the most accusing first; of outlets with periods, each period's, in order of time."""
        if weight not in WEIGHTS:
            raise InputError(f"weight {weight!r} is not recognised; accepted are {', '.join(WEIGHTS)}")
        if not 0 < level < 1:
            raise InputError(f"level {level} is not between 0 and 1")
        found = [sums.slant(*of, weight, level, seed) for of, sums in self._outlets.items()]
        return sorted(found, key=lambda s: (s.outlet, s.period) if s.period else (s.slant, s.outlet))


@dataclass
class _OutletSums:
    totals: array[float] = field(default_factory=lambda: array("d"))
    counts: array[float] = field(default_factory=lambda: array("d"))
    weights: array[float] = field(default_factory=lambda: array("d"))
    probabilities: array[float] = field(default_factory=lambda: array("d"))
    only_article: list[tuple[float, float]] = field(default_factory=list)
    voices: dict[Voice, list[int]] = field(default_factory=lambda: {v: [0, 0] for v in VOICES})
    headlines: list[int] = field(default_factory=lambda: [0, 0])
    stances: Counter[Stance] = field(default_factory=Counter)
    accusing: int = 0
    answered: int = 0

    def add(self, judgements: Sequence[Judgement], headlines: Sequence[Judgement], weights: Sequence[float]) -> None:
        scores = [w * j.score for w, j in zip(weights, judgements, strict=True)]
        self.only_article = list(zip(scores, weights, strict=True)) if not self.totals else []
        self.totals.append(sum(scores))
        self.counts.append(len(scores))
        self.weights.append(sum(weights))
        self.probabilities.extend(np.array(weights) @ np.array([j.stance_probabilities for j in judgements]))
        for weight, judgement in zip(weights, judgements, strict=True):
            _count(self.voices[judgement.voice], judgement, weight)
            self.stances[judgement.stance] += 1
        for judgement in headlines:
            _count(self.headlines, judgement)
        if any(j.stance is Stance.ACCUSATORY for j in judgements):
            self.accusing += 1
            self.answered += any(j.voice is Voice.TARGET for j in judgements)

    def merge(self, other: _OutletSums) -> None:
        """Add all that another has added."""
        self.only_article = [] if self.totals and other.totals else self.only_article + other.only_article
        for name in ("totals", "counts", "weights", "probabilities"):
            getattr(self, name).extend(getattr(other, name))
        for ours, theirs in ((self.headlines, other.headlines), *((self.voices[v], other.voices[v]) for v in VOICES)):
            ours[:] = [a + b for a, b in zip(ours, theirs, strict=True)]
        self.stances += other.stances
        self.accusing += other.accusing
        self.answered += other.answered

    def slant(self, outlet: str, period: str, weight: str, level: float, seed: int) -> OutletSlant:
        totals, counts, weights = np.array(self.totals), np.array(self.counts), np.array(self.weights)
        probabilities = np.array(self.probabilities).reshape(-1, len(STANCES))
        order = np.lexsort((*probabilities.T, counts, weights, totals))
        totals, counts, weights, probabilities = (x[order] for x in (totals, counts, weights, probabilities))
        if weight == "article":
            probabilities = probabilities / counts[:, None]
            totals, weights = totals / counts, weights / counts
        slant = float(totals.sum() / weights.sum())
        error, freedom = ratio_error(totals, weights, seed), degrees(len(totals))
        single = len(totals) == 1
        enough = sum(self.counts) >= FEWEST_SENTENCES
        of_mean = (error, freedom)
        if single:
            scores, each = np.array(self.only_article).T
            of_mean = (ratio_error(scores, each, seed, SENTENCE_SD), degrees(len(scores)))
        interval = t_interval(slant, *of_mean, level)
        others = [sum(x) for x in zip(*(self.voices[v] for v in VOICES if v is not Voice.OUTLET), strict=True)]
        return OutletSlant(
            outlet=outlet,
            slant=slant,
            low=interval.low if enough else -1.0,
            high=interval.high if enough else 1.0,
            articles=len(self.totals),
            sentences=int(sum(self.counts)),
            standard_error=error,
            resampled="sentences" if single else "articles",
            enough=enough,
            own_voice=_mean(self.voices[Voice.OUTLET]),
            quoted=_mean(others),
            stances={s: self.stances[s] for s in STANCES},
            shares={s: float(x) for s, x in zip(STANCES, probabilities.sum(axis=0) / weights.sum(), strict=True)},
            voices={v: _mean(self.voices[v]) for v in VOICES},
            headlines=_mean(self.headlines),
            accusing=self.accusing,
            answered=self.answered,
            period=period,
        )


def _count(sums: list[int], judgement: Judgement, weight: float = 1.0) -> None:
    sums[0] += round(weight * judgement.score * _UNIT)
    sums[1] += round(weight * _UNIT)


def _mean(sums: Sequence[int]) -> float | None:
    total, count = sums
    return total / count if count else None
