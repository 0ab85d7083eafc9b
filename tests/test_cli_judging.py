"""--output, --resume, --judged and --quiet as users give them."""

import json

import pyarrow.parquet as pq
import pytest
from test_cli import news, run

from slantwise.cli import evaluate, main

__all__ = ["news"]


@pytest.fixture
def options(news, tiny_model):
    return ("--articles", news, "--target", "Acme", "--model", tiny_model)


def test_a_folder_of_parts_is_read_again_without_a_model(capsys, tmp_path, news, options, monkeypatch):
    (news / "Accuser" / "b.txt").write_bytes(b"\xff")
    (news / "Accuser" / "c.txt").write_text("The weather was fine.")
    plain = run(capsys, evaluate, *options, "--json")
    status, out, err = run(capsys, evaluate, *options, "--json", "--output", tmp_path / "run")
    assert (status, out) == (0, plain[1])
    assert err == f"{plain[2]}written: {tmp_path / 'run'}\n"
    monkeypatch.setattr("slantwise.classifier.StanceClassifier.from_pretrained", None)
    for again in (["--judged", tmp_path / "run"], [*options, "--output", tmp_path / "run", "--resume"]):
        status, found, _ = run(capsys, evaluate, "--json", *again, "--rejects", tmp_path / "r.jsonl")
        assert (status, found) == (0, plain[1])
        kinds = [json.loads(line)["kind"] for line in (tmp_path / "r.jsonl").read_text().splitlines()]
        assert kinds == ["unusable", "left_out"]
    status, out, _ = run(
        capsys, evaluate, "--judged", tmp_path / "run", "--source", "Defender", "--json", "--wire", "keep"
    )
    assert [o["outlet"] for o in json.loads(out)["outlets"]] == ["Defender"]


def test_one_file_from_articles_and_from_parts(capsys, tmp_path, options):
    direct, later = tmp_path / "direct.parquet", tmp_path / "later.parquet"
    assert run(capsys, evaluate, *options, "--output", direct)[0] == 0
    assert run(capsys, evaluate, *options, "--output", tmp_path / "run")[0] == 0
    status, _, err = run(capsys, evaluate, "--judged", tmp_path / "run", "--output", later)
    assert (status, err) == (0, f"written: {later}\n")
    assert pq.read_table(direct).to_pylist() == pq.read_table(later).to_pylist()
    metadata = [json.loads(pq.read_schema(f).metadata[b"slantwise"]) for f in (direct, later)]
    assert metadata[0] == metadata[1]
    assert metadata[0]["target"] == "Acme"
    assert metadata[0]["options"]["language"] == ["en"]
    assert len(metadata[0]["digest"]) == 64


def test_sources_and_labels_are_as_without(capsys, tmp_path, news, options):
    labels = tmp_path / "labels.csv"
    labels.write_text(f"origin,start,end,stance,probability\n{news / 'Accuser' / 'a.txt'},0,23,accusatory,1\n")
    more = ("--source", "Accuser", "--labels", labels, "--json")
    plain = run(capsys, evaluate, *options, *more)
    found = run(capsys, evaluate, *options, *more, "--output", tmp_path / "run")
    again = run(capsys, evaluate, "--judged", tmp_path / "run", "--labels", labels, "--json")
    assert plain[:2] == found[:2] == again[:2]
    status, _, err = run(capsys, evaluate, "--judged", tmp_path / "run", "--source", "Defender")
    assert (status, "source 'Defender' was not judged in" in err) == (2, True)


def test_the_second_name_of_the_command(capsys, options):
    arguments = [*options, "--json"]
    assert run(capsys, lambda a: main(["score", *a]), *arguments) == run(capsys, evaluate, *arguments)


def test_what_does_not_go_together_is_one_line(capsys, tmp_path, news, options):
    (tmp_path / "empty").mkdir()
    done = tmp_path / "run"
    assert run(capsys, evaluate, *options, "--output", done)[0] == 0
    for arguments, complaint in (
        ([*options, "--resume"], "--resume goes on with the run in a folder; give it with --output"),
        ([*options, "--resume", "--output", "a.csv"], "give it with --output, not the file 'a.csv'"),
        ([*options, "--output", "a.json"], "judgements are not written as .json; accepted are .parquet, .csv, .jsonl"),
        ([*options, "--output", "s3://bucket/run"], "lies in a remote store; name a folder or a file of this machine"),
        ([*options, "--output", news / "run"], "lies among the articles in"),
        ([*options, "--output", done], "is not empty; name another folder, or --resume the run in it"),
        ([*options, "--output", done, "--resume", "--alias", "B"], "made with aliases none, not 'B'"),
        (["--judged", done, "--articles", news], "--judged cannot be combined with --articles; leave one of them out"),
        (["--judged", done, "--output", tmp_path / "other"], "--judged cannot be combined with --output FOLDER"),
        (["--judged", done, "--target", "Zeta"], "is of target 'Acme', not 'Zeta'"),
        (["--judged", tmp_path / "empty"], "holds no judgements; a folder that --output has written is expected"),
        (["--judged", done, "--prior-shift"], "does not hold the shares of the stances, which --prior-shift needs"),
    ):  # fmt: skip
        status, out, err = run(capsys, evaluate, *arguments)
        assert (status, out) == (2, ""), arguments
        assert len(err.splitlines()) == 1
        assert err.startswith("error: ")
        assert complaint in err
    (done / "finished.json").unlink()
    status, _, err = run(capsys, evaluate, "--judged", done)
    assert status == 0
    assert "holds a run that has not ended; what it has judged so far is summed" in err


def test_a_mistake_leaves_the_folder_free(capsys, tmp_path, options):
    wrong = run(capsys, evaluate, *options, "--output", tmp_path / "run", "--labels", "nowhere.csv")
    assert (wrong[0], "nowhere.csv: there is no such file" in wrong[2]) == (2, True)
    assert run(capsys, evaluate, *options, "--output", tmp_path / "run")[0] == 0
