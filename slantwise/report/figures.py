"""The figures of outlets as a report writes them: columns, words, CSV. Knows nothing of pages or pictures.

Some figures are there only where they were asked for (groups, ranks, corrected slants, wire copy, matched stories); a
column is there when any outlet has it.
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from slantwise.records import OutletSlant, Stance, Voice
from slantwise.spreadsheets import no_formula


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, what it means, an outlet's value to sort by and how that is written."""

    head: str
    meaning: str
    value: Callable[[OutletSlant], Any]
    written: Callable[[OutletSlant], str]
    wide: bool = False


def signed(value: float | None) -> str:
    """A slant in two decimals with its sign, a true minus; a dash where there is none."""
    return "–" if value is None else f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")


def share(value: float | None) -> str:
    """A share in whole per cent; a dash where there is none."""
    return "–" if value is None else f"{value:.0%}"


def interval(low: float, high: float) -> str:
    """Two bounds as a table shows them."""
    return f"{signed(low)} … {signed(high)}"


def letters(slant: OutletSlant) -> str:
    """The letters an outlet shares with those it cannot be told apart from, or its ranks; empty without either."""
    groups: Sequence[str] = getattr(slant, "groups", ()) or ()
    ranks: tuple[int, int] | None = getattr(slant, "ranks", None)
    if groups:
        return " ".join(groups) if max(map(len, groups)) > 1 else "".join(groups)
    if ranks:
        return f"{ranks[0]}" if ranks[0] == ranks[1] else f"{ranks[0]}–{ranks[1]}"
    return ""


def grouped(slants: Sequence[OutletSlant]) -> bool:
    """Whether `letters` are letters of groups; otherwise they are ranks, or empty."""
    return any(getattr(s, "groups", ()) for s in slants)


def period_start(period: str) -> date:
    """The first day of a month (`2018-08`) or ISO week (`2018-W32`)."""
    if "W" in period:
        return datetime.strptime(f"{period}-1", "%G-W%V-%u").date()
    return date.fromisoformat(f"{period}-01")


def remark(slant: OutletSlant) -> str:
    """What makes an interval less sure: ¹ one article, ² too few sentences."""
    if not slant.enough:
        return "²"
    return "¹" if slant.resampled == "sentences" else ""


def main_columns(slants: Sequence[OutletSlant]) -> list[Column]:
    """The columns beside the interval plot."""
    found = [
        _number("slant", "mean score, from −1 (accuses) to +1 (defends)", lambda s: s.slant),
        Column(
            "interval",
            "",
            lambda s: s.low,
            lambda s: interval(s.low, s.high) + remark(s) if s.enough else "none ²",
            True,
        ),
    ]
    if any(letters(s) for s in slants):
        meaning = "outlets that share a letter cannot be told apart" if grouped(slants) else "places it may truly have"
        found.append(Column("group" if grouped(slants) else "rank", meaning, letters, letters))
    for name, head in (("shrunk", "shrunk"), ("prior_shifted", "prior shift")):
        if any(getattr(s, name, None) for s in slants):
            found.append(_estimate(head, lambda s, name=name: getattr(s, name, None)))  # type: ignore[misc]
    if any(getattr(s, "correction", None) for s in slants):
        found.append(_estimate("corrected", lambda s: getattr(getattr(s, "correction", None), "corrected", None)))
    if any(getattr(s, "wire", None) is not None for s in slants):
        found.append(
            _share("wire", "share of its sentences that other outlets carry alike", lambda s: getattr(s, "wire", None))
        )
    found.append(Column("articles", "", lambda s: s.articles, lambda s: f"{s.articles:,}"))
    found.append(Column("sentences", "", lambda s: s.sentences, lambda s: f"{s.sentences:,}"))
    return found


def made_of_columns() -> list[Column]:
    """The columns of what slants are made of."""
    of_voice = [
        _number(head, f"slant of the sentences in {whose}", lambda s, v=voice: s.voices[v])  # type: ignore[misc]
        for voice, head, whose in (
            (Voice.OUTLET, "own", "the outlet's own voice"),
            (Voice.TARGET, "target's", "the target's voice"),
            (Voice.OTHER, "others'", "other sources' voices"),
        )
    ]
    return [
        _share("accuse", "share of accusatory sentences", lambda s: s.shares[Stance.ACCUSATORY]),
        _share("neutral", "share of neutral sentences", lambda s: s.shares[Stance.NEUTRAL]),
        _share("defend", "share of defending sentences", lambda s: s.shares[Stance.DEFENDING]),
        *of_voice,
        _number("headlines", "slant of the headlines, counted nowhere else", lambda s: s.headlines),
        Column(
            "right of reply",
            "accusing articles in which the target's voice is heard too",
            lambda s: s.right_of_reply,
            lambda s: f"{s.answered} of {s.accusing}" if s.accusing else "–",
        ),
    ]


