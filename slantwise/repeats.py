"""A classifier that judges what it has judged before from memory, within a bound. Knows nothing of models."""

from __future__ import annotations

import hashlib
import math
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from slantwise.records import Judgement
from slantwise.targets import Target

# Packed, about 0.3 kB each: at most 15 MB.
REMEMBERED = 50_000


class Judge(Protocol):
    """What the pipeline needs of a classifier."""

    def predict(self, sentences: Sequence[str], target: Target, context: Sequence[str]) -> list[Judgement]:
        """One judgement a sentence, in order."""


class RememberingJudge:
    """Asks its judge once for equal sentences in equal contexts toward equal targets, however far apart they come.

    The `size` judgements used last are kept, under hashes of their texts.
    """

    def __init__(self, judge: Judge, size: int = REMEMBERED) -> None:
        self._judge = judge
        self._size = size
        self._memory: OrderedDict[bytes, bytes] = OrderedDict()

    def predict(self, sentences: Sequence[str], target: Target, context: Sequence[str]) -> list[Judgement]:
        """One judgement a sentence, in order."""
        keys = [_key(s, c, target) for s, c in zip(sentences, context, strict=True)]
        new = {key: i for i, key in reversed(list(enumerate(keys))) if key not in self._memory}
        found = {key: _unpacked(self._memory[key]) for key in dict.fromkeys(keys) if key in self._memory}
        places = sorted(new.values())
        if places:
            judged = self._judge.predict([sentences[i] for i in places], target, [context[i] for i in places])
            found |= {keys[i]: judgement for i, judgement in zip(places, judged, strict=True)}
        for i in places:
            self._memory[keys[i]] = _packed(found[keys[i]])
        for key in keys:
            self._memory.move_to_end(key)
        while len(self._memory) > self._size:
            self._memory.popitem(last=False)
        return [found[key] for key in keys]


def _packed(judgement: Judgement) -> bytes:
    about = math.nan if judgement.about is None else judgement.about
    return array("d", (*judgement.stance_probabilities, *judgement.voice_probabilities, about)).tobytes()


def _unpacked(packed: bytes) -> Judgement:
    a, b, c, d, e, f, about = array("d", packed)
    return Judgement((a, b, c), (d, e, f), None if math.isnan(about) else about)


def _key(sentence: str, context: str, target: Target) -> bytes:
    return hashlib.blake2b(repr((sentence, context, target)).encode(), digest_size=16).digest()
