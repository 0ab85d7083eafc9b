import pytest
from conftest import judgement
from hypothesis import given, settings
from hypothesis import strategies as st

from slantwise.correction import Label
from slantwise.records import InputError, Stance
from slantwise.tally import Tally


def test_gives_what_was_asked_for():
    plain, all_of_them = Tally.of(), Tally.of((0.3, 0.4, 0.3), labelled=True)
    for tally in (plain, all_of_them):
        for i in range(6):
            label = Label(Stance.ACCUSATORY, 0.5)
            tally.add("A", [judgement(), judgement()], labels=[label if i else None, None], weights=[0.5, 1.0])
    (one,), (other,) = plain.slants(), all_of_them.slants()
    assert (one.prior_shifted, one.correction) == (None, None)
    assert (one.slant, one.low, one.high) == (other.slant, other.low, other.high)
    assert other.correction.sentences == 5
    assert other.prior_shifted.low <= other.prior_shifted.slant <= other.prior_shifted.high


def test_without_articles_there_is_nothing():
    assert Tally.of((0.3, 0.4, 0.3), labelled=True).slants() == []


score = st.integers(-100, 100).map(lambda x: x / 100)
sentence = st.tuples(
    st.builds(judgement, score, st.integers(0, 2)),
    st.none() | st.builds(Label, st.sampled_from(Stance), st.sampled_from([0.1, 0.5, 1.0])),
    st.sampled_from([1.0, 0.5, 1 / 3]),
)
article = st.tuples(
    st.sampled_from("ABC"), st.lists(sentence, max_size=5), st.lists(st.builds(judgement, score), max_size=1)
)


def added(articles, period):
    tally = Tally.of((0.3, 0.4, 0.3), labelled=True)
    for outlet, sentences, headlines in articles:
        judged, labels, weights = ([s[i] for s in sentences] for i in range(3))
        tally.add(outlet, judged, headlines, period, labels, weights)
    return tally


@settings(max_examples=40)
@given(
    st.lists(article, min_size=1, max_size=14),
    st.randoms(use_true_random=False),
    st.integers(1, 4),
    st.sampled_from(["article", "sentence"]),
    st.sampled_from(["", "2020-01"]),
)
def test_merged_in_any_order_is_the_same_to_the_last_digit(articles, random, tallies, weight, period):
    whole = added(articles, period).slants(weight)
    shuffled = random.sample(articles, len(articles))
    merged = added([], period)
    for part in random.sample([added(shuffled[i::tallies], period) for i in range(tallies)], tallies):
        before = part.slants(weight)
        merged.merge(part)
        assert part.slants(weight) == before
    assert merged.slants(weight) == whole


def test_only_like_tallies_merge():
    for other in (Tally.of(), Tally.of((0.3, 0.4, 0.3)), Tally.of(labelled=True)):
        with pytest.raises(InputError, match="tallies of different estimates cannot be merged"):
            Tally.of((0.3, 0.4, 0.3), labelled=True).merge(other)
    with pytest.raises(InputError, match=r"calibration shares .* are not those merged with"):
        Tally.of((0.3, 0.4, 0.3)).merge(Tally.of((0.2, 0.4, 0.4)))
