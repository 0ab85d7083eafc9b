"""Jobs and their results in a database: SQLite in a folder, or any that SQLAlchemy speaks to, such as PostgreSQL.

Several servers may share one database. A job is claimed by an update that only one of them can make, and held by a
lease that its server keeps renewing; a job whose lease has run out is anyone's again, and what its former holder still
writes is refused. Knows nothing of HTTP or of what a job does.

    store = Store(url);  store.get(id) -> Job | None;  store.list(limit=50, before=None) -> list[Job]
    store.result(id) -> dict | None;  store.counts() -> dict[State, int]
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, Float, Integer, String, create_engine, event, func, or_, select, text, tuple_
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, defer, mapped_column

from slantwise.records import InputError
from slantwise.server.orders import Job, Order, Progress, State

__all__ = ["Job", "Order", "Progress", "State", "Store"]

VERSION = 1


class _Base(DeclarativeBase):
    pass


class _Version(_Base):
    __tablename__ = "slantwise_version"
    version: Mapped[int] = mapped_column(Integer, primary_key=True)


class _Row(_Base):
    __tablename__ = "slantwise_jobs"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    created: Mapped[float] = mapped_column(Float(53), index=True)
    started: Mapped[float | None] = mapped_column(Float(53))
    finished: Mapped[float | None] = mapped_column(Float(53))
    worker: Mapped[str | None] = mapped_column(String(64))
    lease: Mapped[float | None] = mapped_column(Float(53))
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    # JSON is written in ASCII, so that no text from outside is one that a database refuses.
    order: Mapped[Any] = mapped_column(JSON)
    inputs: Mapped[Any] = mapped_column(JSON)
    addresses: Mapped[Any] = mapped_column(JSON)
    progress: Mapped[Any] = mapped_column(JSON, default=dict)
    error: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    result: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)


class Store:
    """The jobs of one database; safe to share between threads."""

    def __init__(self, database: str | URL | Path) -> None:
        """Open a database, and make its tables where there are none; a `Path` is an SQLite file.

        Raises InputError when it cannot be opened, its driver is not installed or its tables are of another version.
        """
        self._engine = _engine(database)
        shown = self._engine.url.render_as_string(hide_password=True)
        try:
            self._prepare()
        except SQLAlchemyError as problem:
            raise InputError(f"database {shown}: cannot be used ({_reason(problem)})") from None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def ping(self) -> None:
        """Ask the database for nothing; SQLAlchemyError where it does not answer."""
        with self._engine.connect() as connection:
            connection.execute(select(1))

    def add(self, job_id: str, order: Order, inputs: Sequence[str], addresses: Sequence[str]) -> Job:
        """Queue a new job."""
        with Session(self._engine) as session, session.begin():
            row = _Row(
                id=job_id,
                state=State.QUEUED.value,
                created=_now(session.connection()),
                order=asdict(order),
                inputs=list(inputs),
                addresses=list(addresses),
            )
            session.add(row)
            session.flush()
            return _job(row)

    def get(self, job_id: str) -> Job | None:
        """The job of that id; None where there is none."""
        with Session(self._engine) as session:
            row = session.get(_Row, _id(job_id), options=[defer(_Row.result)])
            return None if row is None else _job(row)

    def list(self, limit: int = 50, before: str | None = None) -> list[Job]:
        """At most `limit` jobs, the newest first; with `before`, those older than the job of that id."""
        asked = select(_Row).options(defer(_Row.result)).order_by(_Row.created.desc(), _Row.id.desc()).limit(limit)
        with Session(self._engine) as session:
            if before is not None:
                last = session.get(_Row, _id(before), options=[defer(_Row.result)])
                if last is None:
                    return []
                asked = asked.where(tuple_(_Row.created, _Row.id) < tuple_(last.created, last.id))
            return [_job(row) for row in session.scalars(asked)]

    def result(self, job_id: str) -> dict[str, Any] | None:
        """The slants of a job that is done, as `slantwise evaluate --json` has them; else None."""
        with Session(self._engine) as session:
            found: dict[str, Any] | None = session.scalar(select(_Row.result).where(_Row.id == _id(job_id)))
            return found

    def counts(self) -> dict[State, int]:
        """How many jobs there are in each state."""
        with Session(self._engine) as session:
            found = dict(session.execute(select(_Row.state, func.count()).group_by(_Row.state)).tuples().all())
        return {state: found.get(state.value, 0) for state in State}

    def delete(self, job_id: str) -> bool:
        """Forget a job, whatever its state; whether there was one. Its holder is told at its next `renew`."""
        with Session(self._engine) as session, session.begin():
            row = session.get(_Row, _id(job_id))
            if row is None:
                return False
            session.delete(row)
            return True

    def claim(self, worker: str, lease: float, max_attempts: int = 3) -> Job | None:
        """Take, for `lease` seconds, the oldest job that waits or whose holder's lease has run out; None without one.

        A job that has been started `max_attempts` times and never ended is failed instead: it might end this server.
        """
        while True:
            with Session(self._engine) as session, session.begin():
                now = _now(session.connection())
                free = or_(_Row.state == State.QUEUED.value, (_Row.state == State.RUNNING.value) & (_Row.lease < now))
                row = session.scalar(
                    select(_Row)
                    .options(defer(_Row.result))
                    .where(free)
                    .order_by(_Row.created, _Row.id)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
                if row is None:
                    return None
                if row.attempt >= max_attempts:
                    row.state, row.finished, row.worker = State.FAILED.value, now, None
                    row.error = f"the server ended {row.attempt} times while this job ran; it is not tried again"
                    continue
                row.state, row.worker, row.lease = State.RUNNING.value, worker, now + lease
                row.attempt += 1
                row.started = row.started or now
                row.progress = {}
                return _job(row)

    def renew(self, job: Job, worker: str, lease: float, progress: Progress) -> bool:
        """Hold a claimed job for `lease` seconds more and note its progress; whether it is still this worker's."""
        return self._update(job, worker, lambda row, now: _set(row, lease=now + lease, progress=asdict(progress)))

    def finish(self, job: Job, worker: str, result: Mapping[str, Any], progress: Progress) -> bool:
        """Note a claimed job's result; whether it was still this worker's."""
        values = {"state": State.DONE.value, "result": dict(result), "progress": asdict(progress), "worker": None}
        return self._update(job, worker, lambda row, now: _set(row, finished=now, **values))

    def fail(self, job: Job, worker: str, error: str, progress: Progress) -> bool:
        """Note why a claimed job failed; whether it was still this worker's."""
        values = {"state": State.FAILED.value, "error": error, "progress": asdict(progress), "worker": None}
        return self._update(job, worker, lambda row, now: _set(row, finished=now, **values))

    def release(self, job: Job, worker: str) -> bool:
        """Put a claimed job back into the queue, as if it had not been started; whether it was still this worker's."""
        values: dict[str, Any] = {
            "state": State.QUEUED.value,
            "worker": None,
            "lease": None,
            "progress": {},
            "attempt": job.attempt - 1,
        }
        return self._update(job, worker, lambda row, now: _set(row, **values))

    def _update(self, job: Job, worker: str, change: Any) -> bool:
        with Session(self._engine) as session, session.begin():
            row = session.scalar(
                select(_Row)
                .options(defer(_Row.result))
                .where(_Row.id == job.id, _Row.worker == worker, _Row.attempt == job.attempt)
                .with_for_update()
            )
            if row is None:
                return False
            change(row, _now(session.connection()))
            return True

    def _prepare(self) -> None:
        """Make the tables; two servers may try at once, and the second finds them there."""
        try:
            _Base.metadata.create_all(self._engine)
        except DBAPIError:
            _Base.metadata.create_all(self._engine)
        with Session(self._engine) as session, session.begin():
            found = session.scalar(select(func.max(_Version.version)))
            if found is None:
                session.merge(_Version(version=VERSION))
            elif found != VERSION:
                shown = self._engine.url.render_as_string(hide_password=True)
                raise InputError(f"database {shown}: its tables are of version {found}; this slantwise has {VERSION}")


