"""The door: folders, globs, text and JSONL, standard input; what is rejected, and that the rest goes on."""

import ast
import gzip
import hashlib
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import slantwise.articles
from slantwise.articles import read_articles
from slantwise.records import InputError

# The modules of the package: imports point down this list, never up.
ORDER = """counting reading rows finishing archives feeds pages markup texts tables fetching cache addresses languages duplicates
dates outlets columns drafts files stores streams rejections""".split()


def read(*paths, **options):
    rejected = []
    articles = list(read_articles(paths, on_reject=lambda r: rejected.append(str(r)), **options))
    return articles, rejected


def test_imports_within_the_package_point_one_way():
    folder = Path(slantwise.articles.__file__).parent
    for file in folder.glob("*.py"):
        if file.stem == "__init__":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("slantwise.articles."):
                name = node.module.split(".")[2]
                assert ORDER.index(file.stem) < ORDER.index(name), f"{file.stem} imports {name}"


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
        (b'{"outlet": "A"}', "has no text; accepted fields are text, body, content, article_text"),
        (b'{"text": "x"}', "its outlet is not known; put it into a sub-folder"),
        (b'{"text": "x", "n": ' + b"9" * 5000 + b"}", "not JSON"),
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
    (tmp_path / "b.txt").write_text("Read before the mistake is found? No.")
    with pytest.raises(InputError, match="nowhere: there is no such file or folder"):
        next(read_articles([tmp_path / "b.txt", tmp_path / "nowhere"], "A"))
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(InputError, match=r"'.pdf' are not read; accepted are folders, globs, files ending in .atom"):
        read(tmp_path / "a.pdf")


def test_folder_without_articles_is_said(tmp_path):
    assert "holds no articles" in read(tmp_path)[1][0]


def test_windows_line_ends(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"One.\r\n\r\nTwo.")
    assert read(tmp_path, outlet="A")[0][0].text == "One.\n\nTwo."


def test_the_fields_of_a_crawl_as_they_are(tmp_path):
    row = {"id": "x-1", "outlet": "coin.example", "title": "T", "url": "https://coin.example/a", "published": "2023-01-05 23:00:33", "text": "Acme rose."}  # fmt: skip
    file = tmp_path / "news.jsonl.gz"
    file.write_bytes(gzip.compress(json.dumps(row).encode() + b"\n"))
    (article,), rejected = read(file)
    assert (article.text, article.outlet, article.title) == ("Acme rose.", "coin.example", "T")
    assert (article.date, article.url, article.origin) == ("2023-01-05T23:00:33", row["url"], f"{file}, line 1")
    assert rejected == []


def test_columns_given_and_unknown(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"text": "wrong", "leib": "Right.", "domain": "d.example", "source": "wrong"}))
    assert [(a.text, a.outlet) for a in read(file, columns={"text": "leib", "outlet": "domain"})[0]] == [
        ("Right.", "d.example")
    ]
    assert "accepted fields are 'nowhere'" in read(file, columns={"text": "nowhere"})[1][0]
    with pytest.raises(
        InputError, match="'body'='text' is not recognised; accepted are FIELD=COLUMN with the fields text"
    ):
        read(file, columns={"body": "text"})


def test_outlet_from_the_url_only_where_nothing_else_says_it(tmp_path):
    file = tmp_path / "Folder" / "a.jsonl"
    file.parent.mkdir()
    rows = [
        {"text": "One.", "outlet": "Said", "url": "https://www.daily.example.co.uk/x"},
        {"text": "Two.", "url": "https://www.daily.example.co.uk/x"},
        {"text": "Three."},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    assert [a.outlet for a in read(tmp_path)[0]] == ["Said", "example.co.uk", "Folder"]
    assert [a.outlet for a in read(tmp_path, outlet="Given")[0]] == ["Said", "Given", "Given"]


def test_a_glob_is_read_like_the_folder_before_its_wildcard(tmp_path):
    for name in ("A/1.txt", "A/2.md", "B/deep/3.txt", "B/4.jpg", ".hidden/5.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(name)
    assert [(a.text, a.outlet) for a in read(tmp_path / "**" / "*.txt")[0]] == [("A/1.txt", "A"), ("B/deep/3.txt", "B")]
    assert [a.text for a in read(tmp_path / "*")[0]] == ["A/1.txt", "A/2.md", "B/deep/3.txt"]
    assert [a.text for a in read(tmp_path)[0]] == ["A/1.txt", "A/2.md", "B/deep/3.txt"]
    with pytest.raises(InputError, match=r"no file matches"):
        read(tmp_path / "*.html")


def test_a_file_with_glob_letters_in_its_name(tmp_path):
    (tmp_path / "a[1].txt").write_text("One.")
    assert [a.text for a in read(tmp_path / "a[1].txt", outlet="A")[0]] == ["One."]


@pytest.mark.parametrize(
    ("data", "options", "texts"),
    [
        (b'{"text": "One.", "outlet": "A"}\n', {}, ["One."]),
        (gzip.compress(b'{"text": "One.", "outlet": "A"}\n', mtime=0), {}, ["One."]),
        (b"outlet,text\nA,One.\n", {}, ["One."]),
        (b"Acme rose.\n\nIt fell.", {"outlet": "A"}, ["Acme rose.\n\nIt fell."]),
        (b"outlet,text\nA,One.\n", {"outlet": "A", "format": "text"}, ["outlet,text\nA,One.\n"]),
    ],
)
def test_standard_input(monkeypatch, data, options, texts):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    articles, rejected = read("-", **options)
    assert [a.text for a in articles] == texts
    assert rejected == []


def test_unknown_format():
    with pytest.raises(InputError, match="format 'pdf' is not recognised; accepted are text, html, jsonl"):
        read("-", format="pdf")


def test_an_archive_bomb_is_rejected_early(tmp_path, monkeypatch):
    monkeypatch.setattr("slantwise.articles.streams.UNPACKED_FREELY", 2**20)
    line = json.dumps({"text": "Good.", "outlet": "A"}).encode() + b"\n"
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(line + b"\n" * 2**23))
    articles, rejected = read(tmp_path / "a.jsonl.gz")
    assert [a.text for a in articles] == ["Good."]
    assert "unpacks to more than 200 times its size" in rejected[0]


def test_damaged_gzip_keeps_what_came_before(tmp_path):
    rows = b"".join(
        json.dumps({"text": f"{hashlib.sha256(bytes([i])).hexdigest()}", "outlet": "A"}).encode() + b"\n"
        for i in range(250)
    )
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(rows)[:-900])
    articles, rejected = read(tmp_path / "a.jsonl.gz")
    assert 0 < len(articles) < 250
    assert "damaged gzip data" in rejected[-1]


