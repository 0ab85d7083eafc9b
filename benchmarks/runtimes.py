"""What each runtime costs in accuracy, beside torch in 32 bits: macro-F1, probabilities, outlets' slants, batches.

python benchmarks/runtimes.py --sets company-news-dev.jsonl
python benchmarks/runtimes.py --sets … --articles crypto-news.jsonl.gz --targets Binance FTX Coinbase

Allowed are 0.5 points of macro-F1 and 0.01 of any outlet's slant. The last column is how far a probability of the same
sentence moves between batches of one and batches of many. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from slantwise import StanceClassifier, read_articles
from slantwise.corpus import load_split
from slantwise.examples import Example, load_examples
from slantwise.metrics import macro_f1
from slantwise.pipeline import score_outlets
from slantwise.records import STANCES
from slantwise.runtimes import RUNTIMES

REFERENCE = "torch"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=[], type=Path, metavar="PATH")
    parser.add_argument("--articles", type=Path, metavar="PATH")
    parser.add_argument("--targets", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--runtimes", nargs="+", default=[r for r in RUNTIMES if r not in ("auto", REFERENCE)])
    parser.add_argument("--at-most", type=int, metavar="N", help="only the first sentences of each set and articles")
    given = parser.parse_args()
    names = [REFERENCE, *given.runtimes]
    classifiers = {name: StanceClassifier.from_pretrained(runtime=name) for name in names}
    sets = {"data/test.jsonl": load_split("test")} | {path.name: load_examples(path) for path in given.sets}
    print("| measured on | runtime | sentences | macro-F1 | against torch | probabilities: mean, most | by batch |")
    print("|---|---|---|---|---|---|---|")
    for name, examples in sets.items():
        compare(name, examples[: given.at_most], classifiers)
    if given.articles:
        print(
            "\n| target | runtime | outlets | slant moves: mean, most | outlet that moves most |\n|---|---|---|---|---|"
        )
    for target in given.targets:
        slants(given.articles, target, classifiers, given.at_most)


def compare(name: str, examples: list[Example], classifiers: dict[str, StanceClassifier]) -> None:
    """Print the rows of one set."""
    gold = [e.stance for e in examples]
    reference = None
    for runtime, classifier in classifiers.items():
        found = probabilities(classifier, examples)
        reference = found if reference is None else reference
        few = examples[:: max(1, len(examples) // 100)]
        moved = np.abs(probabilities(classifier, few, 1) - found[:: max(1, len(examples) // 100)]).max()
        f1, base = (macro_f1(gold, [STANCES[i] for i in p.argmax(axis=1)]) for p in (found, reference))
        away = np.abs(found - reference)
        print(
            f"| {name} | {runtime} | {len(examples)} | {f1:.4f} | {f1 - base:+.4f} "
            f"| {away.mean():.4f}, {away.max():.3f} | {moved:.5f} |",
            flush=True,
        )


def probabilities(classifier: StanceClassifier, examples: list[Example], batch_size: int = 64) -> np.ndarray:
    """Those of the stances, (examples, 3)."""
    return classifier.predict_proba(
        [e.sentence for e in examples],
        [e.target for e in examples],
        [e.context for e in examples],
        [e.span for e in examples],
        batch_size,
    )


def slants(path: Path, target: str, classifiers: dict[str, StanceClassifier], most: int | None) -> None:
    """Print the rows of one target: how far each outlet's slant lies from the reference's."""
    articles = [a for a in read_articles([path], keep_duplicates=True) if target in a.text or target in a.title][:most]
    reference: dict[str, float] = {}
    for runtime, classifier in classifiers.items():
        found = {s.outlet: s.slant for s in score_outlets(articles, target, classifier)}
        reference = reference or found
        moved = {outlet: abs(slant - reference[outlet]) for outlet, slant in found.items() if outlet in reference}
        furthest = max(moved, key=moved.__getitem__)
        print(
            f"| {target} | {runtime} | {len(moved)} | {np.mean(list(moved.values())):.4f}, {moved[furthest]:.4f} "
            f"| {furthest} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
