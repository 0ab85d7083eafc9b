"""The REST API: judgements, slants, jobs, health and metrics."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from slantwise.server import jobs_api, schemas, scoring_schemas
from slantwise.server.answers import as_json, problem_responses, server_of, within_time
from slantwise.server.metrics import MEDIA_TYPE
from slantwise.server.problems import Problem

router = APIRouter()


def _json_only(request: Request) -> None:
    """Refuse a body that says it is something else, or says nothing: such are what forms of other sites can send."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, f"{kind[:60] or 'no type'!r}; accepted is application/json")


v1 = APIRouter(prefix="/v1", responses=problem_responses(400, 401, 403, 413, 421, 422, 503))


@v1.post(
    "/judgements",
    response_model=schemas.JudgementsOut,
    responses=problem_responses(408, 415),
    dependencies=[Depends(_json_only)],
    summary="Judge sentences toward a company",
    tags=["judging"],
)
async def judgements(request: Request, body: schemas.JudgementsIn) -> Response:
    """Stance, score and voice of each sentence, in order. What comes at the same time is judged together."""
    server = server_of(request)
    if len(body.sentences) > server.settings.max_sentences:
        raise Problem(
            422, f"{len(body.sentences):,} sentences; at most {server.settings.max_sentences:,} are accepted at once"
        )
    found = await within_time(request, server.batcher.judge(body.asked()))
    return as_json(schemas.judgements_out(server.batcher.classifier.name, found))


@v1.post(
    "/slant",
    response_model=scoring_schemas.SlantOut,
    responses=problem_responses(408, 415),
    dependencies=[Depends(_json_only)],
    summary="Score a few articles at once",
    tags=["scoring"],
)
async def slant(request: Request, body: scoring_schemas.SlantIn) -> Response:
    """Each outlet's slant with its interval. Articles are taken as they are, in whatever language; more make a job."""
    server = server_of(request)
    if len(body.articles) > server.settings.max_articles:
        raise Problem(
            422,
            f"{len(body.articles):,} articles; at most {server.settings.max_articles:,} are accepted at once, "
            "more as a job (/v1/jobs)",
        )
    articles = [a.article(number) for number, a in enumerate(body.articles)]
    return as_json(await within_time(request, server.slant(articles, body.order())))


@router.get("/healthz", responses=problem_responses(503), summary="Whether the server can answer", tags=["operation"])
def health(request: Request) -> dict[str, str]:
    """Asks the database, and whether the model's thread lives."""
    server = server_of(request)
    server.store.ping()
    if not server.batcher.alive:
        raise Problem(503, "the model's thread has ended")
    return {"status": "ok", "model": server.batcher.classifier.name}


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, **problem_responses(401, 503)},
    summary="Metrics for Prometheus",
    tags=["operation"],
)
def metrics(request: Request) -> Response:
    """Requests, batches, jobs."""
    server = server_of(request)
    return Response(server.metrics.text(server.batcher.waiting, server.store.counts()), media_type=MEDIA_TYPE)


ROUTERS = (v1, jobs_api.router, router)
