"""Inputs in units: what one reader of several goes through at a time. Knows nothing of what becomes of them.

A unit is a file; several small ones that follow each other; or some row groups of a large Parquet file, the only format
that can be entered in the middle. Units depend on the files alone, and their order is that in which one reader would
have read everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from slantwise.articles.files import Format, Input, inputs
from slantwise.articles.texts import is_address
from slantwise.records import InputError

# Bytes: smaller files are read together up to this size, Parquet that is larger is read in parts of about it.
UNIT = 32 * 2**20
# The file, in the folder of the units of a run, that lists them.
LISTING = "listing.json"


@dataclass(frozen=True)
class Unit:
    """Inputs that are read together, and how many bytes each file has."""

    inputs: tuple[Input, ...]
    sizes: tuple[int, ...]

    def described(self) -> list[list[str | int | None]]:
        """Name, size, and first and last row group of each input, to tell whether two units are the same."""
        return [[i.name, size, *(i.groups or (None, None))] for i, size in zip(self.inputs, self.sizes, strict=True)]

    def check_here(self) -> None:
        """InputError where a file cannot be seen from here, or is not as large as it was when it was listed."""
        for source, size in zip(self.inputs, self.sizes, strict=True):
            try:
                here = size_of(source)
            except OSError as problem:
                raise InputError(
                    f"{source.name}: cannot be read by every machine ({problem.strerror or problem}); articles must "
                    "lie where all machines see them under the same name, or in an object store"
                ) from None
            if here != size:
                raise InputError(f"{source.name}: has {here} bytes, not {size} as when it was listed; begin anew")


def units_of(
    places: Iterable[str], format: str | None = None, offline: bool = False, size: int = UNIT
) -> Iterator[Unit]:
    """The units of all that was named, in order.

    InputError for what only one reader can read: standard input, web addresses, feeds and lists of addresses that are
    named; and where there is nothing of a name.
    """
    waiting: list[tuple[Input, int]] = []
    for place in places:
        for source in _several_can_read(place, format, offline):
            bytes_ = size_of(source)
            if bytes_ > size or sum(b for _, b in waiting) + bytes_ > size:
                yield from _together(waiting)
                waiting = []
            if bytes_ > size:
                yield from _apart(source, bytes_, size)
            else:
                waiting.append((source, bytes_))
    yield from _together(waiting)


def size_of(source: Input) -> int:
    """How many bytes an input's file has, packed where it is; OSError where it cannot be seen."""
    if "://" not in source.name:
        return Path(source.name).stat().st_size
    from fsspec.core import url_to_fs

    system, path = url_to_fs(source.name)
    return int(system.size(path))


def _several_can_read(place: str, format: str | None, offline: bool) -> Iterator[Input]:
    if place == "-" or is_address(place):
        what = "standard input" if place == "-" else place
        raise InputError(f"{what}: can be read by one machine only; save it as files, or leave out --engine ray")
    for source in inputs(place, Format(format) if format else None, offline):
        if source.format is Format.URLS or (source.format is Format.FEED and source.named):
            raise InputError(
                f"{source.name}: pages are fetched by one machine only; save them as files, or leave out --engine ray"
            )
        yield source


def _together(waiting: list[tuple[Input, int]]) -> Iterator[Unit]:
    if waiting:
        yield Unit(tuple(source for source, _ in waiting), tuple(bytes_ for _, bytes_ in waiting))


def _apart(source: Input, bytes_: int, size: int) -> Iterator[Unit]:
    """Row groups of Parquet as they fill a unit; any other file whole."""
    bounds = _row_groups(source, size) if source.format is Format.PARQUET else []
    for groups in bounds:
        yield Unit((replace(source, groups=groups),), (bytes_,))
    if not bounds:
        yield Unit((source,), (bytes_,))


def _row_groups(source: Input, size: int) -> list[tuple[int, int]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    bounds, first, held = [], 0, 0
    try:
        with source.open() as stream:
            metadata = pq.read_metadata(stream)
    except (pa.ArrowException, OSError):
        return []  # whoever reads it will say what is wrong with it
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        held += sum(group.column(j).total_compressed_size for j in range(group.num_columns))
        if held >= size:
            bounds.append((first, i + 1))
            first, held = i + 1, 0
    return [*bounds, (first, metadata.num_row_groups)] if first < metadata.num_row_groups else bounds
