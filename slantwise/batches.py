"""Batches of texts of like length, so that little is computed for padding. Knows nothing of models.

A text is padded to its own length rounded up to a multiple of eight, whatever else it is judged with: the order of
additions depends on the length, and so a judgement would depend on its neighbours. It leaves few shapes, and runtimes
keep something of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

# Texts that are tokenized at a time, while the batches before them are computed.
WINDOW = 256
STEP = 8


def windows(texts: Sequence[str], pairs: Sequence[str], size: int = WINDOW) -> Iterator[list[int]]:
    """The places of the pairs of texts, those with most characters first, `size` at a time."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]) + len(pairs[i]), reverse=True)
    for first in range(0, len(order), size):
        yield order[first : first + size]


def padded_length(tokens: int) -> int:
    """How many tokens a text of so many has with its padding."""
    return -(-tokens // STEP) * STEP


def by_length(lengths: Sequence[int], budget: int, most: int) -> Iterator[list[int]]:
    """The places of texts of these lengths in tokens, in batches, the longest first.

    The texts of a batch have one padded length. With padding it has at most `budget` tokens, unless one text alone has
    more, and at most `most` texts.
    """
    padded = [padded_length(n) for n in lengths]
    order = sorted(range(len(padded)), key=padded.__getitem__, reverse=True)
    for length, places in groupby(order, key=padded.__getitem__):
        alike = list(places)
        size = max(1, min(most, budget // length))
        for first in range(0, len(alike), size):
            yield alike[first : first + size]
