"""What a training is told. Apart from `training` so that the command line can be read without loading torch."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from slantwise.records import InputError

PRECISIONS = ("auto", "float32", "bfloat16")
LABELLED_BY = ("anyone", "us")
MINILM = "sentence-transformers/all-MiniLM-L6-v2"

# What each stage of a recipe changes of the default configuration; a stage starts from the model of the one before.
RECIPES: dict[str, tuple[dict[str, Any], ...]] = {
    "release": (
        {"epochs": 2, "examples": 15_000, "patience": 5},
        {"epochs": 3, "examples": 0, "labelled_by": "us", "keep_of_base": 0.5},
    ),
}


@dataclass(frozen=True)
class TrainingConfig:
    """All that decides what a training gives. Equal configurations and data give equal weights on equal processors.

    `examples` is how many examples an epoch takes, drawn anew each time without repeating one before all were taken;
    0 takes them all. `precision` is that of the arithmetic (the weights are kept in 32 bits): `auto` takes bfloat16
    where the processor computes in it, which is about twice as fast, and float32 elsewhere. Sentences of `data` for
    which the project has labels of its own get them; `labelled_by="us"` leaves the others out. `keep_of_base` is the
    share of the base model's weights in the average of them and the trained ones that is released (WiSE-FT, Wortsman
    et al. 2022: the model forgets less); the base must be a model of this library. `recipe` names the recipe of which
    this training is a stage.
    """

    base_model: str = MINILM
    data: tuple[str, ...] = ()
    output: str = "runs/default"
    seed: int = 0
    epochs: int = 2
    examples: int = 1_600
    batch_size: int = 16
    learning_rate: float = 2e-4
    warmup: float = 0.1
    patience: int = 2
    voice_weight: float = 0.5
    about_weight: float = 0.5
    precision: str = "auto"
    labelled_by: str = "anyone"
    keep_of_base: float = 0.0
    recipe: str = ""

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be trained with."""
        for name, least in (("epochs", 1), ("batch_size", 1), ("examples", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} {getattr(self, name)} is not {least} or more")
        for name, accepted in (("precision", PRECISIONS), ("labelled_by", LABELLED_BY)):
            if getattr(self, name) not in accepted:
                raise InputError(
                    f"{name} {getattr(self, name)!r} is not recognised; accepted are {', '.join(accepted)}"
                )
        if not 0 <= self.keep_of_base < 1:
            raise InputError(f"keep_of_base {self.keep_of_base} is not from 0 to under 1")
        if not self.learning_rate > 0:
            raise InputError(f"learning_rate {self.learning_rate} is not positive")

    def portable(self) -> TrainingConfig:
        """The same with the names of files and folders only: what a model card may tell the world."""
        base = Path(self.base_model)
        data = tuple("/".join(Path(path).parts[-2:]) for path in self.data)
        base_model = MINILM if base.name == Path(MINILM).name else base.name if base.is_absolute() else self.base_model
        return replace(self, base_model=base_model, data=data, output=Path(self.output).name)

    def command(self) -> str:
        """The command that trains with this configuration; of a recipe's last stage, the recipe's."""
        words = ["python train.py"]
        for f in fields(self):
            value = getattr(self, f.name)
            if value != f.default and (not self.recipe or f.name in ("recipe", "data", "output", "seed")):
                words += [
                    f"--{f.name.replace('_', '-')}",
                    *(map(str, value) if isinstance(value, tuple) else [str(value)]),
                ]
        return " ".join(words)
