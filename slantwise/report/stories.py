"""The terminal tables of wire copy and of outlets compared within stories."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from slantwise.records import OutletSlant
from slantwise.report.cells import named, signed

_BECOMES = {
    "keep": "left in",
    "once": "all copies of a sentence together weigh as much as one sentence",
    "drop": "left out of the outlets; what is shared is shown as (wire)",
}


def print_wire(slants: Sequence[OutletSlant], wire: str, console: Console | None = None) -> None:
    """Print how much of each outlet is carried alike by others or is its own standing text."""
    console = console or Console()
    table = Table(title="What is carried alike", title_justify="left", box=SIMPLE)
    table.add_column("outlet", overflow="fold", min_width=10)
    for name in ("wire", "standing"):
        table.add_column(name, justify="right")
    for outlet, (shared, standing) in {s.outlet: (s.wire or 0.0, s.standing or 0.0) for s in slants}.items():
        table.add_row(escape(outlet), f"{shared:.1%}", f"{standing:.1%}")
    console.print(table)
    console.print(
        "Wire: share of the outlet's sentences that other outlets carry alike; standing: that stand in at least half "
        f"of its own articles. They are {_BECOMES[wire]}.",
        style="dim",
        markup=False,
    )


def print_matched(slants: Sequence[OutletSlant], console: Console | None = None) -> None:
    """Print each outlet's slant as the mean of all, the choice of stories and their telling."""
    console = console or Console()
    table = Table(title="Compared within stories", title_justify="left", box=SIMPLE)
    table.add_column("outlet", overflow="fold", min_width=10)
    for name in ("slant", "choice", "interval", "telling", "interval", "shared", "articles"):
        table.add_column(name, justify="right", no_wrap=True)
    for s in slants:
        m = s.matched
        if m is None:
            table.add_row(named(s), signed(s.slant), *["–"] * 6)
            continue
        choice, telling = (
            f"{signed(low)}…{signed(high)} " if m.enough else "³"
            for low, high in ((m.selection_low, m.selection_high), (m.low, m.high))
        )
        counts = (f"{m.shared_stories} of {m.stories}", f"{m.matched_articles} of {s.articles}")
        table.add_row(named(s), signed(s.slant), signed(m.selection), choice, signed(m.telling), telling, *counts)
    console.print(table)
    grand = next((s.matched.grand for s in slants if s.matched), None)
    console.print(
        f"Slant = {signed(grand)} (mean of the outlets) + choice + telling. Choice: what the stories it covers add; "
        "telling: how it tells stories that others tell too; both as differences from the average outlet. Shared: its "
        "stories that another outlet tells too; articles: its articles in these. –: no story connects it with others.",
        style="dim",
        markup=False,
    )
    if any(s.matched and not s.matched.enough for s in slants):
        console.print("³ Hangs on a single story: no interval.", style="dim", markup=False)
