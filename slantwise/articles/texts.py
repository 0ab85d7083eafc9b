"""Plain text and Markdown: a file is an article."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from slantwise.articles.drafts import Draft
from slantwise.articles.files import Input
from slantwise.articles.streams import decoded, read_whole
from slantwise.records import InputError

OutletsByHash = Mapping[str, str]


def text_drafts(source: Input, known_outlets: OutletsByHash) -> Iterator[Draft]:
    """The article of a text file; `known_outlets` has the outlets of some by the SHA-256 of their bytes."""
    with source.open() as stream:
        data = read_whole(stream, source.name)
    text = decoded(data, source.name)
    if not text.strip():
        raise InputError(f"{source.name}: the file is empty")
    outlet = known_outlets.get(hashlib.sha256(data).hexdigest()) or source.folder
    yield Draft(text, source.name, outlet=outlet)


def listed_addresses(text: str) -> list[str]:
    """The web addresses of a text that holds nothing else, but blank lines and # comments; else none."""
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    return found if all(is_address(line) for line in found) else []


def is_address(text: str) -> bool:
    """Whether a text is one address of the web."""
    return text.lower().startswith(("http://", "https://")) and len(text.split()) == 1
