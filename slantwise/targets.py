"""A target: a company with its names, products and people, and where a text names it.

Knows nothing of articles: what a text means by "the company" is decided in `sentences`, with the text around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from slantwise.records import InputError

_LEGAL_FORM = re.compile(
    r"(?:,?\s+(?:Inc|Incorporated|Corp|Corporation|Co|Company|Ltd|Limited|LLC|LLP|PLC|plc|AG|SE|SA|S\.A|NV|N\.V|AB|ASA|"
    r"Oyj|GmbH|SpA|S\.p\.A|Group|Holdings?|Pte|Pty|& Co)\.?)+$"
)
_DOMAIN = r"(?!\.(?:com|org|net|io|co|info|news)\b)"


@dataclass(frozen=True)
class Target:
    """A company as texts name it.

    `name` is what it is called in the output. `aliases` are its other names, products and people ("Meta",
    "Messenger", "Zuckerberg"). `descriptors` are what only this company is called without its name ("social network"
    matches "the social network" and "the Silicon Valley-based social network").

    A name counts where it stands as a whole word with the case it is given in, or all in capitals; in a text without
    any capital letter, case is ignored. As part of a web address or a handle it does not count.
    """

    name: str
    aliases: tuple[str, ...] = ()
    descriptors: tuple[str, ...] = ()
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _caseless: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _anywhere: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse an empty name, tidy the aliases, compile the patterns."""
        if not self.name.strip():
            raise InputError(f"target {self.name!r} is empty; give a company's name, for example Facebook")
        # A caller may pass one alias as a plain string; its characters are not aliases.
        if isinstance(self.aliases, str) or isinstance(self.descriptors, str):
            raise InputError(f"aliases and descriptors of target {self.name!r} are tuples of names, not one string")
        object.__setattr__(self, "name", self.name.strip())
        short = _LEGAL_FORM.sub("", self.name)
        names = dict.fromkeys([self.name, *([short] if short else []), *(a.strip() for a in self.aliases)])
        names.pop("", None)
        object.__setattr__(self, "aliases", tuple(n for n in names if n != self.name))
        longest_first = sorted(names, key=len, reverse=True)
        cased = dict.fromkeys(spelling for n in longest_first for spelling in (n, n.upper()))
        object.__setattr__(self, "_pattern", re.compile(_whole_words(cased)))
        object.__setattr__(self, "_caseless", re.compile(_whole_words(longest_first), re.IGNORECASE))
        first_words = "|".join(_spelled(name.split()[0]) for name in cased)
        object.__setattr__(self, "_anywhere", re.compile(first_words, re.IGNORECASE))

    @classmethod
    def of(cls, target: str | Target, aliases: Iterable[str] = ()) -> Target:
        """Make a target of a name; a company in `KNOWN_TARGETS` brings its aliases, `aliases` come on top."""
        if isinstance(target, str):
            target = KNOWN_TARGETS.get(target.strip().lower()) or cls(target)
        extra = tuple(aliases)
        return cls(target.name, target.aliases + extra, target.descriptors) if extra else target

    def mentions(self, text: str) -> list[tuple[int, int]]:
        """The (start, end) offsets at which `text` names the target, in order, not overlapping."""
        pattern = self._pattern if any(c.isupper() for c in text) else self._caseless
        return [m.span() for m in pattern.finditer(text)]

    def may_be_in(self, text: str) -> bool:
        """Whether `text` or a part of it could name the target; False is certain, and found fast."""
        return self._anywhere.search(text) is not None


def _whole_words(names: Iterable[str]) -> str:
    return r"(?<![\w@/#])(?:" + "|".join(map(_spelled, names)) + r")(?!\w)" + _DOMAIN


def _spelled(name: str) -> str:
    # Apostrophes are curly or straight in the wild; spaces may be line breaks.
    return re.escape(name).replace(r"\ ", r"\s+").replace("'", "['’]")


KNOWN_TARGETS: dict[str, Target] = {
    "facebook": Target(
        "Facebook",
        aliases=("Meta", "Meta Platforms", "FB", "Messenger", "Mark Zuckerberg", "Zuckerberg", "Sheryl Sandberg"),
        descriptors=(
            "social network",
            "social networking giant",
            "social media giant",
            "social media company",
            "social media platform",
            "social platform",
            "social corporation",
            "social site",
            "tech organization",
        ),
    ),
}
