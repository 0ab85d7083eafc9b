"""Reads labels back, whatever they were made with: Label Studio, doccano, Prodigy, spreadsheets.

What a row says is one `Answer`; a row that says nothing is counted, one that cannot be used is named with its file,
line and value, and the others are read all the same.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from slantwise.annotation.items import ABOUT, Answer, Item
from slantwise.annotation.writing import ANSWERS
from slantwise.records import STANCES, VOICES, InputError, Stance, Voice
from slantwise.spreadsheets import FORMULA

SUFFIXES = (".csv", ".json", ".jsonl", ".ndjson", ".tsv", ".txt")
_LABELLERS = ("labeller", "annotator", "_annotator_id", "_session_id", "username", "completed_by")
_NAMES: dict[str, Sequence[str]] = {"stance": STANCES, "voice": VOICES, "about": ABOUT}
_YES_NO = {"true": "yes", "1": "yes", "1.0": "yes", "false": "no", "0": "no", "0.0": "no"}

Row = Mapping[str, Any]


@dataclass
class Read:
    """What files of labels hold: answers, one an item and labeller; what could not be used; how many say nothing."""

    answers: list[Answer] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unanswered: int = 0


def read_answers(paths: Sequence[str | Path], known: Mapping[str, Item] | None = None) -> Read:
    """Read labels from files; `known` are items by name, which then say which sentence a row is of.

    A labeller who answers twice is taken at the last answer. Raises InputError for a file that cannot be read at all,
    and where no file holds an answer.
    """
    read = Read()
    found: dict[tuple[str, str], Answer] = {}
    seen: dict[str, Item] = {}
    for path in map(Path, paths):
        for row, labeller, place in _rows(path):
            try:
                answer = _answer(row, labeller, place, known or {}, seen)
            except ValueError as problem:
                read.problems.append(f"{place}: {problem}")
                continue
            if answer is None:
                read.unanswered += 1
                continue
            key = (answer.item.item, answer.labeller)
            if key in found:
                read.problems.append(
                    f"{place}: {answer.labeller} labels the sentence of {found[key].place} again; the last label counts"
                )
            found[key] = answer
    read.answers = list(found.values())
    if not read.answers:
        first = f"; {read.problems[0]}" if read.problems else ""
        raise InputError(f"{', '.join(map(str, paths))}: no label can be read{first}")
    return read


def read_items(path: str | Path) -> dict[str, Item]:
    """The items of a sample by name, from its folder or its `tasks.json`."""
    path = Path(path) / "tasks.json" if Path(path).is_dir() else Path(path)
    items: dict[str, Item] = {}
    for row, _, place in _rows(path):
        try:
            item = Item.from_row(row)
        except ValueError as problem:
            raise InputError(f"{place}: {problem}") from None
        items[item.item] = item
    return items


def _answer(row: Row, labeller: str, place: str, known: Mapping[str, Item], seen: dict[str, Item]) -> Answer | None:
    """The answer of a row, None where it says nothing; ValueError where it cannot be used."""
    given = _given(row)
    stance = _chosen("stance", given["stance"])
    if stance is None:
        return None
    name = str(row.get("item") or "").strip()
    item = known.get(name) or Item.from_row(row)
    first = seen.setdefault(item.item, item)
    if abs(first.probability - item.probability) > 1e-9:
        raise ValueError(f"probability {item.probability} is not that of the same sentence before, {first.probability}")
    voice, about = _chosen("voice", given["voice"]), _chosen("about", given["about"])
    who = next((str(row[k]).strip() for k in _LABELLERS if row.get(k) not in (None, "")), labeller)
    return Answer(
        first,
        who,
        Stance(stance),
        Voice(voice) if voice else None,
        None if about is None else about == "yes",
        place,
    )


def _given(row: Row) -> dict[str, Any]:
    """What a row says of stance, voice and about: fields of these names, or names in a list of labels."""
    given = {name: row.get(name) for name in _NAMES}
    labels = next((row[k] for k in ("label", "labels", "accept") if row.get(k)), None)
    if row.get("answer") in ("reject", "ignore"):
        return dict.fromkeys(_NAMES)
    for label in [labels] if isinstance(labels, str) else labels or []:
        if not isinstance(label, str):
            raise ValueError(f"label {label!r} is not a name")
        kind, _, value = label.rpartition(":")
        kind = kind.strip().lower() or next((k for k, names in _NAMES.items() if label.strip().lower() in names), "")
        if kind not in _NAMES:
            raise ValueError(f"label {label!r} is not recognised; accepted are {', '.join([*STANCES, *VOICES])}")
        if given[kind]:
            raise ValueError(f"{kind} has the labels {given[kind]!r} and {value.strip()!r}; one is accepted")
        given[kind] = value.strip()
    return given


def _chosen(kind: str, value: Any) -> str | None:
    """One of the names of a kind: written out in any case, or as far as no other begins so."""
    if isinstance(value, Mapping):
        value = value.get("choices")
    if isinstance(value, list):
        if len(value) > 1:
            raise ValueError(f"{kind} {value!r} is more than one; one is accepted")
        value = value[0] if value else None
    text = "" if value is None else str(value).strip().lower()
    if not text:
        return None
    if kind == "about":
        text = _YES_NO.get(text, text)
    fitting = [name for name in _NAMES[kind] if name.startswith(text)]
    if len(fitting) != 1:
        raise ValueError(f"{kind} {value!r} is not recognised; accepted are {', '.join(_NAMES[kind])}")
    return str(fitting[0])


def _rows(path: Path) -> Iterator[tuple[Row, str, str]]:
    """The rows of a file, each with its labeller, where the row does not name one itself, and its place."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: ends in {path.suffix or 'nothing'!r}; accepted are {', '.join(SUFFIXES)}")
    text = _decoded(path.read_bytes())
    if path.suffix.lower() == ".json":
        yield from _tasks(text, path)
    elif path.suffix.lower() in (".jsonl", ".ndjson"):
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield _object(line), path.stem, f"{path}, line {number}"
    else:
        yield from _sheet(text, path)


