"""Altered copies: what is drawn, from where, and what stays."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from slantwise.classifier import MASK
from slantwise.variants import variants

SENTENCES = [
    (f"Judges cleared {MASK} of fraud.", "It rained."),
    (f"Judges accused {MASK} of theft.", ""),
    (f"Regulators accused {MASK} of fraud.", ""),
    (f"They fined {MASK} again.", "It rained."),
]


def test_words_give_way_to_those_that_stand_between_the_same_neighbours():
    found = Counter(sentence for sentence, _ in variants(SENTENCES, 200))
    assert found[f"Judges accused {MASK} of fraud."]
    assert found[f"Judges cleared {MASK} of theft."]
    judges = [sentence.split() for sentence in found if not sentence.startswith("They")]
    assert [set(words) for words in zip(*judges, strict=True)] == [
        {"Judges", "Regulators"},
        {"cleared", "accused"},
        {MASK},
        {"of"},
        {"fraud.", "theft."},
    ]


def test_words_are_drawn_as_often_as_they_stand_there():
    pairs = [("So he won today, too", "")] * 9 + [("So he lost today, too", "")]
    copies = variants([*pairs, ("So he fell today, too.", "")], 300)
    found = Counter(sentence.split()[2] for sentence, _ in copies if sentence.endswith("too."))
    assert found["won"] > 4 * found["lost"] > 0


def test_a_context_is_left_out_at_times_and_never_another():
    contexts = Counter(context for sentence, context in variants([("He won.", "It rained.")], 500))
    assert set(contexts) == {""}, "a copy that is the sentence itself is no variant"
    assert 50 < contexts[""] < 150


def test_the_same_each_time_and_none_where_none_are_asked_for():
    assert list(variants(SENTENCES, 3)) == list(variants(SENTENCES, 3))
    assert list(variants(SENTENCES, 0)) == []


words = st.lists(st.sampled_from([MASK, "Acme", "lied", "to", "its", "users", ",", "“", "1.5", "x’s"]), min_size=1)


@given(st.lists(st.tuples(words.map(" ".join), st.sampled_from(["", "Before."])), max_size=6), st.integers(0, 3))
def test_the_target_stays_where_it_is(pairs, copies):
    found = list(variants(pairs, copies))
    assert len(found) <= copies * len(pairs)
    shapes = {tuple(word == MASK for word in sentence.split()) for sentence, _ in pairs}
    assert {tuple(word == MASK for word in sentence.split()) for sentence, _ in found} <= shapes
    assert len(pairs) != 1 or pairs[0] not in found
