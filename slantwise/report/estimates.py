"""The table of the slants that were asked for beside the plain one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from slantwise.records import Estimate, OutletSlant
from slantwise.report.cells import named, signed


def print_estimates(slants: Sequence[OutletSlant], console: Console | None = None) -> None:
    """Print the slants that were asked for beside the plain one: shrunk, after a shift of shares, corrected by labels.

    Prints nothing where none was.
    """
    shrunk, shifted, labelled = (
        any(getattr(s, name) is not None for s in slants) for name in ("shrunk", "prior_shifted", "correction")
    )
    if not (shrunk or shifted or labelled):
        return
    table = Table(title="The same slants, estimated otherwise", title_justify="left", box=SIMPLE)
    table.add_column("outlet", overflow="fold", min_width=10)
    labelled_columns = ["labels only", "corrected", "λ", "labels"] if labelled else []
    for name in ("slant", *["shrunk"] * shrunk, *["prior shift"] * shifted, *labelled_columns):
        table.add_column(name, justify="right")
    for s in slants:
        cells = [_estimate(Estimate(s.slant, s.low, s.high))]
        cells += [_estimate(s.shrunk)] * shrunk + [_estimate(s.prior_shifted)] * shifted
        if s.correction:
            c = s.correction
            mark = "³" if c.rectifier == "pooled" else ""
            tuning = "–" if c.tuning is None else f"{c.tuning:.2f}"
            cells += [_estimate(c.labels_only), _estimate(c.corrected) + mark, tuning, f"{c.sentences} in {c.articles}"]
        table.add_row(named(s), *cells)
    console = console or Console()
    console.print(table)
    notes = ["Shrunk: drawn toward the mean of the outlets by how little is known of it; needs four outlets."] * shrunk
    if shifted:
        notes.append(
            "Prior shift: rests on the assumption that outlets differ in how often they take each stance, not in how "
            "each reads, and on the model's calibration: where that does not hold it makes slants worse."
        )
    if labelled:
        notes.append(
            "Corrected: the hand labels, helped by the classifier as far as it is right (λ); labels: sentences in "
            "articles. ³ Too few labelled articles of its own: assumes that the classifier's error there is "
            "like that on the others."
        )
    console.print(" ".join(notes), style="dim", markup=False)


def _estimate(estimate: Estimate | None) -> str:
    """A slant with its interval below it."""
    if estimate is None:
        return "–"
    return f"{signed(estimate.slant)}\n{signed(estimate.low)}…{signed(estimate.high)}"
