"""A Ray cluster, and how many of its processors judge. Knows nothing of articles or models.

Actors hold a processor each for as long as they live. Where they hold all of them nothing is left to read with, the
actors wait for the readers, the readers for a processor, and nothing ever happens; so some are always left free.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from slantwise.records import InputError

# Of so many processors one is left for reading, and one at least.
A_READER_FOR = 8
# Seconds of silence from a cluster, before it is told that there is silence.
SILENCE = 60.0
# How often a cluster is begun here: on a busy machine Ray gives up on its own processes after 15 seconds.
STARTS = 3

_T = TypeVar("_T")


@dataclass(frozen=True)
class Workers:
    """How many actors judge, and which share of a GPU each takes (0: none)."""

    number: int
    gpu: float = 0.0


def workers_for(cpus: float, gpus: float = 0, asked: int | None = None) -> Workers:
    """How many actors a cluster of so many processors and GPUs holds, or just those asked for.

    By default one a processor but those left for reading; where there are GPUs, one each. InputError where that
    leaves none for reading.
    """
    whole = int(cpus)
    if whole < 2:
        raise InputError(f"the cluster has {cpus:g} CPUs; at least 2 are needed, one to read and one to judge")
    most = whole - 1
    if asked is not None and not 1 <= asked <= most:
        raise InputError(
            f"workers {asked} are not accepted on a cluster of {cpus:g} CPUs, one of which must be left for reading; "
            f"accepted are 1 to {most}"
        )
    default = min(int(gpus), most) if gpus >= 1 else whole - max(1, whole // A_READER_FOR)
    number = default if asked is None else asked
    # Several on one GPU take equal shares that add up on each: thirds, never 0.4 and 0.4 and nothing for the third.
    return Workers(number, 1 / -(-number // int(gpus)) if gpus >= 1 else 0.0)


@contextmanager
def connected(address: str | None = None, **options: Any) -> Iterator[Any]:
    """Ray, connected to the cluster at `address`, else that of RAY_ADDRESS, else one begun here for as long as this.

    Begins no dashboard and tells nobody of its use. Where Ray runs in this process already, that is used and left.
    `options` are those of `ray.init`.
    InputError where it is not installed, or there is no cluster at the address.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ImportError:
        raise InputError("engine 'ray' needs libraries more: pip install 'slantwise[ray]'") from None
    if address is not None and address.startswith("ray://"):
        raise InputError(
            f"ray-address {address!r}: Ray Client is not supported; run it on the cluster, as with ray job submit"
        )
    if ray.is_initialized():
        yield ray
        return
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    options.setdefault("log_to_driver", False)
    options.setdefault("logging_level", "ERROR")
    if address == "local":
        options.setdefault("include_dashboard", False)
    for left in reversed(range(STARTS if address == "local" else 1)):
        try:
            ray.init(address=address, **options)
            break
        except Exception as problem:  # Ray has no errors of its own for this
            ray.shutdown()
            if not left:
                raise InputError(f"ray-address {address!r}: {' '.join(str(problem).split())[:200]}") from None
    # What fails is told in a line (see `told_in_a_line`), not in pages of Ray's insides.
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    try:
        yield ray
    finally:
        ray.shutdown()


def watched(
    items: Iterable[_T], state: Callable[[], str], on_note: Callable[[str], None], silence: float = SILENCE
) -> Iterator[_T]:
    """The items as they come; whenever none has come for `silence` seconds, `on_note` is told so, with the state."""
    found: queue.Queue[tuple[str, Any]] = queue.Queue(64)
    closed = threading.Event()

    def put(kind: str, value: Any) -> None:
        while not closed.is_set():
            with suppress(queue.Full):
                found.put((kind, value), timeout=1)
                return

    def gather() -> None:
        try:
            for item in items:
                put("item", item)
                if closed.is_set():
                    return
        except BaseException as problem:
            put("problem", problem)
        else:
            put("end", None)

    threading.Thread(target=gather, daemon=True).start()
    last = time.monotonic()
    try:
        while True:
            try:
                kind, value = found.get(timeout=silence)
            except queue.Empty:
                on_note(f"nothing has come from the cluster for {time.monotonic() - last:.0f} s; {state()}")
                continue
            if kind == "problem":
                raise value
            if kind == "end":
                return
            last = time.monotonic()
            yield value
    finally:
        closed.set()


@contextmanager
def told_in_a_line(ray: Any) -> Iterator[None]:
    """Make InputErrors of those that were raised on other machines, and of what Ray itself fails with."""
    try:
        yield
    except ray.exceptions.RayError as problem:
        # Ray puts what was raised elsewhere into `cause`, and advice of its own under its message.
        cause = getattr(problem, "cause", None) or problem
        line = (str(cause).strip().splitlines() or [""])[0]
        if isinstance(cause, InputError):
            raise InputError(line) from None
        raise InputError(
            f"the cluster failed ({type(cause).__name__}: {line}); --resume goes on with what is judged"
        ) from problem
