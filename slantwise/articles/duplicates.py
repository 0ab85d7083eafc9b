"""Articles that an outlet has twice: the same words again, or nearly.

Within one outlet only: a text that several outlets carry is each one's coverage, and whose words they are is another
question. Two articles are nearly the same when their sets of runs of four words overlap by about nine tenths (Jaccard
similarity). MinHash (the datasketch library) gives each article 160 numbers, in ten bands of sixteen; two articles that
share a band count as the same. So are found 997 in 1,000 of those that overlap by 0.95, 87 in 100 by 0.9, a quarter by
0.8, 3 in 1,000 by 0.6.

Memory: of an article its eleven hashes of 8 bytes are kept, none of its text, in two tables of at most 64 MiB each.
When the newer is full the older is forgotten, so at least the last 470,000 articles are always remembered.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Sequence
from typing import Any

from slantwise.records import Article

BANDS, ROWS = 10, 16
RUN = 4
# Of shorter texts only exact repetitions count: a figure more or less makes another note of a note.
SHORTEST = 50
# Slots of a table; a table is full when five eighths are taken.
SLOTS = 2**23

_WORD = re.compile(r"\w+")


class Duplicates:
    """Takes in articles one by one, and says of each whether it has come before."""

    def __init__(self, slots: int = SLOTS) -> None:
        self._seen = _Recent(slots)
        self._empty: Any = None

    def has_seen(self, article: Article) -> str:
        """`exact` or `near` where an earlier article of the outlet had these words, or nearly; else empty."""
        words, outlet = _WORD.findall(article.text.casefold()), article.outlet.casefold()
        exact = _exact(words, outlet)
        if exact in self._seen:
            return "exact"
        return self.have_seen([exact, *self._bands(words, outlet)])

    def marks(self, article: Article) -> list[int]:
        """The hashes by which `have_seen` knows an article, wherever they are made."""
        words, outlet = _WORD.findall(article.text.casefold()), article.outlet.casefold()
        return [_exact(words, outlet), *self._bands(words, outlet)]

    def have_seen(self, marks: Sequence[int]) -> str:
        """What `has_seen` says, of an article of which there are the `marks`."""
        exact, *bands = marks
        if exact in self._seen:
            return "exact"
        self._seen.add(exact)
        near = any(band in self._seen for band in bands)
        for band in bands:
            self._seen.add(band)
        return "near" if near else ""

    def _bands(self, words: list[str], outlet: str) -> list[int]:
        if len(words) < SHORTEST:
            return []
        if self._empty is None:
            from datasketch import MinHash

            self._empty = MinHash(num_perm=BANDS * ROWS, seed=1)
        signature = self._empty.copy()
        runs = {" ".join(words[i : i + RUN]).encode("utf-8", "replace") for i in range(len(words) - RUN + 1)}
        signature.update_batch(list(runs))
        values = signature.hashvalues.reshape(BANDS, ROWS)
        return [_hash(f"{outlet}\n{i}\n".encode("utf-8", "replace") + values[i].tobytes()) for i in range(BANDS)]


def _exact(words: list[str], outlet: str) -> int:
    return _hash(f"{outlet}\n{' '.join(words)}".encode("utf-8", "replace"))


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little") or 1


class _Table:
    """A set of 64-bit numbers other than 0 in 8 bytes a slot; it grows twofold, up to `most` slots."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._slots = array("Q", bytes(8 * min(most, 1024)))
        self.count = 0

    @property
    def full(self) -> bool:
        return self.count >= self._most * 5 // 8

    def __contains__(self, key: int) -> bool:
        return self._slots[self._place(key)] == key

    def add(self, key: int) -> None:
        if self.count >= len(self._slots) * 5 // 8 and len(self._slots) < self._most:
            old, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
            for known in old:
                if known:
                    self._slots[self._place(known)] = known
        place = self._place(key)
        self.count += self._slots[place] != key
        self._slots[place] = key

    def _place(self, key: int) -> int:
        slots, last = self._slots, len(self._slots) - 1
        place = key & last
        while slots[place] not in (0, key):
            place = (place + 1) & last
        return place


class _Recent:
    """The numbers added lately, in two tables of which the older is dropped when the newer is full."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._new, self._old = _Table(slots), _Table(1)

    def __contains__(self, key: int) -> bool:
        return key in self._new or key in self._old

    def add(self, key: int) -> None:
        if self._new.full:
            self._new, self._old = _Table(self._slots), self._new
        self._new.add(key)
