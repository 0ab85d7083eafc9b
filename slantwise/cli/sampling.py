"""`slantwise sample`: articles in; sentences to label out, with the probabilities they were drawn with."""

from __future__ import annotations

import argparse
import sys

from slantwise.cli.inputs import add_article_flags, add_target_flags, given_articles

DESCRIPTION = "Draw sentences or articles to label by hand: files for Label Studio, spreadsheets, doccano and Prodigy."


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    add_article_flags(parser)
    add_target_flags(parser)
    parser.add_argument("--model", metavar="DIR", help="a model folder or hub id; by default the released model")
    parser.add_argument(
        "--number", type=int, default=100, metavar="N", help="how many sentences or articles (default: %(default)s)"
    )
    parser.add_argument(
        "--unit",
        default="sentence",
        choices=("sentence", "article"),
        help="what is drawn: single sentences (default), or articles with all their sentences about the target",
    )
    parser.add_argument("--per-outlet", action="store_true", help="as many from each outlet, as far as it has them")
    parser.add_argument(
        "--active", action="store_true", help="draw more of what the model is unsure of; corrected slants stay valid"
    )
    parser.add_argument(
        "--blind", action="store_true", help="do not show labellers what the model says, so that it cannot lead them"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the draw (default: 0)")
    parser.add_argument(
        "--output",
        default="to-label",
        metavar="DIR",
        help="the folder to write to; nothing in it is overwritten (default: %(default)s)",
    )


def run(given: argparse.Namespace) -> int:
    """Draw a sample and write it; the exit status."""
    from slantwise.annotation.sampling import draw_sample
    from slantwise.annotation.writing import check_writable, write_sample
    from slantwise.articles import RejectLog
    from slantwise.classifier import StanceClassifier
    from slantwise.targets import Target

    check_writable(given.output)
    target = Target.of(given.target, given.alias)
    rejects = RejectLog(given.rejects)
    articles = given_articles(given, target, rejects)
    classifier = StanceClassifier.from_pretrained(given.model)
    with rejects:
        sample = draw_sample(
            articles,
            target,
            classifier,
            given.number,
            given.unit,
            given.per_outlet,
            given.active,
            given.seed,
            rejects.left_out,
        )
    facts = {
        "target": target.name,
        "model": classifier.name,
        "number": given.number,
        "per_outlet": given.per_outlet,
        "active": given.active,
    }
    paths = write_sample(sample, given.output, given.blind, facts)
    drawn, of = sum(sample.chosen.values()), sum(sample.candidates.values())
    if drawn < given.number:
        print(f"warning: there are only {of} {sample.unit}s to draw; {given.number} were asked for", file=sys.stderr)
    print(
        f"{len(sample.drawn)} sentences to label: {drawn} of {of} {sample.unit}s, of {len(sample.candidates)} outlets."
    )
    if not given.blind:
        print("The model's judgements are shown to labellers; to measure how right it is, draw with --blind.")
    for path in paths:
        print(f"written: {path}", file=sys.stderr)
    return 0
