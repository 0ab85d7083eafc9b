import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from slantwise.articles import read_articles
from slantwise.articles.counting import expected_articles


@pytest.fixture
def saved(tmp_path):
    for i in range(3):
        (tmp_path / "A").mkdir(exist_ok=True)
        (tmp_path / "A" / f"{i}.txt").write_text("One. " * (i + 1))
        (tmp_path / "A" / f"{i}.html").write_text(f"<html><body><p>{'Text of the page. ' * (20 + i)}</p></body></html>")
    (tmp_path / "b.jsonl").write_text('{"text": "Two.", "outlet": "B"}\n{"outlet": "B"}\n')
    pq.write_table(pa.table({"text": ["Three.", "Four."], "outlet": ["C", "C"]}), tmp_path / "c.parquet")
    return tmp_path


def test_as_many_as_come_or_are_rejected(saved):
    rejected = []
    articles = list(read_articles([saved], on_reject=rejected.append))
    assert expected_articles([saved]) == len(articles) + len(rejected) == 10
    assert expected_articles([saved / "b.jsonl", str(saved / "A" / "*.txt")]) == 5


def test_what_takes_reading_or_is_not_there_is_not_known(saved):
    (saved / "d.csv").write_text("text,outlet\nOne.,A\n")
    (saved / "e.jsonl.gz").write_bytes(gzip.compress(b"{}\n"))
    (saved / "f.parquet").write_bytes(b"PAR1")
    for place in (
        "-",
        "https://a.example/story",
        "s3://bucket/news",
        "nowhere",
        saved / "d.csv",
        saved / "e.jsonl.gz",
        saved / "f.parquet",
    ):
        assert expected_articles([place]) is None, place
    assert expected_articles([saved]) is None
