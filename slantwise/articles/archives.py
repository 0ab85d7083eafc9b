"""WARC to drafts, record by record: the web archives that crawlers write, Common Crawl's news archive among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slantwise.articles.drafts import Draft
from slantwise.articles.files import Input
from slantwise.articles.pages import page_draft
from slantwise.articles.rejections import Rejection
from slantwise.articles.streams import LARGEST
from slantwise.records import InputError

_PAGES = ("text/html", "application/xhtml+xml")


def warc_drafts(source: Input) -> Iterator[Draft | Rejection]:
    """The drafts of an archive's pages; what is no page (robots.txt, pictures, redirects) is passed over."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    number = 0
    with source.open() as stream:
        try:
            # The stream comes unpacked, and with limits, from `files`.
            for record in ArchiveIterator(stream, no_record_parse=False, arc2warc=True):
                number += 1
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                place = f"{source.name}, record {number} ({url.strip('<>')[:200] or record.rec_type})"
                try:
                    draft = _record_draft(record, url.strip("<>"), place)
                except InputError as problem:
                    if str(problem).startswith(f"{source.name}: "):
                        raise  # it is the stream that is damaged, not the record
                    yield Rejection.of(problem, place)
                else:
                    if draft is not None:
                        yield draft
        except InputError:
            raise
        except (ArchiveLoadFailed, OSError, EOFError, ValueError) as problem:
            said = " ".join(str(problem).split()) or type(problem).__name__
            raise InputError(f"{source.name}, after record {number}: not WARC ({said[:120]})") from None
    if not number:
        yield Rejection(source.name, "the file is empty")


def _record_draft(record: Any, url: str, place: str) -> Draft | None:
    """The draft of a record, None where it is no page."""
    if record.rec_type != "response" or record.http_headers is None:
        return None
    content_type = (record.http_headers.get_header("Content-Type") or "").lower()
    if record.http_headers.get_statuscode() != "200" or not content_type.startswith(_PAGES):
        return None
    try:
        data = _read(record.content_stream(), LARGEST + 1)
    except InputError:
        raise
    except Exception as problem:
        # Chunked and packed bodies of a broken server fail in the libraries that unpack them.
        raise InputError(f"{place}: its body is damaged ({type(problem).__name__})") from None
    if len(data) > LARGEST:
        raise InputError(f"{place}: larger than {LARGEST // 2**20} MiB, which is too much for one article")
    return page_draft(data, place, url, content_type)


def _read(stream: Any, most: int) -> bytes:
    """At most so many bytes, in pieces: what unpacks never comes as a whole."""
    parts, size = [], 0
    while size < most and (part := stream.read(min(2**16, most - size))):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
