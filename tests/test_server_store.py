"""Jobs in a database, on SQLite and on a real PostgreSQL: each is run once, none is lost."""

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from serving import private_postgres

from slantwise.records import InputError
from slantwise.server.store import Order, Progress, State, Store

ROOT = Path(__file__).parent.parent
ORDER = Order("Acme", aliases=("Acme \0 Motors", "Ａｃｍｅ"), level=0.9)


@pytest.fixture(scope="module")
def postgres():
    with private_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobs.db'}"
    url = request.getfixturevalue("postgres")
    store = Store(url)
    for job in store.list(1_000):
        store.delete(job.id)
    store.close()
    return url


@pytest.fixture
def store(url):
    store = Store(url)
    yield store
    store.close()


def add(store, name):
    return store.add(name, ORDER, ["a.csv"], ["https://daily.example/x"])


def test_a_job_comes_back_as_it_was_put_in(store):
    job = add(store, "one")
    assert job == store.get("one")
    assert (job.state, job.order, job.inputs, job.addresses) == (
        State.QUEUED,
        ORDER,
        ("a.csv",),
        ("https://daily.example/x",),
    )
    assert abs(job.created - time.time()) < 60
    assert store.get("two") is None and store.result("one") is None


def test_a_job_from_queue_to_result(store):
    add(store, "one")
    job = store.claim("w", 60)
    assert (job.id, job.state, job.attempt) == ("one", State.RUNNING, 1)
    assert store.claim("other", 60) is None
    assert store.renew(job, "w", 60, Progress(3, 20, 1))
    assert store.get("one").progress == Progress(3, 20, 1)
    assert store.finish(job, "w", {"outlets": [{"outlet": "a\0b", "slant": -0.25}]}, Progress(4, 30, 1))
    assert store.get("one").state is State.DONE and store.get("one").finished >= job.started
    assert store.result("one") == {"outlets": [{"outlet": "a\0b", "slant": -0.25}]}
    assert store.counts() == {State.QUEUED: 0, State.RUNNING: 0, State.DONE: 1, State.FAILED: 0}
    assert store.claim("w", 60) is None


@pytest.mark.parametrize("name", ["", "\0", "a\0b", "\ud800", "ü", "x" * 5_000, "' OR ''='"])
def test_ids_that_nobody_has_are_no_error(store, name):
    add(store, "one")
    assert store.get(name) is None and store.result(name) is None and not store.delete(name)
    assert store.list(before=name) == []


def test_the_oldest_goes_first_and_lists_have_the_newest_first(store):
    for name in "abcde":
        add(store, name)
        time.sleep(0.002)
    assert [j.id for j in store.list(2)] == ["e", "d"]
    assert [j.id for j in store.list(2, before="d")] == ["c", "b"]
    assert store.list(2, before="nobody") == []
    assert [store.claim("w", 60).id for _ in range(5)] == list("abcde")


def test_who_lost_a_job_can_write_nothing(store):
    add(store, "one")
    slow = store.claim("slow", 0.05)
    time.sleep(0.1)
    taken = store.claim("quick", 60)
    assert (taken.id, taken.attempt) == ("one", 2)
    assert not store.renew(slow, "slow", 60, Progress())
    assert not store.finish(slow, "slow", {}, Progress())
    assert not store.fail(slow, "slow", "x", Progress())
    assert not store.release(slow, "slow")
    assert store.finish(taken, "quick", {"ok": 1}, Progress())


def test_a_job_put_back_counts_as_not_started(store):
    add(store, "one")
    assert store.release(store.claim("w", 60), "w")
    assert (store.get("one").state, store.get("one").attempt) == (State.QUEUED, 0)
    assert store.claim("w", 60).attempt == 1


def test_a_job_that_ends_every_server_is_given_up(store):
    add(store, "one")
    add(store, "two")
    for _ in range(3):
        assert store.claim("w", 0.01).id == "one"
        time.sleep(0.03)
    assert store.claim("w", 60, max_attempts=3).id == "two"
    assert store.get("one").state is State.FAILED and "3 times" in store.get("one").error


def test_a_deleted_job_is_told_to_its_holder(store):
    add(store, "one")
    job = store.claim("w", 60)
    assert store.delete("one") and not store.delete("one")
    assert not store.renew(job, "w", 60, Progress())


CLAIM_ALL = """
import sys, time
from slantwise.server.store import Store
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
while (job := store.claim(sys.argv[2], 60)) is not None:
    print(job.id)
    time.sleep(0.02)  # the work, in which others claim
"""


def test_servers_of_one_database_never_run_a_job_twice(url, store):
    """Two processes and two threads here claim from one queue at once."""
    names = [f"job-{i:02}" for i in range(40)]
    for name in names:
        add(store, name)
    found, lock = [], threading.Lock()

    def claim(worker):
        while (job := store.claim(worker, 60)) is not None:
            with lock:
                found.append(job.id)
            time.sleep(0.02)

    command = [sys.executable, "-c", CLAIM_ALL, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    processes = [subprocess.Popen([*command, f"p{i}"], **pipes) for i in range(2)]
    assert all(p.stdout.readline() == "ready\n" for p in processes)
    threads = [threading.Thread(target=claim, args=(f"t{i}",)) for i in range(2)]
    for p in processes:
        p.stdin.write("go\n")
        p.stdin.flush()
    for thread in threads:
        thread.start()
    outputs = [p.communicate(timeout=60)[0].split() for p in processes]
    for thread in threads:
        thread.join(60)
    assert [p.returncode for p in processes] == [0, 0]
    assert any(outputs)
    assert sorted(found + [x for o in outputs for x in o]) == names


def test_two_servers_may_make_the_tables_at_once(tmp_path):
    problems = []

    def make():
        try:
            Store(tmp_path / "new.db").close()
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert problems == []


@pytest.mark.parametrize(
    ("database", "says"),
    [
        ("nonsense", "not an SQLAlchemy URL"),
        ("nosuch://x", "not an SQLAlchemy URL"),
        ("mysql+pymysql://user:secret@localhost/x", "driver is not installed"),
        ("sqlite:////nowhere/at/all.db", "cannot be used"),
        (Path("/proc/nothing.db"), "cannot be used"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line_without_its_password(database, says):
    with pytest.raises(InputError, match=says) as raised:
        Store(database)
    assert "\n" not in str(raised.value) and "secret" not in str(raised.value)


def test_tables_of_another_version_are_refused(tmp_path):
    Store(tmp_path / "jobs.db").close()
    with sqlite3.connect(tmp_path / "jobs.db") as connection:
        connection.execute("UPDATE slantwise_version SET version = 9")
    with pytest.raises(InputError, match="version 9"):
        Store(tmp_path / "jobs.db")
