r"""What each part of the training data is worth: a training without it, or with it alone.

python benchmarks/ablation.py --newsmtsc newsmtsc/train.jsonl --directed directed-sentiment/train.jsonl \
                              --sets company-news-dev.jsonl newsmtsc/dev.jsonl [--real-articles FOLDER] [--seeds 0 1 2]
                              [--labels data/crypto-labels.jsonl --articles crypto-news.jsonl.gz]
                              [--examples 16000 --batch-size 32]

Every line is the mean over the seeds with the standard deviation of one training; the number of training steps is the same
in every line, fewer where it has fewer examples: the default training's, or two epochs of so many `--examples`. No set
measured on is trained on.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from learning_curve import trained_on

from slantwise.articles import read_articles
from slantwise.config import TrainingConfig
from slantwise.corpus import load_split, load_standoff, relabelled
from slantwise.examples import CONTRAST, Example, load_examples
from slantwise.joining import labelled_examples


def main() -> None:
    """Print a line a mixture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--newsmtsc", required=True, type=Path, metavar="PATH")
    parser.add_argument("--directed", required=True, type=Path, metavar="PATH")
    parser.add_argument("--sets", nargs="*", default=[], type=Path, metavar="PATH")
    parser.add_argument("--real-articles", type=Path, metavar="FOLDER")
    parser.add_argument("--labels", type=Path, metavar="PATH", help="hand labels without text, to learn besides")
    parser.add_argument("--articles", type=Path, metavar="PATH", help="the articles that they are of")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--examples", type=int, default=TrainingConfig.examples, help="how many an epoch takes")
    parser.add_argument("--batch-size", type=int, default=TrainingConfig.batch_size)
    given = parser.parse_args()
    sets = {"data/test.jsonl": load_split("test")}
    sets |= {"/".join(path.parts[-2:]): load_examples(path) for path in given.sets}
    if given.real_articles:
        sets["five real articles"] = load_standoff(given.real_articles)
    print(f"| trained on | examples | {' | '.join(f'{name}: macro-F1' for name in sets)} |")
    print("|---" * (len(sets) + 2) + "|")
    further = []
    if given.labels:
        articles = read_articles([str(given.articles)], "unknown", languages=["any"], keep_duplicates=True)
        further = labelled_examples(given.labels, articles)
    for name, mixture in mixtures(given.newsmtsc, given.directed, further).items():
        found = [trained_on(mixture(), seed, sets, given.examples, given.batch_size) for seed in given.seeds]
        cells = [f"{np.mean(f := [x[s] for x in found]):.3f} ± {np.std(f, ddof=1):.3f}" for s in sets]
        print(f"| {name} | {len(mixture())} | {' | '.join(cells)} |", flush=True)


def mixtures(newsmtsc: Path, directed: Path, further: list[Example]) -> dict[str, Callable[[], list[Example]]]:
    """The mixtures by name; `further` are hand labels that are a part of everything."""
    corpus = load_split("train")
    theirs = [load_examples(newsmtsc), load_examples(directed)]
    mtsc, blame = (part.ours + part.others for part in map(relabelled, theirs))
    without_further = {"without the hand labels of company news": lambda: corpus + mtsc + blame} if further else {}
    return {
        "everything": lambda: corpus + mtsc + blame + further,
        **without_further,
        "without the contrast sets": lambda: [e for e in corpus if CONTRAST not in e.tags] + mtsc + blame + further,
        "without data/": lambda: mtsc + blame + further,
        "without NewsMTSC": lambda: corpus + blame + further,
        "without directed sentiment": lambda: corpus + mtsc + further,
        "the public sets' own labels in place of ours": lambda: corpus + theirs[0] + theirs[1] + further,
        "data/ alone": lambda: corpus,
        "NewsMTSC alone, its own labels": lambda: theirs[0],
    }


if __name__ == "__main__":
    main()
