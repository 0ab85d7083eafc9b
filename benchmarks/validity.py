"""Whether slants and intervals are right where the truth is known: bias, RMSE and coverage of every estimator.

python benchmarks/validity.py [--quick] [--model DIR] [--trials 400] [--seed 0]

Labelled sentences of the validation and test splits, judged once by the model, are drawn again into outlets of known slant.
`label shift`: an outlet has shares of the stances, each of its articles shares around them (Dirichlet, intraclass
correlation 0.15), each sentence a stance drawn from those and then any sentence of that stance. `whole articles`: articles
of the corpus are drawn as they are, accusing ones more often for one outlet and defending ones for another; errors then
go together within an article as they really do. `synthetic`: label shift with a made-up calibrated classifier of macro-F1 0.8.
Labels are those of whole articles drawn at random: 2 of 5, 10 of 20, 20 of 100 an outlet.

Coverage is of 95% intervals: of the true slant, and, for what uses no labels, of the slant that the classifier would give
with infinitely many articles, which is all that an interval over articles can promise. Bias is the mean absolute bias of an outlet.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from slantwise import StanceClassifier
from slantwise.carried import carried
from slantwise.corpus import load_split
from slantwise.correction import Clusters, Rectifier, correct
from slantwise.differences import differences
from slantwise.intervals import ARTICLE_SD, PRIOR_ARTICLES, degrees, moderated_error, ratio_error, t_interval
from slantwise.metrics import macro_f1
from slantwise.prior_shift import prior_shifted
from slantwise.records import STANCES, Estimate, OutletSlant
from slantwise.shrinkage import shrink

SHARES = np.array(
    [[0.6, 0.3, 0.1], [0.45, 0.4, 0.15], [0.3, 0.5, 0.2], [0.2, 0.5, 0.3], [0.15, 0.4, 0.45], [0.1, 0.3, 0.6]]
)
TILTS = (-2.0, -1.0, -0.4, 0.4, 1.0, 2.0)
CONCENTRATION = 1 / 0.15 - 1
LABELLED = {5: 2, 20: 10, 100: 20}
SLANT = np.array([-1.0, 0.0, 1.0])


@dataclass
class Pool:
    """Judged sentences: probabilities (n, 3), gold stances (n,), the article of each (n,), the calibration shares (3,)."""

    probabilities: np.ndarray
    gold: np.ndarray
    article: np.ndarray
    calibration: np.ndarray


@dataclass
class Drawn:
    """One outlet: probabilities (n, 3), gold stances (n,) and article numbers (n,) of its sentences, and two truths."""

    probabilities: np.ndarray
    gold: np.ndarray
    article: np.ndarray
    truth: float
    expected: float


def main() -> None:
    """Print a table for each simulation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a quarter of the trials")
    parser.add_argument("--model", metavar="DIR")
    parser.add_argument("--trials", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    trials = given.trials // 4 if given.quick else given.trials
    pool, made_up = judged(given.model), synthetic(np.random.default_rng(given.seed))
    for name, of, draw in (
        ("label shift, released model", pool, label_shift),
        ("whole articles, released model", pool, whole_articles),
        ("label shift, synthetic classifier", made_up, label_shift),
    ):
        print(f"\n### {name} (sentence macro-F1 {f1(of):.2f})\n")
        estimators(of, draw, trials, np.random.default_rng(given.seed))
    print("\n### the interval where articles are few: coverage (median half-width)\n")
    few_articles(10 * trials, np.random.default_rng(given.seed))
    print("\n### outlets that do not differ: how often any two of them are told apart (at most 0.05)\n")
    no_difference(trials, np.random.default_rng(given.seed))


def judged(model: str | None) -> Pool:
    """The body sentences of validation and test, judged; kept in a file of the temporary folder between runs."""
    folder = Path(model) if model else carried("model")
    examples = [
        e for split in ("validation", "test") for e in load_split(split) if e.about and "headline" not in e.tags
    ]
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes())
    digest.update("\n".join(e.sentence for e in examples).encode())
    cache = Path(tempfile.gettempdir()) / f"slantwise-validity-{digest.hexdigest()[:16]}.npz"
    if not cache.exists():
        classifier = StanceClassifier.from_pretrained(model)
        asked = ([e.sentence for e in examples], [e.target for e in examples], [e.context for e in examples])
        np.savez(cache, probabilities=classifier.predict_proba(*asked), shares=classifier.shares or (1 / 3,) * 3)
    stored = np.load(cache)
    names = [f"{e.group}|{e.outlet}|{e.target.name}" for e in examples]
    gold = np.array([STANCES.index(e.stance) for e in examples])
    return Pool(stored["probabilities"], gold, np.unique(names, return_inverse=True)[1], stored["shares"])


