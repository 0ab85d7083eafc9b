"""How well copies and stories are found, and what they cost.

python benchmarks/stories.py                                    the corpus in data/, and edits made on purpose
python benchmarks/stories.py --articles crypto-news.jsonl.gz    also copies in real news

Copies: sentences of the corpus with words dropped, replaced and added at random, beside other sentences of the same
stories. Stories: the corpus says which articles tell the same one. Dates are left out, and the grouping is shown also
with every name of the story's companies and people taken out: the corpus has other companies in every story, a set of
articles about one target has not.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
import re
import tracemalloc
from collections import defaultdict
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score

import slantwise.stories
import slantwise.wire
from slantwise.records import Article
from slantwise.sentences import plain_sentences
from slantwise.stories import StoryTexts
from slantwise.wire import Copies, Ints

DATA = Path(__file__).parent.parent / "data"
EDITS = (0.05, 0.1, 0.15, 0.2, 0.3)
OVERLAPS = (0.3, 0.4, 0.5, 0.6, 0.7)
SIMILARITIES = (0.08, 0.1, 0.12, 0.15, 0.18, 0.2)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, help="real articles, JSONL (maybe gzipped) with `text` and `outlet`")
    given = parser.parse_args()
    train = [json.loads(line) for line in (DATA / "train.jsonl").open()]
    copies(train)
    cost(train)
    for names in (True, False):
        grouping(names)
    if given.articles:
        real(given.articles)


def copies(rows: list[dict]) -> None:
    """Share of edited copies found by each threshold, and of pairs of other sentences of one story taken for copies."""
    draw = random.Random(0)
    texts = [s["text"] for r in rows for s in r["sentences"] if len(s["text"].split()) >= 12]
    vocabulary = [w for t in texts for w in t.split()]
    sample = draw.sample(texts, 400)
    print("\n| threshold | " + " | ".join(f"{e:.0%} edited" for e in EDITS) + " | others taken for copies |")
    print("|---" * (len(EDITS) + 2) + "|")
    for overlap in OVERLAPS:
        slantwise.wire.ALIKE = overlap
        found = []
        for share in EDITS:
            edited = [" ".join(edit(t.split(), share, vocabulary, draw)) for t in sample]
            groups = grouped([x for pair in zip(sample, edited, strict=True) for x in pair])
            found.append(np.mean(groups[::2] == groups[1::2]))
        groups = grouped(texts)
        false = sum(np.bincount(groups[groups >= 0]) > 1)
        print(
            f"| {overlap} | " + " | ".join(f"{x:.3f}" for x in found) + f" | {false} groups of {len(texts)} |",
            flush=True,
        )
    slantwise.wire.ALIKE = 0.5


def edit(words: list[str], share: float, vocabulary: list[str], draw: random.Random) -> list[str]:
    """The words with this share of them dropped, replaced or followed by another, a third each."""
    out = []
    for word in words:
        kind = draw.randrange(3) if draw.random() < share else None
        out += {None: [word], 0: [], 1: [draw.choice(vocabulary)], 2: [word, draw.choice(vocabulary)]}[kind]
    return out


def grouped(texts: list[str]) -> Ints:
    """The group of each text, −1 for short ones."""
    found = Copies()
    wordings = np.array([found.add(t) for t in texts])
    return np.where(wordings < 0, -1, found.groups()[wordings])


def cost(rows: list[dict]) -> None:
    """Bytes kept of each distinct sentence and of each article."""
    texts = [s["text"] for r in rows for s in r["sentences"] if len(s["text"].split()) >= 8]
    tracemalloc.start()
    found = Copies()
    for text in texts:
        found.add(text)
    of_sentence = tracemalloc.get_traced_memory()[0] / len(texts)
    stories = StoryTexts()
    before = tracemalloc.get_traced_memory()[0]
    for row in rows:
        stories.add(article(row, True))
    of_article = (tracemalloc.get_traced_memory()[0] - before) / len(rows)
    tracemalloc.stop()
    print(f"\nKept: {of_sentence:.0f} bytes a distinct sentence, {of_article:.0f} bytes an article.")


def article(row: dict, names: bool) -> Article:
    """A corpus article as text, with or without the names of companies and people."""
    text = " ".join(s["text"] for s in row["sentences"])
    if not names:
        known = {w for t in row["targets"] for n in (t["name"], *t["aliases"]) for w in n.split() if w[0].isupper()}
        text = re.sub("|".join(rf"\b{re.escape(w)}\b" for w in known), "", text)
    return Article(text, row["outlet"])


def grouping(names: bool) -> None:
    """Adjusted Rand index and pairwise precision, recall and F1 by threshold and split, and single link beside it."""
    print(f"\nStories, {'names kept' if names else 'names taken out'}\n")
    print("| split | similarity | ARI | precision | recall | F1 | single link: ARI |\n|---|---|---|---|---|---|---|")
    for split in ("train", "validation", "test"):
        rows = [json.loads(line) for line in (DATA / f"{split}.jsonl").open()]
        _, truth = np.unique([r["story"] for r in rows], return_inverse=True)
        texts = StoryTexts()
        for row in rows:
            texts.add(article(row, names))
        for alike in SIMILARITIES if split == "train" else (0.1, slantwise.stories.ALIKE):
            labels = texts.labels(alike)
            row = [adjusted_rand_score(truth, labels), *pairwise(truth, labels)]
            row.append(adjusted_rand_score(truth, single_link(texts, alike)))
            print(f"| {split} | {alike} | " + " | ".join(f"{x:.3f}" for x in row) + " |", flush=True)


def pairwise(truth: Ints, labels: Ints) -> tuple[float, float, float]:
    """Precision, recall and F1 of the pairs that are put together."""
    upper = np.triu_indices(len(truth), 1)
    same, put = (truth[:, None] == truth)[upper], (labels[:, None] == labels)[upper]
    both = (same & put).sum()
    return both / max(put.sum(), 1), both / same.sum(), 2 * both / (same.sum() + put.sum())


def single_link(texts: StoryTexts, alike: float) -> Ints:
    """What connected components would give instead of average-link clustering."""
    average = slantwise.stories._average_link
    try:
        slantwise.stories._average_link = lambda vectors, days, alike, window: np.zeros(vectors.shape[0], dtype=int)
        return texts.labels(alike)
    finally:
        slantwise.stories._average_link = average


def real(path: Path) -> None:
    """Sentences carried alike by outlets of real news, by threshold, all sentences of all articles."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = [json.loads(line) for line in data.splitlines()]
    texts, outlets = [], []
    for row in rows:
        for paragraph in row["text"].split("\n"):
            found = [paragraph[a:b] for a, b in plain_sentences(paragraph)]
            texts += found
            outlets += [row["outlet"]] * len(found)
    print("\n| threshold | groups over outlets | sentences in them | largest |\n|---|---|---|---|")
    for overlap in OVERLAPS:
        slantwise.wire.ALIKE = overlap
        by_group = defaultdict(list)
        for i, group in enumerate(grouped(texts)):
            by_group[group].append(i)
        by_group.pop(-1, None)
        shared = [g for g in by_group.values() if len({outlets[i] for i in g}) > 1]
        print(
            f"| {overlap} | {len(shared)} | {sum(map(len, shared))} of {len(texts)} | {max(map(len, shared))} |",
            flush=True,
        )
        if overlap == 0.5:
            samples = [g for g in shared if len({texts[i] for i in g}) > 1]
            for group in random.Random(0).sample(samples, min(12, len(samples))):
                print("\n".join(f"    {outlets[i]}: {texts[i][:150]}" for i in itertools.islice(group, 3)), "\n")
    slantwise.wire.ALIKE = 0.5


if __name__ == "__main__":
    main()
