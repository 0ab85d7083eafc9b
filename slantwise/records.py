"""The words everything else speaks: stances, voices, articles, sentences, judgements, slants.

Knows nothing of models, files or formats.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

_Name = TypeVar("_Name", bound=StrEnum)


class InputError(ValueError):
    """Input a user can mend; its message is one line that names the place, the value and what is accepted."""


class Stance(StrEnum):
    """How a sentence positions its reader toward the target. The order is that of the label ids 0, 1, 2."""

    ACCUSATORY = "accusatory"
    NEUTRAL = "neutral"
    DEFENDING = "defending"


class Voice(StrEnum):
    """Whose words carry the stance: the outlet's own, the target's, or another source's (label ids 0, 1, 2)."""

    OUTLET = "outlet"
    TARGET = "target"
    OTHER = "other"


STANCES: tuple[Stance, ...] = tuple(Stance)
VOICES: tuple[Voice, ...] = tuple(Voice)
# From which probability a sentence whose text does not say so counts as about the target. Near the best F1 on the train
# and validation splits of data/ (0.89 on validation; by text alone 0.77).
ABOUT = 0.4
# What can become of sentences that several outlets carry alike.
WIRE = ("keep", "once", "drop")


class Part(StrEnum):
    """Where in its article a sentence stands: in the running text, or in the title or a heading."""

    BODY = "body"
    HEADLINE = "headline"


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read. `origin` says where it came from (file, and line where there are lines).

    Where its text was not kept, `text` is empty and `sha256` the hexadecimal digest of its UTF-8.
    """

    text: str
    outlet: str
    title: str = ""
    date: str = ""
    url: str = ""
    origin: str = ""
    sha256: str = field(default="", repr=False, compare=False)

    @property
    def text_digest(self) -> str:
        """The SHA-256 of the text in UTF-8, hexadecimal, also where the text was not kept."""
        return self.sha256 or hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article, with what it takes to judge it toward a target.

    `start` and `end` are character offsets into `Article.text` (−1 where the sentence is the separate title).
    `context` is the text just before it, possibly empty. `mentions` are the offsets, within `text`, at which the
    target is named. `about` says whether the sentence is about the target, named or not. `speaker` is whose quotation
    the sentence stands in, or None outside quotations.
    """

    text: str
    start: int
    end: int
    context: str = ""
    part: Part = Part.BODY
    mentions: tuple[tuple[int, int], ...] = ()
    about: bool = False
    speaker: Voice | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the classifier says of one sentence toward one target.

    Both tuples hold three probabilities that sum to 1, in the order of `STANCES` and `VOICES`; those of the stance
    are calibrated. `about` is the probability that the sentence is about the target at all, None where the classifier
    does not say.
    """

    stance_probabilities: tuple[float, float, float]
    voice_probabilities: tuple[float, float, float]
    about: float | None = None

    @property
    def stance(self) -> Stance:
        """The most probable stance."""
        return _most_probable(STANCES, self.stance_probabilities)

    @property
    def voice(self) -> Voice:
        """The most probable voice."""
        return _most_probable(VOICES, self.voice_probabilities)

    @property
    def probabilities(self) -> Mapping[Stance, float]:
        """The probability of each stance."""
        return dict(zip(STANCES, self.stance_probabilities, strict=True))

    @property
    def score(self) -> float:
        """P(defending) − P(accusatory), in [−1, 1]: negative accuses, positive defends."""
        accusatory, _, defending = self.stance_probabilities
        return defending - accusatory


Judged = tuple[Article, list[tuple[Sentence, Judgement]]]
"""An article with its judged sentences about the target, headlines among them, in order; possibly none."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A slant and its interval, all three in [−1, 1]; of a difference of slants in [−2, 2]."""

    slant: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Correction:
    """An outlet's slant corrected by hand labels, beside what the labels say without the classifier.

    `sentences` and `articles` count what of the outlet is labelled. `rectifier` says where the classifier's error was
    taken from: the outlet's `own` labels, those of all outlets `pooled` (which assumes that its error on this one is
    like those it makes on them), or `none`, where there are too few labels for either and `corrected` is None.
    `labels_only` is None with fewer than two labelled articles. `tuning` is the λ of prediction-powered inference, the
    weight the classifier is given: 0 is labels only, 1 is the classifier in full.
    """

    corrected: Estimate | None
    labels_only: Estimate | None
    sentences: int
    articles: int
    rectifier: str
    tuning: float | None


