"""How many workers fit, silence that is told, errors in a line; without a cluster."""

import builtins
import time

import pytest

from slantwise.cluster import Workers, connected, told_in_a_line, watched, workers_for
from slantwise.records import InputError


@pytest.mark.parametrize(
    ("cpus", "gpus", "asked", "expected"),
    [
        (2, 0, None, Workers(1)),
        (4, 0, None, Workers(3)),
        (16, 0, None, Workers(14)),
        (4, 0, 2, Workers(2)),
        (4, 0, 3, Workers(3)),
        (16, 4, None, Workers(4, 1.0)),
        (2, 4, None, Workers(1, 1.0)),
        (16, 1, 3, Workers(3, 1 / 3)),
        (16, 2, 3, Workers(3, 1 / 2)),
    ],
)
def test_some_processors_are_left_for_reading(cpus, gpus, asked, expected):
    assert workers_for(cpus, gpus, asked) == expected


@pytest.mark.parametrize(
    ("cpus", "asked", "complaint"),
    [
        (1, None, "the cluster has 1 CPUs; at least 2 are needed"),
        (2, 2, "workers 2 are not accepted on a cluster of 2 CPUs, one of which must be left for reading; accepted are 1 to 1"),
        (4, 0, "accepted are 1 to 3"),
    ],
)  # fmt: skip
def test_what_would_wait_for_ever_is_refused(cpus, asked, complaint):
    with pytest.raises(InputError, match=complaint):
        workers_for(cpus, 0, asked)


def test_silence_is_told_and_what_comes_after_it_is_there():
    def slow():
        yield 1
        time.sleep(0.5)
        yield 2

    notes = []
    assert list(watched(slow(), lambda: "0 of 2 CPUs are free", notes.append, silence=0.1)) == [1, 2]
    assert notes
    assert notes[0].startswith("nothing has come from the cluster for 0 s; 0 of 2 CPUs are free")
    notes.clear()
    assert list(watched(range(500), str, notes.append)) == list(range(500))
    assert notes == []


def test_what_fails_while_it_is_watched_fails_here():
    def failing():
        yield 1
        raise InputError("no")

    found = watched(failing(), str, print)
    assert next(found) == 1
    with pytest.raises(InputError, match="no"):
        next(found)


class FakeRay:
    class exceptions:
        class RayError(Exception):
            pass


def test_an_error_from_another_machine_is_one_line():
    problem = FakeRay.exceptions.RayError("actor died\nadvice")
    with (
        pytest.raises(InputError, match=r"^the cluster failed \(RayError: actor died\); --resume goes on"),
        told_in_a_line(FakeRay),
    ):
        raise problem
    problem.cause = InputError("name another folder\nFailed after 1 attempt.")
    with pytest.raises(InputError, match=r"^name another folder$"), told_in_a_line(FakeRay):
        raise problem


def test_where_ray_cannot_be_had(monkeypatch):
    with (
        pytest.raises(InputError, match="ray://head:10001': Ray Client is not supported"),
        connected("ray://head:10001"),
    ):
        pass
    original = builtins.__import__

    def without_ray(name, *more):
        if name == "ray":
            raise ImportError
        return original(name, *more)

    monkeypatch.setattr(builtins, "__import__", without_ray)
    with pytest.raises(InputError, match=r"pip install 'slantwise\[ray\]'"), connected():
        pass
