"""Recipes: several trainings in a row, each going on from the one before, under one name and one command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from slantwise.config import RECIPES, TrainingConfig
from slantwise.records import InputError
from slantwise.training import Trained, fit, trained_with


def run(
    name: str,
    data: Sequence[str],
    output: str | Path,
    base_model: str | None = None,
    seed: int = 0,
    resume: bool = False,
    progress: bool = True,
) -> Trained:
    """Train by the recipe `name` and write the last stage's checkpoint to `output`.

    The stages before it are kept beside `output`. With `resume`, finished stages are taken as they are and an
    unfinished one goes on after its last whole epoch. Raises InputError for an unknown recipe, and as `fit` does.
    """
    if name not in RECIPES:
        raise InputError(f"recipe {name!r} is not known; accepted are {', '.join(RECIPES)}")
    if not data:
        raise InputError(f"recipe {name!r} needs --data: the training files of NewsMTSC and directed sentiment")
    before: dict[str, Any] = {} if base_model is None else {"base_model": base_model}
    *first, last = RECIPES[name]
    for number, stage in enumerate(first, 1):
        folder = Path(output).with_name(f"{Path(output).name}-stage-{number}")
        config = TrainingConfig(**before, **stage, data=tuple(data), output=str(folder), seed=seed, recipe=name)
        if not (resume and trained_with(folder, config)):
            fit(config, resume and _unfinished(folder), progress)
        before = {"base_model": str(folder)}
    config = TrainingConfig(**before, **last, data=tuple(data), output=str(output), seed=seed, recipe=name)
    return fit(config, resume and _unfinished(Path(output)), progress)


def _unfinished(folder: Path) -> bool:
    return (folder / "unfinished" / "config.json").is_file()
