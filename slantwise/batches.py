"""Batches of texts of like length, so that little is computed for padding. Knows nothing of models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

# Texts that are tokenized at a time, while the batches before them are computed.
WINDOW = 128


def windows(texts: Sequence[str], pairs: Sequence[str], size: int = WINDOW) -> Iterator[list[int]]:
    """The places of the pairs of texts, those with most characters first, `size` at a time."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]) + len(pairs[i]), reverse=True)
    for first in range(0, len(order), size):
        yield order[first : first + size]


def by_length(lengths: Sequence[int], budget: int, most: int) -> Iterator[list[int]]:
    """The places of texts of these lengths in tokens, in batches, the longest first.

    A batch padded to its longest has at most `budget` tokens, unless one text alone has more, and at most `most` texts.
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batch and (len(batch) >= most or lengths[batch[0]] * (len(batch) + 1) > budget):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
