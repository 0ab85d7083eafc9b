"""Fetching from a server on loopback, which only these tests allow; and that nothing private is reached without it."""

import gzip
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_articles_pages import PARAGRAPHS, RSS, page

from slantwise.articles import read_articles
from slantwise.articles.addresses import GuardedBackend, is_public, resolve
from slantwise.articles.cache import Page, PageCache
from slantwise.articles.fetching import Fetcher
from slantwise.records import InputError


class Site:
    """A server whose answers the test writes: path → (status, headers, body), or a list of them, one a request."""

    def __init__(self):
        self.answers = {"/robots.txt": (404, {}, b"")}
        self.asked = Counter()
        self.agents = set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.asked[self.path] += 1
                site.agents.add(self.headers["User-Agent"])
                answer = site.answers.get(self.path, (404, {}, b""))
                if isinstance(answer, list):
                    answer = answer.pop(0) if len(answer) > 1 else answer[0]
                status, headers, body = answer
                self.send_response(status)
                for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def url(self, path="/", host="news.example"):
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
def site():
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def fetcher(tmp_path):
    with make_fetcher(tmp_path) as made:
        yield made


def make_fetcher(tmp_path, **options):
    slept = []
    made = Fetcher(
        tmp_path / "cache",
        **{"resolver": lambda host, port: ["127.0.0.1"], "allowed": {"127.0.0.1"}, "sleep": slept.append, **options},
    )
    made.slept = slept
    return made


def read(*paths, **options):
    rejected = []
    return list(read_articles(paths, on_reject=lambda r: rejected.append(str(r)), **options)), rejected


def test_a_page_is_fetched_once_and_then_comes_from_the_cache(site, fetcher, tmp_path):
    site.answers["/a"] = (200, {}, page())
    for _ in range(2):
        ((article,), rejected) = read(site.url("/a#part"), fetcher=fetcher)
        assert rejected == []
        assert (article.title, article.outlet, article.url) == (
            "Acme plant is late again",
            "news.example",
            site.url("/a"),
        )
    assert site.asked == {"/robots.txt": 1, "/a": 1}
    assert site.agents == {"slantwise (reads news articles)"}
    with make_fetcher(tmp_path, offline=True) as offline:
        assert len(read(site.url("/a"), fetcher=offline)[0]) == 1
        assert "not fetched, since --offline was given" in read(site.url("/b"), fetcher=offline)[1][0]
    assert site.asked["/b"] == 0


def test_robots_txt_is_kept_to(site, fetcher):
    site.answers["/robots.txt"] = (200, {}, b"User-agent: slantwise\nDisallow: /private\nCrawl-delay: 7\n")
    site.answers["/a"] = site.answers["/private/b"] = (200, {}, page())
    articles, rejected = read(site.url("/private/b"), site.url("/a"), fetcher=fetcher)
    assert [a.url for a in articles] == [site.url("/a")]
    assert rejected == [f"{site.url('/private/b')}: robots.txt of the site asks not to fetch it"]
    assert site.asked["/private/b"] == 0


def test_redirects_are_held_to_robots_txt_too(site, fetcher):
    site.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /private\n")
    site.answers["/a"] = (302, {"Location": "/private/b"}, b"")
    assert "robots.txt of the site asks not to" in read(site.url("/a"), fetcher=fetcher)[1][0]
    assert site.asked["/private/b"] == 0


def test_a_robots_txt_that_cannot_be_had_forbids_all(site, fetcher):
    site.answers["/robots.txt"] = (503, {}, b"")
    site.answers["/a"] = (200, {}, page())
    assert "its robots.txt cannot be read, so nothing there is fetched" in read(site.url("/a"), fetcher=fetcher)[1][0]
    assert site.asked["/a"] == 0


def test_a_host_is_asked_seldom(site, tmp_path):
    for name in "abc":
        site.answers[f"/{name}"] = (200, {}, page())
    with make_fetcher(tmp_path, delay=100.0, workers=1) as fetcher:
        for name in "abc":
            fetcher.get(site.url(f"/{name}"))
    # robots.txt goes at once, each page a hundred seconds after what was asked last.
    assert [round(s, -1) for s in fetcher.slept] == [100, 200, 300]


