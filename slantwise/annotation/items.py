"""A sentence to label, with all that finds it again in its article; and what a labeller says of it.

In every file an item is a row with these fields: `item` (its name), `target`, `aliases`, `outlet`, `title`, `date`,
`url`, `origin`, `sha256`, `start`, `end`, `hash`, `probability`, `sentence`, `context` and `after`. Those that say
which sentence it is and how it was drawn are those of a `--labels` file (see `slantwise.labels`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from slantwise.corpus import sentence_hash
from slantwise.records import Article, InputError, Sentence, Stance, Voice
from slantwise.targets import Target

ABOUT = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Item:
    """One sentence drawn to be labelled toward a target.

    `start` and `end` are character offsets into the article's text, `context` and `after` the text before and behind
    it. `probability`, in (0, 1], is that with which it was drawn. `item` is its name, the same wherever the same
    sentence is drawn toward the same target.
    """

    item: str
    target: str
    aliases: tuple[str, ...]
    outlet: str
    title: str
    date: str
    url: str
    origin: str
    sha256: str
    start: int
    end: int
    hash: str
    probability: float
    sentence: str
    context: str
    after: str

    @classmethod
    def of(cls, article: Article, sentence: Sentence, after: str, target: Target, probability: float = 1.0) -> Item:
        """The item of a sentence of an article."""
        digest = article.text_digest
        return cls(
            item_name(digest, article.url or article.outlet, sentence.start, sentence.end, target.name),
            target.name,
            target.aliases,
            article.outlet,
            article.title,
            article.date,
            article.url,
            article.origin,
            digest,
            sentence.start,
            sentence.end,
            sentence_hash(sentence.text),
            probability,
            sentence.text,
            sentence.context,
            after,
        )

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Item:
        """The item of a row, also of one that a spreadsheet has been at; ValueError for one that names no sentence."""
        text = {name: _text(row.get(name)) for name in ("target", "outlet", "title", "date", "url", "origin")}
        text |= {name: _text(row.get(name)) for name in ("sha256", "hash", "sentence", "context", "after")}
        if not text["target"]:
            raise ValueError("names no target")
        if not (text["sha256"] or text["url"] or text["origin"]):
            raise ValueError("names no article; accepted are sha256, url, origin")
        start, end = _whole(row.get("start"), "start"), _whole(row.get("end"), "end")
        if start is None or end is None:
            if not text["hash"]:
                raise ValueError("names no sentence; accepted are start and end, or hash")
            start = end = -1
        article = text["sha256"] or text["url"] or text["origin"]
        place = (start, end) if start >= 0 else (text["hash"],)
        name = _text(row.get("item")) or item_name(article, text["url"] or text["outlet"], *place, text["target"])
        aliases = row.get("aliases") or ()
        names = aliases.split("|") if isinstance(aliases, str) else aliases
        return cls(
            item=name,
            aliases=tuple(str(n).strip() for n in names if str(n).strip()),
            start=start,
            end=end,
            probability=_probability(row.get("probability")),
            **text,
        )

    def row(self) -> dict[str, Any]:
        """The item as a row; aliases are a list."""
        return asdict(self) | {"aliases": list(self.aliases)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one labeller says of one item; None where nothing is said of voice or aboutness. `place` is for messages."""

    item: Item
    labeller: str
    stance: Stance
    voice: Voice | None = None
    about: bool | None = None
    place: str = ""


def item_name(*identity: object) -> str:
    """A name that no spreadsheet takes for a number: "s-" and ten hexadecimal digits."""
    return f"s-{hashlib.sha256(repr(identity).encode()).hexdigest()[:10]}"


def check_free(paths: Sequence[Path], overwrite: bool = False) -> None:
    """Raise InputError for the first file that is there already, or whose folder is not there."""
    for path in paths:
        if path.exists() and not overwrite:
            raise InputError(f"{path}: is there already and is not overwritten; give another name or take it away")
        if not path.parent.is_dir():
            raise InputError(f"{path}: there is no folder {str(path.parent)!r}")


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _whole(value: Any, name: str) -> int | None:
    """A whole number, also written 16.0 or 16,0; None where there is none."""
    if value is None or value == "":
        return None
    try:
        number = float(str(value).replace(",", "."))
        if isinstance(value, bool) or number != int(number) or number < 0:
            raise ValueError
        return int(number)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} {value!r} is not a whole number from 0") from None


def _probability(value: Any) -> float:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        number = float("nan")
    if isinstance(value, bool) or not 0 < number <= 1:
        raise ValueError(f"probability {value!r} is not a number above 0 and up to 1")
    return number
