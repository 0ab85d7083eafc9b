"""What README.md and the cards show is what happens: examples run, links and files are there, the tree is true."""

import re
import shlex
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
INTEGRATIONS = (ROOT / "docs" / "integrations.md").read_text()


def blocks(language, text=README):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.model
@pytest.mark.parametrize("code", blocks("python") + blocks("python", INTEGRATIONS))
def test_python_examples_run_and_print_what_they_say(code, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    said = [line.split("# ", 1)[1] for line in code.splitlines() if line.startswith("print(") and "  # " in line]
    assert capsys.readouterr().out.splitlines() == said


@pytest.mark.model
def test_the_table_shown_is_the_one_printed():
    shown = next(b for b in blocks("text") if "Slant toward Facebook" in b)
    found = subprocess.run(
        [sys.executable, "evaluate.py", "--source"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "110", "PATH": "", "HF_HUB_OFFLINE": "1"},
    )
    # Processors differ in the last digits: figures may differ by a little, the pictures by a place, and so may the order.
    (words, numbers), (words_found, numbers_found) = _parted(shown), _parted(found.stdout)
    assert words == words_found
    assert numbers.keys() == numbers_found.keys()
    for outlet, figures in numbers.items():
        assert figures == pytest.approx(numbers_found[outlet], abs=0.03), outlet


def _parted(table):
    plain = re.sub("[·─●│┼]", " ", table)
    number = r"[+-]\d\.\d\d"
    rows = {re.split(number, line)[0].strip(): re.findall(number, line) for line in plain.splitlines()}
    return Counter(re.sub(number, "", plain).split()), {k: [float(x) for x in v] for k, v in rows.items() if v}


def test_the_file_tree_is_true():
    tree = next(b for b in blocks("text") if "pyproject.toml" in b)
    named = [line.split()[0].rstrip("/") for line in tree.splitlines() if line.strip()]
    inside = ROOT
    for line, name in zip((x for x in tree.splitlines() if x.strip()), named, strict=True):
        path = (inside if line.startswith("  ") else ROOT) / name
        assert path.exists(), f"{path} is in the tree of README.md but not there"
        if not line.startswith("  ") and path.is_dir():
            inside = path
    modules = {p.stem for p in (ROOT / "slantwise").glob("*.py")} - {"__init__"}
    assert modules <= {n.removesuffix(".py") for n in named}


def test_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert link.startswith("http") or (ROOT / link).exists(), link


def test_commands_take_the_flags_they_show():
    for line in "\n".join(blocks("sh")).replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["python"] and words[1] in ("train.py", "evaluate.py"):
            assert all(w in helped(words[1]) for w in words if w.startswith("--")), line
        if words[:1] == ["slantwise"]:
            assert all(
                w in helped("-c", "from slantwise.cli import main; main()", words[1])
                for w in words
                if w.startswith("--")
            ), line


@cache
def helped(*command):
    return subprocess.run(
        [sys.executable, *command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
