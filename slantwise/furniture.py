"""The furniture of saved pages: which lines of a text are the article and which are what the site put around it.

Works on plain text, line by line, and knows nothing of companies or stances. Pages that still have their HTML are
better served by a page extractor before they come here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from slantwise.disclaimers import is_disclaimer
from slantwise.records import Part

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_TERMINAL = re.compile(r"[.!?…:;][\"'”’)\]]*$|[\"”]$")
_INNER_END = re.compile(r"[a-z0-9]{4}[.!?][\"'”’)]*\s+[\"'“‘(]*[A-Z]")
_BULLET = re.compile(r"^[-•*–▪●]\s+")

_LINE = re.compile(
    r"""^(?:
    published|updated|on|by|share|tweet|print|email|comments?|trending|tags?|menu|home|search|technology|news|
    advertis\w+|sponsored|
    (?:audio|video|photo(?:graph)?|image|picture|illustration|file\ photo|caption|credit)s?\b.{0,90}|
    connect\ with\ us|follow\ us.*|share\ (?:this|on|via).*|continue\ reading.*|read\ (?:more|also|next|the\ full).*|
    (?:see|learn|find\ out|load|show)\ (?:also|more).*|also\ (?:read|on|in)\b.*|more\ (?:on|from|in)\b.*|
    related\b.{0,80}|tags?:.*|topics?:.*|filed\ under.*|posted\ (?:in|on|by).*|
    view\ all\ posts\ by.*|about\ the\ author.*|(?:written|reporting|editing|edited|fact-?\s?check(?:s|ed|ing)?)\ by.*|
    by\ [A-Z][\w.’'-]+(?:\ [A-Z][\w.’'-]*){0,4}(?:,?\ .{0,60})?|
    (?:in\ \w+\W+)?\d+\ (?:second|minute|hour|day|week|month|year)s?(?:\ ago)?\W*|\d+\ min(?:ute)?s?\ read|
    (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\ )?
    (?:\d{1,2}\ )?(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\w*\.?\ (?:\d{1,2},?\ )?\d{4}.{0,25}|
    \d{4}-\d\d-\d\d.{0,20}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}.{0,20}|
    \S+\.(?:jpe?g|png|gif|webp|svg|mp4)|https?\S+|[-–—•*|_=\s.]+|
    (?:©|\(c\)|copyright\b).*|all\ rights\ reserved.*
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
_TAIL = re.compile(
    r"^(?:(?:latest|related|recommended|popular|more|top|other|trending|similar)\s+(?:stories|news|articles?|posts?|headlines|reads?|reading|topics|videos)"
    r"|most\s+(?:read|popular|viewed)|trending(?:\s+now)?|you\s+(?:may|might)\s+also\s+(?:like|enjoy).*|recommended(?:\s+for\s+you)?"
    r"|leave\s+a\s+(?:reply|comment)|comments?(?:\s*\(?\d+\)?)?|continue\s+reading|around\s+the\s+web|from\s+our\s+partners)\W*$",
    re.IGNORECASE,
)
_PLEA = re.compile(
    r"""\bupvot\w+|\bearning\ free\b|\ball\ rights\ reserved\b|\bour\ (?:free\ )?(?:\w+\ )?newsletters?\b|
    \bterms\ of\ (?:use|service)\ (?:and|apply)\b|
    ^(?:sign\ up|subscribe|follow\ us|click\ here|join\ (?:us|our|the\ conversation)|download\ (?:our|the)\ app|
    enjoyed?\ this|if\ you\ (?:enjoyed|liked)|like\ what\ you|support\ our|
    get\ (?:the|our)\ \w+\ (?:newsletter|app|email)|don[’']t\ miss|want\ more|already\ a\ (?:subscriber|member)|
    create\ (?:an|your)\ account|log\ in|share\ your\ (?:thoughts|views|story)|unsubscribe|did\ you\ (?:like|enjoy)|
    (?:become|be)\ an?\ (?:member|subscriber|supporter|patron)|this\ page\ (?:updates|refreshes|reloads)|
    our\ (?:reporting|journalism)\b.{0,60}\b(?:readers?|support\w*|donat\w*|free))\b|
    ^(?:presented|sponsored|brought\ to\ you)\ by\b[^,]{0,60}$|\byou\ can\ help\b.{0,30}\b(?:pay|fund|keep)\b|
    \byou\b.{0,20}\bthis\ (?:letter|newsletter|e-?mail|message)\ because\b|
    \b(?:this\ site|we|our\ site|this\ page)\ uses?\ cookies\b|\baccept\ (?:all\ )?cookies\b|
    ^this\ article\ (?:was|first|originally)\b.{0,40}appeared|
    ^(?:watch|listen|read\ more|read\ also|see\ also|also\ read|related|more)\s*[:|»>]""",
    re.IGNORECASE | re.VERBOSE,
)
_CODE = re.compile(
    r"function\s*\(|\bwindow[.,]|\bdocument[.,]|\bvar\s+\w+\s*=|%[0-9a-f]{2}\S*%[0-9a-f]{2}|</?\w+>|^\}|\);?$|^\w+\(.*\);$|[{;]$"
)
_PIECE = re.compile(r"[.!?…]+")
# Words of a pull quote, at least and at most; what is shorter may be said twice.
_PULLED = (7, 60)
_AUTHOR_BOX = re.compile(r"^view all posts by\s+(.*?)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or heading of the article proper, as offsets into its text, surrounding white space left out."""

    start: int
    end: int
    part: Part


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def words(self) -> int:
        return len(self.text.split())

    @property
    def is_paragraph(self) -> bool:
        """Whether the line reads as running text: it ends as a sentence ends, holds an end of one, or is long."""
        if self.words < 5:
            return self.words > 1 and bool(_SENTENCE_END.search(self.text))
        return bool(_TERMINAL.search(self.text) or _INNER_END.search(self.text)) or self.words >= 30


def article_blocks(text: str, title: str = "") -> list[Block]:
    """The paragraphs and headings of the article in `text`, in order; what is left out is furniture.

    Left out are: scripts and addresses; datelines, bylines, image captions and counters on lines of their own; pleas
    to subscribe, follow or vote; legal notices (see `disclaimers`); author boxes; lists of other headlines and
    whatever stands after the article's end; paragraphs that only repeat sentences of others, as pull quotes do; and a
    repetition of `title`. Lines that are not running text but stand
    before or between paragraphs are headings.
    """
    lines = _without_author_box(_lines(text))
    kept = _without_pull_quotes(_without_tails([line for line in lines if not _is_furniture(line)]))
    paragraphs = [i for i, line in enumerate(kept) if line.is_paragraph]
    if not paragraphs:
        # Nothing reads as running text: a bare headline or note is all there is, and it is the article.
        return [Block(line.start, line.end, Part.BODY) for line in kept]
    blocks = []
    seen = {_folded(title)} if title else set()
    for i, line in enumerate(kept):
        if line.is_paragraph or (_BULLET.match(line.text) and paragraphs[0] < i < paragraphs[-1]):
            blocks.append(Block(line.start, line.end, Part.BODY))
        elif i < paragraphs[-1] and line.words >= 3 and _folded(line.text) not in seen:
            blocks.append(Block(line.start, line.end, Part.HEADLINE))
            seen.add(_folded(line.text))
    return blocks


def _lines(text: str) -> list[_Line]:
    """The non-empty lines of a text; where it is hard-wrapped, its paragraphs."""
    spans = [m.span() for m in re.finditer(r"[^\n]+", text)]
    lengths = [end - start for start, end in spans]
    # Wrapped text has many lines of nearly the same, modest length that break off within sentences.
    full = [s for s in spans if 55 <= s[1] - s[0] <= 100 and not _SENTENCE_END.search(text[slice(*s)].rstrip())]
    if lengths and max(lengths) <= 100 and len(full) >= max(3, len(lengths) // 2):
        spans = [m.span() for m in re.finditer(r"(?:[^\n]*\S[^\n]*\n?)+", text)]
    lines: list[_Line] = []
    for start, end in _joined(text, spans):
        stripped = text[start:end].strip()
        if stripped:
            first = start + text[start:end].index(stripped)
            lines.append(_Line(first, first + len(stripped), " ".join(stripped.split())))
    return lines


def _joined(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a line to the one before where that ends in the middle of a sentence and this goes on in small letters."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start - joined[-1][1] == 1 and text[start].islower() and text[joined[-1][1] - 1].isalpha():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _is_furniture(line: _Line) -> bool:
    text = line.text
    if _LINE.match(text) and not (line.is_paragraph and line.words > 14):
        return True
    if line.words <= 45 and _PLEA.search(text):
        return True
    if is_disclaimer(text):
        return True
    odd = sum(text.count(c) for c in "{}=<>|;_\\") / len(text)
    return odd > 0.06 or (odd > 0.015 and bool(_CODE.search(text)))


def _without_author_box(lines: list[_Line]) -> list[_Line]:
    """Drop what stands between a name on a line of its own and "View all posts by" that name."""
    kept: list[_Line] = []
    since: list[_Line] = []  # the last box
    for line in lines:
        box = _AUTHOR_BOX.match(line.text)
        if box:
            opening = [j for j, before in enumerate(since) if _folded(before.text) == _folded(box[1])]
            kept += since[: opening[-1]] if opening else since
            since = []
        else:
            since.append(line)
    return kept + since


def _without_tails(lines: list[_Line]) -> list[_Line]:
    """Drop the heading of a list of other stories, and its items until running text comes again."""
    kept = []
    in_tail = False
    for line in lines:
        if _TAIL.match(line.text):
            in_tail = True
        elif in_tail and line.words >= 12 and _TERMINAL.search(line.text):
            in_tail = False
        if not in_tail:
            kept.append(line)
    return kept


def _without_pull_quotes(lines: list[_Line]) -> list[_Line]:
    """Drop paragraphs that only repeat what others say; of equal ones the first stays."""
    pieces = [[_folded(p) for p in _PIECE.split(line.text) if _folded(p)] for line in lines]
    times = Counter(piece for of in pieces for piece in of)
    kept: list[_Line] = []
    for line, own in zip(reversed(lines), reversed(pieces), strict=True):
        if line.is_paragraph and _PULLED[0] <= line.words <= _PULLED[1] and all(times[p] > own.count(p) for p in own):
            times.subtract(own)
        else:
            kept.append(line)
    return kept[::-1]


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
