"""In which order a training takes its examples. Knows only their lengths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


class EpochSampler:
    """Deals the examples out in seeded order, so many an epoch, those of like length side by side.

    The places in `own` make up `own_share` of an epoch; without either all are dealt alike.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        examples: int,
        batch_size: int,
        seed: int,
        own: Sequence[int] = (),
        own_share: float = 0.0,
    ) -> None:
        self.lengths, self.batch_size, self.seed, self.epoch = lengths, batch_size, seed, 0
        self.examples = min(examples, len(lengths)) or len(lengths)
        of_own = round(own_share * self.examples) if len(own) else 0
        rest = sorted(set(range(len(lengths))) - set(own)) if of_own else range(len(lengths))
        # Each pool with how many of it an epoch takes.
        self.pools = [(np.asarray(rest, dtype=int), self.examples - of_own if len(rest) else 0)]
        if of_own:
            self.pools.append((np.asarray(own, dtype=int), self.examples - self.pools[0][1]))

    def __len__(self) -> int:
        return self.examples

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose examples come next; the trainer calls it, also when it resumes."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        dealt = np.concatenate([self._dealt(pool, number) for pool, number in self.pools])
        if len(self.pools) > 1:
            dealt = np.random.default_rng([self.seed, self.epoch, 2]).permutation(dealt)
        pool = 50 * self.batch_size
        batches = []
        for place in range(0, len(dealt), pool):
            by_length = sorted(dealt[place : place + pool], key=self.lengths.__getitem__)
            batches += [by_length[i : i + self.batch_size] for i in range(0, len(by_length), self.batch_size)]
        # A short batch anywhere but at the end would shift the ones after it.
        batches.sort(key=len, reverse=True)
        whole = [b for b in batches if len(b) == self.batch_size]
        np.random.default_rng([self.seed, self.epoch, 1]).shuffle(whole)
        return iter([int(i) for batch in whole + batches[len(whole) :] for i in batch])

    def _dealt(self, pool: NDArray[np.int_], number: int) -> NDArray[np.int_]:
        """So many of a pool, going on where the epoch before stopped; none comes again before all were dealt."""
        if not number:
            return pool[:0]
        first = self.epoch * number
        rounds = range(first // len(pool), (first + number - 1) // len(pool) + 1)
        orders = [np.random.default_rng([self.seed, r]).permutation(len(pool)) for r in rounds]
        start = first - rounds[0] * len(pool)
        return pool[np.concatenate(orders)[start : start + number]]
