"""How far labellers agree, and what their labels come to: agreement, gold, disagreements. Knows only answers."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slantwise.annotation.items import ABOUT, Answer, Item
from slantwise.records import STANCES, VOICES, InputError, Stance, Voice

RESAMPLES = 500
KINDS: dict[str, Sequence[str]] = {"stance": STANCES, "voice": VOICES, "about": ABOUT}

Counts = NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two labellers: how many sentences both labelled, the share of equal stances, Cohen's kappa (None: undefined)."""

    one: str
    other: str
    sentences: int
    agreement: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Labeller:
    """One labeller: sentences labelled, shares of the stances, and how often one of the others says the same.

    `with_others` is None where nobody else labelled the same sentences; `alpha_without` is Krippendorff's alpha of the
    others alone, None where that is undefined.
    """

    name: str
    sentences: int
    shares: dict[str, float]
    with_others: float | None
    alpha_without: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha (nominal) of stance, voice and aboutness, and what lies behind that of the stance.

    An alpha is at most 1, 0 is what chance gives; None where nothing was labelled twice or everything alike. `interval`
    is that of the stance's alpha, 95%, from resampling articles. `per_class` is the alpha of each stance against the
    two others. `overlap` counts the sentences with two labels or more.
    """

    sentences: int
    overlap: int
    alpha: dict[str, float | None]
    interval: tuple[float, float] | None
    per_class: dict[str, float | None]
    pairs: list[Pair]
    labellers: list[Labeller]


@dataclass(frozen=True, slots=True)
class Gold:
    """What the labels of one sentence come to; `stance` is None where they are undecided.

    `voice` and `about` are None where nobody says or no majority does.
    """

    item: Item
    answers: tuple[Answer, ...]
    stance: Stance | None
    voice: Voice | None
    about: bool | None
    adjudicated: bool

    @property
    def disputed(self) -> bool:
        """Whether labellers differ in the stance."""
        return len({a.stance for a in self.answers}) > 1

    def row(self, text: bool = True) -> dict[str, Any]:
        """A row of a `--labels` file, with the sentence's text or without."""
        row = {k: v for k, v in self.item.row().items() if text or k not in ("sentence", "context", "title", "after")}
        row.pop("after", None)
        if self.item.start < 0:
            row["start"] = row["end"] = None
        said = {"stance": self.stance, "voice": self.voice, "about": self.about}
        return row | said | {"labellers": [a.labeller for a in self.answers], "adjudicated": self.adjudicated}


