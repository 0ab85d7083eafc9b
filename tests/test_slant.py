import numpy as np
import pytest
from conftest import judgement
from hypothesis import given
from hypothesis import strategies as st

from slantwise.records import InputError, Stance
from slantwise.slant import SlantSums

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


def test_outlets_are_ordered_and_bad_options_refused():
    sums = SlantSums()
    for outlet, score in (("B", 0.5), ("A", -0.5)):
        sums.add(outlet, [judgement(score)])
    assert [s.outlet for s in sums.slants()] == ["A", "B"]
    with pytest.raises(InputError, match="weight 'word' is not recognised; accepted are article, sentence"):
        sums.slants(weight="word")
    with pytest.raises(InputError, match="level 95 is not between 0 and 1"):
        sums.slants(level=95)
