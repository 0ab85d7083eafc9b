import csv
import io
import json
from dataclasses import replace

import pytest

from slantwise.annotation.items import Item, item_name
from slantwise.annotation.reading import read_answers, read_items
from slantwise.records import InputError

ITEM = Item(
    "s-0000000001", "Acme", ("Ann",), "The Daily", "Title", "2024-05-01", "u:1", "a.jsonl, line 1", "ab" * 32, 0, 16,
    "0123456789abcdef", 0.25, "Acme lied to us.", "Before.", "After.",
)  # fmt: skip
OTHER = replace(ITEM, item="s-0000000002", start=17, end=30, sentence="Acme helps us.", hash="f" * 16)


def said(read):
    return [(a.item.item, a.labeller, str(a.stance), a.voice and str(a.voice), a.about) for a in read.answers]


def put(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def task(item, **annotations):
    made = [
        {"id": 1, "completed_by": who, "was_cancelled": skipped, "result": [
            {"from_name": k, "to_name": "sentence", "type": "choices", "value": {"choices": [v]}} for k, v in labels.items()
        ]}
        for who, (labels, skipped) in annotations.items()
    ]  # fmt: skip
    return {"id": 7, "data": item.row(), "annotations": made, "predictions": []}


def test_label_studio_json(tmp_path):
    tasks = [
        task(
            ITEM,
            anna=({"stance": "accusatory", "voice": "outlet", "about": "yes"}, False),
            ben=({"stance": "neutral"}, False),
        ),
        task(OTHER, anna=({"stance": "defending"}, True)),
        7,
    ]
    read = read_answers([put(tmp_path, "x.json", json.dumps(tasks))])
    assert said(read) == [
        ("s-0000000001", "anna", "accusatory", "outlet", True),
        ("s-0000000001", "ben", "neutral", None, None),
    ]
    assert read.unanswered == 1
    assert [p.partition("x.json, ")[2] for p in read.problems] == [
        "task 3: stance '7 (not a task)' is not recognised; accepted are accusatory, neutral, defending"
    ]
    assert read.answers[0].item == ITEM


def test_label_studio_json_min_with_a_user_as_an_object(tmp_path):
    rows = [ITEM.row() | {"stance": "neutral", "about": "no", "annotator": 3, "annotation_id": 5}]
    assert said(read_answers([put(tmp_path, "m.json", json.dumps(rows))])) == [
        ("s-0000000001", "3", "neutral", None, False)
    ]
    tasks = [task(ITEM, x=({"stance": "neutral"}, False))]
    tasks[0]["annotations"][0]["completed_by"] = {"id": 3, "email": "anna@example.org"}
    assert read_answers([put(tmp_path, "u.json", json.dumps(tasks))]).answers[0].labeller == "anna@example.org"


def test_doccano_and_prodigy(tmp_path):
    doccano = ITEM.row() | {"id": 1, "text": ITEM.sentence, "label": ["accusatory", "other"], "Comments": []}
    untouched = OTHER.row() | {"id": 2, "text": OTHER.sentence, "label": []}
    read = read_answers([put(tmp_path, "ben.jsonl", f"{json.dumps(doccano)}\n{json.dumps(untouched)}\n")])
    assert said(read) == [("s-0000000001", "ben", "accusatory", "other", None)]
    assert read.unanswered == 1
    prodigy = [
        {
            "text": "x",
            "meta": ITEM.row(),
            "accept": ["defending", "target"],
            "answer": "accept",
            "_annotator_id": "set-cleo",
        },
        {"text": "x", "meta": OTHER.row(), "accept": ["neutral"], "answer": "ignore", "_annotator_id": "set-cleo"},
        OTHER.row() | {"label": "voice: other", "stance": "neutral", "answer": "accept", "_session_id": "set-cleo"},
    ]
    read = read_answers([put(tmp_path, "p.jsonl", "\n".join(map(json.dumps, prodigy)))])
    assert said(read) == [
        ("s-0000000001", "set-cleo", "defending", "target", None),
        ("s-0000000002", "set-cleo", "neutral", "other", None),
    ]


def sheet(rows, separator=",", **changes):
    out = io.StringIO()
    columns = ["item", "stance", "Voice", "about", "labeller", *(k for k in ITEM.row() if k != "item"), "extra"]
    writer = csv.DictWriter(out, columns, delimiter=separator, extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow(row | changes)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_sheets_that_spreadsheets_have_mangled(tmp_path, encoding, separator):
    rows = [
        ITEM.row() | {"stance": " Accusatory", "Voice": "OTHER", "about": "TRUE", "labeller": "Zoë", "aliases": "Ann"},
        OTHER.row() | {"stance": "d", "Voice": "", "about": "0", "sentence": "'=Acme", "aliases": "Ann"},
        OTHER.row() | {"stance": "", "item": "s-3", "aliases": ""},
        {},
    ]
    text = sheet(rows, separator, probability="0,25", start="0.0", end="16,0")
    read = read_answers([put(tmp_path, "ben.csv", text.encode(encoding))])
    assert read.problems == []
    assert said(read) == [
        ("s-0000000001", "Zoë", "accusatory", "other", True),
        ("s-0000000002", "ben", "defending", None, False),
    ]
    assert (read.answers[0].item.start, read.answers[0].item.end, read.answers[0].item.probability) == (0, 16, 0.25)
    assert read.answers[0].item.aliases == ("Ann",)
    assert read.unanswered == 2


def test_a_sample_gives_back_what_a_tool_lost(tmp_path):
    put(tmp_path, "tasks.json", json.dumps([{"data": ITEM.row()}, {"data": OTHER.row()}]))
    drawn = read_items(tmp_path)
    assert list(drawn.values()) == [ITEM, OTHER]
    bare = put(tmp_path, "bare.csv", "item,stance\ns-0000000001,neutral\ns-9,neutral\n")
    read = read_answers([bare], drawn)
    assert read.answers[0].item == ITEM
    assert read.problems == [f"{bare}, line 3: names no target"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"stance": "positive"}, "stance 'positive' is not recognised; accepted are accusatory, neutral, defending"),
        ({"voice": "o"}, "voice 'o' is not recognised; accepted are outlet, target, other"),
        ({"about": "maybe"}, "about 'maybe' is not recognised; accepted are yes, no"),
        ({"probability": 0}, "probability 0 is not a number above 0 and up to 1"),
        ({"probability": "much"}, "probability 'much' is not"),
        ({"start": 1.5}, "start 1.5 is not a whole number from 0"),
        ({"start": None, "hash": ""}, "names no sentence; accepted are start and end, or hash"),
        ({"sha256": "", "url": "", "origin": ""}, "names no article; accepted are sha256, url, origin"),
        ({"target": ""}, "names no target"),
        ({"label": ["neutral", "defending"]}, "stance has the labels"),
        ({"stance": None, "label": ["gut"]}, "label 'gut' is not recognised"),
        ({"stance": None, "label": [5]}, "label 5 is not a name"),
        ({"probability": 0.5, "item": "s-0000000001"}, "probability 0.5 is not that of the same sentence before, 0.25"),
    ],
)
def test_bad_rows_are_named_and_lose_no_others(tmp_path, change, complaint):
    good = ITEM.row() | {"stance": "neutral", "labeller": "anna"}
    path = put(tmp_path, "a.jsonl", "\n".join(map(json.dumps, [good, OTHER.row() | {"stance": "neutral"} | change])))
    read = read_answers([path])
    assert [a.labeller for a in read.answers] == ["anna"]
    assert len(read.problems) == 1
    assert read.problems[0].startswith(f"{path}, line 2: ")
    assert complaint in read.problems[0]


