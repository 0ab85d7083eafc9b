"""Every input format to `Article`, through one door: `read_articles`.

Plain text (files, folders of files, an outlet a sub-folder) and JSONL. What cannot be read is rejected with its place
and reason and the rest goes on; only a path that does not exist stops the reading.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from slantwise.records import Article, InputError

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md"})
JSONL_SUFFIXES = frozenset({".jsonl", ".ndjson"})

_FIELDS: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content"),
    "outlet": ("outlet", "source", "publisher", "domain"),
    "title": ("title", "headline"),
    "date": ("date", "published", "published_at"),
    "url": ("url", "link"),
}

OutletsByHash = Mapping[str, str]
OnReject = Callable[[str], None]


def warn(message: str) -> None:
    """Print a warning to stderr; the default for rejected input."""
    print(f"warning: {message}", file=sys.stderr)


def read_articles(
    paths: Iterable[str | Path],
    outlet: str | None = None,
    known_outlets: OutletsByHash | None = None,
    on_reject: OnReject = warn,
) -> Iterator[Article]:
    """Read articles one by one from files and folders, in the order of their names.

    A text file's outlet is the one `known_outlets` has for the SHA-256 of its bytes, else the sub-folder of the given
    folder it lies in, else `outlet`. A JSONL line is an object with `text` (or `body`, `content`) and `outlet` (or
    `source`, `publisher`, `domain`), and if it likes `title`, `date` and `url`; `outlet` fills in where it has none.

    `on_reject` is called with one line for every file or line that cannot be used. Raises InputError when a given
    path does not exist or is of no known kind.
    """
    for path in map(Path, paths):
        if not path.exists():
            raise InputError(f"{path}: there is no such file or folder")
        if path.is_dir():
            files = sorted(
                f for f in path.rglob("*") if f.is_file() and f.suffix.lower() in TEXT_SUFFIXES | JSONL_SUFFIXES
            )
            # What describes a folder of articles is not one of them.
            files = [f for f in files if f.stem.upper() != "README"]
            if not files:
                on_reject(f"{path}: the folder holds no articles; accepted are {_accepted()}")
            for file in files:
                folder = file.relative_to(path).parts[0] if file.parent != path else None
                yield from _read_file(file, folder or outlet, known_outlets or {}, on_reject)
        elif path.suffix.lower() in TEXT_SUFFIXES | JSONL_SUFFIXES:
            yield from _read_file(path, outlet, known_outlets or {}, on_reject)
        else:
            raise InputError(
                f"{path}: files ending in {path.suffix or 'nothing'!r} are not read; accepted are {_accepted()}"
            )


def _accepted() -> str:
    return ", ".join(sorted(TEXT_SUFFIXES | JSONL_SUFFIXES))


def _read_file(path: Path, outlet: str | None, known_outlets: OutletsByHash, on_reject: OnReject) -> Iterator[Article]:
    try:
        if path.suffix.lower() in JSONL_SUFFIXES:
            yield from _read_jsonl(path, outlet, on_reject)
        else:
            yield _read_text(path, outlet, known_outlets)
    except (InputError, OSError) as problem:
        on_reject(str(problem))


def _read_text(path: Path, outlet: str | None, known_outlets: OutletsByHash) -> Article:
    data = path.read_bytes()
    outlet = known_outlets.get(hashlib.sha256(data).hexdigest()) or outlet
    text = _decoded(data, str(path))
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    if not outlet:
        raise InputError(
            f"{path}: its outlet is not known; put it into a sub-folder named after its outlet, or give --outlet"
        )
    return Article(text, outlet, origin=str(path))


def _decoded(data: bytes, place: str) -> str:
    if b"\0" in data:
        raise InputError(f"{place}: a binary file, not text (byte 0 at offset {data.index(0)})")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise InputError(
            f"{place}, line {line}: byte 0x{data[problem.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


def _read_jsonl(path: Path, outlet: str | None, on_reject: OnReject) -> Iterator[Article]:
    empty = True
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            empty = False
            try:
                yield article_from_row(_row(line, f"{path}, line {number}"), f"{path}, line {number}", outlet)
            except InputError as problem:
                on_reject(str(problem))
    if empty:
        on_reject(f"{path}: the file is empty")


def _row(line: bytes, place: str) -> dict[str, Any]:
    try:
        row = json.loads(_decoded(line, place).strip())
    except (json.JSONDecodeError, RecursionError) as problem:
        raise InputError(f"{place}: not JSON ({problem})") from None
    if not isinstance(row, dict):
        raise InputError(f"{place}: {str(row)[:40]!r} is not a JSON object")
    return row


def article_from_row(row: Mapping[str, Any], place: str, outlet: str | None = None) -> Article:
    """Make an article of a mapping with the fields that `read_articles` names; `place` is said in errors."""
    values = {}
    for field, spellings in _FIELDS.items():
        value = next((row[s] for s in spellings if row.get(s) is not None), "")
        if not isinstance(value, str):
            raise InputError(f"{place}: {field} is {str(value)[:40]!r}, not a string")
        values[field] = value
    if not values["text"].strip():
        raise InputError(
            f"{place}: has no text; accepted fields are {', '.join(_FIELDS['text'])}; it has {', '.join(row) or 'none'}"
        )
    values["outlet"] = values["outlet"].strip() or outlet or ""
    if not values["outlet"]:
        raise InputError(
            f"{place}: has no outlet; accepted fields are {', '.join(_FIELDS['outlet'])}, or give --outlet"
        )
    return Article(**values, origin=place)
