"""The door: `read_articles`, from whatever a user names to articles, one by one.

What cannot be used is rejected with its place and reason and the rest goes on; only what was named and does not exist
stops the reading.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from slantwise.articles.archives import warc_drafts
from slantwise.articles.columns import Columns
from slantwise.articles.drafts import Draft
from slantwise.articles.duplicates import Duplicates
from slantwise.articles.feeds import feed_entries, looks_like_feed
from slantwise.articles.files import Format, Input, inputs
from slantwise.articles.finishing import Finisher
from slantwise.articles.languages import Languages
from slantwise.articles.pages import html_drafts, page_draft
from slantwise.articles.rejections import OnReject, Rejection, warn
from slantwise.articles.streams import lines_of, read_whole, unpacked
from slantwise.articles.tables import csv_drafts, jsonl_drafts, looks_like_csv, parquet_drafts
from slantwise.articles.texts import OutletsByHash, is_address, listed_addresses, text_drafts
from slantwise.records import Article, InputError

if TYPE_CHECKING:
    from slantwise.articles.cache import Page
    from slantwise.articles.fetching import Fetcher

_Found = Iterator[Draft | Rejection]


def read_articles(
    paths: Iterable[str | Path | Input],
    outlet: str | None = None,
    known_outlets: OutletsByHash | None = None,
    on_reject: OnReject = warn,
    *,
    columns: Columns | Mapping[str, str] | None = None,
    languages: Iterable[str] = ("en",),
    keep_duplicates: bool = False,
    offline: bool = False,
    cache: str | Path | None = None,
    format: str | None = None,
    fetcher: Fetcher | None = None,
) -> Iterator[Article]:
    """Read articles one by one from any mix of inputs, those of a folder in the order of their names.

    `paths` are folders, globs, files (text, Markdown, HTML, JSONL, CSV, Parquet, WARC, RSS and Atom, lists of
    addresses; `files.SUFFIXES` has their endings, to which .gz may be added), `s3://` and `gs://` addresses of such,
    addresses of pages and feeds, `-` for standard input, and inputs that `files.inputs` has found. `format` says what
    inputs without an ending hold.

    An article's outlet is what its input says (a column, `known_outlets` by the SHA-256 of a file's bytes, the
    sub-folder of the named folder that a text or page lies in), else `outlet`, else the registered domain of its URL.
    `columns` names columns that are not among the known spellings. Dates become ISO 8601 where they can be read.

    Articles surely in none of `languages` and those that an outlet has twice are rejected, as is what cannot be used:
    `on_reject` is called with a `Rejection` for each. Nothing is fetched unless an address, a feed or a list of
    addresses is named; with `offline` only what `cache` holds. Memory does not grow with the number of articles, but
    for the bounded memory of `duplicates`.

    Raises InputError when a named path does not exist or is of no known kind.
    """
    places = [path if isinstance(path, Input) else str(path) for path in paths]
    given = _format(format)
    columns = columns if isinstance(columns, Columns) else Columns(columns)
    finisher = Finisher(outlet, Languages(tuple(languages)), None if keep_duplicates else Duplicates())
    for place in places:
        if isinstance(place, str) and not is_address(place):
            next(inputs(place, given, offline), None)  # a mistake in the last path is said before hours of reading
    with ExitStack() as stack:
        reader = _Reader(known_outlets or {}, columns, given, offline, cache, fetcher, stack)
        for place in places:
            for found in reader.drafts(place):
                finished = finisher.finished(found) if isinstance(found, Draft) else found
                if isinstance(finished, Article):
                    yield finished
                else:
                    on_reject(finished)


class _Reader:
    """Every format to drafts."""

    def __init__(
        self,
        known_outlets: OutletsByHash,
        columns: Columns,
        given: Format | None,
        offline: bool,
        cache: str | Path | None,
        fetcher: Fetcher | None,
        stack: ExitStack,
    ) -> None:
        self._known_outlets, self._columns, self._given, self._offline = known_outlets, columns, given, offline
        self._cache, self._fetcher, self._stack = cache, fetcher, stack

    def drafts(self, place: str | Input) -> _Found:
        """The drafts of all that one argument names."""
        if isinstance(place, Input):
            yield from self._usable(place)
            return
        if is_address(place):
            yield from self._pages([place], feeds=True)
            return
        empty = True
        for source in inputs(place, self._given, self._offline):
            empty = False
            yield from self._usable(source)
        if empty:
            yield Rejection(place, "the folder holds no articles")

    def _usable(self, source: Input) -> _Found:
        try:
            yield from self._drafts(source)
        except (InputError, OSError) as problem:
            yield Rejection.of(problem, source.name)

    def _drafts(self, source: Input) -> _Found:
        if source.format is None:
            source = _sniffed(source)
        match source.format:
            case Format.JSONL:
                yield from jsonl_drafts(source, self._columns)
            case Format.CSV:
                yield from csv_drafts(source, self._columns)
            case Format.PARQUET:
                yield from parquet_drafts(_seekable(source, self._stack), self._columns)
            case Format.WARC:
                yield from warc_drafts(source)
            case Format.HTML:
                yield from html_drafts(source, self._known_outlets)
            case Format.FEED:
                yield from self._feed(source)
            case Format.URLS:
                yield from self._listed(source)
            case _:
                for draft in text_drafts(source, self._known_outlets):
                    addresses = listed_addresses(draft.text) if source.named else []
                    if addresses:
                        yield from self._pages(addresses, feeds=True)
                    else:
                        yield draft

    def _listed(self, source: Input) -> _Found:
        if not source.named:
            yield Rejection(source.name, "the addresses in it are fetched only when the file itself is named")
            return
        with source.open() as stream:
            lines = (b"" if line is None else line for _, line in lines_of(stream, 2**16))
            texts = (line.decode("utf-8-sig", "replace").strip() for line in lines)
            yield from self._pages((t for t in texts if t and not t.startswith("#")), feeds=True)

    def _feed(self, source: Input) -> _Found:
        with source.open() as stream:
            data = read_whole(stream, source.name)
        yield from self._entries(data, source.name, source.folder, fetch=source.named)

    def _entries(self, data: bytes, place: str, outlet: str, fetch: bool) -> _Found:
        """The articles of a feed's entries, fetched where the entry has just their address."""
        bare: list[Draft] = []
        for found in feed_entries(data, place):
            found = replace(found, outlet=outlet) if isinstance(found, Draft) else found
            if isinstance(found, Rejection) or found.text:
                yield found
            elif fetch:
                bare.append(found)
            else:
                yield Rejection(
                    found.origin, "carries no whole article; it is fetched only when the feed itself is named"
                )
        for entry, page in self._fetch().get_all((e.url, e) for e in bare) if bare else ():
            draft = page if isinstance(page, Rejection) else self._of_page(page)
            if isinstance(draft, Draft):
                draft = replace(draft, outlet=outlet, title=draft.title or entry.title, date=draft.date or entry.date)
            yield draft

    def _pages(self, urls: Iterable[str], feeds: bool) -> _Found:
        for _, page in self._fetch().get_all((url, None) for url in urls):
            if isinstance(page, Rejection):
                yield page
            elif feeds and looks_like_feed(page.body):
                yield from self._feed_page(page)
            else:
                yield self._of_page(page)

    def _feed_page(self, page: Page) -> _Found:
        try:
            yield from self._entries(page.body, page.url, "", fetch=True)
        except InputError as problem:
            yield Rejection.of(problem, page.url)

    def _of_page(self, page: Page) -> Draft | Rejection:
        kind = page.type.lower()
        try:
            if kind and not kind.startswith(("text/", "application/xhtml", "application/xml")):
                raise InputError(f"{page.url}: is {kind[:60]}, not a page")
            return page_draft(page.body, page.url, page.url, page.type)
        except InputError as problem:
            return Rejection.of(problem, page.url)

    def _fetch(self) -> Fetcher:
        if self._fetcher is None:
            from slantwise.articles.fetching import Fetcher

            folder = Path(self._cache) if self._cache is not None else None
            self._fetcher = self._stack.enter_context(Fetcher(folder, self._offline))
        return self._fetcher


