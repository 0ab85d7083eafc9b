"""Quotations in running text: where they are, also over several sentences and paragraphs, and who speaks.

Knows nothing of stance; whether a speaker is the target is asked of the caller's pattern of names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SAYING = (
    r"(?:said|says|say|saying|told|tells|added|adds|explained|explains|stated|states|wrote|writes|tweeted|tweets|"
    r"posted|insisted|insists|argued|argues|claimed|claims|noted|notes|continued|continues|replied|responded|"
    r"acknowledged|confirmed|commented|announced|stressed|emphasi[sz]ed|according to|promised|warned|warns|admitted|"
    r"denied|denies|testified|recalled|joked|declared|concluded|conceded|put it)"
)
_MARK = re.compile(r"[“”\"]")
_SAYING = re.compile(rf"\b{SAYING}\b", re.IGNORECASE)
_ROLE = (
    r"(?:spokes(?:man|woman|person)|representative|CEO|chief(?:\s\w+)?(?:\s(?:executive|officer))?|founder|co-founder|"
    r"president|chair(?:man|woman)?|director|head\sof\s\w+|executive|boss|counsel|lawyer|vice\spresident|VP)"
)
_NAME = r"((?:[A-Z][\w’'.-]+\s){0,2}[A-Z][\w’'-]+)"
_ANAPHORIC = re.compile(
    rf"\b(?:he|she|it|they|the\s(?:\w+\s)?(?:statement|spokes\w+|e-?mail|letter|executive|chairman|boss|founder))\s+(?:also\s|has\s|had\s|later\s)?{SAYING}\b|\b{SAYING}\s+(?:he|she)\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(rf"[A-Z][\w.’'-]+\s+(?:\w+\s)?{_ROLE}\b|\b{SAYING}\s+[A-Z]|[A-Z][\w.’'-]+\s+{SAYING}\b")
# What follows these words is spoken of, not speaking.
_SPOKEN_OF = re.compile(r"\b(?:of|about|against|by|from|with|for|to|on|at|in)\s+(?:the\s+)?$", re.IGNORECASE)

# In characters; what is longer is no sentence, and looking through it takes the square of the names in it.
_LONGEST = 3_000


@dataclass(frozen=True, slots=True)
class Quotation:
    """The text between two quotation marks, as offsets; `continued` when it goes on from the paragraph before."""

    start: int
    end: int
    continued: bool = False


def quotations(paragraphs: list[tuple[int, int]], text: str) -> list[Quotation]:
    """Find the quotations of a text whose paragraphs are given as offsets.

    A quotation left open at the end of a paragraph goes on in the next one where that opens with a mark again (the
    printers' convention); one that is closed without having been opened began with its paragraph (a block quotation).
    """
    found: list[Quotation] = []
    carried = False
    for start, end in paragraphs:
        block = text[start:end]
        opened: int | None = None
        continued = False
        for mark in _MARK.finditer(block):
            place = mark.start()
            opens, closes = _role(block, place, mark[0], opened is not None)
            if opens and opened is None:
                opened, continued = place, carried and place == 0
            elif closes:
                if opened is None and not _closed_before(found, start):
                    opened = 0
                if opened is not None:
                    found.append(Quotation(start + opened, start + place + 1, continued))
                    opened = None
        carried = opened is not None
        if opened is not None:
            found.append(Quotation(start + opened, end, continued))
    return found


def _role(block: str, place: int, char: str, inside: bool) -> tuple[bool, bool]:
    """Whether the mark at `place` can open, and can close, a quotation."""
    if char == "“":
        return True, False
    if char == "”":
        return False, True
    before = block[place - 1] if place else " "
    return (not inside and (before.isspace() or before in "([—–-…")), inside


def _closed_before(found: list[Quotation], start: int) -> bool:
    """Whether a quotation was already closed in the paragraph that begins at `start`."""
    return bool(found) and found[-1].start >= start


def speaks(outside: str, names: list[tuple[int, int]]) -> str | None:
    """Who is said to speak by the words around a quotation: "named", "other", "same" (as before), or None (not said).

    `outside` is the sentence with what is quoted blanked out, `names` the offsets in it that name the target or its
    people. "Same" is for those who need an earlier sentence to be known: "he said", "the statement added".
    """
    if len(outside) > _LONGEST or not _SAYING.search(outside):
        return None
    for start, end in names:
        if _is_subject(outside, start, end):
            return "named"
    return "same" if _ANAPHORIC.search(outside) and not _INTRODUCED.search(outside) else "other"


def _is_subject(outside: str, start: int, end: int) -> bool:
    """Whether what stands at `start` to `end` is the subject of a verb of saying."""
    for verb in _SAYING.finditer(outside):
        between = outside[end : verb.start()] if end <= verb.start() else None
        if (
            between is not None
            and len(between) <= 60
            and not _SAYING.search(between)
            and not _SPOKEN_OF.search(outside[:start])
        ):
            return not re.search(rf"\bthat\b|[A-Z]\w+(?:\s[A-Z]\w+)*\s+{_ROLE}\b", between)
        after = outside[verb.end() : start] if start >= verb.end() else None
        if after is None or len(after) > 70 or re.search(r"[.;:]", after):
            continue
        role_follows = re.match(rf"(?:[’']s)?\s+(?:\w+\s)?{_ROLE}\b", outside[end:], re.IGNORECASE)
        if (
            re.search(r"^\s(?:(?:an?|the)\s|(?:[A-Z][\w.’'-]*\s){0,2})$", after)
            or role_follows
            or re.search(rf"\b{_ROLE}(?:\s(?:of|at|for)\s(?:the\s)?|,?\s)(?:[A-Z]\w+\s)?$", after, re.IGNORECASE)
        ):
            return True
    return False


def people(text: str, names: list[tuple[int, int]]) -> set[str]:
    """The surnames of those whom `text` introduces as speaking for the target.

    "Facebook representative Elisabeth Diana", "Elisabeth Diana, a Facebook spokeswoman": Diana.
    """
    found: set[str] = set()
    if len(text) > _LONGEST:
        return found
    for start, end in names:
        after = re.match(rf"(?:[’']s)?\s+{_ROLE},?\s+{_NAME}", text[end:])
        before = re.search(rf"{_NAME},\s+(?:an?|the)\s+$", text[:start])
        if after:
            found.add(after[1].split()[-1])
        if before and re.match(rf"(?:[’']s)?\s+{_ROLE}\b", text[end:]):
            found.add(before[1].split()[-1])
    return found
