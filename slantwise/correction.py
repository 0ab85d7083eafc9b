"""Hand labels on a drawn sample, and judgements of everything, to corrected slant. Knows only judgements and numbers.

Prediction-powered inference (Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023; PPI++, Angelopoulos, Duchi and
Zrnic 2023), for a sample drawn from the very articles that are judged, with unequal probabilities and clustered by
article:

    corrected = labels-only + λ · (mean score of all − mean score of the labelled)

where the labelled sentences are weighted by 1 / (their probability of being drawn), normalised (Hájek). λ is the one
that makes the interval narrowest, so that the classifier is used as far as it is right; with λ = 0 it is the labels
alone. The interval covers both the draw of the labels and the choice of articles. The estimand is the slant that the
labellers would give if they judged every sentence that the classifier did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from slantwise.intervals import degrees, moderated_error, t_interval
from slantwise.records import Correction, Estimate, Judgement, Stance, Voice
from slantwise.shrinkage import between_variance

# With fewer labelled articles of its own an outlet is corrected by the error on all outlets' labels.
FEWEST_LABELLED = 5
# More than the best λ of a classifier that reads at all; beyond it few labels would blow its scores up.
LARGEST_TUNING = 2.0

SCORES = {Stance.ACCUSATORY: -1.0, Stance.NEUTRAL: 0.0, Stance.DEFENDING: 1.0}

Floats = NDArray[np.float64]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of one sentence, and the probability in (0, 1] with which it was drawn to be labelled.

    `voice` and `about` are None where the person does not say; no slant is corrected by them.
    """

    stance: Stance
    probability: float
    voice: Voice | None = None
    about: bool | None = None


@dataclass(frozen=True)
class Clusters:
    """The articles of one outlet, a row each, (n,): all that the estimators need of them.

    `share` is the article's weight in the slant (the mean weight of its sentences, or their sum), `scores` that weight
    times its mean score. `drawn`, `labels` and `judged` add up over its labelled sentences the weights (that of the
    sentence over its probability of being drawn), weights times labels, and weights times scores; they are 0 where none
    is labelled.
    """

    share: Floats
    scores: Floats
    drawn: Floats
    labels: Floats
    judged: Floats

    @property
    def labelled(self) -> int:
        """How many articles have a labelled sentence."""
        return int(np.count_nonzero(self.drawn))


@dataclass
class LabelSums:
    """Adds up judgements and labels article by article; keeps a few numbers an article, never its sentences."""

    _rows: dict[Key, list[tuple[float, ...]]] = field(default_factory=dict)

    def add(
        self,
        outlet: str,
        judgements: Sequence[Judgement],
        labels: Sequence[Label | None],
        period: str = "",
        weights: Sequence[float] | None = None,
    ) -> None:
        """Add one article's body sentences, each with its label or None; without sentences it adds nothing.

        `weights`, above 0 and by default 1, are what each sentence weighs in the slant.
        """
        if not judgements:
            return
        weights = [1.0] * len(judgements) if weights is None else weights
        each = list(zip(judgements, labels, weights, strict=True))
        held = [(SCORES[x.stance], j.score, w / x.probability) for j, x, w in each if x]
        gold, scores, drawn = (np.array([h[i] for h in held]) for i in range(3))
        sums = (float(drawn.sum()), float((drawn * gold).sum()), float((drawn * scores).sum()))
        row = (len(judgements), sum(weights), sum(w * j.score for j, _, w in each), *sums, len(held))
        self._rows.setdefault((outlet, period), []).append(row)

    def merge(self, other: LabelSums) -> None:
        """Add all that `other` has added, as if it had been added here; `other` stays as it is."""
        for key, rows in other._rows.items():
            self._rows.setdefault(key, []).extend(rows)

    def corrections(self, weight: str = "article", level: float = 0.95) -> dict[Key, Correction]:
        """Each outlet's correction (and each period's of an outlet), by name and period."""
        # In an order of their own, so that it makes no difference in which they came.
        clusters = {key: _clusters(sorted(rows), weight) for key, rows in sorted(self._rows.items())}
        shared = Rectifier.of(list(clusters.values()))
        return {
            key: correct(found, shared, sum(int(row[-1]) for row in self._rows[key]), level)
            for key, found in clusters.items()
        }


@dataclass(frozen=True)
class Rectifier:
    """The classifier's error over the labels of several outlets: what they say less what it says, in [−2, 2].

    `error` is the mean, with the squared standard error `variance`; `between` is the variance of the outlets' own
    errors around it, as far as chance does not explain it, from `outlets` outlets with two labelled articles or more: 0
    where these are under three. `articles` are labelled in all, their weights sum to `drawn`.
    """

    error: float
    variance: float
    between: float
    outlets: int
    articles: int
    drawn: float

    @classmethod
    def of(cls, clusters: Sequence[Clusters]) -> Rectifier:
        """Take the error over all outlets together; zero, of no articles, where nothing is labelled."""
        wrong, drawn = (
            np.concatenate(x) for x in zip(*((c.labels - c.judged, c.drawn) for c in clusters), strict=True)
        )
        total, m = float(drawn.sum()), int(np.count_nonzero(drawn))
        if not m:
            return cls(0.0, 0.0, 0.0, 0, 0, 0.0)
        error, variance = _mean_error(wrong, drawn)
        own = np.array([_mean_error(c.labels - c.judged, c.drawn) for c in clusters if c.labelled >= 2])
        between = between_variance(own[:, 0], own[:, 1]) if len(own) > 2 else 0.0
        shares = np.array([c.drawn.sum() for c in clusters]) / total
        return cls(error, variance + between * float(np.sum(shares**2)), between, len(own), m, total)


