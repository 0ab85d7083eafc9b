"""Sentences that several outlets carry alike, and an outlet's own standing text. Knows nothing of models or files.

Two sentences are copies when their sets of word pairs overlap by half (Jaccard similarity of at least `ALIKE`). Pairs
to compare are found with MinHash and banding (Broder 1997; the datasketch library), then compared exactly, so chance
adds no copies; it misses one in eight that overlap by just half and one in a hundred that overlap by 0.7. Copies of
copies are copies.

Of a distinct sentence 32 band keys, a hash for each of its words and its own hash are kept, about 0.5 kB, never its
text; of a repetition, one number.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

# Shorter sentences say too little: two reporters write "The company declined to comment" without copying.
SHORTEST = 8
# benchmarks/stories.py has what other thresholds find.
ALIKE = 0.5
BANDS, ROWS = 32, 4
# An outlet's sentence that stands in so many of its articles, and in this share of them, is its standing text.
STANDING_ARTICLES = 3
STANDING_SHARE = 0.5

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_WORD = re.compile(r"\w+")


class Copies:
    """Takes in sentences one by one; says at the end which are copies of each other."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}
        self._bands = array("I")
        self._shingles = array("I")
        self._ends = array("Q")
        self._empty = MinHash(num_perm=BANDS * ROWS, hashfunc=int)
        self._multipliers = np.random.default_rng(0).integers(1, 2**63, ROWS, dtype=np.uint64) * 2 + 1

    def add(self, text: str) -> int:
        """The number of the sentence's wording, equal for equal words; −1 where it is too short to be told a copy."""
        words = _WORD.findall(text.casefold())
        if len(words) < SHORTEST:
            return -1
        digest = int.from_bytes(hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest())
        if digest not in self._known:
            self._known[digest] = len(self._known)
            pairs = itertools.pairwise(words)
            shingles = np.unique(np.array([zlib.crc32(f"{a} {b}".encode()) for a, b in pairs], dtype=np.uint32))
            sketch = self._empty.copy()
            sketch.update_batch(shingles.tolist())
            rows = np.asarray(sketch.hashvalues, dtype=np.uint64).reshape(BANDS, ROWS)
            keys = ((rows * self._multipliers).sum(axis=1) >> np.uint64(32)).astype(np.uint32)
            self._bands.frombytes(keys.tobytes())
            self._shingles.frombytes(shingles.tobytes())
            self._ends.append(len(self._shingles))
        return self._known[digest]

    def groups(self) -> Ints:
        """The group of each wording, (wordings,): equal for copies. The order of the sentences does not matter."""
        count = len(self._known)
        # Ordered by their hashes, so that what is compared first does not depend on what was read first.
        order = np.argsort(np.fromiter(self._known, dtype=np.uint64, count=count))
        bands = np.frombuffer(self._bands, dtype=np.uint32).reshape(count, BANDS)[order]
        shingles = np.split(np.frombuffer(self._shingles, dtype=np.uint32), np.asarray(self._ends[:-1], dtype=np.int64))
        ordered = [shingles[i] for i in order] if count else []
        groups = np.empty(count, dtype=np.int64)
        groups[order] = _joined(bands, ordered)
        return groups


def _joined(bands: NDArray[np.uint32], shingles: Sequence[NDArray[np.uint32]]) -> Ints:
    """Join what shares a band key and overlaps enough; each is compared with one of every group found so far."""
    parents = list(range(len(shingles)))

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    for keys in bands.T:
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.diff(keys[order], prepend=-1, append=-1) != 0)
        for start, end in itertools.pairwise(starts):
            seen: dict[int, int] = {}
            for i in order[start:end] if end - start > 1 else ():
                for other, member in list(seen.items()):
                    if root(i) != root(other) and _overlap(shingles[i], shingles[member]) >= ALIKE:
                        parents[root(i)] = root(other)
                seen.setdefault(root(i), i)
    return np.array([root(i) for i in range(len(parents))], dtype=np.int64)


def _overlap(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    if min(len(one), len(other)) < ALIKE * max(len(one), len(other)):
        return 0.0
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)


@dataclass(frozen=True, slots=True)
class Carried:
    """For each sentence whether several outlets carry it, whether it is standing text, and what it weighs.

    All (sentences,). A weight is 1 divided by how often the sentence stands anywhere if it is either, so that all its
    copies together weigh 1, and 1 if it is neither.
    """

    wire: Bools
    standing: Bools
    weights: Floats


def carried(groups: Ints, outlets: Ints, articles: Ints) -> Carried:
    """Tell wire copy and standing text, from each sentence's group (−1: none), outlet and article, all (sentences,).

    Wire copy stands in articles of at least two outlets. Standing text stands in articles of one outlet only: in at
    least three, and in at least half of those that have any sentence here.
    """
    known = groups >= 0
    times = np.bincount(groups[known], minlength=1)
    wire = known & (_distinct(groups, outlets)[groups] > 1)
    of_outlet = _distinct(outlets, articles)[outlets]
    repeated = np.where(known, _distinct(groups, articles)[groups], 0)
    standing = known & ~wire & (repeated >= STANDING_ARTICLES) & (repeated >= STANDING_SHARE * of_outlet)
    weights = np.where(wire | standing, 1.0 / np.maximum(times[groups], 1), 1.0)
    return Carried(wire, standing, weights)


def _distinct(keys: Ints, values: Ints) -> Ints:
    """How many different values go with each key that is not negative, (largest key + 1,)."""
    pairs = np.unique(np.stack([keys, values]), axis=1)[0] if len(keys) else keys
    return np.bincount(pairs[pairs >= 0], minlength=1)


def dispatches(groups: Ints, articles: Ints) -> Ints:
    """The dispatch of each shared sentence, (sentences,): one where articles have one of these sentences in common.

    Sentences of one agency story are not independent, so they are resampled together.
    """
    if not len(groups):
        return groups
    _, group = np.unique(groups, return_inverse=True)
    _, article = np.unique(articles, return_inverse=True)
    size = int(group.max()) + 1 + int(article.max()) + 1
    links = coo_array((np.ones(len(group)), (group, article + group.max() + 1)), shape=(size, size))
    labels = connected_components(links, directed=False)[1]
    return np.asarray(labels[group], dtype=np.int64)
