"""What a training is told. Apart from `training` so that the command line can be read without loading torch."""

from dataclasses import dataclass

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
