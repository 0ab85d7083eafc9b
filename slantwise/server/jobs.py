"""Jobs: taken in, run one after the other on threads, put back when the server stops, taken over when it was killed.

job = jobs.submit(Order(target="Acme"), uploads=[Upload("news.csv", file)])   # raises InputError, Busy
jobs.delete(job.id) -> bool;  jobs.file(job, "report.html") -> Path | None
"""

from __future__ import annotations

import json
import logging
import os
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from slantwise.articles import Columns, Rejection, read_articles
from slantwise.articles.rejections import Why
from slantwise.articles.texts import is_address
from slantwise.corpus import known_outlets
from slantwise.records import Article, InputError
from slantwise.report import Reporting
from slantwise.server.batching import Batcher, Busy, Stopped
from slantwise.server.files import Folder, Upload
from slantwise.server.orders import Job, Order, Progress, State
from slantwise.server.scoring import Run, check_order, score
from slantwise.server.settings import Settings
from slantwise.server.store import Store

__all__ = ["Jobs", "Upload"]

_log = logging.getLogger("slantwise.server")
# How long a free worker waits before it looks for jobs of other servers.
POLL = 2.0
# How often it is written down how far a job is.
TELL = 1.0


class Jobs:
    """The jobs of one server. `on_end` is told every job that ended here, and the seconds it took."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        batcher: Batcher,
        on_end: Callable[[State, float], None] = lambda state, seconds: None,
    ) -> None:
        self.settings, self.store, self.batcher = settings, store, batcher
        self.folder = Folder(settings.folder)
        self._on_end = on_end
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._runs: dict[str, tuple[Job, str, Run]] = {}
        self._lock = threading.Lock()
        server = f"{socket.gethostname()[:20]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        workers = [
            threading.Thread(target=self._work, args=(f"{server}-{i}",), name=f"job-{i}", daemon=True)
            for i in range(settings.job_workers)
        ]
        self._threads = [*workers, threading.Thread(target=self._hold, name="leases", daemon=True)]

    def start(self) -> None:
        """Start running jobs, those first that another server has left."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Put what runs back into the queue, or let it end where it is nearly done."""
        self._stopping.set()
        self._wake.set()
        with self._lock:
            for _, _, run in self._runs.values():
                run.stop("the server stops")
        deadline = time.monotonic() + self.settings.grace_seconds
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))
        with self._lock:
            left = list(self._runs.values())
        for job, worker, _ in left:  # does not hear; what it still writes is refused
            self.store.release(job, worker)

    def submit(
        self,
        order: Order,
        uploads: Iterable[Upload] = (),
        articles: Sequence[Article] = (),
        addresses: Sequence[str] = (),
    ) -> Job:
        """Queue a job over uploaded files, articles and web addresses.

        Raises InputError for what cannot be read or is not allowed here, and Busy when too many jobs wait.
        """
        check_order(order, self.batcher)
        uploads = list(uploads)
        if not (uploads or articles or addresses):
            raise InputError("a job without files, articles and addresses; give at least one")
        if len(uploads) > self.settings.max_files:
            raise InputError(f"{len(uploads):,} files; at most {self.settings.max_files:,} are accepted")
        if addresses and not self.settings.fetch:
            raise InputError("addresses are not fetched by this server; upload the pages")
        if len(addresses) > self.settings.max_addresses:
            raise InputError(f"{len(addresses):,} addresses; at most {self.settings.max_addresses:,} are accepted")
        for address in addresses:
            if not is_address(address) or len(address) > 2_000:
                raise InputError(f"{address[:80]!r} is not a web address; accepted are http:// and https://")
        if self.store.counts()[State.QUEUED] >= self.settings.max_jobs:
            raise Busy(60.0)
        job_id = uuid.uuid4().hex
        names = self.folder.receive(job_id, uploads, articles)
        try:
            job = self.store.add(job_id, order, names, addresses)
        except BaseException:
            self.folder.remove(job_id)
            raise
        self._wake.set()
        return job

    def delete(self, job_id: str) -> bool:
        """Forget a job and remove its files, also while it runs; whether there was one."""
        if not self.store.delete(job_id):
            return False
        with self._lock:
            if job_id in self._runs:
                self._runs[job_id][2].stop("deleted")
        self.folder.remove(job_id)
        return True

    def file(self, job: Job, name: str) -> Path | None:
        """A result: `report.html` of a job that is done, `rejects.jsonl` of one that has ended; None without one."""
        return self.folder.result(job.id, job.attempt, name) if job.state in (State.DONE, State.FAILED) else None

    def _work(self, worker: str) -> None:
        while not self._stopping.is_set():
            try:
                job = self.store.claim(worker, self.settings.lease_seconds, self.settings.max_attempts)
            except SQLAlchemyError:
                _log.exception("the database does not answer; jobs wait")
                job = None
            if job is not None:
                self._run(job, worker)
                continue
            self._wake.wait(POLL * random.uniform(0.8, 1.2))  # noqa: S311 no secret
            if not self._stopping.is_set():
                self._wake.clear()

    def _hold(self) -> None:
        """Renew the leases of what runs here, and tell how far it is; what is no longer ours is stopped."""
        told: dict[str, tuple[Progress, float]] = {}
        while not self._stopping.wait(min(TELL, self.settings.lease_seconds / 4)):
            with self._lock:
                held = list(self._runs.values())
            for job, worker, run in held:
                before, when = told.get(worker, (None, 0.0))
                progress, now = run.progress, time.monotonic()
                if progress == before and now - when < self.settings.lease_seconds / 4:
                    continue
                told[worker] = (progress, now)
                try:
                    if not self.store.renew(job, worker, self.settings.lease_seconds, progress):
                        run.stop("deleted or taken over")
                except SQLAlchemyError:
                    _log.exception("the database does not answer; the lease of job %s is not renewed", job.id)

    def _run(self, job: Job, worker: str) -> None:
        started = time.monotonic()
        run = Run(self.settings.max_job_articles, started + self.settings.job_seconds)
        with self._lock:
            self._runs[job.id] = (job, worker, run)
        try:
            if self._stopping.is_set():
                run.stop("the server stops")
            state = self._outcome(job, worker, run)
            if state is not None:
                self._on_end(state, time.monotonic() - started)
        except SQLAlchemyError:
            _log.exception("the database does not answer; job %s is run again when its lease has run out", job.id)
        finally:
            with self._lock:
                del self._runs[job.id]

    def _outcome(self, job: Job, worker: str, run: Run) -> State | None:
        """Run a job and note what came of it; its state if it ended."""
        try:
            result = self._scored(job, run)
        except Stopped:
            self.store.release(job, worker)
            return None
        except (InputError, OSError) as problem:
            error = self.folder.shown(job.id, " ".join(str(problem).split()))[:1_000]
        except SQLAlchemyError:
            raise
        except Exception as problem:
            _log.exception("job %s failed", job.id)
            error = f"an error within slantwise ({type(problem).__name__}); the server's log has more"
        else:
            return State.DONE if self.store.finish(job, worker, result, run.progress) else None
        return State.FAILED if self.store.fail(job, worker, error, run.progress) else None

    def _scored(self, job: Job, run: Run) -> dict[str, Any]:
        order, folder = job.order, self.folder
        place = folder.results(job.id, job.attempt)
        with ExitStack() as stack:
            from slantwise.articles.fetching import Fetcher

            rejects = stack.enter_context((place / "rejects.jsonl").open("w", encoding="utf-8"))
            fetcher = stack.enter_context(self._fetcher(Fetcher, run))
            reporting = Reporting(place / "report.html", None, order.seed)

            def list_one(rejection: Rejection) -> None:
                run.rejects += rejection.why is not Why.LEFT_OUT  # those have been counted as articles
                run.check()
                row = {"input": rejection.origin, "reason": rejection.reason, "kind": rejection.why.name.lower()}
                print(json.dumps(row, ensure_ascii=False), file=rejects)

            note = reporting.noting(list_one)

            def rejected(rejection: Rejection) -> None:
                origin, reason = (folder.shown(job.id, text) for text in (rejection.origin, rejection.reason))
                note(replace(rejection, origin=origin, reason=reason))

            def skipped(message: str) -> None:
                origin, _, reason = message.partition(": ")
                rejected(Rejection(origin if reason else "", reason or message, Why.LEFT_OUT))

            for name in folder.skipped(job.id):
                rejected(Rejection(name, "files ending so are not read"))
            articles = read_articles(
                [*folder.places(job.id), *job.addresses],
                order.outlet,
                known_outlets(),
                rejected,
                columns=Columns.parse(order.columns) if order.columns else None,
                languages=order.languages,
                keep_duplicates=order.keep_duplicates,
                offline=not self.settings.fetch,
                fetcher=fetcher,
            )
            shown = (folder.shown_article(job.id, article) for article in articles)
            return score(shown, order, self.batcher, run, skipped, background=True, reporting=reporting)

    def _fetcher(self, kind: Any, run: Run) -> Any:
        return kind(self.folder.path / "pages", offline=not self.settings.fetch, sleep=run.sleep)
