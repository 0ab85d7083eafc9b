"""RSS and Atom: entries that carry their article whole, and the addresses of those that do not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from time import struct_time
from typing import Any

from slantwise.articles.drafts import Draft
from slantwise.articles.pages import text_of_html
from slantwise.articles.rejections import Rejection
from slantwise.articles.texts import is_address
from slantwise.records import InputError

# An entry's content with fewer words than this is a teaser.
WHOLE = 150


def feed_entries(data: bytes, place: str) -> Iterator[Draft | Rejection]:
    """The entries of a feed: with their text where they carry it whole, else with an empty one and their address."""
    if b"<!ENTITY" in data.replace(b"\0", b"").upper():
        raise InputError(f"{place}: declares entities, which no feed needs and which can swell without end")
    import feedparser

    try:
        feed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except Exception as problem:
        # What strangers call a feed fails in many ways.
        raise InputError(f"{place}: cannot be read as RSS or Atom ({type(problem).__name__})") from None
    if not feed.get("version") and not feed.entries:
        raise InputError(f"{place}: neither RSS nor Atom")
    if not feed.entries:
        yield Rejection(place, "the feed has no entries")
    for number, entry in enumerate(feed.entries, 1):
        origin = f"{place}, entry {number}"
        try:
            yield _entry_draft(entry, origin, str(feed.feed.get("title") or ""))
        except InputError as problem:
            yield Rejection.of(problem, origin)


def _entry_draft(entry: Any, origin: str, feed_title: str) -> Draft:
    pieces = [str(c.get("value") or "") for c in entry.get("content") or ()]
    html = max(pieces, key=len, default="")
    try:
        text = text_of_html(html, origin) if len(html.split()) >= WHOLE else ""
    except InputError:
        text = ""  # the page itself may be better
    url = str(entry.get("link") or "").strip()
    if len(text.split()) < WHOLE:
        text = ""
        if not is_address(url):
            raise InputError(f"{origin}: carries no whole article and no address of one")
    return Draft(text, origin, title=str(entry.get("title") or ""), date=_date(entry), url=url, hint=feed_title)


def _date(entry: Any) -> str:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    if isinstance(parsed, struct_time):
        return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+00:00".format(*parsed[:6])
    return str(entry.get("published") or entry.get("updated") or "")


def looks_like_feed(data: bytes) -> bool:
    """Whether a document is RSS or Atom by its first element."""
    head = data.replace(b"\0", b"")[:2048].lower()
    return any(mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf")) and b"<html" not in head
