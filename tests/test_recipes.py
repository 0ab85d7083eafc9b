"""Recipes: stages in a row, resumed where they stopped."""

import json

import pytest

from slantwise import InputError, recipes
from slantwise.config import MINILM, MPNET
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


def test_the_student_is_taught_by_three_teachers_of_different_seeds(fitted, tmp_path):
    trained = recipes.run("release", ["public.jsonl"], tmp_path / "model", ["news.jsonl"], ["dev.jsonl"], seed=3)
    *teachers, student = (config for config, _ in fitted)
    assert {t.base_model for t in teachers} == {MPNET}
    assert [t.seed for t in teachers] == [3, 4, 5]
    assert student.base_model == MINILM
    assert {t.teachers + t.unlabelled for t in teachers} == {()}
    assert student.teachers == tuple(t.output for t in teachers)
    assert student.teachers[0] == str(tmp_path / "model-teacher-0")
    assert (student.unlabelled, student.leave_out) == (("news.jsonl",), ("dev.jsonl",))
    assert (trained.folder, student.seed) == (tmp_path / "model", 3)
    command = student.command()
    assert command.startswith("python train.py --data public.jsonl --output")
    assert "--unlabelled news.jsonl --leave-out dev.jsonl --recipe release" in command
    assert "--epochs" not in command


def test_teachers_that_are_given_take_the_place_of_those_that_would_be_trained(fitted, tmp_path):
    recipes.run("release", ["gold.jsonl"], tmp_path / "m", articles=["news/"], teachers=["said.safetensors"])
    ((student, _),) = fitted
    assert (student.base_model, student.articles) == (MINILM, ("news/",))
    assert student.teachers == ("said.safetensors",)
    assert "--teachers said.safetensors" in student.command()


def test_other_encoders_take_their_places(fitted, tmp_path):
    recipes.run("release", ["public.jsonl"], tmp_path / "m", base_model="small", teacher_model="large")
    assert [config.base_model for config, _ in fitted] == ["large"] * 3 + ["small"]


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
    assert len(fitted) == 4


def test_what_cannot_be_cooked_is_refused(tmp_path):
    with pytest.raises(InputError, match="recipe 'pie' is not known; accepted are release"):
        recipes.run("pie", ["public.jsonl"], tmp_path)
    with pytest.raises(InputError, match="needs --data"):
        recipes.run("release", [], tmp_path)