def _format(name: str | None) -> Format | None:
    if name is not None and name not in list(Format):
        raise InputError(f"format {name!r} is not recognised; accepted are {', '.join(Format)}")
    return Format(name) if name is not None else None


def _sniffed(source: Input) -> Input:
    """The input with the format that its first bytes look like."""
    raw: Any = source.open()
    stream: io.BufferedReader[Any] = io.BufferedReader(raw, 2**16)
    if stream.peek(2)[:2] == b"\x1f\x8b":
        stream = unpacked(stream, source.name)
    head = stream.peek(2**12)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    first = start.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    if head.startswith(b"PAR1"):
        found = Format.PARQUET
    elif head.startswith(b"WARC/"):
        found = Format.WARC
    elif start.startswith((b"{", b"[")):
        found = Format.JSONL
    elif start.startswith(b"<"):
        found = Format.FEED if looks_like_feed(head) else Format.HTML
    elif is_address(first):
        found = Format.URLS
    else:
        found = Format.CSV if looks_like_csv(first) else Format.TEXT
    return replace(source, open=lambda: stream, format=found)


def _temporary() -> IO[bytes]:
    return tempfile.TemporaryFile()


def _seekable(source: Input, stack: ExitStack) -> Input:
    """The input, copied into a temporary file where it can be read just once."""
    stream = source.open()
    if stream.seekable():
        return replace(source, open=lambda: stream)
    copy = stack.enter_context(_temporary())
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return replace(source, open=lambda: copy)
