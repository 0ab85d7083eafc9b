"""`sample`, `labels`, `check` and `train` one after the other, as a user runs them, on a tiny model."""

import csv
import json

import pytest

from slantwise.cli import main
from slantwise.joining import is_standoff, labelled_examples
from slantwise.records import Article, InputError


@pytest.fixture
def news(tmp_path):
    for outlet in ("Accuser", "Defender"):
        (tmp_path / "news" / outlet).mkdir(parents=True)
        for i in range(6):
            text = f"Acme lied to its users in case {i}. Acme denied the charge in case {i}. Acme helps its users, it said."
            (tmp_path / "news" / outlet / f"{i}.txt").write_text(text)
    return tmp_path / "news"


def run(capsys, *arguments):
    status = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, out, err


def filled(sheet, path, said):
    """The sheet as a labeller fills it in and a spreadsheet saves it: semicolons, decimal commas."""
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        for row in rows:
            writer.writerow(
                row | {"stance": said(row["sentence"]), "probability": row["probability"].replace(".", ",")}
            )


def stance(sentence):
    return "accusatory" if "lied" in sentence else "defending" if "helps" in sentence else "neutral"


def test_a_morning(capsys, news, tiny_model, tmp_path):
    where = ("--articles", news, "--target", "Acme", "--model", tiny_model)
    status, out, _ = run(
        capsys, "sample", *where, "--number", 20, "--per-outlet", "--active", "--blind", "--output", tmp_path / "s"
    )
    assert status == 0
    assert "20 sentences to label: 20 of 36 sentences, of 2 outlets." in out
    status, _, err = run(capsys, "sample", *where, "--output", tmp_path / "s")
    assert (status, "is there already and is not overwritten" in err) == (2, True)

    filled(tmp_path / "s" / "tasks.csv", tmp_path / "anna.csv", stance)
    filled(
        tmp_path / "s" / "tasks.csv",
        tmp_path / "ben.csv",
        lambda s: "" if "case 5" in s else "neutral" if "case 4" in s else stance(s),
    )
    gold = tmp_path / "gold.jsonl"
    told = ("--sample", tmp_path / "s", "--output", gold, "--disagreements", tmp_path / "dis.csv")
    status, out, err = run(capsys, "labels", tmp_path / "anna.csv", tmp_path / "ben.csv", *told, "--json")
    found = json.loads(out)
    assert status == 0
    undecided = found["undecided"]
    assert undecided > 0
    assert found["gold"] + undecided == found["sentences"] == 20
    assert found["agreement"]["alpha"]["stance"] < 1
    assert f"{undecided} sentences are undecided and not in the gold file" in err
    assert run(capsys, "labels", tmp_path / "anna.csv", *told)[0] == 2
    filled(tmp_path / "dis.csv", tmp_path / "settled.csv", stance)
    last = (
        "--adjudicated",
        tmp_path / "settled.csv",
        "--overwrite",
        "--standoff",
        "--likely-errors",
        tmp_path / "err.csv",
    )
    status, out, err = run(
        capsys, "labels", tmp_path / "anna.csv", tmp_path / "ben.csv", *told, *last, "--model", tiny_model
    )
    assert status == 0
    assert "20 sentences labelled, 20 with a label that counts" in " ".join(out.split())
    assert "sentence" not in json.loads(gold.read_text().splitlines()[0])

    status, out, _ = run(capsys, "check", "--labels", gold, *where, "--json", "--report", tmp_path / "check.html")
    found = json.loads(out)
    assert (status, found["sentences"], found["articles"] <= 12) == (0, 20, True)
    assert {o["correction"]["rectifier"] for o in found["outlets"]} <= {"own", "pooled"}
    assert "<svg" in (tmp_path / "check.html").read_text()
    status, out, _ = run(capsys, "check", "--labels", gold, *where)
    assert "How right the model is toward Acme" in out

    assert is_standoff(gold)
    from slantwise.articles import read_articles

    examples = labelled_examples(gold, read_articles([str(news)]))
    assert len(examples) == 20
    assert all(e.own and stance(e.sentence) == e.stance and e.target.name == "Acme" for e in examples)


@pytest.mark.parametrize("name", ["gold.jsonl", "gold.csv"])
def test_labels_without_their_articles_are_named(tmp_path, name):
    # To learn from a label it takes no probability.
    row = {"url": "u:1", "start": 0, "end": 10, "stance": "neutral", "target": "Acme"}
    path = tmp_path / name
    path.write_text(json.dumps(row) if name.endswith("l") else f"{','.join(row)}\n{','.join(map(str, row.values()))}\n")
    assert is_standoff(path)
    with pytest.raises(InputError, match=r"line [12]: url 'u:1' is of no article that was given"):
        labelled_examples(path, [Article("Acme lied.", "A", url="u:2")])
    with pytest.raises(InputError, match=r"line [12]: is of no sentence of the article u:1"):
        labelled_examples(path, [Article("Acme helps. It lied.", "A", url="u:1")])
    assert [e.sentence for e in labelled_examples(path, [Article("Acme lied.", "A", url="u:1")])] == ["Acme lied."]


def test_what_cannot_be_is_said_in_one_line(capsys, news, tmp_path, tiny_model):
    status, _, err = run(capsys, "labels", tmp_path / "nowhere.csv")
    assert (status, "there is no such file" in err) == (2, True)
    status, _, err = run(capsys, "check", "--labels", tmp_path / "x.jsonl", "--report", tmp_path / "no" / "x.html")
    assert (status, "there is no folder" in err) == (2, True)
    status, _, err = run(
        capsys, "sample", "--articles", news, "--target", "Nobody", "--model", tiny_model, "--output", tmp_path / "t"
    )
    assert (status, "no article has a sentence about Nobody" in err) == (2, True)
    assert not (tmp_path / "t").exists()
