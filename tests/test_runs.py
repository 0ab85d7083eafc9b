"""Runs that are killed at any moment and go on."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import WordJudge
from hypothesis import given, settings
from hypothesis import strategies as st
from interrupted import ACME, BLOCK, MADE, BatchJudge, go_on

from slantwise.articles import read_articles
from slantwise.cli import main
from slantwise.corpus import sentence_hash
from slantwise.parts import part_names, read_judged, write_part
from slantwise.pipeline import judge_articles, score_outlets, sum_judged
from slantwise.records import Article, InputError
from slantwise.report.collector import Collector
from slantwise.runs import BLOCK as DEFAULT
from slantwise.runs import Run, blocks, is_finished, read_run

ROOT = Path(__file__).parent.parent
SHARED = "Acme lied to the court about the leak of oil in May, the wire said."
LABELLED = "Acme sells cars in the north."


def news(path, number=150):
    """Articles of five outlets with all that can happen to them: copies, duplicates, what is broken or about others."""
    things = "harbour bakery railway orchard quarry library ferry mill chapel market".split()
    last = ("", "")
    with path.open("w") as file:
        for i in range(number):
            thing, verb = things[i * 7 % 10], ["lied", "helps", "is fined", "grows"][i % 4]
            text = f"Acme {verb} at the {thing} number {i}, said the mayor of town {i % 9}. {LABELLED} "
            text += " ".join(f"The {t} of the {thing} opened in {1900 + i}." for t in things[: i % 5 + 2])
            text += f" {SHARED}" * (i % 6 == 0)
            row = {
                "text": text,
                "outlet": f"Outlet {i % 5}",
                "title": f"Acme {verb}, {i}",
                "url": f"u:{i}",
                "date": f"2020-{i % 12 + 1:02d}-03",
            }
            if i % 10 == 3:
                row["text"] = text.replace("Acme", "Nobody")
                row["title"] = "Of others"
            if i % 25 == 7:
                del row["text"]
            if i % 30 == 9:
                row["text"] = (
                    "Das Wetter wird morgen schön und die Sonne scheint über den Bergen, sagt der Wetterdienst. " * 3
                )
            if i % 20 == 19:
                row["text"], row["outlet"] = last
            if i % 50 == 11:
                row["date"] = "03/04/2018"
            last = (row.get("text", ""), row["outlet"])
            print(json.dumps(row), file=file)
    return path


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    return news(tmp_path_factory.mktemp("news") / "news.jsonl")


@pytest.fixture(scope="module")
def whole(paper, tmp_path_factory):
    """A run that was never interrupted."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    go_on(paper, folder)
    return folder


def contents(folder):
    """Every file of a run, Parquet as its table."""
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.name != ".lock")
    return {str(f.relative_to(folder)): pq.read_table(f) if f.suffix == ".parquet" else f.read_text() for f in files}


def figures(judged, file, **options):
    notes, report = [], Collector(most_articles=40)
    slants = sum_judged(judged, ACME, labels=file, on_skip=report.noting(notes.append), on_judged=report.add, **options)
    return slants, notes, report.shown(), report.extremes(), report.messages, report.months("article", 0.95, 0)


