import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from conftest import judgement
from hypothesis import given, settings
from hypothesis import strategies as st

from slantwise.parts import (
    ARTICLES,
    JUDGEMENTS,
    article_key,
    discard_unfinished,
    part_names,
    provenance_of,
    read_judged,
    replacing,
    write_part,
)
from slantwise.provenance import Provenance
from slantwise.records import Article, InputError, Judgement, Part, Sentence, Voice

ACME = Provenance("Acme", ("Acme Inc",), (), "released", "abc", "1", (0.2, 0.7, 0.1), {"language": "en"})

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
share = st.floats(0, 1)
triples = st.tuples(share, share, share)
sentences = st.builds(
    Sentence,
    text=words,
    start=st.integers(-1, 2**31 - 1),
    end=st.integers(-1, 2**31 - 1),
    context=words,
    part=st.sampled_from(Part),
    mentions=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=3).map(tuple),
    about=st.booleans(),
    speaker=st.none() | st.sampled_from(Voice),
)
judgements = st.builds(Judgement, triples, triples, st.none() | share)
articles = st.builds(Article, *(words for _ in range(6)))
judged_articles = st.lists(st.tuples(articles, st.lists(st.tuples(sentences, judgements), max_size=4)), max_size=6)


def paper(number=0, pairs=1):
    text = f"Acme lied. Number {number}."
    return Article(text, "A", f"Title {number}", origin=f"o:{number}"), [
        (Sentence("Acme lied.", 0, 10, mentions=((0, 4),), about=True), judgement(-0.1 * number / 7))
        for _ in range(pairs)
    ]


@settings(max_examples=25)
@given(judged_articles, judged_articles)
def test_what_is_read_is_what_was_written(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("parts")
    assert write_part(folder, "b", second, ACME) == sum(len(p) for _, p in second)
    write_part(folder, "a", first, ACME)
    found = list(read_judged(folder))
    assert [pairs for _, pairs in found] == [pairs for _, pairs in first + second]
    for (article, pairs), (one, _) in zip(found, first + second, strict=True):
        assert article == (one if pairs else replace(one, text=""))
        assert article.text_digest == one.text_digest
    assert provenance_of(folder) == ACME


def test_both_tables_are_plain_data_sets(tmp_path):
    write_part(tmp_path, "0", [paper(1), (Article("The weather.", "B"), [])], ACME)
    write_part(tmp_path, "1", [paper(2, 2)], ACME)
    rows = pq.read_table(tmp_path / JUDGEMENTS).to_pylist()
    of_articles = pq.read_table(tmp_path / ARTICLES).to_pylist()
    assert [r["title"] for r in rows] == ["Title 1", "Title 2", "Title 2"]
    assert [(r["outlet"], r["judged"], r["text"]) for r in of_articles][:2] == [
        ("A", 1, "Acme lied. Number 1."),
        ("B", 0, None),
    ]
    assert {r["article"] for r in rows} < {r["article"] for r in of_articles}
    assert rows[0]["mentions"] == [{"start": 0, "end": 4}]
    assert (rows[0]["stance"], rows[0]["voice"], rows[0]["score"]) == ("neutral", "outlet", pytest.approx(-0.1 / 7))
    metadata = json.loads(pq.read_schema(tmp_path / JUDGEMENTS / "0.parquet").metadata[b"slantwise"])
    assert (metadata["target"], metadata["model"], metadata["digest"]) == ("Acme", "released", "abc")


def test_a_key_is_of_what_the_article_says_not_of_where_it_lay():
    one = Article("Text.", "A", "T", "2020-01-01", "u", "o")
    assert article_key(one) == article_key(replace(one, origin="elsewhere")) == "6ef06b8ae2d503ada20ee424ebe3319f"
    others = [replace(one, **{k: "x"}) for k in ("text", "outlet", "title", "date", "url")]
    assert len({article_key(a) for a in [one, *others]}) == 6


def test_half_a_part_is_none(tmp_path):
    write_part(tmp_path, "0", [paper()], ACME)
    write_part(tmp_path, "1", [paper()], ACME)
    (tmp_path / ARTICLES / "1.parquet").unlink()
    (tmp_path / JUDGEMENTS / ".2.parquet.77.partial").write_bytes(b"PAR1")
    assert part_names(tmp_path) == ["0"]
    assert len(list(read_judged(tmp_path))) == 1
    discard_unfinished(tmp_path)
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["0.parquet", "0.parquet"]


def test_a_file_that_fails_to_be_written_leaves_the_old_one(tmp_path):
    file = tmp_path / "f"
    file.write_text("old")
    with pytest.raises(RuntimeError), replacing(file) as new:
        new.write_text("half")
        raise RuntimeError
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("f", "old")]


def test_what_is_no_part_is_named(tmp_path):
    assert provenance_of(tmp_path) is None
    write_part(tmp_path, "0", [paper()], ACME)
    write_part(tmp_path, "1", [paper()], replace(ACME, digest="def"))
    with pytest.raises(InputError, match=r"1.parquet: was made with digest 'def', not 'abc', as other parts"):
        provenance_of(tmp_path)
    file = tmp_path / ARTICLES / "1.parquet"
    pq.write_table(pq.read_table(file).replace_schema_metadata({}), file)
    with pytest.raises(InputError, match=r"1.parquet: is no part that slantwise has written"):
        provenance_of(tmp_path)
    file.write_bytes(b"PAR1 no more")
    with pytest.raises(InputError, match=r"1.parquet: cannot be read"):
        list(read_judged(tmp_path))
    write_part(tmp_path, "1", [paper(pairs=2)], ACME)
    write_part(tmp_path / "other", "1", [paper(pairs=1)], ACME)
    (tmp_path / "other" / JUDGEMENTS / "1.parquet").replace(tmp_path / JUDGEMENTS / "1.parquet")
    with pytest.raises(InputError, match=r"1.parquet: holds fewer judgements than"):
        list(read_judged(tmp_path))
