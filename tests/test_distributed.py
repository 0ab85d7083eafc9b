"""The same run on a local cluster of two workers: equal figures, workers that are killed, runs that are resumed."""

import gc
import importlib.util
import json
import os
import signal
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import WordJudge
from test_cli import run

from slantwise.articles import read_articles
from slantwise.cli import main
from slantwise.cluster import Workers, connected
from slantwise.parts import part_names, read_judged
from slantwise.pipeline import score_outlets, sum_judged
from slantwise.progress import Progress
from slantwise.provenance import Provenance
from slantwise.records import InputError
from slantwise.runs import Run
from slantwise.targets import Target
from slantwise.units import units_of

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None, reason="ray is not installed: pip install 'slantwise[ray]'"
    ),
]

ACME = Target("Acme")
# Processes are begun when there is something for them to do, and run as readily as any: by default on a busy machine
# they would wait for all others.
LATE = {"prestart_worker_first_driver": False, "enable_worker_prestart": False, "worker_niceness": 0}
MADE = Provenance("Acme", options={"engine": "ray"})
HOW = ["Acme lied to the regulator", "Acme helps its customers", "Acme sells cars", "Acme lied, and Acme helps nobody"]
FILLING = " ".join(f"word{i}" for i in range(60))


@pytest.fixture(scope="module")
def ray():
    os.environ["OMP_NUM_THREADS"] = "1"
    # Workers must find the judges of this module.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    with connected("local", num_cpus=3, object_store_memory=150 * 2**20, _system_config=LATE) as ray:
        yield ray


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """Articles in JSONL and in Parquet of several row groups; some are in two files, word by word or nearly."""
    folder = tmp_path_factory.mktemp("news")
    rows = [
        {
            "text": f"{HOW[i % 4]} {i}. The weather on day {i} was fine. {HOW[i * 7 % 4]}, said reporter {i}. "
            * (1 + i % 3)
            if i % 5
            else f"The weather was fine on day {i}.",
            "outlet": f"Paper {i % 3}",
            "date": f"2023-0{1 + i // 3 % 3}-01",
            "title": f"Acme {i}",
        }
        for i in range(120)
    ]
    rows[70] |= {"text": rows[11]["text"], "outlet": rows[11]["outlet"]}
    rows[12]["text"] += FILLING
    rows[81] |= {"text": rows[12]["text"] + " More.", "outlet": rows[12]["outlet"]}
    rows[90]["text"] = ""
    with (folder / "a.jsonl").open("w") as file:
        for row in rows[:40]:
            print(json.dumps(row), file=file)
        print("not JSON", file=file)
    pq.write_table(pa.Table.from_pylist(rows[40:]), folder / "b.parquet", row_group_size=20)
    return folder


class FragileJudge(WordJudge):
    """Ends its process, or refuses, the first time it is asked anything once `count` other blocks have been judged."""

    def __init__(self, marker: Path, count: int, deadly: bool) -> None:
        super().__init__()
        self.marker, self.count, self.deadly = marker, count, deadly

    def predict(self, sentences, target, context):
        with self.marker.open("a") as file:
            file.write(".")
            asked = file.tell()
        if asked == self.count:
            if self.deadly:
                os.kill(os.getpid(), signal.SIGKILL)
            raise InputError("the model had enough")
        return super().predict(sentences, target, context)


def read(inputs, on_reject):
    return read_articles(inputs, on_reject=on_reject)


def on_ray(ray, news, folder, load=WordJudge, resume=False, progress=None, rejects=None, **how):
    from slantwise.distributed import RayRun
    from slantwise.remote import Job
    from slantwise.runs import tell_rejects

    units = list(units_of([str(news)], size=1_000))
    assert len(units) > 3
    with Run(folder, MADE, resume) as kept:
        job = Job(str(folder), ACME, MADE, read, load, block=4_000)
        on_cluster = RayRun(kept, job, units, ray, Workers(2))
        on_cluster.judge(print, progress or Progress(quiet=True))
        tell_rejects(folder, (rejects if rejects is not None else []).append)
        return on_cluster.slants(**how)


def equal(found, expected):
    assert [numbers(f) for f in found] == [pytest.approx(numbers(e), abs=1e-6) for e in expected]
    assert [(f.outlet, f.period, f.groups) for f in found] == [(e.outlet, e.period, e.groups) for e in expected]


