"""A checkpoint trained further on a few labelled sentences alone; `training` learns them together with the corpus."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from transformers import set_seed

from slantwise import distillation
from slantwise.calibration import calibrate, known_calibration
from slantwise.config import TrainingConfig
from slantwise.corpus import Example
from slantwise.records import InputError
from slantwise.runtime import save_checkpoint
from slantwise.trainer import Lesson, make_trainer
from slantwise.training import start

# What it takes: to train on at all, and to calibrate on what is held out.
FEWEST_TO_TUNE = 10
ENOUGH_TO_CALIBRATE = 100


def fine_tune(config: TrainingConfig, examples: Sequence[Example]) -> Path:
    """Train the checkpoint in the folder `config.base_model` further, on `examples` alone; the folder of the result.

    It teaches itself: with weight `config.taught_share` it keeps to what it said before of the same sentences, also of
    their voice and aboutness, so that few labels do not undo the rest. A fifth of the sentences, drawn by the seed, is
    held out to choose the epoch; of a hundred or more the stances are calibrated anew. InputError with fewer than ten.
    """
    if len(examples) < FEWEST_TO_TUNE:
        raise InputError(f"{len(examples)} labelled sentences are too few to train on; {FEWEST_TO_TUNE} are the fewest")
    if not importlib.util.find_spec("accelerate"):
        raise InputError("training needs accelerate; pip install 'slantwise[train]'")
    folder = Path(config.output)
    work = folder / "unfinished"
    set_seed(config.seed)
    order = np.random.default_rng(config.seed).permutation(len(examples))
    held_out = [examples[i] for i in order[: len(order) // 5]]
    lesson = Lesson.of([examples[i] for i in order[len(order) // 5 :]])
    taught = distillation.taught(replace(config, teachers=(config.base_model,)), lesson.pairs)
    model, tokenizer = start(config)
    work.mkdir(parents=True, exist_ok=True)
    trainer = make_trainer(
        config, work, model, tokenizer, replace(lesson, logits=taught), Lesson.of(held_out), progress=False
    )
    trainer.train()
    if len(held_out) >= ENOUGH_TO_CALIBRATE:
        calibration = calibrate(model, tokenizer, held_out)
    else:
        calibration = dict(known_calibration(config.base_model) or {})
        calibration["fitted_on"] = f"{calibration.get('fitted_on', 'nothing')}, for the model it started from"
    save_checkpoint(folder, model, tokenizer, calibration)
    shutil.rmtree(work)
    return folder
