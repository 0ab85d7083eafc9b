"""`slantwise labels`: labels of one or several people in; agreement, disagreements and a gold file out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slantwise.annotation.agreement import Gold

DESCRIPTION = (
    "Read labels back from Label Studio (JSON, JSON-MIN), doccano, Prodigy or a spreadsheet; tell how far labellers "
    "agree, and write the labels that count, for `evaluate --labels`, `check` and `train --data`."
)
UNDECIDED = (
    "{} sentences are undecided and not in the gold file; without them a corrected slant is that of sentences on which "
    "labellers agree: settle them (--disagreements FILE.csv, then --adjudicated FILE.csv)"
)
MISSING = "{} sentences were drawn and not labelled; if they differ from the rest, so will the corrected slant"
# More problems than this are only counted.
SHOWN = 20


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="exports and sheets, .json, .jsonl or .csv")
    parser.add_argument(
        "--sample",
        metavar="DIR",
        help="what `slantwise sample` wrote: says which sentence a row is of where a tool lost that, and what is "
        "missing",
    )
    parser.add_argument(
        "--adjudicated",
        nargs="+",
        default=[],
        metavar="FILE",
        help="labels that settle what the others say, such as the list of disagreements filled in",
    )
    parser.add_argument(
        "--output", default="gold.jsonl", metavar="FILE", help="where the gold labels go (default: %(default)s)"
    )
    parser.add_argument("--disagreements", metavar="FILE.csv", help="list the sentences that labellers differ on")
    parser.add_argument(
        "--likely-errors", metavar="FILE.csv", help="list labels that a model takes for wrong, the likeliest first"
    )
    parser.add_argument("--model", metavar="DIR", help="the model that looks for errors; by default the released one")
    parser.add_argument(
        "--standoff",
        action="store_true",
        help="leave the text of articles out of the gold file, so that it can be shared",
    )
    parser.add_argument("--overwrite", action="store_true", help="overwrite files that are there")
    parser.add_argument("--seed", type=int, default=0, help="seed of the resampling (default: 0)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def run(given: argparse.Namespace) -> int:
    """Read, compare, write; the exit status."""
    from slantwise.annotation.agreement import agreement, settle
    from slantwise.annotation.gold import disagreements, write_gold, write_likely_errors
    from slantwise.annotation.items import check_free
    from slantwise.annotation.reading import read_answers, read_items
    from slantwise.records import InputError
    from slantwise.report.labels import agreement_as_json, print_agreement

    written = [Path(p) for p in (given.output, given.disagreements, given.likely_errors) if p]
    check_free(written, given.overwrite)
    drawn = read_items(given.sample) if given.sample else {}
    read = read_answers(given.files, drawn)
    settled = (
        read_answers(given.adjudicated, drawn | {a.item.item: a.item for a in read.answers})
        if given.adjudicated
        else None
    )
    _warn([*read.problems, *(settled.problems if settled else ())])
    gold = settle(read.answers, settled.answers if settled else ())
    sure = [g for g in gold if g.stance is not None]
    if not sure:
        raise InputError(
            "no sentence has a stance that more than half of its labellers give; adjudicate (--adjudicated)"
        )
    found = agreement(read.answers, given.seed)
    counts = {
        "sentences": len(gold),
        "gold": len(sure),
        "undecided": len(gold) - len(sure),
        "disputed": sum(g.disputed for g in gold),
        "adjudicated": sum(g.adjudicated for g in gold),
        "rows_without_a_label": read.unanswered,
        "drawn_but_not_labelled": len(drawn.keys() - {g.item.item for g in gold}) if drawn else None,
        "rows_not_used": len(read.problems),
    }
    write_gold(Path(given.output), sure, text=not given.standoff)
    if given.disagreements:
        disagreements(Path(given.disagreements), gold)
    if given.likely_errors:
        counts["likely_errors"] = write_likely_errors(Path(given.likely_errors), *_judged(sure, given.model))
    print(agreement_as_json(found, counts) if given.json else "", end="\n" if given.json else "")
    if not given.json:
        print_agreement(found, counts)
    if counts["undecided"]:
        _warn([UNDECIDED.format(counts["undecided"])])
    if counts["drawn_but_not_labelled"]:
        _warn([MISSING.format(counts["drawn_but_not_labelled"])])
    for path in written:
        print(f"written: {path}", file=sys.stderr)
    return 0


def _judged(gold: Sequence[Gold], model: str | None) -> tuple[list[Gold], list]:  # type: ignore[type-arg]
    from slantwise.classifier import StanceClassifier
    from slantwise.targets import Target

    known = [g for g in gold if g.item.sentence]
    classifier = StanceClassifier.from_pretrained(model)
    targets = [Target.of(g.item.target, g.item.aliases) for g in known]
    texts = [g.item.sentence for g in known]
    return known, classifier.predict(texts, targets, [g.item.context for g in known])


def _warn(messages: Sequence[str]) -> None:
    for message in messages[:SHOWN]:
        print(f"warning: {message}", file=sys.stderr)
    if len(messages) > SHOWN:
        print(f"warning: … and {len(messages) - SHOWN} more", file=sys.stderr)
