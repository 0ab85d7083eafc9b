"""Who is let in, and what browsers are told."""

import pytest
from serving import StubClassifier, serving
from starlette.testclient import TestClient

from slantwise.records import InputError
from slantwise.server import Settings, create_app
from slantwise.server.security import COOKIE, HEADERS, token_ok
from slantwise.server.settings import is_loopback, read_tokens

TOKEN, OTHER = "a-token-of-some-length", "another-token-of-some-length"
BODY = {"target": "Acme", "sentences": ["Acme lied."]}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    with serving(
        tmp_path_factory.mktemp("served"), tokens=(TOKEN, OTHER), allow_origins=("https://desk.example",)
    ) as c:
        yield c


def post(client, **headers):
    return client.post("/v1/judgements", json=BODY, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize("token", [TOKEN, OTHER])
def test_a_token_lets_in(guarded, token):
    assert post(guarded, Authorization=f"Bearer {token}").status_code == 200
    assert post(guarded, Authorization=f"bearer  {token}").status_code == 200
    assert post(guarded, Cookie=f"x=1; {COOKIE}={token}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Bearer wrong, Bearer {TOKEN}"},
        {"Authorization": "Bearer \u00fcber".encode("latin-1")},
        {"Cookie": f"{COOKIE}=wrong"},
        {"Cookie": 'x="\x01; ' + COOKIE},
    ],
)
@pytest.mark.parametrize("path", ["/v1/jobs", "/metrics", "/v1/openapi.json", "/v1/nothing", "/v1/jobs/x/report"])
def test_without_one_nothing_is_told(guarded, headers, path):
    found = guarded.get(path, headers=headers)
    assert (found.status_code, found.headers["content-type"]) == (401, "application/problem+json")
    assert found.headers["www-authenticate"].startswith("Bearer")


def test_health_is_open_and_browsers_are_sent_to_the_login(guarded):
    assert guarded.get("/healthz").status_code == 200
    found = guarded.get("/results", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (found.status_code, found.headers["location"]) == (303, "/login")
    assert guarded.get("/login", headers={"Accept": "text/html"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:9999", "http://[", ""]
)
def test_pages_of_other_sites_change_nothing(guarded, tmp_path, origin):
    assert post(guarded, Authorization=f"Bearer {TOKEN}", Origin=origin).status_code == 403
    with serving(tmp_path) as client:  # nor where everyone is let in
        assert post(client, Origin=origin).status_code == 403
        assert (
            client.post(
                "/v1/jobs", data={"target": "A"}, files={"files": ("a.txt", b"A")}, headers={"Origin": origin}
            ).status_code
            == 403
        )


def test_this_site_and_allowed_ones_may(guarded):
    assert post(guarded, Authorization=f"Bearer {TOKEN}", Origin="http://localhost").status_code == 200
    found = post(guarded, Authorization=f"Bearer {TOKEN}", Origin="https://desk.example")
    assert (found.status_code, found.headers["access-control-allow-origin"]) == (200, "https://desk.example")
    ahead = {
        "Origin": "https://desk.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    allowed = guarded.options("/v1/judgements", headers=ahead)
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, "https://desk.example")
    assert "access-control-allow-credentials" not in allowed.headers


def test_no_other_origin_is_allowed_by_default(tmp_path):
    with serving(tmp_path) as client:
        found = client.get("/healthz", headers={"Origin": "https://desk.example"})
        assert "access-control-allow-origin" not in found.headers


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        ({}, "localhost:8000", 200),
        ({}, "127.0.0.1", 200),
        ({}, "[::1]:80", 200),
        ({}, "LOCALHOST", 200),
        ({}, "evil.example", 421),
        ({}, "", 421),
        ({"allow_hosts": ("desk.example",)}, "desk.example:443", 200),
        ({"allow_hosts": ("desk.example",)}, "localhost", 421),
        ({"host": "0.0.0.0", "tokens": (TOKEN,)}, "any.example", 200),
        ({"allow_hosts": ("*",)}, "any.example", 200),
    ],
)
def test_names_that_are_not_the_servers_are_not_answered(tmp_path, settings, host, status):
    """A page of another site whose name is made to lead to this machine still says its own name."""
    with serving(tmp_path, **settings) as client:
        assert client.get("/healthz", headers={"Host": host}).status_code == status


def test_every_response_has_strict_headers(guarded, tmp_path):
    app = create_app(Settings(tmp_path, max_body=10), StubClassifier())
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        answers = [
            client.get("/healthz"),
            client.get("/nothing"),
            post(client),
            client.get("/healthz", headers={"Host": "x"}),
            guarded.get("/v1/jobs"),
        ]
        for answer in answers:
            assert {n: answer.headers[n] for n in HEADERS if n != "Cache-Control"} == {
                n: v for n, v in HEADERS.items() if n != "Cache-Control"
            }
            assert answer.headers["cache-control"] == "no-store"
            assert "server" not in answer.headers


def test_tokens_from_a_file_or_the_environment(tmp_path, monkeypatch):
    file = tmp_path / "tokens"
    file.write_text(f"# the desk\n{TOKEN}\n\n  {OTHER}\n")
    assert read_tokens(file) == (TOKEN, OTHER)
    monkeypatch.setenv("SLANTWISE_TOKENS", f"{TOKEN}, {OTHER}")
    assert read_tokens(None) == (TOKEN, OTHER)
    file.write_text("# none\n")
    for bad in (file, tmp_path / "nothing", tmp_path):
        with pytest.raises(InputError, match="tokens file"):
            read_tokens(bad)


@pytest.mark.parametrize("token", ["short", "x" * 15, "ü" * 20, "a b" * 10, "x" * 20 + "\n"])
def test_tokens_that_are_easily_guessed_or_not_sent_are_refused(tmp_path, token):
    with pytest.raises(InputError, match="16 or more") as raised:
        Settings(tmp_path, tokens=(token,))
    assert token not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"), [("max_body", 0), ("request_seconds", -1.0), ("port", 70_000), ("max_jobs", 0)]
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path, name, value):
    with pytest.raises(InputError, match=name.replace("_", "-")):
        Settings(tmp_path, **{name: value})


def test_without_tokens_any_is_good(tmp_path):
    assert token_ok(Settings(tmp_path), "") and not token_ok(Settings(tmp_path, tokens=(TOKEN,)), "")


@pytest.mark.parametrize(
    ("host", "only"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("127.8.8.8", True),
        ("0.0.0.0", False),
        ("::", False),
        ("desk.example", False),
    ],
)
def test_which_hosts_only_this_machine_reaches(host, only):
    assert is_loopback(host) is only
