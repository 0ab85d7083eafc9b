"""Jobs: what goes in comes out scored, whatever happens to the server meanwhile."""

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from serving import ARTICLE, StubClassifier, ended, serving, until

from slantwise.pipeline import score_outlets
from slantwise.records import Article, InputError
from slantwise.report import as_json
from slantwise.server.batching import Busy
from slantwise.server.jobs import Upload
from slantwise.server.orders import Order, State
from slantwise.slant import estimand

ACME = Order("Acme")


def lines(count=1, outlet="The Daily"):
    rows = [
        {"outlet": f"{outlet} {i % 3}", "text": f"Acme lied {i} times to us all. Acme helps {i} people."}
        for i in range(count)
    ]
    return io.BytesIO("\n".join(map(json.dumps, rows)).encode())


def test_a_job_gives_what_the_command_gives(tmp_path, word_judge):
    with serving(tmp_path) as client:
        job = client.server.jobs.submit(ACME, [Upload("news.jsonl", lines(30))])
        found = ended(client, job.id)
        result = client.server.store.result(job.id)
    articles = [Article(json.loads(x)["text"], json.loads(x)["outlet"]) for x in lines(30).read().decode().splitlines()]
    slants = score_outlets(articles, "Acme", word_judge)
    expected = json.loads(as_json(slants, "Acme", "stub", estimand("article", 0.95, None)))
    assert result == expected
    assert found["state"] == "done" and found["progress"] == {"articles": 30, "sentences": 60, "rejects": 0}


def test_uploads_articles_and_folders_in_one_job(tmp_path):
    sent = [
        Upload("saved/Weekly/a.txt", io.BytesIO(b"Acme lied to us all, they said.")),
        Upload("saved/x.png", io.BytesIO(b"x")),
    ]
    sent.append(Upload("bad.jsonl", io.BytesIO(b'{"text": "Acme.", "outlet": 5\n')))
    with serving(tmp_path) as client:
        job = client.server.jobs.submit(
            ACME, sent, [Article("Acme helps us all.", "Sheet"), Article("Nothing.", "Sheet")]
        )
        assert ended(client, job.id)["state"] == "done"
        outlets = [o["outlet"] for o in client.server.store.result(job.id)["outlets"]]
        rejects = client.get(f"/v1/jobs/{job.id}/rejects").text
        report = client.get(f"/v1/jobs/{job.id}/report").text
    assert sorted(outlets) == ["Sheet", "Weekly"]
    rows = [json.loads(line) for line in rejects.splitlines()]
    assert {(r["input"], r["kind"]) for r in rows} == {
        ("x.png", "unusable"), ("bad.jsonl, line 1", "unusable"), ("articles.jsonl, line 2", "left_out"),
    }  # fmt: skip
    assert str(tmp_path) not in rejects and str(tmp_path) not in report and "<html" in report


def test_an_error_a_user_can_mend_is_told_without_the_servers_paths(tmp_path):
    with serving(tmp_path) as client:
        job = client.server.jobs.submit(ACME, [Upload("a.txt", io.BytesIO(b"Nothing here is about it."))])
        found = ended(client, job.id)
        assert found["state"] == "failed" and "no article has a sentence about Acme" in found["error"]
        assert client.get(f"/v1/jobs/{job.id}/slant").status_code == 409
        assert found["links"]["rejects"] and client.get(found["links"]["rejects"]).text


def test_an_error_of_ours_is_not_told_in_full(tmp_path):
    with serving(tmp_path) as client:
        job = client.server.jobs.submit(ACME, articles=[Article("Acme is broken by us.", "x")])
        assert "(ValueError)" in ended(client, job.id)["error"]


def test_a_stop_puts_the_job_back_and_the_next_server_runs_it(tmp_path):
    stub = StubClassifier()
    with serving(tmp_path, stub, grace_seconds=5) as client:
        stub.hold.clear()
        job = client.server.jobs.submit(ACME, [Upload("news.jsonl", lines(3))])
        until(lambda: stub.batches)
        store, stop = client.server.store, client.server.jobs.stop
        stop()
        assert (store.get(job.id).state, store.get(job.id).attempt) == (State.QUEUED, 0)
        stub.hold.set()
    with serving(tmp_path) as client:
        assert ended(client, job.id)["state"] == "done"


def test_a_job_whose_server_is_gone_is_taken_over(tmp_path):
    with serving(tmp_path, job_workers=1) as client:
        client.server.jobs.stop()
        job = client.server.jobs.submit(ACME, [Upload("news.jsonl", lines(3))])
        assert client.server.store.claim("gone", 0.2).id == job.id
    with serving(tmp_path, lease_seconds=0.4) as client:
        assert ended(client, job.id)["attempt"] == 2


