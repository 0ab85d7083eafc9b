"""Labelled sets, whatever their form: JSONL rows to `Example`s. Knows nothing of splits or of where data lies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slantwise.records import InputError, Stance, Voice
from slantwise.sentences import CONTEXT_SENTENCES
from slantwise.targets import Target

# The tag of an example from a contrast set.
CONTRAST = "contrast"
# The tag of those of directed sentiment whose two entities take no side toward each other: somebody else may.
UNSIDED = "unsided"

_POLARITY = {-1: Stance.ACCUSATORY, 0: Stance.NEUTRAL, 1: Stance.DEFENDING}
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
    examples = [e for file in files for row, place in rows_of(file) for e in _examples(row, place)]
    if not examples:
        raise InputError(f"{path}: holds no labelled sentences; accepted are JSONL files")
    return examples


def is_labelled(path: str | Path) -> bool:
    """Whether a file is a labelled set, by its first row, rather than articles."""
    path = Path(path)
    if not path.is_file() or path.suffix.lower() not in (".jsonl", ".ndjson"):
        return False
    row, _ = next(rows_of(path), ({}, ""))
    return any(fields <= row.keys() for fields in ({"sentences"}, {"variants"}, {"polarity"}, {"p", "q"}, {"stance"}))


def rows_of(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """The objects of a JSONL file, each with its place in words; InputError for what is none."""
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
        f"{place}: is of no known form (fields {', '.join(row)}); accepted are the forms named in slantwise.examples"
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
        Example(text, "", Target(text[span[0] : span[1]]), stance, span=span, tags=() if row["label"] else (UNSIDED,))
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
