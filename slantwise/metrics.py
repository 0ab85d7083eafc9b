"""How right a classifier is: F1, calibration error, intervals. Knows only labels and numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import f1_score, precision_recall_fscore_support

from slantwise.records import STANCES, Stance

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """Figures of one set; those of voice and aboutness are None where the set has no labels for them."""

    sentences: int
    macro_f1: float
    macro_f1_interval: tuple[float, float]
    per_stance: dict[Stance, dict[str, float]]
    voice_accuracy: float | None
    about_f1: float | None
    calibration_error: float


def macro_f1(gold: Sequence[str], predicted: Sequence[str], weights: Sequence[float] | None = None) -> float:
    """The unweighted mean of the three stances' F1, in [0, 1]; a stance that neither side has counts 0.

    `weights`, above 0, are what each sentence counts; by default all count alike. The same as scikit-learn's, which
    takes milliseconds to look at its labels: too long for a bootstrap.
    """
    places: dict[str, int] = {stance: i for i, stance in enumerate(STANCES)}
    cells = [len(places) * places[g] + places[p] for g, p in zip(gold, predicted, strict=True)]
    both = np.bincount(np.array(cells, dtype=int), weights, len(places) ** 2).reshape(len(places), -1)
    either = both.sum(axis=0) + both.sum(axis=1)
    return float(np.mean(2 * both.diagonal() / np.where(either > 0, either, 1)))


def per_stance(
    gold: Sequence[str], predicted: Sequence[str], weights: Sequence[float] | None = None
) -> dict[Stance, dict[str, float]]:
    """Precision, recall, F1 and number of gold sentences (with `weights` their sum) of each stance."""
    figures = precision_recall_fscore_support(
        gold, predicted, labels=list(STANCES), zero_division=0, sample_weight=weights
    )
    names = ("precision", "recall", "f1", "sentences")
    return {s: {n: float(f[i]) for n, f in zip(names, figures, strict=True)} for i, s in enumerate(STANCES)}


def binary_f1(gold: Sequence[bool], predicted: Sequence[bool]) -> float:
    """F1 of what is true, in [0, 1]."""
    return float(f1_score(gold, predicted, zero_division=0))


def accuracy(gold: Sequence[str], predicted: Sequence[str], weights: Sequence[float] | None = None) -> float:
    """The share of equal labels, in [0, 1]."""
    return float(np.average([g == p for g, p in zip(gold, predicted, strict=True)], weights=weights))


@dataclass(frozen=True, slots=True)
class Bin:
    """Sentences that a classifier is about as sure of: its mean confidence, its accuracy, their share and number."""

    confidence: float
    accuracy: float
    share: float
    sentences: int


def reliability(
    gold_ids: Sequence[int], probabilities: Floats, bins: int = 10, weights: Sequence[float] | None = None
) -> list[Bin]:
    """The occupied bins of equal width of the most probable class's confidence, from the least sure.

    `probabilities` is (n, classes).
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == np.asarray(gold_ids)
    weight = np.ones(len(right)) if weights is None else np.asarray(weights, dtype=float)
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    found = []
    for b in np.unique(place):
        on = place == b
        sure, correct = (float(np.average(x[on], weights=weight[on])) for x in (confidence, right))
        found.append(Bin(sure, correct, float(weight[on].sum() / weight.sum()), int(on.sum())))
    return found


def calibration_error(
    gold_ids: Sequence[int], probabilities: Floats, bins: int = 10, weights: Sequence[float] | None = None
) -> float:
    """Expected calibration error of the most probable class, in [0, 1].

    `probabilities` is (n, classes). Equal-width bins of confidence, the gap between mean confidence and accuracy in
    each weighted by its share (Naeini et al. 2015; Guo et al. 2017).
    """
    return sum(abs(b.confidence - b.accuracy) * b.share for b in reliability(gold_ids, probabilities, bins, weights))


def interval(
    statistic: Callable[[Sequence[str], Sequence[str]], float],
    gold: Sequence[str],
    predicted: Sequence[str],
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """A percentile bootstrap interval of `statistic(gold, predicted)` over sentences."""
    pairs = (np.asarray(gold, dtype=object), np.asarray(predicted, dtype=object))
    result = stats.bootstrap(
        pairs,
        lambda g, p: statistic(list(g), list(p)),
        paired=True,
        vectorized=False,
        n_resamples=1000,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)
