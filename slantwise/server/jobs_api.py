"""The REST API of jobs: queue, list, show, delete them and fetch what they made."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, JSONResponse, Response

from slantwise.server import scoring_schemas as schemas
from slantwise.server.answers import as_json, problem_responses, server_of
from slantwise.server.files import Upload
from slantwise.server.orders import Job, State
from slantwise.server.problems import Problem

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=problem_responses(400, 401, 403, 413, 421, 422, 503))

_FORM = {
    "type": "object",
    "description": "the fields of JobIn, repeated for lists (also as alias, source, language, address), and files",
    "required": ["target"],
    "properties": {
        "target": {"type": "string", "minLength": 1, "maxLength": 200},
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
    },
}


@router.post(
    "",
    status_code=202,
    response_model=schemas.JobOut,
    responses=problem_responses(408, 415),
    summary="Queue a job",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/JobIn"}},
                "multipart/form-data": {"schema": _FORM},
            },
        }
    },
)
async def queue_job(request: Request) -> Response:
    """Score uploaded files of any format that `slantwise evaluate` reads, articles, or pages at web addresses."""
    server = server_of(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        body = _validated(await request.body())
        articles = [a.article(number) for number, a in enumerate(body.articles)]
        job = await run_in_threadpool(server.jobs.submit, body.order(), (), articles, body.addresses)
    elif kind == "multipart/form-data":
        async with request.form(max_files=server.settings.max_files, max_fields=2_000) as form:
            body = _validated(schemas.form_values([(k, v) for k, v in form.multi_items() if isinstance(v, str)]))
            sent = [v for v in form.getlist("files") if isinstance(v, UploadFile)]
            uploads = [Upload(f.filename or "", f.file) for f in sent]
            job = await run_in_threadpool(server.jobs.submit, body.order(), uploads, (), body.addresses)
    else:
        raise Problem(415, f"{kind[:60] or 'no type'!r}; accepted are application/json and multipart/form-data")
    here = schemas.job_out(job)
    return JSONResponse(here.model_dump(mode="json"), 202, {"Location": here.links.self})


@router.get("", summary="List jobs, the newest first")
def list_jobs(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(max_length=64, description="the id of the last job of the page before")] = None,
) -> schemas.JobsOut:
    """All jobs of the database, whoever queued them."""
    found = server_of(request).store.list(limit, before)
    following = f"/v1/jobs?limit={limit}&before={found[-1].id}" if len(found) == limit else None
    return schemas.JobsOut(jobs=[schemas.job_out(job) for job in found], next=following)


@router.get("/{job_id}", responses=problem_responses(404), summary="Where a job stands")
def show_job(request: Request, job_id: str) -> schemas.JobOut:
    """Its state, how far it is, and where its results are."""
    return schemas.job_out(_job(request, job_id))


@router.delete("/{job_id}", status_code=204, responses=problem_responses(404), summary="Delete a job and its files")
def delete_job(request: Request, job_id: str) -> None:
    """Also while it runs."""
    if not server_of(request).jobs.delete(_job(request, job_id).id):
        raise _unknown(job_id)


@router.get(
    "/{job_id}/slant",
    response_model=schemas.SlantOut,
    responses=problem_responses(404, 409),
    summary="A job's slants",
)
def job_slant(request: Request, job_id: str) -> Response:
    """The same object that `slantwise evaluate --json` prints."""
    job = _job(request, job_id)
    result = server_of(request).store.result(job_id) if job.state is State.DONE else None
    if result is None:
        raise _not_yet(job)
    return as_json(result)


@router.get(
    "/{job_id}/report",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}, **problem_responses(404, 409)},
    summary="A job's report",
)
def job_report(request: Request, job_id: str) -> Response:
    """One HTML page that opens offline. It is shown as if it came from elsewhere, with no right to this server."""
    job = _job(request, job_id)
    # Its own policy, in the page, allows its script by its hash.
    headers = {"Content-Security-Policy": "sandbox allow-scripts allow-downloads allow-popups; frame-ancestors 'self'"}
    headers["X-Frame-Options"] = "SAMEORIGIN"
    return _file(request, job, "report.html", "text/html; charset=utf-8", headers)


@router.get(
    "/{job_id}/rejects",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}}}, **problem_responses(404, 409)},
    summary="What a job could not use",
)
def job_rejects(request: Request, job_id: str) -> Response:
    """An object a line: `input`, `reason`, `kind`."""
    return _file(request, _job(request, job_id), "rejects.jsonl", "application/x-ndjson; charset=utf-8", {})


def _job(request: Request, job_id: str) -> Job:
    job = server_of(request).store.get(job_id) if job_id.isalnum() and job_id.isascii() else None
    if job is None:
        raise _unknown(job_id)
    return job


def _unknown(job_id: str) -> Problem:
    return Problem(404, f"there is no job {job_id[:64]!r}")


def _not_yet(job: Job) -> Problem:
    return Problem(409, f"the job is {job.state.value}{f': {job.error}' if job.error else ''}")


def _file(request: Request, job: Job, name: str, media_type: str, headers: dict[str, str]) -> Response:
    path = server_of(request).jobs.file(job, name)
    if path is None:
        raise _not_yet(job)
    return FileResponse(path, media_type=media_type, headers=headers)


def _validated(given: Any) -> schemas.JobIn:
    try:
        return (
            schemas.JobIn.model_validate_json(given)
            if isinstance(given, bytes)
            else schemas.JobIn.model_validate(given)
        )
    except ValidationError as problem:
        errors = problem.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in errors]) from None
