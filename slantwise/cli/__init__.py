"""The `slantwise` command; `train.py` and `evaluate.py` call the same functions.

Every command is a module here with a `DESCRIPTION`, `add_flags(parser)` and `run(given)`, and a row in `COMMANDS`; only
the module of the command that is asked for is loaded. Errors a user can mend end in one line on stderr and exit status
2, never in a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from slantwise import __version__
from slantwise.records import InputError

# Name → its module here, and what it does.
COMMANDS = {
    "classify": ("classifying", "judge sentences"),
    "evaluate": ("evaluating", "score outlets"),
    "score": ("evaluating", "the same"),
    "train": ("training", "fine-tune a model"),
    "sample": ("sampling", "draw sentences to label by hand"),
    "labels": ("labelling", "read labels back: agreement and gold"),
    "check": ("checking", "tell how right a model is on your articles"),
    "serve": ("serving", "serve judgements, slants and jobs over HTTP"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `slantwise COMMAND …`; the exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    parser = argparse.ArgumentParser(
        prog="slantwise", description="How news outlets lean for or against a company, and how sure that is."
    )
    parser.add_argument("--version", action="version", version=f"slantwise {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    asked = next((a for a in arguments if not a.startswith("-")), None)
    for name, (_, does) in COMMANDS.items():
        if name == asked:
            command = _command(name)
            command.add_flags(commands.add_parser(name, help=does, description=command.DESCRIPTION))
        else:
            commands.add_parser(name, help=does)
    given = parser.parse_args(arguments)
    return _guarded(command, given)


def evaluate(arguments: Sequence[str] | None = None) -> int:
    """Score outlets, as `evaluate.py` does; the exit status."""
    return _script("evaluate", arguments)


def train(arguments: Sequence[str] | None = None) -> int:
    """Fine-tune a model, as `train.py` does; the exit status."""
    return _script("train", arguments)


def _script(name: str, arguments: Sequence[str] | None) -> int:
    command = _command(name)
    parser = argparse.ArgumentParser(prog=f"{name}.py", description=command.DESCRIPTION)
    command.add_flags(parser)
    return _guarded(command, parser.parse_args(arguments))


def _command(name: str) -> Any:
    return import_module(f"slantwise.cli.{COMMANDS[name][0]}")


def _guarded(command: Any, given: argparse.Namespace) -> int:
    """Run a command; what a user can mend becomes one line, an interruption and a closed pipe end quietly."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    try:
        return int(command.run(given))
    except (InputError, OSError) as problem:
        if isinstance(problem, BrokenPipeError):
            sys.stderr.close()
            return 0
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        hint = getattr(command, "INTERRUPTED", None)
        print(f"interrupted; {hint}" if hint else "interrupted", file=sys.stderr)
        return 130
