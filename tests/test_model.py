"""The released model: that it is whole, small, honest about its figures, and judges plain cases as people would."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from floors import FLOORS, compare, figures
from transformers import AutoModelForSequenceClassification, pipeline

from slantwise import Stance, StanceClassifier, Target, Voice, classify, score_outlets
from slantwise.classifier import encode
from slantwise.corpus import carried_articles, load_split
from slantwise.records import STANCES

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "model"
pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def classifier():
    return StanceClassifier.from_pretrained()


def test_size_and_form():
    assert sum(f.stat().st_size for f in MODEL.iterdir()) < 50_000_000
    assert {f.suffix for f in MODEL.iterdir()} <= {".json", ".safetensors", ".md"}
    config = AutoModelForSequenceClassification.from_pretrained(MODEL).config
    assert [config.id2label[i] for i in range(3)] == list(STANCES)


def test_figures_on_held_out_stories(classifier):
    reached = figures(classifier, load_split("test"), [ROOT / "data" / "test.jsonl"])
    assert compare(json.loads(FLOORS.read_text()), {"data/test.jsonl": reached}) == []
    card = json.loads((MODEL / "training.json").read_text())["figures"]["data/test.jsonl"]
    assert reached["macro_f1"] == pytest.approx(card["macro_f1"], abs=0.005)


def test_plain_transformers_agrees(classifier):
    theirs = pipeline("text-classification", model=str(MODEL), top_k=None)
    for e in load_split("test")[:20]:
        text, pair = encode(e.sentence, e.target, e.context)
        scores = {x["label"]: x["score"] for x in theirs({"text": text, "text_pair": pair})}
        ours = classifier.predict([e.sentence], e.target, [e.context])[0].probabilities
        assert [scores[s] for s in STANCES] == pytest.approx([ours[s] for s in STANCES], abs=0.02)


@pytest.mark.parametrize(
    ("sentence", "stance"),
    [
        ("Regulators accused {} of misleading customers and hiding the defect for years.", Stance.ACCUSATORY),
        ("The lawsuit says {} lied about the safety of its product.", Stance.ACCUSATORY),
        ("{} has its headquarters in the capital and employs 4,000 people.", Stance.NEUTRAL),
        ("Shares in {} closed 2 percent higher on Tuesday.", Stance.NEUTRAL),
        ('"We take the safety of our customers seriously and we acted at once," {} said.', Stance.DEFENDING),
        ("{} denied the allegations and said it had followed the law.", Stance.DEFENDING),
    ],
)
def test_plain_cases_whatever_the_name(sentence, stance):
    judged = {classify(sentence.format(name), name) for name in ("Facebook", "Halden Motors", "Owl", "Zyx & Co")}
    assert {j.stance for j in judged} == {stance}
    assert len(judged) == 1


def test_opposite_stances_in_one_sentence():
    sentence = "Acme defrauded its customers, the judge found, while Bolt behaved responsibly and had warned them."
    assert classify(sentence, "Acme").score < classify(sentence, "Bolt").score


def test_voices():
    assert classify('"We never sold any data," Acme said in a statement.', "Acme").voice is Voice.TARGET
    assert classify("The regulator's report says that Acme ignored warnings.", "Acme").voice is Voice.OTHER


def test_judgements_are_repeatable(classifier):
    sentences = [e.sentence for e in load_split("test")[:50]]
    assert classifier.predict(sentences, "Acme") == StanceClassifier.from_pretrained().predict(sentences, "Acme")


def test_the_carried_articles_give_a_table(classifier):
    slants = score_outlets(carried_articles(Target.of("Facebook")), "Facebook", classifier)
    assert len(slants) >= 5
    assert all(-1 <= s.low <= s.slant <= s.high <= 1 for s in slants)
    assert slants[0].slant < slants[-1].slant - 0.3


def test_evaluate_script_end_to_end():
    command = [sys.executable, "evaluate.py", "--source", "--json"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    printed = json.loads(found.stdout)
    assert (printed["target"], printed["model"]) == ("Facebook", "released")
    assert len(printed["outlets"]) >= 5
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert again.stdout == found.stdout
