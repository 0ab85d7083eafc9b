"""What a server is told: where it keeps things, whom it answers, and how much it takes. Knows nothing of HTTP."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from slantwise.records import InputError

TOKENS_VARIABLE = "SLANTWISE_TOKENS"
SHORTEST_TOKEN = 16
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a server can be told; sizes are in bytes, times in seconds.

    `folder` holds uploads, reports and, without `database` (an SQLAlchemy URL), the SQLite database. `tokens` are the
    bearer tokens that are let in; with none, everyone is who reaches the server. `allow_origins` are the web origins
    that may call it from a browser, `allow_hosts` the names it answers to (empty: those of the loopback on a loopback
    `host`, any on others). `fetch` is whether web addresses are fetched.

    A request to judge or to score may have `max_body` bytes, `max_sentences` sentences, `max_articles` articles and
    `request_seconds`; at most `max_queue` sentences wait for the model. An upload may have `max_upload` bytes in
    `max_files` files, a job `max_job_articles` articles and what could not be used, and `job_seconds`; at most
    `max_jobs` jobs wait. `job_workers` jobs run at a time. A job whose server has not been heard of for
    `lease_seconds` is taken over; after `max_attempts` starts it has failed.
    """

    folder: Path
    database: str | None = None
    model: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    tokens: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    fetch: bool = True
    max_body: int = 2**20
    max_upload: int = 256 * 2**20
    max_files: int = 1_000
    max_sentences: int = 256
    max_articles: int = 50
    max_addresses: int = 1_000
    max_queue: int = 4_096
    max_jobs: int = 100
    max_job_articles: int = 200_000
    request_seconds: float = 30.0
    upload_seconds: float = 600.0
    job_seconds: float = 24 * 3600.0
    job_workers: int = 1
    lease_seconds: float = 30.0
    max_attempts: int = 3
    grace_seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, int | float) and not isinstance(value, bool) and name != "port" and not value > 0:
                raise InputError(f"{name.replace('_', '-')} {value} is not more than 0")
        if not 0 <= self.port <= 65535:
            raise InputError(f"port {self.port} is not between 0 and 65535")
        for token in self.tokens:
            if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
                raise InputError(
                    f"a token of {len(token)} characters; accepted are {SHORTEST_TOKEN} or more, "
                    "of visible ASCII characters"
                )

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names the server answers to, without ports; empty when to any."""
        if self.allow_hosts or not is_loopback(self.host):
            return () if "*" in self.allow_hosts else self.allow_hosts
        return LOOPBACK_NAMES


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that is bound to `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def read_tokens(file: str | Path | None) -> tuple[str, ...]:
    """The tokens in a file, one a line, `#` before what is none; without a file those in SLANTWISE_TOKENS.

    Raises InputError where the file cannot be read or holds none.
    """
    if file is None:
        return tuple(os.environ.get(TOKENS_VARIABLE, "").replace(",", " ").split())
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "not UTF-8 text"
        raise InputError(f"tokens file {file}: cannot be read ({reason})") from None
    found = tuple(line.strip() for line in lines if line.strip() and not line.strip().startswith("#"))
    if not found:
        raise InputError(f"tokens file {file}: holds no token; one a line is expected")
    return found
