"""Whether judgements hang on the company they are asked about: its name should not matter, being meant should.

Two questions are asked again. With the name swapped, the target is called by an invented name wherever the text names
it, in whatever form (also in lower case, in hyphenated words and handles, which are not masked): nothing should change,
and what does shows where a name leaks through. Asked about another, the same text is judged toward an invented company
that it never names: a stance that stays is the sentence's tone, not its stance toward the target.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from slantwise.records import Judgement, Stance
from slantwise.repeats import Judge
from slantwise.targets import Target

# Invented, and spelled like no word or company that we know of.
STRANGER = "Quandrel"


@dataclass(frozen=True, slots=True)
class Swaps:
    """How judgements change; `sentences` are asked again.

    `named` of them name the target. With the name swapped, `moved` is the mean and `most` the largest change of a
    score, in [0, 2], and `flipped` counts changed stances. Of the `sided` ones that take a side, `kept` take the same
    one when asked about a company that is not there.
    """

    sentences: int
    named: int
    moved: float
    most: float
    flipped: int
    sided: int
    kept: int


def swapped(found: Sequence[tuple[str, str, Judgement]], target: Target, classifier: Judge) -> Swaps:
    """Ask again about sentences, each with its context and its judgement."""
    stranger = Target(STRANGER)
    names = _anywhere(target)
    named = [(text, context, j) for text, context, j in found if names.search(text)]
    again = (
        classifier.predict(
            [names.sub(STRANGER, text) for text, _, _ in named],
            stranger,
            [names.sub(STRANGER, context) for _, context, _ in named],
        )
        if named
        else []
    )
    changes = [abs(j.score - new.score) for (_, _, j), new in zip(named, again, strict=True)]
    sided = [(text, context, j) for text, context, j in found if j.stance is not Stance.NEUTRAL]
    about = classifier.predict([s[0] for s in sided], stranger, [s[1] for s in sided]) if sided else []
    return Swaps(
        len(found),
        len(named),
        sum(changes) / len(changes) if changes else 0.0,
        max(changes, default=0.0),
        sum(j.stance is not new.stance for (_, _, j), new in zip(named, again, strict=True)),
        len(sided),
        sum(j.stance is new.stance for (_, _, j), new in zip(sided, about, strict=True)),
    )


def _anywhere(target: Target) -> re.Pattern[str]:
    """The target's names of three letters and more in any case, also as part of a hyphenated word or a handle."""
    names = sorted({target.name, *(a for a in target.aliases if len(a) > 2)}, key=len, reverse=True)
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, names))})(?![A-Za-z])", re.IGNORECASE)