def synthetic(rng: np.random.Generator, size: int = 20_000, noise: float = 0.77) -> Pool:
    """A calibrated classifier of macro-F1 0.8: the posterior of three stances seen through noise in a plane."""
    calibration = np.array([0.28, 0.47, 0.25])
    gold = rng.choice(3, size, p=calibration)
    centres = np.array([[-np.sqrt(0.75), -0.5], [0.0, 1.0], [np.sqrt(0.75), -0.5]])
    seen = centres[gold] + rng.normal(0, noise, (size, 2))
    logits = np.log(calibration) - ((seen[:, None] - centres) ** 2).sum(axis=2) / (2 * noise**2)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return Pool(odds / odds.sum(axis=1, keepdims=True), gold, np.arange(size), calibration)


def f1(pool: Pool) -> float:
    """Macro-F1 of a pool's sentences."""
    names = np.array(STANCES)
    return macro_f1(list(names[pool.gold]), list(names[pool.probabilities.argmax(axis=1)]))


def label_shift(pool: Pool, articles: int, rng: np.random.Generator) -> Iterator[Drawn]:
    """Six outlets that differ in how often they take each stance."""
    of_stance = [np.flatnonzero(pool.gold == s) for s in range(3)]
    scores = np.array([pool.probabilities[i].mean(axis=0) @ SLANT for i in of_stance])
    lengths = (
        np.bincount(pool.article) if len(np.unique(pool.article)) < len(pool.article) else np.array([1, 2, 5, 5, 8, 11])
    )
    for shares in SHARES:
        article = np.repeat(np.arange(articles), rng.choice(lengths[lengths > 0], articles))
        of_article = rng.dirichlet(shares * CONCENTRATION, articles)[article]
        gold = (rng.random((len(article), 1)) > of_article.cumsum(axis=1)).sum(axis=1).clip(0, 2)
        chosen = np.empty(len(article), dtype=int)
        for stance, places in enumerate(of_stance):
            chosen[gold == stance] = rng.choice(places, np.count_nonzero(gold == stance))
        yield Drawn(pool.probabilities[chosen], gold, article, float(shares @ SLANT), float(shares @ scores))


def whole_articles(pool: Pool, articles: int, rng: np.random.Generator) -> Iterator[Drawn]:
    """Six outlets that choose among the corpus's articles with different tastes."""
    order = np.argsort(pool.article, kind="stable")
    counts = np.bincount(pool.article)
    starts = np.cumsum(counts) - counts
    truth, score = (np.bincount(pool.article, v) / counts for v in (pool.gold - 1.0, pool.probabilities @ SLANT))
    for tilt in TILTS:
        taste = np.exp(tilt * truth)
        taste /= taste.sum()
        chosen = rng.choice(len(counts), articles, p=taste)
        places = np.concatenate([order[starts[c] : starts[c] + counts[c]] for c in chosen])
        article = np.repeat(np.arange(articles), counts[chosen])
        yield Drawn(pool.probabilities[places], pool.gold[places], article, float(taste @ truth), float(taste @ score))


def estimators(
    pool: Pool, draw: Callable[[Pool, int, np.random.Generator], Iterator[Drawn]], trials: int, rng: np.random.Generator
) -> None:
    """Print bias, RMSE, coverage and width of each estimator, and the corrected interval's width by labels only."""
    print("| articles (labelled) | estimator | bias | RMSE | coverage | of the classifier's own | half-width |")
    print("|---" * 7 + "|")
    for articles, labelled in LABELLED.items():
        found: dict[str, list[list[tuple[float, ...]]]] = {}
        for _ in range(trials):
            outlets = list(draw(pool, articles, rng))
            for name, estimates in estimate(outlets, articles, labelled, pool.calibration, rng).items():
                found.setdefault(name, []).append(
                    [(e.slant, e.low, e.high, o.truth, o.expected) for e, o in zip(estimates, outlets, strict=True)]
                )
        half = {}
        for name, rows in found.items():
            slant, low, high, truth, expected = np.moveaxis(np.array(rows), 2, 0)
            half[name] = float((high - low).mean() / 2)
            own = (
                f"{np.mean((low <= expected) & (expected <= high)):.3f}"
                if name in ("default", "argmax", "shrunk")
                else "–"
            )
            print(
                f"| {articles} ({labelled}) | {name} | {np.abs((slant - truth).mean(axis=0)).mean():.3f} | "
                f"{np.sqrt(((slant - truth) ** 2).mean()):.3f} | {np.mean((low <= truth) & (truth <= high)):.3f} | "
                f"{own} | {half[name]:.3f} |",
                flush=True,
            )
        print(f"| | corrected ÷ labels only | | | | | {half['corrected'] / half['labels only']:.2f} |")


