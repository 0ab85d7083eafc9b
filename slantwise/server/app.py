"""The FastAPI application: its parts put together, and started and stopped with it.

app = create_app(Settings(folder=Path("served")))          # the released model
app = create_app(settings, classifier=stub)                 # in tests
server = app.state.server                                   # while it runs: a Server
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from slantwise import __version__
from slantwise.records import Article
from slantwise.server import api, pages, problems
from slantwise.server.batching import Batcher, Busy, Classifier
from slantwise.server.files import Folder
from slantwise.server.jobs import Jobs
from slantwise.server.limits import Limits
from slantwise.server.metrics import Measured, Metrics
from slantwise.server.openapi import describe
from slantwise.server.orders import Order
from slantwise.server.scoring import Run, check_order, score
from slantwise.server.security import Door
from slantwise.server.settings import Settings
from slantwise.server.store import Store

# How many requests to score articles run at a time.
AT_ONCE = 8


@dataclass(frozen=True)
class Server:
    """The parts of a running server."""

    settings: Settings
    store: Store
    jobs: Jobs
    batcher: Batcher
    metrics: Metrics
    scoring: asyncio.Semaphore

    async def slant(self, articles: Sequence[Article], order: Order) -> dict[str, Any]:
        """Score a few articles at once; the object that `slantwise evaluate --json` prints.

        Raises InputError for what a client can mend, and Busy where too much is being scored already.
        """
        check_order(order, self.batcher)
        if self.scoring.locked():
            raise Busy(2.0)
        run = Run(self.settings.max_articles, time.monotonic() + 2 * self.settings.request_seconds)
        async with self.scoring:
            try:
                return await asyncio.to_thread(score, articles, order, self.batcher, run, lambda message: None)
            except asyncio.CancelledError:
                run.stop("the client is gone")
                raise


def create_app(settings: Settings, classifier: Classifier | None = None) -> FastAPI:
    """The application of a server; without `classifier`, with the released model or that of the settings.

    Raises InputError when its folder or database cannot be used, or there is no such model.
    """
    # Before the store, whose file lies in it by default.
    Folder(settings.folder)
    store = Store(settings.database or settings.folder / "slantwise.db")
    if classifier is None:
        from slantwise.classifier import StanceClassifier

        classifier = StanceClassifier.from_pretrained(settings.model)
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        server = _started(settings, classifier, store, metrics)
        app.state.server = server
        try:
            yield
        finally:
            await asyncio.to_thread(_stop, server)

    app = FastAPI(
        title="slantwise",
        version=__version__,
        summary="How news outlets lean for or against a company, and how sure that is.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    problems.add_handlers(app)
    for router in api.ROUTERS:
        app.include_router(router)
    app.include_router(pages.router, include_in_schema=False)
    describe(app)
    app.add_middleware(Limits, settings=settings)
    app.add_middleware(Door, settings=settings)
    app.add_middleware(Measured, metrics=metrics)
    if settings.allow_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allow_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
        )
    return app


def _started(settings: Settings, classifier: Classifier, store: Store, metrics: Metrics) -> Server:
    batcher = Batcher(classifier, max_queue=settings.max_queue, on_batch=metrics.batched)
    jobs = Jobs(settings, store, batcher, metrics.ended)
    batcher.start()
    jobs.start()
    return Server(settings, store, jobs, batcher, metrics, asyncio.Semaphore(AT_ONCE))


def _stop(server: Server) -> None:
    server.jobs.stop()
    server.batcher.stop()
    server.store.close()
