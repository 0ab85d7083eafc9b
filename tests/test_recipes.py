"""Recipes: stages in a row, resumed where they stopped."""

import json

import pytest

from slantwise import InputError, recipes
from slantwise.config import TrainingConfig
from slantwise.training import Trained


@pytest.fixture
def fitted(monkeypatch):
    """Stages that write what they would be trained with and train nothing."""
    calls = []

    def fit(config, resume=False, progress=True):
        calls.append((config, resume))
        folder = recipes.Path(config.output)
        folder.mkdir(parents=True, exist_ok=True)
        report = {"config": json.loads(json.dumps(vars(config.portable())))}
        (folder / "training.json").write_text(json.dumps(report))
        return Trained(folder)

    monkeypatch.setattr(recipes, "fit", fit)
    return calls


def test_each_stage_goes_on_from_the_one_before(fitted, tmp_path):
    trained = recipes.run("release", ["public.jsonl"], tmp_path / "model", seed=3)
    (first, _), (last, _) = fitted
    assert first.base_model == TrainingConfig().base_model
    assert last.base_model == first.output == str(tmp_path / "model-stage-1")
    assert (trained.folder, last.seed, first.seed) == (tmp_path / "model", 3, 3)
    assert last.command().startswith("python train.py --data public.jsonl --output")
    assert "--recipe release" in last.command()
    assert "--epochs" not in last.command()


def test_a_finished_stage_is_not_trained_again(fitted, tmp_path):
    recipes.run("release", ["public.jsonl"], tmp_path / "model")
    unfinished = tmp_path / "model" / "unfinished"
    unfinished.mkdir()
    (unfinished / "config.json").write_text("{}")
    fitted.clear()
    recipes.run("release", ["public.jsonl"], tmp_path / "model", resume=True)
    assert [(c.output, resume) for c, resume in fitted] == [(str(tmp_path / "model"), True)]
    fitted.clear()
    recipes.run("release", ["public.jsonl"], tmp_path / "model", seed=1, resume=True)
    assert len(fitted) == 2


def test_what_cannot_be_cooked_is_refused(tmp_path):
    with pytest.raises(InputError, match="recipe 'pie' is not known; accepted are release"):
        recipes.run("pie", ["public.jsonl"], tmp_path)
    with pytest.raises(InputError, match="needs --data"):
        recipes.run("release", [], tmp_path)
