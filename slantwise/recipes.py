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
    articles: Sequence[str] = (),
    teachers: Sequence[str] = (),
) -> Trained:
    """Train by the recipe `name` and write the last stage's checkpoint to `output`.

    `base_model` and `teacher_model` replace the encoders that the student and the teachers start from. The models of
    the stages before the last are kept beside `output`; where `teachers` are given (checkpoints, or files of what they
    said) none is trained. `articles` are those that hand labels in `data` are of. With `resume`, finished stages are
    taken as they are and an unfinished one goes on after its last whole epoch. Raises InputError for an unknown recipe,
    and as `fit` does.
    """
    if name not in RECIPES:
        raise InputError(f"recipe {name!r} is not known; accepted are {', '.join(RECIPES)}")
    if not data:
        raise InputError(f"recipe {name!r} needs --data: the training files of NewsMTSC and directed sentiment")
    folders = {stage.name: Path(output).with_name(f"{Path(output).name}-{stage.name}") for stage in RECIPES[name]}
    folders[RECIPES[name][-1].name] = Path(output)
    stages = [stage for stage in RECIPES[name] if stage.taught_by or not teachers]
    for stage in stages:
        changes = stage.changes | {"seed": seed + stage.changes.get("seed", 0)}
        base = teacher_model if changes.get("base_model") == MPNET else base_model
        if base:
            changes["base_model"] = base
        folder = folders[stage.name]
        if stage.taught_by:
            asked = tuple(teachers) or tuple(str(folders[of]) for of in stage.taught_by)
            changes |= {"teachers": asked, "unlabelled": tuple(unlabelled), "leave_out": tuple(leave_out)}
        given = {"data": tuple(data), "articles": tuple(articles), "output": str(folder), "recipe": name}
        config = TrainingConfig(**changes | given)
        if stage is stages[-1]:
            return fit(config, resume and _unfinished(folder), progress)
        if not (resume and trained_with(folder, config)):
            fit(config, resume and _unfinished(folder), progress)
    raise InputError(f"recipe {name!r} has no stages")


def _unfinished(folder: Path) -> bool:
    return (folder / "unfinished" / "config.json").is_file()