def test_too_large_is_rejected_and_the_rest_read(tmp_path, monkeypatch):
    monkeypatch.setattr("slantwise.articles.streams.read_whole.__defaults__", (1000,))
    monkeypatch.setattr("slantwise.articles.streams.lines_of.__defaults__", (1000,))
    (tmp_path / "a.txt").write_text("x" * 1001)
    (tmp_path / "b.jsonl").write_text(f'{{"text": "{"x" * 5000}"}}\n{{"text": "Good.", "outlet": "A"}}\n')
    (tmp_path / "c.csv").write_text(f"outlet,text\nA,{'x' * 5000}\nA,Fine.\n")
    articles, rejected = read(tmp_path, outlet="A")
    assert [a.text for a in articles] == ["Good.", "Fine."]
    assert ["too much for one article" in r for r in rejected] == [True] * 3
    assert "b.jsonl, line 1" in rejected[1]
    assert "c.csv, line 2" in rejected[2]


def test_lone_surrogates_and_zero_bytes_do_not_come_through(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "A\\ud800b\\u0000c", "outlet": "A\\udfff  B"}')
    ((article,), _) = read(tmp_path / "a.jsonl")
    assert (article.text, article.outlet) == ("A\ufffdbc", "A\ufffd B")


def test_a_list_of_addresses_within_a_folder_is_not_fetched(tmp_path):
    (tmp_path / "a.urls").write_text("https://news.example/a\n")
    (tmp_path / "b.txt").write_text("https://news.example/a\n")
    articles, rejected = read(tmp_path, outlet="A")
    assert [a.text for a in articles] == ["https://news.example/a\n"]
    assert "fetched only when the file itself is named" in rejected[0]


@pytest.mark.parametrize("name", ["a.urls", "b.txt"])
def test_offline_refuses_addresses(tmp_path, name):
    (tmp_path / name).write_text("# two\nhttps://news.example/a\n\nhttps://news.example/b\n")
    articles, rejected = read(
        tmp_path / name, "https://news.example/c", outlet="A", offline=True, cache=tmp_path / "cache"
    )
    assert articles == []
    assert [r.split(": ")[0][-1] for r in rejected] == ["a", "b", "c"]
    assert all("not fetched, since --offline was given, and not in the cache" in r for r in rejected)
    with pytest.raises(InputError, match="lies in a remote store, and --offline was given"):
        read("s3://bucket/news.jsonl", offline=True)


def test_remote_stores_through_fsspec(monkeypatch):
    fsspec = pytest.importorskip("fsspec")
    monkeypatch.setattr("slantwise.articles.stores.SCHEMES", ("memory",))
    store = fsspec.filesystem("memory")
    store.pipe("/news/A/1.txt", b"One.")
    store.pipe("/news/rows.jsonl.gz", gzip.compress(b'{"text": "Two.", "outlet": "B"}'))
    for place in ("memory://news", "memory://news/**"):
        assert [(a.text, a.outlet) for a in read(place)[0]] == [("One.", "A"), ("Two.", "B")], place
    assert [a.text for a in read("memory://news/rows.jsonl.gz")[0]] == ["Two."]
    with pytest.raises(InputError, match="there is no such file or folder"):
        read("memory://news/nothing.csv")
    with pytest.raises(InputError, match="addresses with ftp:// are not read; accepted are http, https, memory"):
        read("ftp://host/a.txt")
