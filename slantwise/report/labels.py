"""How far labellers agree, for the terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from slantwise.annotation.agreement import Agreement


def agreement_as_json(found: Agreement | None, counts: Mapping[str, Any]) -> str:
    """The counts and the agreement; None where there is one labeller."""
    return json.dumps(dict(counts) | {"agreement": asdict(found) if found else None}, indent=2, ensure_ascii=False)


def print_agreement(found: Agreement | None, counts: Mapping[str, Any], console: Console | None = None) -> None:
    """Print counts, alphas, pairs of labellers and labellers."""
    console = console or Console()
    parts = [f"{counts['sentences']} sentences labelled, {counts['gold']} with a label that counts"]
    further = ("undecided", "disputed", "adjudicated", "drawn_but_not_labelled", "likely_errors")
    parts += [f"{counts[name]} {name.replace('_', ' ')}" for name in further if counts.get(name)]
    console.print(", ".join(parts) + ".", highlight=False)
    if found is None:
        console.print("One labeller: how far another would agree is not known. Let a part be labelled twice.")
        return
    bounds = f" ({found.interval[0]:+.2f}…{found.interval[1]:+.2f})" if found.interval else ""
    alphas = ", ".join(
        f"{kind} {_two(value)}{bounds if kind == 'stance' else ''}" for kind, value in found.alpha.items()
    )
    console.print(
        f"Krippendorff's alpha over {found.overlap} sentences labelled twice or more: {alphas}.", highlight=False
    )
    console.print(
        "Of each stance against the others: " + ", ".join(f"{s} {_two(a)}" for s, a in found.per_class.items()) + ".",
        highlight=False,
    )
    table = _table("labeller", "sentences", "accusatory", "neutral", "defending", "as others", "alpha without")
    for x in found.labellers:
        shares = [f"{share:.0%}" for share in x.shares.values()]
        with_others = "–" if x.with_others is None else f"{x.with_others:.0%}"
        table.add_row(escape(x.name), str(x.sentences), *shares, with_others, _two(x.alpha_without))
    console.print(table)
    if len(found.pairs) > 1:
        table = _table("pair", "both", "agree", "kappa")
        for p in found.pairs:
            table.add_row(escape(f"{p.one}, {p.other}"), str(p.sentences), f"{p.agreement:.0%}", _two(p.kappa))
        console.print(table)


def _table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE)
    table.add_column(first, overflow="fold", min_width=10)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
