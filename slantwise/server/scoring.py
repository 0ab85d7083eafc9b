"""Articles to the slant JSON and a report, judged by the server's one model. Knows nothing of HTTP or databases."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from slantwise.articles import Columns
from slantwise.pipeline import score_outlets
from slantwise.records import WIRE, Article, InputError, Judgement
from slantwise.report import Facts, Reporting, as_json
from slantwise.server.batching import Asked, Batcher, Stopped
from slantwise.server.orders import Order, Progress
from slantwise.slant import PERIODS, WEIGHTS, estimand
from slantwise.targets import Target

_TICK = 0.2


@dataclass
class Run:
    """One scoring as it goes on: how far it is, and whether it shall stop. Safe to share between threads.

    `most` is the number of articles and rejected inputs it may have, `deadline` a time of `time.monotonic`.
    """

    most: int
    deadline: float
    why: str = ""
    articles: int = 0
    sentences: int = 0
    rejects: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def stop(self, why: str) -> None:
        """Make it raise `Stopped` soon."""
        self.why = self.why or why
        self._stop.set()

    def check(self) -> None:
        """Raise Stopped where it shall stop, InputError where it takes too long or too many articles."""
        if self._stop.is_set():
            raise Stopped(self.why)
        if time.monotonic() > self.deadline:
            raise InputError("takes longer than it may here; give fewer articles")
        if self.articles + self.rejects > self.most:
            raise InputError(f"has more than {self.most:,} articles, which is the most here; give fewer")

    def sleep(self, seconds: float) -> None:
        """Sleep, unless it shall stop."""
        self._stop.wait(seconds)
        self.check()

    def watched(self, articles: Iterable[Article]) -> Iterator[Article]:
        """The articles, counted and checked."""
        for article in articles:
            self.articles += 1
            self.check()
            yield article
        self.check()

    def result_of(self, future: Future[list[Judgement]]) -> list[Judgement]:
        """What a future gives; it is cancelled where the run shall stop."""
        while True:
            try:
                return future.result(_TICK)
            except TimeoutError:
                if future.done():
                    raise
            try:
                self.check()
            except BaseException:
                future.cancel()
                raise

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return Progress(self.articles, self.sentences, self.rejects)


class SharedJudge:
    """The batcher, as the pipeline wants a classifier."""

    def __init__(self, batcher: Batcher, run: Run, background: bool) -> None:
        self._batcher, self._run, self._background = batcher, run, background

    def predict(self, sentences: Sequence[str], target: Target, context: Sequence[str]) -> list[Judgement]:
        """One judgement a sentence, in order."""
        self._run.check()
        asked = [Asked(s, target, c) for s, c in zip(sentences, context, strict=True)]
        found = self._run.result_of(self._batcher.submit(asked, self._background))
        self._run.sentences += len(found)
        return found


def check_order(order: Order, batcher: Batcher) -> None:
    """Raise InputError for an order that could only fail."""
    Target.of(order.target, order.aliases)
    for name, value, accepted in (
        ("weight", order.weight, WEIGHTS),
        ("by", order.by, (None, *PERIODS)),
        ("wire", order.wire, (None, *WIRE)),
    ):
        if value not in accepted:
            names = ", ".join(a for a in accepted if a)
            raise InputError(f"{name} {str(value)[:40]!r} is not recognised; accepted are {names}")
    if not 0.5 <= order.level <= 0.999:
        raise InputError(f"level {order.level} is not between 0.5 and 0.999")
    if not 0 <= order.seed < 2**32:
        raise InputError(f"seed {order.seed} is not between 0 and {2**32 - 1}")
    if order.matched and order.by:
        raise InputError(f"matched cannot be combined with by {order.by!r}; leave one of them out")
    if order.columns:
        Columns.parse(order.columns)
    if order.prior_shift and batcher.classifier.shares is None:
        raise InputError(
            "prior_shift needs the shares of the stances the model was calibrated at, which it does not say"
        )


def score(
    articles: Iterable[Article],
    order: Order,
    batcher: Batcher,
    run: Run,
    on_skip: Callable[[str], None],
    report: Path | None = None,
    background: bool = False,
    reporting: Reporting | None = None,
) -> dict[str, Any]:
    """Score articles; the object that `slantwise evaluate --json` prints. `report` is where the page is written."""
    target = Target.of(order.target, order.aliases)
    reporting = reporting or Reporting(report, None, order.seed)
    means = estimand(order.weight, order.level, order.wire)
    name = batcher.classifier.name
    slants = score_outlets(
        run.watched(articles),
        target,
        SharedJudge(batcher, run, background),
        order.sources or None,
        order.weight,
        order.level,
        order.seed,
        order.by,
        on_skip,
        order.wire,
        order.matched,
        shrink=order.shrink,
        prior_shift=batcher.classifier.shares if order.prior_shift else None,
        on_judged=reporting.add,
        on_stories=reporting.take_stories,
        on_whole=reporting.take_whole,
    )
    today = datetime.now(UTC).date().isoformat()
    reporting.write(
        slants,
        Facts(
            target.name, name, means, order.weight, order.level, order.seed, tuple(target.aliases), today, order.wire
        ),
    )
    found: dict[str, Any] = json.loads(as_json(slants, target.name, name, means, order.level))
    return found
