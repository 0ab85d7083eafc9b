import csv
import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from conftest import judgement
from test_provenance import ACME

from slantwise.judgement_file import is_judgement_file, written
from slantwise.parts import JUDGEMENT_SCHEMA, write_part
from slantwise.provenance import Provenance
from slantwise.records import Article, InputError, Part, Sentence, Voice

JUDGED = [
    (
        Article("Acme lied.\nIt helps, “now”.", "=Evil()", "Title, the", "2020-01-01", "u", "a.txt"),
        [
            (Sentence("Title, the", -1, -1, part=Part.HEADLINE, about=True), judgement(0.3)),
            (Sentence("Acme lied.", 0, 10, "Before.", mentions=((0, 4),), about=True), judgement(-1 / 3, 1, 0.7)),
            (Sentence("It helps, “now”.", 11, 27, speaker=Voice.TARGET), judgement(0.1, 2)),
        ],
    ),
    (Article("Nothing.", "B"), []),
    (Article("Acme.", "B"), [(Sentence("Acme.", 0, 5, mentions=((0, 4),)), judgement())]),
]


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl", "CSV"])
def test_every_form_has_the_rows_of_the_parts(tmp_path, ending):
    file = tmp_path / f"j.{ending}"
    assert list(written(iter(JUDGED), file, ACME)) == JUDGED
    write_part(tmp_path / "run", "0", JUDGED, ACME)
    rows = pq.read_table(tmp_path / "run" / "judgements").to_pylist()
    assert len(rows) == 4
    if ending == "parquet":
        assert pq.read_table(file).to_pylist() == rows
        assert pq.read_schema(file) == JUDGEMENT_SCHEMA
        assert Provenance.from_json(pq.read_schema(file).metadata[b"slantwise"], file) == ACME
    elif ending == "jsonl":
        assert [json.loads(line) for line in file.read_text().splitlines()] == rows
    else:
        with file.open(newline="", encoding="utf-8") as stream:
            found = list(csv.DictReader(stream))
        assert [r["outlet"] for r in found] == ["'=Evil()"] * 3 + ["B"]
        for mine, row in zip(found, rows, strict=True):
            assert list(mine) == JUDGEMENT_SCHEMA.names
            assert mine["text"] == row["text"]
            assert json.loads(mine["mentions"]) == row["mentions"]
            assert all(float(mine[k]) == row[k] for k in ("accusatory", "neutral", "defending", "score", "voice_other"))
            assert mine["aboutness"] == ("" if row["aboutness"] is None else str(row["aboutness"]))
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == [file.name]


def test_it_is_there_once_it_is_whole(tmp_path):
    file = tmp_path / "j.csv"
    file.write_text("old")
    judged = written(iter(JUDGED), file, ACME)
    next(judged)
    judged.close()
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("j.csv", "old")]


def test_nothing_judged_is_a_table_without_rows(tmp_path):
    for ending in ("parquet", "csv", "jsonl"):
        list(written([], tmp_path / f"j.{ending}", ACME))
    assert pq.read_table(tmp_path / "j.parquet").num_rows == 0
    assert (tmp_path / "j.csv").read_text() == ",".join(JUDGEMENT_SCHEMA.names) + "\n"
    assert (tmp_path / "j.jsonl").read_text() == ""


def test_many_rows_come_in_groups(tmp_path, monkeypatch):
    monkeypatch.setattr("slantwise.judgement_file._GROUP", 2)
    list(written(JUDGED * 5, tmp_path / "j.parquet", replace(ACME, target="Z")))
    assert pq.read_metadata(tmp_path / "j.parquet").num_row_groups > 5
    assert pq.read_table(tmp_path / "j.parquet").num_rows == 20


def test_where_it_cannot_lie(tmp_path):
    (tmp_path / "d.csv").mkdir()
    for name, complaint in (
        ("j.xlsx", "files ending in '.xlsx' hold no judgements; accepted: .parquet, .csv, .jsonl"),
        ("none/j.csv", "there is no folder"),
        ("d.csv", "d.csv: is a folder"),
    ):
        with pytest.raises(InputError, match=complaint):
            list(written(JUDGED, tmp_path / name, ACME))
    assert not is_judgement_file("runs/2024.05")
