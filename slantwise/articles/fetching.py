"""Pages from the web, as a guest should fetch them: robots.txt kept to, each host asked seldom, little taken, once.

Knows nothing of articles. Every connection goes through `addresses`, which refuses what is not public.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import httpcore2
from protego import Protego

from slantwise.articles.addresses import GuardedBackend, Resolver, resolve
from slantwise.articles.cache import Page, PageCache, default_folder
from slantwise.articles.rejections import Rejection
from slantwise.articles.streams import LARGEST
from slantwise.records import InputError

T = TypeVar("T")

AGENT = "slantwise"
REDIRECTS = 5
DAY = 24 * 3600.0
_FEED_AGE = 600.0
_LARGEST_ROBOTS = 512 * 1024
_HOSTS = 1_000
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_FAILURES = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, OSError)


class Fetcher:
    """Fetches pages; safe to share between threads. A context manager."""

    def __init__(
        self,
        cache: Path | None = None,
        offline: bool = False,
        delay: float = 1.0,
        retries: int = 2,
        timeout: float = 20.0,
        largest: int = LARGEST,
        workers: int = 8,
        resolver: Resolver = resolve,
        allowed: Collection[str] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`delay` is the least time between two requests to a host, `largest` the most bytes of a page.

        A page may take three times `timeout` in all. Offline only pages in the cache are given. `allowed` is for tests:
        addresses that count as public.
        """
        self._cache = PageCache(cache or default_folder(), largest)
        self._offline, self._delay, self._retries, self._timeout = offline, delay, retries, timeout
        self._largest, self._workers, self._sleep = largest, workers, sleep
        self._pool = httpcore2.ConnectionPool(
            network_backend=GuardedBackend(resolver, allowed), max_connections=4 * workers, keepalive_expiry=15.0
        )
        self._lock = threading.Lock()
        self._next: OrderedDict[str, float] = OrderedDict()
        self._robots: OrderedDict[str, Protego | None] = OrderedDict()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *problem: object) -> None:
        self._pool.close()

    def get(self, url: str, max_age: float = 30 * DAY) -> Page:
        """The page at an address, kept no longer than `max_age` seconds; InputError says why there is none."""
        url = urldefrag(url.strip())[0]
        kept = self._cache.get(url, float("inf") if self._offline else max_age)
        if kept and "xml" in kept.type and "xhtml" not in kept.type and not self._offline:
            kept = self._cache.get(url, _FEED_AGE)  # a feed is there to change
        if kept:
            return kept
        if self._offline:
            raise InputError(f"{url}: not fetched, since --offline was given, and not in the cache")
        try:
            page = self._follow(url, robots=True)
        except InputError as problem:
            raise InputError(f"{url}: {problem}") from None
        if page.status != 200:
            raise InputError(f"{url}: answered {page.status}")
        self._cache.put(url, page)
        return page

    def get_all(
        self, asked: Iterable[tuple[str, T]], max_age: float = 30 * DAY
    ) -> Iterator[tuple[T, Page | Rejection]]:
        """The page at each address, with what the caller gave along, in order; several are fetched at a time.

        A `Rejection` stands for a page that cannot be had.
        """
        waiting: deque[tuple[str, T, Future[Page]]] = deque()
        with ThreadPoolExecutor(self._workers, thread_name_prefix="fetch") as pool:
            try:
                for url, along in asked:
                    waiting.append((url, along, pool.submit(self.get, url, max_age)))
                    if len(waiting) >= 2 * self._workers:
                        yield _outcome(*waiting.popleft())
                while waiting:
                    yield _outcome(*waiting.popleft())
            finally:
                for _, _, future in waiting:
                    future.cancel()

    def _follow(self, url: str, robots: bool) -> Page:
        """Fetch, and go where redirects lead; every hop is checked as the first. Without `robots`, it is robots.txt."""
        for _ in range(REDIRECTS + 1):
            parts = _checked_parts(url)
            if robots:
                rules = self._rules(f"{parts.scheme}://{parts.netloc}")
                if rules is None:
                    raise InputError("its robots.txt cannot be read, so nothing there is fetched")
                if not rules.can_fetch(url, AGENT):
                    raise InputError("robots.txt of the site asks not to fetch it")
                wait = max(self._delay, min(float(rules.crawl_delay(AGENT) or 0.0), 30.0))
            else:
                wait = self._delay
            page, location = self._patiently(
                url, parts.netloc, wait, self._largest if robots else _LARGEST_ROBOTS, not robots
            )
            if location is None:
                return page
            url = urldefrag(urljoin(url, location))[0]
        raise InputError(f"more than {REDIRECTS} redirects, the last to {url[:200]}")

    def _rules(self, site: str) -> Protego | None:
        """The site's robots.txt; None where it cannot be had, which forbids all (RFC 9309)."""
        with self._lock:
            if site in self._robots:
                self._robots.move_to_end(site)
                return self._robots[site]
        address = f"{site}/robots.txt"
        page = self._cache.get(address, DAY)
        if page is None:
            page = self._follow(address, robots=False)
            if page.status < 500 and page.status not in _TRANSIENT:
                self._cache.put(address, page)
        had = page.status < 500 and page.status not in _TRANSIENT
        # What is not there has no body, and so allows all.
        rules = Protego.parse(page.body.decode("utf-8", "replace")) if had else None
        with self._lock:
            self._robots[site] = rules
            while len(self._robots) > _HOSTS:
                self._robots.popitem(last=False)
        return rules

    def _patiently(self, url: str, host: str, wait: float, largest: int, cut: bool) -> tuple[Page, str | None]:
        """One request, repeated when it fails in a way that passes; the page and where it redirects to."""
        for tried in range(self._retries + 1):
            last = tried == self._retries
            self._take_turn(host, wait)
            pause = 2.0**tried
            try:
                page, headers = self._request(url, largest, cut)
            except _FAILURES as problem:
                if last:
                    raise InputError(
                        f"cannot be reached ({' '.join(str(problem).split()) or type(problem).__name__})"
                    ) from None
            else:
                location = headers.get("location") if page.status in (301, 302, 303, 307, 308) else None
                if page.status not in _TRANSIENT or last:
                    return page, location
                pause = max(pause, _seconds(headers.get("retry-after", "")))
                if pause > 60.0:
                    return page, None
            self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _take_turn(self, host: str, wait: float) -> None:
        """Sleep until the host may be asked again."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.pop(host, 0.0))
            self._next[host] = turn + wait
            while len(self._next) > _HOSTS and next(iter(self._next.values())) < now:
                self._next.popitem(last=False)
        if turn > now:
            self._sleep(turn - now)

    def _request(self, url: str, largest: int, cut: bool) -> tuple[Page, Mapping[str, str]]:
        asked: dict[bytes | str, bytes | str] = {
            "User-Agent": f"{AGENT} (reads news articles)",
            "Accept-Encoding": "gzip",
            "Accept": "text/html,*/*;q=0.5",
        }
        # httpcore wants plain ASCII in addresses; what is there already stays.
        target = _ascii(url)
        timeouts = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._timeout)}
        deadline = time.monotonic() + 3 * self._timeout
        with self._pool.stream("GET", target, headers=asked, extensions=timeouts) as answer:
            headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in answer.headers}
            body = b"" if answer.status != 200 else _body(answer.iter_stream(), headers, largest, deadline, cut)
            return Page(url, body, headers.get("content-type", ""), answer.status), headers


def _outcome(url: str, along: T, future: Future[Page]) -> tuple[T, Page | Rejection]:
    try:
        return along, future.result()
    except (InputError, OSError) as problem:
        return along, Rejection.of(problem, url)


def _body(chunks: Iterable[bytes], headers: Mapping[str, str], largest: int, deadline: float, cut: bool) -> bytes:
    """The body, unpacked; where it is larger than it may be, however small it was packed, `cut` or an InputError."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise InputError(f"packed with {encoding[:40]!r}, which was not asked for; accepted is gzip")
    unpacker: Any = zlib.decompressobj(31) if "gzip" in encoding else None
    parts, size = [], 0
    try:
        for chunk in chunks:
            part = unpacker.decompress(chunk, largest + 1 - size) if unpacker else chunk
            parts.append(part)
            size += len(part)
            if size > largest and cut:
                break
            if size > largest:
                raise InputError(f"larger than {largest / 2**20:g} MiB, which is too much for one article")
            if time.monotonic() > deadline:
                raise InputError("takes too long")
    except zlib.error as problem:
        raise InputError(f"damaged gzip data ({problem})") from None
    return b"".join(parts)[:largest]


def _checked_parts(url: str) -> Any:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise InputError(f"{url[:200]!r} is no address ({problem})") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise InputError(f"{url[:200]!r} is not fetched; accepted are http and https addresses")
    if parts.username is not None or parts.password is not None:
        raise InputError("addresses with a user name or password are not fetched")
    return parts


def _ascii(url: str) -> str:
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe="/%:=&?~#+!$,;'@()*[]")
    query = quote(parts.query, safe="/%:=&?~#+!$,;'@()*[]")
    return f"{parts.scheme}://{_ascii_host(url)}{path}{'?' + query if query else ''}"


def _ascii_host(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise InputError(f"{host!r} is no host name") from None
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{parts.port}" if parts.port else host


def _seconds(text: str) -> float:
    return float(text) if text.strip().isdigit() and len(text) < 7 else 0.0
