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


def test_the_student_is_taught_by_the_teacher(fitted, tmp_path):
    trained = recipes.run("release", ["public.jsonl"], tmp_path / "model", ["news.jsonl"], ["dev.jsonl"], seed=3)
    (teacher, _), (first, _), (student, _) = fitted
    assert teacher.base_model == MPNET
    assert first.base_model == MINILM
    assert teacher.teachers == teacher.unlabelled == ()
    assert first.teachers == (teacher.output,) == (str(tmp_path / "model-teacher"),)
    assert (first.unlabelled, first.leave_out) == (("news.jsonl",), ("dev.jsonl",))
    assert (trained.folder, student.seed, teacher.seed) == (tmp_path / "model", 3, 3)
    command = student.command()
    assert command.startswith("python train.py --data public.jsonl --output")
    assert "--unlabelled news.jsonl --leave-out dev.jsonl --recipe release" in command
    assert "--epochs" not in command


def test_the_second_lesson_goes_on_from_the_first_and_asks_the_teacher_nothing_again(fitted, tmp_path):
    recipes.run("release", ["public.jsonl"], tmp_path / "model", base_model="small")
    _, (first, _), (second, _) = fitted
    assert (first.base_model, second.base_model) == ("small", first.output)
    assert second.teachers == (str(tmp_path / "model-first-lesson-taught.safetensors"),)
    assert "--teachers" not in first.command() + second.command()


def test_teachers_that_are_given_take_the_place_of_those_that_would_be_trained(fitted, tmp_path):
    recipes.run("release", ["gold.jsonl"], tmp_path / "m", articles=["news/"], teachers=["said.safetensors"])
    (first, _), (student, _) = fitted
    assert (first.base_model, student.articles) == (MINILM, ("news/",))
    assert first.teachers == student.teachers == ("said.safetensors",)
    assert "--teachers said.safetensors" in student.command()


def test_other_encoders_take_their_places(fitted, tmp_path):
    recipes.run("release", ["public.jsonl"], tmp_path / "m", base_model="small", teacher_model="large")
    assert [config.base_model for config, _ in fitted] == ["large", "small", str(tmp_path / "m-first-lesson")]


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
    assert len(fitted) == 3


def test_what_cannot_be_cooked_is_refused(tmp_path):
    with pytest.raises(InputError, match="recipe 'pie' is not known; accepted are release"):
        recipes.run("pie", ["public.jsonl"], tmp_path)
    with pytest.raises(InputError, match="needs --data"):
        recipes.run("release", [], tmp_path)
