"""Writes the report and the main plot that were asked for: what `evaluate` needs of this package in one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from slantwise.records import Article, InputError, Judgement, OutletSlant, Sentence
from slantwise.report.charts import intervals
from slantwise.report.collector import Collector
from slantwise.report.drawing import check_drawable, draw
from slantwise.report.html import check_renderable, render, split_periods
from slantwise.report.plain import plain
from slantwise.report.words import Facts, plot_note

_Note = TypeVar("_Note")


class Reporting:
    """Collects what a report shows while articles are scored, then writes it.

    `report` is the path of an HTML file, `plot` of a PNG or SVG; either may be None, and where both are nothing is
    kept. Raises InputError, before anything is scored, where a file cannot lie there, a plot has another suffix, or the
    extra is missing.
    """

    def __init__(self, report: str | Path | None = None, plot: str | Path | None = None, seed: int = 0) -> None:
        self.report = report
        self.plot = plot
        self.collected = Collector(seed=seed)
        self._stories: Sequence[int] | None = None
        self._whole: Sequence[OutletSlant] | None = None
        for what, path in (("report", report), ("plot", plot)):
            if path is not None:
                check_place(what, path)
        if self.wanted:
            check_drawable(plot)
        if report is not None:
            check_renderable()

    @property
    def wanted(self) -> bool:
        """Whether a report or a plot was asked for."""
        return self.report is not None or self.plot is not None

    def add(self, article: Article, judged: Sequence[tuple[Sentence, Judgement]]) -> None:
        """Take in a judged article; `score_outlets` calls it as `on_judged`."""
        if self.wanted:
            self.collected.add(article, judged)

    def take_stories(self, stories: Sequence[int]) -> None:
        """Take in the number of each article's story; `score_outlets` calls it as `on_stories`."""
        self._stories = stories

    def take_whole(self, slants: Sequence[OutletSlant]) -> None:
        """Take in the slants over all time beside those of periods; `score_outlets` calls it as `on_whole`."""
        self._whole = slants

    def noting(self, tell: Callable[[_Note], None]) -> Callable[[_Note], None]:
        """`tell`, with what is left out noted for the report."""
        return self.collected.noting(tell) if self.wanted else tell

    def write(self, slants: Sequence[OutletSlant], facts: Facts) -> list[str]:
        """Write what was asked for; the paths written. OSError where a file cannot be written."""
        written = []
        if self.plot is not None:
            overall, _ = split_periods(slants, self.collected, facts, self._whole)
            draw(intervals(overall), self.plot, f"Slant toward {plain(facts.target, 80)}", plot_note(facts, overall))
            written.append(str(self.plot))
        if self.report is not None:
            page = render(slants, self.collected, facts, self._stories, whole=self._whole)
            Path(self.report).write_text(page, encoding="utf-8", newline="\n")
            written.append(str(self.report))
        return written


def check_place(what: str, path: str | Path) -> None:
    """Raises InputError where a file cannot lie at `path`; `what` it is goes into the message."""
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{what} {str(path)!r} is a folder; give the name of a file")
    if not path.parent.is_dir():
        raise InputError(f"{what} {str(path)!r}: there is no folder {str(path.parent)!r}")
