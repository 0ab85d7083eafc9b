"""What the corpus in data/ is like: counts, agreement, repetition, and how it differs from real news.

python benchmarks/corpus.py                                              counts, agreement, repetition
python benchmarks/corpus.py --sentences company-news-dev.jsonl \
                            --articles crypto-news.jsonl.gz              also beside real news

Prints the tables that data/README.md carries.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
from datasketch import MinHash, MinHashLSH
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from slantwise.corpus import SPLITS
from slantwise.records import STANCES, VOICES
from slantwise.sentences import plain_sentences
from slantwise.targets import Target

DATA = Path(__file__).parent.parent / "data"
FIELDS: dict[str, Sequence[Any]] = {"stance": STANCES, "voice": VOICES, "about": (False, True)}


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=Path, help="real sentences, JSONL with `sentence` and `target`")
    parser.add_argument("--articles", type=Path, help="real articles, JSONL (maybe gzipped) with `text`")
    given = parser.parse_args()
    articles = {split: [json.loads(line) for line in (DATA / f"{split}.jsonl").open()] for split in SPLITS}
    whole = [row for rows in articles.values() for row in rows]
    counts(articles)
    shares(whole, "register")
    shares(whole, "kind")
    tags(whole)
    agreement(whole)
    repetition([s["text"] for row in whole for s in row["sentences"]])
    if given.sentences or given.articles:
        beside_real(whole, given.sentences, given.articles)


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print(f"\n{title}\n\n| {' | '.join(header)} |\n|{'---|' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(f'{x:.3f}' if isinstance(x, float) else str(x) for x in row)} |")


def counts(articles: dict[str, list[dict[str, Any]]]) -> None:
    """Sizes of the splits."""
    rows = []
    for split, found in [*articles.items(), ("all", [r for rows in articles.values() for r in rows])]:
        sentences = [s for r in found for s in r["sentences"]]
        stances = Counter(s["labels"][0]["stance"] for s in sentences)
        companies = {t["name"] for r in found for t in r["targets"]}
        judged = sum(len(s["labels"]) for s in sentences)
        rows.append(
            [
                split,
                len({r["story"] for r in found}),
                len(found),
                len({r["outlet"] for r in found}),
                len(companies),
                len(sentences),
                *(stances[s] for s in STANCES),
                judged,
            ]
        )
    header = ["split", "stories", "articles", "outlets", "companies", "sentences", *map(str, STANCES), "labels"]
    table("Size", header, rows)
    real = {r["story"] for rows in articles.values() for r in rows if r["real"]}
    print(f"\nReal, documented cases: {len(real)} ({', '.join(sorted(real))}).")


def shares(articles: list[dict[str, Any]], field: str) -> None:
    """Articles and stances by register or kind."""
    rows = []
    for value in sorted({r[field] for r in articles}):
        stances = Counter(s["labels"][0]["stance"] for r in articles if r[field] == value for s in r["sentences"])
        total = stances.total()
        rows.append(
            [value, sum(r[field] == value for r in articles), total, *(f"{stances[s] / total:.0%}" for s in STANCES)]
        )
    table(f"By {field}", [field, "articles", "sentences", *map(str, STANCES)], rows)


def tags(articles: list[dict[str, Any]]) -> None:
    """How often each hard case occurs, and with which stances toward the main target."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in articles:
        for sentence in row["sentences"]:
            for tag in sentence["tags"]:
                found[tag][sentence["labels"][0]["stance"]] += 1
    rows = [[tag, stances.total(), *(stances[s] for s in STANCES)] for tag, stances in sorted(found.items())]
    table("Hard cases", ["tag", "sentences", *map(str, STANCES)], rows)


