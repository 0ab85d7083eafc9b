"""What a training is told. Apart from `training` so that the command line can be read without loading torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from slantwise.records import InputError

PRECISIONS = ("auto", "float32", "bfloat16")
MINILM = "sentence-transformers/all-MiniLM-L6-v2"
MPNET = "sentence-transformers/all-mpnet-base-v2"


# How a trained model is trained on with few hand labels: the careful one of the recipes in benchmarks/few_labels.py.
ADAPT: dict[str, Any] = {
    "epochs": 1,
    "examples": 480,
    "batch_size": 16,
    "learning_rate": 5e-5,
    "own_share": 0.5,
    "patience": 0,
}

# What a recipe takes from its caller.
_OF_RECIPE = ("recipe", "data", "articles", "unlabelled", "leave_out", "output", "seed")


@dataclass(frozen=True)
class Stage:
    """One training of a recipe: what it changes of the default configuration, and the stages whose models teach it.

    A seed among the changes is added to the recipe's. A stage with teachers also learns from unlabelled text; the last
    makes the model that is released.
    """

    name: str
    changes: dict[str, Any]
    taught_by: tuple[str, ...] = ()


_TEACHER: dict[str, Any] = {
    "base_model": MPNET,
    "epochs": 5,
    "examples": 20_000,
    "batch_size": 64,
    "learning_rate": 7e-5,
    "patience": 5,
    "dropout": 0.0,
    "own_share": 0.2,
}
_TEACHERS = ("teacher-0", "teacher-1", "teacher-2")

RECIPES: dict[str, tuple[Stage, ...]] = {
    "release": (
        *(Stage(name, _TEACHER | {"seed": seed}) for seed, name in enumerate(_TEACHERS)),
        Stage(
            "student",
            {
                "epochs": 12,
                "examples": 40_000,
                "batch_size": 128,
                "learning_rate": 5e-4,
                "patience": 12,
                "dropout": 0.0,
                "own_share": 0.15,
                "taught_share": 0.7,
                "variants": 2,
            },
            taught_by=_TEACHERS,
        ),
    ),
}


@dataclass(frozen=True)
class TrainingConfig:
    """All that decides what a training gives. Equal configurations and data give equal weights on equal processors.

    `examples` is how many examples an epoch takes, drawn anew each time without repeating one before all were taken;
    0 takes them all. `precision` is that of the arithmetic (the weights are kept in 32 bits): `auto` takes bfloat16
    where the processor computes in it, which is about twice as fast, and float32 elsewhere. Sentences of `data` for
    which the project has labels of its own get them. `teachers` are checkpoints, or files of their judgements, from
    which it learns too, with weight `taught_share` against the labels' and softened by `temperature`, on the labelled
    sentences and on those of `unlabelled` (articles, or labelled sets whose labels are not looked at) that are not in
    the labelled sets `leave_out`, each with `variants` altered copies. `recipe` names the recipe of which this training
    is a stage.

    `articles` are the articles that stand-off hand labels among `data` are of. Hand labels make up `own_share` of what
    an epoch takes, coming again where they are few; 0 deals them like all other examples. The first `frozen_layers`
    layers of the encoder, and its embeddings, keep their weights; 0 freezes nothing. `patience` is how many epochs
    without a better macro-F1 on the validation sentences end the training, which keeps the best one; 0 trains them all,
    looks at no validation sentences and keeps the last.
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
    dropout: float = 0.1
    teachers: tuple[str, ...] = ()
    unlabelled: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    variants: int = 0
    taught_share: float = 0.5
    temperature: float = 2.0
    articles: tuple[str, ...] = ()
    own_share: float = 0.0
    frozen_layers: int = 0
    recipe: str = ""

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be trained with."""
        for name, least in (
            ("epochs", 1),
            ("batch_size", 1),
            ("examples", 0),
            ("frozen_layers", 0),
            ("patience", 0),
            ("variants", 0),
        ):
            if getattr(self, name) < least:
                raise InputError(f"{name} {getattr(self, name)} is not {least} or more")
        if self.precision not in PRECISIONS:
            raise InputError(f"precision {self.precision!r} is not recognised; accepted are {', '.join(PRECISIONS)}")
        for name in ("dropout", "taught_share", "own_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} {getattr(self, name)} is not from 0 to 1")
        for name in ("learning_rate", "temperature"):
            if not getattr(self, name) > 0:
                raise InputError(f"{name} {getattr(self, name)} is not positive")
        if (self.unlabelled or self.variants) and not self.teachers:
            raise InputError("unlabelled text and variants are learned from teachers, and none is given")

    def portable(self) -> TrainingConfig:
        """The same with the names of files and folders only: what a model card may tell the world."""
        known = {Path(name).name: name for name in (MINILM, MPNET)}
        base = Path(self.base_model)
        base_model = known.get(base.name, base.name if base.is_absolute() else self.base_model)
        return replace(
            self,
            base_model=base_model,
            output=Path(self.output).name,
            data=_short(self.data),
            articles=_short(self.articles),
            teachers=tuple(Path(folder).name for folder in self.teachers),
            unlabelled=_short(self.unlabelled),
            leave_out=_short(self.leave_out),
        )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """The configuration that was written down as JSON."""
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**given)

    def command(self) -> str:
        """The command that trains with this configuration; of a recipe's last stage, the recipe's."""
        words = ["python train.py"]
        # A recipe's own teachers are named after the model that they teach.
        own = all(Path(teacher).name.startswith(f"{Path(self.output).name}-") for teacher in self.teachers)
        given = _OF_RECIPE if own else {*_OF_RECIPE, "teachers"}
        for f in fields(self):
            value = getattr(self, f.name)
            if value != f.default and (not self.recipe or f.name in given):
                words += [
                    f"--{f.name.replace('_', '-')}",
                    *(map(str, value) if isinstance(value, tuple) else [str(value)]),
                ]
        return " ".join(words)


def _short(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple("/".join(Path(path).parts[-2:]) for path in paths)
