"""Slant without labels where only the shares of the stances differ from those the model was calibrated at.

A calibrated probability holds for the shares of the set it was calibrated on; on an outlet that accuses more, the sum
of such probabilities falls short. Saerens, Latinne and Decaestecker (2002) find the shares at which the judgements are
likeliest, by EM: every judgement is reweighted by (new share / calibration share) until the shares repeat themselves.
It rests on one assumption: what a stance looks like is the same everywhere, P(text | stance), and only P(stance)
differs. Knows only judgements and numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from slantwise.intervals import ARTICLE_SD, SENTENCE_SD, degrees, moderated_error, t_interval
from slantwise.records import STANCES, Estimate, InputError, Judgement

ROUNDS = 1_000
CONVERGED = 1e-8
# As if so many sentences with the calibration shares had been seen: it keeps the shares of few sentences off zero.
PRIOR_SENTENCES = 1.0

# Two directions within the shares, which sum to one.
_BASIS = np.array([[1.0, 0.0], [-1.0, -1.0], [0.0, 1.0]])
_SLANT = np.array([-1.0, 1.0])

Floats = NDArray[np.float64]
Key = tuple[str, str]


@dataclass
class ShiftSums:
    """Keeps the probabilities and weights of each outlet's sentences, and which article they are of.

    `calibration` are the stances' shares on the set that the classifier was calibrated on, each above 0; they are
    scaled to sum to 1.
    """

    calibration: Sequence[float]
    _articles: dict[Key, list[tuple[Floats, Floats]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = [float(x) for x in self.calibration]
        if len(values) != len(STANCES) or not all(0 < x <= 1 for x in values):
            raise InputError(f"calibration shares {values} are not three numbers above 0 and up to 1, one a stance")
        self.calibration = [x / sum(values) for x in values]

    def add(
        self,
        outlet: str,
        judgements: Sequence[Judgement],
        period: str = "",
        weights: Sequence[float] | None = None,
    ) -> None:
        """Add the judgements of one article's body sentences; without any it adds nothing.

        `weights`, above 0 and by default 1, are what each sentence weighs in the slant.
        """
        if judgements:
            found = np.array([j.stance_probabilities for j in judgements])
            each = np.ones(len(found)) if weights is None else np.array(weights)
            self._articles.setdefault((outlet, period), []).append((found, each))

    def merge(self, other: ShiftSums) -> None:
        """Add all that `other`, of equal calibration shares, has added; it stays as it is."""
        if self.calibration != other.calibration:
            raise InputError(f"calibration shares {other.calibration} are not those merged with, {self.calibration}")
        for key, held in other._articles.items():
            self._articles.setdefault(key, []).extend(held)

    def shifted(self, weight: str = "article", level: float = 0.95) -> dict[Key, Estimate]:
        """Each outlet's slant (and each period's of an outlet) after the shift of shares, by name and period."""
        calibration = np.array(self.calibration)
        # In an order of their own, so that it makes no difference in which they came.
        ordered = {
            key: sorted(held, key=lambda article: (article[0].tobytes(), article[1].tobytes()))
            for key, held in self._articles.items()
        }
        return {
            key: prior_shifted([p for p, _ in held], calibration, weight, level, [w for _, w in held])
            for key, held in ordered.items()
        }


def prior_shifted(
    articles: Sequence[Floats],
    calibration: Floats,
    weight: str = "article",
    level: float = 0.95,
    weights: Sequence[Floats] | None = None,
) -> Estimate:
    """The slant of articles, each (sentences, 3) of calibrated probabilities, at the shares that make them likeliest.

    `weights`, each (sentences,), above 0 and by default 1, are what the sentences weigh.
    The interval is the sandwich of the likelihood over articles, over sentences where there is one article. It covers
    the choice of articles; that the stances look as they did on the calibration set is taken for granted.
    """
    counts = np.array([len(a) for a in articles])
    of = np.repeat(np.arange(len(articles)), counts)
    each = np.ones(len(of)) if weights is None else np.concatenate(list(weights))
    if weight == "article":
        # They still sum to as much, which is what the one sentence taken as seen is measured against.
        each = each / counts[of] * (each.sum() / np.sum(each / counts[of]))
    probabilities = np.concatenate(list(articles))
    found = likeliest_shares(probabilities, calibration, each)
    ratios = probabilities / calibration
    density = ratios @ found
    scores = each[:, None] * (ratios @ _BASIS) / density[:, None]
    # The prior's part keeps the curvature above zero where all judgements are alike.
    prior = _BASIS.T @ np.diag(PRIOR_SENTENCES * calibration / found**2) @ _BASIS
    curvature = (scores / each[:, None]).T @ scores + prior
    single = len(articles) == 1
    units = scores if single else np.stack([np.bincount(of, column) for column in scores.T], axis=1)
    n = len(units)
    influence = (units - units.mean(axis=0)) @ np.linalg.solve(curvature, _SLANT)
    variance = float(np.sum(influence**2)) * n / max(1, n - 1)
    shares = each / each.sum() if single else np.bincount(of, each) / each.sum()
    error = moderated_error(variance, n, shares, SENTENCE_SD if single else ARTICLE_SD)
    return t_interval(float(found[2] - found[0]), error, degrees(n), level)


def likeliest_shares(probabilities: Floats, calibration: Floats, weights: Floats) -> Floats:
    """The shares of the stances (3,) under which calibrated probabilities (n, 3), weighted (n,), are likeliest.

    Each is above 0 and they sum to 1; one further sentence with the calibration shares is taken as seen.
    """
    ratios = probabilities / calibration
    shares = calibration
    for _ in range(ROUNDS):
        posterior = ratios * shares
        posterior /= posterior.sum(axis=1, keepdims=True)
        seen = weights @ posterior + PRIOR_SENTENCES * calibration
        last, shares = shares, seen / seen.sum()
        if np.abs(shares - last).max() < CONVERGED:
            break
    return shares
