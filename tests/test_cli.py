"""The scripts as users run them: what they print, where, and with which exit status."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from slantwise.cli import evaluate, main, train

ROOT = Path(__file__).parent.parent


@pytest.fixture
def news(tmp_path):
    for outlet, text in (
        ("Accuser", "Acme lied to its users. Acme lied in court."),
        ("Defender", "Acme helps its users."),
    ):
        (tmp_path / "news" / outlet).mkdir(parents=True)
        (tmp_path / "news" / outlet / "a.txt").write_text(text)
    return tmp_path / "news"


def run(capsys, command, *arguments):
    status = command([str(a) for a in arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, out, err


def test_table(capsys, news, tiny_model):
    status, out, err = run(capsys, evaluate, "--source", "--articles", news, "--target", "Acme", "--model", tiny_model)
    assert status == 0
    assert "Slant toward Acme" in out
    assert "Accuser" in out
    assert err == ""


def test_json_is_alone_on_stdout_and_warnings_go_to_stderr(capsys, news, tiny_model):
    (news / "Accuser" / "b.txt").write_bytes(b"\xff")
    (news / "Accuser" / "c.txt").write_text("The weather was fine.")
    status, out, err = run(
        capsys, evaluate, "--source", "--json", "--articles", news, "--target", "Acme", "--model", tiny_model
    )
    found = json.loads(out)
    assert status == 0
    assert (found["target"], found["model"]) == ("Acme", str(tiny_model))
    assert {o["outlet"] for o in found["outlets"]} == {"Accuser", "Defender"}
    assert all(-1 <= o["low"] <= o["slant"] <= o["high"] <= 1 for o in found["outlets"])
    assert len(err.splitlines()) == 3
    assert "line 1: byte 0xff is not UTF-8" in err
    assert "c.txt: no sentence is about Acme; left out" in err
    assert "inputs that were not used: 2 (1 could not be used, 1 left out of the scores)" in err


def test_flags_of_the_articles(capsys, tmp_path, tiny_model):
    table, rejects = tmp_path / "a.csv", tmp_path / "rejects.jsonl"
    table.write_text("leib,paper\nAcme lied to its users.,A\nAcme lied to its users.,A\n,B\nAcme helps its users.,B\n")
    options = ("--articles", table, "--columns", "text=leib,outlet=paper", "--rejects", rejects, "--language", "any")
    status, out, err = run(capsys, evaluate, "--json", "--target", "Acme", "--model", tiny_model, *options)
    assert status == 0
    assert {o["outlet"]: o["articles"] for o in json.loads(out)["outlets"]} == {"A": 1, "B": 1}
    assert [json.loads(line)["kind"] for line in rejects.read_text().splitlines()] == ["duplicate", "unusable"]
    assert err == (f"warning: inputs that were not used: 2 (1 could not be used, 1 a duplicate); listed in {rejects}\n")


def test_labels_shrinkage_and_prior_shift(capsys, news, tiny_model, tmp_path):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    options = ("--articles", news, "--target", "Acme", "--model", model)
    status, _, err = run(capsys, evaluate, *options, "--prior-shift")
    assert status == 2
    assert "calibration.json does not hold the shares of the stances, which --prior-shift needs" in err
    (model / "calibration.json").write_text('{"shares": {"accusatory": 0.3, "neutral": 0.5, "defending": 0.2}}')
    labels = tmp_path / "labels.csv"
    labels.write_text(f"origin,start,end,stance,probability\n{news / 'Accuser' / 'a.txt'},0,23,accusatory,0\n")
    status, _, err = run(capsys, evaluate, *options, "--labels", labels)
    assert status == 2
    assert f"{labels}, line 2: probability '0' is not a number above 0 and up to 1" in err
    labels.write_text(labels.read_text().replace(",0\n", ",1\n"))
    status, out, err = run(capsys, evaluate, *options, "--json", "--shrink", "--prior-shift", "--labels", labels)
    assert (status, err) == (0, "")
    accuser = next(o for o in json.loads(out)["outlets"] if o["outlet"] == "Accuser")
    assert accuser["correction"]["sentences"] == 1
    assert accuser["correction"]["rectifier"] == "none"
    assert accuser["shrunk"] is None
    assert accuser["prior_shifted"]["low"] < accuser["prior_shifted"]["high"]


def test_sources_and_aliases(capsys, news, tiny_model):
    options = ("--json", "--articles", news, "--model", tiny_model)
    _, out, _ = run(capsys, evaluate, "--source", "Defender", "--target", "Acme", *options)
    assert [o["outlet"] for o in json.loads(out)["outlets"]] == ["Defender"]
    status, out, _ = run(capsys, evaluate, "--target", "Zeta", "--alias", "Acme", *options)
    assert status == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--articles", "nowhere"], "nowhere: there is no such file or folder"),
        (
            ["--source", "Post", "--target", "Acme"],
            "source 'Post' is not among the articles' outlets; known are Accuser, Defender",
        ),
        (["--target", "Zeta"], "no article has a sentence about Zeta"),
        (["--target", " "], "target ' ' is empty"),
        (["--target", "Acme", "--level", "95"], "level 95.0 is not between 0 and 1"),
        (["--target", "Acme", "--model", "nowhere"], "nowhere: there is no such folder"),
    ],
)
def test_mistakes_are_one_line(capsys, news, tiny_model, arguments, complaint):
    options = [x for x in ("--articles", news, "--model", tiny_model) if x]
    status, out, err = run(capsys, evaluate, *options, *arguments)
    assert status == 2
    assert out == ""
    assert err.splitlines()[-1].startswith("error: ")
    assert complaint in err.splitlines()[-1]
    assert all(line.startswith("warning: ") for line in err.splitlines()[:-1])


def test_a_carried_target_that_no_article_is_about(capsys, tiny_model):
    status, _, err = run(capsys, evaluate, "--target", "Zeta", "--model", tiny_model)
    assert status == 2
    assert "no article has a sentence about Zeta; give other articles" in err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--data", "nowhere.jsonl"], "nowhere.jsonl: there is no such file or folder"),
        (["--base-model", "nowhere"], "base model 'nowhere' cannot be loaded"),
        (["--resume"], "holds no unfinished training to resume"),
        (["--epochs", "0"], "epochs 0 is not 1 or more"),
    ],
)
def test_mistakes_in_training_are_one_line(capsys, tmp_path, tiny_base, arguments, complaint):
    status, _, err = run(capsys, train, "--output", tmp_path / "out", "--base-model", tiny_base, *arguments)
    assert status == 2
    assert complaint in err
    assert err.splitlines()[-1].startswith("error: ")


def test_scripts_are_the_same_commands(tmp_path):
    for script in ("train.py", "evaluate.py"):
        found = subprocess.run(
            [sys.executable, str(ROOT / script), "--help"], capture_output=True, text=True, cwd=tmp_path, check=True
        )
        assert found.stdout.startswith(f"usage: {script}")
    with pytest.raises(SystemExit):
        main(["--version"])


def test_a_closed_pipe_ends_quietly(news, tiny_model):
    head = shutil.which("true")
    command = (
        f"{sys.executable} {ROOT / 'evaluate.py'} --articles {news} --target Acme --model {tiny_model} --json | {head}"
    )
    found = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert "Traceback" not in found.stderr


def test_report_and_plot_are_written_and_named_on_stderr(capsys, news, tiny_model, tmp_path):
    pytest.importorskip("vl_convert", reason="needs the extra 'report'")
    files = (tmp_path / "slant.html", tmp_path / "slant.svg")
    options = ("--articles", news, "--target", "Acme", "--model", tiny_model)
    status, out, err = run(capsys, evaluate, *options, "--json", "--report", files[0], "--plot", files[1])
    assert status == 0
    assert len(json.loads(out)["outlets"]) == 2
    assert err.splitlines() == [f"written: {files[1]}", f"written: {files[0]}"]
    assert all(file.stat().st_size > 1000 for file in files)
    status, out, err = run(capsys, evaluate, *options, "--plot", tmp_path / "slant.pdf")
    assert (status, out) == (2, "")
    assert "does not end in .png or .svg" in err
