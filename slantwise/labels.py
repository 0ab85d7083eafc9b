"""Hand labels of a drawn sample: from a JSONL or CSV file to the sentences they are of. Knows no statistics.

A row labels one sentence: the article's `sha256` (of its text in UTF-8), `url` or `origin`; the sentence's `start` and
`end` (character offsets into the article's text) or its `hash` (of its text; see `sentence_hash`), or both; the
`stance`; and the `probability` with which the sentence was drawn, that of its article where whole articles were. A row
may name the `target` it is about, with its `aliases`; rows about another one are left out. It may say the `voice`,
whether the sentence is `about` the target and by whom it was labelled (`labeller`), and may carry its text
(`sentence`, `context`). Where several articles have the same text, as agency copy has, a row with a `url` or else an
`outlet` is of the one with the same. `slantwise labels` writes such a file.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slantwise.corpus import sentence_hash
from slantwise.correction import Label
from slantwise.records import STANCES, VOICES, Article, InputError, Sentence, Stance, Voice

# In this order the first one that a row has says which article it is of.
ARTICLE_KEYS = ("sha256", "url", "origin")

_Span = tuple[int, int]


@dataclass(frozen=True)
class Row:
    """A label, where it stands in its file, and which sentence it is of."""

    place: str
    label: Label
    span: _Span | None
    hash: str | None
    target: str = ""
    aliases: tuple[str, ...] = ()
    url: str = ""
    outlet: str = ""

    def is_of(self, article: Article) -> bool:
        """Whether it is of this one of several articles of the same text, as far as it says: by address, or outlet."""
        if self.url and article.url:
            return self.url == article.url
        return not self.outlet or self.outlet == article.outlet

    def fits(self, sentence: Sentence) -> bool:
        """Whether it is of this sentence of its article."""
        if self.span is not None:
            return self.span == (sentence.start, sentence.end)
        return self.hash == sentence_hash(sentence.text)


@dataclass
class LabelBook:
    """The labels of one file, looked up article by article; `unseen` are the articles that have not come yet."""

    _rows: dict[tuple[str, str], list[Row]]
    unseen: set[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.unseen = set(self._rows)
        self._digests = any(key == "sha256" for key, _ in self._rows)

    def saw(self, article: Article) -> None:
        """Take note that an article is there, also where its outlet is not scored."""
        self.unseen -= set(self._keys(article))

    def of(
        self,
        article: Article,
        judged: Sequence[Sentence],
        every: Callable[[], Sequence[Sentence]],
        on_skip: Callable[[str], None] = lambda message: None,
    ) -> list[Label | None]:
        """The label of each judged body sentence of an article, None where it has none.

        `every` gives all sentences of the article: a label of one that is not judged (it is not about the target, or a
        headline) is left out, with one line to `on_skip`. Raises InputError for a label that fits no sentence, or whose
        hash is not that of the text at its offsets.
        """
        rows = self.rows(article)
        found: list[Label | None] = [None] * len(judged)
        unused: list[Row] = []
        others: Sequence[Sentence] = ()
        for row in rows:
            places = [i for i, sentence in enumerate(judged) if row.fits(sentence)]
            if not places:
                others = others or every()
            there = [judged[i] for i in places] or [s for s in others if row.fits(s)]
            if not there and article.sha256:
                # Its text was not kept, as it never names the target.
                unused.append(row)
                continue
            if not there:
                where = f"{row.span[0]}–{row.span[1]}" if row.span else f"hash {row.hash!r}"
                raise InputError(f"{row.place}: {where} is no sentence of the article {described(article)}")
            if row.hash is not None and row.hash != sentence_hash(there[0].text):
                raise InputError(f"{row.place}: hash {row.hash!r} is not that of the text at its offsets")
            if not places:
                unused.append(row)
            for i in places:
                if found[i] is not None:
                    raise InputError(
                        f"{row.place}: a second label for the same sentence; one is accepted "
                        "(`slantwise labels` makes one of several labellers')"
                    )
                found[i] = row.label
        if unused:
            on_skip(f"{unused[0].place}: {len(unused)} labels here are of sentences that count in no slant; left out")
        return found

    def check_all_came(self) -> None:
        """Raise InputError naming the first label whose article never came."""
        if self.unseen:
            key, value = min(self.unseen, key=lambda k: self._rows[k][0].place)
            raise InputError(f"{self._rows[key, value][0].place}: {key} {value!r} is of no article that was given")

    def rows(self, article: Article) -> list[Row]:
        """The rows that are of an article."""
        return [row for key in self._keys(article) for row in self._rows.get(key, ()) if row.is_of(article)]

    def _keys(self, article: Article) -> Iterator[tuple[str, str]]:
        if self._digests:
            yield "sha256", article.text_digest
        yield "url", article.url
        yield "origin", article.origin


def read_labels(path: str | Path, target: str | None = None, drawn: bool = True) -> LabelBook:
    """Read the labels toward `target` (a name; None takes all) from a file; InputError naming file, line and value.

    With `drawn` each must say with what probability it was drawn; without, it counts as 1 where none is said, which is
    enough to learn from.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    readers = {".jsonl": json_rows, ".ndjson": json_rows, ".csv": _csv}
    if path.suffix.lower() not in readers:
        raise InputError(
            f"{path}: files ending in {path.suffix or 'nothing'!r} hold no labels; accepted are .csv, .jsonl"
        )
    rows: dict[tuple[str, str], list[Row]] = {}
    others: set[str] = set()
    try:
        for values, place in readers[path.suffix.lower()](path):
            about = str(values.get("target") or "")
            if target is not None and about and about.casefold() != target.casefold():
                others.add(str(values["target"]))
                continue
            key = next(((k, str(values[k])) for k in ARTICLE_KEYS if values.get(k)), None)
            if key is None:
                raise InputError(f"{place}: names no article; accepted are {', '.join(ARTICLE_KEYS)}")
            rows.setdefault(key, []).append(_row(values if drawn else {"probability": 1, **values}, place))
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text") from None
    if not rows:
        theirs = f"; its targets are {', '.join(sorted(others))}" if others else ""
        raise InputError(f"{path}: holds no labels{f' toward {target}' if target else ''}{theirs}")
    return LabelBook(rows)