def labels(path, urls=range(40)):
    rows = [
        {
            "url": f"u:{i}",
            "hash": sentence_hash(LABELLED),
            "stance": ["accusatory", "neutral"][i % 2],
            "probability": 0.5,
        }
        for i in urls
        if i % 10 not in (3, 9) and i % 25 != 7
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


OPTIONS = [
    dict(shrink=True, prior_shift=(0.3, 0.4, 0.3)),
    dict(wire="once", matched=True),
    dict(wire="drop", weight="sentence", prior_shift=(0.3, 0.4, 0.3), shrink=True),
    dict(by="month", wire="keep"),
]


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_again_and_again_it_ends_as_if_it_never_had_been(paper, whole, tmp_path, seed):
    command = [sys.executable, ROOT / "tests" / "interrupted.py", paper, tmp_path / "run", seed]
    found = subprocess.run(map(str, command), capture_output=True, text=True, timeout=600)
    assert (found.returncode, found.stderr) == (0, "")
    killed = json.loads(found.stdout)
    assert killed["at a moment"] + killed["before a file was in place"] >= 5, killed
    assert killed["with more kept"] >= 2, killed
    assert contents(tmp_path / "run") == contents(whole)
    file = labels(tmp_path / "labels.jsonl")
    for options in OPTIONS:
        assert figures(read_run(tmp_path / "run"), file, **options) == figures(read_run(whole), file, **options)


def test_the_run_that_is_compared_with_has_all_that_can_go_wrong_in_it(whole, paper):
    assert len(part_names(whole)) > 10
    rejected = []
    judged = list(read_run(whole, rejected.append))
    assert {r.why.name for r in rejected} == {"UNUSABLE", "LANGUAGE", "DUPLICATE"}
    assert len(judged) + len(rejected) == 150
    assert any(not pairs for _, pairs in judged)
    assert json.loads((whole / "finished.json").read_text()) == {"articles": len(judged)}


@pytest.mark.parametrize("options", OPTIONS)
def test_from_parts_the_figures_are_those_of_a_run_without(paper, tmp_path, options):
    """The stub does not look at what else is asked, so that both ask alike: every figure is equal to the last digit."""
    judge, notes, file = WordJudge(), [], labels(tmp_path / "l.jsonl")
    plain = score_outlets(
        read_articles([paper], on_reject=str), ACME, judge, labels=file, on_skip=notes.append, **options
    )
    with Run(tmp_path / "run", MADE, block=BLOCK) as run:
        judged = run.judged(lambda reject: read_articles([paper], on_reject=reject), ACME, judge)
        found, told, *_ = figures(judged, file, **options)
    assert found == plain
    assert told == notes


def test_rejections_are_told_again_when_a_finished_run_is_read(paper, tmp_path):
    first, again = [], []
    go_on(paper, tmp_path / "run", first.append)
    go_on("nowhere", tmp_path / "run", again.append)
    assert first == again
    assert len(first) > 10


class Never:
    def predict(self, sentences, target, context):
        raise AssertionError("judged again")


def test_a_finished_run_is_just_read(whole, paper):
    with Run(whole, MADE, resume=True) as run:
        assert run.finished
        judged = list(run.judged(Never(), ACME, Never()))
    assert judged == list(read_judged(whole))


def test_what_differs_is_named(whole):
    for other, complaint in (
        (replace(MADE, target="Zeta"), "the run there was made with target 'Acme', not 'Zeta'; --resume goes on only"),
        (replace(MADE, digest="d" * 64), "made with digest none, not 'ddd"),
        (replace(MADE, options={"language": ("de", "en")}), "made with language none, not 'de, en'"),
    ):
        with pytest.raises(InputError, match=complaint):
            Run(whole, other, resume=True)


def test_a_folder_that_is_not_empty_is_left_alone(whole, tmp_path):
    with pytest.raises(InputError, match="is not empty; name another folder, or --resume the run in it"):
        Run(whole, MADE)
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(InputError, match=r"holds 'thesis.docx', which is of no run; name another folder"):
        Run(tmp_path, MADE, resume=True)
    with pytest.raises(InputError, match="is a file; give a folder, or a name ending in"):
        Run(tmp_path / "thesis.docx", MADE)


def test_parts_that_are_made_elsewhere_in_any_order(paper, whole, tmp_path):
    """Killed with holes in what is there, it is filled up, and nothing that is there is written over."""

    def elsewhere(found, stop):
        for name, block in reversed(list(found)[stop:]):
            write_part(tmp_path / "run", name, judge_articles(block, ACME, BatchJudge()), MADE)

    def begun(keep):
        with Run(tmp_path / "run", MADE, resume=True, block=BLOCK) as run:
            return list(run.judged(lambda reject: read_articles([paper], on_reject=reject), ACME, keep=keep))

    begun(lambda found: elsewhere(found, 3))
    before = contents(tmp_path / "run")
    (tmp_path / "run" / "finished.json").unlink()
    judged = begun(lambda found: elsewhere(found, 0))
    after = contents(tmp_path / "run")
    assert all(after[name] == table for name, table in before.items() if name.endswith(".parquet"))
    assert len(after) > len(before)
    key = lambda pair: pair[0].origin  # noqa: E731
    assert sorted(judged, key=key) == sorted(read_judged(whole), key=key)
    assert sum_judged(iter(judged), ACME) == sum_judged(read_judged(whole), ACME)


def test_two_runs_do_not_write_to_one_folder(tmp_path):
    with Run(tmp_path / "run", MADE), pytest.raises(InputError, match="another run is writing there"):
        Run(tmp_path / "run", MADE, resume=True)
    with Run(tmp_path / "run", MADE, resume=True):
        pass


def test_a_run_that_fails_at_once_leaves_the_folder_to_the_next(tmp_path):
    with Run(tmp_path / "run", MADE) as run, pytest.raises(InputError, match="there is no such file"):
        list(run.judged(lambda reject: read_articles(["nowhere"]), ACME, WordJudge()))
    with Run(tmp_path / "run", MADE) as run:
        assert list(run.judged(lambda reject: [], ACME, WordJudge())) == []
    assert is_finished(tmp_path / "run")


def stopped_after(articles, number):
    for i, article in enumerate(articles):
        if i == number:
            raise KeyboardInterrupt
        yield article


several = st.lists(st.integers(0, 6), min_size=1, max_size=25)


@settings(max_examples=25)
@given(several, several, st.lists(st.integers(0, 25), max_size=3))
def test_what_came_is_judged_as_often_as_it_came(tmp_path_factory, numbers, later, stops):
    """Also where between two attempts the articles change: new ones are judged, and those that are gone are told."""
    folder = tmp_path_factory.mktemp("runs") / "run"

    def articles(numbers):
        return [Article(f"Acme lied {n} times. Acme is {'so ' * 30}old.", "A", title=f"T{n}") for n in numbers]

    notes = []
    for stop in stops:
        with Run(folder, MADE, resume=True, block=600) as run:
            if not run.finished:
                with suppress(KeyboardInterrupt):
                    list(run.judged(lambda reject: stopped_after(articles(numbers), stop), ACME, WordJudge()))  # noqa: B023
    done = [a.title for a, _ in read_judged(folder)]
    ended = is_finished(folder)
    with Run(folder, MADE, resume=True, block=600) as run:
        found = [
            a.title for a, _ in run.judged(lambda reject: articles(later), ACME, WordJudge(), on_note=notes.append)
        ]
    if ended:
        assert sorted(found) == sorted(f"T{n}" for n in numbers)
        return
    gone = list(done)
    for n in later:
        if f"T{n}" in gone:
            gone.remove(f"T{n}")
    assert sorted(found) == sorted([*gone, *(f"T{n}" for n in later)])
    assert notes == (
        [f"{len(gone)} articles judged before did not come again; they count as they were"] if gone else []
    )


def test_blocks_are_of_about_as_much_work():
    def articles():
        for i in range(40):
            yield Article(("Acme " if i % 2 else "Other ") * 1000, "AB"[i % 4 // 2])

    assert [len(b) for b in blocks(articles(), ACME, None, 12_000)] == [6, 6, 6, 6, 6, 6, 4]
    assert [len(b) for b in blocks(articles(), ACME, ["A"], 12_000)] == [8, 8, 8, 8, 8]
    assert [a for b in blocks(articles(), ACME, None, 12_000) for a in b] == list(articles())
    assert len(next(blocks((Article("", "A") for _ in range(10**9)), ACME))) == DEFAULT // 200


def test_the_command_killed_and_resumed(tmp_path, tiny_model, capsys, monkeypatch):
    """The command itself, with a model, killed as soon as it has kept something."""
    paper = news(tmp_path / "news.jsonl", 90)
    code = f"import sys, slantwise.runs as r; r.Run.__init__.__defaults__ = (False, {BLOCK}); from slantwise.cli import main; sys.exit(main(sys.argv[1:]))"
    options = [
        "score",
        "--articles",
        paper,
        "--target",
        "Acme",
        "--model",
        tiny_model,
        "--wire",
        "once",
        "--matched",
        "--json",
    ]

    def arguments(folder, *more):
        return [*map(str, [*options, "--rejects", tmp_path / f"{folder}.jsonl", "--output", tmp_path / folder]), *more]

    def command(folder, *more):
        return [sys.executable, "-c", code, *arguments(folder, *more)]

    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command("run"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    while not part_names(tmp_path / "run") and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    kept = len(part_names(tmp_path / "run"))
    assert main(arguments("run")) == 2
    assert "is not empty; name another folder, or --resume the run in it" in capsys.readouterr().err
    found = subprocess.run(command("run", "--resume"), capture_output=True, text=True, env=environment)
    monkeypatch.setattr("slantwise.runs.Run.__init__.__defaults__", (False, BLOCK))
    assert (main(arguments("whole")), found.returncode) == (0, 0), found.stderr
    assert 0 < kept < len(part_names(tmp_path / "run"))
    assert found.stdout == capsys.readouterr().out
    assert (tmp_path / "run.jsonl").read_text() == (tmp_path / "whole.jsonl").read_text()
    assert contents(tmp_path / "run") == contents(tmp_path / "whole")
