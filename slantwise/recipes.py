"""Recipes: several trainings in a row, under one name and one command: the teachers, then the model they teach."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slantwise.config import MPNET, RECIPES, TrainingConfig
from slantwise.records import InputError
from slantwise.training import Trained, fit, trained_with


def run(
    name: str,
    data: Sequence[str],
    output: str | Path,
    unlabelled: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    base_model: str | None = None,
    teacher_model: str | None = None,
    seed: int = 0,
    resume: bool = False,
    progress: bool = True,
) -> Trained:
    """Train by the recipe `name` and write the last stage's checkpoint to `output`.

    `base_model` and `teacher_model` replace the encoders that the student and the teachers start from. The teachers are
    kept beside `output`. With `resume`, finished stages are taken as they are and an unfinished one goes on after its
    last whole epoch. Raises InputError for an unknown recipe, and as `fit` does.
    """
    if name not in RECIPES:
        raise InputError(f"recipe {name!r} is not known; accepted are {', '.join(RECIPES)}")
    if not data:
        raise InputError(f"recipe {name!r} needs --data: the training files of NewsMTSC and directed sentiment")
    folders = {stage.name: Path(output).with_name(f"{Path(output).name}-{stage.name}") for stage in RECIPES[name]}
    folders[RECIPES[name][-1].name] = Path(output)
    for stage in RECIPES[name]:
        changes = dict(stage.changes)
        base = teacher_model if changes.get("base_model") == MPNET else base_model
        if base:
            changes["base_model"] = base
        if stage.taught_by:
            teachers = tuple(str(folders[of]) for of in stage.taught_by)
            changes |= {"teachers": teachers, "unlabelled": tuple(unlabelled), "leave_out": tuple(leave_out)}
        folder = folders[stage.name]
        config = TrainingConfig(**{"seed": seed} | changes, data=tuple(data), output=str(folder), recipe=name)
        if stage is RECIPES[name][-1]:
            return fit(config, resume and _unfinished(folder), progress)
        if not (resume and trained_with(folder, config)):
            fit(config, resume and _unfinished(folder), progress)
    raise InputError(f"recipe {name!r} has no stages")


def _unfinished(folder: Path) -> bool:
    return (folder / "unfinished" / "config.json").is_file()
