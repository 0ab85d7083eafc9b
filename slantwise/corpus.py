"""Labelled sentences to learn from and to measure on: the project's corpus, public sets, labels on real articles.

The project's own corpus is one JSONL file a split, an article a line (the form is
described in `data/README.md`); it is split by story and company, so nothing of a story is on two sides. To its train
split belong contrast sets: situations told in variants that differ little and mean different things.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from slantwise.articles import read_articles
from slantwise.carried import carried
from slantwise.examples import UNSIDED, Example, load_examples, rows_of
from slantwise.records import Article, InputError, Stance, Voice
from slantwise.sentences import CONTEXT_SENTENCES
from slantwise.targets import Target

SPLITS = ("train", "validation", "test")
REAL_ARTICLES = "data/real-articles.jsonl"
PUBLIC_LABELS = "data/public-labels.jsonl"
CONTRASTS = "contrasts.jsonl"

# First digits of the hashes of the sentences that are held out, two of sixteen.
_HELD_OUT = "01"


def load_split(split: str, folder: str | Path | None = None) -> list[Example]:
    """Read one split of the project's corpus: `train` (and the contrast sets beside it), `validation` or `test`."""
    if split not in SPLITS:
        raise InputError(f"split {split!r} is not recognised; accepted are {', '.join(SPLITS)}")
    first = Path(folder) / f"{split}.jsonl" if folder else carried(f"data/{split}.jsonl")
    contrasts = first.with_name(CONTRASTS)
    files = [first, contrasts] if split == "train" and contrasts.is_file() else [first]
    return [example for file in files for example in load_examples(file)]


def carried_articles(target: Target) -> Iterator[Article]:
    """The carried articles that are about `target`: those of the test split, on which no model is trained."""
    for row, place in rows_of(carried("data/test.jsonl")):
        if any(Target.of(t["name"]).name == target.name for t in row["targets"]):
            yield _article(row, place)


def known_outlets() -> dict[str, str]:
    """The outlets of the real articles that the project has labels for, by the SHA-256 of their files."""
    return {row["sha256"]: row["outlet"] for row, _ in rows_of(carried(REAL_ARTICLES))}


def load_standoff(folder: str | Path, labels: str | Path | None = None) -> list[Example]:
    """Join the stand-off labels of real articles to their texts in `folder`.

    Articles are known by the SHA-256 of their files, sentences by their character offsets and checked by their own
    hash. Articles that `folder` does not hold are left out; InputError when none is there or a text differs.
    """
    rows = {row["sha256"]: (row, place) for row, place in rows_of(Path(labels) if labels else carried(REAL_ARTICLES))}
    examples: list[Example] = []
    for article in read_articles([folder], outlet="unknown", languages=["any"], keep_duplicates=True):
        row, place = rows.get(hashlib.sha256(Path(article.origin).read_bytes()).hexdigest(), (None, ""))
        if row is not None:
            examples += _standoff_examples(row, place, article)
    if not examples:
        raise InputError(f"{folder}: holds none of the articles that the labels are for")
    return examples


@dataclass(frozen=True)
class PublicExamples:
    """Examples of public sets: `ours` with labels of our own, `others` with theirs, and `held_out`.

    `held_out` are those with labels of our own that are kept from training, an eighth, to choose the epoch on and to
    calibrate on: real sentences, in the shares that news has them.
    """

    ours: list[Example]
    others: list[Example]
    held_out: list[Example]


def relabelled(examples: Iterable[Example]) -> PublicExamples:
    """Give the examples of public sets our own labels where we have them; what was labelled by hand keeps its own.

    Our labels are stand-off: known by the sentence's hash and the offsets of the mention. Nothing of a held-out
    sentence is trained on. Sentences of directed sentiment in which neither entity takes a side are no example of
    neutrality (of those that we drew and labelled, every sixth accused or defended) and come back only with our labels.
    """
    labels = {(row["hash"], row["start"], row["end"]): row for row, _ in rows_of(carried(PUBLIC_LABELS))}
    found = PublicExamples([], [], [])
    known: set[tuple[str, tuple[int, int] | None]] = set()
    for example in examples:
        if example.own:
            found.ours.append(example)
            continue
        key = sentence_hash(example.sentence)
        row = labels.get((key, *(example.span or ())))
        held_out = key[0] in _HELD_OUT
        if row is None:
            if UNSIDED not in example.tags and not held_out:
                found.others.append(example)
        elif (key, example.span) not in known:
            known.add((key, example.span))
            stance, voice = Stance(row["stance"]), Voice(row["voice"])
            given = replace(example, stance=stance, voice=voice, about=row["about"])
            (found.held_out if held_out else found.ours).append(given)
    return found


def sentence_hash(text: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a sentence's text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _standoff_examples(row: Mapping[str, Any], place: str, article: Article) -> Iterator[Example]:
    target = Target.of(row["target"])
    before: list[str] = []
    for label in row["sentences"]:
        text = " ".join(article.text[label["start"] : label["end"]].split())
        if sentence_hash(text) != label["hash"]:
            raise InputError(
                f"{article.origin}: the text at {label['start']}–{label['end']} is not the one labelled in {place}"
            )
        context = "" if label["part"] == "headline" else " ".join(before[-CONTEXT_SENTENCES:])
        tags = ("headline",) if label["part"] == "headline" else ()
        yield Example(
            text,
            context,
            target,
            Stance(label["stance"]),
            Voice(label["voice"]),
            label["about"],
            group=row["sha256"],
            outlet=row["outlet"],
            tags=tags,
        )
        before.append(text)


def _article(row: Mapping[str, Any], place: str) -> Article:
    body: list[str] = []
    paragraph = None
    for sentence in row["sentences"]:
        if sentence["part"] == "body":
            if body:
                body.append(" " if sentence["paragraph"] == paragraph else "\n\n")
            body.append(sentence["text"])
            paragraph = sentence["paragraph"]
    headline = next((s["text"] for s in row["sentences"] if s["part"] == "headline"), "")
    return Article("".join(body), row["outlet"], headline, row["date"], origin=place)
