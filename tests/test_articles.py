import hashlib
import json

import pytest

from slantwise.articles import read_articles
from slantwise.records import InputError


def read(*paths, **options):
    rejected = []
    articles = list(read_articles(paths, on_reject=rejected.append, **options))
    return articles, rejected


def test_outlet_from_hash_then_folder_then_option(tmp_path):
    (tmp_path / "Daily Clamour" / "2021").mkdir(parents=True)
    (tmp_path / "Daily Clamour" / "2021" / "a.txt").write_text("One.")
    (tmp_path / "b.txt").write_text("Two.")
    (tmp_path / "c.txt").write_text("Three.")
    (tmp_path / "README.md").write_text("What these are.")
    known = {hashlib.sha256(b"Three.").hexdigest(): "Known Post"}
    articles, rejected = read(tmp_path, outlet="Given", known_outlets=known)
    assert [(a.text, a.outlet) for a in articles] == [
        ("One.", "Daily Clamour"),
        ("Two.", "Given"),
        ("Three.", "Known Post"),
    ]
    assert rejected == []


def test_jsonl_with_the_usual_spellings(tmp_path):
    file = tmp_path / "news.jsonl"
    rows = [
        {"text": "One.", "outlet": "A", "title": "T", "published": "2021", "url": "u"},
        {"body": "Two.", "source": "B"},
        {"text": "Three."},
    ]
    file.write_text("\ufeff" + "\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    articles, rejected = read(file, outlet="C")
    assert [(a.text, a.outlet, a.title, a.date) for a in articles] == [
        ("One.", "A", "T", "2021"),
        ("Two.", "B", "", ""),
        ("Three.", "C", "", ""),
    ]
    assert articles[1].origin == f"{file}, line 2"
    assert rejected == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"PNG\0\1", "a binary file, not text (byte 0 at offset 3)"),
        (b"fine\ncaf\xe9\n", "line 2: byte 0xe9 is not UTF-8; save the file as UTF-8"),
    ],
)
def test_bad_text_file_is_rejected_and_the_rest_read(tmp_path, content, complaint):
    (tmp_path / "a.txt").write_bytes(content)
    (tmp_path / "b.txt").write_text("Good.")
    articles, rejected = read(tmp_path, outlet="A")
    assert [a.text for a in articles] == ["Good."]
    assert len(rejected) == 1
    assert str(tmp_path / "a.txt") in rejected[0]
    assert complaint in rejected[0]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b'{"text": "x"', "not JSON"),
        (b"[1]", "is not a JSON object"),
        (b'{"outlet": "A"}', "has no text; accepted fields are text, body, content; it has outlet"),
        (b'{"text": "x"}', "has no outlet; accepted fields are outlet"),
        (b'{"text": 3, "outlet": "A"}', "text is '3', not a string"),
        (b'{"text": "\xff"}', "byte 0xff is not UTF-8"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_bad_jsonl_line_is_rejected_and_the_rest_read(tmp_path, line, complaint):
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"text": "Good.", "outlet": "A"}\n' + line + b'\n{"text": "Too.", "outlet": "A"}\n')
    articles, rejected = read(file)
    assert [a.text for a in articles] == ["Good.", "Too."]
    assert len(rejected) == 1
    assert f"{file}, line 2" in rejected[0]
    assert complaint in rejected[0]


def test_unknown_outlet_of_a_text_file_is_rejected(tmp_path):
    (tmp_path / "a.txt").write_text("One.")
    assert "sub-folder named after its outlet, or give --outlet" in read(tmp_path)[1][0]


def test_missing_path_and_unknown_kind_are_errors(tmp_path):
    with pytest.raises(InputError, match="nowhere: there is no such file or folder"):
        read(tmp_path / "nowhere")
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(InputError, match=r"'.pdf' are not read; accepted are .jsonl"):
        read(tmp_path / "a.pdf")


def test_folder_without_articles_is_said(tmp_path):
    assert "holds no articles" in read(tmp_path)[1][0]


def test_windows_line_ends(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"One.\r\n\r\nTwo.")
    assert read(tmp_path, outlet="A")[0][0].text == "One.\n\nTwo."
