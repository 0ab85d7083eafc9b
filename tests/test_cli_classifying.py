"""`slantwise classify` as a user runs it."""

import io
import json
import sys

import pytest

from slantwise.cli import main

SENTENCES = ["Acme lied about the data.", "Acme helps users."]


def run(capsys, *arguments):
    status = main(["classify", *map(str, arguments)])
    return status, *capsys.readouterr()


@pytest.fixture
def stdin(monkeypatch):
    def give(data):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return give


def test_a_line_a_sentence(capsys, tiny_model):
    status, out, err = run(capsys, *SENTENCES, "--target", "Acme", "--model", tiny_model)
    assert (status, err) == (0, "")
    assert [line.split(maxsplit=3)[3] for line in out.splitlines()] == SENTENCES
    assert all(-1 <= float(line.split()[0]) <= 1 for line in out.splitlines())


def test_json_from_standard_input(capsys, tiny_model, stdin):
    stdin("\ufeffAcme lied about the data.\n\nMegacorp helps users. \n".encode())
    options = ("--target", "Acme", "--alias", "Megacorp", "--context", "It said so.", "--model", tiny_model)
    status, out, err = run(capsys, "-", *options, "--json")
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert (found["target"], found["model"]) == ("Acme", str(tiny_model))
    assert [s["sentence"] for s in found["sentences"]] == ["Acme lied about the data.", "Megacorp helps users. "]
    for s in found["sentences"]:
        assert sum(s["probabilities"].values()) == pytest.approx(1, abs=0.001)
        assert s["score"] == pytest.approx(
            s["probabilities"]["defending"] - s["probabilities"]["accusatory"], abs=0.001
        )
        assert s["stance"] == max(s["probabilities"], key=s["probabilities"].get)
        assert s["voice"] == max(s["voices"], key=s["voices"].get)


def test_a_sentence_that_does_not_name_the_company_is_said(capsys, tiny_model):
    status, _, err = run(capsys, "The bank lied.", "--target", "Acme", "--model", tiny_model)
    assert status == 0
    assert err == "warning: 'The bank lied.' does not name Acme; --alias gives other names\n"


@pytest.mark.parametrize(
    ("arguments", "data", "complaint"),
    [
        (["-", "--target", "Acme"], b"\n \n", "standard input holds no sentence; one a line is expected"),
        (["-", "--target", "Acme"], b"caf\xe9", "standard input: byte 0xe9 is not UTF-8"),
        ([" ", "--target", "Acme"], b"", "sentence 0 is ' '; a non-empty string is expected"),
        (["x", "--target", " "], b"", "target ' ' is empty"),
        (["x", "--target", "Acme", "--runtime", "fast"], b"", "runtime 'fast' is not known; accepted are auto,"),
    ],
)
def test_mistakes_are_one_line(capsys, tiny_model, stdin, arguments, data, complaint):
    stdin(data)
    status, out, err = run(capsys, *arguments, "--model", tiny_model)
    assert (status, out) == (2, "")
    assert err.splitlines()[-1].startswith(f"error: {complaint}")