def correct(outlet: Clusters, shared: Rectifier, sentences: int, level: float = 0.95) -> Correction:
    """Correct one outlet by its own labels, or with fewer than five labelled articles by those of all outlets.

    `shared` is the error on the labels of all outlets, its own among them; `sentences` is the number of its labelled
    sentences. With fewer than five labelled articles in all there is no correction.
    """
    own = outlet.labelled
    alone = labels_only(outlet, level) if own >= 2 else None
    if own >= FEWEST_LABELLED:
        corrected, tuning = prediction_powered(outlet, level)
        return Correction(corrected, alone, sentences, own, "own", tuning)
    if shared.articles >= FEWEST_LABELLED:
        return Correction(pooled(outlet, shared, level), alone, sentences, own, "pooled", 1.0)
    return Correction(None, alone, sentences, own, "none", None)


def labels_only(outlet: Clusters, level: float = 0.95) -> Estimate:
    """The slant by at least two labelled articles alone: their weighted mean, its interval over articles."""
    mean = float(outlet.labels.sum() / outlet.drawn.sum())
    return _interval(mean, _about_labels(outlet, mean), outlet, 0, level)


def prediction_powered(outlet: Clusters, level: float = 0.95) -> tuple[Estimate, float]:
    """The corrected slant of an outlet with at least three labelled articles, and its λ in [0, 2].

    With A the labels' and B the classifier's influence of each article on the estimate, its variance is Σ (A + λB)²,
    which is smallest at λ = −ΣAB / ΣB². As λ is fitted to the labels, each article's residual is divided by 1 − its
    leverage (as in HC3 and the jackknife, MacKinnon and White 1985).
    """
    mean = float(outlet.labels.sum() / outlet.drawn.sum())
    judged = float(outlet.judged.sum() / outlet.drawn.sum())
    overall = float(outlet.scores.sum() / outlet.share.sum())
    a, b = _about_labels(outlet, mean), _about_scores(outlet, judged, overall)
    squares = float(np.sum(b**2))
    # With every sentence labelled, or scores that are all alike, the classifier has nothing to add.
    if squares < 1e-18:
        return _interval(mean, a, outlet, 0, level), 0.0
    tuning = float(np.clip(-np.sum(a * b) / squares, 0.0, LARGEST_TUNING)) + 0.0
    influence = (a + tuning * b) / (1 - np.minimum(b**2 / squares, 0.9))
    return _interval(mean + tuning * (overall - judged), influence, outlet, 1, level), tuning


def pooled(outlet: Clusters, shared: Rectifier, level: float = 0.95) -> Estimate:
    """The outlet's uncorrected slant and the mean error on all outlets' labels taken together.

    It rests on the outlet's error being one of those that the outlets' errors scatter like (a random effect). Where
    fewer than three outlets have labels to tell that scatter, it rests on the classifier erring alike on all of them.
    """
    overall = float(outlet.scores.sum() / outlet.share.sum())
    n = len(outlet.share)
    choice = (outlet.scores - overall * outlet.share) / float(outlet.share.sum())
    rectifier = (outlet.labels - outlet.judged - shared.error * outlet.drawn) / shared.drawn
    of_choice = moderated_error(_scaled(choice, n), n, outlet.share / float(outlet.share.sum())) ** 2
    parts = np.array([of_choice, shared.variance, shared.between])
    # An article that is both chosen and labelled has a part in both.
    both = 2 * float(np.sum(choice * rectifier))
    variance = max(float(parts.sum()) + both, float(parts.max()))
    degrees_of_parts = np.array([degrees(n), degrees(shared.articles), max(1, shared.outlets - 1)])
    freedom = variance**2 / float(np.sum(parts**2 / degrees_of_parts))
    return t_interval(overall + shared.error, float(np.sqrt(variance)), freedom, level)


def _mean_error(wrong: Floats, drawn: Floats) -> tuple[float, float]:
    """The weighted mean of articles' errors, given times their weights `drawn`, and its squared standard error."""
    total, m = float(drawn.sum()), int(np.count_nonzero(drawn))
    error = float(wrong.sum()) / total
    return error, moderated_error(_scaled((wrong - error * drawn) / total, m), m, drawn / total) ** 2


def _about_labels(outlet: Clusters, mean: float) -> Floats:
    return (outlet.labels - mean * outlet.drawn) / float(outlet.drawn.sum())


def _about_scores(outlet: Clusters, judged: float, overall: float) -> Floats:
    of_all = (outlet.scores - overall * outlet.share) / float(outlet.share.sum())
    return of_all - (outlet.judged - judged * outlet.drawn) / float(outlet.drawn.sum())


def _interval(centre: float, influence: Floats, outlet: Clusters, fitted: int, level: float) -> Estimate:
    """An interval from the articles' influences; `fitted` numbers were fitted to the labels besides the mean."""
    m = outlet.labelled
    error = moderated_error(_scaled(influence, m), m, outlet.drawn / float(outlet.drawn.sum()))
    return t_interval(centre, error, degrees(m) - fitted, level)


def _scaled(influence: Floats, m: int) -> float:
    return float(np.sum(influence**2)) * m / max(1, m - 1)


def _clusters(rows: Sequence[tuple[float, ...]], weight: str) -> Clusters:
    sentences, *sums, _ = np.array(rows, dtype=float).T
    each = sentences if weight == "article" else np.ones_like(sentences)
    return Clusters(*(x / each for x in sums))