def matched_columns(slants: Sequence[OutletSlant]) -> list[Column]:
    """The columns of outlets compared within stories; none where that was not asked for."""
    if not any(getattr(s, "matched", None) for s in slants):
        return []

    def of(name: str) -> Callable[[OutletSlant], Any]:
        return lambda s: getattr(getattr(s, "matched", None), name, None)

    def bounds(low: str, high: str) -> Callable[[OutletSlant], str]:
        return lambda s: interval(of(low)(s), of(high)(s)) if of("enough")(s) else "–"

    telling, selection = bounds("low", "high"), bounds("selection_low", "selection_high")
    return [
        _number("slant", "mean score", lambda s: s.slant),
        _number("choice", "what the stories it covers add, against the average outlet's choice", of("selection")),
        Column("interval", "", of("selection_low"), selection, True),
        _number("telling", "how it tells the stories it shares, against the average outlet", of("telling")),
        Column("interval", "", of("low"), telling, True),
        Column("shared stories", "", of("shared_stories"), lambda s: _of(of("shared_stories")(s), of("stories")(s))),
    ]


def as_rows(slants: Sequence[OutletSlant]) -> list[dict[str, Any]]:
    """The figures in full, a row an outlet (and period); all rows have all columns, None where there is no figure."""
    rows = []
    for s in slants:
        row: dict[str, Any] = {"outlet": s.outlet, "period": s.period or None}
        row |= {name: getattr(s, name) for name in "slant low high enough resampled articles sentences".split()}
        row["group"] = letters(s)
        row |= {f"share_{stance}": share for stance, share in s.shares.items()}
        row |= {f"voice_{voice}": s.voices[voice] for voice in Voice}
        row |= {"own_voice": s.own_voice, "quoted": s.quoted, "headlines": s.headlines}
        row |= {"accusing_articles": s.accusing, "answered": s.answered, "right_of_reply": s.right_of_reply}
        for name, estimate in (
            ("shrunk", s.shrunk),
            ("prior_shifted", s.prior_shifted),
            ("corrected", s.correction and s.correction.corrected),
        ):
            row[name] = estimate and estimate.slant
            row |= {f"{name}_{bound}": estimate and getattr(estimate, bound) for bound in ("low", "high")}
        row["labelled_sentences"] = s.correction and s.correction.sentences
        row |= {"wire": s.wire, "telling": s.matched and s.matched.telling}
        row["selection"] = s.matched and s.matched.selection
        rows.append(row)
    return rows


def as_csv(slants: Sequence[OutletSlant]) -> str:
    """The figures as CSV; names that spell a formula get a quote before."""
    out = io.StringIO()
    rows = as_rows(slants)
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["outlet"], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        row["outlet"] = no_formula(row["outlet"])
        writer.writerow(row)
    return out.getvalue()


def download(text: str) -> str:
    """CSV as a data URL, with the mark that lets spreadsheets read it as UTF-8."""
    packed = base64.b64encode(("\ufeff" + text).encode("utf-8", "replace")).decode()
    return f"data:text/csv;charset=utf-8;base64,{packed}"


def _number(head: str, meaning: str, value: Callable[[OutletSlant], float | None]) -> Column:
    return Column(head, meaning, value, lambda s: signed(value(s)))


def _share(head: str, meaning: str, value: Callable[[OutletSlant], float | None]) -> Column:
    return Column(head, meaning, value, lambda s: share(value(s)))


def _estimate(head: str, estimate: Callable[[OutletSlant], Any]) -> Column:
    def written(s: OutletSlant) -> str:
        e = estimate(s)
        return "–" if e is None else f"{signed(e.slant)} ({interval(e.low, e.high)})"

    return Column(
        head, "the same slant, estimated otherwise", lambda s: getattr(estimate(s), "slant", None), written, True
    )


def _of(part: int | None, whole: int | None) -> str:
    return "–" if part is None else f"{part} of {whole}"
