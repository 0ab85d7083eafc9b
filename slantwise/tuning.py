"""A checkpoint trained on with a few hand labels, in memory; `training.fit` does the same from files, with figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from transformers import set_seed

from slantwise.calibration import Scaling, calibrate, known_calibration
from slantwise.config import TrainingConfig
from slantwise.corpus import load_split
from slantwise.examples import Example
from slantwise.records import InputError
from slantwise.runtime import StanceModel
from slantwise.trainer import Lesson, make_trainer
from slantwise.training import start

FEWEST_TO_TUNE = 10
# So many validation sentences carry the calibration over; `training.fit` takes all of them.
CALIBRATED_ON = 200


def adapt(config: TrainingConfig, labels: Sequence[Example], work: Path) -> tuple[StanceModel, Any, dict[str, Any]]:
    """The checkpoint `config.base_model`, trained on with hand labels: the model, its tokenizer and its calibration.

    The labels make up `config.own_share` of what it learns; the rest are sentences of the project's corpus, so that few
    labels do not undo what it knew, of voice and aboutness too. It stays as well calibrated as it was. `work` is a
    folder for what the training writes. Raises InputError with fewer than ten labels.
    """
    if len(labels) < FEWEST_TO_TUNE:
        raise InputError(f"{len(labels)} labelled sentences are too few to train on; {FEWEST_TO_TUNE} are the fewest")
    rng = np.random.default_rng(config.seed)
    train, validation = load_split("train"), load_split("validation")
    # More than it takes would only have to be laid out.
    rest = [train[i] for i in rng.permutation(len(train))[: config.epochs * config.examples]]
    carrying = [validation[i] for i in rng.permutation(len(validation))[:CALIBRATED_ON]]
    set_seed(config.seed)
    model, tokenizer = start(config)
    known = known_calibration(config.base_model)
    base = Scaling.of(model, tokenizer, carrying) if known else None
    lesson = Lesson.of([*rest, *(replace(e, own=True) for e in labels)])
    make_trainer(config, work, model, tokenizer, lesson, Lesson.of([]), progress=False).train()
    return model, tokenizer, calibrate(model, tokenizer, carrying, base, known)
