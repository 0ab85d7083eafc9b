from hypothesis import given
from hypothesis import strategies as st

from slantwise.batches import by_length, padded_length, windows

LENGTHS = st.lists(st.integers(1, 256), max_size=60)


@given(LENGTHS, st.integers(1, 1000), st.integers(1, 20))
def test_batches_hold_every_text_once_within_the_budget_all_of_one_padded_length(lengths, budget, most):
    batches = list(by_length(lengths, budget, most))
    assert sorted(i for b in batches for i in b) == list(range(len(lengths)))
    for batch in batches:
        (length,) = {padded_length(lengths[i]) for i in batch}
        assert len(batch) == 1 or length * len(batch) <= budget
        assert len(batch) <= most
    found = [padded_length(lengths[i]) for b in batches for i in b]
    assert found == sorted(found, reverse=True)


@given(st.integers(1, 1000))
def test_padding_is_less_than_eight_tokens(length):
    assert length <= padded_length(length) < length + 8
    assert padded_length(length) % 8 == 0


@given(st.lists(st.text(max_size=9), max_size=30), st.integers(1, 8))
def test_windows_hold_every_text_once_the_longest_first(texts, size):
    found = list(windows(texts, texts[::-1], size))
    assert all(0 < len(w) <= size for w in found)
    order = [i for w in found for i in w]
    assert sorted(order) == list(range(len(texts)))
    characters = [len(texts[i]) + len(texts[::-1][i]) for i in order]
    assert characters == sorted(characters, reverse=True)
