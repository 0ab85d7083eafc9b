"""The scripts of docs/gallery run as a reader would run them, and write what they say."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "docs" / "gallery"
pytestmark = pytest.mark.model


def run(script, *arguments, cwd=ROOT):
    env = os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "COLUMNS": "110"}
    found = subprocess.run(
        [sys.executable, GALLERY / f"{script}.py", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=env,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def table(path):
    return list(csv.DictReader(path.open(encoding="utf-8")))


def test_one_company(tmp_path):
    said = run("one_company", "--output", tmp_path)
    rows = table(tmp_path / "one-company.csv")
    assert len(rows) == 5
    assert [float(r["slant"]) for r in rows] == sorted(float(r["slant"]) for r in rows)
    assert all(float(r["low"]) <= float(r["slant"]) <= float(r["high"]) for r in rows)
    assert "Slant of 5 outlets toward Facebook, 5 articles" in said.splitlines()[-1]
    assert all(r["outlet"] in (tmp_path / "one-company.html").read_text(encoding="utf-8") for r in rows)
    ElementTree.parse(tmp_path / "one-company.svg")


def test_industry(tmp_path):
    run("industry", "--output", tmp_path)
    rows = table(tmp_path / "industry.csv")
    assert {r["company"] for r in rows} == {"Orlock Steel", "Palisander Trading"}
    assert len({r["outlet"] for r in rows}) == 6
    written = (tmp_path / "industry.md").read_text(encoding="utf-8")
    assert written.count("Measured with slantwise") == 2
    assert all(r["outlet"] in written for r in rows)
    for company in ("orlock-steel", "palisander-trading"):
        ElementTree.parse(tmp_path / f"industry-{company}.svg")


def test_industry_with_a_corpus_of_one_s_own(tmp_path):
    texts = {"Acme lied to its customers, the court found.": "The Daily", "Zed & Co helps its users.": "A | B"}
    articles = [
        {"text": f"{text} It was article {i} of this kind, and {'very ' * i}long.", "outlet": outlet}
        for text, outlet in texts.items()
        for i in range(6)
    ]
    file = tmp_path / "news.jsonl"
    file.write_text("".join(json.dumps(a) + "\n" for a in articles))
    said = run(
        "industry", "--articles", file, "--company", "Acme", "--company", "Zed", "Zed & Co", "--company", "Nobody",
        "--output", tmp_path / "out",
    )  # fmt: skip
    rows = table(tmp_path / "out" / "industry.csv")
    assert {(r["company"], r["outlet"]) for r in rows} == {("Acme", "The Daily"), ("Zed", "A | B")}
    assert "Nobody: no article has a sentence about Nobody" in said
    assert r"A \| B" in (tmp_path / "out" / "industry.md").read_text(encoding="utf-8")


def test_publishable(tmp_path):
    said = run("publishable", "--output", tmp_path)
    rows = table(tmp_path / "publishable.csv")
    assert len(rows) == 12
    labels = (tmp_path / "publishable-labels.jsonl").read_text().splitlines()
    assert sum(int(r["Labelled"]) for r in rows[:-1]) == int(rows[-1]["Labelled"]) == len(labels) > 0
    assert {r["By"] for r in rows} == {"pooled", "own"}
    low, high = (float(x.replace("−", "-")) for x in rows[-1]["95% interval, corrected"].split(" … "))
    truth = re.search(r"by the gold labels of all their sentences: (\S+)", said)[1]
    assert low <= float(truth.replace("−", "-")) <= high
    latex = (tmp_path / "publishable.tex").read_text(encoding="utf-8")
    assert latex.isascii()
    assert latex.count(r"\begin{table}") == latex.count(r"\end{table}") == 1
    for text in (latex, (tmp_path / "publishable.md").read_text(encoding="utf-8")):
        assert "Measured with slantwise" in text
        assert "mean over articles of the mean sentence score" in text
        assert all(r["Outlet"] in text for r in rows)


def test_the_index_names_what_is_there():
    index = (GALLERY / "README.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", index):
        assert link.startswith("http") or (GALLERY / link).exists(), link
    here = {p.name for p in GALLERY.iterdir()} - {"README.md"}
    assert here <= set(re.findall(r"[\w-]+\.\w+", index))
    assert all(re.search(rf"!\[[^\]]{{40,}}\]\({re.escape(p.name)}\)", index) for p in GALLERY.glob("*.svg"))
