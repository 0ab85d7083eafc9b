"""Errors as problem details (RFC 9457), whatever their cause. Knows nothing of what the server does."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from slantwise.records import InputError
from slantwise.server.batching import Busy, Stopped

MEDIA_TYPE = "application/problem+json"
_TYPES = ("str", "constrained-str", "TargetIn", "SentenceIn")
_A_TYPE = re.compile(r"^[a-z-]+\[.*\]$")
_log = logging.getLogger("slantwise.server")


class Problem(HTTPException):
    """An error that is told to the client as it is."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, errors: list[Any] | None = None
    ) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.errors = errors


def response(
    status: int, detail: str = "", headers: Mapping[str, str] | None = None, errors: list[Any] | None = None
) -> Response:
    """A problem as a response: its kind is its status, `detail` is one line on this one, `errors` a row a value."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail and detail != body["title"]:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return Response(json.dumps(body), status, dict(headers) if headers else None, MEDIA_TYPE)


def of(problem: Exception) -> Response:
    """The response to an error of any kind."""
    match problem:
        case HTTPException():
            return response(problem.status_code, str(problem.detail), problem.headers, getattr(problem, "errors", None))
        case RequestValidationError():
            errors = [{"pointer": _pointer(e["loc"]), "detail": str(e["msg"])[:300]} for e in problem.errors()[:20]]
            said = "; ".join(f"{e['pointer']}: {e['detail']}" for e in errors[:3])
            return response(422, said, errors=errors)
        case InputError():
            return response(422, str(problem)[:1_000])
        case Busy():
            return response(503, str(problem), {"Retry-After": str(math.ceil(problem.retry_after))})
        case Stopped():
            return response(503, str(problem), {"Retry-After": "5"})
        case SQLAlchemyError():
            _log.error("the database does not answer: %s", problem)
            return response(503, "the database does not answer", {"Retry-After": "5"})
        case _:
            return response(500, "an error within the server, which its log describes")


def add_handlers(app: FastAPI) -> None:
    """Answer every error of an application with a problem."""

    async def answer(request: Request, problem: Exception) -> Response:
        return of(problem)

    for kind in (HTTPException, RequestValidationError, InputError, Busy, Stopped, SQLAlchemyError, Exception):
        app.add_exception_handler(kind, answer)


def _pointer(place: tuple[Any, ...]) -> str:
    """Where a value stands, as a JSON pointer into the body, or as the name of a parameter.

    Pydantic also names which of several accepted types it tried there; those are no part of the body.
    """
    where, *rest = place
    path = [p for p in rest if isinstance(p, int) or (p not in _TYPES and not _A_TYPE.search(p))]
    if where != "body":
        return f"{where} {'/'.join(map(str, path))}"
    return "".join(f"/{str(p).replace('~', '~0').replace('/', '~1')}" for p in path)