def test_failures_that_pass_are_tried_again(site, fetcher):
    site.answers["/a"] = [(503, {"Retry-After": "9"}, b""), (429, {}, b""), (200, {}, page())]
    site.answers["/b"] = (500, {}, b"")
    site.answers["/c"] = (410, {}, b"")
    site.answers["/d"] = (429, {"Retry-After": "86400"}, b"")
    articles, rejected = read(*[site.url(f"/{n}") for n in "abcd"], fetcher=fetcher)
    assert [a.url for a in articles] == [site.url("/a")]
    assert [r.rsplit(": ", 1)[1] for r in rejected] == ["answered 500", "answered 410", "answered 429"]
    assert (site.asked["/a"], site.asked["/b"], site.asked["/c"], site.asked["/d"]) == (3, 3, 1, 1)
    assert 9.0 in fetcher.slept


def test_a_host_that_does_not_answer(tmp_path):
    with make_fetcher(tmp_path, timeout=0.5, retries=0) as fetcher, pytest.raises(InputError) as refused:
        fetcher.get("http://news.example:1/a")
    assert "news.example:1/a: " in str(refused.value)


def test_size_is_capped_packed_or_not(site, tmp_path):
    site.answers["/a"] = (200, {}, b"x" * 2000)
    site.answers["/b"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 10_000_000))
    site.answers["/c"] = (200, {"Content-Encoding": "br"}, b"x")
    site.answers["/d"] = (200, {"Content-Encoding": "gzip"}, b"not gzip")
    with make_fetcher(tmp_path, largest=1000) as fetcher:
        _, rejected = read(*[site.url(f"/{n}") for n in "abcd"], fetcher=fetcher)
    assert ["too much for one article" in r for r in rejected] == [True, True, False, False]
    assert "packed with 'br', which was not asked for; accepted is gzip" in rejected[2]
    assert "damaged gzip data" in rejected[3]


def test_gzip_is_unpacked_and_other_kinds_refused(site, fetcher):
    site.answers["/a"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(page()))
    site.answers["/b"] = (200, {"Content-Type": "application/pdf"}, b"%PDF")
    articles, rejected = read(site.url("/a"), site.url("/b"), fetcher=fetcher)
    assert [a.url for a in articles] == [site.url("/a")]
    assert "is application/pdf, not a page" in rejected[0]


def test_redirects_end(site, fetcher):
    site.answers["/a"] = (301, {"Location": "b"}, b"")
    site.answers["/b"] = (200, {}, page())
    site.answers["/round"] = (302, {"Location": "/round"}, b"")
    site.answers["/away"] = (302, {"Location": "file:///etc/passwd"}, b"")
    articles, rejected = read(*[site.url(f"/{n}") for n in ("a", "round", "away")], fetcher=fetcher)
    assert [a.url for a in articles] == [site.url("/b")]
    assert "more than 5 redirects" in rejected[0]
    assert "'file:///etc/passwd' is not fetched; accepted are http and https addresses" in rejected[1]


def test_a_list_of_addresses_and_a_feed(site, fetcher, tmp_path):
    other = page("Second", ["Second. " + p for p in PARAGRAPHS[::-1]])
    site.answers["/1"], site.answers["/2"] = (200, {}, page()), (200, {}, other)
    feed = RSS.replace("https://www.harbour-post.example", site.url("", "www.harbour-post.example"))
    site.answers["/feed"] = (200, {"Content-Type": "application/rss+xml"}, feed.encode())
    (tmp_path / "list.txt").write_text(f"# mine\n{site.url('/1')}\n\n{site.url('/nothing')}\n{site.url('/2')}\n")
    articles, rejected = read(tmp_path / "list.txt", fetcher=fetcher)
    assert [a.url for a in articles] == [site.url("/1"), site.url("/2")]
    assert rejected == [f"{site.url('/nothing')}: answered 404"]
    articles, rejected = read(site.url("/feed"), fetcher=fetcher)
    assert [(a.title, a.outlet) for a in articles] == [
        ("Whole", "harbour-post.example"),
        ("Second", "harbour-post.example"),
    ]
    assert len(rejected) == 1
    assert site.asked["/feed"] == 1
    (tmp_path / "a.rss").write_text(feed)
    assert [a.title for a in read(tmp_path / "a.rss", fetcher=fetcher)[0]] == ["Whole", "Second"]


PRIVATE = """127.0.0.1 127.8.9.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255
240.0.0.1 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12:3456::1 ff02::1 2001:db8::1 ::ffff:127.0.0.1
::ffff:169.254.169.254 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1:: 2002:c0a8:101:: fec0::1 nonsense""".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_public_addresses(address):
    assert is_public(address)


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_an_address_within_another_is_judged_as_itself(address):
    number = int(address)
    carried = (f"::ffff:{address}", f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}")
    assert {is_public(a) for a in carried} == {is_public(str(address))}


