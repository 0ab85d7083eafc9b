"""What growing the corpus did: the default training with a part of its stories, on sets it never reads.

python benchmarks/learning_curve.py --sets company-news-dev.jsonl [--shares 0.25 0.5 1] [--seeds 0 1 2]

A share is of the train split's stories, drawn in an order that depends on the seed, so that a larger share holds the
smaller one of the same seed. The number of training steps is the same for every share. The slope is the gain of the last
doubling of the corpus.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from unittest.mock import patch

import numpy as np

from slantwise import StanceClassifier, training
from slantwise.config import TrainingConfig
from slantwise.corpus import load_split
from slantwise.examples import CONTRAST, Example, load_examples


def main() -> None:
    """Print macro-F1 by share of the corpus, and the slope at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=[], type=Path, metavar="PATH")
    parser.add_argument("--shares", nargs="+", type=float, default=[0.25, 0.5, 1.0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    given = parser.parse_args()
    sets = {"data/test.jsonl": load_split("test")} | {path.name: load_examples(path) for path in given.sets}
    found: dict[tuple[float, str], list[float]] = {}
    print(f"| share of the stories | labels | {' | '.join(f'{s}: macro-F1, mean (each seed)' for s in sets)} |")
    print("|---" * (len(sets) + 2) + "|")
    for share in given.shares:
        labels = []
        for seed in given.seeds:
            part = some_stories(load_split("train"), share, seed)
            labels.append(len(part))
            for name, figure in trained_on(part, seed, sets).items():
                found.setdefault((share, name), []).append(figure)
        cells = [f"{np.mean(found[share, n]):.3f} ({', '.join(f'{x:.3f}' for x in found[share, n])})" for n in sets]
        print(f"| {share:g} | {np.mean(labels):.0f} | {' | '.join(cells)} |", flush=True)
    if len(given.shares) > 1:
        before, last = sorted(given.shares)[-2:]
        for name in sets:
            gains = np.subtract(found[last, name], found[before, name]) / np.log2(last / before)
            print(
                f"\n{name}: {gains.mean():+.3f} for the last doubling (each seed: {', '.join(f'{g:+.3f}' for g in gains)})."
            )


def some_stories(examples: list[Example], share: float, seed: int) -> list[Example]:
    """The examples of a share of the stories; contrast sets are none."""
    stories = sorted({e.group for e in examples if CONTRAST not in e.tags})
    kept = set(np.random.default_rng(seed).permutation(stories)[: round(share * len(stories))])
    return [e for e in examples if e.group in kept]


def trained_on(
    part: list[Example],
    seed: int,
    sets: dict[str, list[Example]],
    examples: int = TrainingConfig.examples,
    batch_size: int = TrainingConfig.batch_size,
) -> dict[str, float]:
    """Macro-F1 on each set of the default training, or one of that length, with `part` for what it learns from."""
    validation = load_split("validation")
    given = training.Material(part, validation, validation)
    with patch.object(training, "material", lambda config: given), tempfile.TemporaryDirectory() as folder:
        config = TrainingConfig(output=folder, seed=seed, examples=examples, batch_size=batch_size)
        training.fit(config, progress=False)
        judge = StanceClassifier.from_pretrained(folder)
        return {name: training.measure(judge, of_set).macro_f1 for name, of_set in sets.items()}


if __name__ == "__main__":
    main()
