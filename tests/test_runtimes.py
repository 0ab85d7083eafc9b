"""Which library runs the encoder, and what the choice loads."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from slantwise import InputError, StanceClassifier, runtimes
from slantwise.openvino_runtime import OpenVinoEncoder
from slantwise.runtime import TorchEncoder

ROOT = Path(runtimes.__file__).parent.parent


def retyped(tiny_model, folder):
    shutil.copytree(tiny_model, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"hidden_act": "relu"}))
    return folder


def without(monkeypatch, *packages):
    there = runtimes.find_spec
    monkeypatch.setattr(runtimes, "find_spec", lambda name: None if name in packages else there(name))


def test_auto_takes_openvino_where_it_is_and_fits(tiny_model, tmp_path, monkeypatch):
    monkeypatch.setattr(runtimes, "_has_cuda", lambda: False)
    assert isinstance(runtimes.load_encoder(tiny_model), OpenVinoEncoder)
    assert isinstance(runtimes.load_encoder(retyped(tiny_model, tmp_path / "relu")), TorchEncoder)
    without(monkeypatch, "openvino")
    assert isinstance(runtimes.load_encoder(tiny_model), TorchEncoder)


def test_auto_takes_torch_where_there_is_a_cuda_device(tiny_model, monkeypatch):
    monkeypatch.setattr(runtimes, "_has_cuda", lambda: True)
    assert isinstance(runtimes.load_encoder(tiny_model), TorchEncoder)


def test_no_driver_no_cuda(monkeypatch):
    monkeypatch.setattr(runtimes.shutil, "which", lambda name: None)
    assert runtimes._has_cuda() is False


@pytest.mark.parametrize(
    ("runtime", "missing", "complaint"),
    [
        ("onnx", (), "runtime 'onnx' is not known; accepted are auto, openvino, openvino-bf16, torch"),
        ("openvino", ("openvino",), "runtime openvino is not installed; pip install openvino, or use torch"),
        ("torch", ("torch",), "runtime torch is not installed; pip install torch transformers, or use openvino"),
    ],
)
def test_what_cannot_be_used_is_one_line(tiny_model, monkeypatch, runtime, missing, complaint):
    without(monkeypatch, *missing)
    with pytest.raises(InputError, match=complaint):
        StanceClassifier.from_pretrained(tiny_model, runtime)


def test_an_architecture_that_openvino_is_not_told_of(tiny_model, tmp_path):
    with pytest.raises(InputError, match="runtime openvino runs BERT models with their own tokenizer"):
        StanceClassifier.from_pretrained(retyped(tiny_model, tmp_path / "relu"), "openvino")


def test_judging_loads_neither_torch_nor_transformers_nor_anything_that_reports_use(tiny_model, tmp_path):
    code = (
        "import sys; from slantwise import StanceClassifier\n"
        f"StanceClassifier.from_pretrained({str(tiny_model)!r}, 'openvino').predict(['Acme lied.'], 'Acme')\n"
        "print(sorted({'torch', 'transformers', 'openvino_telemetry'} & set(sys.modules)))"
    )
    # Its makers' package would leave an identifier in the home folder.
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
    )
    assert found.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


def test_openvino_is_imported_in_one_place_and_that_reports_nothing(tmp_path):
    files = [p for folder in ("slantwise", "tests", "benchmarks") for p in (ROOT / folder).rglob("*.py")]
    statement = re.compile(r"^\s*(?:import|from) openvino\b", re.MULTILINE)
    assert [p.name for p in files if statement.search(p.read_text())] == ["openvino_graph.py"]
    for module in ("openvino_graph", "openvino_runtime", "runtimes"):
        code = f"import sys, slantwise.{module}; print('openvino_telemetry' in sys.modules)"
        found = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        )
        assert found.stdout.strip() == "False"
    assert list(tmp_path.iterdir()) == []
