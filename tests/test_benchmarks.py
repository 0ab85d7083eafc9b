"""Every benchmark is at one with the library: it imports and says what its flags are."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = sorted((Path(__file__).parent.parent / "benchmarks").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("file", BENCHMARKS, ids=lambda f: f.stem)
def test_it_starts(file):
    found = subprocess.run([sys.executable, str(file), "--help"], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("usage:")
