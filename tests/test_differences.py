import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_report import slant

from slantwise.differences import MOST_COMPARED, cliques, compared, differences


def outlets(*values, error=0.05, articles=20):
    return [slant(f"O{i}", slant=v, standard_error=error, articles=articles) for i, v in enumerate(values)]


def test_letters_say_who_can_be_told_apart():
    found = compared(outlets(0.3, -0.5, -0.4, -0.25))
    assert [s.groups for s in found] == [("c",), ("a",), ("a", "b"), ("b",)]
    assert [s.ranks for s in found] == [(4, 4), (1, 2), (1, 3), (2, 3)]


def test_intervals_are_simultaneous_and_welch():
    two, many = differences(outlets(-0.1, 0.1)), differences(outlets(*np.linspace(-0.1, 0.1, 12)))
    assert two.difference[0] == pytest.approx(-0.2)
    # Two moderated errors of 20 articles: t with 2 · 21 degrees of freedom.
    assert two.high[0] - two.difference[0] == pytest.approx(2.018 * np.hypot(0.05, 0.05), rel=1e-3)
    assert many.high[10] - many.difference[10] > 1.5 * (two.high[0] - two.difference[0])


def test_one_outlet_has_nothing_to_be_compared_with():
    (found,) = compared(outlets(0.3))
    assert (found.ranks, found.groups) == (None, ())
    assert len(differences([found]).difference) == 0
    assert compared([]) == []


def test_few_articles_are_not_told_apart_by_luck():
    found = compared(outlets(-0.3, 0.3, error=0.35, articles=1))
    assert [s.groups for s in found] == [("a",), ("a",)]


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 0.5), st.integers(1, 60)), min_size=2, max_size=12))
def test_two_share_a_letter_exactly_when_they_cannot_be_told_apart(rows):
    given_ = [slant(str(i), slant=v, standard_error=e, articles=n) for i, (v, e, n) in enumerate(rows)]
    found, pairs = compared(given_), differences(given_)
    assert all(s.groups for s in found)
    for i, j, apart in zip(pairs.first, pairs.second, pairs.apart, strict=True):
        assert apart == (not set(found[i].groups) & set(found[j].groups))
    assert all(1 <= s.ranks[0] <= s.ranks[1] <= len(rows) for s in found)


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1])))
def test_cliques_cover_just_the_pairs(pairs):
    groups = cliques(10, pairs, 100)
    together = {(i, j) for g in groups for i in g for j in g if i < j}
    assert together == pairs
    assert {i for g in groups for i in g} == set(range(10))


def test_a_thousand_outlets_are_compared_in_seconds():
    rng = np.random.default_rng(0)
    many = [
        slant(str(i), slant=float(v), standard_error=float(e), articles=int(n))
        for i, (v, e, n) in enumerate(
            zip(rng.normal(0, 0.3, 1000), rng.uniform(0.02, 0.3, 1000), rng.integers(1, 50, 1000), strict=True)
        )
    ]
    start = time.process_time()
    found = compared(many)
    assert time.process_time() - start < 10
    assert all(s.ranks for s in found)
    assert not any(s.groups for s in found)


def test_more_than_can_be_compared_are_left_alone():
    many = [replace(slant(), outlet=str(i)) for i in range(MOST_COMPARED + 1)]
    assert compared(many) == many


@pytest.mark.parametrize("articles", [3, 8])
def test_equal_outlets_are_seldom_told_apart(articles):
    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(300):
        means = rng.normal(0, 0.35, (6, articles))
        errors = np.sqrt(((articles - 1) * means.var(axis=1, ddof=1) + 2 * 0.35**2) / (articles + 1) / articles)
        rows = [
            slant(slant=float(m), standard_error=float(e), articles=articles)
            for m, e in zip(means.mean(axis=1), errors, strict=True)
        ]
        wrong += differences(rows).apart.any()
    assert wrong / 300 <= 0.06
