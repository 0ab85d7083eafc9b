"""Every benchmark is at one with the library: it imports and says what its flags are."""

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


@pytest.mark.slow
@pytest.mark.parametrize("file", BENCHMARKS, ids=lambda f: f.stem)
def test_it_starts(file):
    found = subprocess.run([sys.executable, str(file), "--help"], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("usage:")
