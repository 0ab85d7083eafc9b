"""Training on a random two-layer encoder: what it writes, that seeds decide, that it resumes."""

import argparse
import json
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from slantwise import InputError, StanceClassifier, corpus, trainer, training
from slantwise.cli.training import add_flags
from slantwise.config import TrainingConfig
from slantwise.corpus import load_split, sentence_hash
from slantwise.records import Stance
from slantwise.training import find_base_model, fit


@pytest.fixture
def config(tiny_base, tmp_path):
    return TrainingConfig(base_model=str(tiny_base), output=str(tmp_path / "out"), epochs=2, examples=64)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """A hundred examples of each split will do."""
    monkeypatch.setattr(training, "load_split", lambda split: load_split(split)[:100])


def weights(folder):
    return {**load_file(folder / "model.safetensors"), **load_file(folder / "heads.safetensors")}


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def test_a_checkpoint_its_card_and_its_figures(config, tmp_path):
    trained = fit(config, progress=False)
    names = {p.name for p in trained.folder.iterdir()}
    assert {
        "model.safetensors",
        "heads.safetensors",
        "calibration.json",
        "config.json",
        "tokenizer.json",
        "README.md",
        "training.json",
    } == names - {"tokenizer_config.json"}
    saved = json.loads((trained.folder / "config.json").read_text())
    assert saved["id2label"] == {"0": "accusatory", "1": "neutral", "2": "defending"}
    report = json.loads((trained.folder / "training.json").read_text())
    assert len(report["epochs"]) == 2
    figures = trained.figures["data/test.jsonl"]
    assert report["figures"]["data/test.jsonl"]["macro_f1"] == figures.macro_f1
    assert f"{figures.macro_f1:.3f}" in (trained.folder / "README.md").read_text()
    assert 0 <= figures.calibration_error <= 1
    assert len(StanceClassifier.from_pretrained(trained.folder).predict(["Acme lied."], "Acme")) == 1


def test_equal_seeds_give_equal_weights(config, tmp_path):
    first = weights(fit(config, progress=False).folder)
    again = weights(fit(config, progress=False).folder)
    other = weights(fit(TrainingConfig(**{**vars(config), "seed": 1}), progress=False).folder)
    assert equal(first, again)
    assert not equal(first, other)


def test_an_interrupted_training_goes_on_to_the_same_end(config, tmp_path, monkeypatch):
    whole = weights(fit(config, progress=False).folder)
    shutil.rmtree(config.output)

    def stop(self, args, state, control, **kwargs):
        if state.epoch > 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(trainer.EarlyStoppingCallback, "on_step_end", stop)
    with pytest.raises(KeyboardInterrupt):
        fit(config, progress=False)
    monkeypatch.undo()
    monkeypatch.setattr(training, "load_split", lambda split: load_split(split)[:100])
    with pytest.raises(InputError, match="its unfinished training has another configuration"):
        fit(TrainingConfig(**{**vars(config), "seed": 1}), resume=True, progress=False)
    assert equal(whole, weights(fit(config, resume=True, progress=False).folder))


def test_further_sets_join(config, tmp_path):
    extra = tmp_path / "extra.jsonl"
    extra.write_text(
        json.dumps({"sentence": "He blamed Moor.", "mention": "Moor", "from": 10, "to": 14, "polarity": -1})
    )
    trained = fit(TrainingConfig(**{**vars(config), "data": (str(extra),), "epochs": 1}), progress=False)
    assert "extra.jsonl" in (trained.folder / "README.md").read_text()


