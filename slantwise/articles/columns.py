"""Which column of a table holds which field of an article: the spellings that are known, and those a user gives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from slantwise.records import InputError

# In the order in which they are looked for; capitals, spaces, hyphens and underscores do not matter.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "body", "content", "article_text", "full_text", "main_text", "article_body", "article_content",
        "plain_text", "raw_text", "article", "story",
    ),
    "outlet": (
        "outlet", "source", "publisher", "domain", "source_name", "source_domain", "publication", "site_name",
        "newspaper", "hostname",
    ),
    "title": ("title", "headline", "article_title"),
    "date": (
        "date", "published", "published_at", "date_published", "date_publish", "publish_date", "published_date",
        "publication_date", "pub_date", "published_time", "timestamp",
    ),
    "url": ("url", "link", "article_url", "source_url", "canonical_url", "uri", "permalink"),
}  # fmt: skip
FIELDS = tuple(SPELLINGS)


class Columns:
    """Finds an article's fields in rows."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        """`given` names the column of some fields; the others go by `SPELLINGS`. InputError for an unknown field."""
        self.given = dict(given or {})
        for field, column in self.given.items():
            if field not in FIELDS or not column:
                raise InputError(
                    f"columns: {field!r}={column!r} is not recognised; accepted are FIELD=COLUMN with the fields "
                    f"{', '.join(FIELDS)}"
                )
        self._places = lru_cache(maxsize=256)(self._find)

    @classmethod
    def parse(cls, text: str) -> Columns:
        """Of `text=body,outlet=domain`."""
        pairs: dict[str, str] = {}
        for part in text.split(","):
            field, _, column = part.partition("=")
            pairs[field.strip()] = column.strip()
        return cls(pairs)

    def accepted(self, field: str) -> str:
        """The spellings of a field, for messages."""
        return repr(self.given[field]) if field in self.given else ", ".join(SPELLINGS[field])

    def places(self, names: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """The columns among `names` that may hold each field, the likeliest first."""
        return self._places(tuple(names))

    def _find(self, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        folded: dict[str, str] = {}
        for name in names:
            folded.setdefault(_folded(name), name)
        found = {}
        for field in FIELDS:
            if field in self.given:
                found[field] = tuple(n for n in names if n == self.given[field])
            else:
                found[field] = tuple(folded[_folded(s)] for s in SPELLINGS[field] if _folded(s) in folded)
        return found

    def fields_of(self, row: Mapping[str, Any], place: str) -> dict[str, str]:
        """The fields of a row, empty where it has none. InputError, which names `place`, where a value is no text."""
        found = {}
        for field, columns in self.places(row).items():
            value = next((v for c in columns if not _blank(v := row[c])), "")
            found[field] = _as_text(value, field, place)
        if not found["text"].strip():
            raise InputError(
                f"{place}: has no text; accepted fields are {self.accepted('text')}; "
                f"it has {', '.join(map(str, row))[:200] or 'none'}"
            )
        return found


def _folded(name: str) -> str:
    return "".join(c for c in str(name).casefold() if c not in " _-")


def _blank(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, float) and math.isnan(value))
    )


def _as_text(value: Any, field: str, place: str) -> str:
    if field == "outlet" and isinstance(value, Mapping):
        value = value.get("name") or value.get("title") or ""
    if field == "date" and isinstance(value, datetime | date):
        return value.isoformat()
    if field == "date" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise InputError(f"{place}: {field} is {str(value)[:40]!r}, not a string")
    return value
