"""What tells one model from another: a digest of its files. Loads no model."""

from __future__ import annotations

import hashlib
from pathlib import Path

from slantwise.carried import carried
from slantwise.hub import local_folder

# What changes judgements; other files in the folder, such as its card, do not.
_FILES = ("config.json", "calibration.json", "tokenizer.json", "tokenizer_config.json")


def model_digest(model: str | Path | None = None) -> str:
    """The SHA-256 of a model folder's weights, heads, calibration and tokenizer: 64 hexadecimal digits.

    `model` is a folder or a hub id, None the released model. Raises InputError when there is none.
    """
    folder = local_folder(carried("model") if model is None else model)
    digest = hashlib.sha256()
    for file in sorted(f for f in folder.iterdir() if f.name in _FILES or f.suffix == ".safetensors"):
        digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as stream:
            for block in iter(lambda: stream.read(2**20), b""):
                digest.update(block)
    return digest.hexdigest()
