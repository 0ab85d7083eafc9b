import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from slantwise.matched import compare, numbered


def compared(rows, level=0.95):
    """Rows of outlet, story, score and maybe weight."""
    outlets, stories = (np.array([r[i] for r in rows], dtype=np.int64) for i in (0, 1))
    scores = np.array([r[2] for r in rows], dtype=float)
    weights = np.array([r[3] if len(r) > 3 else 1.0 for r in rows], dtype=float)
    return compare(outlets, stories, scores, weights, level)


def raw(rows, outlet):
    own = [(r[2], r[3] if len(r) > 3 else 1.0) for r in rows if r[0] == outlet]
    return sum(s * w for s, w in own) / sum(w for _, w in own)


# Outlet 0 accuses by 0.2 more than outlet 1, but it covers the good news.
HIDDEN = [(0, s, 0.5 - 0.1) for s in range(8)] + [(1, s, 0.5 + 0.1) for s in range(3)]
HIDDEN += [(0, s, -0.5 - 0.1) for s in (10, 11)] + [(1, s, -0.5 + 0.1) for s in range(10, 19)]


def test_choice_and_telling():
    found = compared(HIDDEN)
    assert raw(HIDDEN, 0) > raw(HIDDEN, 1)
    assert found[0].telling == pytest.approx(-0.1)
    assert found[1].telling == pytest.approx(0.1)
    assert found[0].selection == pytest.approx(-found[1].selection)
    assert found[0].selection > 0.2
    assert (found[0].low, found[0].high) == pytest.approx((-0.1, -0.1))
    assert (found[0].stories, found[0].shared_stories, found[0].matched_articles) == (10, 5, 5)


def random_rows(seed, outlets=5, stories=12, articles=40):
    random = np.random.default_rng(seed)
    return [
        (
            int(random.integers(outlets)),
            int(random.integers(stories)),
            float(random.uniform(-1, 1)),
            float(random.uniform(0.1, 2)),
        )
        for _ in range(articles)
    ]


@settings(max_examples=50, deadline=None)
@example(98297, 8, 4, 15)  # a chain of single stories: a telling of −2.6
@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(1, 20), st.integers(1, 60))
def test_the_parts_add_up_and_nothing_is_nan(seed, outlets, stories, articles):
    rows = random_rows(seed, outlets, stories, articles)
    found = compared(rows)
    for outlet, m in found.items():
        assert m.grand + m.selection + m.telling == pytest.approx(raw(rows, outlet), abs=1e-9)
        assert np.isfinite([m.telling, m.low, m.high, m.selection, m.selection_low, m.selection_high]).all()
        assert m.low <= m.telling + 1e-9
        assert m.telling <= m.high + 1e-9
        assert m.selection_low <= m.selection + 1e-9
        assert m.selection <= m.selection_high + 1e-9
        assert m.enough or (m.low <= -2 and m.high >= 2)
    firm = [m for m in found.values() if m.enough]
    assert sum(m.telling for m in firm) == pytest.approx(0, abs=1e-9)
    assert sum(m.selection for m in firm) == pytest.approx(0, abs=1e-9)


def test_the_effects_are_those_of_least_squares_on_dummies():
    rows = random_rows(3)
    found = compared(rows)
    outlets, stories = sorted({r[0] for r in rows}), sorted({r[1] for r in rows})
    design = np.array([[r[0] == o for o in outlets] + [r[1] == s for s in stories] for r in rows], dtype=float)
    root = np.sqrt([r[3] for r in rows])
    fitted = np.linalg.lstsq(design * root[:, None], np.array([r[2] for r in rows]) * root, rcond=None)[0]
    effects = fitted[: len(outlets)] - fitted[: len(outlets)].mean()
    assert [found[o].telling for o in outlets] == pytest.approx(effects)


def test_the_interval_is_that_of_leaving_out_each_story():
    rows = random_rows(4)
    found = compared(rows)
    told = {s: {r[0] for r in rows if r[1] == s} for s in {r[1] for r in rows}}
    shared = [s for s, by in told.items() if len(by) > 1]
    changes = {"telling": [], "selection": []}
    for story in told:
        without = compared([r for r in rows if r[1] != story])
        assert set(without) == set(found)
        for name, own in changes.items():
            own.append([getattr(without[o], name) - getattr(found[o], name) for o in sorted(found)])
    for name, low, count in (("telling", "low", len(shared)), ("selection", "selection_low", len(told))):
        errors = np.sqrt((np.array(changes[name]) ** 2).sum(axis=0) * (count - 1) / count)
        for outlet, error in zip(sorted(found), errors, strict=True):
            m = found[outlet]
            half = stats.t.ppf(0.975, m.shared_stories - 1) * error
            assert getattr(m, low) == pytest.approx(max(-2, getattr(m, name) - half))


def test_outlets_that_no_story_connects_have_no_figure():
    rows = [(0, 0, 0.1), (1, 0, 0.2), (0, 1, 0.3), (1, 1, 0.1), (2, 5, 0.9), (3, 6, 0.5), (4, 6, 0.4)]
    assert set(compared(rows)) == {0, 1}


def test_what_hangs_on_one_story_has_no_interval_and_moves_no_average():
    square = [(0, 0, 0.1), (1, 0, 0.2), (0, 1, 0.3), (1, 1, 0.1)]
    hanging = [*square, (2, 1, -0.9), (2, 7, -0.8)]
    found = compared(hanging)
    assert [found[o].enough for o in (0, 1, 2)] == [True, True, False]
    assert found[0].telling == pytest.approx(compared(square)[0].telling)
    assert found[2].telling == pytest.approx(-0.9 - 0.2)
    assert (found[2].low, found[2].high) == (-2, 2)
    pair = compared([(0, 0, 0.1), (1, 0, 0.3)])
    assert [pair[0].telling, pair[1].telling] == pytest.approx([-0.1, 0.1])
    assert not pair[0].enough


@pytest.mark.parametrize("rows", [[], [(0, 0, 0.5)], [(0, 0, 0.5), (0, 1, 0.1)], [(0, 0, 0.5), (1, 1, 0.1)]])
def test_nothing_to_compare(rows):
    assert compared(rows) == {}


def test_identical_articles():
    found = compared([(o, s, -0.4) for o in range(4) for s in range(5)])
    assert all((m.telling, m.selection, m.low, m.high) == pytest.approx((0, 0, 0, 0)) for m in found.values())
    assert found[0].grand == pytest.approx(-0.4)


def test_a_thousand_outlets():
    random = np.random.default_rng(0)
    telling, story = random.normal(0, 0.1, 1000), random.normal(0, 0.2, 400)
    rows = [(o, s, telling[o] + story[s]) for o in range(1000) for s in random.choice(400, 6, replace=False)]
    found = compared(rows)
    assert len(found) == 1000
    assert [found[o].telling for o in range(1000)] == pytest.approx(telling - telling.mean(), abs=1e-6)


def test_numbered():
    names, numbers = numbered(["b", "a", "b"])
    assert (names, numbers.tolist()) == (["b", "a"], [0, 1, 0])
