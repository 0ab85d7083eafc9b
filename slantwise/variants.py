"""Altered copies of what the encoder reads, for teachers to judge: more text for a student to learn from.

Some words of a sentence give way to others that stand between the same two neighbours elsewhere. What it then says may
be another stance or nonsense; the teachers judge it as it is. After Jiao et al. 2020 (TinyBERT), who take the other
words from a masked language model.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from slantwise.classifier import MASK

# How likely a word is drawn anew, and a context is left out.
REPLACED = 0.4
WITHOUT_CONTEXT = 0.2
_WORD = re.compile(rf"{re.escape(MASK)}|\w+(?:[’'.,-]\w+)*|[^\w\s]")

Pair = tuple[str, str]


def variants(pairs: Sequence[Pair], copies: int) -> Iterator[Pair]:
    """So many altered copies of each sentence and the context before it, the same each time.

    What a word gives way to is drawn from all that stand between its neighbours, as often as they do, itself among
    them. `[TARGET]` stays where it is; a copy in which nothing was altered is left out.
    """
    if not copies:
        return
    rng = np.random.default_rng(0)
    words = [[m.span() for m in _WORD.finditer(sentence)] for sentence, _ in pairs]
    between: dict[Pair, list[str]] = defaultdict(list)
    for (sentence, _), spans in zip(pairs, words, strict=True):
        for neighbours, (start, end) in _places(sentence, spans):
            between[neighbours].append(sentence[start:end])
    for (sentence, context), spans in zip(pairs, words, strict=True):
        places = [(between[neighbours], span) for neighbours, span in _places(sentence, spans)]
        for _ in range(copies):
            altered, done = "", 0
            drawn = rng.random(len(places)) < REPLACED
            for place in np.flatnonzero(drawn):
                found, (start, end) = places[place]
                altered += sentence[done:start] + found[rng.integers(len(found))]
                done = end
            altered += sentence[done:]
            before = "" if rng.random() < WITHOUT_CONTEXT else context
            if (altered, before) != (sentence, context):
                yield altered, before


def _places(sentence: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[Pair, tuple[int, int]]]:
    """Each word that may give way, by its two neighbours in lower case."""
    shown = ["", *(sentence[start:end].lower() for start, end in spans), ""]
    for i, (start, end) in enumerate(spans):
        if sentence[start:end] != MASK and sentence[start].isalnum():
            yield (shown[i], shown[i + 2]), (start, end)
