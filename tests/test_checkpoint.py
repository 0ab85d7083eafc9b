import json
import shutil

import pytest

from slantwise import InputError
from slantwise.checkpoint import LABELS, calibration_shares, find_checkpoint


def test_a_checkpoint_is_found_with_its_configuration(tiny_model):
    path, config = find_checkpoint(str(tiny_model))
    assert path == tiny_model
    assert config["hidden_size"] == 16
    assert {int(i): label for i, label in config["id2label"].items()} == LABELS


def test_shares_are_none_where_they_are_not_said(tiny_model, tmp_path):
    assert calibration_shares(tiny_model) is None
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    (folder / "calibration.json").write_text('{"shares": {"accusatory": 0.2, "neutral": 0.5, "defending": 0.3}}')
    assert calibration_shares(folder) == (0.2, 0.5, 0.3)


@pytest.mark.parametrize("config", ["[]", "3", '{"id2label": 3}', '{"id2label": {"x": "y"}}', "{}", "\xff"])
def test_a_configuration_of_another_kind_is_one_line(tiny_model, tmp_path, config):
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    (folder / "config.json").write_bytes(config.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        find_checkpoint(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_labels_in_another_order(tiny_model, tmp_path):
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {"0": "neutral", "1": "accusatory", "2": "defending"}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="in this order"):
        find_checkpoint(folder)
