"""What a report says in words: what the intervals say, captions, the line to cite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slantwise import __version__
from slantwise.records import OutletSlant
from slantwise.report import charts, figures
from slantwise.report.collector import Collector
from slantwise.report.plain import plain


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report says of how it was measured.

    `level` lies in (0, 1); `made_on` is a date or empty; `wire` is what became of wire copy, None where it was not
    looked for.
    """

    target: str
    model: str
    estimand: str
    weight: str = "article"
    level: float = 0.95
    seed: int = 0
    aliases: tuple[str, ...] = ()
    made_on: str = ""
    wire: str | None = None


def lede(target: str, slants: Sequence[OutletSlant]) -> str:
    """What the intervals say, in one sentence. Of an outlet with one article nothing is said: its next may differ."""
    sure = [s for s in slants if s.enough and s.resampled == "articles"]
    below = sum(s.high < 0 for s in sure)
    above = sum(s.low > 0 for s in sure)
    within = len(sure) - below - above
    few = len(slants) - below - above - within
    of_sides = (
        (below, f"leans clearly against {target}", f"lean clearly against {target}"),
        (above, f"leans clearly for {target}", f"lean clearly for {target}"),
        (
            within,
            "leans clearly neither way (zero lies within the interval)",
            "lean clearly neither way (zero lies within their intervals)",
        ),
        (few, "has too few articles or sentences to say", "have too few articles or sentences to say"),
    )
    said = [f"{n:,} {one if n == 1 else several}" for n, one, several in of_sides if n]
    if len(said) == 1:
        n, one, several = next(side for side in of_sides if side[0])
        return f"The one outlet {one}." if n == 1 else f"All {n:,} outlets {several}."
    return f"Of {len(slants):,} outlets, {_listed(said)}."


def _listed(said: Sequence[str]) -> str:
    return f"{', '.join(said[:-1])} and {said[-1]}"


def captions(slants: Sequence[OutletSlant], shown: int, whole: bool, collected: Collector) -> dict[str, str]:
    """What is said below pictures and above the articles, of which `shown` are on the page."""
    lettered = any(figures.letters(s) for s in slants)
    groups = (
        " Outlets that share a letter cannot be told apart."
        if figures.grouped(slants)
        else (" Figures at the right: the places that an outlet may truly have, 1 the most accusing.")
    )
    ends = f" The {charts.MOST_ROWS} outlets at the ends; the table has all." if len(slants) > charts.MOST_ROWS else ""
    articles = f"{shown:,} of {collected.articles:,} articles, drawn at random; the figures count all."
    if shown == collected.articles:
        articles = "Every article that counts." if shown > 1 else "The article that counts."
    if not whole:
        articles += " To keep the file small, text that was not judged is left out: […]."
    return {"letters": groups if lettered else "", "ends": ends, "articles": articles}


def plot_note(facts: Facts, slants: Sequence[OutletSlant]) -> str:
    """What is said below the title of the plot."""
    found = [f"{facts.level:.0%} intervals", count(sum(s.articles for s in slants), "article")]
    found += ["dotted: too few sentences for an interval"] * (not all(s.enough for s in slants))
    found += ["who shares a letter cannot be told apart"] * figures.grouped(slants)
    found += [f"{charts.MOST_ROWS} of {len(slants):,} outlets"] * (len(slants) > charts.MOST_ROWS)
    return "; ".join(found)


def citation(target: str, slants: Sequence[OutletSlant], facts: Facts) -> str:
    """The line to cite."""
    when = f", {facts.made_on}" if facts.made_on else ""
    articles = count(sum(s.articles for s in slants), "article")
    return (
        f"Slant of {count(len(slants), 'outlet')} toward {target}, {articles}; {facts.estimand}. "
        f"Measured with slantwise {__version__}, model {plain(facts.model, 200)}, seed {facts.seed}{when}."
    )


def count(number: int, one: str, several: str = "") -> str:
    """A number of things in words, `1 outlet` or `2,000 outlets`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