def test_a_model_is_taught_by_another_on_text_that_nobody_has_labelled(config, tiny_model, tmp_path):
    articles = [{"text": f"The court fined Acme. Users of Acme lied {i} times.", "outlet": "x"} for i in range(6)]
    news = tmp_path / "news.jsonl"
    news.write_text("\n".join(map(json.dumps, articles)))
    taught = TrainingConfig(
        **{**vars(config), "teachers": (str(tiny_model),), "unlabelled": (str(news),), "taught_share": 1.0}
    )
    trained = fit(taught, progress=False)
    report = json.loads((trained.folder / "training.json").read_text())
    assert report["learned_from"] == {"labelled": 100, "all": 107, "validation": 100}
    assert "taught by `model0`" in (trained.folder / "README.md").read_text()
    # What the teacher said teaches as well as the teacher.
    kept = trained.folder.with_name(f"{trained.folder.name}-taught.safetensors")
    moved = kept.replace(tmp_path / "judgements.safetensors")
    again = fit(TrainingConfig(**{**vars(taught), "teachers": (str(moved),)}), progress=False)
    assert equal(weights(again.folder), weights(trained.folder))
    alone = weights(fit(config, progress=False).folder)
    assert not equal(weights(fit(taught, progress=False).folder), alone)


def test_a_second_lesson_tells_who_taught_the_first(config, tmp_path):
    teacher = fit(replace(config, output=str(tmp_path / "teacher")), progress=False).folder
    first = fit(replace(config, output=str(tmp_path / "first"), teachers=(str(teacher),)), progress=False).folder
    said = str(tmp_path / "first-taught.safetensors")
    second = replace(config, output=str(tmp_path / "second"), base_model=str(first), teachers=(said,), own_share=0.2)
    card = (fit(second, progress=False).folder / "README.md").read_text()
    report = json.loads((tmp_path / "second" / "training.json").read_text())
    assert [c["output"] for c in report["teachers"] + report["before"]] == ["teacher", "first"]
    assert "1. `teacher`: " in card
    assert "2. `first`: " in card
    assert "3. `second`: `first`, at most" in card
    assert "20% of them hand labels; taught by `first-taught.safetensors`" in card


def test_the_epoch_is_chosen_and_calibrated_on_real_sentences_too(config, tmp_path, monkeypatch):
    rows = [
        {"sentence": f"He blamed Moor {i} times.", "mention": "Moor", "from": 10, "to": 14, "polarity": -1}
        for i in range(60)
    ]
    labels = [
        {
            "hash": sentence_hash(r["sentence"]),
            "start": 10,
            "end": 14,
            "stance": "neutral",
            "voice": "other",
            "about": True,
        }
        for r in rows[:50]
    ]
    extra, ours = tmp_path / "extra.jsonl", tmp_path / "labels.jsonl"
    extra.write_text("\n".join(map(json.dumps, rows)))
    ours.write_text("\n".join(map(json.dumps, labels)))
    monkeypatch.setattr(corpus, "carried", lambda name: ours)
    monkeypatch.setattr(training, "load_split", lambda split: [])
    given = training.material(TrainingConfig(**{**vars(config), "data": (str(extra),)}))
    held = [r["sentence"] for r in rows if sentence_hash(r["sentence"])[0] in "01"]
    assert 0 < len(held) < 30
    assert {e.sentence for e in given.validation} == {r["sentence"] for r in rows[:50]} & set(held)
    assert not {e.sentence for e in given.train} & set(held)
    assert {e.stance for e in given.train} == {Stance.NEUTRAL, Stance.ACCUSATORY}
    assert given.calibration == given.validation
    monkeypatch.setattr(training, "ENOUGH_REAL", 1)
    monkeypatch.setattr(training, "load_split", lambda split: [replace(given.train[0], sentence="Of the corpus.")])
    given = training.material(TrainingConfig(**{**vars(config), "data": (str(extra),)}))
    assert len(given.validation) == len(given.calibration) + 1


def test_the_base_model_is_checked(tmp_path, monkeypatch):
    assert find_base_model(str(tmp_path)) == str(tmp_path)
    assert find_base_model("some/hub-id") == "some/hub-id"
    package = tmp_path / training.MINILM_PACKAGE
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('is not imported')")
    (package / "model" / "model.safetensors").write_bytes(b"changed")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        InputError, match=r"model.safetensors has SHA-256 [0-9a-f]{64}; sentence-transformers/all-MiniLM-L6-v2 has 53aa"
    ):
        find_base_model(training.MINILM)


