"""What is read at a time: small files together, row groups apart; what only one machine can read."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from slantwise.articles import read_articles
from slantwise.records import InputError
from slantwise.units import units_of


def texts(articles):
    return [(a.text, a.outlet, a.origin) for a in articles]


@pytest.fixture
def news(tmp_path):
    folder = tmp_path / "news"
    (folder / "Paper").mkdir(parents=True)
    for i in range(5):
        (folder / "Paper" / f"{i}.txt").write_text(f"Text {i}. " * 40)
    rows = [{"text": f"Row {i} of many. " * 9, "outlet": "Post"} for i in range(90)]
    pq.write_table(pa.Table.from_pylist(rows), folder / "table.parquet", row_group_size=10, compression=None)
    with gzip.open(folder / "last.jsonl.gz", "wt") as file:
        for i in range(30):
            print(json.dumps({"text": f"Line {i}.", "outlet": "Times"}), file=file)
    return folder


@pytest.mark.parametrize("size", [1, 1_000, 4_000, 10**9])
def test_units_give_what_one_reader_gives(news, size):
    units = list(units_of([str(news), str(news / "Paper")], size=size))
    found = [a for unit in units for a in read_articles(unit.inputs, "Given", keep_duplicates=True)]
    assert texts(found) == texts(read_articles([news, news / "Paper"], "Given", keep_duplicates=True))
    assert [unit.described() for unit in units] == [
        unit.described() for unit in units_of([str(news), str(news / "Paper")], size=size)
    ]
    assert (len(units) == 1) == (size == 10**9)


def test_row_groups_are_read_apart_as_they_fill_a_unit(news):
    units = list(units_of([str(news / "table.parquet")], size=4_000))
    assert len(units) > 2
    assert [u.inputs[0].groups[0] for u in units[1:]] == [u.inputs[0].groups[1] for u in units[:-1]]
    (news / "broken.parquet").write_bytes(b"PAR1 nothing")
    (unit,) = units_of([str(news / "broken.parquet")], size=1)
    rejected = []
    assert list(read_articles(unit.inputs, on_reject=rejected.append)) == []
    assert "cannot be read as Parquet" in str(rejected[0])


def test_files_that_are_not_there_or_not_the_same_are_no_mere_rejections(news):
    (unit, *_) = units_of([str(news)], size=10)
    file = news / "Paper" / "0.txt"
    file.write_text("Changed.")
    with pytest.raises(InputError, match=r"0.txt: has 8 bytes, not 320 as when it was listed"):
        unit.check_here()
    file.unlink()
    with pytest.raises(InputError, match="cannot be read by every machine"):
        unit.check_here()


@pytest.mark.parametrize("place", ["-", "https://daily.example/a", "links.urls", "feed.rss"])
def test_what_only_one_machine_can_read(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "links.urls").write_text("https://daily.example/a\n")
    (tmp_path / "feed.rss").write_text("<rss></rss>")
    with pytest.raises(InputError, match=r"one machine only.*--engine ray"):
        list(units_of([place]))
