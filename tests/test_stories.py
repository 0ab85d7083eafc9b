import json
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.metrics import adjusted_rand_score

import slantwise.stories
from slantwise.records import Article
from slantwise.stories import StoryTexts, cluster

DATA = Path(__file__).parent.parent / "data"

RECALL = "Acme recalls heaters after a school fire near Leeds; inspectors blame the faulty thermostat and its wiring."
RECALL_TOO = "Heaters recalled: thermostat wiring blamed by inspectors for the fire at a school near Leeds, Acme says."
STRIKE = "Drivers at the Hull depot of Acme walk out over shift patterns; the union wants overtime paid for nights."


def told(*articles, alike=0.15):
    texts = StoryTexts(["Acme"])
    for text, date in articles:
        texts.add(Article(text, "A", date=date))
    return texts.labels(alike).tolist()


def test_same_event_same_time():
    one, two, other = told((RECALL, "2020-01-01"), (RECALL_TOO, "2020-01-03"), (STRIKE, "2020-01-02"))
    assert one == two != other


def test_the_window():
    assert told((RECALL, "2020-01-01"), (RECALL, "2020-01-05")) == [0, 1]
    assert told((RECALL, "2020-01-01"), (RECALL, "2020-01-04 23:00")) == [0, 0]


def test_an_article_without_a_date_is_compared_by_text_alone():
    texts = StoryTexts(["Acme"])
    assert texts.add(Article(RECALL, "A", date="2020-01-01"))
    assert not texts.add(Article(RECALL_TOO, "B", date="yesterday"))
    assert not texts.add(Article(STRIKE, "B"))
    one, two, other = texts.labels()
    assert one == two != other


def test_the_targets_name_does_not_make_a_story():
    assert told(("Acme Acme Acme rises.", ""), ("Acme Acme Acme falls.", "")) == [0, 1]


def test_none_one_and_texts_without_words():
    assert told() == []
    assert told((RECALL, "")) == [0]
    assert told(("Acme.", ""), ("Acme.", ""), ("…", "")) == [0, 1, 2]


def test_identical_articles_are_one_story():
    assert told(*[(RECALL, "2020-01-01")] * 30) == [0] * 30


def test_a_large_part_is_cut_along_its_weaker_links(monkeypatch):
    monkeypatch.setattr(slantwise.stories, "LARGEST", 6)
    stories = np.repeat(np.arange(4), 5)
    vectors = np.full((20, 5), 0.3)
    vectors[np.arange(20), stories] = 1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = cluster(csr_array(vectors), np.zeros(20), alike=0.1)
    assert adjusted_rand_score(stories, found) == 1.0
    alike = csr_array(np.ones((20, 1)))
    assert len(set(cluster(alike, np.zeros(20)).tolist())) == 1


def test_many_blocks_give_what_one_does(monkeypatch):
    random = np.random.default_rng(0)
    vectors = random.random((60, 12)) * (random.random((60, 12)) < 0.3)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    days = np.where(random.random(60) < 0.2, np.nan, random.integers(0, 20, 60))
    whole = cluster(csr_array(vectors), days, 0.5)
    monkeypatch.setattr(slantwise.stories, "_BLOCK", 7)
    assert (cluster(csr_array(vectors), days, 0.5) == whole).all()
    order = random.permutation(60)
    again = np.empty(60, dtype=int)
    again[order] = cluster(csr_array(vectors[order]), days[order], 0.5)
    assert adjusted_rand_score(whole, again) == pytest.approx(1.0)


def test_stories_of_the_corpus():
    rows = [json.loads(line) for line in (DATA / "validation.jsonl").open()]
    texts = StoryTexts()
    for row in rows:
        texts.add(Article(" ".join(s["text"] for s in row["sentences"]), row["outlet"]))
    found = texts.labels()
    pure = sum(len({rows[i]["story"] for i in np.flatnonzero(found == s)}) == 1 for s in set(found))
    assert pure == len(set(found))
    assert adjusted_rand_score([row["story"] for row in rows], found) > 0.5
