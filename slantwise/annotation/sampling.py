"""Draws sentences or whole articles to label, each with the probability with which it was drawn.

Every draw has a fixed size and exact probabilities: units lie in random order on a line, each as long as its
probability, and are taken at equal steps from a random start (systematic sampling in random order: Madow 1949; Hartley
and Rao 1962). With equal probabilities it is a simple random sample. Where the model is to say what is worth a label
(`active`), half of a unit's probability goes by how unsure the model is of it and half is that of a plain draw: the
labels' weights then stay below twice the plain ones (Zrnic and Candès 2024, active statistical inference). Corrected
slants weigh by one over the probability, so they stay valid whatever was drawn.

All that is kept in memory of a candidate is a few numbers; its text waits in a temporary file.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from slantwise.annotation.items import Item
from slantwise.pipeline import judge_articles
from slantwise.records import STANCES, VOICES, Article, InputError, Judgement, Part, Sentence
from slantwise.repeats import Judge
from slantwise.targets import Target

UNITS = ("sentence", "article")
# The share of a plain draw in an active one: a floor under its probabilities.
PLAIN_SHARE = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """A drawn item and what the model says of it."""

    item: Item
    judgement: Judgement


@dataclass(frozen=True)
class Sample:
    """What was drawn: the sentences in the order to label them, and out of how many of what, by outlet."""

    drawn: list[Drawn]
    unit: str
    candidates: dict[str, int]
    chosen: dict[str, int]
    seed: int


def unsureness(judgement: Judgement) -> float:
    """The standard deviation of a sentence's label (−1, 0, 1) under its calibrated probabilities, in [0, 1]."""
    accusatory, _, defending = judgement.stance_probabilities
    return float(np.sqrt(max(0.0, accusatory + defending - (defending - accusatory) ** 2)))


def inclusion(sizes: Floats, number: int) -> Floats:
    """Probabilities (n,) proportional to `sizes` (n,), all above 0, that sum to `number`; none is above 1."""
    number = min(number, len(sizes))
    found = np.zeros(len(sizes))
    certain = np.zeros(len(sizes), dtype=bool)
    while True:
        rest = sizes * ~certain
        left = number - int(certain.sum())
        found = np.where(certain, 1.0, left * rest / rest.sum() if left else 0.0)
        over = (found >= 1) & ~certain
        if not over.any():
            return found
        certain |= over


def systematic(
    probabilities: Floats, rng: np.random.Generator, strata: NDArray[np.int_] | None = None
) -> NDArray[np.int_]:
    """Places drawn with these probabilities (n,), as many as they sum to, in each of `strata` (n,) if there are any.

    The sums are whole numbers.
    """
    if strata is not None:
        groups = [np.flatnonzero(strata == s) for s in np.unique(strata)]
        return np.sort(np.concatenate([g[systematic(probabilities[g], rng)] for g in groups]))
    order = rng.permutation(len(probabilities))
    ends = np.cumsum(probabilities[order])
    marks = rng.uniform() + np.arange(round(float(ends[-1])))
    # The last end may fall short of its whole number by rounding.
    return np.sort(order[np.minimum(np.searchsorted(ends, marks, side="right"), len(order) - 1)])


def shared_out(number: int, sizes: Sequence[int]) -> list[int]:
    """`number` parted evenly, no part above its size; what one cannot take goes to the others."""
    parts = [0] * len(sizes)
    for _ in range(min(number, sum(sizes))):
        parts[min((i for i, size in enumerate(sizes) if parts[i] < size), key=parts.__getitem__)] += 1
    return parts


def probabilities(
    unsure: Floats, strata: NDArray[np.int_] | None, number: int, active: bool, counts: Sequence[int] | None = None
) -> Floats:
    """The probability of each unit (n,), given how unsure the model is of it (n,).

    `strata` are numbers of outlets (n,) among which `number` is parted evenly, or None. Each stratum's probabilities
    sum to its part.
    """
    groups = [np.arange(len(unsure))] if strata is None else [np.flatnonzero(strata == s) for s in np.unique(strata)]
    found = np.zeros(len(unsure))
    for places, part in zip(groups, counts or shared_out(number, [len(g) for g in groups]), strict=True):
        sizes = np.ones(len(places))
        mean = float(unsure[places].mean())
        if active and mean > 0:
            sizes = PLAIN_SHARE + (1 - PLAIN_SHARE) * unsure[places] / mean
        found[places] = inclusion(sizes, part)
    return found


