import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slantwise.wire import SHORTEST, Copies, carried, dispatches

STORY = "Acme said on Tuesday that it would recall forty thousand heaters after a fire in a school near Leeds."


def grouped(*sentences):
    copies = Copies()
    wordings = [copies.add(s) for s in sentences]
    groups = copies.groups()
    return [-1 if w < 0 else int(groups[w]) for w in wordings]


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (STORY, True),
        (
            "“ACME said, on Tuesday, that it would recall forty thousand heaters after a fire in a school near Leeds”",
            True,
        ),
        ("Acme said that it would recall forty thousand heaters after a fire in a school near Leeds.", True),
        (STORY[:-1] + ", the Guardian reported.", True),
        ("The recall of forty thousand heaters that Acme made follows a fire near Leeds in a school.", False),
        ("Acme said on Tuesday that it would close its plant in Hull with the loss of ninety jobs.", False),
    ],
)
def test_copies_and_rewritings(other, alike):
    one, two = grouped(STORY, other)
    assert (one == two) is alike


def test_short_sentences_are_no_copies():
    assert grouped("Acme declined to comment.", "Acme declined to comment.") == [-1, -1]
    assert grouped(" ".join(["word"] * SHORTEST))[0] >= 0


def test_nothing_and_one():
    assert len(Copies().groups()) == 0
    assert len(grouped(STORY)) == 1


VOCABULARY = [f"w{i}" for i in range(40)]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.sampled_from(VOCABULARY), min_size=8, max_size=14), min_size=1, max_size=12), st.randoms())
def test_the_order_of_the_sentences_does_not_matter(sentences, shuffler):
    texts = [" ".join(s) for s in sentences]
    texts += [" ".join(s[1:]) for s in sentences if len(s) > 9]
    order = list(range(len(texts)))
    shuffler.shuffle(order)
    groups = np.array(grouped(*texts))
    shuffled = np.empty(len(texts), dtype=int)
    shuffled[order] = grouped(*(texts[i] for i in order))
    assert ((groups[:, None] == groups) == (shuffled[:, None] == shuffled)).all()


def test_edited_copies_are_found_and_others_are_not():
    draw = random.Random(0)
    words = [f"word{i}" for i in range(2000)]
    originals = [draw.choices(words, k=25) for _ in range(200)]
    edited = [[w if draw.random() > 0.05 else draw.choice(words) for w in s] for s in originals]
    groups = grouped(*(" ".join(s) for s in originals + edited))
    found = sum(a == b for a, b in zip(groups[:200], groups[200:], strict=True))
    assert found >= 190
    assert len(set(groups[:200])) == 200


def numbers(*values):
    return np.array(values, dtype=np.int64)


def test_wire_standing_and_weights():
    groups = numbers(0, 0, 1, 1, 1, 2, -1, -1)
    outlets = numbers(0, 1, 0, 0, 0, 0, 0, 1)
    articles = numbers(0, 4, 1, 2, 3, 0, 0, 4)
    found = carried(groups, outlets, articles)
    assert found.wire.tolist() == [True, True] + [False] * 6
    assert found.standing.tolist() == [False, False, True, True, True, False, False, False]
    assert found.weights == pytest.approx([1 / 2, 1 / 2, 1 / 3, 1 / 3, 1 / 3, 1, 1, 1])


def test_two_articles_of_a_few_are_no_standing_text():
    found = carried(numbers(0, 0, 1), numbers(0, 0, 0), numbers(0, 1, 2))
    assert not found.standing.any()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 5), st.integers(0, 3), st.integers(0, 9)), max_size=60))
def test_all_copies_together_weigh_one(rows):
    groups, outlets, articles = (numbers(*x) for x in zip(*rows, strict=True)) if rows else (numbers(),) * 3
    articles = articles * 4 + outlets
    found = carried(groups, outlets, articles)
    assert not (found.wire & found.standing).any()
    for group in set(groups[found.wire | found.standing].tolist()):
        assert found.weights[groups == group].sum() == pytest.approx(1)
    assert (found.weights[~(found.wire | found.standing)] == 1).all()


def test_a_dispatch_is_what_occurs_together():
    #                  article 0      1      2  3
    groups = numbers(5, 6, 6, 7, 8, 8)
    articles = numbers(0, 0, 1, 1, 2, 3)
    found = dispatches(groups, articles)
    assert found[0] == found[1] == found[2] == found[3] != found[4] == found[5]
    assert len(dispatches(numbers(), numbers())) == 0
