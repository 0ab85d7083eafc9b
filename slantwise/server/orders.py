"""What a job is: what was ordered, how it stands. Knows nothing of databases."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """What has become of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be scored and how; the fields mean what the flags of `slantwise evaluate` of these names mean."""

    target: str = "Facebook"
    aliases: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    weight: str = "article"
    level: float = 0.95
    seed: int = 0
    by: str | None = None
    wire: str | None = None
    matched: bool = False
    shrink: bool = False
    prior_shift: bool = False
    outlet: str | None = None
    columns: str | None = None
    languages: tuple[str, ...] = ("en",)
    keep_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: articles read, sentences judged, inputs rejected."""

    articles: int = 0
    sentences: int = 0
    rejects: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. Times are seconds since 1970 in UTC, None where that has not happened.

    `inputs` are the names of the uploaded files, `addresses` what is to be fetched. `attempt` counts its starts.
    `error` is one line where it failed.
    """

    id: str
    state: State
    order: Order
    inputs: tuple[str, ...]
    addresses: tuple[str, ...]
    created: float
    started: float | None = None
    finished: float | None = None
    attempt: int = 0
    progress: Progress = field(default_factory=Progress)
    error: str | None = None