@dataclass(frozen=True, slots=True)
class MatchedSlant:
    """An outlet compared with the others within stories: its slant = `grand` + `selection` + `telling`, exactly.

    `telling` is how it tells the stories it shares, as a difference from the average outlet; `selection` is what its
    choice of stories adds, as a difference from the average outlet's choice; `grand` is the mean slant of the outlets.
    Differences lie in [−2, 2] but where few stories join the outlets. `low`, `high` and `selection_low`,
    `selection_high` are intervals from leaving out stories; where `enough` is false the comparison
    hangs on a single story and they are the whole range.
    `stories` counts the outlet's stories, `shared_stories` those that another outlet tells too, `matched_articles` its
    articles in these.
    """

    telling: float
    low: float
    high: float
    selection: float
    selection_low: float
    selection_high: float
    grand: float
    stories: int
    shared_stories: int
    matched_articles: int
    enough: bool


@dataclass(frozen=True, slots=True)
class OutletSlant:
    """How one outlet leans toward the target, and how sure that is.

    `slant`, `low` and `high` lie in [−1, 1]. `resampled` names the units the interval was drawn from: `articles`, or
    `sentences` where the outlet has one article. Where `enough` is false there is too little to say and the interval is
    the whole range. `standard_error` is that of the mean over articles, also where there is only one: it is what
    outlets are compared and shrunk by. `shares` are the mean probabilities of the stances, weighted as the slant is,
    and `stances` counts the sentences by their most probable one. `own_voice` and `quoted` are the slants of the
    sentences in the outlet's voice and in everyone else's, `voices` those of each voice; `headlines` is the mean score
    of the headlines. They are None where there are none. `accusing` counts the articles with an accusatory sentence,
    `answered` those of them in which the target's voice is heard too. `period` is the month (`2018-08`) or week
    (`2018-W32`) that the articles are of, where the slant was asked for over time.

    `ranks` are the first and the last place, from 1 for the most accusing, that the outlet may truly have among those
    it was scored with; `groups` are its letters among them: two that share a letter cannot be told apart. They are None
    and empty where there is nothing to compare with, `groups` also where letters would run out. `shrunk`,
    `prior_shifted` and `correction` are there where they were asked for and could be had.

    `wire` is the share of the outlet's sentences that other outlets carry alike, `standing` the share that is its own
    standing text, before any is left out; None where copies were not looked for. `matched` compares the outlet within
    stories; None where that was not asked for, or no story connects it with the others.
    """

    outlet: str
    slant: float
    low: float
    high: float
    articles: int
    sentences: int
    standard_error: float
    resampled: str
    enough: bool
    own_voice: float | None
    quoted: float | None
    stances: Mapping[Stance, int]
    shares: Mapping[Stance, float]
    voices: Mapping[Voice, float | None]
    headlines: float | None
    accusing: int
    answered: int
    period: str = ""
    ranks: tuple[int, int] | None = None
    groups: tuple[str, ...] = ()
    shrunk: Estimate | None = None
    prior_shifted: Estimate | None = None
    correction: Correction | None = None
    wire: float | None = None
    standing: float | None = None
    matched: MatchedSlant | None = None

    @property
    def intensity(self) -> float:
        """The share of sentences that take a side, in [0, 1]."""
        return 1.0 - self.shares[Stance.NEUTRAL]

    @property
    def right_of_reply(self) -> float | None:
        """The share of accusing articles in which the target's voice is heard too; None where no article accuses."""
        return self.answered / self.accusing if self.accusing else None


def _most_probable(names: tuple[_Name, ...], probabilities: tuple[float, ...]) -> _Name:
    return names[max(range(len(names)), key=probabilities.__getitem__)]
