"""Who is let in: tokens, names the server answers to, origins; and what every response says to browsers.

An ASGI middleware, so that nothing behind it can be forgotten. Without a token it lets through `OPEN` only. A browser
may carry the token in a cookie, which the pages set at `/login`; for its sake, and for servers without tokens on a
machine with a browser, what changes something is refused where another site's page sends it.
"""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slantwise.server import problems
from slantwise.server.settings import Settings

COOKIE = "slantwise_token"
LOGIN = "/login"
OPEN = ("/healthz", LOGIN, "/static/")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_SAFE = ("GET", "HEAD", "OPTIONS")


def token_ok(settings: Settings, token: str) -> bool:
    """Whether a token is one of the server's, in time that does not tell which or how much of it; true without any."""
    given = token.encode("utf-8", "replace")
    found = [hmac.compare_digest(given, known.encode()) for known in settings.tokens]
    return any(found) or not settings.tokens


class Door:
    """The middleware. Responses keep the headers they set themselves, such as the policy of a page."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self._hosts = settings.hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in _HEADERS if h[0] not in there)]
            await send(message)

        refused = self._refused(scope["method"], scope["path"], Headers(scope=scope))
        await (refused or self.app)(scope, receive, sending)

    def _refused(self, method: str, path: str, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if self._hosts and _name(host) not in self._hosts:
            return problems.response(421, "the server does not answer to this name; see --allow-host")
        origin = headers.get("origin")
        if method not in _SAFE and origin is not None and origin not in self.settings.allow_origins:
            try:
                same = urlsplit(origin).netloc.lower() == host.lower() != ""
            except ValueError:
                same = False
            if not same:
                return problems.response(403, "sent by a page of another site; see --allow-origin")
        if any(path == known or (known.endswith("/") and path.startswith(known)) for known in OPEN):
            return None
        if token_ok(self.settings, _token(headers)):
            return None
        if method == "GET" and not path.startswith("/v1/") and "text/html" in headers.get("accept", ""):
            return RedirectResponse(LOGIN, 303)
        return problems.response(
            401, "a token is needed: Authorization: Bearer TOKEN", {"WWW-Authenticate": 'Bearer realm="slantwise"'}
        )


def _token(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def _name(host: str) -> str:
    """The host without its port."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()