def test_a_job_deleted_while_it_runs_stops_and_leaves_nothing(tmp_path):
    stub = StubClassifier()
    with serving(tmp_path, stub, lease_seconds=0.4) as client:
        stub.hold.clear()
        job = client.server.jobs.submit(ACME, [Upload("news.jsonl", lines(3))])
        until(lambda: stub.batches)
        assert client.delete(f"/v1/jobs/{job.id}").status_code == 204
        until(lambda: not client.server.jobs._runs)
        stub.hold.set()
        assert client.get(f"/v1/jobs/{job.id}").status_code == 404
        assert not list((tmp_path / "jobs").iterdir())
        other = client.server.jobs.submit(ACME, [Upload("news.jsonl", lines(3))])
        assert ended(client, other.id)["state"] == "done"


def test_progress_is_told_while_it_runs(tmp_path):
    stub = StubClassifier()
    with serving(tmp_path, stub, lease_seconds=0.4) as client:
        stub.hold.clear()
        job = client.server.jobs.submit(ACME, [Upload("news.jsonl", lines(300))])
        found = until(lambda: (j := client.get(f"/v1/jobs/{job.id}").json())["progress"]["articles"] > 100 and j)
        assert found["state"] == "running"
        stub.hold.set()
        assert ended(client, job.id)["progress"]["sentences"] == 600


@pytest.mark.parametrize(
    ("settings", "given", "says"),
    [
        ({"max_job_articles": 5}, {"uploads": 6}, "more than 5 articles"),
        ({"job_seconds": 1e-6}, {"uploads": 3}, "takes longer"),
    ],
)
def test_a_job_that_is_too_large_fails_with_its_limit(tmp_path, settings, given, says):
    with serving(tmp_path, **settings) as client:
        job = client.server.jobs.submit(ACME, [Upload("news.jsonl", lines(given["uploads"]))])
        assert says in ended(client, job.id)["error"]


@pytest.mark.parametrize(
    ("settings", "order", "given", "says"),
    [
        ({}, Order("Acme"), {}, "at least one"),
        ({}, Order(" "), {"addresses": ["https://x.example"]}, "empty"),
        ({}, Order("Acme", weight="x"), {"addresses": ["https://x.example"]}, "accepted are article"),
        ({}, Order("Acme", level=1.0), {"addresses": ["https://x.example"]}, "level"),
        ({}, Order("Acme", columns="x"), {"addresses": ["https://x.example"]}, "x"),
        ({}, Order("Acme", matched=True, by="week"), {"addresses": ["https://x.example"]}, "matched"),
        ({}, ACME, {"addresses": ["/etc/passwd"]}, "not a web address"),
        ({}, ACME, {"addresses": ["s3://bucket/x"]}, "not a web address"),
        ({}, ACME, {"addresses": ["file:///etc/passwd"]}, "not a web address"),
        ({}, ACME, {"addresses": ["-"]}, "not a web address"),
        ({"fetch": False}, ACME, {"addresses": ["https://x.example"]}, "not fetched by this server"),
        ({"max_addresses": 1}, ACME, {"addresses": ["https://x.example"] * 2}, "at most 1"),
    ],
)
def test_orders_that_could_only_fail_are_refused(tmp_path, settings, order, given, says):
    with serving(tmp_path, **settings) as client, pytest.raises(InputError, match=says):
        client.server.jobs.submit(order, **given)


def test_a_full_queue_is_busy(tmp_path):
    with serving(tmp_path, max_jobs=1) as client:
        client.server.jobs.stop()
        client.server.jobs.submit(ACME, articles=[Article("Acme.", "x")])
        with pytest.raises(Busy):
            client.server.jobs.submit(ACME, articles=[Article("Acme.", "x")])
        answer = client.post("/v1/jobs", json={"target": "Acme", "articles": [ARTICLE]})
        assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0


@pytest.fixture
def private_site():
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<p>Acme lied to the whole private network.</p>")

        def log_message(self, *given):
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}", asked
    site.shutdown()
    site.server_close()


@pytest.mark.parametrize("fetch", [True, False])
def test_private_addresses_are_never_fetched_however_they_come_in(tmp_path, private_site, fetch):
    site, asked = private_site
    listed = [
        Upload("list.urls", io.BytesIO(f"{site}/a".encode())),
        Upload("list.txt", io.BytesIO(f"{site}/b".encode())),
    ]
    feed = f"<rss version='2.0'><channel><item><title>x</title><link>{site}/c</link></item></channel></rss>"
    listed.append(Upload("feed.rss", io.BytesIO(feed.encode())))
    with serving(tmp_path, fetch=fetch) as client:
        job = client.server.jobs.submit(ACME, listed, [Article("Acme lied.", "x")], [f"{site}/d"] if fetch else [])
        assert ended(client, job.id)["state"] == "done"
        rejects = [json.loads(x) for x in client.get(f"/v1/jobs/{job.id}/rejects").text.splitlines()]
    assert asked == []
    assert len(rejects) == (4 if fetch else 3)
