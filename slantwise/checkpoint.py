"""What a checkpoint folder holds, read without any model library: its place, its configuration, its calibration.

A checkpoint is a Hugging Face folder with the stance head in the model itself, so that plain transformers loads it,
and two files more: the other two heads and the calibration.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from slantwise.hub import local_folder
from slantwise.records import STANCES, InputError

HEADS = "heads.safetensors"
CALIBRATION = "calibration.json"
MAX_TOKENS = 256
LABELS = {i: str(s) for i, s in enumerate(STANCES)}


def find_checkpoint(folder: str | Path) -> tuple[Path, dict[str, Any]]:
    """The folder of a checkpoint that is named by its folder or hub id, and its configuration.

    Raises InputError when there is none, it lacks a file or its labels are not the stances in their order.
    """
    path = local_folder(folder)
    if not (path / "config.json").is_file():
        raise InputError(f"{folder}: holds no config.json; a model folder written by train.py is expected")
    try:
        config = dict(json.loads((path / "config.json").read_text()))
        labels = {int(i): str(label) for i, label in config.get("id2label", {}).items()}
    except (OSError, ValueError, TypeError, AttributeError) as problem:
        raise unreadable(folder, problem) from None
    if labels != LABELS:
        raise InputError(
            f"{folder}: its labels are {list(labels.values())}; accepted are {list(LABELS.values())}, in this order"
        )
    if not (path / HEADS).is_file():
        raise InputError(f"{folder}: holds no {HEADS}; a model folder written by train.py is expected")
    return path, config


def calibration_shares(folder: str | Path) -> tuple[float, float, float] | None:
    """The shares of the stances on the set a checkpoint was calibrated on; None where it does not say."""
    try:
        shares = json.loads((local_folder(folder) / CALIBRATION).read_text())["shares"]
        accusatory, neutral, defending = (float(shares[str(s)]) for s in STANCES)
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return accusatory, neutral, defending


def unreadable(name: str | Path, problem: Exception) -> InputError:
    """The error of a checkpoint that is there and cannot be read, in one line."""
    reason = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
    return InputError(f"{name}: not a model that can be read ({reason})")


def not_its_heads(path: Path, problem: Exception) -> InputError:
    """The error of heads that do not fit the model."""
    return InputError(f"{path / HEADS}: not the heads of this model ({str(problem).splitlines()[0]})")
