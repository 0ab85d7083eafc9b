import json
import shutil

import numpy as np
import pytest
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from slantwise import InputError, StanceClassifier, Target
from slantwise.classifier import encode
from slantwise.records import STANCES

SENTENCES = [
    "Acme lied about the data.",
    "The bank said it helps users, and that Acme denied the charge in court.",
    "Acme.",
]


def test_plain_transformers_gives_the_same_probabilities(tiny_model):
    torch = StanceClassifier.from_pretrained(tiny_model, "torch")
    ours = torch.predict_proba(SENTENCES, "Acme", ["Users said so.", "", "x"])
    theirs = pipeline("text-classification", model=str(tiny_model), top_k=None)
    for sentence, context, expected in zip(SENTENCES, ["Users said so.", "", "x"], ours, strict=True):
        text, pair = encode(sentence, Target("Acme"), context)
        scores = {x["label"]: x["score"] for x in theirs({"text": text, "text_pair": pair})}
        assert [scores[s] for s in STANCES] == pytest.approx(list(expected), abs=0.02)


def test_weights_are_stored_in_16_bits_and_read_in_32(tiny_model):
    model = AutoModelForSequenceClassification.from_pretrained(tiny_model)
    assert str(model.dtype) == "torch.float32"
    stored = (tiny_model / "model.safetensors").stat().st_size
    assert stored < 2.5 * sum(p.numel() for p in model.parameters()) + 20_000


def test_batches_do_not_change_judgements(tiny_model):
    classifier = StanceClassifier.from_pretrained(tiny_model, "torch")
    one = classifier.predict_proba(SENTENCES, "Acme", batch_size=1)
    assert np.allclose(one, classifier.predict_proba(SENTENCES, "Acme", batch_size=64), atol=1e-5)


def test_the_mask_is_one_token(tiny_model):
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    assert tokenizer("[TARGET] lied", add_special_tokens=False)["input_ids"][0] == tokenizer.convert_tokens_to_ids(
        "[TARGET]"
    )


def broken(tiny_model, tmp_path, change):
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    change(folder)
    return folder


def relabel(folder):
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {"0": "negative", "1": "neutral", "2": "positive"}
    config["label2id"] = {v: int(k) for k, v in config["id2label"].items()}
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize("runtime", ["torch", "openvino"])
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            relabel,
            r"its labels are \['negative', 'neutral', 'positive'\]; accepted are \['accusatory', 'neutral', 'defending'\]",
        ),
        (lambda f: (f / "config.json").unlink(), "holds no config.json"),
        (lambda f: (f / "config.json").write_text("{"), "not a model that can be read"),
        (lambda f: (f / "heads.safetensors").unlink(), "holds no heads.safetensors"),
        (lambda f: (f / "heads.safetensors").write_bytes(b"x"), "not the heads of this model"),
        (lambda f: (f / "model.safetensors").write_bytes(b"x" * 100), "not a model that can be read"),
        (lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"), "not a model that can be read"),
    ],
)
def test_a_broken_checkpoint_is_said_in_one_line(tiny_model, tmp_path, change, complaint, runtime):
    folder = broken(tiny_model, tmp_path, change)
    with pytest.raises(InputError, match=complaint) as caught:
        StanceClassifier.from_pretrained(folder, runtime)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)


def test_an_unknown_folder_or_hub_id_is_said_in_one_line():
    for name in ("nobody/nothing", "no such folder"):
        with pytest.raises(InputError, match=f"{name}: there is no such folder") as caught:
            StanceClassifier.from_pretrained(name)
        assert "\n" not in str(caught.value)
