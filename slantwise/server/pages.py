"""The pages: one text judged at once, many articles as a job, results. They work without scripts.

What a page shows of jobs and judgements comes from `app.state.server`; errors that a user can mend are told on the page
that was sent, with what had been filled in.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from slantwise.records import InputError
from slantwise.server.batching import Busy, Stopped
from slantwise.server.files import Upload
from slantwise.server.reading import Reading, fetched, pasted, read
from slantwise.server.scoring import Run, SharedJudge
from slantwise.server.security import COOKIE, LOGIN, token_ok
from slantwise.server.store import Job, Order, State
from slantwise.server.views import REPORT_HEADERS, as_csv, page, scale, static_files, verdict
from slantwise.slant import FEWEST_SENTENCES
from slantwise.targets import Target

router = APIRouter(include_in_schema=False)

PER_PAGE = 50
MOST_ROWS = 200
MOST_REJECTS = 100
STATES = {State.QUEUED: "waiting", State.RUNNING: "at work", State.DONE: "done", State.FAILED: "failed"}
_GIVEN = ("text", "address", "addresses", "target", "aliases", "outlet", "by", "wire", "matched", "shrink")
_EXAMPLE = {
    "target": "Acme",
    "aliases": "Jane Roe",
    "text": "Acme recalls its kettles after a winter of complaints\n\n"
    "Acme is calling back 40,000 kettles whose handles can come loose when hot. The company knew of the fault for "
    "months and went on selling them, the consumer office said on Monday. Acme hid the complaints of its own repair "
    "shops, the office found.\n\n"
    "“We acted on the day we were sure,” said Jane Roe, Acme’s chief executive. Owners get a new kettle or their money "
    "back, and Acme asks for no receipt.\n\n"
    "The recall covers models sold since last spring. A test by the office found that Acme’s newer handles hold well, "
    "better than those of most rivals. Kettles of other makers are not affected.",
}


@router.get("/")
def judge_page(request: Request, example: str = "") -> Response:
    """The form for one text."""
    return page(request, "judge.html.j2", section="judge", given=_given(_EXAMPLE if example else {}), reading=None)


@router.post("/")
async def judge(request: Request) -> Response:
    """The form with what the text says."""
    given, problem, reading = _given({}), "", None
    try:
        async with request.form(max_files=0, max_part_size=_server(request).settings.max_body) as form:
            given = _given(form)
        reading = await run_in_threadpool(_read, _server(request), given)
    except (InputError, Busy, Stopped, HTTPException) as error:
        problem = _said(error)
    told = {"verdict": verdict(reading), "scale": scale(reading.slant)} if reading and reading.slant else {}
    return page(
        request,
        "judge.html.j2",
        422 if problem else 200,
        section="judge",
        given=given,
        error=problem,
        reading=reading,
        fewest=FEWEST_SENTENCES,
        **told,
    )


@router.get("/upload")
def upload_page(request: Request) -> Response:
    """The form for many articles."""
    return page(request, "upload.html.j2", section="upload", given=_given({}))


@router.post("/upload")
async def upload(request: Request) -> Response:
    """A job from the form; on to its page."""
    server, given = _server(request), _given({})
    try:
        async with request.form(max_files=server.settings.max_files, max_part_size=2**20) as form:
            given = _given(form)
            sent = [f for f in form.getlist("files") if isinstance(f, UploadFile) and f.filename]
            uploads = [Upload(f.filename or "", f.file) for f in sent]
            addresses = given["addresses"].split()
            if not uploads and not addresses:
                raise InputError("there are no articles; choose files or a folder, or give web addresses")
            job = await run_in_threadpool(server.jobs.submit, _order(given), uploads, [], addresses)
    except (InputError, Busy, Stopped, HTTPException) as error:
        return page(request, "upload.html.j2", 422, section="upload", given=given, error=_said(error))
    return _to(request, f"/results/{job.id}")


@router.get("/results")
def results(request: Request, before: str = "", deleted: str = "") -> Response:
    """The results, the newest first."""
    jobs = _server(request).store.list(PER_PAGE + 1, before or None)
    more = len(jobs) > PER_PAGE
    values: dict[str, Any] = {"jobs": jobs[:PER_PAGE], "more": more, "states": STATES}
    return page(request, "results.html.j2", section="results", before=before, deleted=bool(deleted), **values)


@router.get("/results/{job_id}")
def result(request: Request, job_id: str) -> Response:
    """One job: how far it is, its outlets, what was not used."""
    job = _job(request, job_id)
    if job is None:
        return _missing(request)
    server = _server(request)
    found = server.store.result(job_id) if job.state is State.DONE else None
    heads = ["outlet", "slant", "interval", "articles", "sentences"]
    if found and any(o.get("period") for o in found["outlets"]):
        heads.insert(1, "period")
    values: dict[str, Any] = {"job": job, "result": found, "heads": heads, "states": STATES, "most_rows": MOST_ROWS}
    return page(request, "result.html.j2", section="results", rejects=_rejects(server, job), **values)


@router.get("/results/{job_id}/report")
def report(request: Request, job_id: str) -> Response:
    """The report, apart from this server's origin."""
    return _file(request, job_id, "report.html", "text/html; charset=utf-8", REPORT_HEADERS)


