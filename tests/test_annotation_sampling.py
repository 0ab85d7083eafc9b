import csv
import json

import numpy as np
import pytest
from active_labels import clusters, drawn_labels, estimates
from conftest import judgement
from hypothesis import given
from hypothesis import strategies as st
from validity import label_shift, synthetic

from slantwise.annotation.reading import read_answers, read_items
from slantwise.annotation.sampling import draw_sample, inclusion, probabilities, shared_out, systematic, unsureness
from slantwise.annotation.writing import FILES, configuration, write_sample
from slantwise.corpus import sentence_hash
from slantwise.labels import read_labels
from slantwise.records import Article, InputError
from slantwise.targets import Target

ACME = Target("Acme", ("Ann Acme",))


class Unsure:
    """Is unsure of sentences with "maybe", sure of all others."""

    def predict(self, sentences, target, context):
        return [judgement(0.5 if "maybe" in s else 0.0, 1, float("Bridges" not in s)) for s in sentences]


def articles(n=30):
    for i in range(n):
        maybe = "maybe " if i % 3 == 0 else ""
        text = f"Acme {maybe}lied in case {i}. Bridges rust. Acme paid fee {i}."
        yield Article(text, f"Paper {i % 4 if i < 28 else 9}", f"Title {i}", url=f"u:{i}")


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40), st.integers(1, 50))
def test_inclusion_probabilities_sum_to_what_is_drawn(sizes, number):
    found = inclusion(np.array(sizes), number)
    assert found.sum() == pytest.approx(min(number, len(sizes)))
    assert found.min() > 0
    assert found.max() <= 1 + 1e-9
    below = found < 1
    ratios = found[below] / np.array(sizes)[below]
    assert ratios.max(initial=0) - ratios.min(initial=np.inf) <= 1e-9 * ratios.max(initial=0)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40), st.integers(1, 50), st.integers(0, 99))
def test_as_many_are_drawn_and_none_twice(sizes, number, seed):
    chances = inclusion(np.array(sizes), number)
    drawn = systematic(chances, np.random.default_rng(seed))
    assert len(drawn) == len(set(drawn.tolist())) == min(number, len(sizes))
    assert set(np.flatnonzero(chances >= 1)) <= set(drawn.tolist())


@given(st.integers(0, 60), st.lists(st.integers(0, 20), max_size=8))
def test_shares_are_even(number, sizes):
    parts = shared_out(number, sizes)
    assert sum(parts) == min(number, sum(sizes))
    assert all(p <= s for p, s in zip(parts, sizes, strict=True))
    open_ = [p for p, s in zip(parts, sizes, strict=True) if p < s]
    assert not open_ or max(parts) - min(open_) <= 1


def test_units_are_drawn_as_often_as_their_probability_says():
    rng = np.random.default_rng(0)
    unsure, strata = rng.random(30), np.arange(30) % 3
    chances = probabilities(unsure, strata, 9, active=True)
    times = np.zeros(30)
    for _ in range(4_000):
        drawn = systematic(chances, rng, strata)
        assert np.bincount(strata[drawn]).tolist() == [3, 3, 3]
        times[drawn] += 1
    # Six standard errors of the rarest.
    assert np.abs(times / 4_000 - chances).max() < 6 * np.sqrt(0.25 / 4_000)
    # The floor: half the plain chance.
    assert chances.min() > 0.5 * 9 / 30
    assert probabilities(np.zeros(4), None, 2, active=True) == pytest.approx([0.5] * 4)


def test_unsureness_is_the_spread_of_the_label():
    assert unsureness(judgement(0.0)) == unsureness(judgement(-1.0)) == 0
    assert unsureness(judgement(0.5)) == pytest.approx(0.5)


