"""Calibration of the stance head: fitted on sentences that are not trained on, and folded into the head.

Vector scaling with one temperature (Guo et al. 2017), by likelihood. Folded in, so that plain transformers gives the
same probabilities.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from slantwise.checkpoint import CALIBRATION, HEADS
from slantwise.classifier import encode
from slantwise.examples import Example
from slantwise.records import STANCES
from slantwise.runtime import StanceModel, TorchEncoder

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scaling:
    """Calibrated logits are `scale` (above 0) times the logits plus `bias`, one of each stance, that of neutral 0."""

    scale: float
    bias: tuple[float, float, float]

    @classmethod
    def of(cls, model: StanceModel, tokenizer: Any, examples: Sequence[Example]) -> Scaling:
        """The one under which the labels of `examples` are likeliest."""
        pairs = [encode(e.sentence, e.target, e.context, e.span) for e in examples]
        logits, _, _ = TorchEncoder(model, tokenizer).logits([p[0] for p in pairs], [p[1] for p in pairs], 64)
        return cls.fitted(logits, np.array([STANCES.index(e.stance) for e in examples]))

    @classmethod
    def fitted(cls, logits: Floats, gold: NDArray[np.int_]) -> Scaling:
        """The same for logits (n, 3) and stance ids (n,)."""

        def loss(parameters: Floats) -> float:
            scaled = logits * np.exp(parameters[0]) + np.array([parameters[1], 0.0, parameters[2]])
            scaled = scaled - scaled.max(axis=1, keepdims=True)
            likelihood = scaled[np.arange(len(gold)), gold] - np.log(np.exp(scaled).sum(axis=1))
            return float(-likelihood.mean())

        scale, accusatory, defending = (float(x) for x in minimize(loss, np.zeros(3), method="Nelder-Mead").x)
        return cls(float(np.exp(scale)), (accusatory, 0.0, defending))

    def beside(self, base: Scaling) -> Scaling:
        """The same with another undone: what calibrates a model as well as the one that `base` was fitted to."""
        accusatory, neutral, defending = (
            (own - of_base) / base.scale for own, of_base in zip(self.bias, base.bias, strict=True)
        )
        return Scaling(self.scale / base.scale, (accusatory, neutral, defending))


def known_calibration(folder: str | Path) -> dict[str, Any] | None:
    """What a checkpoint of this library says of its calibration; None where it is none."""
    path = Path(folder)
    if not (path / HEADS).is_file() or not (path / CALIBRATION).is_file():
        return None
    known = json.loads((path / CALIBRATION).read_text())
    return dict(known) if "shares" in known else None


def calibrate(
    model: StanceModel,
    tokenizer: Any,
    examples: Sequence[Example],
    base: Scaling | None = None,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Fit a scaling on `examples`, fold it into the stance head, and return what is stored beside the weights.

    With `base`, the scaling fitted on the same examples to the calibrated model that this one started from, the model
    is left as far from calibrated on them as that one was: its calibration, of which `known` tells, is kept where there
    are no sentences to fit another on.
    """
    found = Scaling.of(model, tokenizer, examples)
    of = f"{len(examples)} sentences that are not trained on"
    counts = Counter(e.stance for e in examples)
    shares = {str(s): round(counts[s] / len(examples), 3) for s in STANCES}
    if base is not None and known is not None:
        found, shares = found.beside(base), dict(known["shares"])
        of = f"{known['fitted_on']}, for the model it started from, and carried over by {of}"
    fold(model, found)
    return {
        "method": "one temperature and a bias for each stance, folded into the stance head",
        "temperature": 1 / found.scale,
        "bias": {str(s): b for s, b in zip(STANCES, found.bias, strict=True)},
        "fitted_on": of,
        "shares": shares,
    }


def fold(model: StanceModel, scaling: Scaling) -> None:
    """Scale and shift the last layer of the stance head."""
    layers = [m for m in model.classifier.modules() if getattr(m, "out_features", None) == len(STANCES)]
    weight, bias = layers[-1].weight.data, layers[-1].bias.data
    weight.mul_(scaling.scale)
    bias.mul_(scaling.scale).add_(bias.new_tensor(scaling.bias))