def draw_sample(
    articles: Iterable[Article],
    target: Target,
    classifier: Judge | None = None,
    number: int = 100,
    unit: str = "sentence",
    per_outlet: bool = False,
    active: bool = False,
    seed: int = 0,
    on_skip: Callable[[str], None] = lambda message: None,
) -> Sample:
    """Draw `number` sentences that count in the slant toward `target`, or all such sentences of `number` articles.

    `per_outlet` draws as many of each outlet, as far as it has them; `active` draws more of what the model is unsure
    of. A sentence's unsureness counts by what it weighs in its article's slant. Sentences come in random order, so that
    nothing is told by their place; those of whole articles stay together. Raises InputError when nothing is about the
    target, or for numbers below 1.
    """
    if number < 1:
        raise InputError(f"number {number} is not 1 or more")
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        pool = _Pool(file)
        for article, judged in judge_articles(articles, target, classifier):
            body = [pair for pair in judged if pair[0].part is Part.BODY]
            if body:
                pool.add(article, body, target)
            else:
                on_skip(f"{article.origin or article.outlet}: no sentence is about {target.name}; left out")
        if not pool.outlets:
            raise InputError(
                f"no article has a sentence about {target.name}; give other articles, another --target or an --alias"
            )
        return pool.drawn(number, unit, per_outlet, active, seed, rng)


class _Pool:
    """The candidates: a few numbers each, their rows in a file."""

    def __init__(self, file: IO[str]) -> None:
        self.file = file
        self.outlets: dict[str, int] = {}
        # Of each sentence: its article's number, where its row begins, how unsure the model is of it.
        self.article: list[int] = []
        self.offset: list[int] = []
        self.unsure: list[float] = []
        # Of each article: its outlet's number.
        self.outlet: list[int] = []

    def add(self, article: Article, body: Sequence[tuple[Sentence, Judgement]], target: Target) -> None:
        """Take in an article's sentences that count."""
        self.outlet.append(self.outlets.setdefault(article.outlet, len(self.outlets)))
        for sentence, judgement in body:
            item = Item.of(article, sentence, _after(article.text, sentence.end), target)
            said = [*judgement.stance_probabilities, *judgement.voice_probabilities, judgement.about]
            self.article.append(len(self.outlet) - 1)
            self.offset.append(self.file.tell())
            self.unsure.append(unsureness(judgement))
            self.file.write(json.dumps([item.row(), said]) + "\n")

    def drawn(
        self, number: int, unit: str, per_outlet: bool, active: bool, seed: int, rng: np.random.Generator
    ) -> Sample:
        article, unsure = np.array(self.article), np.array(self.unsure)
        outlet = np.array(self.outlet)
        held = np.bincount(article)
        if unit == "article":
            # An article's errors go together, so it is as unsure as its sentences are on average.
            sizes, strata = np.sqrt(np.bincount(article, unsure**2) / held), outlet
        else:
            sizes, strata = unsure / held[article], outlet[article]
        apart = strata if per_outlet else None
        chances = probabilities(sizes, apart, number, active)
        chosen = systematic(chances, rng, apart)
        if unit == "article":
            places = [int(p) for unit_ in rng.permutation(chosen) for p in np.flatnonzero(article == unit_)]
            of_sentence = chances[article]
        else:
            places, of_sentence = [int(p) for p in rng.permutation(chosen)], chances
        names = list(self.outlets)
        return Sample(
            [self._read(place, float(of_sentence[place])) for place in places],
            unit,
            {names[i]: int(n) for i, n in enumerate(np.bincount(strata, minlength=len(names)))},
            {names[i]: int(n) for i, n in enumerate(np.bincount(strata[chosen], minlength=len(names)))},
            seed,
        )

    def _read(self, place: int, probability: float) -> Drawn:
        self.file.seek(self.offset[place])
        row, said = json.loads(self.file.readline())
        item = replace(Item.from_row(row), probability=probability)
        return Drawn(item, _judgement(said))


def _judgement(said: Sequence[Any]) -> Judgement:
    stance, voice = said[: len(STANCES)], said[len(STANCES) : len(STANCES) + len(VOICES)]
    return Judgement((stance[0], stance[1], stance[2]), (voice[0], voice[1], voice[2]), said[-1])


def _after(text: str, end: int, longest: int = 200) -> str:
    """The text just behind a sentence, cut at a word."""
    behind = " ".join(text[end : end + 2 * longest].split())
    return behind if len(behind) <= longest else behind[:longest].rpartition(" ")[0] + " …"