def coverage_and_bias(unit, active, use, trials=60):
    """Over outlets of known slant: the share of intervals that hold it, and the mean absolute bias of an outlet."""
    rng = np.random.default_rng(5)
    pool = synthetic(np.random.default_rng(0), size=4_000)
    held, off = [], []
    for _ in range(trials):
        for outlet in label_shift(pool, 60, rng):
            chance, drawn = drawn_labels(outlet, unit, active, 60, rng)
            found = estimates(clusters(outlet, drawn / chance if use else drawn))["corrected"]
            held.append(found.low <= outlet.truth <= found.high)
            off.append(found.slant - outlet.truth)
    return np.mean(held), np.abs(np.reshape(off, (trials, -1)).mean(axis=0)).mean(), np.sqrt(np.mean(np.square(off)))


def test_corrected_slants_hold_under_active_draws_and_not_if_the_probabilities_are_ignored():
    plain, active = coverage_and_bias("sentences", False, True), coverage_and_bias("sentences", True, True)
    ignored = coverage_and_bias("sentences", True, False)
    whole = coverage_and_bias("articles", True, True)
    for found in (plain, active, whole):
        # 360 intervals: three standard errors around 0.95.
        assert 0.915 <= found[0] <= 0.985
    assert active[2] < plain[2]
    assert ignored[0] < active[0] - 0.02
    assert ignored[1] > 2 * active[1]


def test_a_sample_says_what_was_drawn_of_how_many():
    sample = draw_sample(articles(), ACME, Unsure(), number=10, per_outlet=True, seed=1)
    assert sample.candidates == {"Paper 0": 14, "Paper 1": 14, "Paper 2": 14, "Paper 3": 14, "Paper 9": 4}
    assert sample.chosen == dict.fromkeys(sample.candidates, 2)
    assert sorted({d.item.probability for d in sample.drawn}) == pytest.approx([2 / 14, 0.5])
    again = draw_sample(articles(), ACME, Unsure(), number=10, per_outlet=True, seed=1)
    assert again == sample
    assert draw_sample(articles(), ACME, Unsure(), number=10, per_outlet=True, seed=2) != sample
    first = sample.drawn[0].item
    assert (first.target, first.aliases, first.hash) == ("Acme", ("Ann Acme",), sentence_hash(first.sentence))


def test_unsure_sentences_are_drawn_more_often_and_articles_whole():
    active = draw_sample(articles(), ACME, Unsure(), number=12, active=True)
    by_word = {"maybe" in d.item.sentence: d.item.probability for d in active.drawn}
    assert by_word[True] > 2 * by_word[False]
    whole = draw_sample(articles(), ACME, Unsure(), number=5, unit="article")
    urls = [d.item.url for d in whole.drawn]
    assert len(urls) == 10
    assert urls[::2] == urls[1::2]
    assert [d.item.probability for d in whole.drawn] == pytest.approx([5 / 30] * 10)
    everything = draw_sample(articles(), ACME, Unsure(), number=1_000)
    assert len(everything.drawn) == 60
    assert {d.item.probability for d in everything.drawn} == {1.0}


def test_nothing_to_draw_is_said():
    skipped = []
    with pytest.raises(InputError, match="no article has a sentence about Acme"):
        draw_sample([Article("Bridges rust.", "A", origin="a.txt")], ACME, Unsure(), on_skip=skipped.append)
    assert skipped == ["a.txt: no sentence is about Acme; left out"]
    with pytest.raises(InputError, match="number 0 is not 1 or more"):
        draw_sample(articles(), ACME, Unsure(), number=0)


@pytest.fixture
def written(tmp_path):
    sample = draw_sample(articles(), ACME, Unsure(), number=6, seed=1)

    def write(blind, name="s"):
        write_sample(sample, tmp_path / name, blind, {"target": "Acme", "model": "stub"})
        return tmp_path / name

    return sample, write


