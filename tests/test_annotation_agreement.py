import json
from dataclasses import replace

import krippendorff
import numpy as np
import pytest
from conftest import judgement
from hypothesis import given
from hypothesis import strategies as st
from test_annotation_reading import ITEM

from slantwise.annotation.agreement import agreement, settle
from slantwise.annotation.errors import likely_errors
from slantwise.annotation.gold import disagreements, write_gold, write_likely_errors
from slantwise.annotation.items import Answer
from slantwise.annotation.reading import read_answers
from slantwise.labels import read_labels
from slantwise.records import STANCES, Stance, Voice

A, N, D = STANCES


def item(n):
    return replace(ITEM, item=f"s-{n}", start=n * 20, end=n * 20 + 16, sha256=f"{n // 2:064d}")


def answers(**columns):
    """Answers by labeller: one letter a sentence, a dot where there is none."""
    of = {"a": A, "n": N, "d": D}
    return [
        Answer(item(i), name, of[letter], Voice.OUTLET, True)
        for name, column in columns.items()
        for i, letter in enumerate(column)
        if letter != "."
    ]


def test_alpha_is_krippendorffs():
    found = agreement(answers(anna="aanndd.a", ben="aannddaa", cleo=".annda.n"))
    codes = np.array(
        [[("and".index(x) if x != "." else np.nan) for x in c] for c in ("aanndd.a", "aannddaa", ".annda.n")]
    )
    assert found.alpha["stance"] == pytest.approx(krippendorff.alpha(codes, level_of_measurement="nominal"))
    assert found.alpha["voice"] is None
    assert (found.sentences, found.overlap) == (8, 7)
    assert found.interval[0] < found.alpha["stance"] < found.interval[1] <= 1
    binary = np.where(np.isnan(codes), np.nan, codes == 0)
    assert found.per_class["accusatory"] == pytest.approx(krippendorff.alpha(binary, level_of_measurement="nominal"))
    anna, _, cleo = found.labellers
    assert (anna.sentences, cleo.sentences) == (7, 6)
    assert cleo.with_others == pytest.approx(8 / 12)
    assert anna.alpha_without < found.alpha["stance"] < cleo.alpha_without == 1.0
    pair = found.pairs[0]
    assert (pair.one, pair.other, pair.sentences, pair.agreement, pair.kappa) == ("anna", "ben", 7, 1.0, 1.0)


def test_one_labeller_agrees_with_nobody_and_no_overlap_tells_nothing():
    assert agreement(answers(anna="and")) is None
    apart = agreement(answers(anna="aa..", ben="..nn"))
    assert (apart.overlap, apart.alpha["stance"], apart.pairs, apart.interval) == (0, None, [], None)
    assert apart.labellers[0].with_others is None
    alike = agreement(answers(anna="nn", ben="nn"))
    assert (alike.alpha["stance"], alike.pairs[0].kappa) == (None, None)


@given(
    st.lists(st.text("and.", min_size=5, max_size=5), min_size=2, max_size=4).filter(
        lambda c: any(x.strip(".") for x in c)
    )
)
def test_whatever_is_said_gives_figures_or_none(columns):
    given_ = answers(**{f"l{i}": c for i, c in enumerate(columns)})
    found = agreement(given_)
    if found:
        assert all(a is None or a <= 1 for a in [*found.alpha.values(), *found.per_class.values()])
    for gold in settle(given_):
        most = max(sum(a.stance is s for a in gold.answers) for s in STANCES)
        assert (gold.stance is None) == (2 * most <= len(gold.answers))


def test_the_majority_counts_and_an_adjudicator_above_it():
    given_ = answers(anna="and", ben="aaa", cleo="and")
    assert [g.stance for g in settle(given_)] == [A, N, D]
    assert [g.disputed for g in settle(given_)] == [False, True, True]
    undecided = settle(answers(anna="an", ben="na"))
    assert [g.stance for g in undecided] == [None, None]
    settled = settle(answers(anna="an", ben="na"), [Answer(item(1), "dora", D, None, None)])
    assert [(g.stance, g.adjudicated) for g in settled] == [(None, False), (D, True)]
    assert settled[1].voice is Voice.OUTLET
    assert len(settled[1].answers) == 2
    alone = settle(answers(anna="a"), [Answer(item(5), "dora", N)])
    assert [(g.stance, g.adjudicated, len(g.answers)) for g in alone] == [(A, False, 1), (N, True, 1)]


def test_gold_is_a_labels_file_with_text_or_without(tmp_path):
    gold = settle(answers(anna="and", ben="ana"))
    write_gold(tmp_path / "gold.jsonl", gold)
    rows = [json.loads(line) for line in (tmp_path / "gold.jsonl").read_text().splitlines()]
    assert [r["stance"] for r in rows] == ["accusatory", "neutral"]
    assert rows[0]["labellers"] == ["anna", "ben"]
    assert rows[0]["sentence"] == ITEM.sentence
    write_gold(tmp_path / "bare.jsonl", gold, text=False)
    bare = json.loads((tmp_path / "bare.jsonl").read_text().splitlines()[0])
    assert not {"sentence", "context", "title", "after"} & bare.keys()
    for name in ("gold.jsonl", "bare.jsonl"):
        assert len(read_labels(tmp_path / name, "Acme").unseen) == 1


def test_disagreements_are_filled_in_and_read_back(tmp_path):
    given_ = answers(anna="andn", ben="aaan", cleo="annn")
    gold = settle(given_)
    path = tmp_path / "dis.csv"
    assert disagreements(path, gold) == 2
    text = path.read_text(encoding="utf-8-sig")
    assert text.index("undecided") < text.index("anna: neutral; ben: accusatory; cleo: neutral")
    filled = text.replace("undecided,,", "undecided,def,").replace("neutral,,,", "neutral,,,")
    path.write_text(filled, encoding="utf-8-sig")
    settled = read_answers([path])
    assert settled.unanswered == 1
    assert [(g.stance, g.adjudicated) for g in settle(given_, settled.answers)] == [
        (A, False),
        (N, False),
        (D, True),
        (N, False),
    ]


def test_likely_errors_are_where_a_sure_model_disagrees(tmp_path):
    rng = np.random.default_rng(0)
    truth = "and" * 20
    wrong = {7: "d", 20: "a", 33: "d"}
    given_ = answers(anna="".join(wrong.get(i, x) for i, x in enumerate(truth)))
    gold = settle(given_)
    place = {"a": -0.9, "n": 0.0, "d": 0.9}
    by_item = {f"s-{i}": judgement(place[x] * (0.9 + 0.1 * rng.random())) for i, x in enumerate(truth)}
    judged = [by_item[g.item.item] for g in gold]
    found = likely_errors(gold, judged)
    assert {e.gold.item.item for e in found} == {f"s-{i}" for i in wrong}
    assert all(e.suggested is not e.gold.stance for e in found)
    assert write_likely_errors(tmp_path / "err.csv", gold, judged) == 3
    assert likely_errors(gold[:4], judged[:4]) == []
    assert Stance.NEUTRAL in {e.suggested for e in found}
