"""Every benchmark is at one with the library: it imports and says what its flags are."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import extractors
import pytest
import seeds

from slantwise import InputError, StanceClassifier
from slantwise.corpus import load_split
from slantwise.metrics import macro_f1

BENCHMARKS = sorted((Path(__file__).parent.parent / "benchmarks").glob("*.py"))


def test_our_extraction_keeps_to_what_the_comparison_of_libraries_gave():
    pytest.importorskip("jinja2")
    f1, lost, _, judged, twice = extractors.measured(extractors.ours(), 3)["all"]
    assert f1 > 0.9
    assert lost < 0.02
    assert judged < 0.09
    assert twice == 0


def test_trainings_that_are_compared_are_measured_while_their_checkpoint_is_there(tiny_model, monkeypatch):
    pytest.importorskip("datasets")
    import forms
    import learning_curve

    from slantwise import training
    from slantwise.corpus import load_split

    def fit(config, progress):
        assert len(training.material(config).train) == len(learned)
        shutil.copytree(tiny_model, config.output, dirs_exist_ok=True)

    monkeypatch.setattr(training, "fit", fit)
    sets, learned = {"test": load_split("test")[:5]}, load_split("train")[:3]
    assert 0 <= learning_curve.trained_on(learned, 0, sets)["test"] <= 1
    learned = load_split("train")
    assert len(forms.trained_with(forms.longer, 0, sets)) == 2


def test_what_a_model_said_can_stand_in_its_place(tiny_model, tmp_path):
    judge = StanceClassifier.from_pretrained(tiny_model)
    judge.encoder = keeping = seeds.Keeping(judge.encoder)
    said = judge.predict(["Acme lied.", "Acme sells cars."], "Acme", ["", "It rained."])
    keeping.write(tmp_path / "said.safetensors")
    kept = StanceClassifier(seeds.Kept(tmp_path / "said.safetensors"))
    again = kept.predict(["Acme sells cars.", "Bolt lied."], ["Acme", "Bolt"], ["It rained.", ""])
    for one, other in zip(said, reversed(again), strict=True):
        assert one.stance_probabilities == pytest.approx(other.stance_probabilities, abs=1e-3)
        assert (one.voice, one.about) == (other.voice, pytest.approx(other.about, abs=1e-3))
    with pytest.raises(InputError, match="has no judgement of 1 of the 2 texts measured on"):
        kept.predict(["Acme lied.", "Acme fell."], "Acme")
    with pytest.raises(InputError, match="holds no judgements of 'nobody'"):
        seeds.seeds_of("nobody")


def test_the_mean_of_several_seeds_has_its_interval():
    gold = ["accusatory", "neutral", "defending"] * 20
    low, high = seeds.mean_interval(gold, [gold, ["neutral"] * 60])
    assert low < (1 + 1 / 6) / 2 < high < 1
    assert seeds.mean_interval(gold, [gold, gold]) == (1, 1)
    lines = seeds.table({"teacher": [{"f": 0.5, "g": 14.0}, {"f": 0.75, "g": 13.0}]}, {("teacher", "f"): (0.4, 0.9)})
    assert lines[-2:] == ["| f | 0.625 (0.400 … 0.900): 0.500, 0.750 |", "| g | 13.5: 14, 13 |"]


@pytest.mark.parametrize(("name", "least"), [("teacher", 0.8), ("student", 0.71)])
def test_models_that_are_not_released_are_measured_again_from_what_they_said(name, least):
    examples = load_split("test")
    figures = [macro_f1([e.stance for e in examples], said) for said in map(stances_kept, seeds.seeds_of(name))]
    assert len(figures) == 3
    assert min(figures) > least


def stances_kept(file):
    examples = load_split("test")
    judged = StanceClassifier(seeds.Kept(file)).predict(
        [e.sentence for e in examples], [e.target for e in examples], [e.context for e in examples]
    )
    return [j.stance for j in judged]


# One process for all: most of the time goes into importing what trains.
ASKED_FOR_HELP = """
import contextlib, io, json, pathlib, runpy, sys
files, said = sys.argv[1:], {}
sys.path[0] = str(pathlib.Path(files[0]).parent)
for file in files:
    sys.argv = [file, "--help"]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            runpy.run_path(file, run_name="__main__")
        except SystemExit as ended:
            said[file] = (ended.code, out.getvalue())
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def helps():
    command = [sys.executable, "-c", ASKED_FOR_HELP, *map(str, BENCHMARKS)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.slow
@pytest.mark.parametrize("file", BENCHMARKS, ids=lambda f: f.stem)
def test_it_starts(file, helps):
    code, text = helps[str(file)]
    assert code == 0
    assert text.startswith(f"usage: {file.name}")
