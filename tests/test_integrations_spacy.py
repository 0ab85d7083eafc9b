"""The spaCy component in a blank English pipeline."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import WordJudge

from slantwise import Article, InputError, Target
from slantwise.pipeline import judge_articles
from slantwise.records import STANCES

spacy = pytest.importorskip("spacy")
from slantwise.integrations.spacy import SlantComponent  # noqa: E402

ROOT = Path(__file__).parent.parent
TEXT = "Acme lied to us. Its chief resigned.\n\nRain fell on Tuesday. Acme helps nobody now."


@pytest.fixture
def nlp(tiny_model):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("slantwise", config={"target": "Acme", "model": str(tiny_model)})
    nlp.get_pipe("slantwise").classifier = WordJudge()
    return nlp


def test_sentences_and_documents_are_annotated(nlp):
    doc = nlp(TEXT)
    sents = list(doc.sents)
    assert [s._.stance for s in sents] == ["accusatory", "neutral", None, "defending"]
    assert [s._.voice for s in sents] == ["outlet", "outlet", None, "outlet"]
    assert [s._.score for s in sents] == [-0.8, 0.0, None, 1.0]
    assert sents[0]._.stance_probabilities == pytest.approx({"accusatory": 0.8, "neutral": 0.2, "defending": 0.0})
    assert list(sents[0]._.stance_probabilities) == [str(s) for s in STANCES]
    assert sents[2]._.stance_probabilities is None
    assert doc._.slant == pytest.approx(0.2 / 3)
    nobody = nlp("Rain fell. It was cold.")
    assert nobody._.slant is None
    assert [s._.stance for s in nobody.sents] == [None, None]
    assert nlp("")._.slant is None


def test_the_slant_is_that_of_the_article(nlp):
    article = Article(TEXT, "The Daily")
    [(_, judged)] = judge_articles([article], Target("Acme"), WordJudge())
    assert nlp(TEXT)._.slant == pytest.approx(sum(j.score for _, j in judged) / len(judged))


def test_documents_are_judged_in_batches(nlp):
    texts = [TEXT, "Rain.", "Acme lied."] * 20
    judge = nlp.get_pipe("slantwise").classifier
    found = list(nlp.pipe(texts, batch_size=16))
    assert len(judge.calls) == 4
    assert [d._.slant for d in found] == [nlp(t)._.slant for t in texts]
    assert [d.text for d in found] == texts


def test_annotations_are_stored_with_the_document(nlp):
    doc = nlp(TEXT)
    again = spacy.tokens.Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert [s._.stance for s in again.sents] == [s._.stance for s in doc.sents]
    assert again._.slant == doc._.slant


def test_saved_and_loaded_with_its_config(tiny_model, tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    config = {"target": "Acme", "aliases": ["Zed"], "descriptors": ["roadrunner firm"], "model": str(tiny_model)}
    nlp.add_pipe("slantwise", config=config)
    nlp.to_disk(tmp_path / "nlp")
    again = spacy.load(tmp_path / "nlp")
    assert again.get_pipe("slantwise").target == Target("Acme", ("Zed",), ("roadrunner firm",))
    assert again("Zed lied.")._.slant == nlp("Zed lied.")._.slant is not None


def test_known_companies_bring_their_names(tiny_model):
    nlp = spacy.blank("en")
    nlp.add_pipe("slantwise", config={"target": "Facebook", "aliases": ["Libra"], "model": str(tiny_model)})
    assert {"Zuckerberg", "Libra"} <= set(nlp.get_pipe("slantwise").target.aliases)


def test_mistakes_are_said(tiny_model):
    nlp = spacy.blank("en")
    with pytest.raises(InputError, match="target '' is empty"):
        nlp.add_pipe("slantwise", config={"model": str(tiny_model)})
    with pytest.raises(InputError, match="no/model: there is no such folder"):
        nlp.add_pipe("slantwise", config={"target": "Acme", "model": "no/model"})
    nlp.add_pipe("slantwise", config={"target": "Acme", "model": str(tiny_model)})
    with pytest.raises(InputError, match=r"sentences are not marked; add .*sentencizer"):
        nlp("Acme lied.")
    with pytest.raises(InputError, match="sentences are not marked"):
        list(nlp.pipe(["Acme lied."]))


def test_an_attribute_of_somebody_else_is_left_alone():
    spacy.tokens.Doc.set_extension("slant", getter=lambda doc: 45, force=True)
    try:
        with pytest.raises(InputError, match=r"Doc\._\.slant is in use by another component"):
            SlantComponent(Target("Acme"), WordJudge())
    finally:
        spacy.tokens.Doc.set_extension("slant", default=None, force=True)


def test_what_fails_goes_to_the_error_handler(nlp):
    class Broken:
        def predict(self, sentences, target, context):
            if any("trap" in s for s in sentences):
                raise RuntimeError("no")
            return WordJudge().predict(sentences, target, context)

    nlp.get_pipe("slantwise").classifier = Broken()
    with pytest.raises(RuntimeError):
        list(nlp.pipe(["Acme set a trap."]))
    lost = []
    nlp.set_error_handler(lambda name, component, docs, problem: lost.append((name, [d.text for d in docs])))
    found = list(nlp.pipe(["Acme lied.", "Acme set a trap.", "Acme helps."], batch_size=1))
    assert [d._.slant for d in found] == [-0.8, 1.0]
    assert lost == [("slantwise", ["Acme set a trap."])]


def test_no_import_is_needed(tmp_path, tiny_model):
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["spacy_factories"]
    # What an installation writes down of pyproject's entry points.
    meta = tmp_path / "probe-1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text("[spacy_factories]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()))
    code = (
        "import spacy; nlp = spacy.blank('en'); nlp.add_pipe('sentencizer');"
        f"nlp.add_pipe('slantwise', config={{'target': 'Acme', 'model': {str(tiny_model)!r}}});"
        "print(nlp('Acme lied.')._.slant)"
    )
    env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert -1 <= float(found.stdout) <= 1
