import shutil

import pytest

from slantwise.digests import model_digest
from slantwise.records import InputError


def test_a_digest_tells_models_apart_wherever_they_lie(tiny_model, tmp_path):
    copy = shutil.copytree(tiny_model, tmp_path / "copy")
    assert model_digest(copy) == model_digest(tiny_model)
    assert len(model_digest(copy)) == 64
    (copy / "README.md").write_text("A card changes nothing.")
    assert model_digest(copy) == model_digest(tiny_model)
    for name in ("config.json", "calibration.json", "model.safetensors", "heads.safetensors"):
        before = model_digest(copy)
        with (copy / name).open("ab") as file:
            file.write(b" ")
        assert model_digest(copy) != before


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(InputError, match="nowhere: there is no such folder"):
        model_digest("nowhere")
