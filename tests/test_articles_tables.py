"""CSV and Parquet, and that no bytes and no row make the reading fail otherwise than by a rejection."""

import csv
import datetime
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slantwise.articles import read_articles
from slantwise.articles.columns import FIELDS, SPELLINGS, Columns
from slantwise.articles.finishing import clean
from slantwise.records import Article, InputError

QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(*paths, **options):
    rejected = []
    options = {"languages": ["any"], **options}
    return list(read_articles(paths, on_reject=lambda r: rejected.append(str(r)), **options)), rejected


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(tmp_path, delimiter):
    file = tmp_path / "a.csv"
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        rows = csv.writer(out, delimiter=delimiter)
        rows.writerows([["Source", "Headline", "Content", "Publish Date", "n"], ["A", "T", "One;\n\"two\", three\t.", "6 August 2018", "1"], ["B", "", "Z" * 200_000, "", ""]])  # fmt: skip
    (first, second), rejected = read(file)
    assert first == Article('One;\n"two", three\t.', "A", "T", "2018-08-06", "", f"{file}, line 2")
    assert (second.outlet, len(second.text), second.origin) == ("B", 200_000, f"{file}, line 4")
    assert rejected == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"A,x,y,z\n", "line 3: has 4 cells, but there are 2 columns"),
        (b"A,caf\xe9\n", "line 3: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (b"A,\n", "line 3: has no text; accepted fields are text, body"),
        (b",x\n", "line 3: its outlet is not known"),
    ],
)
def test_a_bad_row_is_rejected_and_the_rest_read(tmp_path, line, complaint):
    file = tmp_path / "a.csv"
    file.write_bytes(b"outlet,text\nA,One.\n" + line + b"A,Two.\n")
    articles, rejected = read(file)
    assert [a.text for a in articles] == ["One.", "Two."]
    assert len(rejected) == 1
    assert f"{file}, {complaint}" in rejected[0]


def test_a_missing_quote_is_said(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text('text,outlet\nOne.,A\n"Two.,A\nThree.,A\n')
    articles, rejected = read(file)
    assert [a.text for a in articles] == ["One."]
    assert "line 3: the last of its 1 cells runs over" in rejected[0]
    assert "a quote may be missing" in rejected[0]


@pytest.mark.parametrize(
    ("content", "options", "complaint"),
    [
        (b"", {}, "the file is empty"),
        (b"a,b\n1,2\n", {}, "has no column with the text; accepted are text, body"),
        (b"text,b\n1,2\n", {"columns": {"outlet": "paper"}}, "has no column 'paper'; it has text, b"),
        (
            b"text,b\n1,2\n",
            {"columns": {"text": "leib"}},
            "has no column with the text; accepted are 'leib'; it has text, b",
        ),
    ],
)
def test_a_table_that_cannot_be_read_is_said_once(tmp_path, content, options, complaint):
    (tmp_path / "a.csv").write_bytes(content)
    articles, rejected = read(tmp_path / "a.csv", **options)
    assert (articles, len(rejected)) == ([], 1)
    assert complaint in rejected[0]


def test_parquet_reads_the_columns_it_needs_with_their_types(tmp_path):
    file = tmp_path / "a.parquet"
    table = pa.table(
        {
            "id": [1, 2, 3, 4],
            "body": ["One.", None, "Three.", "Four."],
            "source": ["A", "A", None, "B"],
            "link": [None, None, "https://www.daily.example/x", ""],
            "published_at": [datetime.datetime(2018, 8, 6, 12, tzinfo=datetime.UTC), None, None, None],
        }
    )
    pq.write_table(table, file, row_group_size=2)
    articles, rejected = read(file)
    assert [(a.text, a.outlet, a.date) for a in articles] == [
        ("One.", "A", "2018-08-06T12:00:00+00:00"),
        ("Three.", "daily.example", ""),
        ("Four.", "B", ""),
    ]
    assert articles[1].origin == f"{file}, row 3"
    assert len(rejected) == 1
    assert f"{file}, row 2: has no text" in rejected[0]


def test_parquet_that_is_none_or_too_large(tmp_path, monkeypatch):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing of the kind")
    assert "a.parquet: cannot be read as Parquet" in read(tmp_path / "a.parquet")[1][0]
    monkeypatch.setattr("slantwise.articles.tables._LARGEST_CHUNK", 100)
    pq.write_table(pa.table({"text": ["word " * 300], "outlet": ["A"]}), tmp_path / "b.parquet")
    assert "write it with smaller row groups" in read(tmp_path / "b.parquet")[1][0]


def test_parquet_from_a_pipe(monkeypatch):
    import sys
    from types import SimpleNamespace

    class Pipe(io.RawIOBase):
        def __init__(self, data):
            self.inner = io.BytesIO(data)

        def readable(self):
            return True

        def readinto(self, buffer):
            return self.inner.readinto(buffer)

    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["One."], "outlet": ["A"]}), out)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BufferedReader(Pipe(out.getvalue()))))
    assert [a.text for a in read("-")[0]] == ["One."]


