"""Writes what labels come to: the gold file, the list of disagreements to settle, the list of likely errors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from slantwise.annotation.agreement import Gold
from slantwise.annotation.errors import likely_errors
from slantwise.annotation.writing import write_sheet
from slantwise.records import Judgement


def write_gold(path: Path, gold: Sequence[Gold], text: bool = True) -> None:
    """Write decided labels as a `--labels` file, with the text of their sentences or without."""
    rows = (json.dumps(g.row(text), ensure_ascii=False) + "\n" for g in gold if g.stance is not None)
    path.write_text("".join(rows), encoding="utf-8")


def disagreements(path: Path, gold: Sequence[Gold]) -> int:
    """Write the sentences on which labellers differ as a sheet to fill in, those undecided first; how many there are.

    Filled in, it is read back as what adjudicators say.
    """
    found = sorted((g for g in gold if g.disputed and not g.adjudicated), key=lambda g: g.stance is not None)
    labels = ["; ".join(f"{a.labeller}: {a.stance}" for a in g.answers) for g in found]
    majority = ["undecided" if g.stance is None else str(g.stance) for g in found]
    more = [{"labels": said, "majority": most} for said, most in zip(labels, majority, strict=True)]
    write_sheet(path, [g.item for g in found], more)
    return len(found)


def write_likely_errors(path: Path, gold: Sequence[Gold], judgements: Sequence[Judgement]) -> int:
    """Write the labels that a model takes for wrong as a sheet, the likeliest first; how many there are.

    Filled in where they were wrong, it is read back as what adjudicators say.
    """
    found = likely_errors(gold, judgements)
    more = [
        {"label": str(e.gold.stance), "model": str(e.suggested), "quality": f"{e.quality:.3f}"}
        | {"labels": "; ".join(f"{a.labeller}: {a.stance}" for a in e.gold.answers)}
        for e in found
    ]
    write_sheet(path, [e.gold.item for e in found], more)
    return len(found)
