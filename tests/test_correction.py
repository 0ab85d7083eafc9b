import numpy as np
import pytest
from conftest import judgement
from hypothesis import given
from hypothesis import strategies as st

from slantwise.correction import Clusters, Label, LabelSums, Rectifier, correct, labels_only, pooled, prediction_powered
from slantwise.records import Stance

A, N, D = Stance.ACCUSATORY, Stance.NEUTRAL, Stance.DEFENDING


def clusters(scores, gold, drawn):
    """Articles that weigh alike, with their mean scores, mean labels, and weights (0 where not labelled)."""
    scores, gold, drawn = (np.asarray(x, dtype=float) for x in (scores, gold, drawn))
    return Clusters(np.ones(len(scores)), scores, drawn, drawn * gold, drawn * scores)


def outlet(rng, n, m, truth=-0.3, right=0.8, bias=0.2):
    gold = rng.normal(truth, 0.4, n).clip(-1, 1)
    scores = right * gold + bias + rng.normal(0, 0.15, n)
    drawn = np.zeros(n)
    drawn[rng.permutation(n)[:m]] = n / m
    return clusters(scores, gold, drawn)


def test_with_equal_probabilities_it_is_ppi_plus_plus():
    """Angelopoulos, Duchi and Zrnic 2023, section 6, written out again for a mean, with the labelled among the N judged.

    Their λ = cov(Y, f) / var(f) for a sample of which none is in the unlabelled one, times 1 / (1 + n/N); here the labelled
    are part of the judged, where the same minimum is at cov(Y, f) / var(f), both over the labelled (to O(1/n)).
    """
    rng = np.random.default_rng(0)
    found = outlet(rng, 4_000, 400)
    on = found.drawn > 0
    y, f = found.labels[on] / found.drawn[on], found.scores[on]
    estimate, tuning = prediction_powered(found)
    assert tuning == pytest.approx(np.cov(y, f)[0, 1] / f.var(ddof=1), rel=0.05)
    assert estimate.slant == pytest.approx(y.mean() + tuning * (found.scores.mean() - f.mean()))
    # Two-phase variance: that of the residuals over the labelled, and that of the rest over all.
    residual = (y - tuning * f).var(ddof=1) / 400
    total = residual + (y.var(ddof=1) - (y - tuning * f).var(ddof=1)) / 4_000
    assert (estimate.high - estimate.low) / 2 / 1.966 == pytest.approx(np.sqrt(total), rel=0.04)


def test_a_useless_classifier_leaves_the_labels_alone():
    rng = np.random.default_rng(1)
    gold = rng.normal(0, 0.4, 200).clip(-1, 1)
    drawn = np.where(np.arange(200) < 40, 5.0, 0.0)
    noise = clusters(rng.uniform(-1, 1, 200), gold, drawn)
    estimate, tuning = prediction_powered(noise)
    alone = labels_only(noise)
    assert tuning < 0.3
    assert estimate.high - estimate.low < 1.1 * (alone.high - alone.low)
    same = clusters(np.full(200, 0.3), gold, drawn)
    assert prediction_powered(same)[1] == 0
    assert prediction_powered(same)[0] == labels_only(same)


def test_everything_labelled_is_the_labels_mean():
    rng = np.random.default_rng(2)
    found = outlet(rng, 12, 12)
    assert prediction_powered(found)[0] == labels_only(found)
    assert labels_only(found).slant == pytest.approx(found.labels.mean())


def test_probabilities_weigh():
    """Accusing articles drawn five times as often: weighted, they count as what they are."""
    rng = np.random.default_rng(3)
    gold = np.where(rng.random(4_000) < 0.5, -0.8, 0.4)
    chance = np.where(gold < 0, 0.5, 0.1)
    drawn = (rng.random(4_000) < chance) / chance
    found = labels_only(clusters(np.zeros(4_000), gold, drawn))
    assert found.slant == pytest.approx(gold.mean(), abs=0.05)
    assert found.low < gold.mean() < found.high


@pytest.mark.parametrize(("n", "m"), [(20, 6), (60, 12), (200, 20)])
def test_covers_the_slant_behind_the_articles_and_is_narrower(n, m):
    rng = np.random.default_rng(4)
    held, ratio = [], []
    for _ in range(400):
        found = outlet(rng, n, m, truth=0.0)
        estimate, alone = prediction_powered(found)[0], labels_only(found)
        held.append(estimate.low <= 0 <= estimate.high)
        ratio.append((estimate.high - estimate.low) / (alone.high - alone.low))
    assert 0.93 <= np.mean(held) <= 0.99
    assert np.mean(ratio) < 0.9