def _id(text: str) -> str:
    """An id to look for; what a database would not take as text is nobody's."""
    return text if text.isascii() and text.isprintable() else ""


def _set(row: _Row, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _job(row: _Row) -> Job:
    order: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.order.items()}
    return Job(
        row.id,
        State(row.state),
        Order(**order),
        tuple(row.inputs),
        tuple(row.addresses),
        row.created,
        row.started,
        row.finished,
        row.attempt,
        Progress(**(row.progress or {})),
        row.error,
    )


def _engine(database: str | URL | Path) -> Engine:
    try:
        url = URL.create("sqlite", database=str(database)) if isinstance(database, Path) else make_url(database)
        engine = create_engine(url, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError) as problem:
        raise InputError(
            f"database: not an SQLAlchemy URL ({_reason(problem)}); accepted are URLs like "
            "postgresql+psycopg://user@host/name"
        ) from None
    except ImportError as problem:
        raise InputError(f"database {url.drivername}: its driver is not installed ({problem})") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begun)
    return engine


def _sqlite_connected(connection: Any, record: object) -> None:
    # Transactions are begun by `_sqlite_begun`: at once for writing, so that none fails half-way for another's sake.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.execute("PRAGMA journal_mode = WAL")


def _sqlite_begun(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _now(connection: Connection) -> float:
    """Seconds since 1970 by the one clock that all servers of a database share."""
    if connection.dialect.name == "postgresql":
        return float(connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0.0)
    return time.time()


def _reason(problem: Exception) -> str:
    return " ".join(str(getattr(problem, "orig", None) or problem).split())[:300]
