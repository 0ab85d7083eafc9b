"""Models of several seeds, from files of what each said of the sentences that are measured on: their figures and the mean.

`accuracy.py --keep FILE` writes such a file; it holds no texts, and stands in a model's place where models are measured
beside each other. Those in `judgements/` are of models that are not released: other seeds, and teachers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from slantwise.classifier import Encoder, Floats
from slantwise.distillation import keep, kept_judgements
from slantwise.metrics import interval, macro_f1
from slantwise.records import InputError
from slantwise.trainer import SIZES

JUDGEMENTS = Path(__file__).parent / "judgements"


class Kept:
    """An encoder that answers from a file, and only what it was asked when that was written."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def logits(self, texts: Sequence[str], pairs: Sequence[str], batch_size: int) -> tuple[Floats, Floats, Floats]:
        """What the file has of the text pairs; InputError where it lacks one."""
        found = kept_judgements(self.file, list(zip(texts, pairs, strict=True)))
        if lacking := int(np.isnan(found[:, 0]).sum()):
            raise InputError(f"{self.file}: has no judgement of {lacking} of the {len(texts)} texts measured on")
        stance, voice, about = np.split(found, np.cumsum(SIZES)[:-1], axis=1)
        return stance, voice, about


class Keeping:
    """An encoder that remembers what another one says."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.said: dict[tuple[str, str], Floats] = {}

    def logits(self, texts: Sequence[str], pairs: Sequence[str], batch_size: int) -> tuple[Floats, Floats, Floats]:
        """What the other says."""
        found = self.encoder.logits(texts, pairs, batch_size)
        self.said |= zip(zip(texts, pairs, strict=True), np.concatenate(found, axis=1), strict=True)
        return found

    def write(self, file: Path) -> None:
        """Write all that was said into a file for `Kept`."""
        keep(file, list(self.said), np.array(list(self.said.values())))


def seeds_of(name: str) -> list[Path]:
    """The files of `judgements/` whose names begin with that of a model, one a seed."""
    found = sorted(JUDGEMENTS.glob(f"{name}-[0-9].safetensors"))
    if not found:
        raise InputError(f"{JUDGEMENTS}: holds no judgements of {name!r}")
    return found


def mean_interval(gold: Sequence[str], predicted: Sequence[Sequence[str]]) -> tuple[float, float]:
    """A bootstrap interval, over sentences, of the mean macro-F1 of several models."""
    judged = [np.asarray(p, dtype=object) for p in predicted]
    places = [str(i) for i in range(len(gold))]

    def mean(stances: Sequence[str], drawn: Sequence[str]) -> float:
        rows = np.asarray(drawn, dtype=int)
        return float(np.mean([macro_f1(stances, list(p[rows])) for p in judged]))

    return interval(mean, gold, places)


def table(
    groups: Mapping[str, Sequence[Mapping[str, float]]], intervals: Mapping[tuple[str, str], tuple[float, float]]
) -> list[str]:
    """The mean of each figure over a group's models, its interval where there is one, and each model's, as Markdown."""
    lines = [
        "",
        "### Several seeds",
        "",
        "The mean of the seeds, the 95% interval of the mean macro-F1 (bootstrap over sentences), and each seed's figure; all",
        "in bfloat16. Seed 0 of the student is the released model.",
        "",
        f"| figure | {' | '.join(groups)} |",
        "|---" * (len(groups) + 1) + "|",
    ]
    for name in next(iter(groups.values()))[0]:
        cells = []
        for group, models in groups.items():
            each = [m[name] for m in models]
            between = intervals.get((group, name))
            span = f" ({between[0]:.3f} … {between[1]:.3f})" if between else ""
            form = ".3f" if max(each) <= 1 else ".3g"
            cells.append(f"{np.mean(each):{form}}{span}: {', '.join(f'{x:{form}}' for x in each)}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines
