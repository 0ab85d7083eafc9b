"""OpenVINO gives what torch gives, whatever else is judged with it."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from conftest import WORDS
from hypothesis import given, settings
from hypothesis import strategies as st

from slantwise import InputError, StanceClassifier, openvino_runtime
from slantwise.carried import carried
from slantwise.corpus import load_split
from slantwise.openvino_runtime import OpenVinoEncoder, processors

# How far a logit of the small model may move with what else is in the batch: kernels for few rows add in other orders.
BY_BATCH = 0.05
# The same of a probability of the released model: not at all; where there are tiles (AMX) that is not known.
BATCH_OF_RELEASED = 0.02 if torch.cpu.get_capabilities().get("amx_int8") else 1e-6

TEXTS = [" ".join(WORDS[(i * k) % len(WORDS)] for k in range(1, 2 + i % 40)) for i in range(60)]
PAIRS = [" ".join(WORDS[: i % 7]) for i in range(60)]


@pytest.fixture(scope="module")
def pair(lively_model):
    return [StanceClassifier.from_pretrained(lively_model, r) for r in ("torch", "openvino")]


@pytest.mark.parametrize("integers", [True, False])
def test_logits_are_those_of_torch(lively_model, pair, integers):
    expected = pair[0].encoder.logits(TEXTS, PAIRS, 64)
    found = OpenVinoEncoder.from_pretrained(lively_model, integers).logits(TEXTS, PAIRS, 64)
    assert [f.shape for f in found] == [(60, 3), (60, 3), (60, 2)]
    for ours, theirs in zip(found, expected, strict=True):
        assert ours == pytest.approx(theirs, abs=0.1)
    # Not by saying the same of everything.
    assert expected[1].std(axis=0).min() > 5 * np.abs(found[1] - expected[1]).mean()


def test_what_lies_near_the_line_of_what_counts_is_judged_in_more_bits(lively_model, monkeypatch):
    coarse, fine = (OpenVinoEncoder.from_pretrained(lively_model, integers) for integers in (True, False))
    monkeypatch.setattr(openvino_runtime, "NEAR", 0.0)
    eight, sixteen = coarse.logits(TEXTS, PAIRS, 64), fine.logits(TEXTS, PAIRS, 64)
    about = 1 / (1 + np.exp(eight[2][:, 0] - eight[2][:, 1]))
    line, distances = float(np.median(about)) + 1e-6, np.sort(np.abs(about - np.median(about)))
    monkeypatch.setattr(openvino_runtime, "ABOUT", line)
    monkeypatch.setattr(openvino_runtime, "NEAR", float(distances[10]))
    near = np.abs(about - line) < distances[10]
    assert 5 < near.sum() < 20
    for found, coarsely, finely in zip(coarse.logits(TEXTS, PAIRS, 64), eight, sixteen, strict=True):
        assert found[~near] == pytest.approx(coarsely[~near], abs=1e-6)
        assert found[near] == pytest.approx(finely[near], abs=1e-3)
        # How far the two are apart hangs on the processor: one without products of 8 bits only rounds the weights.
        assert np.abs(found[near] - finely[near]).max() < np.abs(coarsely[near] - finely[near]).max()


def test_a_version_that_does_not_know_how_many_shapes_to_keep_runs_too(lively_model, pair, monkeypatch):
    monkeypatch.setattr(openvino_runtime, "SHAPES_KEPT", {"NO_SUCH_PROPERTY": "200"})
    found = OpenVinoEncoder.from_pretrained(lively_model).logits(TEXTS, PAIRS, 64)
    for ours, theirs in zip(found, pair[1].encoder.logits(TEXTS, PAIRS, 64), strict=True):
        assert np.array_equal(ours, theirs)


def test_a_text_has_no_more_padding_for_its_neighbours(pair, monkeypatch):
    encoder, shapes = pair[1].encoder, []

    def padded(encoded, with_segments):
        inputs = real(encoded, with_segments)
        shapes.extend((e.ids, inputs[0].shape[1]) for e in encoded)
        return inputs

    real = openvino_runtime.padded
    monkeypatch.setattr(openvino_runtime, "padded", padded)
    encoder.logits(TEXTS, PAIRS, 64)
    together = shapes.copy()
    shapes.clear()
    for text, before in zip(TEXTS, PAIRS, strict=True):
        encoder.logits([text], [before], 64)
    assert sorted(shapes) == sorted(together)
    assert {length % 8 for _, length in shapes} == {0}
    assert len({length for _, length in shapes}) > 3


def test_texts_longer_than_256_tokens_are_cut_alike(pair):
    texts, pairs = ["bank lied . " * 200, "bank"], ["court said . " * 200, ""]
    for ours, theirs in zip(*(c.encoder.logits(texts, pairs, 64) for c in pair), strict=True):
        assert ours == pytest.approx(theirs, abs=0.1)


def test_segments_are_given_where_transformers_gives_them(lively_model, tmp_path):
    folder = shutil.copytree(lively_model, tmp_path / "model")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"tokenizer_class": "BertTokenizer"}))
    with_segments, without = (
        OpenVinoEncoder.from_pretrained(f).logits(TEXTS, PAIRS, 64)[1] for f in (folder, lively_model)
    )
    expected = StanceClassifier.from_pretrained(folder, "torch").encoder.logits(TEXTS, PAIRS, 64)[1]
    assert with_segments == pytest.approx(expected, abs=0.1)
    assert np.abs(with_segments - without).max() > 0.2
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"tokenizer_class": "OtherTokenizer"}))
    with pytest.raises(InputError, match="use torch"):
        OpenVinoEncoder.from_pretrained(folder)


def test_nothing_and_empty_texts(pair):
    assert [x.shape for x in pair[1].encoder.logits([], [], 64)] == [(0, 3), (0, 3), (0, 2)]
    assert np.isfinite(pair[1].encoder.logits(["", "😀"], ["", ""], 64)[0]).all()


@settings(max_examples=20)
@given(st.permutations(range(60)), st.integers(1, 64))
def test_no_logit_depends_on_its_batch(pair, order, batch_size):
    alone = pair[1].encoder.logits(TEXTS, PAIRS, 1)
    found = pair[1].encoder.logits([TEXTS[i] for i in order], [PAIRS[i] for i in order], batch_size)
    for one, other in zip(alone, found, strict=True):
        assert other == pytest.approx(one[list(order)], abs=BY_BATCH)


def test_calls_from_several_threads_do_not_mix(pair):
    expected = pair[1].encoder.logits(TEXTS, PAIRS, 64)[0]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: pair[1].encoder.logits(TEXTS, PAIRS, 64)[0], range(12)):
            assert np.array_equal(found, expected)


@pytest.mark.parametrize(("asked", "taken"), [("1", 1), ("0", 3), ("", 3), ("many", 3), ("99", 3)])
def test_as_many_processors_as_it_may_use(monkeypatch, asked, taken):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1, 5}, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert processors() == taken


def test_equal_input_gives_equal_output(pair):
    one, other = (pair[1].predict_proba(TEXTS[:9], "bank") for _ in range(2))
    assert np.array_equal(one, other)


@pytest.mark.model
def test_the_released_model_judges_as_with_torch_whatever_the_batch():
    examples = load_split("test")[::8]
    given = [e.sentence for e in examples], [e.target for e in examples], [e.context for e in examples]
    peer, openvino = (StanceClassifier.from_pretrained(runtime=r) for r in ("torch", "openvino"))
    found, expected = openvino.predict_proba(*given), peer.predict_proba(*given)
    assert np.abs(found - expected).mean() < 0.005
    assert np.abs(found - expected).max() < 0.06
    assert np.abs((found - expected).mean(axis=0)).max() < 0.003
    moved = np.abs(openvino.predict_proba(*given, batch_size=1) - found)
    assert moved.max() < BATCH_OF_RELEASED


@pytest.mark.model
def test_the_command_loads_neither_torch_nor_transformers():
    code = (
        "import sys; from slantwise.cli import main\n"
        "main(['classify', 'Acme lied to its customers.', '--target', 'Acme', '--runtime', 'openvino'])\n"
        "print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, last = found.stdout.splitlines()
    assert "accusatory" in first
    assert last == "[]"
    assert found.stderr == ""
    assert not [p for p in carried("model").iterdir() if p.suffix in (".xml", ".onnx", ".blob")]