def test_nothing_private_is_reached(site, tmp_path):
    site.answers["/a"] = (200, {}, page())
    with Fetcher(tmp_path / "cache", sleep=lambda s: None) as fetcher:
        for host in ("127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433"):
            (_, rejected) = read(site.url("/a", host), fetcher=fetcher)
            assert len(rejected) == 1, host
            assert (
                "no public address" in rejected[0]
                or "cannot be reached" in rejected[0]
                or "robots.txt cannot be read" in rejected[0]
            ), host
    assert site.asked == {}


def test_a_redirect_to_a_private_address_is_refused(site, tmp_path):
    # One public name, here served by loopback, sends on to another that resolves to an address that is not allowed.
    site.answers["/a"] = (302, {"Location": f"http://inside.example:{site.port}/secret"}, b"")
    site.answers["/secret"] = (200, {}, page())
    names = {"news.example": ["127.0.0.1"], "inside.example": ["127.0.0.2"]}
    with make_fetcher(tmp_path, resolver=lambda host, port: names[host]) as fetcher:
        _, rejected = read(site.url("/a"), fetcher=fetcher)
    assert "inside.example is at 127.0.0.2, which is no public address; those are not fetched from" in rejected[0]
    assert site.asked["/secret"] == 0


def test_one_private_address_among_public_ones_is_enough(tmp_path):
    with make_fetcher(tmp_path, resolver=lambda host, port: ["93.184.216.34", "10.0.0.1"]) as fetcher:
        assert "is at 10.0.0.1, which is no public" in read("http://news.example/a", fetcher=fetcher)[1][0]


def test_the_connection_goes_to_the_address_that_was_checked(site):
    # A name that is public when first asked for and private the next time: it is asked for once.
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    backend = GuardedBackend(lambda host, port: answers.pop(0), {"127.0.0.1"})
    stream = backend.connect_tcp("rebinding.example", site.port, timeout=5)
    assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
    stream.close()
    assert answers == [["10.0.0.1"]]
    with pytest.raises(InputError, match=r"is at 10\.0\.0\.1"):
        backend.connect_tcp("rebinding.example", site.port, timeout=5)
    with pytest.raises(InputError, match="a socket of this machine"):
        backend.connect_unix_socket("/run/x.sock")


def test_a_name_without_address():
    def unknown(host, port):
        raise OSError("no such name")

    with pytest.raises(httpcore2.ConnectError, match=r"news\.example is not known"):
        GuardedBackend(unknown).checked("news.example", 80)
    assert resolve("127.0.0.1", 80) == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://user:secret@news.example/", "with a user name or password are not fetched"),
        ("http:///a", "accepted are http and https addresses"),
        ("http://news.example:99999/", "is no address"),
        ("http://[broken/", "is no address"),
        ("http://" + "ü" * 80 + ".example/", "is no host name"),
    ],
)
def test_odd_addresses_are_refused(fetcher, url, complaint):
    _, (rejected,) = read(url, fetcher=fetcher)
    assert complaint in rejected


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=40))
def test_any_address_is_fetched_or_refused_in_words(tmp_path_factory, rest):
    with make_fetcher(tmp_path_factory.getbasetemp(), resolver=lambda h, p: ["10.0.0.1"], retries=0) as fetcher, pytest.raises(InputError):  # fmt: skip
        fetcher.get("http://" + rest)


def test_a_damaged_cache_counts_as_empty(tmp_path):
    cache = PageCache(tmp_path, 1000)
    kept = Page("http://b.example/", b"body", "text/html")
    cache.put("http://a.example/", kept)
    assert cache.get("http://a.example/") == kept
    assert cache.get("http://a.example/", max_age=-1) is None
    assert cache.get("http://other.example/") is None
    (file,) = (f for f in tmp_path.rglob("*") if f.is_file())
    whole = file.read_bytes()
    for damaged in (b"", whole[:-3], b"[]\n", b'{"asked": 1}\n', b"\xff\n", whole.replace(b"asked", b"askxd")):
        file.write_bytes(damaged)
        assert cache.get("http://a.example/") is None, damaged
    cache.put("http://a.example/", Page("http://b.example/", b"x" * 1001))
    assert cache.get("http://a.example/") is None
