"""What 50, 100 or 200 labels of a user's own gain, on companies and outlets that the released model never saw.

python benchmarks/few_labels.py company-news-dev.jsonl [--sizes 50 100 200] [--repeats 3] [--groups company article]
python benchmarks/few_labels.py --choose newsmtsc/train.jsonl directed-sentiment/train.jsonl

The first measures the recipe `adapt` (`slantwise.config.ADAPT`): cross-validated in five folds, by company (a test fold
holds companies of which no label is learned) and by article (it holds other articles, as when part of one's articles
are labelled). Of the sentences outside the fold so many are drawn, and the released model is trained on with them; the
predictions of the five folds are put together, and the same sentences are judged by the released model as it is. Gains
have intervals from resampling the groups, averaged over repeats.

The second chose the recipe, without the set it is measured on: the labels are drawn from the validation split's stories,
tested on its other stories, and from the real sentences of public sets that are kept from training, tested on others.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from slantwise import metrics
from slantwise.carried import carried
from slantwise.classifier import StanceClassifier
from slantwise.config import ADAPT, TrainingConfig
from slantwise.corpus import load_split, relabelled
from slantwise.examples import Example, load_examples
from slantwise.records import STANCES
from slantwise.runtime import TorchEncoder
from slantwise.tuning import adapt

FOLDS = 5
RESAMPLES = 1_000
# In the simulations that choose the recipe: labels learned from, sentences tested on.
LEARNED, TESTED = 100, 300
CANDIDATES: dict[str, dict[str, Any]] = {
    "5e-5, 480, half": {"learning_rate": 5e-5, "examples": 480, "own_share": 0.5},
    "1.5e-4, 480, half": {"learning_rate": 1.5e-4, "examples": 480, "own_share": 0.5},
    "5e-5, 480, own only": {"learning_rate": 5e-5, "examples": 480, "own_share": 1.0},
    "1.5e-4, 480, half, 3 frozen": {"learning_rate": 1.5e-4, "examples": 480, "own_share": 0.5, "frozen_layers": 3},
    "1.5e-4, 240, half": {"learning_rate": 1.5e-4, "examples": 240, "own_share": 0.5},
}


def adapted(labels: Sequence[Example], changes: Mapping[str, Any], seed: int) -> StanceClassifier:
    """The released model, trained on with these labels."""
    config = TrainingConfig(**{**ADAPT, **changes, "base_model": str(carried("model")), "seed": seed})
    with tempfile.TemporaryDirectory() as work:
        model, tokenizer, _ = adapt(config, labels, Path(work))
    return StanceClassifier(TorchEncoder(model, tokenizer))


def released() -> StanceClassifier:
    """The released model in torch, as what is trained on from it."""
    return StanceClassifier.from_pretrained(runtime="torch")


def judged(classifier: StanceClassifier, examples: Sequence[Example]) -> np.ndarray:
    """Probabilities of the stances, (n, 3)."""
    texts, targets = [e.sentence for e in examples], [e.target for e in examples]
    return classifier.predict_proba(texts, targets, [e.context for e in examples], [e.span for e in examples])


def figures(gold: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Macro-F1, log loss, calibration error and error of the mean score."""
    names = np.array(STANCES)
    f1 = metrics.macro_f1(list(names[gold]), list(names[found.argmax(axis=1)]))
    loss = float(-np.log(found[np.arange(len(gold)), gold].clip(1e-9)).mean())
    off = float(abs((found[:, 2] - found[:, 0]).mean() - (gold - 1).mean()))
    return np.array([f1, loss, metrics.calibration_error(list(gold), found), off])


def ids(examples: Sequence[Example]) -> np.ndarray:
    """The stance ids, (n,)."""
    return np.array([STANCES.index(e.stance) for e in examples])


def choose(public: Sequence[str], seed: int, only: Sequence[str]) -> None:
    """Print what each candidate gains in the two simulations."""
    rng = np.random.default_rng(seed)
    validation = load_split("validation")
    stories = rng.permutation(sorted({e.group for e in validation}))
    held = relabelled(e for path in public for e in load_examples(path)).held_out
    trials = {"real sentences": _drawn(held, LEARNED + TESTED, rng)}
    tested = _drawn([e for e in validation if e.group in set(stories[:5])], TESTED, rng)
    trials["stories"] = _drawn([e for e in validation if e.group in set(stories[5:])], LEARNED, rng) + tested
    before = released()
    start = {name: figures(ids(found[LEARNED:]), judged(before, found[LEARNED:])) for name, found in trials.items()}
    print(f"{LEARNED} labels, {TESTED} sentences tested; changes against the released model\n")
    print("| recipe | trial | macro-F1 | log loss | calibration error | error of the mean score | seconds |")
    print("|---" * 7 + "|", flush=True)
    for name, changes in CANDIDATES.items():
        for trial, found in trials.items():
            if not only or name in only:
                began, test = time.monotonic(), found[LEARNED:]
                after = figures(ids(test), judged(adapted(found[:LEARNED], changes, seed), test))
                cells = " | ".join(f"{x:+.3f}" for x in after - start[trial])
                print(f"| {name} | {trial} | {cells} | {time.monotonic() - began:.0f} |", flush=True)


