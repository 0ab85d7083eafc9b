"""Every endpoint and every limit of the API, through HTTP."""

import asyncio
import io
import json

import httpx
import pytest
from serving import ARTICLE, StubClassifier, ended, serving, until

from slantwise.server import Settings, create_app
from slantwise.server.scoring_schemas import SlantOut

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served"), max_sentences=20, max_articles=5, max_body=20_000) as client:
        yield client


def problem(response, status):
    """The problem a response is, which it must be."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status and body["title"] and body["type"] == "about:blank"
    return body


def test_judgements_of_strings_and_of_sentences_with_targets_of_their_own(client):
    sentences = [
        "Acme lied.",
        {"text": "He helps.", "target": {"name": "Bolt", "aliases": ["Bolt Inc"]}, "context": "Bolt.", "span": [0, 2]},
        {"text": "Acme is.", "target": "Acme"},
    ]
    found = client.post("/v1/judgements", json={"target": "Acme", "sentences": sentences}).json()
    assert found["model"] == "stub"
    assert [j["score"] for j in found["judgements"]] == [-0.8, 1.0, 0.0]
    assert found["judgements"][0] == {
        "stance": "accusatory",
        "score": -0.8,
        "probabilities": {"accusatory": 0.8, "neutral": pytest.approx(0.2), "defending": 0.0},
        "voice": "outlet",
        "voice_probabilities": {"outlet": 1.0, "target": 0.0, "other": 0.0},
        "about": None,
    }


def test_what_the_classifier_is_told_is_what_was_sent(client):
    seen = []
    stub = client.server.batcher.classifier
    predict, stub.predict = (
        stub.predict,
        lambda *given, **named: seen.append((given, named)) or predict(*given, **named),
    )
    try:
        sentence = {
            "text": "He helps.",
            "target": {"name": "Bolt", "aliases": ["Volt"]},
            "context": "Bolt.",
            "span": [0, 2],
        }
        client.post("/v1/judgements", json={"sentences": [sentence]})
    finally:
        stub.predict = predict
    (texts, targets), named = seen[0]
    assert (texts, named) == (["He helps."], {"context": ["Bolt."], "spans": [(0, 2)]})
    assert (targets[0].name, targets[0].aliases) == ("Bolt", ("Volt",))


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"target": "Acme"}, "/sentences"),
        ({"target": "Acme", "sentences": []}, "/sentences"),
        ({"target": "Acme", "sentences": ["  "]}, "/sentences/0"),
        ({"target": " ", "sentences": ["x"]}, "/target"),
        ({"sentences": ["x"]}, ""),
        ({"target": "Acme", "sentences": [{"text": "x", "span": [0, 2]}]}, "/sentences/0"),
        ({"target": "Acme", "sentences": [{"text": "x", "spam": 1}]}, "/sentences/0/spam"),
        ({"target": "Acme", "sentences": ["\ud800"]}, "/sentences/0"),
        ({"target": {"name": "Acme", "aliases": [""]}, "sentences": ["x"]}, "/target/aliases/0"),
        ([], ""),
    ],
)
def test_what_is_not_accepted_is_told_with_its_place(client, body, pointer):
    found = problem(client.post("/v1/judgements", content=json.dumps(body), headers=JSON), 422)
    assert pointer in [e["pointer"] for e in found["errors"]]


def test_too_much_is_told_with_what_is_accepted(client):
    assert (
        "at most 20"
        in problem(client.post("/v1/judgements", json={"target": "A", "sentences": ["x"] * 21}), 422)["detail"]
    )
    six = {"target": "Acme", "articles": [ARTICLE] * 6}
    assert "at most 5" in problem(client.post("/v1/slant", json=six), 422)["detail"]
    large = json.dumps({"target": "Acme", "sentences": ["x" * 21_000]})
    assert "MiB" in problem(client.post("/v1/judgements", content=large, headers=JSON), 413)["detail"]
    assert problem(
        client.post("/v1/judgements", content=iter([large.encode()]), headers=JSON), 413
    )  # no length is said
    assert problem(client.post("/v1/judgements", files={"x": b"x" * 21_000}), 413)  # uploads are for jobs


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("GET", "/v1/nothing", {}, 404),
        ("PUT", "/v1/judgements", {}, 405),
        ("DELETE", "/healthz", {}, 405),
        ("POST", "/v1/judgements", {"content": b"{", "headers": JSON}, 422),
        ("POST", "/v1/judgements", {"content": b"\xff", "headers": JSON}, 400),
        ("POST", "/v1/judgements", {"content": b"{}"}, 415),
        ("POST", "/v1/jobs", {"content": b"x", "headers": {"content-type": "text/plain"}}, 415),
        ("POST", "/v1/jobs", {"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400),
        ("POST", "/v1/jobs", {"content": b"{", "headers": {"content-type": "application/json"}}, 422),
        ("GET", f"/v1/jobs/{'0' * 32}", {}, 404),
        ("GET", "/v1/jobs/..%2f..", {}, 404),
        ("GET", "/v1/jobs/%00", {}, 404),
        ("DELETE", f"/v1/jobs/{'0' * 32}", {}, 404),
        ("GET", f"/v1/jobs/{'0' * 32}/report", {}, 404),
        ("GET", "/v1/jobs?limit=0", {}, 422),
        ("GET", "/v1/jobs?limit=x", {}, 422),
    ],
)
def test_every_error_is_a_problem(client, method, path, given, status):
    found = client.request(method, path, **given)
    problem(found, status)
    assert (status != 405) or found.headers["allow"]


def test_slants_at_once_are_those_of_the_command(client):
    articles = [ARTICLE, {**ARTICLE, "outlet": "The Weekly", "text": "Acme helps us all.", "date": "2018-08-06"}]
    found = client.post("/v1/slant", json={"target": "Acme", "articles": articles, "shrink": True})
    body = found.json()
    SlantOut.model_validate(body)
    assert [(o["outlet"], o["slant"], o["sentences"]) for o in body["outlets"]] == [
        ("The Daily", pytest.approx(0.1), 2),
        ("The Weekly", 1.0, 1),
    ]
    assert "95%" in body["estimand"] and body["differences"] is not None


def test_slants_that_cannot_be_are_told_why(client):
    nothing = {"target": "Bolt", "articles": [ARTICLE]}
    assert "no article has a sentence about Bolt" in problem(client.post("/v1/slant", json=nothing), 422)["detail"]
    both = {"target": "Acme", "articles": [ARTICLE], "matched": True, "by": "week"}
    assert "matched" in problem(client.post("/v1/slant", json=both), 422)["detail"]
    nobody = {"target": "Acme", "articles": [ARTICLE], "sources": ["Nobody"]}
    assert "The Daily" in problem(client.post("/v1/slant", json=nobody), 422)["detail"]


def test_a_job_from_upload_to_report(client):
    files = [
        ("files", ("a.csv", b"outlet,text\nDaily,Acme lied to us all.\nWeekly,Acme helps us.\n")),
        ("files", ("b.txt", b"Acme.")),
    ]
    answer = client.post(
        "/v1/jobs",
        data={"target": "Acme", "alias": ["Acme Motors", "AM"], "by": "", "shrink": "true", "outlet": "Own"},
        files=files,
    )
    assert answer.status_code == 202 and answer.headers["location"] == answer.json()["links"]["self"]
    job = answer.json()
    assert (job["inputs"], job["order"]["aliases"], job["order"]["shrink"]) == (
        ["a.csv", "b.txt"],
        ["Acme Motors", "AM"],
        True,
    )
    done = ended(client, job["id"])
    assert done["state"] == "done" and done["finished"] >= done["started"] >= done["created"]
    links = done["links"]
    slants = client.get(links["slant"]).json()
    assert [o["outlet"] for o in slants["outlets"]] == ["Daily", "Own", "Weekly"]
    report = client.get(links["report"])
    assert report.headers["content-type"] == "text/html; charset=utf-8"
    assert report.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in report.headers["content-security-policy"]
    assert client.get(links["rejects"]).headers["content-type"].startswith("application/x-ndjson")
    assert client.get("/v1/jobs").json()["jobs"][0]["id"] == job["id"]
    assert client.delete(links["self"]).status_code == 204
    assert problem(client.get(links["self"]), 404)


def test_a_job_from_json_and_pages_of_the_list(client):
    ids = [client.post("/v1/jobs", json={"target": "Acme", "articles": [ARTICLE]}).json()["id"] for _ in range(3)]
    assert all(ended(client, i)["state"] == "done" for i in ids)
    first = client.get("/v1/jobs?limit=2").json()
    second = client.get(first["next"]).json()
    assert [j["id"] for j in first["jobs"] + second["jobs"]][:3] == ids[::-1]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"data": {"target": "Acme"}, "files": [("files", ("x.exe", b"x"))]}, "accepted are"),
        ({"data": {"target": "Acme"}}, "at least one"),
        ({"data": {"target": "Acme", "weight": "x"}, "files": [("files", ("x.txt", b"x"))]}, "/weight"),
        ({"data": {"targt": "Acme"}, "files": [("files", ("x.txt", b"x"))]}, "/target"),
        ({"json": {"target": "Acme", "addresses": ["/etc/passwd"]}}, "not a web address"),
        ({"json": {"target": "Acme", "addresses": ["file:///etc/passwd"]}}, "not a web address"),
        ({"json": {"target": "Acme", "articles": [{"text": "/etc/passwd"}]}}, "/articles/0/outlet"),
    ],
)
def test_jobs_that_cannot_be_are_told_why(client, given, says):
    given.setdefault("headers", {})
    if "data" in given and "files" not in given:
        given["files"] = [("other", ("x.txt", b"x"))]
    assert says in problem(client.post("/v1/jobs", **given), 422)["detail"]


def test_more_files_than_accepted(tmp_path):
    with serving(tmp_path, max_files=2) as client:
        files = [("files", (f"{i}.txt", b"Acme.")) for i in range(3)]
        assert problem(client.post("/v1/jobs", data={"target": "Acme"}, files=files), 400)


def test_an_upload_may_be_larger_than_a_request_and_has_its_own_limit(tmp_path):
    with serving(tmp_path, max_body=1_000, max_upload=50_000) as client:
        fits = client.post("/v1/jobs", data={"target": "Acme"}, files={"files": ("a.txt", b"Acme lied. " * 2_000)})
        assert fits.status_code == 202
        files = {"files": ("a.txt", io.BytesIO(b"Acme lied. " * 10_000))}
        assert problem(client.post("/v1/jobs", data={"target": "Acme"}, files=files), 413)
        assert not list((tmp_path / "incoming").iterdir())


def test_health_and_metrics(client):
    assert client.get("/healthz").json() == {"status": "ok", "model": "stub"}
    client.post("/v1/judgements", json={"target": "Acme", "sentences": ["Acme lied."] * 3})
    client.get("/v1/jobs/made-up")
    text = client.get("/metrics").text
    assert 'slantwise_requests_total{method="POST",route="/v1/judgements",status="200"}' in text
    assert 'route="/v1/jobs/{job_id}",status="404"' in text and "made-up" not in text
    assert 'slantwise_batch_sentences_bucket{le="4.0"}' in text and 'slantwise_jobs{state="done"}' in text


def test_a_server_whose_model_or_database_is_gone_says_so(tmp_path):
    with serving(tmp_path) as client:
        client.server.batcher.stop()
        assert problem(client.get("/healthz"), 503)
        assert problem(client.post("/v1/judgements", json={"target": "A", "sentences": ["x"]}), 503)
        for file in tmp_path.glob("slantwise.db*"):
            file.unlink()
        client.server.store.close()
        (tmp_path / "slantwise.db").mkdir()
        assert "database" in problem(client.get("/v1/jobs"), 503)["detail"]


def test_an_error_within_tells_nothing_of_itself(tmp_path):
    with serving(tmp_path) as client:
        found = problem(client.post("/v1/judgements", json={"target": "A", "sentences": ["broken by us"]}), 500)
        assert "ValueError" not in json.dumps(found)


def test_too_many_and_too_slow_are_told_to_come_back(tmp_path):
    stub = StubClassifier()
    with serving(tmp_path, stub, max_queue=2, request_seconds=0.3) as client:
        stub.hold.clear()
        body = {"target": "Acme", "sentences": ["Acme lied."]}
        slow = problem(client.post("/v1/judgements", json=body), 503)
        assert "0.3 s" in slow["detail"]
        waiting = client.server.batcher.submit([*_asked(), *_asked()])
        busy = client.post("/v1/judgements", json=body)
        assert problem(busy, 503) and int(busy.headers["retry-after"]) >= 1
        assert problem(client.post("/v1/slant", json={"target": "Acme", "articles": [ARTICLE]}), 503)
        stub.hold.set()
        assert waiting.result(10)
        assert client.post("/v1/judgements", json=body).status_code == 200


def _asked():
    from slantwise.server.batching import Asked
    from slantwise.targets import Target

    return [Asked("Acme lied.", Target.of("Acme"))]


def test_requests_at_once_share_batches_and_one_that_is_given_up_breaks_none(tmp_path):
    """Over ASGI, with one event loop, as they come in on a real server."""
    stub = StubClassifier()
    app = create_app(Settings(tmp_path), stub)

    async def run():
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
        ):
            stub.hold.clear()

            def ask(text):
                return asyncio.create_task(http.post("/v1/judgements", json={"target": "Acme", "sentences": [text]}))

            first = ask("Acme is first.")
            await asyncio.to_thread(until, lambda: stub.batches)
            others = [ask(f"Acme {'lied' if i % 2 else 'helps'} {i}.") for i in range(30)]
            gone = ask("Acme is gone.")
            await asyncio.to_thread(until, lambda: app.state.server.batcher.waiting == 31)
            gone.cancel()
            await asyncio.sleep(0.05)
            stub.hold.set()
            answers = await asyncio.gather(first, *others)
        assert [a.json()["judgements"][0]["score"] for a in answers[1:]] == [-0.8 if i % 2 else 1.0 for i in range(30)]

    asyncio.run(run())
    assert [len(b) for b in stub.batches] == [1, 30]


def test_a_body_that_does_not_come_is_not_waited_for(tmp_path):
    app = create_app(Settings(tmp_path, request_seconds=0.2), StubClassifier())

    async def slowly():
        yield b'{"target": '
        await asyncio.sleep(5)

    async def run():
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
        ):
            problem(await http.post("/v1/judgements", content=slowly(), headers=JSON), 408)

    asyncio.run(run())
