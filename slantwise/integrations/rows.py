"""Sentences, contexts and targets out of what holds them: lists, arrays, columns and data frames of any library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import narwhals as nw

from slantwise.records import InputError
from slantwise.targets import Target


@dataclass(frozen=True)
class Rows:
    """What is to be judged, row by row; None where a row has no sentence or no target."""

    sentences: list[str | None]
    targets: list[str | Target | None]
    contexts: list[str]

    def judgeable(self) -> list[int]:
        """The places of the rows that have both."""
        both = zip(self.sentences, self.targets, strict=True)
        return [i for i, (sentence, target) in enumerate(both) if sentence is not None and target is not None]


def eager_frame(data: Any) -> nw.DataFrame[Any] | None:
    """A data frame of pandas, Polars, PyArrow or another library; None for what is none; InputError for a lazy one."""
    frame = nw.from_native(data, pass_through=True, allow_series=True)
    if isinstance(frame, nw.LazyFrame):
        raise InputError("the data frame is a lazy one; collect it first: frame.collect()")
    return frame if isinstance(frame, nw.DataFrame) else None


def column_of(frame: nw.DataFrame[Any], name: str) -> list[Any]:
    """The values of a column, None where they are missing; InputError where there is no such column."""
    if name not in frame.columns:
        known = ", ".join(map(str, frame.columns))[:200] or "none"
        raise InputError(f"column {name!r} is not in the data frame; it has {known}")
    return [_known(value) for value in frame[name].to_list()]


def named_rows(frame: nw.DataFrame[Any]) -> Iterator[dict[str, Any]]:
    """The rows as dictionaries, None where values are missing."""
    for row in frame.iter_rows(named=True):
        yield {name: _known(value) for name, value in row.items()}


def rows_of(
    data: Any,
    target: str | Target | None,
    sentence_column: str,
    target_column: str | None,
    context_column: str | None,
) -> Rows:
    """The rows of a data frame, by its columns, or of a sequence, array or column of sentences.

    `target` is that of all rows, also of those that have none in `target_column`. InputError where a column is missing,
    where there is no target at all, and where a sequence is not one of sentences.
    """
    if target is None and target_column is None:
        raise InputError("no target is given; give target, a company's name, or target_column, a column of names")
    frame = eager_frame(data)
    if frame is not None:
        sentences = column_of(frame, sentence_column)
        targets = [target] * len(sentences) if target_column is None else column_of(frame, target_column)
        contexts = [None] * len(sentences) if context_column is None else column_of(frame, context_column)
    else:
        if target is None or context_column is not None:
            column = target_column if target is None else context_column
            raise InputError(f"column {column!r} needs a data frame, and {type(data).__name__} is none")
        sentences = _sequence(data)
        targets, contexts = [target] * len(sentences), [None] * len(sentences)
    found = [_text(s) for s in sentences]
    if sentences and not any(found) and any(s is not None and not isinstance(s, str) for s in sentences):
        odd = next(s for s in sentences if s is not None and not isinstance(s, str))
        raise InputError(f"sentences are strings; the first here is {odd!r:.40}, a {type(odd).__name__}")
    return Rows(
        found,
        [t if isinstance(t, Target) else _text(t) or target for t in targets],
        [_text(c) or "" for c in contexts],
    )


def _sequence(data: Any) -> list[Any]:
    if isinstance(data, str) or not isinstance(data, Iterable):
        raise InputError(f"{data!r:.40} is no sequence of sentences; a list, an array or a data frame is expected")
    shape = tuple(getattr(data, "shape", ()))
    if len(shape) > 1:
        if shape[1:] != (1,) or not hasattr(data, "tolist"):
            raise InputError(
                f"an array of shape {shape} holds no one sentence a row; (n,), (n, 1) or a data frame is expected"
            )
        return [_known(row[0]) for row in data.tolist()]
    values: Sequence[Any] = data.tolist() if hasattr(data, "tolist") else list(data)
    if not isinstance(values, list):
        raise InputError("a single value is no sequence of sentences; a list, an array or a data frame is expected")
    return [_known(value) for value in values]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _known(value: Any) -> Any:
    """The value, None where a library says in its own way that there is none (NaN, NaT, NA)."""
    if type(value).__name__ == "NAType" or (isinstance(value, float | datetime) and value != value):
        return None
    return value
