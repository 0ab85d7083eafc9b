"""The graph of a BERT encoder with its three heads, for OpenVINO. Knows weights and nothing of texts.

The only place that imports openvino, because its import has to be guarded.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slantwise.records import InputError

Weights = Mapping[str, NDArray[np.float32]]

# Added to what attention gives padding: far below any other, and a number in 16 bits.
NEVER = 10_000.0


def _import_openvino() -> Any:
    """The openvino package, imported without the one that reports its use to its makers.

    Importing openvino writes an identifier into the home folder and sends an event over the network where
    openvino_telemetry can be imported, and does neither where it cannot.
    """
    blocked = "openvino_telemetry" not in sys.modules
    if blocked:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    try:
        import openvino
    except ImportError as problem:
        raise InputError(f"runtime openvino cannot be loaded ({problem}); pip install openvino, or use torch") from None
    finally:
        if blocked:
            del sys.modules["openvino_telemetry"]
    return openvino


openvino = _import_openvino()
op = openvino.opset13


def bert(config: Mapping[str, Any], weights: Weights, heads: Weights, integers: bool) -> Any:
    """A model from token ids, segments and mask, each (texts, tokens), to the logits of stance, voice and aboutness.

    With `integers` the weights of the layers are stored in 8 bits, with a scale for each row. Raises KeyError where
    weights are missing, RuntimeError where their shapes do not fit.
    """
    weights = {name.removeprefix("bert."): tensor for name, tensor in weights.items()}
    ids, segments = (
        op.parameter(openvino.PartialShape([-1, -1]), openvino.Type.i32, name=n) for n in ("ids", "segments")
    )
    mask = op.parameter(openvino.PartialShape([-1, -1]), openvino.Type.f32, name="mask")
    layer = _Layers(weights, int(config["num_attention_heads"]), float(config["layer_norm_eps"]), integers)
    states = layer.embedded(ids, segments)
    unseen = op.multiply(op.subtract(mask, _floats(1.0)), _floats(NEVER))
    unseen = op.unsqueeze(unseen, _ints([1, 2]))
    count = int(config["num_hidden_layers"])
    for number in range(count):
        asking = _first(states) if number == count - 1 else states
        states = layer.layer(f"encoder.layer.{number}.", asking, states, unseen)
    first = op.squeeze(states, _ints([1]))
    pooled = op.tanh(_linear(first, weights, "pooler.dense"))
    logits = [
        _linear(pooled, weights, "classifier"),
        _linear(first, heads, "voice"),
        _linear(first, heads, "about"),
    ]
    return openvino.Model(logits, [ids, segments, mask], "slantwise")


class _Layers:
    def __init__(self, weights: Weights, attention_heads: int, epsilon: float, integers: bool) -> None:
        self.weights = weights
        self.attention_heads = attention_heads
        self.epsilon = epsilon
        self.integers = integers

    def embedded(self, ids: Any, segments: Any) -> Any:
        """Token states (texts, tokens, width) before the first layer."""
        words, kinds, places = (
            self.weights[f"embeddings.{n}_embeddings.weight"] for n in ("word", "token_type", "position")
        )
        tokens = op.gather(op.shape_of(ids, "i32"), _ints([1]), _ints(0))
        rows = op.slice(op.constant(places), _ints([0]), tokens, _ints([1]), _ints([0]))
        word = op.gather(op.convert(op.constant(words.astype(np.float16)), "f32"), ids, _ints(0))
        kind = op.gather(op.constant(kinds), segments, _ints(0))
        return self.norm(op.add(op.add(word, kind), rows), "embeddings.LayerNorm")

    def layer(self, name: str, asking: Any, states: Any, unseen: Any) -> Any:
        """One layer: the states of the tokens `asking`, which attend to all."""
        attended = op.scaled_dot_product_attention(
            self.by_head(self.linear(asking, f"{name}attention.self.query")),
            self.by_head(self.linear(states, f"{name}attention.self.key")),
            self.by_head(self.linear(states, f"{name}attention.self.value")),
            unseen,
        )
        attended = op.reshape(op.transpose(attended, _ints([0, 2, 1, 3])), _ints([0, 0, -1]), True)
        attended = self.linear(attended, f"{name}attention.output.dense")
        states = self.norm(op.add(attended, asking), f"{name}attention.output.LayerNorm")
        hidden = op.gelu(self.linear(states, f"{name}intermediate.dense"), "erf")
        return self.norm(op.add(self.linear(hidden, f"{name}output.dense"), states), f"{name}output.LayerNorm")

    def by_head(self, states: Any) -> Any:
        """From (texts, tokens, width) to (texts, heads, tokens, width of a head)."""
        parted = op.reshape(states, _ints([0, 0, self.attention_heads, -1]), True)
        return op.transpose(parted, _ints([0, 2, 1, 3]))

    def norm(self, states: Any, name: str) -> Any:
        """Layer normalization."""
        centred = op.mvn(states, _ints([-1]), True, self.epsilon, "inside_sqrt")
        scaled = op.multiply(centred, op.constant(self.weights[f"{name}.weight"]))
        return op.add(scaled, op.constant(self.weights[f"{name}.bias"]))

    def linear(self, states: Any, name: str) -> Any:
        """A layer's matrix product, in integers where they are asked for."""
        if not self.integers:
            return _linear(states, self.weights, name)
        weight = self.weights[f"{name}.weight"]
        scale = np.maximum(np.abs(weight).max(axis=1, keepdims=True), 1e-12) / 127
        rounded = np.round(weight / scale).astype(np.int8)
        weight = op.multiply(op.convert(op.constant(rounded), "f32"), op.constant(scale.astype(np.float32)))
        return op.add(op.matmul(states, weight, False, True), op.constant(self.weights[f"{name}.bias"]))


def _linear(states: Any, weights: Weights, name: str) -> Any:
    product = op.matmul(states, op.constant(weights[f"{name}.weight"]), False, True)
    return op.add(product, op.constant(weights[f"{name}.bias"]))


def _first(states: Any) -> Any:
    """The first token of each text, (texts, 1, width)."""
    return op.slice(states, _ints([0]), _ints([1]), _ints([1]), _ints([1]))


def _ints(values: Any) -> Any:
    return op.constant(np.asarray(values, np.int32))


def _floats(value: float) -> Any:
    return op.constant(np.asarray(value, np.float32))