def test_few_labels_borrow_the_error_and_too_few_say_nothing():
    rng = np.random.default_rng(5)
    few, many, none = outlet(rng, 30, 2), outlet(rng, 60, 30), outlet(rng, 30, 1)
    none = Clusters(none.share, none.scores, *[np.zeros(30)] * 3)
    shared = Rectifier.of([few, many, none])
    assert (shared.articles, correct(many, shared, 9).rectifier) == (32, "own")
    borrowed = correct(few, shared, 9)
    assert (borrowed.rectifier, borrowed.tuning, borrowed.articles) == ("pooled", 1.0, 2)
    assert shared.between == 0
    assert borrowed.corrected.slant == pytest.approx(few.scores.mean() + shared.error)
    unlabelled = correct(none, shared, 0)
    assert (unlabelled.rectifier, unlabelled.labels_only) == ("pooled", None)
    refused = correct(few, Rectifier.of([few]), 9)
    assert (refused.rectifier, refused.corrected, refused.tuning) == ("none", None, None)
    assert refused.labels_only is not None
    assert correct(none, Rectifier.of([none]), 0).labels_only is None


def test_pooled_covers_where_the_classifier_errs_alike():
    rng = np.random.default_rng(6)
    held = []
    for _ in range(200):
        outlets = [outlet(rng, 20, 3, truth=0.0, right=1.0) for _ in range(8)]
        shared = Rectifier.of(outlets)
        held += [e.low <= 0 <= e.high for e in (pooled(o, shared) for o in outlets)]
    assert np.mean(held) >= 0.92


def test_pooled_is_wider_where_the_outlets_errors_differ():
    rng = np.random.default_rng(8)
    alike = [outlet(rng, 40, 8) for _ in range(6)]
    apart = [outlet(rng, 40, 8, bias=b) for b in (-0.5, -0.3, -0.1, 0.1, 0.3, 0.5)]
    widths = [pooled(outlets[0], Rectifier.of(outlets)) for outlets in (alike, apart)]
    assert Rectifier.of(apart).between == pytest.approx(0.14, abs=0.07)
    assert widths[1].high - widths[1].low > 1.5 * (widths[0].high - widths[0].low)


def test_labels_of_sentences_by_both_weights():
    sums = LabelSums()
    for _ in range(6):
        sums.add("P", [judgement(-0.5), judgement(0.1), judgement(0.0)], [Label(A, 0.5), None, None])
        sums.add("P", [judgement(0.4)], [Label(D, 0.25)], period="")
    sums.add("P", [], [])
    by_article, by_sentence = sums.corrections("article"), sums.corrections("sentence")
    # Weights: a third over a half, one over a quarter; and one over a half, one over a quarter.
    assert by_article["P", ""].labels_only.slant == pytest.approx((4 - 2 / 3) / (4 + 2 / 3))
    assert by_sentence["P", ""].labels_only.slant == pytest.approx((4 - 2) / (4 + 2))
    assert (by_article["P", ""].sentences, by_article["P", ""].articles) == (12, 12)


STANCE = st.sampled_from([A, N, D])
SENTENCES = st.lists(
    st.tuples(st.floats(-1, 1), st.none() | st.tuples(STANCE, st.floats(0.01, 1))), min_size=1, max_size=4
)


@given(
    st.lists(st.tuples(st.sampled_from("XY"), SENTENCES), min_size=1, max_size=20),
    st.sampled_from(["article", "sentence"]),
)
def test_whatever_is_labelled_gives_figures_or_none(articles, weight):
    sums = LabelSums()
    for name, sentences in articles:
        sums.add(name, [judgement(s) for s, _ in sentences], [x and Label(*x) for _, x in sentences])
    for found in sums.corrections(weight).values():
        for estimate in (found.corrected, found.labels_only):
            if estimate is not None:
                assert -1 <= estimate.low <= estimate.slant <= estimate.high <= 1
                assert estimate.low < estimate.high
        assert (found.corrected is None) == (found.rectifier == "none")
