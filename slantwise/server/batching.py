"""One model for all who ask: what is asked at the same time is judged in one batch, on a thread of its own.

There is no waiting for a batch to fill: while one is judged, the next gathers. Requests come first, jobs take what is
left and a quarter at least. Knows nothing of HTTP.

    batcher = Batcher(classifier); batcher.start()
    judgements = await batcher.judge([Asked("Acme lied.", Target.of("Acme"))])     # raises Busy when too many wait
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from slantwise.records import Judgement
from slantwise.targets import Target

BATCH = 256


class Classifier(Protocol):
    """What the server needs of `StanceClassifier`."""

    name: str
    shares: tuple[float, float, float] | None

    def predict(
        self,
        sentences: Sequence[str],
        target: Sequence[Target],
        context: Sequence[str] | None = None,
        spans: Sequence[tuple[int, int] | None] | None = None,
    ) -> list[Judgement]:
        """One judgement a sentence, in order."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One sentence to judge; `context` is the text before it, `span` the mention meant."""

    text: str
    target: Target
    context: str = ""
    span: tuple[int, int] | None = None


class Busy(RuntimeError):
    """More is waiting than may; `retry_after` says in how many seconds to ask again."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"too much is waiting; ask again in {retry_after:.0f} s")
        self.retry_after = retry_after


class Stopped(RuntimeError):
    """The batcher, or the job that asked, has been told to stop."""


@dataclass(eq=False, slots=True)
class _Group:
    """What one caller asked for: it is done when all its sentences are."""

    asked: Sequence[Asked]
    future: Future[list[Judgement]] = field(default_factory=Future)
    found: list[Judgement] = field(default_factory=list)
    taken: int = 0

    def left(self) -> int:
        return len(self.asked) - self.taken


class Batcher:
    """Runs a classifier on one thread, for many callers at once."""

    def __init__(
        self,
        classifier: Classifier,
        batch: int = BATCH,
        max_queue: int = 4_096,
        on_batch: Callable[[int, float], None] = lambda size, seconds: None,
    ) -> None:
        """At most `max_queue` sentences of requests wait. `on_batch` is told the size and seconds of each batch."""
        self.classifier = classifier
        self._batch, self._max_queue, self._on_batch = batch, max_queue, on_batch
        self._requests: deque[_Group] = deque()
        self._jobs: deque[_Group] = deque()
        self._changed = threading.Condition()
        self._waiting = 0
        self._pace = 100.0  # sentences a second, lately
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="model", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Let what runs end and fail what waits with `Stopped`; returns when the thread has ended."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many sentences of requests wait."""
        return self._waiting

    async def judge(self, asked: Sequence[Asked]) -> list[Judgement]:
        """Judge sentences together with those of others; a judgement each, in order.

        Raises Busy when too many wait, and what the classifier raises for these sentences. A caller that is cancelled
        leaves the queue.
        """
        return await asyncio.wrap_future(self.submit(asked))

    def submit(self, asked: Sequence[Asked], background: bool = False) -> Future[list[Judgement]]:
        """The same from any thread; in the `background` sentences wait behind requests, as many as come."""
        group = _Group(asked)
        if not asked:
            group.future.set_result([])
            return group.future
        with self._changed:
            if self._stopping:
                raise Stopped("the server stops")
            if background:
                self._jobs.append(group)
            else:
                # One request of any size is taken where nothing waits.
                if self._waiting and self._waiting + len(asked) > self._max_queue:
                    raise Busy(max(1.0, self._waiting / self._pace))
                self._waiting += len(asked)
                self._requests.append(group)
            self._changed.notify()
        return group.future

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._requests or self._jobs or self._stopping):
                    self._changed.wait()
                if self._stopping:
                    break
                share = self._take(self._jobs, self._batch // 4)
                batch = self._take(self._requests, self._batch - sum(n for _, _, n in share)) + share
                room = self._batch - sum(n for _, _, n in batch)
                batch += self._take(self._jobs, room)
            if batch:
                self._judge(batch)
        for group in (*self._requests, *self._jobs):
            _settle(group.future, Stopped("the server stops"))

    def _take(self, queue: deque[_Group], most: int) -> list[tuple[_Group, int, int]]:
        """At most so many sentences from the head of a queue, as (group, first, count)."""
        taken = []
        while queue and most > 0:
            group = queue[0]
            done = group.future.done()  # cancelled, or failed with another part of it
            count = 0 if done else min(group.left(), most)
            if count:
                taken.append((group, group.taken, count))
                group.taken += count
                most -= count
            gone = group.left() if done else 0
            if queue is self._requests:
                self._waiting -= count + gone
            if done or not group.left():
                queue.popleft()
        return taken

    def _judge(self, batch: Sequence[tuple[_Group, int, int]]) -> None:
        started = perf_counter()
        asked = [a for group, first, count in batch for a in group.asked[first : first + count]]
        try:
            judgements = iter(self._predict(asked))
        except Exception as problem:
            self._judge_apart(batch, problem)
            return
        seconds = perf_counter() - started
        self._pace += 0.2 * (len(asked) / max(seconds, 1e-6) - self._pace)
        self._on_batch(len(asked), seconds)
        for group, _, count in batch:
            group.found += [next(judgements) for _ in range(count)]
            if len(group.found) == len(group.asked):
                _settle(group.future, group.found)

    def _judge_apart(self, batch: Sequence[tuple[_Group, int, int]], problem: Exception) -> None:
        """What one caller asked wrongly fails for that caller alone."""
        if len(batch) == 1:
            _settle(batch[0][0].future, problem)
            return
        for part in batch:
            self._judge([part])

    def _predict(self, asked: Sequence[Asked]) -> list[Judgement]:
        found = self.classifier.predict(
            [a.text for a in asked],
            [a.target for a in asked],
            context=[a.context for a in asked],
            spans=[a.span for a in asked],
        )
        if len(found) != len(asked):
            raise RuntimeError(f"the classifier gave {len(found)} judgements for {len(asked)} sentences")
        return found


def _settle(future: Future[list[Judgement]], outcome: list[Judgement] | Exception) -> None:
    try:
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
    except InvalidStateError:
        pass  # cancelled meanwhile
