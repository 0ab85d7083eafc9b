"""What Prometheus is told: requests, batches, jobs. One registry a server, so that several live in one process."""

from __future__ import annotations

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slantwise.server.orders import State

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "slantwise_requests", "Requests answered", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "slantwise_request_seconds",
            "From a request to its answer",
            ("route",),
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.batch = Histogram(
            "slantwise_batch_sentences",
            "Sentences judged together",
            registry=self.registry,
            buckets=(1, 2, 4, 8, 16, 32, 64, 128),
        )
        self.batch_seconds = Histogram(
            "slantwise_batch_seconds", "Judging of a batch", registry=self.registry, buckets=_SECONDS
        )
        self.sentences = Counter("slantwise_sentences", "Sentences judged", registry=self.registry)
        self.waiting = Gauge("slantwise_waiting_sentences", "Sentences of requests that wait", registry=self.registry)
        self.jobs = Gauge("slantwise_jobs", "Jobs in the database", ("state",), registry=self.registry)
        self.job_seconds = Histogram(
            "slantwise_job_seconds",
            "Jobs that ended here",
            ("state",),
            registry=self.registry,
            buckets=(1, 10, 60, 600, 3600, 6 * 3600, 24 * 3600),
        )

    def batched(self, size: int, seconds: float) -> None:
        """Count a batch."""
        self.batch.observe(size)
        self.batch_seconds.observe(seconds)
        self.sentences.inc(size)

    def ended(self, state: State, seconds: float) -> None:
        """Count a job that ended."""
        self.job_seconds.labels(state.value).observe(seconds)

    def text(self, waiting: int, jobs: dict[State, int]) -> bytes:
        """Everything, in Prometheus' text format."""
        self.waiting.set(waiting)
        for state, count in jobs.items():
            self.jobs.labels(state.value).set(count)
        return generate_latest(self.registry)


class Measured:
    """An ASGI middleware that counts requests by the route they took, not by the path, which anyone can make up."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "DELETE", "OPTIONS") else "other"
            self.metrics.requests.labels(route, method, str(status)).inc()
            self.metrics.seconds.labels(route).observe(perf_counter() - started)
