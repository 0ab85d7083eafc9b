"""Training on a random two-layer encoder: what it writes, that seeds decide, that it resumes."""

import json
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from slantwise import InputError, StanceClassifier, corpus, trainer, training
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
    alone = weights(fit(config, progress=False).folder)
    assert not equal(weights(fit(taught, progress=False).folder), alone)


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
