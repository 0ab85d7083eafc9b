"""From an article to its sentences, with their speakers, and which of them are about the target.

How it is decided whether a sentence is about the target (`Sentence.about`), in this order:

1. it names the target: its name, one of its aliases, products or people, or somebody whom the article introduced as
   speaking for it;
2. it stands in a quotation of the target or its people, as "We acted at once", said its spokeswoman, does;
3. it calls the target by a descriptor of its own ("the social network" for Facebook);
4. it says "the company", "the bank", "the carmaker" or the like, and the last organisation named before is the
   target;
5. its subject is a pronoun ("It says that …", "They have …") and the sentence before has the target for its subject.

Rules 4 and 5 look back over the article, so a sentence is never judged out of its place.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import sentencex

from slantwise.furniture import article_blocks
from slantwise.quotes import SAYING, Quotation, people, quotations, speaks
from slantwise.records import Article, Part, Sentence, Voice
from slantwise.targets import Target

CONTEXT_SENTENCES = 2
# Shorter ones without punctuation are words in inverted commas, not speech.
SHORTEST_QUOTATION = 25
# In characters; what is longer is no sentence, and is not looked through for other organisations beyond.
LONGEST_SENTENCE = 3_000
# A sentence of which this share is quoted is the speaker's.
MOSTLY = 0.4

_ORGANISATION = (
    r"(?:company|firm|group|corporation|business|giant|conglomerate|start-?up|network|platform|site|website|service|app|"
    r"bank|lender|insurer|broker|exchange|fund|retailer|supermarket|chain|grocer|brand|label|maker|manufacturer|"
    r"\w*maker|producer|supplier|operator|carrier|airline|railway|utility|miner|driller|developer|builder|landlord|"
    r"publisher|broadcaster|channel|newspaper|paper|studio|streamer|agency|club|league|hospital|provider|"
    r"drugmaker|carmaker|chipmaker|automaker|planemaker|brewer|distiller|restaurant|hotelier|contractor|defendant|"
    r"issuer|processor|employer|owner|parent|school|college|refiner|smelter|shipper|courier|cruise line)"
)
_DESCRIPTION = re.compile(
    rf"\b(?:the|this)\s+(?:[\w-]+\s+){{0,2}}?{_ORGANISATION}(?:[’']s)?\b(?!\s+(?:of|that|which|who)\b)", re.IGNORECASE
)
_PRONOUN_SUBJECT = re.compile(
    r"^(?:[“\"‘(]\s*)?(?:(?:but|and|so|yet|still|instead|now|then|however|meanwhile|later|also),?\s+)?(?:it|its|they|their)\b",
    re.IGNORECASE,
)
_PRONOUN_SAYS = re.compile(
    rf"\b(?:it|they)\s+(?:also\s+|has\s+|have\s+|had\s+)?{SAYING}\b|\b{SAYING}\s+(?:that\s+)?(?:it|they)\s",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"""^(?:[“\"‘(]\s*)?(?:\w+,?\s+)?
    it(?:\s+(?:is|was|has\ been|would\ be|will\ be|remains|seems|takes|took)|[’']s)\s+
    (?:not\s+)?(?:\w+ly\s+)?(?:\w+\s+)?(?:that|to|how|why|whether|unclear|clear|\w+\s+to)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_MARKS = re.compile(r"[“”\"]")
_NO_END = re.compile(r"(?:^|\s)(?:Ms|Mrs|Messrs|Mx|Mt|Ft|Gov|Sen|Rep|Gen|Col|Sgt|Lt|Capt|Hon|Rev|Supt|Insp)\.\s*$")
_CLOSING = re.compile(r"[”’\"')\]]+(?=\s|$)|”")
_SPEECH = re.compile(r"[.,!?…—–-][”\"]?$")
_PROPER = re.compile(r"\b[A-Z][\w&’'-]*(?:\s+(?:&\s+)?[A-Z][\w&’'-]*)*")
_NOT_A_NAME = frozenset(
    """
    The A An In On At It Its But And So Yet If As For From With While When After Before Since By To Of This That These
    Those There They We He She His Her Their Our I You Your My No Not Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday January February March April May June July August September October November December CEO According Last
    Earlier Now Then However Still Also What Who How Why Where Some Many Most Two Three Four Five One Both Each
    Despite Although Though Because Instead Meanwhile Under Over During Until Only Even More Shares US UK EU U.S.
    """.split()
)
_ORGANISATION_NAME = re.compile(
    r"\b(?:Inc|Corp|Ltd|LLC|plc|PLC|AG|Group|Holdings?|Bank|Bancorp|Motors?|Airlines?|Airways|Energy|Labs?|Systems?|Foods?|Partners|"
    r"Capital|Media|News|Journal|Times|Post|Networks?|Networks|Technologies|Pharma\w*|Insurance|Financial|Exchange|Chase|Citi\w*)\b|&"
)


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    part: Part
    paragraph: int


def split_article(article: Article, target: str | Target) -> list[Sentence]:
    """All sentences of an article in order, headline first, each with its context and whether it is about `target`.

    Furniture is left out; see `furniture`. `Article.title`, where there is one, becomes the first sentence.
    """
    return _sentences(article.text, _spans(article), Target.of(target), article.title)


def split_at(text: str, bounds: Iterable[tuple[int, int]], target: str | Target) -> list[Sentence]:
    """The same for a text whose sentences somebody else has found: a body without headlines, nothing left out.

    `bounds` are their (start, end) offsets, in order; those that hold only white space are no sentences.
    """
    spans: list[_Span] = []
    for start, end in (_trimmed(text, *bound) for bound in bounds):
        if start < end:
            new = bool(spans) and "\n" in text[spans[-1].end : start]
            spans.append(_Span(start, end, Part.BODY, spans[-1].paragraph + new if spans else 0))
    return _sentences(text, spans, Target.of(target))


def _sentences(text: str, spans: list[_Span], target: Target, title: str = "") -> list[Sentence]:
    quoted = _quotations(text, spans)
    target = _with_people(text, spans, target)
    speakers = _speakers(text, spans, quoted, target)
    found: list[Sentence] = []
    if title.strip():
        found.append(_titled(title, target))
    discourse = _Discourse(target)
    for span, speaker in zip(spans, speakers, strict=True):
        sentence = " ".join(text[span.start : span.end].split())
        mentions = tuple(target.mentions(sentence))
        about = discourse.about(sentence, mentions, speaker)
        found.append(Sentence(sentence, span.start, span.end, "", span.part, mentions, about, speaker))
    return _with_context(found)


def plain_sentences(text: str) -> list[tuple[int, int]]:
    """The (start, end) offsets of the sentences of one paragraph, also those within quotations; no white space."""
    # The splitter takes a quotation for one sentence; without its marks it splits what is quoted too.
    bare = _MARKS.sub(" ", text)
    cuts: list[tuple[int, int]] = []
    place = 0
    for piece in sentencex.segment("en", bare):
        start = bare.index(piece, place) if piece else place
        place = start + len(piece)
        cuts.append((start, place))
    # It knows "Mr." and "Dr." but takes "Ms." for the end of a sentence.
    cuts = [cut for i, cut in enumerate(cuts, 1) if i == len(cuts) or not _NO_END.search(bare[slice(*cut)])]
    ends = [_with_closing_marks(text, start + len(bare[start:end].rstrip())) for start, end in cuts]
    edges = [0, *ends[:-1], len(text)]
    pieces = (_trimmed(text, start, end) for start, end in itertools.pairwise(edges))
    return [(start, end) for start, end in pieces if start < end]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _with_closing_marks(text: str, end: int) -> int:
    """Take the marks that close a quotation or bracket directly at a sentence's end into it."""
    closing = _CLOSING.match(text, end)
    return closing.end() if closing else end


def _spans(article: Article) -> list[_Span]:
    spans: list[_Span] = []
    for number, block in enumerate(article_blocks(article.text, article.title)):
        pieces = (
            [(0, block.end - block.start)]
            if block.part is Part.HEADLINE
            else plain_sentences(article.text[block.start : block.end])
        )
        spans.extend(_Span(block.start + s, block.start + e, block.part, number) for s, e in pieces)
    return spans


def _titled(title: str, target: Target) -> Sentence:
    text = " ".join(title.split())
    mentions = tuple(target.mentions(text))
    return Sentence(text, -1, -1, "", Part.HEADLINE, mentions, bool(mentions) or _describes(text, target))


def _with_context(sentences: list[Sentence]) -> list[Sentence]:
    """Give each sentence the text of the two before it; a headline has none and is the context of the first."""
    placed = []
    for i, sentence in enumerate(sentences):
        before = (
            [] if sentence.part is Part.HEADLINE else [s.text for s in sentences[max(0, i - CONTEXT_SENTENCES) : i]]
        )
        placed.append(replace(sentence, context=" ".join(before)))
    return placed


def _quotations(text: str, spans: list[_Span]) -> list[Quotation]:
    paragraphs: dict[int, tuple[int, int]] = {}
    for span in spans:
        start, _ = paragraphs.get(span.paragraph, (span.start, span.end))
        paragraphs[span.paragraph] = (start, span.end)
    return quotations(list(paragraphs.values()), text)


def _with_people(text: str, spans: list[_Span], target: Target) -> Target:
    """The target with the people whom the article introduces as speaking for it."""
    found: set[str] = set()
    for span in spans:
        sentence = text[span.start : span.end]
        found |= people(sentence, target.mentions(sentence))
    return Target.of(target, sorted(found))


def _speakers(text: str, spans: list[_Span], quoted: list[Quotation], target: Target) -> list[Voice | None]:
    """For each sentence, whose quotation it stands in (None: no one's, or it cannot be told)."""
    speech = [q for q in quoted if q.end - q.start > SHORTEST_QUOTATION or _SPEECH.search(text[q.start : q.end])]
    touching = _touching(spans, speech)
    covered = [
        sum(min(q.end, s.end) - max(q.start, s.start) for q in own) for s, own in zip(spans, touching, strict=True)
    ]
    places: dict[Quotation, list[int]] = {}
    for i, quotes in enumerate(touching):
        for quote in quotes:
            places.setdefault(quote, []).append(i)
    said = _attributions(text, spans, quoted, target)
    voices: list[Voice | None] = [None] * len(spans)
    last: tuple[int, Voice] | None = None
    for within in places.values():
        first = within[0]
        verdict = said[within[-1]] or said[first]
        if verdict is None and first > 0 and text[spans[first - 1].end - 1] == ":":
            verdict = said[first - 1]
        if verdict is None and last and first - last[0] <= 1:
            verdict = last[1]
        if verdict is not None:
            last = (within[-1], verdict)
        for i in within:
            if covered[i] >= MOSTLY * (spans[i].end - spans[i].start) or len(within) > 1:
                voices[i] = verdict
    return voices


def _touching(spans: list[_Span], quoted: list[Quotation]) -> list[list[Quotation]]:
    """The quotations that overlap each sentence; both are in the order of the text and none overlaps its like."""
    found: list[list[Quotation]] = []
    first = 0
    for span in spans:
        while first < len(quoted) and quoted[first].end <= span.start:
            first += 1
        beyond = first
        while beyond < len(quoted) and quoted[beyond].start < span.end:
            beyond += 1
        found.append(quoted[first:beyond])
    return found


def _attributions(text: str, spans: list[_Span], quoted: list[Quotation], target: Target) -> list[Voice | None]:
    """Who is said to speak in each sentence by the words outside its quotations; "he said" is whoever spoke before."""
    found: list[Voice | None] = []
    last: Voice | None = None
    for span, own in zip(spans, _touching(spans, quoted), strict=True):
        letters = list(text[span.start : span.end])
        for quote in own:
            for place in range(max(quote.start, span.start), min(quote.end, span.end)):
                letters[place - span.start] = " "
        outside = "".join(letters)
        names = target.mentions(outside) + [m.span() for m in _DESCRIPTION.finditer(outside)]
        said = speaks(outside, names)
        voice = {None: None, "named": Voice.TARGET, "other": Voice.OTHER, "same": last}[said]
        if voice and own:
            last = voice
        found.append(voice)
    return found


def _describes(text: str, target: Target) -> bool:
    return any(
        re.search(rf"\b(?:the|this|that)\s+(?:[\w’'.-]+\s+){{0,3}}?{re.escape(d)}\b", text, re.IGNORECASE)
        for d in target.descriptors
    )


class _Discourse:
    """What the article has spoken of so far: whether the last organisation, and the last subject, was the target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.salient = False
        self.was_subject = False

    def about(self, text: str, mentions: tuple[tuple[int, int], ...], speaker: Voice | None) -> bool:
        """Whether the next sentence is about the target; call once a sentence, in order."""
        spoken = speaker is Voice.TARGET
        named = bool(mentions)
        own = not named and _describes(text, self.target)
        rival = self._rival_before(text)
        description = _DESCRIPTION.search(text)
        of_rival = rival is not None and description is not None and rival < description.start()
        described = description is not None and self.salient and not of_rival
        pronoun = (
            self.was_subject
            and bool(_PRONOUN_SUBJECT.search(text) or _PRONOUN_SAYS.search(text))
            and not _EXPLETIVE.search(text)
            and speaker is not Voice.OTHER
        )
        about = named or own or spoken or described or pronoun
        self._move_on(text, mentions, about, own or described or pronoun, rival is not None)
        return about

    def _move_on(self, text: str, mentions: tuple[tuple[int, int], ...], about: bool, meant: bool, rival: bool) -> None:
        if mentions or meant:
            self.salient = True
        elif rival:
            self.salient = False
        head = len(text) // 2
        self.was_subject = (bool(mentions) and mentions[0][0] <= head) or (about and meant)

    def _rival_before(self, text: str) -> int | None:
        """Where another organisation is named, if one is."""
        taken = self.target.mentions(text)
        for name in _PROPER.finditer(text, 0, LONGEST_SENTENCE):
            if any(s < name.end() and e > name.start() for s, e in taken):
                continue
            words = [w for w in name[0].split() if w not in _NOT_A_NAME]
            if words and _ORGANISATION_NAME.search(name[0]):
                return name.start()
        return None