words = st.text(st.characters(codec="utf-8"), max_size=30)


@QUIET
@given(st.lists(st.tuples(words, words, words), min_size=1, max_size=5))
def test_csv_and_jsonl_give_back_what_was_written(tmp_path, rows):
    rows = [(f"{text} {i}x", outlet, title) for i, (text, outlet, title) in enumerate(rows)]
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("text", "outlet", "title"), *rows])
    with (tmp_path / "a.jsonl").open("w", encoding="utf-8", newline="") as out:
        out.writelines(json.dumps(dict(zip(("text", "outlet", "title"), row, strict=True))) + "\n" for row in rows)
    for name in ("a.csv", "a.jsonl"):
        articles, rejected = read(tmp_path / name, outlet="none", keep_duplicates=True)
        assert rejected == [], name
        assert [a.text for a in articles] == [clean(text) for text, _, _ in rows], name
        assert [a.title.strip() for a in articles] == [clean(title).strip() for _, _, title in rows], name


@QUIET
@given(
    st.sampled_from(["txt", "html", "jsonl", "csv", "parquet", "warc", "rss", "jsonl.gz", "warc.gz"]),
    st.binary(max_size=300),
)
def test_any_bytes_are_an_article_or_a_rejection(tmp_path, kind, data):
    file = tmp_path / f"a.{kind}"
    file.write_bytes(data)
    articles, rejected = read(file, outlet="A", offline=True, cache=tmp_path / "cache")
    assert all(str(file) in r and "\n" not in r for r in rejected)
    for article in articles:
        article.text.encode()  # can be written down
    if kind not in ("csv", "warc", "warc.gz"):
        assert articles or rejected


values = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | words, lambda x: st.lists(x) | st.dictionaries(words, x), max_leaves=5)  # fmt: skip


@QUIET
@given(st.dictionaries(st.sampled_from([s for row in SPELLINGS.values() for s in row]) | words, values, max_size=6))
def test_any_row_has_fields_of_text_or_is_refused(row):
    try:
        fields = Columns().fields_of(row, "here")
    except InputError as problem:
        assert str(problem).startswith("here: ")
    else:
        assert tuple(fields) == FIELDS
        assert all(isinstance(value, str) for value in fields.values())
        assert fields["text"].strip()


@pytest.mark.parametrize("spelling", ["Body", "ARTICLE-TEXT", "articleBody", "full text", "maintext"])
def test_capitals_spaces_and_hyphens_do_not_matter(spelling):
    assert Columns().fields_of({spelling: "One."}, "here")["text"] == "One."


def test_a_source_as_news_apis_give_it():
    row = {"text": "One.", "source": {"id": None, "name": "The Daily"}, "publishedAt": 1533549600}
    fields = Columns().fields_of(row, "here")
    assert (fields["outlet"], fields["date"]) == ("The Daily", "1533549600")


def test_columns_from_a_flag():
    assert Columns.parse("text=body, outlet = domain").given == {"text": "body", "outlet": "domain"}
    for wrong in ("text", "text=", "=x", "writer=x"):
        with pytest.raises(InputError, match="accepted are FIELD=COLUMN"):
            Columns.parse(wrong)
