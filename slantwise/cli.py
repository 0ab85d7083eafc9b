"""The `slantwise` command; `train.py` and `evaluate.py` call the same functions.

Errors a user can mend end in one line on stderr and exit status 2, never in a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from datetime import date
from typing import Any

from slantwise import __version__
from slantwise.records import WIRE, InputError
from slantwise.slant import PERIODS, WEIGHTS, estimand


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `slantwise train …` or `slantwise evaluate …`; the exit status."""
    parser = argparse.ArgumentParser(
        prog="slantwise", description="How news outlets lean for or against a company, and how sure that is."
    )
    parser.add_argument("--version", action="version", version=f"slantwise {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    _evaluate_flags(commands.add_parser("evaluate", help="score outlets", description=_EVALUATE))
    _train_flags(commands.add_parser("train", help="fine-tune a model", description=_TRAIN))
    given = parser.parse_args(arguments)
    return _guarded(_evaluate if given.command == "evaluate" else _train, given)


def evaluate(arguments: Sequence[str] | None = None) -> int:
    """Score outlets, as `evaluate.py` does; the exit status."""
    parser = argparse.ArgumentParser(prog="evaluate.py", description=_EVALUATE)
    _evaluate_flags(parser)
    return _guarded(_evaluate, parser.parse_args(arguments))


def train(arguments: Sequence[str] | None = None) -> int:
    """Fine-tune a model, as `train.py` does; the exit status."""
    parser = argparse.ArgumentParser(prog="train.py", description=_TRAIN)
    _train_flags(parser)
    return _guarded(_train, parser.parse_args(arguments))


_EVALUATE = "Score how outlets lean toward a company: negative accuses it, positive defends it."
_TRAIN = "Fine-tune a stance and voice classifier on the project's corpus and on further labelled sets."


def _evaluate_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--source",
        nargs="*",
        metavar="OUTLET",
        help="score just these outlets; with none named, or without the flag, all of them",
    )
    _articles_flags(parser)
    parser.add_argument("--target", default="Facebook", metavar="NAME", help="the company (default: Facebook)")
    parser.add_argument(
        "--alias", nargs="+", default=[], metavar="NAME", help="other names, products and people of the company"
    )
    parser.add_argument("--model", metavar="DIR", help="a model folder or hub id; by default the released model")
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


def _articles_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--articles",
        nargs="+",
        metavar="PATH",
        help="any mix of folders and globs, files of text, Markdown, HTML, JSONL, CSV, Parquet, WARC, RSS or Atom, "
        "also on s3:// and gs://, web addresses or a file of them, and - for standard input; by default the "
        "articles the project carries",
    )
    parser.add_argument(
        "--outlet",
        help="the outlet of articles whose input names none: no sub-folder, no column (default: the domain of the url)",
    )
    parser.add_argument(
        "--columns",
        metavar="FIELD=COLUMN,…",
        help="which columns hold text, outlet, title, date and url, as in text=body,outlet=domain; common names are "
        "known",
    )
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        help="what standard input and files without a known ending hold: text, html, jsonl, csv, parquet, warc, feed "
        "or urls (default for standard input: what its beginning looks like)",
    )
    parser.add_argument(
        "--language",
        nargs="+",
        default=["en"],
        metavar="CODE",
        help="pass over articles that are surely in none of these languages; any takes all (default: en)",
    )
    parser.add_argument(
        "--keep-duplicates",
        action="store_true",
        help="keep articles that an outlet has twice, word by word or nearly; by default the first counts",
    )
    parser.add_argument(
        "--rejects", metavar="FILE", help="list every input that was not used, with its reason, as JSONL in this file"
    )
    parser.add_argument(
        "--offline", action="store_true", help="fetch nothing; web pages come from the cache or not at all"
    )
    parser.add_argument(
        "--cache", metavar="DIR", help="where fetched pages are kept, for 30 days (default: in the user's cache folder)"
    )


