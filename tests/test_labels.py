import hashlib
import json

import pytest

from slantwise.corpus import sentence_hash
from slantwise.labels import read_labels
from slantwise.records import Article, InputError, Stance
from slantwise.sentences import split_article

ARTICLE = Article("Acme lied to us. Bridges rust. Acme helps us.", "A", url="u:1", origin="a.jsonl, line 1")
SENTENCES = split_article(ARTICLE, "Acme")
ABOUT = [s for s in SENTENCES if s.mentions]
FIRST = {"url": "u:1", "start": 0, "end": 16, "stance": "accusatory", "probability": 0.5}


def book(tmp_path, *rows, name="labels.jsonl"):
    path = tmp_path / name
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows))
    return read_labels(path, "Acme")


def looked_up(labels, skipped=None):
    return labels.of(ARTICLE, ABOUT, lambda: SENTENCES, (skipped if skipped is not None else []).append)


@pytest.mark.parametrize(
    "article",
    [{"url": "u:1"}, {"origin": "a.jsonl, line 1"}, {"sha256": hashlib.sha256(ARTICLE.text.encode()).hexdigest()}],
)
@pytest.mark.parametrize("sentence", [{"start": 0, "end": 16}, {"hash": sentence_hash("Acme lied to us.")}])
def test_articles_and_sentences_by_each_of_their_names(tmp_path, article, sentence):
    labels = book(tmp_path, article | sentence | {"stance": "neutral", "probability": 0.25})
    first, second = looked_up(labels)
    assert (first.stance, first.probability, second) == (Stance.NEUTRAL, 0.25, None)
    labels.saw(ARTICLE)
    labels.check_all_came()


def test_csv(tmp_path):
    rows = [
        "url,start,end,hash,stance,probability",
        "u:1,0,16,,accusatory,1",
        f"u:1,,,{sentence_hash(ABOUT[1].text)},defending,0.5",
    ]
    found = looked_up(book(tmp_path, *rows, name="labels.csv"))
    assert [(x.stance, x.probability) for x in found] == [("accusatory", 1), ("defending", 0.5)]


def test_labels_of_sentences_that_do_not_count_are_left_out_and_said(tmp_path):
    skipped = []
    rusty = FIRST | {"start": SENTENCES[1].start, "end": SENTENCES[1].end}
    assert looked_up(book(tmp_path, rusty, FIRST), skipped)[0].stance == Stance.ACCUSATORY
    assert len(skipped) == 1
    assert "line 1: 1 labels here are of sentences that count in no slant" in skipped[0]


def test_labels_of_an_article_whose_text_was_not_kept(tmp_path):
    other = Article("Bridges rust.", "B", url="u:2")
    kept = Article("", "B", url="u:2", sha256=other.text_digest)
    row = {"sha256": other.text_digest, "start": 0, "end": 13, "stance": "neutral", "probability": 1}
    for article in (other, kept):
        skipped, labels = [], book(tmp_path, row)
        labels.saw(article)
        labels.check_all_came()
        assert labels.of(article, [], lambda a=article: split_article(a, "Acme"), skipped.append) == []
        assert "line 1: 1 labels here are of sentences that count in no slant" in skipped[0]


def test_other_targets_are_left_out(tmp_path):
    assert (
        looked_up(book(tmp_path, FIRST | {"target": "Beta", "stance": "neutral"}, FIRST | {"target": "acme"}))[0].stance
        == "accusatory"
    )
    with pytest.raises(InputError, match="holds no labels toward Acme; its targets are Beta"):
        book(tmp_path, FIRST | {"target": "Beta"})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"probability": 0}, r"line 1: probability 0 is not a number above 0 and up to 1"),
        ({"probability": 1.5}, r"line 1: probability 1.5 is not"),
        ({"probability": None}, r"line 1: probability None is not"),
        ({"probability": True}, r"line 1: probability True is not"),
        ({"probability": float("nan")}, r"line 1: probability nan is not"),
        (
            {"stance": "positive"},
            r"line 1: stance 'positive' is not recognised; accepted are accusatory, neutral, defending",
        ),
        ({"stance": ["neutral"]}, r"line 1: stance \['neutral'\] is not recognised"),
        ({"url": ""}, r"line 1: names no article; accepted are sha256, url, origin"),
        ({"start": None, "end": None}, r"line 1: names no sentence; accepted are start and end, or hash"),
        ({"end": None}, r"line 1: end None is not a whole number"),
        ({"start": 0.5}, r"line 1: start 0.5 is not a whole number"),
    ],
)
def test_rows_that_say_nothing_are_named(tmp_path, change, complaint):
    with pytest.raises(InputError, match=complaint):
        book(tmp_path, FIRST | change)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"start": 3}, "line 1: 3–16 is no sentence of the article u:1"),
        (
            {"start": None, "end": None, "hash": "0" * 16},
            "line 1: hash '0000000000000000' is no sentence of the article u:1",
        ),
        ({"hash": "0" * 16}, "line 1: hash '0000000000000000' is not that of the text at its offsets"),
    ],
)
def test_labels_that_fit_no_sentence_are_named(tmp_path, change, complaint):
    with pytest.raises(InputError, match=complaint):
        looked_up(book(tmp_path, FIRST | change))


def test_a_sentence_is_labelled_once(tmp_path):
    with pytest.raises(InputError, match="line 2: a second label for the same sentence"):
        looked_up(book(tmp_path, FIRST, FIRST))


def test_articles_that_never_came_are_named(tmp_path):
    labels = book(tmp_path, FIRST, FIRST | {"url": "u:2"})
    labels.saw(ARTICLE)
    with pytest.raises(InputError, match=r"line 2: url 'u:2' is of no article that was given"):
        labels.check_all_came()


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("x.jsonl", "", "holds no labels toward Acme"),
        ("x.jsonl", "{", "line 1: not JSON"),
        ("x.jsonl", "[1]", "line 1: '\\[1\\]' is not a JSON object"),
        ("x.csv", "url,stance\n", "holds no labels toward Acme"),
        ("x.txt", "", "files ending in '.txt' hold no labels; accepted are .csv, .jsonl"),
        ("x.jsonl", b"\xff", "is not UTF-8 text"),
    ],
)
def test_files_that_hold_no_labels(tmp_path, name, text, complaint):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=complaint):
        read_labels(path, "Acme")
    with pytest.raises(InputError, match="there is no such file"):
        read_labels(tmp_path / "nowhere.csv", "Acme")
