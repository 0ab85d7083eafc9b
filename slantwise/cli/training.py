"""`slantwise train`: flags → TrainingConfig or a recipe → a model folder."""

from __future__ import annotations

import argparse
from dataclasses import MISSING, fields
from typing import Any

DESCRIPTION = "Fine-tune a stance and voice classifier on the project's corpus and on further labelled sets."
# What an interruption leaves to say.
INTERRUPTED = "train.py --resume goes on after the last whole epoch"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    from slantwise.config import MPNET, PRECISIONS, RECIPES, TrainingConfig

    defaults = {f.name: f.default for f in fields(TrainingConfig) if f.default is not MISSING}
    parser.add_argument(
        "--data",
        nargs="+",
        default=[],
        metavar="PATH",
        help="further labelled sets: this project's form, NewsMTSC, directed sentiment, hand labels as `slantwise "
        "labels` writes them",
    )
    parser.add_argument(
        "--articles", nargs="+", default=[], metavar="PATH", help="the articles that hand labels without text are of"
    )
    parser.add_argument(
        "--base-model",
        default=defaults["base_model"],
        metavar="ID_OR_DIR",
        help="the encoder to start from, or a trained model to train on from, such as released; hand labels are then "
        "learned as few labels are best learned, but for the flags given (default: %(default)s)",
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
    parser.add_argument(
        "--own-share",
        type=float,
        default=defaults["own_share"],
        help="share of hand labels in what an epoch takes; 0 deals them like all others (default: %(default)s)",
    )
    parser.add_argument(
        "--patience",
        type=int,
        default=defaults["patience"],
        help="epochs without a gain on the validation sentences that end it; 0 keeps the last (default: %(default)s)",
    )
    parser.add_argument(
        "--frozen-layers",
        type=int,
        default=defaults["frozen_layers"],
        help="so many layers of the encoder keep their weights (default: %(default)s)",
    )
    parser.add_argument("--batch-size", type=int, default=defaults["batch_size"], help="default: %(default)s")
    parser.add_argument("--learning-rate", type=float, default=defaults["learning_rate"], help="default: %(default)s")
    parser.add_argument(
        "--dropout", type=float, default=defaults["dropout"], help="share of activations dropped (default: %(default)s)"
    )
    parser.add_argument(
        "--teachers",
        nargs="+",
        default=[],
        metavar="PATH",
        help="checkpoints from whose judgements to learn too, or files of their judgements",
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
        "--variants",
        type=int,
        default=defaults["variants"],
        help="altered copies of every sentence, for the teachers to judge (default: %(default)s)",
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
        help="several trainings in a row, as the recipe has them; the flags above that say how to train do not count; "
        "with --teachers none is trained",
    )
    parser.add_argument(
        "--teacher-model",
        metavar="ID_OR_DIR",
        help=f"the encoder that a recipe's teachers start from (default: {MPNET})",
    )
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted training in the same --output")


def run(given: argparse.Namespace) -> int:
    """Train and print how well it went; the exit status."""
    from slantwise.config import TrainingConfig
    from slantwise.recipes import run as run_recipe
    from slantwise.report import print_figures
    from slantwise.training import configured, fit

    if given.recipe:
        trained = run_recipe(
            given.recipe,
            given.data,
            given.output,
            given.unlabelled,
            given.leave_out,
            given.base_model,
            given.teacher_model,
            given.seed,
            given.resume,
            articles=given.articles,
            teachers=given.teachers,
        )
    else:
        names = {f.name for f in fields(TrainingConfig)} & set(vars(given)) - {"recipe"}
        values: dict[str, Any] = {k: tuple(v) if isinstance(v := getattr(given, k), list) else v for k in names}
        trained = fit(configured(values), resume=given.resume)
    print_figures(trained.figures)
    print(f"The model is in {trained.folder}. Use it: python evaluate.py --source --model {trained.folder}")
    return 0