def by_item(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    """Answers by their item's name."""
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(answer.item.item, []).append(answer)
    return found


def settle(answers: Sequence[Answer], adjudicated: Sequence[Answer] = ()) -> list[Gold]:
    """What the labels of each sentence come to: the adjudicator's label, else what more than half say.

    An adjudicator who leaves voice or aboutness open leaves them to the majority. Sentences come in the order of their
    articles.
    """
    last = {a.item.item: a for a in adjudicated}
    found = []
    for name, given in by_item([*answers, *(a for a in adjudicated)]).items():
        theirs = [a for a in given if last.get(name) is not a] or given
        settled = last.get(name)
        stance = settled.stance if settled else _majority([a.stance for a in theirs])
        voice = (settled and settled.voice) or _majority([a.voice for a in theirs if a.voice])
        abouts = [a.about for a in theirs if a.about is not None]
        about = settled.about if settled and settled.about is not None else _majority(abouts)
        found.append(Gold(given[0].item, tuple(theirs), stance, voice, about, settled is not None))
    return sorted(found, key=lambda g: (g.item.origin, g.item.url, g.item.sha256, g.item.start))


def agreement(answers: Sequence[Answer], seed: int = 0) -> Agreement | None:
    """How far labellers agree; None with fewer than two of them. InputError without the extra."""
    names = sorted({a.labeller for a in answers})
    if len(names) < 2:
        return None
    items = by_item(answers)
    counts = {kind: _counts(list(items.values()), kind) for kind in KINDS}
    stance = counts["stance"]
    articles = [g[0].item.sha256 or g[0].item.url or g[0].item.origin for g in items.values()]
    return Agreement(
        len(items),
        int(np.sum(stance.sum(axis=1) > 1)),
        {kind: alpha(c) for kind, c in counts.items()},
        _interval(stance, articles, seed),
        {s: alpha(np.stack([stance[:, i], stance.sum(axis=1) - stance[:, i]], axis=1)) for i, s in enumerate(STANCES)},
        [p for one, other in itertools.combinations(names, 2) if (p := _pair(items, one, other))],
        [_labeller(items, answers, name) for name in names],
    )


def alpha(counts: Counts) -> float | None:
    """Krippendorff's alpha of nominal labels from how often each item (rows) has each (columns); None if undefined."""
    paired = counts[counts.sum(axis=1) > 1]
    if not len(paired) or np.count_nonzero(paired.sum(axis=0)) < 2:
        return None
    try:
        import krippendorff
    except ImportError:
        raise InputError(
            "agreement needs the extra 'annotate'; install it: pip install 'slantwise[annotate]'"
        ) from None
    return float(krippendorff.alpha(value_counts=paired, level_of_measurement="nominal"))


def _counts(groups: Sequence[Sequence[Answer]], kind: str) -> Counts:
    places = {name: i for i, name in enumerate(KINDS[kind])}
    counts = np.zeros((len(groups), len(places)), dtype=int)
    for row, given in enumerate(groups):
        for answer in given:
            said = _said(answer, kind)
            if said is not None:
                counts[row, places[said]] += 1
    return counts


def _said(answer: Answer, kind: str) -> str | None:
    if kind == "about":
        return None if answer.about is None else ABOUT[not answer.about]
    found: str | None = getattr(answer, kind)
    return found


def _interval(counts: Counts, articles: Sequence[str], seed: int) -> tuple[float, float] | None:
    _, article = np.unique(articles, return_inverse=True)
    members = [np.flatnonzero(article == a) for a in range(article.max() + 1)]
    if len(members) < 2:
        return None
    rng = np.random.default_rng(seed)
    drawn = (
        np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))]) for _ in range(RESAMPLES)
    )
    found = [a for places in drawn if (a := alpha(counts[places])) is not None]
    if len(found) < RESAMPLES / 2:
        return None
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def _pair(items: Mapping[str, Sequence[Answer]], one: str, other: str) -> Pair | None:
    from sklearn.metrics import cohen_kappa_score

    both = []
    for given in items.values():
        said = {a.labeller: a.stance for a in given}
        if one in said and other in said:
            both.append((said[one], said[other]))
    if not both:
        return None
    first, second = zip(*both, strict=True)
    same = float(np.mean([a == b for a, b in both]))
    # With one label in all kappa has nothing to be measured by.
    kappa = float(cohen_kappa_score(first, second)) if len({*first, *second}) > 1 else None
    return Pair(one, other, len(both), same, kappa)


def _labeller(items: Mapping[str, Sequence[Answer]], answers: Sequence[Answer], name: str) -> Labeller:
    own = [a for a in answers if a.labeller == name]
    same = [a.stance == b.stance for a in own for b in items[a.item.item] if b.labeller != name]
    counts = Counter(a.stance for a in own)
    others = by_item([a for a in answers if a.labeller != name])
    return Labeller(
        name,
        len(own),
        {str(s): counts[s] / len(own) for s in STANCES},
        float(np.mean(same)) if same else None,
        alpha(_counts(list(others.values()), "stance")) if others else None,
    )


def _majority(said: Sequence[Any]) -> Any:
    """What more than half say; None where nobody says anything or no more than half agree."""
    if not said:
        return None
    value, times = Counter(said).most_common(1)[0]
    return value if 2 * times > len(said) else None