def _row(values: Mapping[str, Any], place: str) -> Row:
    span = None
    if any(values.get(k) not in (None, "") for k in ("start", "end")):
        span = (_whole(values.get("start"), "start", place), _whole(values.get("end"), "end", place))
    found = str(values["hash"]) if values.get("hash") else None
    if span is None and found is None:
        raise InputError(f"{place}: names no sentence; accepted are start and end, or hash")
    if values.get("stance") not in STANCES:
        raise InputError(
            f"{place}: stance {values.get('stance')!r} is not recognised; accepted are {', '.join(STANCES)}"
        )
    voice = values.get("voice") or None
    if voice is not None and voice not in VOICES:
        raise InputError(f"{place}: voice {voice!r} is not recognised; accepted are {', '.join(VOICES)}")
    stance, probability = Stance(values["stance"]), _probability(values.get("probability"), place)
    label = Label(stance, probability, voice and Voice(voice), _yes_or_no(values.get("about"), place))
    target, url, outlet = (str(values.get(name) or "") for name in ("target", "url", "outlet"))
    return Row(place, label, span, found, target, _names(values.get("aliases")), url, outlet)


def _yes_or_no(value: Any, place: str) -> bool | None:
    if value is None or value == "":
        return None
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in known:
        raise InputError(f"{place}: about {value!r} is not recognised; accepted are yes, no")
    return known[str(value).lower()]


def _names(value: Any) -> tuple[str, ...]:
    """Aliases as a list, or in one field with bars between them."""
    names = value if isinstance(value, list) else str(value or "").split("|")
    return tuple(str(name).strip() for name in names if str(name).strip())


def _probability(value: Any, place: str) -> float:
    try:
        number = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0 < number <= 1:
        raise InputError(f"{place}: probability {value!r} is not a number above 0 and up to 1")
    return number


def _whole(value: Any, name: str, place: str) -> int:
    try:
        if isinstance(value, (bool, float)):
            raise ValueError
        return int(value)
    except (TypeError, ValueError):
        raise InputError(f"{place}: {name} {value!r} is not a whole number") from None


def json_rows(path: Path) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The objects of a JSONL file, each with its place; InputError for a line that is none."""
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as problem:
            raise InputError(f"{place}: not JSON ({problem})") from None
        if not isinstance(row, dict):
            raise InputError(f"{place}: {line[:40]!r} is not a JSON object")
        yield row, place


def _csv(path: Path) -> Iterator[tuple[Mapping[str, Any], str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            yield row, f"{path}, line {reader.line_num}"


def described(article: Article) -> str:
    """An article in a message: its address, its origin or its outlet."""
    return article.url or article.origin or f"of {article.outlet}"
