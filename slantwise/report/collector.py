"""Keeps of judged articles what a report shows of them, in bounded memory.

Figures over all articles are added up as they come. Articles are kept with their sentences up to a limit; where there
are more, those kept are drawn at random, all alike likely. Of every outlet the most accusing and the most defending
sentences are kept besides. Knows nothing of pages and models.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from slantwise.records import Article, InputError, Judgement, OutletSlant, Part, Sentence, Stance
from slantwise.report.plain import plain
from slantwise.report.reading import ShownArticle, shown_article
from slantwise.slant import SlantSums, period_of

_Note = TypeVar("_Note")

MOST_ARTICLES = 2_000
MOST_EXTREMES = 5
MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True, order=True)
class Extreme:
    """One of the strongest sentences of an outlet; `strength` in (0, 1] is its score without its sign."""

    strength: float
    number: int
    text: str = field(compare=False)
    judgement: Judgement = field(compare=False)
    title: str = field(compare=False)


class Collector:
    """Takes in judged articles one by one, and the lines about what was left out."""

    def __init__(self, most_articles: int = MOST_ARTICLES, seed: int = 0) -> None:
        self.most_articles = most_articles
        self.articles = 0
        self.sentences = 0
        self.left_out = 0
        self.messages: list[str] = []
        self.dates: tuple[str, str] | None = None
        self.of_articles: list[tuple[str, float]] = []
        self._kept: list[ShownArticle] = []
        self._extremes: dict[tuple[str, Stance], list[Extreme]] = {}
        self._sums = SlantSums()
        self._months = SlantSums()
        self._random = Random(seed)  # noqa: S311 it draws a sample, not a secret

    def add(self, article: Article, judged: Sequence[tuple[Sentence, Judgement]]) -> None:
        """Take in an article that counts, with its judged sentences and headlines."""
        body = [j for s, j in judged if s.part is Part.BODY]
        heads = [j for s, j in judged if s.part is Part.HEADLINE]
        if not body:
            return
        self._sums.add(article.outlet, body, heads)
        month = period_of(article.date, "month")
        if month:
            self._months.add(article.outlet, body, heads, month)
            first, last = self.dates or (month, month)
            self.dates = (min(first, month), max(last, month))
        slant = sum(j.score for j in body) / len(body)
        self.of_articles.append((article.outlet, slant))
        for sentence, judgement in judged:
            if sentence.part is Part.BODY:
                self._weigh(article, sentence, judgement)
        place = self.articles if self.articles < self.most_articles else self._random.randrange(self.articles + 1)
        if place < self.most_articles:
            self._kept[place : place + 1] = [shown_article(self.articles, article, judged, slant)]
        self.articles += 1
        self.sentences += len(body)

    def noting(self, tell: Callable[[_Note], None]) -> Callable[[_Note], None]:
        """`tell`, with a note of each line taken for the report."""

        def note(message: _Note) -> None:
            self.left_out += 1
            if len(self.messages) < MOST_MESSAGES:
                self.messages.append(plain(str(message), 300))
            tell(message)

        return note

    def shown(self) -> list[ShownArticle]:
        """The articles kept, in the order they came in."""
        return sorted(self._kept, key=lambda a: a.number)

    def extremes(self) -> dict[tuple[str, Stance], list[Extreme]]:
        """Of each outlet and side the strongest sentences, the strongest first."""
        return {of: sorted(found, key=lambda e: (-e.strength, -e.number)) for of, found in self._extremes.items()}

    def slants(self, weight: str, level: float, seed: int) -> list[OutletSlant]:
        """Each outlet's slant over all its articles, for a report over time, whose own figures are of periods."""
        return self._sums.slants(weight, level, seed)

    def months(self, weight: str, level: float, seed: int) -> list[OutletSlant]:
        """Each outlet's slant in each month; empty where no outlet has articles of two."""
        found = self._months.slants(weight, level, seed)
        outlets = [s.outlet for s in found]
        return found if len(set(outlets)) < len(outlets) else []

    def stories(self, labels: Sequence[int]) -> list[Story]:
        """The stories that two outlets or more tell, those told by most first; a label an article as they came.

        Raises InputError when there are not as many labels as articles.
        """
        if len(labels) != self.articles:
            raise InputError(
                f"there are {len(labels)} labels of stories for {self.articles} articles; one for each is expected"
            )
        told: dict[int, dict[str, list[float]]] = {}
        for label, (outlet, slant) in zip(labels, self.of_articles, strict=True):
            told.setdefault(label, {}).setdefault(outlet, []).append(slant)
        titles: dict[int, str] = {}
        for article in self.shown():
            titles.setdefault(labels[article.number], article.title or article.sentences[0].text)
        found = [
            Story(plain(titles.get(label, "untitled"), 120), {o: sum(x) / len(x) for o, x in sorted(of.items())})
            for label, of in told.items()
            if len(of) > 1
        ]
        return sorted(found, key=lambda s: (-len(s.slants), s.title))

    def _weigh(self, article: Article, sentence: Sentence, judgement: Judgement) -> None:
        """Keep a sentence if it is among the strongest of its outlet and side and not told yet."""
        if judgement.stance is Stance.NEUTRAL:
            return
        found = self._extremes.setdefault((article.outlet, judgement.stance), [])
        strength = abs(judgement.score)
        if len(found) == MOST_EXTREMES and strength <= found[0].strength:
            return
        text = plain(sentence.text)
        if any(e.text == text for e in found):
            return
        extreme = Extreme(strength, -self.articles, text, judgement, plain(article.title, 160))
        (heapq.heappush if len(found) < MOST_EXTREMES else heapq.heapreplace)(found, extreme)


@dataclass(frozen=True, slots=True)
class Story:
    """An event that several outlets tell: a title of one of its articles, and each outlet's mean slant in it."""

    title: str
    slants: dict[str, float]
