import numpy as np
import pytest

from slantwise.calibration import Scaling, known_calibration


def sampled(logits, rng):
    odds = np.exp(logits)
    return (
        (rng.random((len(logits), 1)) > (odds / odds.sum(axis=1, keepdims=True)).cumsum(axis=1)).sum(axis=1).clip(0, 2)
    )


def test_the_scaling_that_made_the_labels_is_found():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (20_000, 3))
    gold = sampled(0.5 * logits + np.array([0.4, 0.0, -0.3]), rng)
    found = Scaling.fitted(logits, gold)
    assert found.scale == pytest.approx(0.5, abs=0.03)
    assert found.bias == pytest.approx((0.4, 0.0, -0.3), abs=0.08)


def test_a_model_is_left_as_far_from_calibrated_as_the_one_it_started_from():
    """On other shares than those it is calibrated for, the start model needs a scaling; that one is undone."""
    base = Scaling(0.8, (-0.5, 0.0, 0.7))
    assert base.beside(base) == Scaling(1.0, (0.0, 0.0, 0.0))
    # A model that is twice as sure of the same and leans by one: what remains is to take just that back.
    logits = np.random.default_rng(1).normal(0, 2, (6, 3))
    surer = 2 * logits + np.array([1.0, 0.0, 0.0])
    its = Scaling(0.4, (-0.5 - 0.4, 0.0, 0.7))
    kept = its.beside(base)
    assert kept.scale * surer + np.array(kept.bias) == pytest.approx(logits)


def test_only_a_calibrated_checkpoint_of_ours_has_a_calibration_to_keep(tiny_model, tmp_path):
    assert known_calibration(tiny_model) is None
    assert known_calibration(tmp_path) is None
    (tmp_path / "heads.safetensors").write_bytes(b"")
    (tmp_path / "calibration.json").write_text('{"shares": {"accusatory": 0.2}}')
    assert known_calibration(tmp_path) == {"shares": {"accusatory": 0.2}}
