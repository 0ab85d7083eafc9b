"""The terminal table of outlets' slants, the table of a training's figures, and slants as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from slantwise.differences import differences
from slantwise.metrics import Measured
from slantwise.records import OutletSlant
from slantwise.report.cells import named, signed
from slantwise.slant import ESTIMANDS

SCALE_WIDTH = 19
# From this width on the terminal has room for the intervals as pictures.
ROOMY = 110
PLACE_WIDTH = 9
# Below this width two headings are cut short to leave room for the groups.
NARROW = 90
# Pairs grow with the square of the outlets; of more than this many the JSON has groups and ranks alone.
MOST_IN_PAIRS = 20


def print_slants(slants: Sequence[OutletSlant], target: str, estimand: str, console: Console | None = None) -> None:
    """Print the outlets with their slants, intervals and counts, the most accusing first."""
    console = console or Console()
    letters = {letter for s in slants for letter in s.groups}
    lettered, ranked = len(letters) > 1, not letters and any(s.ranks for s in slants)
    roomy = console.width >= ROOMY + PLACE_WIDTH * (lettered or ranked)
    table = Table(title=f"Slant toward {escape(target)}", title_justify="left", box=SIMPLE)
    table.add_column("outlet", overflow="fold", min_width=20 if roomy else 10)
    table.add_column("slant", justify="right")
    table.add_column("interval", justify="right", no_wrap=True)
    if roomy:
        table.add_column("accuses · defends", no_wrap=True)
    if lettered or ranked:
        table.add_column("group" if lettered else "rank", overflow="fold", max_width=PLACE_WIDTH)
    short = (lettered or ranked) and console.width < NARROW
    for name in ("own", "quoted", *(("art.", "sent.") if short else ("articles", "sentences"))):
        table.add_column(name, justify="right")
    for s in slants:
        numbers = (signed(s.own_voice), signed(s.quoted), str(s.articles), str(s.sentences))
        place = ["".join(s.groups)] if lettered else [f"{s.ranks[0]}–{s.ranks[1]}"] if ranked and s.ranks else []
        bounds = f"{signed(s.low)}…{signed(s.high)}{_remark(s)}"
        table.add_row(named(s), signed(s.slant), bounds, *([_scale(s)] if roomy else []), *place, *numbers)
    console.print(table)
    console.print(
        f"Slant: {estimand}. Own: in the outlet's own voice; quoted: in everyone else's.", style="dim", markup=False
    )
    if len(letters) == 1:
        console.print("No two of these outlets can be told apart.", style="dim", markup=False)
    if lettered:
        console.print("Group: outlets that share a letter cannot be told apart.", style="dim", markup=False)
    if ranked:
        console.print(
            "Rank: the places that the outlet may truly have, 1 the most accusing.", style="dim", markup=False
        )
    if any(s.resampled == "sentences" and s.enough for s in slants):
        console.print(
            "¹ One article: the interval comes from resampling its sentences, not from other articles of the outlet.",
            style="dim",
            markup=False,
        )
    if not all(s.enough for s in slants):
        console.print("² Too few sentences for an interval.", style="dim", markup=False)


def print_details(slants: Sequence[OutletSlant], console: Console | None = None) -> None:
    """Print what the slants are made of: shares of the stances, voices, headlines, right of reply."""
    table = Table(title="What the slants are made of", title_justify="left", box=SIMPLE)
    table.add_column("outlet", overflow="fold", min_width=10)
    for name in ("acc.", "neu.", "def.", "outlet's", "target's", "others'", "headlines", "reply"):
        table.add_column(name, justify="right", no_wrap=True)
    for s in slants:
        shares = [f"{x:.0%}" for x in s.shares.values()]
        voices = [signed(x) for x in s.voices.values()]
        reply = f"{s.answered} of {s.accusing}" if s.accusing else "–"
        table.add_row(named(s), *shares, *voices, signed(s.headlines), reply)
    console = console or Console()
    console.print(table)
    console.print(
        "Accusatory, neutral, defending: shares of the sentences, by their probabilities. Outlet's, target's, others': "
        "slant of the sentences in each voice. Headlines: their slant, counted nowhere else. Reply: accusing articles "
        "in which the target's voice is heard too.",
        style="dim",
        markup=False,
    )


def as_json(slants: Sequence[OutletSlant], target: str, model: str, estimand: str, level: float = 0.95) -> str:
    """The slants as one JSON object: `target`, `model`, `estimand` (of the slant), `estimands`, `outlets` and more.

    `differences` has a row a pair of outlets, with intervals that hold all at once at `level`; it is null for more than
    20 outlets, whose `groups` and `ranks` say the same in less.
    """
    rows: list[dict[str, Any]] = [
        {
            "outlet": s.outlet,
            "period": s.period or None,
            "slant": s.slant,
            "low": s.low,
            "high": s.high,
            "articles": s.articles,
            "sentences": s.sentences,
            "resampled": s.resampled,
            "enough": s.enough,
            "own_voice": s.own_voice,
            "quoted": s.quoted,
            "stances": {str(k): v for k, v in s.stances.items()},
            "shares": {str(k): v for k, v in s.shares.items()},
            "intensity": s.intensity,
            "voices": {str(k): v for k, v in s.voices.items()},
            "headlines": s.headlines,
            "accusing_articles": s.accusing,
            "right_of_reply": s.right_of_reply,
            "standard_error": s.standard_error,
            "ranks": s.ranks,
            "groups": s.groups,
            "shrunk": s.shrunk and asdict(s.shrunk),
            "prior_shifted": s.prior_shifted and asdict(s.prior_shifted),
            "correction": s.correction and asdict(s.correction),
        }
        for s in slants
    ]
    found: dict[str, Any] = {
        "target": target,
        "model": model,
        "estimand": estimand,
        "estimands": ESTIMANDS,
        "outlets": rows,
    }
    found["differences"] = _pairs(slants, level) if len(slants) <= MOST_IN_PAIRS else None
    return json.dumps(found, ensure_ascii=False, indent=2)


def print_figures(figures: Mapping[str, Measured], console: Console | None = None) -> None:
    """Print how right a model is on each set it was measured on."""
    table = Table(title="How right the model is", title_justify="left", box=SIMPLE)
    table.add_column("measured on", overflow="fold")
    for name in ("macro-F1", "95%", "acc.", "neu.", "def.", "voice", "ECE"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, m in figures.items():
        low, high = m.macro_f1_interval
        voice = "" if m.voice_accuracy is None else f"{m.voice_accuracy:.2f}"
        stances = [f"{of_stance['f1']:.2f}" for of_stance in m.per_stance.values()]
        table.add_row(
            escape(name), f"{m.macro_f1:.3f}", f"{low:.2f}–{high:.2f}", *stances, voice, f"{m.calibration_error:.3f}"
        )
    console = console or Console()
    console.print(table)
    console.print(
        "Accusatory, neutral, defending: F1. Voice: accuracy. ECE: expected calibration error, 10 bins.",
        style="dim",
        markup=False,
    )


def _pairs(slants: Sequence[OutletSlant], level: float) -> list[dict[str, Any]]:
    found = differences(slants, level)
    names = [f"{s.outlet} {s.period}".rstrip() for s in slants]
    columns = (found.first, found.second, found.difference, found.low, found.high, found.apart)
    return [
        {"outlets": [names[i], names[j]], "difference": d, "low": low, "high": high, "told_apart": apart}
        for i, j, d, low, high, apart in zip(*(c.tolist() for c in columns), strict=True)
    ]


def _remark(slant: OutletSlant) -> str:
    if not slant.enough:
        return "²"
    return "¹" if slant.resampled == "sentences" else " "


def _scale(slant: OutletSlant) -> str:
    """The interval drawn on the line from −1 to 1, zero marked."""
    places = ["·"] * SCALE_WIDTH
    at = [round((x + 1) / 2 * (SCALE_WIDTH - 1)) for x in (slant.low, slant.slant, slant.high)]
    places[at[0] : at[2] + 1] = "─" * (at[2] + 1 - at[0])
    places[SCALE_WIDTH // 2] = "┼" if at[0] <= SCALE_WIDTH // 2 <= at[2] else "│"
    places[at[1]] = "●"
    return "".join(places)
