"""What the tests of the server share: a stub classifier, settings, a server in this process, a private PostgreSQL."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import judgement
from starlette.testclient import TestClient

from slantwise.server import Settings, create_app

ARTICLE = {"outlet": "The Daily", "text": "Acme lied to its drivers, the regulator said. Acme helps its town."}


class StubClassifier:
    """Judges by two words; `hold` keeps it from answering, `batches` are the texts it was asked for together."""

    name = "stub"
    shares = (0.3, 0.4, 0.3)

    def __init__(self, delay=0.0):
        self.delay = delay
        self.batches = []
        self.hold = threading.Event()
        self.hold.set()

    def predict(self, sentences, target, context=None, spans=None):
        self.batches.append(list(sentences))
        assert self.hold.wait(20)
        time.sleep(self.delay)
        if any("broken by us" in s for s in sentences):
            raise ValueError("broken")
        return [judgement(("helps" in s) - 0.8 * ("lied" in s)) for s in sentences]


@contextmanager
def serving(folder, classifier=None, **settings):
    """A client of a server in this process, which is started and stopped."""
    app = create_app(Settings(folder, **settings), classifier or StubClassifier())
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        client.server = app.state.server
        yield client


def until(true, seconds=20.0):
    """What `true` gives once it is so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = true()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not so within {seconds} s")


def ended(client, job_id):
    """The job, once it has ended."""
    return until(lambda: (job := client.get(f"/v1/jobs/{job_id}").json())["state"] in ("done", "failed") and job)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def postgres_programs():
    """The folder of PostgreSQL's programs; Debian keeps them off the path."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((f for f in reversed(found) if (f / "initdb").exists()), None)


@contextmanager
def private_postgres():
    """The URL of a database in a cluster of its own, which is removed; servers do not run as root."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="slantwise-pg-"))
    if user:
        shutil.chown(folder, "postgres", "postgres")

    def run(*words):
        done = subprocess.run([programs / words[0], *words[1:]], capture_output=True, text=True, cwd=folder, **user)
        assert done.returncode == 0, done.stderr

    data = folder / "data"
    try:
        run("initdb", "-D", data, "-U", "slantwise", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
        options = f"-c listen_addresses='' -c fsync=off -c unix_socket_directories={folder}"
        run("pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start")
        try:
            yield f"postgresql+psycopg://slantwise@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
