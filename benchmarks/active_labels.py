"""Whether corrected slants hold when the model says what to label: coverage, bias and width by how labels were drawn.

python benchmarks/active_labels.py [--quick] [--trials 400] [--articles 100] [--labels 100] [--seed 0]

The outlets are those of `validity.py` (sentences of the validation and test splits judged by the released model, and a
made-up classifier), their labels drawn by `slantwise.annotation.sampling`: sentences or whole articles, plain or active.
`weighted` uses the probabilities they were drawn with, `ignored` takes every label for as likely as any other, which is
what a plain mean of actively drawn labels does. Coverage is of 95% intervals around the true slant; bias is the mean
error of an outlet's slant over the trials, averaged over outlets as it is (signed) and without its sign.
"""

from __future__ import annotations

import argparse

import numpy as np
from validity import SLANT, Drawn, Pool, judged, label_shift, synthetic, whole_articles

from slantwise.annotation.sampling import probabilities, systematic
from slantwise.correction import Clusters, labels_only, prediction_powered
from slantwise.records import Estimate


def main() -> None:
    """Print a table for each simulation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a quarter of the trials, the made-up classifier alone")
    parser.add_argument("--trials", type=int, default=400)
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--labels", type=int, default=100, help="labelled sentences; of whole articles about as many")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    trials = given.trials // 4 if given.quick else given.trials
    pools = [("label shift, made-up classifier", synthetic(np.random.default_rng(given.seed)), label_shift)]
    if not given.quick:
        real = judged(None)
        pools += [
            ("label shift, released model", real, label_shift),
            ("whole articles, released model", real, whole_articles),
        ]
    for name, pool, draw in pools:
        print(f"\n### {name}: {given.articles} articles an outlet, {given.labels} labels, {trials} trials\n")
        print("| labels drawn | estimator | probabilities | bias | without sign | RMSE | coverage | half-width |")
        print("|---" * 8 + "|")
        table(pool, draw, given.articles, given.labels, trials, np.random.default_rng(given.seed))


def table(pool: Pool, draw: object, articles: int, number: int, trials: int, rng: np.random.Generator) -> None:
    """Print a row for each way to draw, estimator and use of the probabilities."""
    found: dict[tuple[str, str, str], list[tuple[int, float, Estimate]]] = {}
    for _ in range(trials):
        for which, outlet in enumerate(draw(pool, articles, rng)):  # type: ignore[operator]
            for unit in ("sentences", "articles"):
                for way in ("plain", "active"):
                    chance, drawn = drawn_labels(outlet, unit, way == "active", number, rng)
                    for use, weight in (("weighted", drawn / chance), ("ignored", drawn)):
                        if way == "plain" and use == "ignored":
                            continue
                        outlets = clusters(outlet, weight)
                        for name, estimate in estimates(outlets).items():
                            found.setdefault((f"{unit}, {way}", name, use), []).append((which, outlet.truth, estimate))
    for (way, name, use), rows in found.items():
        which = np.array([w for w, _, _ in rows])
        truth = np.array([t for _, t, _ in rows])
        slant, low, high = (np.array([getattr(e, k) for *_, e in rows]) for k in ("slant", "low", "high"))
        off = np.array([(slant - truth)[which == w].mean() for w in np.unique(which)])
        print(
            f"| {way} | {name} | {use} | {off.mean():+.3f} | {np.abs(off).mean():.3f} | "
            f"{np.sqrt(((slant - truth) ** 2).mean()):.3f} | {np.mean((low <= truth) & (truth <= high)):.3f} | "
            f"{(high - low).mean() / 2:.3f} |",
            flush=True,
        )


def drawn_labels(
    outlet: Drawn, unit: str, active: bool, number: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The probability of each sentence of an outlet (n,), and whether it was drawn (n,)."""
    held = np.bincount(outlet.article)
    p = outlet.probabilities
    variance = np.maximum(0.0, p[:, 0] + p[:, 2] - (p[:, 2] - p[:, 0]) ** 2)
    if unit == "sentences":
        chance = probabilities(np.sqrt(variance) / held[outlet.article], None, number, active)
        drawn = np.zeros(len(p))
        drawn[systematic(chance, rng)] = 1
        return chance, drawn
    unsure = np.sqrt(np.bincount(outlet.article, variance) / held)
    chance = probabilities(unsure, None, max(5, round(number / held.mean())), active)
    whole = np.zeros(len(held))
    whole[systematic(chance, rng)] = 1
    return chance[outlet.article], whole[outlet.article]


def clusters(outlet: Drawn, weight: np.ndarray) -> Clusters:
    """An outlet's articles, each labelled sentence weighing so much (n,), 0 where it is not labelled."""
    held = np.bincount(outlet.article)
    score, label = outlet.probabilities @ SLANT, outlet.gold - 1.0
    sums = (np.bincount(outlet.article, x) / held for x in (score, weight, weight * label, weight * score))
    return Clusters(np.ones(len(held)), *sums)


def estimates(outlet: Clusters) -> dict[str, Estimate]:
    """What the labels say alone and with the classifier."""
    return {"labels only": labels_only(outlet), "corrected": prediction_powered(outlet)[0]}


if __name__ == "__main__":
    main()
