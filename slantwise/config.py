"""What a training is told. Apart from `training` so that the command line can be read without loading torch."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

from slantwise.records import InputError

MINILM = "sentence-transformers/all-MiniLM-L6-v2"


@dataclass(frozen=True)
class TrainingConfig:
    """All that decides what a training gives. Equal configurations and data give equal weights.

    `examples` is how many examples an epoch takes, drawn anew each time without repeating one before all were taken;
    0 takes them all.
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

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be trained with."""
        for name, least in (("epochs", 1), ("batch_size", 1), ("examples", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} {getattr(self, name)} is not {least} or more")
        if not self.learning_rate > 0:
            raise InputError(f"learning_rate {self.learning_rate} is not positive")

    def portable(self) -> TrainingConfig:
        """The same with the names of files and folders only: what a model card may tell the world."""
        base = Path(self.base_model)
        data = tuple("/".join(Path(path).parts[-2:]) for path in self.data)
        base_model = MINILM if base.name == Path(MINILM).name else base.name if base.is_absolute() else self.base_model
        return replace(self, base_model=base_model, data=data, output=Path(self.output).name)

    def command(self) -> str:
        """The command that trains with this configuration."""
        words = ["python train.py"]
        for f in fields(self):
            value = getattr(self, f.name)
            if value != f.default:
                words += [
                    f"--{f.name.replace('_', '-')}",
                    *(map(str, value) if isinstance(value, tuple) else [str(value)]),
                ]
        return " ".join(words)
