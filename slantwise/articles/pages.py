"""HTML to drafts: trafilatura finds the article in the page, and what the page says of itself.

Pages with more markup than an article has are rejected before they are searched (`markup`); large ones are searched
without the second opinions of other algorithms, which take the square of their paragraphs.
"""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

from slantwise.articles.drafts import Draft
from slantwise.articles.files import Input
from slantwise.articles.markup import check_tags, checked_size
from slantwise.articles.streams import read_whole
from slantwise.records import InputError

# What has fewer words is what a page without an article has left: a menu, a notice.
SHORTEST = 20
# With more elements than this no other algorithm is asked.
MOST_FOR_ALL = 6_000
# Side by side.
FEWEST_ENTRIES = 2

_LINKED_HEADING = ".//*[self::h1 or self::h2 or self::h3 or self::h4][.//a or ancestor::a]"
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_TYPE_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def html_drafts(source: Input, known_outlets: Mapping[str, str]) -> Iterator[Draft]:
    """The article of a saved page."""
    with source.open() as stream:
        data = read_whole(stream, source.name)
    outlet = known_outlets.get(sha256(data).hexdigest()) or source.folder
    yield page_draft(data, source.name, outlet=outlet)


def page_draft(data: bytes, place: str, url: str = "", content_type: str = "", outlet: str = "") -> Draft:
    """The article of a page; InputError where there is none in it."""
    if not data.strip():
        raise InputError(f"{place}: the file is empty")
    found = _extracted(decoded_page(data, content_type), url, place)
    text = (found.text or "").strip()
    if len(text.split()) < SHORTEST:
        raise InputError(f"{place}: no article is found in the page")
    return Draft(
        text,
        place,
        outlet=outlet,
        title=(found.title or "").strip(),
        date=(found.date or "").strip(),
        url=url or found.url or "",
        hint=(found.sitename or "").strip(),
    )


def text_of_html(html: str, place: str) -> str:
    """The running text of a piece of HTML that is all article, as feeds carry it."""
    if "<" not in html:
        return html.strip()
    found = _extracted(f"<html><body><article>{html}</article></body></html>", "", place, favor_recall=True)
    return (found.text or "").strip()


def decoded_page(data: bytes, content_type: str = "") -> str:
    """A page's text: by its byte order mark, its HTTP header, its own word, as UTF-8, and else as browsers do."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    said = [m[1] for m in [_TYPE_CHARSET.search(content_type)] if m]
    said += [m[1].decode("ascii") for m in [_META_CHARSET.search(data[:4096])] if m]
    for name in [*said, "utf-8"]:
        try:
            if codecs.lookup(name).name.startswith("utf-16"):
                continue  # what could be read to here is not UTF-16
            return data.decode(name)
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")


def _extracted(html: str, url: str, place: str, favor_recall: bool = False) -> Any:
    extract, parse = _extractor()  # outside, so that a broken installation is no fault of the page's
    try:
        check_tags(html, place)
        tree = parse(html)
        size = 0 if tree is None else checked_size(tree, place)
        if tree is not None:
            join_entries(tree)
        found = tree is not None and extract(
            tree,
            url=url or None,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            favor_recall=favor_recall,
            fast=size > MOST_FOR_ALL,
        )
    except InputError:
        raise
    except Exception as problem:
        # Pages of strangers find ways to fail that no list of exceptions would hold; one page is lost, with its reason.
        raise InputError(f"{place}: the page cannot be read ({type(problem).__name__}: {str(problem)[:80]})") from None
    if not found:
        raise InputError(f"{place}: no article is found in the page")
    return found


def join_entries(tree: Any) -> None:
    """Make one article of a live blog's entries: of several marked as articles side by side only one would be taken.

    Teasers of other stories, which are marked so too, have headings that lead there; they stay as they are.
    """
    for parent in list(dict.fromkeys(article.getparent() for article in tree.iter("article"))):
        entries = [] if parent is None else parent.findall("article")
        if len(entries) < FEWEST_ENTRIES or any(e.xpath(_LINKED_HEADING) for e in entries):
            continue
        first = entries[0]
        for entry in entries[1:]:
            first.extend(list(entry))
            parent.remove(entry)
        # A class that says "content" would again make one of them the article.
        for element in first.iter():
            if element.find(".//p") is not None:
                element.attrib.clear()


@lru_cache(maxsize=1)
def _extractor() -> Any:
    from trafilatura import bare_extraction, load_html

    # It logs every page that it finds nothing in; that is said by the rejection.
    for name in ("trafilatura", "htmldate"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return bare_extraction, load_html