def agreement(articles: list[dict[str, Any]]) -> None:
    """Krippendorff's alpha of the two blind labellings, and of the settled labels with one made after the rules were mended."""
    pairs: dict[str, dict[str, list[tuple[Any, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in articles:
        for sentence in row["sentences"]:
            for label in sentence["labels"]:
                first, second, *_ = label["annotators"]
                for group in ("all", row["register"]):
                    for field in FIELDS:
                        pairs[field][group].append((first[field], second[field]))
                    for field in ("voice", "about"):
                        if label[f"{field}_again"] is not None:
                            pairs[f"{field} again"][group].append((label[field], label[f"{field}_again"]))
    rows = []
    for group in sorted(pairs["stance"], key=lambda g: (g != "all", g)):
        alphas = [alpha(pairs[f][group], FIELDS[f.split()[0]]) for f in (*FIELDS, "voice again", "about again")]
        rows.append([group, len(pairs["stance"][group]), *(("–" if a is None else f"{a:.2f}") for a in alphas)])
    table("Agreement (Krippendorff's alpha)", ["register", "labels", *FIELDS, "voice, again", "about, again"], rows)


def alpha(pairs: list[tuple[Any, Any]], values: Sequence[Any]) -> float | None:
    """Nominal alpha of two labellers; None without labels."""
    if not pairs:
        return None
    numbers = [[values.index(x) for x in side] for side in zip(*pairs, strict=True)]
    return float(krippendorff.alpha(reliability_data=numbers, level_of_measurement="nominal"))


def repetition(texts: list[str]) -> None:
    """Near-duplicates (MinHash over word 5-grams, Jaccard over 0.5) and the commonest opening."""
    index = MinHashLSH(threshold=0.5, num_perm=128)
    near = 0
    grams = [five_grams(t) for t in texts]
    for i, found in enumerate(grams):
        if not found:
            continue
        sketch = MinHash(num_perm=128)
        sketch.update_batch([g.encode() for g in found])
        alike = [int(k) for k in index.query(sketch)]
        near += any(len(found & grams[k]) / len(found | grams[k]) > 0.5 for k in alike)
        index.insert(str(i), sketch)
    openings = Counter(" ".join(words(t)[:4]) for t in texts if len(words(t)) >= 4)
    (opening, times), *_ = openings.most_common(1)
    print(f"\nNear-duplicate sentences: {near} of {len(texts)} ({near / len(texts):.2%}).")
    print(f"Commonest opening four words: {opening!r}, {times} times ({times / len(texts):.2%}).")


def beside_real(articles: list[dict[str, Any]], sentences: Path | None, texts: Path | None) -> None:
    """Length, variety and naming beside real news, and how well a classifier tells ours from real."""
    ours = [
        (
            s["text"],
            Target(r["targets"][0]["name"], tuple(r["targets"][0]["aliases"])),
            s["labels"][0]["about"],
            r["story"],
        )
        for r in articles
        for s in r["sentences"]
        if s["part"] == "body"
    ]
    sets: dict[str, list[str]] = {"data/": [o[0] for o in ours]}
    named: dict[str, float] = {"data/": share(bool(t.mentions(x)) for x, t, about, _ in ours if about)}
    if sentences:
        rows = [json.loads(line) for line in sentences.open()]
        sets[sentences.name] = [r["sentence"] for r in rows]
        named[sentences.name] = share(
            bool(Target.of(r["target"]).mentions(r["sentence"])) for r in rows if r.get("about", True)
        )
    if texts:
        sets[texts.name] = list(real_sentences(texts))
    figures = []
    for name, found in sets.items():
        lengths = [len(x.split()) for x in found]
        figures.append(
            [name, len(found), float(np.mean(lengths)), float(np.std(lengths)), variety(found), named.get(name, "–")]
        )
    table(
        "Beside real news",
        ["set", "sentences", "words, mean", "words, s.d.", "types in 5,000 words", "named where about it"],
        figures,
    )
    if texts:
        real = sets[texts.name][: len(ours)]
        told_apart(ours, real)


def told_apart(ours: list[tuple[str, Target, bool, str]], real: list[str]) -> None:
    """AUC of a TF-IDF classifier that tells our sentences from real ones, stories kept apart, names masked."""
    masked = [mask(x, t) for x, t, _, _ in ours] + [mask(x, None) for x in real]
    y = np.array([1] * len(ours) + [0] * len(real))
    stories = {s: i for i, s in enumerate(dict.fromkeys(o[3] for o in ours))}
    groups = np.array([stories[o[3]] for o in ours] + [len(stories) + i // 20 for i in range(len(real))])
    views: dict[str, Callable[[str], str]] = {
        "all words": lambda x: x,
        "function words and punctuation": lambda x: " ".join(
            w if w.lower() in FUNCTION or not w[0].isalpha() else "x" for w in re.findall(r"\w+|[^\w\s]", x)
        ),
    }
    for name, view in views.items():
        vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=5, token_pattern=r"\w+|[^\w\s]")
        x = vectors.fit_transform([view(m) for m in masked])
        model = LogisticRegression(max_iter=300)
        p = cross_val_predict(model, x, y, groups=groups, cv=GroupKFold(5), method="predict_proba")[:, 1]
        weights = model.fit(x, y).coef_[0]
        vocabulary = np.array(vectors.get_feature_names_out())
        tell = ", ".join(repr(str(w)) for w in vocabulary[np.argsort(-weights)[:15]])
        print(
            f"\nTold apart from {len(real)} real sentences by {name}: AUC {roc_auc_score(y, p):.3f}. What gives ours away: {tell}."
        )


FUNCTION = frozenset(
    "a an the this that these those it its he she they them his her their we us our you your i my and or but nor so yet if "
    "when while as at by for from in into of off on onto out over to up with about after before since until than then not no "
    "is are was were be been being has have had do does did will would can could may might must shall should who whom which "
    "what where why how all any each few more most other some such only own same too very just also said says".split()
)


def mask(text: str, target: Target | None) -> str:
    """The text without names and numbers, which tell topics and not style."""
    for start, end in reversed(target.mentions(text) if target else []):
        text = f"{text[:start]}N{text[end:]}"
    text = re.sub(r"\d[\d.,]*", "0", text)
    return re.sub(r"(?<=\w )(?:[A-Z][\w’'-]*\s?)+", "N ", text)


def real_sentences(path: Path) -> Iterator[str]:
    """The body sentences of real articles, a line of text a paragraph."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            for paragraph in json.loads(line)["text"].splitlines():
                for start, end in plain_sentences(paragraph):
                    if len(paragraph[start:end].split()) > 3:
                        yield paragraph[start:end]


def words(text: str) -> list[str]:
    """The words of a text in small letters."""
    return re.findall(r"\w+", text.lower())


def five_grams(text: str) -> set[str]:
    """The word 5-grams of a text."""
    w = words(text)
    return {" ".join(w[i : i + 5]) for i in range(len(w) - 4)}


def variety(texts: Sequence[str]) -> int:
    """Distinct words in 5,000 words taken from the whole set, mean of twenty draws of sentences."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(20):
        drawn: list[str] = []
        for i in rng.permutation(len(texts)):
            drawn += words(texts[i])
            if len(drawn) >= 5_000:
                break
        found.append(len(set(drawn[:5_000])))
    return round(float(np.mean(found)))


def share(values: Iterator[bool] | Any) -> float:
    """The share of true values."""
    return float(np.mean(list(values)))


if __name__ == "__main__":
    main()
