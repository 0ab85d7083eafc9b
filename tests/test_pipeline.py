import json
import math

import pytest
from conftest import WordJudge, judgement

from slantwise.corpus import sentence_hash
from slantwise.pipeline import CHUNK, judge_articles, score_outlets
from slantwise.records import Article, InputError, Voice
from slantwise.report import as_json
from slantwise.targets import Target

ACME = Target("Acme")


def articles():
    yield Article("Acme lied. Nobody knew. Acme lied again.", "Accuser", origin="one")
    yield Article("Acme helps us.", "Defender", title="Acme lied, says nobody", origin="two")
    yield Article("The weather is fine.", "Accuser", origin="three")


def test_scores_and_skips(word_judge):
    skipped = []
    accuser, defender = score_outlets(articles(), ACME, word_judge, on_skip=skipped.append)
    assert (accuser.outlet, accuser.slant, accuser.articles, accuser.sentences) == ("Accuser", -0.8, 1, 2)
    assert (defender.outlet, defender.slant, defender.sentences) == ("Defender", 1.0, 1)
    assert (accuser.headlines, defender.headlines) == (None, -0.8)
    assert skipped == ["three: no sentence is about Acme; left out"]


def test_over_time(word_judge):
    dated = [
        Article("Acme lied.", "A", date="2018-08-06"),
        Article("Acme helps.", "A", date="2018-09-01"),
        Article("Acme lied.", "A", date="yesterday", origin="three"),
    ]
    skipped = []
    found = score_outlets(dated, ACME, word_judge, by="month", on_skip=skipped.append)
    assert [(s.period, s.slant) for s in found] == [("2018-08", -0.8), ("2018-09", 1.0)]
    assert skipped == ["three: date 'yesterday' is not ISO 8601 (2018-08-06) or RFC 2822; left out"]
    with pytest.raises(InputError, match="no article with a date has a sentence about Acme"):
        score_outlets(dated[2:], ACME, word_judge, by="week")


@pytest.mark.parametrize("wire", [None, "keep", "once", "drop"])
def test_slants_over_all_time_are_those_without_periods(word_judge, wire):
    agency = "Acme lied to every one of its customers about the leak, its own engineers told the court on Monday."
    news = [
        Article(f"{agency} Acme helps {i} of us.", "ABC"[i % 3], date=f"2018-0{1 + i % 4}-01", url=f"u:{i}")
        for i in range(24)
    ]
    whole = []
    options = {"wire": wire, "shrink": True, "prior_shift": (0.3, 0.5, 0.2)}
    periods = score_outlets(news, ACME, word_judge, by="month", on_whole=whole.extend, **options)
    assert {s.period for s in periods} == {f"2018-0{m}" for m in range(1, 5)}
    assert whole == score_outlets(news, ACME, word_judge, **options)
    score_outlets(news, ACME, word_judge, on_whole=lambda slants: pytest.fail("asked for without periods"))


