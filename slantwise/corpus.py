"""Labelled sentences to learn from and to measure on: the project's corpus, public sets, labels on real articles.

Every source becomes `Example`s. The project's own corpus is one JSONL file a split, an article a line (the form is
described in `data/README.md`); it is split by story and company, so nothing of a story is on two sides. To its train
split belong contrast sets: situations told in variants that differ little and mean different things.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from slantwise.articles import read_articles
from slantwise.carried import carried
from slantwise.records import Article, InputError, Stance, Voice
from slantwise.sentences import CONTEXT_SENTENCES
from slantwise.targets import Target

SPLITS = ("train", "validation", "test")
REAL_ARTICLES = "data/real-articles.jsonl"
PUBLIC_LABELS = "data/public-labels.jsonl"
CONTRASTS = "contrasts.jsonl"
# The tag of an example from a contrast set.
CONTRAST = "contrast"

_POLARITY = {-1: Stance.ACCUSATORY, 0: Stance.NEUTRAL, 1: Stance.DEFENDING}
# Of directed sentiment whose two entities take no side toward each other: somebody else in the sentence may.
_UNSIDED = "unsided"
# First digits of the hashes of the sentences that are held out, two of sixteen.
_HELD_OUT = "01"
_BRACKETED = re.compile(r"\[([^\[\]]+)\]")


@dataclass(frozen=True)
class Example:
    """One labelled sentence.

    `voice` and `about` are None where the source does not say; `group` is its story or article. `own` examples were
    labelled by hand after this project's guidelines, sentence by sentence.
    """

    sentence: str
    context: str
    target: Target
    stance: Stance
    voice: Voice | None = None
    about: bool | None = None
    span: tuple[int, int] | None = None
    group: str = ""
    outlet: str = ""
    tags: tuple[str, ...] = ()
    own: bool = False


def load_examples(path: str | Path) -> list[Example]:
    """Read a labelled set, whatever its form.

    Accepted are JSONL files whose lines are articles of this project's corpus (`sentences` with `labels`), its contrast
    sets (`variants` with `labels`), sentences with `target`, `stance` and maybe `aliases`, `context`, `voice` and
    `about` (hand labels that carry their text among them), NewsMTSC (`mention`, `polarity`, `from`, `to`) and directed
    sentiment (`p`, `q`, `label`); and folders, whose `*.jsonl` files are read in the order of their names.
    Raises InputError naming file, line and value.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder")
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    examples = [e for file in files for row, place in _rows(file) for e in _examples(row, place)]
    if not examples:
        raise InputError(f"{path}: holds no labelled sentences; accepted are JSONL files")
    return examples


def is_labelled(path: str | Path) -> bool:
    """Whether a file is a labelled set, by its first row, rather than articles."""
    path = Path(path)
    if not path.is_file() or path.suffix.lower() not in (".jsonl", ".ndjson"):
        return False
    row, _ = next(_rows(path), ({}, ""))
    return any(fields <= row.keys() for fields in ({"sentences"}, {"variants"}, {"polarity"}, {"p", "q"}, {"stance"}))


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
    for row, place in _rows(carried("data/test.jsonl")):
        if any(Target.of(t["name"]).name == target.name for t in row["targets"]):
            yield _article(row, place)


def known_outlets() -> dict[str, str]:
    """The outlets of the real articles that the project has labels for, by the SHA-256 of their files."""
    return {row["sha256"]: row["outlet"] for row, _ in _rows(carried(REAL_ARTICLES))}