def _object(line: str) -> Row:
    """A line's object; what is none gives a row that says what is wrong when it is read."""
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return {"stance": f"{line[:40]} (not JSON)"}
    if not isinstance(row, dict):
        return {"stance": f"{line[:40]} (not a JSON object)"}
    return dict(row.get("meta") or {}) | row if isinstance(row.get("meta"), dict) else row


def _tasks(text: str, path: Path) -> Iterator[tuple[Row, str, str]]:
    """Label Studio's JSON and JSON-MIN: a task's annotations, each a row."""
    try:
        tasks = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as problem:
        raise InputError(f"{path}: not JSON ({problem})") from None
    if not isinstance(tasks, list):
        raise InputError(f"{path}: holds no list of tasks; Label Studio's exports JSON and JSON-MIN do")
    for number, task in enumerate(tasks, 1):
        place = f"{path}, task {number}"
        if not isinstance(task, dict):
            yield {"stance": f"{str(task)[:40]} (not a task)"}, path.stem, place
            continue
        data = task.get("data")
        if not isinstance(data, dict):
            yield task, path.stem, place
            continue
        annotations = [a for a in task.get("annotations") or [] if isinstance(a, dict) and not a.get("was_cancelled")]
        if not annotations:
            yield data, path.stem, place
        for annotation in annotations:
            yield data | _results(annotation), _labeller(annotation.get("completed_by")) or path.stem, place


def _results(annotation: Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for result in annotation.get("result") or []:
        if isinstance(result, dict) and result.get("from_name") in _NAMES:
            found[result["from_name"]] = result.get("value")
    return found


def _labeller(user: Any) -> str:
    if isinstance(user, Mapping):
        return str(user.get("email") or user.get("username") or user.get("id") or "")
    return "" if user is None else str(user)


def _sheet(text: str, path: Path) -> Iterator[tuple[Row, str, str]]:
    """A spreadsheet's rows: commas, semicolons or tabs; heads in any case; marks against formulas taken off."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    heads: list[str] | None = None
    known = {*(f.name for f in fields(Item)), *ANSWERS, *_LABELLERS}
    try:
        for cells in reader:
            if heads is None:
                heads = [h.strip().lower() for h in cells]
                if "stance" not in heads:
                    raise InputError(f"{path}: has no column 'stance'; its columns are {', '.join(cells)[:200]}")
                continue
            row = {h: _unmarked(c) for h, c in zip(heads, cells, strict=False) if h in known}
            if any(row.values()):
                yield row, path.stem, f"{path}, line {reader.line_num}"
    except csv.Error as problem:
        raise InputError(f"{path}, line {reader.line_num}: not CSV ({problem})") from None


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _decoded(data: bytes) -> str:
    """Text as spreadsheets save it: UTF-8 with or without its mark, UTF-16 with it, else Windows' western letters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