def hand_labels(path):
    rows = [
        {
            "sentence": f"Acme lied in case {i}.",
            "target": "Acme",
            "aliases": ["Ann"],
            "stance": "accusatory",
            "voice": "other",
        }
        | {"about": True, "probability": 0.5, "sha256": "0" * 64}
        for i in range(20)
    ]
    path.write_text("\n".join(json.dumps(r) for r in rows))
    return str(path)


def test_hand_labels_are_all_learned_from_the_start_model_keeps_its_heads_and_its_calibration(tiny_model, tmp_path):
    base = tmp_path / "base"
    shutil.copytree(tiny_model, base)
    shares = {"accusatory": 0.2, "neutral": 0.7, "defending": 0.1}
    (base / "calibration.json").write_text(
        json.dumps({"temperature": 1.0, "shares": shares, "fitted_on": "9 sentences"})
    )
    values = {"base_model": str(base), "data": (hand_labels(tmp_path / "gold.jsonl"),), "output": str(tmp_path / "out")}
    config = training.configured(values | {"epochs": 1, "examples": 32})
    assert (config.patience, config.own_share, config.examples) == (0, 0.5, 32)
    given = training.material(config)
    assert sum(e.own for e in given.train) == 20
    assert not given.real
    # With nothing learned, nothing changes: the heads are kept, and so is the calibration.
    still = replace(config, learning_rate=1e-12, precision="float32")
    fit(still, progress=False)
    before, after = weights(base), weights(tmp_path / "out")
    assert all(torch.allclose(before[k].float(), after[k].float(), atol=2e-3) for k in before)
    calibration = json.loads((tmp_path / "out" / "calibration.json").read_text())
    assert calibration["temperature"] == pytest.approx(1.0, abs=1e-3)
    assert calibration["shares"] == shares
    assert calibration["fitted_on"].startswith("9 sentences, for the model it started from")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "The last epoch is kept" in card
    assert "chose its epoch" not in card
    shown = " ".join(line for line in card.splitlines() if line.startswith("python train.py"))
    parser = argparse.ArgumentParser()
    add_flags(parser)
    assert all(word in parser.format_help() for word in shown.split() if word.startswith("--"))
    fit(replace(config, learning_rate=5e-3), progress=False)
    assert not equal(weights(tmp_path / "out"), after)


def test_stand_off_labels_need_their_articles(tiny_model, tmp_path):
    (tmp_path / "a.txt").write_text("Acme lied. Acme helps us.")
    row = {
        "origin": str(tmp_path / "a.txt"),
        "start": 0,
        "end": 10,
        "stance": "accusatory",
        "probability": 1,
        "target": "Acme",
    }
    (tmp_path / "gold.jsonl").write_text(json.dumps(row))
    config = TrainingConfig(data=(str(tmp_path / "gold.jsonl"),))
    with pytest.raises(InputError, match=r"holds hand labels without their text; give the articles they are of"):
        training.material(config)
    found = training.material(replace(config, articles=(str(tmp_path / "a.txt"),)))
    assert [e.sentence for e in found.train if e.own] == ["Acme lied."]


def test_frozen_layers_keep_their_weights(config, tmp_path, tiny_base):
    fit(replace(config, frozen_layers=1, patience=0, epochs=1), progress=False)
    before, after = load_file(tiny_base / "model.safetensors"), load_file(tmp_path / "out" / "model.safetensors")
    moved = {k for k, v in before.items() if f"bert.{k}" in after and not torch.equal(v.half(), after[f"bert.{k}"])}
    assert not any(k.startswith(("encoder.layer.0.", "embeddings.Layer", "embeddings.pos")) for k in moved)
    assert any(k.startswith("encoder.layer.1.") for k in moved)