def test_a_second_answer_counts_and_is_said(tmp_path):
    rows = [ITEM.row() | {"stance": s} for s in ("neutral", "defending")]
    path = put(tmp_path, "anna.jsonl", "\n".join(map(json.dumps, rows)) + "\n{\n[1]\n")
    read = read_answers([path])
    assert said(read)[0][2] == "defending"
    assert "anna labels the sentence of" in read.problems[0]
    assert "line 3: stance '{ (not JSON)'" in read.problems[1]
    assert len(read.problems) == 3


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("x.xlsx", "", "ends in '.xlsx'; accepted are .csv, .json"),
        ("x.json", "{", "not JSON"),
        ("x.json", "{}", "holds no list of tasks"),
        ("x.csv", "a,b\n1,2\n", "has no column 'stance'; its columns are a, b"),
        ("x.csv", "", "no label can be read"),
        ("x.jsonl", "", "no label can be read"),
    ],
)
def test_files_that_hold_no_labels(tmp_path, name, content, complaint):
    with pytest.raises(InputError, match=complaint):
        read_answers([put(tmp_path, name, content)])
    with pytest.raises(InputError, match="there is no such file"):
        read_answers([tmp_path / "nowhere.csv"])


def test_names_of_items_are_no_numbers():
    assert item_name("a", 1).startswith("s-")
    assert item_name("a", 1) == item_name("a", 1) != item_name("a", 2)
