"""Tables to drafts, row by row: JSONL, CSV and Parquet. A bad row is a `Rejection`, and the rest goes on."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from slantwise.articles.columns import SPELLINGS, Columns
from slantwise.articles.drafts import Draft
from slantwise.articles.files import Input
from slantwise.articles.rejections import Rejection
from slantwise.articles.streams import LARGEST, decoded, lines_of
from slantwise.records import InputError

TOO_LONG = f"longer than {LARGEST // 2**20} MiB, which is too much for one article"
_PARQUET_ROWS = 64
# A row group is unpacked column by column; one whose columns are larger than this is not worth the memory.
_LARGEST_CHUNK = 2 * 2**30
# A byte that is not UTF-8 comes through the decoding as one of these.
_ESCAPED = range(0xDC80, 0xDD00)


def draft_of(row: Mapping[str, Any], place: str, columns: Columns, folder: str = "") -> Draft:
    """The draft of one row; InputError, which begins with `place`, where it is none."""
    return Draft(**columns.fields_of(row, place), origin=place, hint=folder)


def jsonl_drafts(source: Input, columns: Columns) -> Iterator[Draft | Rejection]:
    """The drafts of JSONL, one a line."""
    empty = True
    with source.open() as stream:
        for number, line in lines_of(stream):
            if line is not None and not line.strip():
                continue
            empty, place = False, f"{source.name}, line {number}"
            try:
                yield draft_of(_json_row(line, place), place, columns, source.folder)
            except InputError as problem:
                yield Rejection.of(problem, place)
    if empty:
        yield Rejection(source.name, "the file is empty")


def _json_row(line: bytes | None, place: str) -> dict[str, Any]:
    if line is None:
        raise InputError(f"{place}: {TOO_LONG}")
    try:
        row = json.loads(decoded(line, place).strip())
    except InputError:
        raise
    except (ValueError, RecursionError) as problem:
        raise InputError(f"{place}: not JSON ({problem})") from None
    if not isinstance(row, dict):
        raise InputError(f"{place}: {str(row)[:40]!r} is not a JSON object")
    return row


def csv_drafts(source: Input, columns: Columns) -> Iterator[Draft | Rejection]:
    """The drafts of CSV with a line of column names; the delimiter is the one that line has most of."""
    # The default, 131,072 characters, is less than a long article; the module has one limit for all its users.
    csv.field_size_limit(max(csv.field_size_limit(), LARGEST))
    with source.open() as stream:
        skipped: list[Rejection] = []
        lines = _short_lines(source, stream, skipped)
        header = next(lines, b"").decode("utf-8-sig", "surrogateescape")
        if not header.strip():
            yield Rejection(source.name, "the file is empty")
            return
        delimiter = max(",;\t|", key=header.count)
        rest = (line.decode("utf-8", "surrogateescape") for line in lines)
        rows = csv.reader(_chained(header, rest), delimiter=delimiter)
        try:
            names = [name.strip() for name in next(rows)]
        except csv.Error as problem:
            raise InputError(f"{source.name}, line 1: not CSV ({problem})") from None
        _check_columns(source.name, names, columns)
        while True:
            place = f"{source.name}, line {rows.line_num + 1}"
            try:
                cells = next(rows)
                if cells:
                    yield draft_of(_csv_row(cells, names, place), place, columns, source.folder)
            except StopIteration:
                yield from skipped
                return
            except csv.Error as problem:
                yield Rejection(place, f"not CSV ({problem})")
            except InputError as problem:
                yield Rejection.of(problem, place)
            yield from skipped
            skipped.clear()


def _short_lines(source: Input, stream: IO[bytes], skipped: list[Rejection]) -> Iterator[bytes]:
    for number, line in lines_of(stream):
        if line is None:
            skipped.append(Rejection(f"{source.name}, line {number}", TOO_LONG))
        yield b"\n" if line is None else line  # a blank one keeps the count of lines


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _csv_row(cells: list[str], names: list[str], place: str) -> dict[str, str]:
    if len(cells) > len(names):
        raise InputError(f"{place}: has {len(cells)} cells, but there are {len(names)} columns; a quote may be missing")
    if len(cells) < len(names) and "\n" in cells[-1]:
        raise InputError(
            f"{place}: the last of its {len(cells)} cells runs over {cells[-1].count(chr(10)) + 1} lines, and there "
            f"are {len(names)} columns; a quote may be missing"
        )
    for cell in cells:
        bad = next((c for c in cell if ord(c) in _ESCAPED), None) if not cell.isascii() else None
        if bad:
            raise InputError(f"{place}: byte 0x{ord(bad) - 0xDC00:02x} is not UTF-8; save the file as UTF-8")
    return dict(zip(names, cells, strict=False))


def parquet_drafts(source: Input, columns: Columns) -> Iterator[Draft | Rejection]:
    """The drafts of Parquet, of whose columns only those that are needed are read."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    with source.open() as stream:
        try:
            file = parquet.ParquetFile(stream)
            names = [n for n in file.schema_arrow.names if isinstance(n, str)]
            _check_columns(source.name, names, columns)
            needed = list(dict.fromkeys(c for found in columns.places(names).values() for c in found))
            _check_size(source.name, file, set(needed))
            groups = range(*(source.groups or (0, file.num_row_groups)))
            number = sum(file.metadata.row_group(i).num_rows for i in range(groups.start))
            for batch in file.iter_batches(_PARQUET_ROWS, groups, columns=needed, use_threads=False):
                for row in _rows_of(batch):
                    number += 1
                    place = f"{source.name}, row {number}"
                    try:
                        yield draft_of(row, place, columns, source.folder)
                    except InputError as problem:
                        yield Rejection.of(problem, place)
        except (arrow.ArrowException, OSError, UnicodeDecodeError, OverflowError) as problem:
            raise InputError(f"{source.name}: cannot be read as Parquet ({' '.join(str(problem).split())})") from None


def _rows_of(batch: Any) -> list[dict[str, Any]]:
    """A batch's rows as dictionaries."""
    rows: list[dict[str, Any]] = batch.to_pylist()
    return rows


def _check_size(name: str, file: Any, needed: set[str]) -> None:
    for i in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(i)
        chunks = (group.column(j) for j in range(group.num_columns))
        size = sum(c.total_uncompressed_size for c in chunks if c.path_in_schema.split(".")[0] in needed)
        if size > _LARGEST_CHUNK:
            raise InputError(
                f"{name}: row group {i} unpacks to {size / 2**30:.1f} GiB; write it with smaller row groups (at most "
                f"{_LARGEST_CHUNK / 2**30:.0f} GiB)"
            )


def _check_columns(name: str, names: list[str], columns: Columns) -> None:
    """InputError where no row of the table can have a text: once for the file, not for each of its rows."""
    if not columns.places(names)["text"]:
        raise InputError(
            f"{name}: has no column with the text; accepted are {columns.accepted('text')}; it has "
            f"{', '.join(names)[:200] or 'none'}; name yours with --columns text=COLUMN"
        )
    missing = [c for c in columns.given.values() if c not in names]
    if missing:
        raise InputError(f"{name}: has no column {missing[0]!r}; it has {', '.join(names)[:200]}")


def looks_like_csv(line: str) -> bool:
    """Whether a line reads as the column names of a table of articles."""
    cells = {c.strip().strip('"').casefold() for c in line.replace(";", ",").replace("\t", ",").split(",")}
    return len(cells) > 1 and not cells.isdisjoint(SPELLINGS["text"])
