"""How much of a body is read, and for how long: an ASGI middleware. Knows nothing of what is in it."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slantwise.server import problems
from slantwise.server.settings import Settings

# Where files may be sent to.
UPLOADS = ("/v1/jobs", "/upload")


class Limits:
    """Refuses bodies that are too large, said so or not, and those that come too slowly."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a watch on its body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        upload = scope["path"].rstrip("/") in UPLOADS and headers.get("content-type", "").startswith(
            "multipart/form-data"
        )
        most = self.settings.max_upload if upload else self.settings.max_body
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > most:
            await problems.of(_too_large(most))(scope, receive, send)
            return
        seconds = self.settings.upload_seconds if upload else self.settings.request_seconds
        deadline = asyncio.get_running_loop().time() + seconds
        size, whole = 0, False

        async def receiving() -> Message:
            nonlocal size, whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise problems.Problem(408, f"the body did not come within {seconds:g} s") from None
            size += len(message.get("body", b""))
            if size > most:
                raise _too_large(most)
            whole = not message.get("more_body", False)
            return message

        await self.app(scope, receiving, send)


def _too_large(most: int) -> problems.Problem:
    return problems.Problem(413, f"more than {most / 2**20:g} MiB, which is the most accepted here")
