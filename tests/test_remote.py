"""What a machine does of a run, in this process: blocks, parts, tries, sums."""

import json
from dataclasses import replace

import pytest
from conftest import WordJudge

from slantwise.articles import read_articles
from slantwise.parts import part_names, read_judged
from slantwise.pipeline import judge_articles, sum_judged
from slantwise.provenance import Provenance
from slantwise.records import InputError
from slantwise.remote import RETRIES, Job, Judging, added, marks, read_unit
from slantwise.targets import Target
from slantwise.units import LISTING, units_of

ACME = Target("Acme")


def read(inputs, on_reject):
    return read_articles(inputs, on_reject=on_reject)


@pytest.fixture
def job(tmp_path):
    import hashlib

    (tmp_path / "run" / "units").mkdir(parents=True)
    (tmp_path / "run" / "units" / LISTING).write_text("[]")
    digest = hashlib.sha256(b"[]").hexdigest()
    return Job(str(tmp_path / "run"), ACME, Provenance("Acme"), read, WordJudge, block=400, listing=digest)


@pytest.fixture
def unit(tmp_path):
    rows = [{"text": f"Acme lied {i} times. Acme helps {i} people.", "outlet": f"Paper {i % 2}"} for i in range(20)]
    lines = [json.dumps(row) for row in rows]
    (tmp_path / "news.jsonl").write_text("\n".join([*lines[:10], "not JSON", *lines[10:], "nor this"]))
    (unit,) = units_of([str(tmp_path / "news.jsonl")])
    return unit


def judged(job, unit):
    judge = Judging(job)
    return [row for read in read_unit(7, unit, job) for row in judge(read).to_pylist()]


def test_blocks_become_parts_and_are_passed_over_when_they_are_there(job, unit):
    rows = judged(job, unit)
    assert [row["block"] for row in rows] == list(range(len(rows)))
    assert [row["end"] for row in rows] == [False] * (len(rows) - 1) + [True]
    assert part_names(job.folder) == [f"part-00000007-{n:08}" for n in range(len(rows) - 1)]
    assert sum(row["articles"] for row in rows) == 20
    assert sum(row["sentences"] for row in rows) == 40
    assert [r["origin"][-7:] for row in rows for r in row["rejects"]] == ["line 11", "line 22"]
    assert list(read_judged(job.folder)) == list(judge_articles(read(unit.inputs, print), ACME, WordJudge()))
    (again, *_, last) = judged(job, unit)
    assert (again["judged"], last["rejects"]) == (False, rows[-1]["rejects"])
    tally, seen, skipped = added(job.folder, ACME, None, None, None, part_names(job.folder))
    assert (seen, skipped) == ({"Paper 0", "Paper 1"}, [])
    slants = sum_judged(read_judged(job.folder), ACME)
    assert [s.slant for s in tally.slants()] == [s.slant for s in slants]


def test_a_part_of_other_articles_is_made_anew(job, unit):
    judged(job, unit)
    other = replace(job, block=800)
    assert all(row["judged"] for row in judged(other, unit)[:-1])


def test_marks_are_of_judged_articles(job, unit):
    judged(job, unit)
    found = marks(job.folder, part_names(job.folder))
    assert [m.origin[-6:] for m in found[:3]] == ["line 1", "line 2", "line 3"]
    assert len({m.marks[0] for m in found}) == 20


def test_a_block_that_ends_its_judges_is_not_tried_for_ever(job, unit):
    class Failing(WordJudge):
        def predict(self, sentences, target, context):
            raise RuntimeError

    judge = Judging(replace(job, load=Failing))
    block = next(read_unit(0, unit, job))
    for _ in range(RETRIES + 1):
        with pytest.raises(RuntimeError):
            judge(block)
    with pytest.raises(InputError, match="6 workers that judged it died"):
        judge(block)


def test_a_machine_that_sees_another_folder_or_has_another_version_refuses(job, tmp_path):
    with pytest.raises(InputError, match="is not the same folder on every machine"):
        Judging(replace(job, folder=str(tmp_path)))
    with pytest.raises(InputError, match="all must have the same"):
        Judging(replace(job, provenance=Provenance("Acme", version="0.0.0")))