def test_files_for_labellers(written):
    sample, write = written
    folder = write(blind=False)
    tasks = json.loads((folder / "tasks.json").read_text())
    assert [t["data"]["item"] for t in tasks] == [d.item.item for d in sample.drawn]
    names = {r["from_name"]: r["value"]["choices"][0] for r in tasks[0]["predictions"][0]["result"]}
    assert names.keys() == {"stance", "voice", "about"}
    rows = list(csv.DictReader((folder / "tasks.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0]["model stance"] == names["stance"]
    assert rows[0]["stance"] == ""
    assert json.loads((folder / "tasks.jsonl").read_text().splitlines()[0])["text"] == sample.drawn[0].item.sentence
    facts = json.loads((folder / "sample.json").read_text())
    assert facts["outlets"]["Paper 0"]["candidates"] == 14
    assert read_items(folder) == {d.item.item: d.item for d in sample.drawn}


def test_blind_tells_labellers_nothing_of_the_model(written):
    _, write = written
    folder = write(blind=True)
    seen = "".join((folder / name).read_text(encoding="utf-8-sig") for name in FILES if name != "sample.json")
    assert "predictions" not in seen
    assert "model" not in seen
    assert len(json.loads((folder / "sample.json").read_text())["judged"]) == 6


def test_nothing_is_overwritten(written):
    _, write = written
    write(blind=True)
    with pytest.raises(InputError, match=r"tasks\.json: is there already and is not overwritten"):
        write(blind=True)


def test_the_configuration_asks_for_all_labels():
    from xml.etree import ElementTree

    tree = ElementTree.fromstring(configuration())
    asked = {c.get("name"): [x.get("value") for x in c] for c in tree.iter("Choices")}
    assert asked == {
        "stance": ["accusatory", "neutral", "defending"],
        "voice": ["outlet", "target", "other"],
        "about": ["yes", "no"],
    }
    keys = [x.get("hotkey") for x in tree.iter("Choice")]
    assert len(set(keys)) == len(keys)


@given(st.text(max_size=80), st.integers(0, 9))
def test_whatever_an_article_says_comes_back_from_the_sheet(tmp_path_factory, said, number):
    text = f"Acme said so.\n\n={said} Acme lied.\n\n-Acme @ {number}"
    sample = draw_sample([Article(text, f"={said}", said, url="u:1")], ACME, Unsure(), number=9)
    folder = tmp_path_factory.mktemp("sheet")
    write_sample(sample, folder, True, {})
    path = folder / "tasks.csv"
    rows = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    place = rows[0].index("stance")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([rows[0], *([*r[:place], "N", *r[place + 1 :]] for r in rows[1:])])
    read = read_answers([path])
    assert read.problems == []
    assert {a.item.item for a in read.answers} == {d.item.item for d in sample.drawn}
    assert {(a.item.start, a.item.end, a.item.probability) for a in read.answers} == {
        (d.item.start, d.item.end, d.item.probability) for d in sample.drawn
    }


def test_gold_goes_back_to_the_sentences_it_was_drawn_from(written, tmp_path):
    from slantwise.annotation.agreement import settle
    from slantwise.annotation.gold import write_gold
    from slantwise.sentences import split_article

    sample, write = written
    folder = write(blind=True)
    rows = [json.loads(x) | {"label": ["neutral"]} for x in (folder / "tasks.jsonl").read_text().splitlines()]
    (tmp_path / "anna.jsonl").write_text("\n".join(map(json.dumps, rows)))
    write_gold(tmp_path / "gold.jsonl", settle(read_answers([tmp_path / "anna.jsonl"]).answers), text=False)
    assert "sentence" not in json.loads((tmp_path / "gold.jsonl").read_text().splitlines()[0])
    book = read_labels(tmp_path / "gold.jsonl", "Acme")
    found = []
    for article in articles():
        book.saw(article)
        sentences = split_article(article, ACME)
        found += [x for x in book.of(article, sentences, lambda s=sentences: s) if x]
    book.check_all_came()
    assert sorted(x.probability for x in found) == sorted(d.item.probability for d in sample.drawn)
