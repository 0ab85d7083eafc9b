import io
import sys

import pytest

from slantwise.progress import Progress
from slantwise.records import Article


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


def judged(clock, number=100, seconds=1.0, sentences=2):
    for _ in range(number):
        clock.now += seconds
        yield Article("", "A"), [None] * sentences


def told(monkeypatch, stream, **options):
    monkeypatch.setattr(sys, "stderr", stream)
    clock = Clock()
    with Progress(clock=clock, **options) as progress:
        list(progress.watch(judged(clock)))
    return stream.getvalue()


def test_a_line_now_and_then_where_there_is_no_terminal(monkeypatch, capsys):
    assert told(monkeypatch, io.StringIO(), total=400).splitlines() == [
        "30 of 400 articles, 1.0 articles/s, 2.0 sentences/s, 6 min left",
        "60 of 400 articles, 1.0 articles/s, 2.0 sentences/s, 6 min left",
        "90 of 400 articles, 1.0 articles/s, 2.0 sentences/s, 5 min left",
    ]
    assert told(monkeypatch, io.StringIO()).splitlines()[0] == "30 articles, 1.0 articles/s, 2.0 sentences/s"
    assert capsys.readouterr().out == ""


def test_a_bar_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    shown = told(monkeypatch, Terminal(), total=400)
    assert "of 400 articles" in shown
    assert "articles/s" in shown
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in told(monkeypatch, Terminal(), total=400)


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_quiet_or_short_tells_nothing(monkeypatch, stream):
    assert told(monkeypatch, stream(), quiet=True) == ""
    monkeypatch.setattr(sys, "stderr", found := stream())
    clock = Clock()
    with Progress(clock=clock) as progress:
        list(progress.watch(judged(clock, 10, 0.2)))
    assert found.getvalue() == ""


@pytest.mark.parametrize(("number", "left"), [(140, "40 s"), (500, "7 min"), (30_100, "8 h 20 min")])
def test_how_long_it_takes_is_told_by_what_was_judged(number, left):
    clock = Clock()
    progress = Progress(total=number + 50, clock=clock)
    for _ in range(50):
        progress.passed()
    list(progress.watch(judged(clock)))
    assert progress.line() == f"150 of {number + 50:,} articles, 1.0 articles/s, 2.0 sentences/s, {left} left"


def test_what_is_passed_over_is_told_too(monkeypatch):
    monkeypatch.setattr(sys, "stderr", found := io.StringIO())
    clock = Clock()
    progress = Progress(total=90, clock=clock)
    for _ in range(40):
        clock.now += 1
        progress.passed()
    assert found.getvalue() == "30 of 90 articles read\n"
