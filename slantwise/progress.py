"""How far a run has come, on stderr: a bar on a terminal, else a line now and then. Knows only counts and the time."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from slantwise.records import Judged

# Seconds: what is over before is not worth a bar, or a line.
BAR_AFTER = 3.0
LINE_EVERY = 30.0


class Progress:
    """Counts articles and judged sentences as they come, and tells of them; a context manager.

    `total` is how many articles there are, judged, passed over or rejected, where that is known; only then the time
    left is told. With `quiet` nothing is told. Nothing is ever printed to stdout.
    """

    def __init__(
        self, total: int | None = None, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.total = total
        self.articles = 0
        self.sentences = 0
        self.passed_over = 0
        self._quiet = quiet
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._clock = clock
        self._opened = self._told = clock()
        self._began: float | None = None
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def watch(self, judged: Iterable[Judged]) -> Iterator[Judged]:
        """The judged articles as they come, counted; may be called again for more."""
        self.count(0, 0)
        for article, pairs in judged:
            self.count(1, len(pairs))
            yield article, pairs

    def count(self, articles: int, sentences: int) -> None:
        """Count judged articles and sentences."""
        if self._began is None:
            self._began = self._clock()
        self.articles += articles
        self.sentences += sentences
        self._tell()

    def passed(self, articles: int = 1) -> None:
        """Count an article, or more, that is not judged: it was rejected, or judged before."""
        self.passed_over += articles
        self._tell()

    def line(self) -> str:
        """How far it has come, in words."""
        done = self.articles + self.passed_over
        seconds = max(self._clock() - (self._began if self._began is not None else self._clock()), 1e-9)
        rate = self.articles / seconds
        of = f" of {self.total:,}" if self.total else ""
        if not self.articles:
            return f"{done:,}{of} articles read"
        words = f"{done:,}{of} articles, {rate:,.1f} articles/s, {self.sentences / seconds:,.1f} sentences/s"
        left = max(self.total - done, 0) / rate if self.total and rate else None
        return words if left is None else f"{words}, {_duration(left)} left"

    def _tell(self) -> None:
        if self._quiet:
            return
        now = self._clock()
        if self._bar is None and self._terminal and now - self._opened > BAR_AFTER:
            self._bar = self._started()
        if self._bar is not None:
            self._bar.update(0, completed=self.articles + self.passed_over, description=self.line())
        elif not self._terminal and now - self._told >= LINE_EVERY:
            self._told = now
            print(self.line(), file=sys.stderr, flush=True)

    def _started(self) -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        words = TextColumn("{task.description}", markup=False)
        bar = Bar(BarColumn(20), words, console=Console(stderr=True), transient=True, redirect_stdout=False)
        bar.add_task("", total=self.total)
        bar.start()
        return bar


def _duration(seconds: float) -> str:
    """About how long: 40 s, 12 min, 3 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
