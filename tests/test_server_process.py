"""`slantwise serve` as a process of its own: killed, stopped, several on one database; and what its flags refuse."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from serving import ended, free_port, private_postgres, until

from slantwise.cli import main

HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}", "HF_HUB_OFFLINE": "1"}


class Running:
    """A server process and a client of it."""

    def __init__(self, folder, delay, *flags):
        self.port = free_port()
        self.log = (folder.parent / f"log-{self.port}").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, HERE / "serve_stub.py", str(delay), "--folder", folder, "--port", str(self.port), *flags],
            env=ENVIRONMENT,
            stderr=self.log,
            stdout=self.log,
        )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        until(self._answers, 60)

    def _answers(self):
        assert self.process.poll() is None, Path(self.log.name).read_text()
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def close(self):
        self.http.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        self.log.close()


@contextmanager
def running(folder, delay, *flags):
    server = Running(folder, delay, *flags)
    try:
        yield server
    finally:
        server.close()


def order(http, articles, number=0):
    rows = [
        {"outlet": f"Outlet {i % 3}", "text": " ".join(f"Acme lied {number} {i} {j} times." for j in range(40))}
        for i in range(articles)
    ]
    text = "\n".join(map(json.dumps, rows)).encode()
    answer = http.post("/v1/jobs", data={"target": "Acme"}, files={"files": ("news.jsonl", text)})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def test_a_server_stopped_and_killed_in_jobs_loses_none_and_gives_the_answer_under_way(tmp_path):
    flags = ["--lease-seconds", "1"]
    with running(tmp_path / "served", 0.3, *flags) as server, ThreadPoolExecutor(1) as pool:
        jobs = [order(server.http, 40, number) for number in range(2)]
        until(lambda: server.http.get(f"/v1/jobs/{jobs[0]}").json()["progress"]["articles"])
        body = {"target": "Acme", "sentences": ["Acme lied."]}
        asked = pool.submit(server.http.post, "/v1/judgements", json=body)
        time.sleep(0.1)
        server.process.send_signal(signal.SIGTERM)
        assert asked.result(30).json()["judgements"][0]["score"] == -0.8
        assert server.process.wait(30) in (0, -signal.SIGTERM)
        assert "Traceback" not in Path(server.log.name).read_text()
    with running(tmp_path / "served", 0.1, *flags) as server:
        assert all_done(server.http, jobs) == [1, 1]
        killed = order(server.http, 40, 2)
        until(lambda: server.http.get(f"/v1/jobs/{killed}").json()["progress"]["articles"])
        server.process.kill()
        server.process.wait(30)
    with running(tmp_path / "served", 0, *flags) as server:
        assert all_done(server.http, [killed]) == [2]


@pytest.mark.postgres
def test_servers_of_one_database_share_its_jobs_and_take_over_from_one_that_was_killed(tmp_path):
    with private_postgres() as url:
        flags = ["--database", url, "--lease-seconds", "6"]
        with running(tmp_path / "served", 0.1, *flags) as one, running(tmp_path / "served", 0.1, *flags) as two:
            jobs = [order(one.http, 3, number) for number in range(6)]
            assert all_done(two.http, jobs) == [1] * 6
            counts = []
            for server in (one, two):
                text = server.http.get("/metrics").text
                counts.append(sum(float(x.split()[1]) for x in text.splitlines() if "job_seconds_count" in x))
            assert sum(counts) == 6 and min(counts) > 0
            # Longer than a server without work takes to look for some.
            jobs = [order(one.http, 150, number) for number in range(2)]
            until(lambda: all(two.http.get(f"/v1/jobs/{job}").json()["state"] == "running" for job in jobs))
            one.process.kill()
            assert sorted(all_done(two.http, jobs)) == [1, 2]


def all_done(http, jobs):
    """The attempts that jobs took, once all have ended with the right figures."""
    attempts = []
    for job in jobs:
        found = ended(http, job)
        assert found["state"] == "done", found
        slants = http.get(found["links"]["slant"]).json()["outlets"]
        assert sum(o["sentences"] for o in slants) == 40 * sum(o["articles"] for o in slants) > 0
        assert "<html" in http.get(found["links"]["report"]).text
        attempts.append(found["attempt"])
    return attempts


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--host", "0.0.0.0"], "--tokens-file"),
        (["--max-body", "0"], "max-body"),
        (["--port", "99999"], "port"),
        (["--database", "nonsense"], "SQLAlchemy URL"),
        (["--tokens-file", "/nowhere"], "tokens file"),
        (["--model", "/nowhere"], "/nowhere"),
    ],
)
def test_mistakes_are_one_line(tmp_path, capsys, monkeypatch, flags, says):
    from slantwise.classifier import StanceClassifier
    from slantwise.records import InputError

    def no_model(cls, model=None):
        raise InputError(f"{model}: no model")

    monkeypatch.setattr(StanceClassifier, "from_pretrained", classmethod(no_model))
    monkeypatch.delenv("SLANTWISE_TOKENS", raising=False)
    assert main(["serve", "--folder", str(tmp_path / "served"), *flags]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and says in error and error.count("\n") == 1
