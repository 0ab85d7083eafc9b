"""The quality gate: what the released model must reach, set by set, with the digest of the data it was measured on.

python benchmarks/floors.py [--sets PATH …] [--real-articles FOLDER]            compare; status 1 if a figure is under its floor
python benchmarks/floors.py … --raise                                           raise floors to what is reached now
python benchmarks/floors.py … --lower "why"                                     set all anew; those that fall go into CHANGELOG.md
                                                                                with the reason

Floors stand a small margin under the measured figures, so that another processor's rounding does not fail the gate. The
tests compare on the data that the repository holds (`data/test.jsonl` and the behaviour cases).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

from behaviour import CASES, judge_cases, load_cases, rates

from slantwise import StanceClassifier
from slantwise.corpus import load_standoff
from slantwise.examples import Example, load_examples
from slantwise.training import measure

ROOT = Path(__file__).parent.parent
FLOORS = ROOT / "tests" / "data" / "floors.json"
CHANGELOG = ROOT / "CHANGELOG.md"
MARGIN = 0.005
# Of the behaviour cases one in each capability may fall over the edge.
CASE_MARGIN = 0.07
BEHAVIOUR = "tests/data/behaviour.jsonl"
# Of these a smaller figure is better, and the floor is a ceiling.
SMALLER = ("calibration_error",)


def main() -> int:
    """Compare, raise or lower; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=[], type=Path, metavar="PATH")
    parser.add_argument("--real-articles", type=Path, metavar="FOLDER")
    parser.add_argument("--raise", dest="up", action="store_true")
    parser.add_argument("--lower", metavar="WHY")
    given = parser.parse_args()
    floors = json.loads(FLOORS.read_text())
    reached = measure_all(StanceClassifier.from_pretrained(), given.sets, given.real_articles)
    under = compare(floors, reached)
    print("\n".join(under) or "every figure is at its floor or over it")
    if given.up or given.lower:
        if under and not given.lower:
            sys.exit('some figures are under their floors: --lower "why" lowers them, with the reason in the changelog')
        new = updated(floors, reached, lower=bool(given.lower))
        FLOORS.write_text(json.dumps(floors | new, indent=2) + "\n")
        if fell := fallen(floors, new, reached):
            note(given.lower, fell)
    return int(bool(under) and not given.lower)


def measure_all(classifier: StanceClassifier, sets: list[Path], articles: Path | None) -> dict[str, dict[str, Any]]:
    """The digest and figures of each set: those of the repository, and those given."""
    found = {
        "data/test.jsonl": figures(classifier, load_examples(ROOT / "data/test.jsonl"), [ROOT / "data/test.jsonl"])
    }
    for path in sets:
        found["/".join(path.parts[-2:])] = figures(classifier, load_examples(path), [path])
    if articles:
        labels = ROOT / "data/real-articles.jsonl"
        found["five real articles"] = figures(classifier, load_standoff(articles), [labels])
    passed = rates(judge_cases(classifier, load_cases()))
    found[BEHAVIOUR] = {"sha256": digest([CASES])} | {
        name: round(right / cases, 4) for name, (right, cases) in passed.items()
    }
    return found


def figures(classifier: StanceClassifier, examples: list[Example], files: list[Path]) -> dict[str, Any]:
    """The figures that have floors."""
    m = measure(classifier, examples)
    named = {
        "macro_f1": m.macro_f1,
        "voice_accuracy": m.voice_accuracy,
        "about_f1": m.about_f1,
        "calibration_error": m.calibration_error,
    }
    return {"sha256": digest(files)} | {k: round(v, 4) for k, v in named.items() if v is not None}


def digest(files: list[Path]) -> str:
    """The SHA-256 of the files' bytes, one after the other."""
    found = hashlib.sha256()
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()


def compare(floors: dict[str, Any], reached: dict[str, Any]) -> list[str]:
    """What is under its floor, or was measured on other data, in words."""
    found = []
    for name, of_set in reached.items():
        floor = floors.get(name, {})
        if floor and floor["sha256"] != of_set["sha256"]:
            found.append(f"{name}: the data changed since its floors were set")
        for figure, value in of_set.items():
            if figure != "sha256" and figure in floor and worse(figure, value, floor[figure]):
                found.append(f"{name}: {figure} is {value:.4f}, its floor is {floor[figure]:.4f}")
    return found


def worse(figure: str, value: float, floor: float) -> bool:
    """Whether a figure misses its floor."""
    return value > floor if figure in SMALLER else value < floor


def updated(floors: dict[str, Any], reached: dict[str, Any], lower: bool) -> dict[str, Any]:
    """New floors a margin under what was reached; a stricter old one stays, unless `lower`."""
    found: dict[str, Any] = {}
    for name, of_set in reached.items():
        found[name] = {"sha256": of_set["sha256"]}
        for figure, value in of_set.items():
            if figure == "sha256":
                continue
            allowed = CASE_MARGIN if name == BEHAVIOUR else MARGIN
            margin = allowed if figure in SMALLER else -allowed
            new = round(min(1.0, max(0.0, value + margin)), 4)
            old = floors.get(name, {}).get(figure)
            found[name][figure] = new if old is None or lower or worse(figure, old, new) else old
    return found


def fallen(floors: dict[str, Any], new: dict[str, Any], reached: dict[str, Any]) -> list[str]:
    """Which new floors are easier to reach than the old ones, in words."""
    return [
        f"{name}: {figure} is {reached[name][figure]:.4f}, its floor was {floors[name][figure]:.4f}"
        for name, of_set in new.items()
        for figure, floor in of_set.items()
        if figure != "sha256" and figure in floors.get(name, {}) and worse(figure, floor, floors[name][figure])
    ]


def note(reason: str, fell: list[str]) -> None:
    """Write the reason for lower floors into the changelog, as the first of its latest changes."""
    text = CHANGELOG.read_text(encoding="utf-8")
    before, mark, after = text.partition("### Changed\n")
    entry = textwrap.fill(f"- Floors lowered: {reason} ({'; '.join(fell)}).", 120, subsequent_indent="  ")
    CHANGELOG.write_text(f"{before}{mark}{entry}\n{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
