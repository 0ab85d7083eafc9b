"""`slantwise serve`: judgements and slants over HTTP, jobs that survive a restart, and the pages. Extra `[serve]`.

`create_app(settings, classifier=None)` in `app` makes the FastAPI application; while it runs, `app.state.server` is a
`Server` with `.settings` (`settings.Settings`), `.store` (`store.Store`), `.jobs` (`jobs.Jobs`) and `.batcher`
(`batching.Batcher`). What other modules, such as the pages, build on:

    await server.batcher.judge([Asked(text, target, context="", span=None), …]) -> list[Judgement]   # raises Busy
    await server.slant(articles, order) -> dict          # as `slantwise evaluate --json`; raises InputError, Busy
    server.jobs.submit(order, uploads=[Upload(name, file)], articles=[Article, …], addresses=[url, …]) -> Job
    server.jobs.delete(job_id) -> bool
    server.jobs.file(job, "report.html" | "rejects.jsonl") -> Path | None
    server.store.get(job_id) -> Job | None;  server.store.list(limit=50, before=None) -> list[Job]
    server.store.result(job_id) -> dict | None            # the slant JSON of a job that is done
    security.token_ok(settings, token) -> bool;  security.COOKIE  # the cookie that may carry a token for the pages

`Asked`, `Busy` are in `batching`; `Upload` in `jobs`; `Job`, `Order`, `State`, `Progress` in `store`. Errors that are
raised, `InputError` and `Busy` among them, are answered as problem+json; pages catch what they show themselves.
`submit`, `delete` and the store block on the disk or the database: call them from `def` endpoints, or in a thread.
`pages.router` holds the pages, and `static/` their files, under `/static`. Every response has `security.HEADERS` but
for those it sets itself: a page sets its own Content-Security-Policy. Where tokens are needed, a browser without one is
sent to `/login`, which is open, takes the token (`token_ok`) and sets the cookie (HttpOnly, SameSite=Strict).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slantwise.server.app import create_app
    from slantwise.server.settings import Settings

__all__ = ["Settings", "create_app"]


def __getattr__(name: str) -> object:
    # So that `slantwise serve --help` and the settings need none of the extra's libraries.
    if name == "create_app":
        from slantwise.server.app import create_app

        return create_app
    if name == "Settings":
        from slantwise.server.settings import Settings

        return Settings
    raise AttributeError(f"module 'slantwise.server' has no attribute {name!r}")
