"""`slantwise check`: hand labels and their articles in; how right the model is on them out."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from slantwise.cli.inputs import add_article_flags, add_target_flags, given_articles
from slantwise.slant import WEIGHTS, estimand

DESCRIPTION = "Tell how right a model is on your own articles, from hand labels of a drawn part of them."


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument(
        "--labels",
        required=True,
        metavar="FILE",
        help="hand labels of a drawn sample, as `slantwise labels` writes them",
    )
    add_article_flags(parser)
    add_target_flags(parser)
    parser.add_argument("--model", metavar="DIR", help="a model folder or hub id; by default the released model")
    parser.add_argument(
        "--weight",
        default="article",
        choices=WEIGHTS,
        help="what counts alike in the slants: every article (default) or every sentence",
    )
    parser.add_argument("--level", type=float, default=0.95, help="the intervals' level (default: 0.95)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the resampling (default: 0)")
    parser.add_argument("--worst", type=int, default=10, metavar="N", help="how many misjudged sentences to show")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--report", metavar="FILE.html", help="also write a page with pictures")


def run(given: argparse.Namespace) -> int:
    """Check and print or write what was asked for; the exit status."""
    from slantwise.annotation.checking import check
    from slantwise.articles import RejectLog
    from slantwise.classifier import StanceClassifier
    from slantwise.report.check import CheckFacts, check_as_json, print_check, write_check
    from slantwise.report.html import check_renderable
    from slantwise.report.writing import check_place
    from slantwise.targets import Target

    if given.report is not None:
        check_place("report", given.report)
        check_renderable()
    target = Target.of(given.target, given.alias)
    means = estimand(given.weight, given.level)
    rejects = RejectLog(given.rejects)
    articles = given_articles(given, target, rejects)
    classifier = StanceClassifier.from_pretrained(given.model)
    with rejects:
        found = check(
            articles,
            given.labels,
            target,
            classifier,
            given.weight,
            given.level,
            given.seed,
            given.worst,
            rejects.left_out,
        )
    facts = CheckFacts(target.name, classifier.name, str(given.labels), means, given.level, date.today().isoformat())
    if given.json:
        print(check_as_json(found, facts))
    else:
        print_check(found, facts)
    if given.report is not None:
        write_check(found, facts, given.report)
        print(f"written: {given.report}", file=sys.stderr)
    return 0
