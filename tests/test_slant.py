import numpy as np
import pytest
from conftest import judgement
from hypothesis import given
from hypothesis import strategies as st

from slantwise.records import InputError, Stance, Voice
from slantwise.slant import SlantSums, period_of

SCORE = st.floats(-1, 1).map(lambda x: round(x, 6))
ARTICLES = st.lists(st.lists(SCORE, min_size=1, max_size=6), min_size=1, max_size=8)


def slant(articles, **options):
    sums = SlantSums()
    for scores in articles:
        sums.add("A", [judgement(x) for x in scores])
    return sums.slants(**options)[0]


def test_articles_weigh_alike_or_sentences_do():
    articles = [[-1.0] * 9, [0.5]]
    assert slant(articles).slant == pytest.approx(-0.25)
    assert slant(articles, weight="sentence").slant == pytest.approx(-0.85)


def test_counts_voices_and_stances():
    sums = SlantSums()
    sums.add("A", [judgement(-0.8, voice=0), judgement(0.6, voice=1), judgement(0.0, voice=2)])
    sums.add("A", [])
    found = sums.slants()[0]
    assert (found.articles, found.sentences) == (1, 3)
    assert found.own_voice == pytest.approx(-0.8)
    assert found.quoted == pytest.approx(0.3)
    assert found.stances == {Stance.ACCUSATORY: 1, Stance.NEUTRAL: 1, Stance.DEFENDING: 1}


def test_shares_voices_headlines_and_right_of_reply():
    sums = SlantSums()
    sums.add("A", [judgement(-0.8, voice=0), judgement(0.0, voice=0)], [judgement(-0.6)])
    sums.add("A", [judgement(-0.9, voice=2), judgement(0.7, voice=1), judgement(0.3, voice=1), judgement(0.0)])
    sums.add("A", [judgement(0.4, voice=1)])
    sums.add("A", [], [judgement(1.0)])
    (found,) = sums.slants()
    assert found.shares[Stance.ACCUSATORY] == pytest.approx((0.8 / 2 + 0.9 / 4 + 0) / 3)
    assert found.shares[Stance.DEFENDING] == pytest.approx((0 + 1.0 / 4 + 0.4) / 3)
    assert found.intensity == pytest.approx((0.4 + 1.9 / 4 + 0.4) / 3)
    assert found.slant == pytest.approx(found.shares[Stance.DEFENDING] - found.shares[Stance.ACCUSATORY])
    assert found.voices[Voice.TARGET] == pytest.approx((0.7 + 0.3 + 0.4) / 3)
    assert found.voices[Voice.OTHER] == pytest.approx(-0.9)
    assert found.headlines == pytest.approx(-0.6)
    assert (found.accusing, found.answered, found.right_of_reply) == (2, 1, 0.5)


def test_what_there_is_none_of_is_none():
    found = slant([[0.0, 0.0], [0.1]])
    assert (found.headlines, found.quoted, found.voices[Voice.TARGET], found.right_of_reply) == (None,) * 4


@given(ARTICLES, st.sampled_from(["article", "sentence"]))
def test_shares_sum_to_one_and_give_the_slant(articles, weight):
    found = slant(articles, weight=weight)
    assert sum(found.shares.values()) == pytest.approx(1)
    assert found.slant == pytest.approx(found.shares[Stance.DEFENDING] - found.shares[Stance.ACCUSATORY], abs=1e-9)


def test_one_article_is_resampled_by_sentences_and_said_so():
    found = slant([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]])
    assert found.resampled == "sentences"
    assert found.enough
    assert found.low < found.slant < found.high


@pytest.mark.parametrize("articles", [[[0.9]], [[0.5, 0.5], [0.5]], [[-1.0, -1.0, -1.0, -1.0]]])
def test_too_little_to_say_has_no_narrow_interval(articles):
    found = slant(articles)
    assert not found.enough
    assert (found.low, found.high) == (-1.0, 1.0)


@given(ARTICLES)
def test_interval_holds_the_slant_and_stays_in_range(articles):
    found = slant(articles)
    assert -1 <= found.low <= found.slant + 1e-9
    assert found.slant - 1e-9 <= found.high <= 1


@given(ARTICLES)
def test_mirror_image(articles):
    there, back = slant(articles), slant([[-x for x in a] for a in articles])
    assert there.slant == pytest.approx(-back.slant, abs=1e-9)
    assert there.low == pytest.approx(-back.high, abs=0.02)


@pytest.mark.parametrize("score", [-1.0, 0.0, 0.3, 1.0])
@pytest.mark.parametrize("number", [2, 5, 40])
def test_identical_articles_have_an_interval_with_a_width(score, number):
    found = slant([[score] * 4] * number)
    assert found.high - found.low > 0.005 * 40 / number
    assert found.low <= found.slant <= found.high
    assert found.standard_error > 0


def test_two_articles_give_an_interval_of_use():
    found = slant([[0.1, 0.2, 0.3], [0.0, 0.1, 0.4]])
    assert found.resampled == "articles"
    assert 0.3 < found.high - found.low < 1.6


def test_equal_seeds_give_equal_intervals():
    articles = [[0.1, 0.2, 0.9], [-0.5, 0.1], [0.3]]
    assert slant(articles, seed=3) == slant(articles, seed=3)


@pytest.mark.parametrize("articles", [3, 6, 12])
def test_interval_covers_what_it_says(articles):
    """Outlets drawn with a known slant; 95% intervals must hold it in at least 91 of 100 (400 trials)."""
    rng = np.random.default_rng(1)
    truth, held = -0.2, 0
    for _ in range(400):
        means = rng.normal(truth, 0.25, articles)
        drawn = [list(np.clip(rng.normal(m, 0.3, 6), -1, 1)) for m in means]
        found = slant(drawn)
        held += found.low <= truth <= found.high
    assert held / 400 >= 0.91


def test_periods_are_apart_and_in_order_of_time():
    sums = SlantSums()
    for outlet, period, score in (("B", "2018-09", -0.9), ("B", "2018-08", 0.5), ("A", "2018-09", 0.0)):
        sums.add(outlet, [judgement(score)], period=period)
    assert [(s.outlet, s.period, s.slant) for s in sums.slants()] == [
        ("A", "2018-09", 0.0),
        ("B", "2018-08", 0.5),
        ("B", "2018-09", pytest.approx(-0.9)),
    ]


@pytest.mark.parametrize(
    ("date", "month", "week"),
    [
        ("2018-08-06", "2018-08", "2018-W32"),
        ("2023-01-01 23:00:33", "2023-01", "2022-W52"),
        ("2020-12-31T08:00:00Z", "2020-12", "2020-W53"),
        ("Mon, 06 Aug 2018 12:00:00 GMT", "2018-08", "2018-W32"),
        ("03/04/2023", None, None),
        ("", None, None),
        ("August", None, None),
    ],
)
def test_which_month_and_week(date, month, week):
    assert (period_of(date, "month"), period_of(date, "week")) == (month, week)


def test_other_periods_are_refused():
    with pytest.raises(InputError, match="by 'year' is not recognised; accepted are month, week"):
        period_of("2018-08-06", "year")


def test_outlets_are_ordered_and_bad_options_refused():
    sums = SlantSums()
    for outlet, score in (("B", 0.5), ("A", -0.5)):
        sums.add(outlet, [judgement(score)])
    assert [s.outlet for s in sums.slants()] == ["A", "B"]
    with pytest.raises(InputError, match="weight 'word' is not recognised; accepted are article, sentence"):
        sums.slants(weight="word")
    with pytest.raises(InputError, match="level 95 is not between 0 and 1"):
        sums.slants(level=95)
