"""Dates as people, feeds and sites write them, to ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

_MONTHS = {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_NAMED = re.compile(
    r"\b(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?[\s.,-]+(?:of\s+)?)?(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"[\s.,-]+(?:(?P<d2>\d{1,2})(?:st|nd|rd|th)?[\s.,-]+)?(?P<year>\d{4})\b",
    re.IGNORECASE,
)
_LEADING = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_PARTIAL = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?$")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?Z?)?$")
# Seconds, milliseconds, microseconds and nanoseconds since 1970, for dates between 1985 and 2100.
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+|\d{3}|\d{6}|\d{9})?$")


def iso_date(value: object) -> str:
    """The date in ISO 8601; as it was written where that says no day for sure (03/04/2018 is in March or in April).

    Read are ISO 8601 with its common variations, RFC 2822 (feeds), dates with the month's name in English, seconds
    or milliseconds since 1970, and Python's own dates. A year or a month alone stays what it is.
    """
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip() if value is not None else ""
    if not text or _PARTIAL.match(text):
        return text
    try:
        return _parsed(text) or text
    except (ValueError, OverflowError, TypeError, IndexError):
        return text


def _parsed(text: str) -> str:
    if m := _COMPACT.match(text):
        year, month, day, hour, minute, second = (int(x or 0) for x in m.groups())
        if 1900 <= year <= 2100:
            stamp = datetime(year, month, day, hour, minute, second)
            return stamp.isoformat() if m[4] else stamp.date().isoformat()
    if m := _EPOCH.match(text):
        return datetime.fromtimestamp(int(m[1]), UTC).isoformat()
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        pass
    else:
        return stamp.date().isoformat() if len(text) <= 10 else stamp.isoformat(timespec="seconds")
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, TypeError, IndexError):
        pass
    if m := _LEADING.match(text):
        return date(int(m[1]), int(m[2]), int(m[3])).isoformat()
    if (m := _NAMED.search(text)) and (named := m["d1"] or m["d2"]):
        return date(int(m["year"]), _MONTHS[m["month"].lower()], int(named)).isoformat()
    return ""