def estimate(
    outlets: list[Drawn], articles: int, labelled: int, calibration: np.ndarray, rng: np.random.Generator
) -> dict[str, list[Estimate]]:
    """Every estimator's estimates of the outlets of one trial."""
    found: dict[str, list[Estimate]] = {}
    errors, clusters = [], []
    one = np.ones(articles)
    for o in outlets:
        counts = np.bincount(o.article, minlength=articles)
        means = np.bincount(o.article, o.probabilities @ SLANT) / counts
        hard = np.bincount(o.article, SLANT[o.probabilities.argmax(axis=1)]) / counts
        labels = np.bincount(o.article, o.gold - 1.0) / counts
        errors.append(ratio_error(means, one))
        found.setdefault("default", []).append(t_interval(means.mean(), errors[-1], degrees(articles), 0.95))
        of_hard = ratio_error(hard, one)
        found.setdefault("argmax", []).append(t_interval(hard.mean(), of_hard, degrees(articles), 0.95))
        found.setdefault("prior shift", []).append(
            prior_shifted(np.split(o.probabilities, np.cumsum(counts)[:-1]), calibration)
        )
        weight = np.zeros(articles)
        weight[rng.permutation(articles)[:labelled]] = articles / labelled
        clusters.append(Clusters(one, means, weight, weight * labels, weight * means))
    slants = np.array([e.slant for e in found["default"]])
    found["shrunk"] = shrink(slants, np.array(errors))
    shared = Rectifier.of(clusters)
    corrections = [correct(c, shared, 0) for c in clusters]
    found["labels only"] = [c.labels_only or Estimate(0, -1, 1) for c in corrections]
    found["corrected"] = [c.corrected or Estimate(0, -1, 1) for c in corrections]
    return found


def few_articles(trials: int, rng: np.random.Generator) -> None:
    """Print the coverage of the plain and the moderated t for article means of several bounded distributions."""
    sizes = (2, 3, 5, 10, 20)
    shapes: dict[str, Callable[[tuple[int, int]], np.ndarray]] = {
        "bell, sd 0.25": lambda s: rng.normal(-0.2, 0.25, s).clip(-1, 1),
        "even, sd 0.50": lambda s: rng.uniform(-0.866, 0.866, s),
        "skewed (exponential 0.2)": lambda s: -rng.exponential(0.2, s).clip(0, 1),
        "skewed (beta 0.5, 3)": lambda s: 1 - 2 * rng.beta(0.5, 3, s),
        "one in five at −0.7": lambda s: np.where(rng.random(s) < 0.2, -0.7, 0) + rng.normal(0, 0.05, s),
        "one in ten at −0.8": lambda s: np.where(rng.random(s) < 0.1, -0.8, 0) + rng.normal(0, 0.05, s),
        "one in twenty at −0.8": lambda s: np.where(rng.random(s) < 0.05, -0.8, 0) + rng.normal(0, 0.02, s),
        "−1 or +1 (30%)": lambda s: np.where(rng.random(s) < 0.3, 1.0, -1.0),
    }
    print(f"| article means | interval | {' | '.join(map(str, sizes))} |")
    print("|---" * (len(sizes) + 2) + "|")
    for name, draw in shapes.items():
        truth = float(draw((200_000, 1)).mean())
        for kind, prior in (("plain t", 0), ("moderated t", PRIOR_ARTICLES)):
            cells = []
            for n in sizes:
                x = draw((trials, n))
                variance = ((n - 1) * x.var(axis=1, ddof=1) + prior * ARTICLE_SD**2) / (n - 1 + prior)
                half = stats.t.ppf(0.975, n - 1 + prior) * np.sqrt(variance / n)
                low, high = (x.mean(axis=1) - half).clip(-1, 1), (x.mean(axis=1) + half).clip(-1, 1)
                cells.append(f"{np.mean((low <= truth) & (truth <= high)):.2f} ({np.median(high - low) / 2:.2f})")
            print(f"| {name} | {kind} | {' | '.join(cells)} |")


def no_difference(trials: int, rng: np.random.Generator) -> None:
    """Print how often outlets with the same true slant are told apart, by number of outlets and of articles."""
    sizes = (2, 3, 5, 20)
    print(f"| outlets | {' | '.join(f'{n} articles' for n in sizes)} | from 3 to 40 articles |")
    print("|---" * (len(sizes) + 2) + "|")
    for outlets in (3, 10, 30):
        cells = []
        for n in (*sizes, 0):
            wrong = 0
            for _ in range(trials):
                numbers = np.full(outlets, n) if n else rng.integers(3, 41, outlets)
                spreads = rng.uniform(0.15, 0.5, outlets)
                drawn = [rng.normal(-0.1, s, k).clip(-1, 1) for s, k in zip(spreads, numbers, strict=True)]
                wrong += bool(differences([_as_slant(x) for x in drawn]).apart.any())
            cells.append(f"{wrong / trials:.3f}")
        print(f"| {outlets} | {' | '.join(cells)} |", flush=True)


def _as_slant(means: np.ndarray) -> OutletSlant:
    n = len(means)
    error = moderated_error(float(means.var(ddof=1) / n), n, np.full(n, 1 / n))
    slant = float(means.mean())
    counts = dict.fromkeys(STANCES, 0)
    return OutletSlant("", slant, -1, 1, n, n, error, "articles", True, None, None, counts, {}, {}, None, 0, 0)


if __name__ == "__main__":
    main()