def _train_flags(parser: argparse.ArgumentParser) -> None:
    from slantwise.config import MPNET, PRECISIONS, RECIPES, TrainingConfig

    defaults = {f.name: f.default for f in fields(TrainingConfig) if f.default is not MISSING}
    parser.add_argument(
        "--data",
        nargs="+",
        default=[],
        metavar="PATH",
        help="further labelled sets: this project's form, NewsMTSC, directed sentiment",
    )
    parser.add_argument(
        "--base-model",
        default=defaults["base_model"],
        metavar="ID_OR_DIR",
        help="the encoder to start from (default: %(default)s)",
    )
    parser.add_argument(
        "--output", default=defaults["output"], metavar="DIR", help="where the model goes (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=defaults["seed"], help="equal seeds give equal models (default: %(default)s)"
    )
    parser.add_argument("--epochs", type=int, default=defaults["epochs"], help="at most so many (default: %(default)s)")
    parser.add_argument(
        "--examples",
        type=int,
        default=defaults["examples"],
        help="examples an epoch takes; 0 takes all (default: %(default)s)",
    )
    parser.add_argument("--batch-size", type=int, default=defaults["batch_size"], help="default: %(default)s")
    parser.add_argument("--learning-rate", type=float, default=defaults["learning_rate"], help="default: %(default)s")
    parser.add_argument(
        "--dropout", type=float, default=defaults["dropout"], help="share of activations dropped (default: %(default)s)"
    )
    parser.add_argument(
        "--teachers", nargs="+", default=[], metavar="DIR", help="checkpoints from whose judgements to learn too"
    )
    parser.add_argument(
        "--unlabelled",
        nargs="+",
        default=[],
        metavar="PATH",
        help="articles, or sets whose labels are not looked at, for the teachers to judge",
    )
    parser.add_argument(
        "--leave-out", nargs="+", default=[], metavar="PATH", help="labelled sets whose sentences are not learned from"
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=defaults["precision"],
        help="of the arithmetic; auto: bfloat16 where the processor has it (default: %(default)s)",
    )
    parser.add_argument(
        "--recipe",
        choices=RECIPES,
        help="several trainings in a row, as the recipe has them; the flags above that say how to train do not count",
    )
    parser.add_argument(
        "--teacher-model",
        metavar="ID_OR_DIR",
        help=f"the encoder that a recipe's teachers start from (default: {MPNET})",
    )
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted training in the same --output")


def _evaluate(given: argparse.Namespace) -> int:
    from slantwise.articles import Columns, RejectLog, read_articles
    from slantwise.corpus import carried_articles, known_outlets
    from slantwise.pipeline import score_outlets
    from slantwise.report import Facts, Reporting
    from slantwise.targets import Target

    target = Target.of(given.target, given.alias)
    means = estimand(given.weight, given.level, given.wire)
    rejects = RejectLog(given.rejects)
    report = Reporting(given.report, given.plot, given.seed)
    articles = (
        read_articles(
            given.articles,
            given.outlet,
            known_outlets(),
            report.noting(rejects),
            columns=Columns.parse(given.columns) if given.columns else None,
            languages=given.language,
            keep_duplicates=given.keep_duplicates,
            offline=given.offline,
            cache=given.cache,
            format=given.format,
        )
        if given.articles
        else carried_articles(target)
    )
    from slantwise.classifier import StanceClassifier
    from slantwise.report import as_json, print_details, print_estimates, print_matched, print_slants, print_wire

    classifier = StanceClassifier.from_pretrained(given.model)
    if given.prior_shift and classifier.shares is None:
        raise InputError(
            f"{classifier.name}: calibration.json does not hold the shares of the stances, which --prior-shift needs"
        )
    with rejects:
        slants = score_outlets(
            articles,
            target,
            classifier,
            given.source,
            given.weight,
            given.level,
            given.seed,
            given.by,
            report.noting(rejects.left_out),
            given.wire,
            given.matched,
            shrink=given.shrink,
            labels=given.labels,
            prior_shift=classifier.shares if given.prior_shift else None,
            on_judged=report.add,
            on_stories=report.take_stories,
        )
    if given.json:
        print(as_json(slants, target.name, classifier.name, means, given.level))
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
        target.name, classifier.name, means, given.weight, given.level, given.seed, tuple(target.aliases), today
    )
    for path in report.write(slants, facts):
        print(f"written: {path}", file=sys.stderr)
    return 0


def _train(given: argparse.Namespace) -> int:
    from slantwise.config import TrainingConfig
    from slantwise.recipes import run
    from slantwise.report import print_figures
    from slantwise.training import fit

    if given.recipe:
        trained = run(
            given.recipe,
            given.data,
            given.output,
            given.unlabelled,
            given.leave_out,
            given.base_model,
            given.teacher_model,
            given.seed,
            given.resume,
        )
    else:
        names = {f.name for f in fields(TrainingConfig)} & set(vars(given)) - {"recipe"}
        values: dict[str, Any] = {k: tuple(v) if isinstance(v := getattr(given, k), list) else v for k in names}
        trained = fit(TrainingConfig(**values), resume=given.resume)
    print_figures(trained.figures)
    print(f"The model is in {trained.folder}. Use it: python evaluate.py --source --model {trained.folder}")
    return 0


def _guarded(command: Callable[[argparse.Namespace], int], given: argparse.Namespace) -> int:
    """Run a command; what a user can mend becomes one line, an interruption and a closed pipe end quietly."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    try:
        return command(given)
    except (InputError, OSError) as problem:
        if isinstance(problem, BrokenPipeError):
            sys.stderr.close()
            return 0
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "interrupted; train.py --resume goes on after the last whole epoch" if command is _train else "interrupted",
            file=sys.stderr,
        )
        return 130
