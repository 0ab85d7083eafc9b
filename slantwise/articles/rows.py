"""Rows that are in memory already to articles, as the rows of a file are: the same columns, the same rejections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slantwise.articles.columns import Columns
from slantwise.articles.duplicates import Duplicates
from slantwise.articles.finishing import Finisher
from slantwise.articles.languages import Languages
from slantwise.articles.rejections import OnReject, Rejection, warn
from slantwise.articles.tables import draft_of
from slantwise.records import Article, InputError


def articles_of_rows(
    rows: Iterable[Mapping[str, Any]],
    outlet: str | None = None,
    on_reject: OnReject = warn,
    *,
    columns: Columns | Mapping[str, str] | None = None,
    languages: Iterable[str] = ("en",),
    keep_duplicates: bool = False,
) -> Iterator[Article]:
    """Make articles of rows, one by one; see `read_articles` for what the arguments mean.

    The first row is `row 0` in `Article.origin` and in rejections.
    """
    columns = columns if isinstance(columns, Columns) else Columns(columns)
    finisher = Finisher(outlet, Languages(tuple(languages)), None if keep_duplicates else Duplicates())
    for number, row in enumerate(rows):
        place = f"row {number}"
        try:
            found = finisher.finished(draft_of(row, place, columns))
        except InputError as problem:
            found = Rejection.of(problem, place)
        if isinstance(found, Article):
            yield found
        else:
            on_reject(found)