def _drawn(examples: Sequence[Example], number: int, rng: np.random.Generator) -> list[Example]:
    return [examples[i] for i in rng.permutation(len(examples))[:number]]


def measure(path: str, given: argparse.Namespace) -> None:
    """Print what so many labels gain on a set."""
    examples = load_examples(path)
    unadapted = judged(released(), examples)
    gold = ids(examples)
    print(f"{len(examples)} sentences; released model: {_written(figures(gold, unadapted))}\n")
    print("| test folds by | labels | macro-F1 | gain | log loss | calibration error | error of the mean score |")
    print("|---" * 7 + "|", flush=True)
    for by in given.groups:
        groups = np.array([e.target.name if by == "company" else e.group for e in examples])
        for size in given.sizes:
            runs = [crossed(examples, groups, size, given.seed + r) for r in range(given.repeats)]
            after = np.mean([figures(gold, run) for run in runs], axis=0)
            change = after - figures(gold, unadapted)
            low, high = gain_interval(gold, unadapted, runs, groups, given.seed)
            print(
                f"| {by} | {size} | {after[0]:.3f} | {change[0]:+.3f} ({low:+.3f} … {high:+.3f}) | {after[1]:.3f} "
                f"({change[1]:+.3f}) | {after[2]:.3f} ({change[2]:+.3f}) | {after[3]:.3f} ({change[3]:+.3f}) |",
                flush=True,
            )


def crossed(examples: list[Example], groups: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Probabilities of all sentences, each from a model that learned `size` labels of other groups."""
    rng = np.random.default_rng(seed)
    names = rng.permutation(np.unique(groups))
    fold = dict(zip(names, _balanced([int(np.sum(groups == n)) for n in names]), strict=True))
    folds = np.array([fold[g] for g in groups])
    found = np.zeros((len(examples), 3))
    for number in range(FOLDS):
        test, others = np.flatnonzero(folds == number), rng.permutation(np.flatnonzero(folds != number))
        own = [examples[i] for i in others[:size]]
        found[test] = judged(adapted(own, {}, seed), [examples[i] for i in test])
    return found


def gain_interval(
    gold: np.ndarray, before: np.ndarray, runs: Sequence[np.ndarray], groups: np.ndarray, seed: int
) -> tuple[float, float]:
    """A 95% percentile interval of the gain in macro-F1, mean over runs, from resampling groups."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(groups == g) for g in np.unique(groups)]
    gains = []
    for _ in range(RESAMPLES):
        places = np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])
        start = _f1(gold[places], before[places])
        gains.append(np.mean([_f1(gold[places], run[places]) for run in runs]) - start)
    low, high = np.percentile(gains, [2.5, 97.5])
    return float(low), float(high)


def _f1(gold: np.ndarray, found: np.ndarray) -> float:
    table = np.bincount(gold * 3 + found.argmax(axis=1), minlength=9).reshape(3, 3)
    both = table.sum(axis=0) + table.sum(axis=1)
    return float(np.mean(2 * np.diag(table) / np.maximum(both, 1)))


def _balanced(sizes: Sequence[int]) -> list[int]:
    held, where = [0] * FOLDS, []
    for size in sizes:
        where.append(int(np.argmin(held)))
        held[where[-1]] += size
    return where


def _written(found: np.ndarray) -> str:
    return ", ".join(
        f"{name} {value:.3f}"
        for name, value in zip(("macro-F1", "log loss", "calibration error", "error of the mean"), found, strict=True)
    )


def main() -> None:
    """Print the table asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="PATH")
    parser.add_argument("--choose", nargs="+", metavar="PATH", help="the training parts of public sets")
    parser.add_argument("--only", nargs="+", default=[], metavar="CANDIDATE")
    parser.add_argument("--sizes", nargs="+", type=int, default=[50, 100, 200])
    parser.add_argument("--groups", nargs="+", choices=("company", "article"), default=["company"])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.choose:
        choose(given.choose, given.seed, given.only)
    for path in given.sets:
        measure(path, given)


if __name__ == "__main__":
    main()
