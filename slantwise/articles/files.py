"""From what a user names (files, folders, globs, s3:// and gs://, `-`) to inputs that can be opened, one by one."""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO

from slantwise.articles.stores import SCHEMES, Store
from slantwise.articles.streams import unpacked
from slantwise.records import InputError


class Format(StrEnum):
    """What an input holds."""

    TEXT = "text"
    HTML = "html"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    WARC = "warc"
    FEED = "feed"
    URLS = "urls"


SUFFIXES: dict[str, Format] = {
    ".txt": Format.TEXT, ".text": Format.TEXT, ".md": Format.TEXT, ".markdown": Format.TEXT,
    ".html": Format.HTML, ".htm": Format.HTML, ".xhtml": Format.HTML,
    ".jsonl": Format.JSONL, ".ndjson": Format.JSONL,
    ".csv": Format.CSV, ".tsv": Format.CSV,
    ".parquet": Format.PARQUET, ".pq": Format.PARQUET,
    ".warc": Format.WARC,
    ".rss": Format.FEED, ".atom": Format.FEED, ".xml": Format.FEED,
    ".urls": Format.URLS,
}  # fmt: skip
# Formats that are read from front to back, and so may be packed.
PACKABLE = frozenset({Format.TEXT, Format.HTML, Format.JSONL, Format.CSV, Format.WARC, Format.FEED})
ACCEPTED = (
    f"folders, globs, files ending in {' '.join(sorted(SUFFIXES))} (.gz after them too), http(s), s3 and gs addresses, "
    "and - for standard input"
)


@dataclass(frozen=True)
class Input:
    """One file, or what is like one. `folder` is the sub-folder of the named folder that it lies in.

    `named` is whether the user named it rather than a folder or a glob that holds it: only then does a list of
    addresses in it mean that they shall be fetched. `groups` are the first of the row groups of Parquet to be read and
    the first not to be; None is all.
    """

    name: str
    open: Callable[[], IO[bytes]]
    format: Format | None
    folder: str = ""
    named: bool = False
    groups: tuple[int, int] | None = None


def format_of(name: str) -> tuple[Format | None, bool]:
    """The format that a file's name says, and whether it is packed with gzip."""
    path = PurePosixPath(name.replace(os.sep, "/"))
    packed = path.suffix.lower() == ".gz"
    found = SUFFIXES.get((PurePosixPath(path.stem) if packed else path).suffix.lower())
    return (None, False) if packed and found not in PACKABLE else (found, packed)


def inputs(place: str, given: Format | None = None, offline: bool = False) -> Iterator[Input]:
    """The inputs that one argument names, those of folders in the order of their names.

    `given` is the format of files whose names say none. InputError when there is nothing of that name, or when a named
    file is of no known format.
    """
    scheme = re.match(r"([a-z][a-z0-9+.-]+)://", place)
    if place == "-":
        yield Input("standard input", lambda: sys.stdin.buffer, given, named=True)
    elif scheme:
        yield from _remote(place, scheme[1], given, offline)
    elif Path(place).is_dir():
        yield from _in_folder(Path(place), _walk(Path(place)))
    elif Path(place).exists():
        yield _named(place, place, _opening_of(Path(place)), given)
    elif glob.has_magic(place):
        yield from _in_glob(place)
    else:
        raise InputError(f"{place}: there is no such file or folder")


def _named(place: str, name: str, opening: Callable[[], IO[bytes]], given: Format | None) -> Input:
    found, packed = format_of(name)
    if found is None and given is None:
        suffix = PurePosixPath(name).suffix
        raise InputError(f"{place}: files ending in {suffix or 'nothing'!r} are not read; accepted are {ACCEPTED}")
    return Input(place, _opening(opening, packed, place), found or given, named=True)


def _opening_of(file: Path) -> Callable[[], IO[bytes]]:
    return lambda: file.open("rb")


def _opening(opening: Callable[[], IO[bytes]], packed: bool, place: str) -> Callable[[], IO[bytes]]:
    return (lambda: unpacked(opening(), place)) if packed else opening


def _walk(folder: Path) -> Iterator[Path]:
    """Its files and its sub-folders', by name; links to folders are not followed, hidden ones not looked at."""
    with os.scandir(folder) as found:
        entries = sorted((e for e in found if not e.name.startswith(".")), key=lambda e: e.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _in_folder(folder: Path, files: Iterator[Path]) -> Iterator[Input]:
    for file in files:
        found, packed = format_of(file.name)
        # What describes a folder of articles is not one of them.
        if found is None or file.stem.upper() == "README":
            continue
        within = file.relative_to(folder).parts
        opening = _opening(_opening_of(file), packed, str(file))
        yield Input(str(file), opening, found, within[0] if len(within) > 1 else "")


def _in_glob(pattern: str) -> Iterator[Input]:
    """A glob is read like the folder before its first wildcard."""
    parts = Path(pattern).parts
    first = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    matches = [Path(m) for m in sorted(glob.iglob(pattern, recursive=True))]  # noqa: PTH207 - absolute patterns too
    files = [m for m in matches if m.is_file()]
    if not files and "**" not in pattern:
        files = [f for m in matches for f in _walk(m)]
    if not files:
        raise InputError(f"{pattern}: no file matches")
    yield from _in_folder(Path(*parts[:first]), iter(files))


def _remote(place: str, scheme: str, given: Format | None, offline: bool) -> Iterator[Input]:
    if scheme in SCHEMES and offline:
        raise InputError(f"{place}: lies in a remote store, and --offline was given")
    store = Store(place, scheme)
    files, root = store.files(place)
    if not root and files == [store.path]:
        yield _named(place, store.path, store.opening(store.path, place), given)
        return
    for file in files:
        found, packed = format_of(file)
        if found is not None and PurePosixPath(file).stem.upper() != "README":
            within = PurePosixPath(file.removeprefix(root).lstrip("/")).parts
            name = f"{scheme}://{file}"
            opening = _opening(store.opening(file, name), packed, name)
            yield Input(name, opening, found, within[0] if len(within) > 1 else "")