@router.get("/results/{job_id}/rejects.jsonl")
def rejects(request: Request, job_id: str) -> Response:
    """What was not used."""
    return _file(request, job_id, "rejects.jsonl", "application/x-ndjson", {})


@router.get("/results/{job_id}/slants.{kind}")
def slants(request: Request, job_id: str, kind: str) -> Response:
    """The outlets as JSON or CSV."""
    found = _server(request).store.result(job_id)
    if found is None or kind not in ("json", "csv"):
        return _missing(request)
    text = json.dumps(found, ensure_ascii=False, indent=2) if kind == "json" else f"\ufeff{as_csv(found)}"
    media = "application/json" if kind == "json" else "text/csv; charset=utf-8"
    name = f'attachment; filename="slants-{job_id[:8]}.{kind}"'
    return Response(text.encode("utf-8", "replace"), media_type=media, headers={"Content-Disposition": name})


@router.get("/results/{job_id}/delete")
def delete_page(request: Request, job_id: str) -> Response:
    """Whether it is meant."""
    job = _job(request, job_id)
    return page(request, "delete.html.j2", section="results", job=job) if job else _missing(request)


@router.post("/results/{job_id}/delete")
def delete(request: Request, job_id: str) -> Response:
    """Delete a job and all of it."""
    if _job(request, job_id) is None:
        return _missing(request)
    _server(request).jobs.delete(job_id)
    return _to(request, "/results?deleted=1")


@router.get(LOGIN)
def login_page(request: Request) -> Response:
    """The form for a token."""
    return page(request, "login.html.j2", section="login")


@router.post(LOGIN)
async def login(request: Request) -> Response:
    """Put a token that is known into a cookie that scripts and other sites do not get at."""
    async with request.form(max_files=0, max_part_size=2**12) as form:
        token = str(form.get("token", "")).strip()
    if not token_ok(_server(request).settings, token):
        return page(request, "login.html.j2", 401, section="login", error="This token is not known here.")
    answer = _to(request, "/")
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure, path=_root(request) or "/")
    return answer


@router.post("/logout")
def logout(request: Request) -> Response:
    """Take the cookie back."""
    answer = _to(request, LOGIN)
    answer.delete_cookie(COOKIE, path=_root(request) or "/", httponly=True, samesite="strict")
    return answer


@router.get("/static/{name}")
def static(name: str) -> Response:
    """A style sheet, script or picture of the pages; its address changes with it."""
    if name not in static_files():
        return Response(status_code=404)
    content, media = static_files()[name]
    return Response(content, media_type=media, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def _server(request: Request) -> Any:
    return request.app.state.server


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/")


def _to(request: Request, address: str) -> Response:
    return RedirectResponse(f"{_root(request)}{address}", 303)


def _job(request: Request, job_id: str) -> Job | None:
    found: Job | None = _server(request).store.get(job_id)
    return found


def _missing(request: Request) -> Response:
    said = "There is no such result; it may have been deleted, or it is not done yet."
    return page(request, "missing.html.j2", 404, section="results", title="Not here", said=said)


def _file(request: Request, job_id: str, name: str, media: str, headers: Mapping[str, str]) -> Response:
    job = _job(request, job_id)
    path = _server(request).jobs.file(job, name) if job else None
    return FileResponse(path, media_type=media, headers=dict(headers)) if path else _missing(request)


def _given(form: Mapping[str, Any] | FormData) -> dict[str, str]:
    """What was filled in, field by field; files are left out."""
    return {name: value if isinstance(value := form.get(name, ""), str) else "" for name in _GIVEN}


def _target(given: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    name = " ".join(given["target"].split())
    if not name:
        raise InputError("there is no company; give its name")
    return name, tuple(a for a in (" ".join(x.split()) for x in given["aliases"].split(",")) if a)


def _order(given: Mapping[str, str]) -> Order:
    target, aliases = _target(given)
    return Order(
        target=target,
        aliases=aliases,
        by=given["by"] or None,
        wire=given["wire"] or None,
        matched=bool(given["matched"]),
        shrink=bool(given["shrink"]),
        outlet=" ".join(given["outlet"].split()) or None,
    )


def _read(server: Any, given: Mapping[str, str]) -> Reading:
    settings = server.settings
    target = Target.of(*_target(given))
    if given["text"].strip() and given["address"].strip():
        raise InputError("there are both a text and an address; leave one of them out")
    run = Run(1, time.monotonic() + settings.request_seconds)
    if given["address"].strip():
        if not settings.fetch:
            raise InputError("addresses are not fetched by this server; paste the text")
        article = fetched(given["address"], settings.folder / "pages", run.sleep)
    else:
        article = pasted(given["text"])
    return read(article, target, SharedJudge(server.batcher, run, background=False), settings.max_sentences)


def _rejects(server: Any, job: Job) -> list[dict[str, Any]]:
    path = server.jobs.file(job, "rejects.jsonl")
    if path is None:
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in itertools.islice(lines, MOST_REJECTS)]


def _said(problem: Exception) -> str:
    if isinstance(problem, HTTPException):
        return str(problem.detail)
    return str(problem)
