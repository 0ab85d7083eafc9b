"""`slantwise evaluate`: articles in; a table, JSON, a report out."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from slantwise.cli.inputs import add_article_flags, add_runtime_flag, add_target_flags
from slantwise.cli.judging import add_run_flags, judging
from slantwise.records import WIRE, InputError
from slantwise.slant import PERIODS, WEIGHTS, estimand

DESCRIPTION = "Score how outlets lean toward a company: negative accuses it, positive defends it."
# What an interruption leaves to say.
INTERRUPTED = "with --output FOLDER, --resume goes on where it stopped"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument(
        "--source",
        nargs="*",
        metavar="OUTLET",
        help="score just these outlets; with none named, or without the flag, all of them",
    )
    add_article_flags(parser)
    add_target_flags(parser)
    parser.add_argument("--model", metavar="DIR", help="a model folder or hub id; by default the released model")
    add_run_flags(parser)
    add_runtime_flag(parser)
    parser.add_argument(
        "--weight",
        default="article",
        choices=WEIGHTS,
        help="what counts alike: every article (default) or every sentence",
    )
    parser.add_argument("--by", choices=PERIODS, help="over time: a slant for each month or week of an outlet")
    parser.add_argument(
        "--wire",
        nargs="?",
        const="keep",
        choices=WIRE,
        help="find sentences that several outlets carry alike, and an outlet's standing text: keep (default; tell "
        "their shares), once (all copies of a sentence weigh as much as one), drop (show the shared ones as an outlet "
        "of their own)",
    )
    parser.add_argument(
        "--matched",
        action="store_true",
        help="compare outlets within stories: how much of a slant is the choice of stories, how much their telling",
    )
    parser.add_argument(
        "--shrink",
        action="store_true",
        help="also draw slants of which little is known toward the outlets' mean",
    )
    parser.add_argument(
        "--labels", metavar="FILE", help="also correct each slant by hand labels of a drawn sample (JSONL or CSV)"
    )
    parser.add_argument(
        "--prior-shift",
        action="store_true",
        help="also correct each slant for other shares of the stances than the model was calibrated at",
    )
    parser.add_argument("--level", type=float, default=0.95, help="the interval's level (default: 0.95)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the resampling (default: 0)")
    parser.add_argument(
        "--details", action="store_true", help="print also shares of the stances, voices, headlines and right of reply"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument(
        "--report", metavar="FILE.html", help="also write a page with pictures and every article, sentence by sentence"
    )
    parser.add_argument("--plot", metavar="FILE", help="also draw the outlets with their intervals: .png or .svg")


def run(given: argparse.Namespace) -> int:
    """Score the outlets and print or write what was asked for; the exit status."""
    from slantwise.articles import RejectLog
    from slantwise.pipeline import sum_judged
    from slantwise.report import (
        Facts,
        Reporting,
        as_json,
        print_details,
        print_estimates,
        print_matched,
        print_slants,
        print_wire,
    )

    means = estimand(given.weight, given.level, given.wire)
    rejects = RejectLog(given.rejects)
    report = Reporting(given.report, given.plot, given.seed)
    with rejects, judging(given, report.noting(rejects)) as source:
        if given.prior_shift and source.shares is None:
            raise InputError(
                f"{source.model}: calibration.json does not hold the shares of the stances, which --prior-shift needs"
            )
        slants = (source.sum or sum_judged)(
            source.judged,
            source.target,
            source.sources,
            given.weight,
            given.level,
            given.seed,
            given.by,
            report.noting(rejects.left_out),
            given.wire,
            given.matched,
            shrink=given.shrink,
            labels=given.labels,
            prior_shift=source.shares if given.prior_shift else None,
            on_judged=report.add,
            on_stories=report.take_stories,
            on_whole=report.take_whole if report.wanted else None,
        )
    target = source.target
    if given.json:
        print(as_json(slants, target.name, source.model, means, given.level))
    else:
        print_slants(slants, target.name, means)
        print_estimates(slants)
        if given.wire:
            print_wire(slants, given.wire)
        if given.matched:
            print_matched(slants)
        if given.details:
            print_details(slants)
    today = date.today().isoformat()
    facts = Facts(
        target.name,
        source.model,
        means,
        given.weight,
        given.level,
        given.seed,
        tuple(target.aliases),
        today,
        given.wire,
    )
    for path in [*([given.output] if given.output else []), *report.write(slants, facts)]:
        print(f"written: {path}", file=sys.stderr)
    return 0
