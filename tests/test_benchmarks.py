"""Every benchmark is at one with the library: it imports and says what its flags are."""

import shutil
import subprocess
import sys
from pathlib import Path

import extractors
import pytest

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


@pytest.mark.slow
@pytest.mark.parametrize("file", BENCHMARKS, ids=lambda f: f.stem)
def test_it_starts(file):
    found = subprocess.run([sys.executable, str(file), "--help"], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("usage:")
