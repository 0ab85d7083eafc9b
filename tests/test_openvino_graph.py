"""The graph against a BERT written out in numpy."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.special import erf

from slantwise.openvino_graph import bert, openvino


@pytest.fixture(scope="module")
def parts(lively_model):
    tensors = [
        {k: v.astype(np.float32) for k, v in load_file(lively_model / name).items()}
        for name in ("model.safetensors", "heads.safetensors")
    ]
    return json.loads((lively_model / "config.json").read_text()), *tensors


def by_hand(config, w, heads, ids):
    def linear(x, name, of=w):
        return x @ of[f"{name}.weight"].T + of[f"{name}.bias"]

    def norm(x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + config["layer_norm_eps"])
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    e = "bert.embeddings."
    x = w[e + "word_embeddings.weight"][ids] + w[e + "token_type_embeddings.weight"][0]
    x = norm(x + w[e + "position_embeddings.weight"][: len(ids)], e + "LayerNorm")
    size = config["hidden_size"] // config["num_attention_heads"]
    for number in range(config["num_hidden_layers"]):
        n = f"bert.encoder.layer.{number}."
        q, k, v = (linear(x, f"{n}attention.self.{part}") for part in ("query", "key", "value"))
        seen = []
        for start in range(0, config["hidden_size"], size):
            part = slice(start, start + size)
            weights = np.exp(q[:, part] @ k[:, part].T / np.sqrt(size))
            seen.append(weights / weights.sum(-1, keepdims=True) @ v[:, part])
        x = norm(linear(np.concatenate(seen, 1), n + "attention.output.dense") + x, n + "attention.output.LayerNorm")
        h = linear(x, n + "intermediate.dense")
        x = norm(linear(h * (1 + erf(h / np.sqrt(2))) / 2, n + "output.dense") + x, n + "output.LayerNorm")
    pooled = np.tanh(linear(x[0], "bert.pooler.dense"))
    return [linear(pooled, "classifier"), linear(x[0], "voice", heads), linear(x[0], "about", heads)]


@pytest.mark.parametrize(("integers", "tolerance"), [(False, 1e-4), (True, 0.02)])
def test_it_computes_what_a_bert_computes(parts, integers, tolerance):
    compiled = openvino.Core().compile_model(bert(*parts, integers), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    ids = np.array([[2, 9, 17, 30, 8, 3]], np.int32)
    # The same text with padding beside it.
    padded = np.concatenate([ids, np.full((1, 5), 11, np.int32)], axis=1)
    mask = np.array([[1.0] * 6 + [0.0] * 5], np.float32)
    expected = by_hand(*parts, ids[0])
    for given in ((ids, ids * 0, mask[:, :6]), (padded, padded * 0, mask)):
        found = compiled(list(given))
        for i, logits in enumerate(expected):
            assert found[i][0] == pytest.approx(logits, abs=tolerance)


def test_missing_weights_are_named(parts):
    config, weights, heads = parts
    lacking = {k: v for k, v in weights.items() if "layer.1.output.dense" not in k}
    with pytest.raises(KeyError, match=r"layer\.1\.output\.dense"):
        bert(config, lacking, heads, False)
