"""How many articles inputs hold, where that can be known without reading them through."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from slantwise.articles.files import Format, Input, format_of, inputs
from slantwise.articles.texts import is_address
from slantwise.records import InputError

# Lines of larger files are not counted: it takes a second a gigabyte or so.
MOST_BYTES = 4 * 2**30


def expected_articles(paths: Iterable[str | Path], format: str | None = None) -> int | None:
    """How many articles, or rows that are none, local paths hold; None where that takes reading them.

    It is known of texts, pages and Parquet, and of JSONL that is not packed. Never fails: None where a path is wrong.
    """
    count = 0
    try:
        for place in map(str, paths):
            if place == "-" or is_address(place) or "://" in place:
                return None
            for source in inputs(place, Format(format) if format else None):
                found = _articles(source)
                if found is None:
                    return None
                count += found
    except (InputError, OSError, ValueError):
        return None
    return count


def _articles(source: Input) -> int | None:
    packed = format_of(source.name)[1]
    if source.format in (Format.TEXT, Format.HTML):
        return 1
    if source.format is Format.PARQUET:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return int(pq.read_metadata(source.name).num_rows)
        except pa.ArrowException:
            return None
    if source.format is Format.JSONL and not packed and Path(source.name).stat().st_size <= MOST_BYTES:
        with source.open() as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(2**20), b""))
    return None