def numbers(slant):
    return flat(asdict(slant))


def flat(value):
    if isinstance(value, dict):
        return [x for v in value.values() for x in flat(v)]
    if isinstance(value, tuple | list):
        return [x for v in value for x in flat(v)]
    return [float(value)] if isinstance(value, int | float) else []


def freed(ray):
    """Wait until the actors of a run that failed have let go of their processors; a command would have ended."""
    end = time.monotonic() + 30
    while ray.available_resources().get("CPU", 0) < 3 and time.monotonic() < end:
        gc.collect()
        time.sleep(0.2)


def here(news, rejects=None, **how):
    rejects = [] if rejects is None else rejects
    return score_outlets(read_articles([news], on_reject=rejects.append), ACME, WordJudge(), **how)


def test_the_same_figures_rejects_and_notes_as_on_one_machine_though_a_worker_is_killed(ray, news, tmp_path):
    rejects, expected_rejects, skipped, expected_skipped = [], [], [], []
    how = dict(by="month", shrink=True, prior_shift=(0.3, 0.4, 0.3))
    asked = tmp_path / "asked"
    load = partial(FragileJudge, asked, 4, True)
    found = on_ray(ray, news, tmp_path / "run", load, rejects=rejects, on_skip=skipped.append, **how)
    expected = here(news, expected_rejects, on_skip=expected_skipped.append, **how)
    equal(found, expected)
    assert len(found) == 9
    # The killed worker had asked in vain.
    assert asked.stat().st_size > len(part_names(tmp_path / "run"))
    assert sorted(map(str, rejects)) == sorted(map(str, expected_rejects))
    assert {r.why.name for r in rejects} == {"UNUSABLE", "DUPLICATE"}
    assert sum("nearly repeats" in r.reason for r in rejects) == 1
    assert skipped == expected_skipped
    # What takes all articles in one place is had from the parts.
    equal(sum_judged(read_judged(tmp_path / "run"), ACME, wire="once"), here(news, wire="once"))


def test_a_run_that_failed_goes_on(ray, news, tmp_path):
    folder = tmp_path / "run"
    with pytest.raises(InputError, match=r"^the model had enough$"):
        on_ray(ray, news, folder, partial(FragileJudge, tmp_path / "asked", 6, False))
    freed(ray)
    judged = part_names(folder)
    stamps = {name: (folder / "articles" / f"{name}.parquet").stat().st_mtime_ns for name in judged}
    assert len(judged) >= 2
    progress = Progress(quiet=True)
    equal(on_ray(ray, news, folder, resume=True, progress=progress), here(news))
    assert {n: (folder / "articles" / f"{n}.parquet").stat().st_mtime_ns for n in judged} == stamps
    assert progress.passed_over > 2
    assert progress.articles + progress.passed_over == 121
    with pytest.raises(InputError, match="began with other files"):
        on_ray(ray, folder / "judgements", folder, resume=True)


def test_the_command(ray, news, tmp_path, tiny_model, capsys):
    options = ["--articles", news, "--target", "Acme", "--model", tiny_model, "--json"]
    plain = run(capsys, lambda a: main(["score", *a]), *options)
    more = [*options, "--engine", "ray", "--output", tmp_path / "run"]
    status, _, err = run(capsys, lambda a: main(["score", *a]), *more, "--workers", 3)
    assert (status, "workers 3 are not accepted on a cluster of 3 CPUs" in err) == (2, True)
    found = run(capsys, lambda a: main(["score", *a]), *more, "--resume", "--workers", 2)
    assert found[0] == plain[0] == 0, found[2]
    for one, other in zip(json.loads(found[1])["outlets"], json.loads(plain[1])["outlets"], strict=True):
        assert flat(one) == pytest.approx(flat(other), abs=1e-6)
        assert (one["outlet"], one.keys()) == (other["outlet"], other.keys())
    judged = run(capsys, lambda a: main(["score", *a]), "--judged", tmp_path / "run", "--json")
    assert json.loads(judged[1])["outlets"] == json.loads(found[1])["outlets"]
    again = run(capsys, lambda a: main(["score", *a]), *more, "--resume", "--wire", "keep", "--matched")
    assert again[0] == 0
    status, _, err = run(capsys, lambda a: main(["score", *a]), *options, "--output", tmp_path / "run", "--resume")
    assert (status, "made with engine 'ray', not none" in err) == (2, True)
