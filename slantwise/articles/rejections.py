"""What could not be used, and why: one `Rejection` each, and the log that lists and counts them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from slantwise.records import InputError


class Why(StrEnum):
    """The kinds of rejection, in the words of the summary."""

    UNUSABLE = "could not be used"
    LANGUAGE = "in another language"
    DUPLICATE = "a duplicate"
    LEFT_OUT = "left out of the scores"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One input that was not used: where it is, the reason, and which kind of reason that is."""

    origin: str
    reason: str
    why: Why = Why.UNUSABLE

    def __str__(self) -> str:
        """One line, as warnings have it."""
        return f"{self.origin}: {self.reason}"

    @classmethod
    def of(cls, problem: Exception, origin: str) -> Self:
        """Of an error; its message may begin with the place, which is then not said twice."""
        message = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        message = " ".join(message.split()) or type(problem).__name__
        return cls(origin, message.removeprefix(f"{origin}: "))

    @classmethod
    def of_duplicate(cls, origin: str, kind: str, outlet: str) -> Self:
        """Of an article of which `Duplicates` says `exact` or `near`."""
        how = "repeats" if kind == "exact" else "nearly repeats"
        return cls(origin, f"{how} an earlier article of {outlet}", Why.DUPLICATE)


OnReject = Callable[[Rejection], None]


def warn(message: Rejection | str) -> None:
    """Print a warning to stderr; the default for rejected input. Duplicates and other languages are no news."""
    if isinstance(message, str) or message.why is Why.UNUSABLE:
        print(f"warning: {message}", file=sys.stderr)


class RejectLog:
    """Lists rejections in a file, one JSON object a line; without one, warns of the first few. Counts them all.

    A context manager; leaving it prints the summary to stderr.
    """

    SHOWN = 20

    def __init__(self, file: str | Path | None = None) -> None:
        self.counts: Counter[Why] = Counter()
        self._path = file
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._file = Path(self._path).open("w", encoding="utf-8")
            except OSError as problem:
                raise InputError(f"rejects file {self._path}: cannot be written ({problem.strerror})") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        if self.counts:
            warn(self.summary())

    def __call__(self, rejection: Rejection) -> None:
        """Take in one rejection."""
        self.counts[rejection.why] += 1
        if self._file is not None:
            row = {"input": rejection.origin, "reason": rejection.reason, "kind": rejection.why.name.lower()}
            print(json.dumps(row, ensure_ascii=False), file=self._file, flush=True)
        elif rejection.why in (Why.UNUSABLE, Why.LEFT_OUT):
            if self.counts[rejection.why] <= self.SHOWN:
                warn(str(rejection))
            elif self.counts[rejection.why] == self.SHOWN + 1:
                warn(f"more {rejection.why}, not shown; --rejects FILE lists all")

    def left_out(self, message: str) -> None:
        """Take in an article that was read but not scored; the message begins with its place, or is a mere warning."""
        origin, _, reason = message.partition(": ")
        if reason:
            self(Rejection(origin, reason, Why.LEFT_OUT))
        else:
            warn(message)

    def summary(self) -> str:
        """How many, by kind, and where the list is."""
        parts = ", ".join(f"{self.counts[why]:,} {why}" for why in Why if self.counts[why])
        where = f"; listed in {self._path}" if self._path is not None else ""
        return f"inputs that were not used: {self.counts.total():,} ({parts}){where}"
