"""The wheel: builds, installs away from the repository, classifies with the model inside it."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.model]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_what_is_in_the_wheel(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "slantwise/_carried/model/model.safetensors" in names
    carried = {n.removeprefix("slantwise/_carried/data/") for n in names if n.startswith("slantwise/_carried/data/")}
    assert carried == {f"{n}.jsonl" for n in ("train", "contrasts", "validation", "test", "real-articles")}
    points = zipfile.ZipFile(wheel).read(next(n for n in names if n.endswith("/entry_points.txt"))).decode()
    assert "[spacy_factories]\nslantwise = slantwise.integrations.spacy:make_component" in points
    assert not [n for n in names if n.startswith(("tests", "data/", "benchmarks"))]


def test_the_wheel_classifies_away_from_the_repository(wheel, tmp_path):
    # A fresh environment that borrows only the dependencies: nothing of the repository is on its path.
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    site = Path(
        subprocess.run(
            [python, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, text=True, check=True
        ).stdout.strip()
    )
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel], check=True
    )
    borrowed = next(p for p in sys.path if p.endswith("site-packages"))
    code = (
        f"import sys; sys.path.append({borrowed!r}); import slantwise;"
        "assert '_carried' in str(__import__('slantwise.carried').carried.carried('model'));"
        "print(slantwise.__file__, slantwise.classify('The court said Acme lied to its customers.', 'Acme').stance)"
    )
    found = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert str(site) in found.stdout
    assert found.stdout.split()[-1] == "accusatory"
