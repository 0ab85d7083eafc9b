"""What is kept of articles until all have been read, for what needs them all: wire copy and matched stories.

Kept are numbers, never texts: of a sentence its judgement and which wording it has (56 bytes), of an article its
outlet, its period and the word counts of its lead. Knows nothing of models.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from slantwise.correction import Label
from slantwise.matched import compare, numbered
from slantwise.records import WIRE, Article, InputError, Judgement, OutletSlant, Sentence
from slantwise.stories import StoryTexts
from slantwise.tally import Tally
from slantwise.targets import Target
from slantwise.wire import Carried, Copies, Floats, Ints, carried, dispatches

WIRE_OUTLET = "(wire)"


@dataclass
class HeldArticles:
    """Takes in judged articles one by one; gives the outlets' slants at the end."""

    target: Target
    wire: str | None = None
    matched: bool = False
    _outlets: list[str] = field(default_factory=list)
    _periods: list[str] = field(default_factory=list)
    _headlines: array[float] = field(default_factory=lambda: array("d"))
    _headline_ends: array[int] = field(default_factory=lambda: array("q", [0]))
    _ends: array[int] = field(default_factory=lambda: array("q", [0]))
    _numbers: array[float] = field(default_factory=lambda: array("d"))
    _wordings: array[int] = field(default_factory=lambda: array("q"))
    _labels: dict[int, Label] = field(default_factory=dict)
    _undated: list[str] = field(default_factory=list)
    # The story of each article in the order they came in, once `slants` has compared within stories.
    stories: list[int] | None = None

    def __post_init__(self) -> None:
        """Refuse what is not accepted."""
        if self.wire is not None and self.wire not in WIRE:
            raise InputError(f"wire {self.wire!r} is not recognised; accepted are {', '.join(WIRE)}")
        self._copies = Copies()
        self._texts = StoryTexts([self.target.name, *self.target.aliases])

    def add(
        self,
        article: Article,
        body: Sequence[tuple[Sentence, Judgement]],
        headlines: Sequence[Judgement],
        period: str = "",
        labels: Sequence[Label | None] | None = None,
    ) -> None:
        """Take in an article's judged body sentences and headlines; without body sentences it is left out.

        `labels` are the body sentences' hand labels.
        """
        if not body:
            return
        if article.outlet == WIRE_OUTLET and self.wire == "drop":
            raise InputError(f"outlet {WIRE_OUTLET!r} is what dropped wire copy is shown as; give it another name")
        self._outlets.append(article.outlet)
        self._periods.append(period)
        for judgement in headlines:
            self._headlines.extend((*judgement.stance_probabilities, *judgement.voice_probabilities))
        self._headline_ends.append(len(self._headlines) // 6)
        start = len(self._wordings)
        self._labels |= {start + i: label for i, label in enumerate(labels or ()) if label}
        for sentence, judgement in body:
            self._numbers.extend((*judgement.stance_probabilities, *judgement.voice_probabilities))
            self._wordings.append(self._copies.add(sentence.text) if self.wire else -1)
        self._ends.append(len(self._wordings))
        if self.matched and not self._texts.add(article):
            self._undated.append(f"{article.origin or article.outlet}: date {article.date!r}")

    def slants(
        self, tally: Tally, weight: str, level: float, seed: int, on_note: Callable[[str], None] = lambda message: None
    ) -> list[OutletSlant]:
        """Each outlet's slant with its shares of wire and standing text, and its comparison within stories.

        `tally`, empty so far, adds up the articles, with what each sentence weighs. `on_note` is called with one line
        for each outlet that is nothing but copies where these are dropped, for labels of dropped sentences, and for
        what limits the comparison.
        """
        names, outlets = numbered(self._outlets)
        ends = np.array(self._ends)
        article = np.repeat(np.arange(len(outlets)), np.diff(ends))
        groups = self._groups()
        found = carried(groups, outlets[article], article)
        weights = {"once": found.weights, "drop": np.where(found.wire | found.standing, 0.0, 1.0)}.get(
            self.wire or "", np.ones(len(groups))
        )
        for i, outlet in enumerate(self._outlets):
            kept = [j for j in range(ends[i], ends[i + 1]) if weights[j] > 0]
            judged = [_judgement(self._numbers, j) for j in kept]
            headlines = [_judgement(self._headlines, j) for j in range(*self._headline_ends[i : i + 2])]
            labels = [self._labels.get(j) for j in kept]
            each = [float(weights[j]) for j in kept]
            tally.add(outlet, judged, headlines, self._periods[i], labels, each)
        if self.wire == "drop":
            for period, judged in self._dispatches(groups, found, article):
                tally.add(WIRE_OUTLET, judged, period=period)
        slants = tally.slants(weight, level, seed)
        gone = sorted(set(names) - {s.outlet for s in slants})
        for name in gone:
            on_note(f"{name}: every sentence about {self.target.name} is wire copy or standing text; left out")
        lost = sum(weights[j] == 0 for j in self._labels)
        if lost:
            on_note(f"{lost} labels are of wire copy or standing text; left out")
        slants = self._with_shares(slants, names, outlets[article], found) if self.wire else slants
        return self._with_matched(slants, names, outlets, article, weights, weight, level, on_note)

    def _groups(self) -> Ints:
        of_wording = self._copies.groups()
        wording = np.array(self._wordings, dtype=np.int64)
        return np.where(wording >= 0, of_wording[wording], -1) if len(of_wording) else np.full(len(wording), -1)

    def _dispatches(self, groups: Ints, found: Carried, article: Ints) -> Iterator[tuple[str, list[Judgement]]]:
        """The wire's articles: shared sentences that occur together, each once, with the mean of its judgements."""
        places = np.flatnonzero(found.wire)
        numbers = np.frombuffer(self._numbers).reshape(-1, 6)
        for own in _parted(places, dispatches(groups[places], article[places])):
            period = min(self._periods[article[j]] for j in own)
            means = [numbers[copies].mean(axis=0).tolist() for copies in _parted(own, groups[own])]
            yield period, [Judgement((a, b, c), (d, e, f)) for a, b, c, d, e, f in means]

    def _with_shares(
        self, slants: list[OutletSlant], names: list[str], outlet: Ints, found: Carried
    ) -> list[OutletSlant]:
        of_outlet = np.bincount(outlet)
        wire, standing = (np.bincount(outlet, x) / of_outlet for x in (found.wire, found.standing))
        place = {name: i for i, name in enumerate(names)}
        return [
            replace(s, wire=float(wire[place[s.outlet]]), standing=float(standing[place[s.outlet]]))
            if s.outlet in place
            else replace(s, wire=1.0, standing=0.0)
            for s in slants
        ]

    def _with_matched(
        self,
        slants: list[OutletSlant],
        names: list[str],
        outlets: Ints,
        article: Ints,
        weights: Floats,
        weight: str,
        level: float,
        on_note: Callable[[str], None],
    ) -> list[OutletSlant]:
        if not self.matched:
            return slants
        if self._undated:
            on_note(
                f"{self._undated[0]} is not ISO 8601 (2018-08-06) or RFC 2822; {len(self._undated)} such "
                "articles are matched by their texts alone"
            )
        numbers = np.frombuffer(self._numbers).reshape(-1, 6)
        of_article: Floats = np.bincount(article, weights).astype(np.float64)
        totals: Floats = np.bincount(article, weights * (numbers[:, 2] - numbers[:, 0])).astype(np.float64)
        kept = of_article > 0
        # As in the slants themselves: an article weighs the mean of the weights of the sentences that count.
        counted = np.maximum(np.bincount(article, weights > 0), 1)
        mass: Floats = of_article / counted if weight == "article" else of_article
        stories = self._texts.labels()
        self.stories = stories.tolist()
        scores = np.divide(totals, of_article, out=np.zeros(len(totals)), where=kept)
        found = compare(outlets[kept], stories[kept], scores[kept], mass[kept], level)
        if not found:
            on_note("no story is told by two outlets; nothing can be compared within stories")
        place = {name: i for i, name in enumerate(names)}
        return [replace(s, matched=found.get(place.get(s.outlet, -1))) for s in slants]


def _judgement(numbers: array[float], j: int) -> Judgement:
    a, b, c, d, e, f = numbers[6 * j : 6 * j + 6]
    return Judgement((a, b, c), (d, e, f))


def _parted(values: Ints, keys: Ints) -> list[Ints]:
    """The values in parts of equal keys."""
    order = np.argsort(keys, kind="stable")
    return np.split(values[order], np.flatnonzero(np.diff(keys[order])) + 1) if len(keys) else []
