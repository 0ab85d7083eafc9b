"""`slantwise serve`: judgements, slants, jobs and pages over HTTP."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import MISSING, fields
from pathlib import Path

from slantwise.records import InputError

DESCRIPTION = "Serve judgements, slants and jobs over HTTP, and pages to use them with a browser."
DATABASE_VARIABLE = "SLANTWISE_DATABASE"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    from slantwise.server.settings import TOKENS_VARIABLE, Settings

    defaults = {f.name: f.default for f in fields(Settings) if f.default is not MISSING}
    parser.add_argument(
        "--folder",
        required=True,
        metavar="DIR",
        help="where uploads, reports and, without --database, results are kept",
    )
    parser.add_argument("--host", default=defaults["host"], help="the address to listen at (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=defaults["port"], help="0 takes one that is free (default: %(default)s)"
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help=f"an SQLAlchemy URL, as in postgresql+psycopg://user@host/name; also {DATABASE_VARIABLE} in the "
        "environment, where a password is better kept (default: SQLite in the folder)",
    )
    parser.add_argument("--model", metavar="DIR", help="a model folder or hub id; by default the released model")
    parser.add_argument(
        "--tokens-file",
        metavar="FILE",
        help=f"let in only who has one of these tokens, one a line; also {TOKENS_VARIABLE} in the environment",
    )
    parser.add_argument(
        "--no-tokens", action="store_true", help="let in everyone who reaches a --host that is not this machine alone"
    )
    parser.add_argument(
        "--allow-origin",
        nargs="+",
        default=[],
        metavar="ORIGIN",
        help="web pages of other origins that may call the server, as in https://desk.example (default: none)",
    )
    parser.add_argument(
        "--allow-host",
        nargs="+",
        default=[],
        metavar="NAME",
        help="names the server answers to (default: localhost on this machine alone, else any)",
    )
    parser.add_argument("--no-fetch", action="store_true", help="fetch nothing from the web")
    parser.add_argument("--access-log", action="store_true", help="write a line for every request to stderr")
    for name, help in (
        ("max_body", "bytes of a request that uploads no file"),
        ("max_upload", "bytes of an upload"),
        ("max_sentences", "sentences of a request"),
        ("max_articles", "articles of a request"),
        ("max_queue", "sentences that wait for the model"),
        ("max_jobs", "jobs that wait"),
        ("max_job_articles", "articles of a job"),
        ("request_seconds", "how long a request may take"),
        ("job_seconds", "how long a job may take"),
        ("lease_seconds", "after how long a job of a server that is not heard of is taken over"),
        ("job_workers", "jobs run at a time; 0 leaves them to other servers of the database"),
    ):
        kind = type(defaults[name])
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            default=defaults[name],
            metavar="N",
            help=f"{help} (default: %(default)s)",
        )


def run(given: argparse.Namespace) -> int:
    """Serve until told to stop; the exit status."""
    try:
        import uvicorn

        from slantwise.server.app import create_app
    except ImportError as problem:
        raise InputError(f"serving needs libraries more ({problem}): pip install 'slantwise[serve]'") from None
    from slantwise.server.settings import Settings, is_loopback, read_tokens

    names = {f.name for f in fields(Settings)} & set(vars(given))
    values = {name: getattr(given, name) for name in names}
    values |= {
        "folder": Path(given.folder),
        "database": given.database or os.environ.get(DATABASE_VARIABLE) or None,
        "tokens": read_tokens(given.tokens_file),
        "allow_origins": tuple(given.allow_origin),
        "allow_hosts": tuple(given.allow_host),
        "fetch": not given.no_fetch,
    }
    settings = Settings(**values)
    if not settings.tokens and not is_loopback(settings.host) and not given.no_tokens:
        raise InputError(
            f"host {settings.host} is reached from other machines; give --tokens-file, or --no-tokens to let all in"
        )
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        server_header=False,
        # Jobs are put back when the last answer is given, so no answer may take for ever.
        timeout_graceful_shutdown=int(settings.grace_seconds),
        # An address is believed where a proxy on this machine says it.
        forwarded_allow_ips="127.0.0.1",
        # Requests are counted in /metrics; a line for each would cost more than its judgement.
        access_log=given.access_log,
        log_level="info",
    )
    server = uvicorn.Server(config)
    print(f"slantwise keeps its jobs in {settings.folder}", file=sys.stderr)
    server.run()
    return 0 if server.started else 2
