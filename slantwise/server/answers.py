"""What the endpoints share: the server of a request, JSON out, work within a time, problems in the OpenAPI."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import Request
from starlette.responses import Response

from slantwise.server.problems import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    from slantwise.server.app import Server

T = TypeVar("T")


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of an endpoint, as its OpenAPI names them."""
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    return {s: {"description": "see its detail", "content": {MEDIA_TYPE: {"schema": schema}}} for s in statuses}


def server_of(request: Request) -> Server:
    """The server that answers a request."""
    server: Server = request.app.state.server
    return server


def as_json(body: Any) -> Response:
    """Plain data as a response, not validated again."""
    return Response(json.dumps(body), media_type="application/json")


async def within_time(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work gives; it is given up when the client is gone or the time is over."""
    seconds = server_of(request).settings.request_seconds
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((working, gone), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        if gone.done():
            raise Problem(400, "the client is gone")
        raise Problem(503, f"not done within {seconds:g} s; send less at once, or a job", {"Retry-After": "5"})
    finally:
        working.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