def dated(number):
    return [
        Article(f"Acme {'lied' if i % 2 else 'helps'}. Acme sells cars.", "AB"[i % 4 // 2], url=f"u:{i}")
        for i in range(number)
    ]


def labels(path, urls, stance="accusatory"):
    rows = [{"url": u, "hash": sentence_hash("Acme sells cars."), "stance": stance, "probability": 0.5} for u in urls]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_other_estimates_stand_beside_the_plain_one(word_judge, tmp_path):
    file = labels(tmp_path / "l.jsonl", [f"u:{i}" for i in range(0, 24, 2)])
    plain = score_outlets(dated(24), ACME, word_judge)
    found = score_outlets(dated(24), ACME, word_judge, shrink=True, labels=file, prior_shift=(0.3, 0.4, 0.3))
    assert [(s.slant, s.low, s.high) for s in found] == [(s.slant, s.low, s.high) for s in plain]
    assert all(s.correction is None and s.prior_shifted is None for s in plain)
    for s in found:
        assert (s.correction.rectifier, s.correction.articles, s.correction.sentences) == ("own", 6, 6)
        assert s.correction.labels_only.slant == -1
        assert s.prior_shifted.low <= s.prior_shifted.slant <= s.prior_shifted.high
        assert s.shrunk is None
        assert s.groups == ("a",)


def test_labels_of_outlets_that_are_not_scored_are_no_mistake(word_judge, tmp_path):
    file = labels(tmp_path / "l.jsonl", [f"u:{i}" for i in range(24)])
    (found,) = score_outlets(dated(24), ACME, word_judge, sources=["A"], labels=file)
    assert found.correction.articles == 12
    with pytest.raises(InputError, match="url 'u:9' is of no article that was given"):
        score_outlets(dated(9), ACME, word_judge, labels=labels(tmp_path / "m.jsonl", ["u:9"]))


def test_a_thousand_outlets_with_every_option(word_judge, tmp_path):
    many = [Article("Acme lied. Acme helps. Acme sells cars.", f"Outlet {i}", url=f"u:{i}") for i in range(1000)]
    file = labels(tmp_path / "l.jsonl", [f"u:{i}" for i in range(20)])
    found = score_outlets(many, ACME, word_judge, shrink=True, labels=file, prior_shift=(0.3, 0.4, 0.3))
    assert len(found) == 1000
    assert {s.correction.rectifier for s in found} == {"pooled"}
    assert {s.groups for s in found} == {("a",)}
    assert {s.ranks for s in found} == {(1, 1000)}
    assert all(
        math.isfinite(x) for s in found for x in (s.shrunk.low, s.correction.corrected.high, s.prior_shifted.low)
    )
    assert "NaN" not in as_json(found, "Acme", "", "")


def test_the_headline_is_judged_but_is_not_body(word_judge):
    judged = list(judge_articles(articles(), ACME, word_judge))
    assert [s.part for s, _ in judged[1][1]] == ["headline", "body"]


def test_sources_choose_and_unknown_ones_are_named(word_judge):
    assert [s.outlet for s in score_outlets(articles(), ACME, word_judge, sources=["Defender"])] == ["Defender"]
    with pytest.raises(
        InputError, match="source 'Post' is not among the articles' outlets; known are Accuser, Defender"
    ):
        score_outlets(articles(), ACME, word_judge, sources=["Defender", "Post"])


def test_nothing_about_the_target_is_an_error(word_judge):
    with pytest.raises(InputError, match="no article has a sentence about Beta"):
        score_outlets(articles(), "Beta", word_judge)


def test_many_articles_in_chunks_keep_their_order_and_their_judgements():
    judge = WordJudge()
    many = [Article(f"Acme {'lied' if i % 3 else 'helps'}. Acme is number {i}.", f"Outlet {i}") for i in range(CHUNK)]
    judged = list(judge_articles(iter(many), ACME, judge))
    assert [a for a, _ in judged] == many
    assert len(judge.calls) > 1
    assert all((j[0][1].score > 0) == (i % 3 == 0) for i, (_, j) in enumerate(judged))


def test_articles_are_taken_as_they_come(word_judge):
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield Article("Acme lied.", "A")

    next(judge_articles(endless(), ACME, word_judge))
    assert len(taken) <= CHUNK


def test_a_known_speaker_settles_the_voice(word_judge):
    quote = Article('"Our cars are the safest that there are," said Acme. Acme sells cars.', "A")
    ((_, judged),) = judge_articles([quote], ACME, word_judge)
    assert [j.voice for _, j in judged] == [Voice.TARGET, Voice.OUTLET]


@pytest.mark.parametrize(("sure", "kept"), [(None, [True, False]), (0.3, [True, False]), (0.9, [True, True])])
def test_text_and_classifier_decide_together_what_counts(sure, kept):
    class Judge:
        def predict(self, sentences, target, context):
            return [judgement(about=sure) for _ in sentences]

    article = Article("Acme sells cars. Bridges rust.", "A")
    ((_, judged),) = judge_articles([article], ACME, Judge())
    found = [s.text for s, _ in judged]
    assert [t in found for t in ("Acme sells cars.", "Bridges rust.")] == kept


def test_judged_articles_are_handed_over_as_they_come(word_judge):
    handed = []
    score_outlets(
        articles(), ACME, word_judge, on_judged=lambda article, judged: handed.append((article.origin, judged))
    )
    assert [origin for origin, _ in handed] == ["one", "two"]
    assert [s.part for s, _ in handed[1][1]] == ["headline", "body"]


def test_stories_are_handed_over_one_an_article_that_counts(word_judge):
    handed = []
    score_outlets(articles(), ACME, word_judge, matched=True, on_stories=handed.append)
    assert len(handed) == 1
    assert len(handed[0]) == 2
