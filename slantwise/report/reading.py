"""A judged article as people read it: paragraphs of judged sentences and of the text between. Knows no markup.

Text is fit to be shown (see `plain`) and bounded, so that one article cannot fill a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slantwise.records import Article, Judgement, Part, Sentence
from slantwise.report.plain import plain

MOST_SENTENCES = 400
LONGEST_GAP = 1_500


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A judged sentence."""

    text: str
    judgement: Judgement
    headline: bool = False


# Judged sentences, and as plain text what stands between them and was not judged.
Paragraph = tuple[ShownSentence | str, ...]


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article as a page shows it; `number` counts the articles as they came, `slant` is its mean score."""

    number: int
    outlet: str
    title: str
    date: str
    url: str
    origin: str
    slant: float
    paragraphs: tuple[Paragraph, ...]

    @property
    def sentences(self) -> list[ShownSentence]:
        """The judged sentences in order, headlines among them."""
        return [item for paragraph in self.paragraphs for item in paragraph if isinstance(item, ShownSentence)]

    @property
    def titled(self) -> bool:
        """Whether the title is the first judged sentence, which then stands in its place."""
        opening = self.paragraphs[0][0] if self.paragraphs else ""
        return isinstance(opening, ShownSentence) and opening.headline and opening.text == self.title


def shown_article(
    number: int, article: Article, judged: Sequence[tuple[Sentence, Judgement]], slant: float
) -> ShownArticle:
    """An article with its judged sentences, of which the first `MOST_SENTENCES` are shown."""
    paragraphs: list[list[ShownSentence | str]] = [[]]
    end = 0
    for sentence, judgement in judged[:MOST_SENTENCES]:
        if sentence.start > end:
            _add_between(paragraphs, article.text[end : sentence.start])
        headline = sentence.part is Part.HEADLINE
        paragraphs += [[]] * headline
        paragraphs[-1].append(ShownSentence(plain(sentence.text), judgement, headline))
        paragraphs += [[]] * headline
        end = max(end, sentence.end)
    left = len(judged) - MOST_SENTENCES
    _add_between(paragraphs, f"({left:,} more sentences)" if left > 0 else article.text[end:])
    place, separator, line = article.origin.partition(" line ")
    origin = "/".join(place.replace("\\", "/").split("/")[-2:]) + separator + line
    return ShownArticle(
        number=number,
        outlet=article.outlet,
        title=plain(article.title, 300),
        date=plain(article.date, 40),
        url=article.url if len(article.url) <= 500 else "",
        origin=plain(origin, 200),
        slant=slant,
        paragraphs=tuple(tuple(p) for p in paragraphs if p),
    )


def _add_between(paragraphs: list[list[ShownSentence | str]], text: str) -> None:
    """Add what stands between two sentences: its first line ends a paragraph, its last begins the next one."""
    inner = text.strip()
    before, _, after = text.partition(inner) if inner else (text, "", "")
    if "\n" in before:
        paragraphs.append([])
    for number, line in enumerate(plain(inner, LONGEST_GAP).split("\n")):
        if number:
            paragraphs.append([])
        if line.strip():
            paragraphs[-1].append(line.strip())
    if "\n" in after:
        paragraphs.append([])
