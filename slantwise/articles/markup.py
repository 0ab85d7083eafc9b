"""How much markup a page may have before it is rejected unsearched: parsing and searching take its square at worst.

How long a page takes depends on its elements more than on its bytes, and for some on their square: attributes of one
element, elements side by side. At these limits, on one slow core, the worst pages found take about ten seconds.
"""

from __future__ import annotations

import re
from typing import Any

from slantwise.records import InputError

# A news page has some thousand elements, one with all its comments ten thousand.
MOST_ELEMENTS = 30_000
# Side by side in one element.
MOST_SIBLINGS = 3_000
# Of one element.
MOST_ATTRIBUTES = 1_000

_OPENING = re.compile(r"<(?:!--|([a-zA-Z][^\s/>]*+))")
_ATTRIBUTES = re.compile(
    r"""(?:[\s/]++[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+){0,MOST}+""".replace(
        "MOST", str(MOST_ATTRIBUTES)
    )
)
_ONE_MORE = re.compile(r"[\s/]++[^\s/>=]")
# What stands in these is no markup up to their end.
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})


def check_tags(html: str, place: str) -> None:
    """InputError, before anything is parsed, where a tag has too many attributes. Takes time linear in `html`."""
    lowered = ""
    at = 0
    while opening := _OPENING.search(html, at):
        at = opening.end()
        name = (opening[1] or "").lower()
        if name:
            attributes = _ATTRIBUTES.match(html, at)
            at = attributes.end() if attributes else at
            if _ONE_MORE.match(html, at):
                raise InputError(_said(place, f"{MOST_ATTRIBUTES:,} attributes in one tag"))
        if name in _RAW:
            lowered = lowered or html.lower()
        if name in _RAW or not name:
            at = lowered.find(f"</{name}", at) if name else html.find("-->", at)
            if at < 0:
                return


def checked_size(tree: Any, place: str) -> int:
    """How many elements a parsed page has; InputError where there are too many, of all or side by side."""
    count = 0
    for element in tree.iter():
        count += 1
        if count > MOST_ELEMENTS:
            raise InputError(_said(place, f"{MOST_ELEMENTS:,} elements"))
        if len(element) > MOST_SIBLINGS:
            raise InputError(_said(place, f"{MOST_SIBLINGS:,} elements side by side"))
    return count


def _said(place: str, most: str) -> str:
    return f"{place}: has more than {most}, which no article has and would take too long"
