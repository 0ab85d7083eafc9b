"""Judgements in one file, Parquet, CSV or JSONL, a row a judged sentence, with the columns that parts have."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from slantwise.parts import JUDGEMENT_SCHEMA, PROVENANCE, judgement_rows, judgement_table, replacing
from slantwise.provenance import Provenance
from slantwise.records import InputError, Judged
from slantwise.spreadsheets import no_formula

ENDINGS = (".parquet", ".csv", ".jsonl")
_GROUP = 20_000


_Rows = Iterable[Mapping[str, Any]]
_Write = Callable[[_Rows], None]


def is_judgement_file(path: str | Path) -> bool:
    """Whether a name says that it is one file of judgements, not a folder of parts."""
    return Path(path).suffix.lower() in ENDINGS


def written(judged: Iterable[Judged], path: str | Path, provenance: Provenance) -> Iterator[Judged]:
    """The judged articles as they come, each written to a file; it is there under its name once all have come.

    Raises InputError where the name's ending is not in `ENDINGS` or the file cannot lie there, once the first article
    is asked for.
    """
    path = Path(path)
    if not is_judgement_file(path):
        raise InputError(
            f"{path}: files ending in {path.suffix or 'nothing'!r} hold no judgements; accepted: {', '.join(ENDINGS)}"
        )
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(
            f"{path}: is a folder" if path.is_dir() else f"{path}: there is no folder {str(path.parent)!r}"
        )
    with replacing(path) as file, _WRITERS[path.suffix.lower()](file, provenance) as write:
        for article, pairs in judged:
            write(judgement_rows(article, pairs))
            yield article, pairs


@contextmanager
def _parquet(file: Path, provenance: Provenance) -> Iterator[_Write]:
    schema = JUDGEMENT_SCHEMA.with_metadata({PROVENANCE: provenance.to_json().encode()})
    waiting: list[Mapping[str, Any]] = []
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:

        def write(rows: _Rows) -> None:
            waiting.extend(rows)
            if len(waiting) >= _GROUP:
                flush()

        def flush() -> None:
            writer.write_table(judgement_table(waiting).replace_schema_metadata(schema.metadata))
            waiting.clear()

        yield write
        flush()


@contextmanager
def _csv(file: Path, provenance: Provenance) -> Iterator[_Write]:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(JUDGEMENT_SCHEMA.names)
        yield lambda rows: writer.writerows([_cell(row[name]) for name in JUDGEMENT_SCHEMA.names] for row in rows)


@contextmanager
def _jsonl(file: Path, provenance: Provenance) -> Iterator[_Write]:
    with file.open("w", encoding="utf-8", newline="\n") as stream:

        def write(rows: _Rows) -> None:
            for row in rows:
                print(json.dumps(row, ensure_ascii=False), file=stream)

        yield write


def _cell(value: Any) -> Any:
    """As CSV has it: mentions as JSON; a text that a spreadsheet would take for a formula gets a quote before it."""
    if isinstance(value, list):
        return json.dumps(value)
    return no_formula(value) if isinstance(value, str) else value


_WRITERS = {".parquet": _parquet, ".csv": _csv, ".jsonl": _jsonl}