def load_standoff(folder: str | Path, labels: str | Path | None = None) -> list[Example]:
    """Join the stand-off labels of real articles to their texts in `folder`.

    Articles are known by the SHA-256 of their files, sentences by their character offsets and checked by their own
    hash. Articles that `folder` does not hold are left out; InputError when none is there or a text differs.
    """
    rows = {row["sha256"]: (row, place) for row, place in _rows(Path(labels) if labels else carried(REAL_ARTICLES))}
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
    neutrality (of those that we labelled, every sixth accuses or defends) and come back only with our labels.
    """
    labels = {(row["hash"], row["start"], row["end"]): row for row, _ in _rows(carried(PUBLIC_LABELS))}
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
            if _UNSIDED not in example.tags and not held_out:
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


def _rows(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            place = f"{path}, line {number}"
            try:
                row = json.loads(line)
            except json.JSONDecodeError as problem:
                raise InputError(f"{place}: not JSON ({problem})") from None
            if not isinstance(row, dict):
                raise InputError(f"{place}: {line[:40]!r} is not a JSON object")
            yield row, place


def _examples(row: Mapping[str, Any], place: str) -> Iterable[Example]:
    try:
        if "sentences" in row:
            return list(_corpus_examples(row))
        if "variants" in row:
            return list(_contrast_examples(row))
        if "polarity" in row:
            return [_newsmtsc_example(row)]
        if "p" in row and "q" in row:
            return _directed_examples(row, place)
        if "stance" in row:
            return [_sentence_example(row)]
    except KeyError as problem:
        raise InputError(f"{place}: has no field {problem.args[0]!r}") from None
    except (TypeError, ValueError) as problem:
        raise InputError(f"{place}: {problem}") from None
    raise InputError(
        f"{place}: is of no known form (fields {', '.join(row)}); accepted are the forms named in slantwise.corpus"
    )


def _corpus_examples(row: Mapping[str, Any]) -> Iterator[Example]:
    targets = {t["name"]: Target(t["name"], tuple(t["aliases"])) for t in row["targets"]}
    before: list[str] = []
    for sentence in row["sentences"]:
        context = " ".join(before[-CONTEXT_SENTENCES:])
        for label in sentence["labels"]:
            yield Example(
                sentence["text"],
                context,
                targets[label["target"]],
                Stance(label["stance"]),
                Voice(label["voice"]),
                label["about"],
                group=row["story"],
                outlet=row["outlet"],
                tags=tuple(sentence["tags"]),
            )
        before.append(sentence["text"])


def _contrast_examples(row: Mapping[str, Any]) -> Iterator[Example]:
    targets = {t["name"]: Target(t["name"], tuple(t["aliases"])) for t in row["targets"]}
    for variant in row["variants"]:
        for label in variant["labels"]:
            yield Example(
                variant["sentence"],
                variant["context"],
                targets[label["target"]],
                Stance(label["stance"]),
                Voice(label["voice"]) if label["voice"] else None,
                label["about"],
                group=row["id"],
                tags=(CONTRAST,),
            )


def _sentence_example(row: Mapping[str, Any]) -> Example:
    voice = Voice(row["voice"]) if row.get("voice") else None
    about = None if row.get("about") is None else bool(row["about"])
    target = Target.of(row["target"], row.get("aliases") or ())
    group = next((str(row[key]) for key in ("sha256", "url", "origin", "title") if row.get(key)), "")
    return Example(
        row["sentence"], row.get("context") or "", target, Stance(row["stance"]), voice, about, group=group, own=True
    )


def _newsmtsc_example(row: Mapping[str, Any]) -> Example:
    span = (int(row["from"]), int(row["to"]))
    stance, tags = _POLARITY[int(row["polarity"])], (row["subset"],) if row.get("subset") else ()
    return Example(row["sentence"], "", Target(row["mention"]), stance, span=span, tags=tags)


def _directed_examples(row: Mapping[str, Any], place: str) -> list[Example]:
    """Both directions of a sentence: its stance falls on the one it is directed at, the other one's is neutral."""
    # Label: 0 none, 1 p positive toward q, 2 q toward p, 3 p negative toward q, 4 q toward p.
    onto_p = {2: Stance.DEFENDING, 4: Stance.ACCUSATORY}.get(row["label"], Stance.NEUTRAL)
    onto_q = {1: Stance.DEFENDING, 3: Stance.ACCUSATORY}.get(row["label"], Stance.NEUTRAL)
    text, spans = _unbracketed(row["sentence"])
    if len(spans) < 2:
        raise InputError(f"{place}: sentence does not mark both entities with [brackets]")
    p, q = (next((s for s in spans if text[s[0] : s[1]] == row[x]), spans[i]) for i, x in enumerate("pq"))
    return [
        Example(text, "", Target(text[span[0] : span[1]]), stance, span=span, tags=() if row["label"] else (_UNSIDED,))
        for span, stance in ((p, onto_p), (q, onto_q))
    ]


def _unbracketed(text: str) -> tuple[str, list[tuple[int, int]]]:
    plain, spans, place = "", [], 0
    for match in _BRACKETED.finditer(text):
        plain += text[place : match.start()]
        spans.append((len(plain), len(plain) + len(match[1])))
        plain += match[1]
        place = match.end()
    return plain + text[place:], spans


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
