"""Writes drawn sentences for those who label them: Label Studio, spreadsheets, doccano and Prodigy.

Text from outside goes into JSON and CSV as text; the labelling configuration holds none.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from slantwise.annotation.items import ABOUT, Item, check_free
from slantwise.annotation.sampling import Drawn, Sample
from slantwise.records import STANCES, VOICES, InputError
from slantwise.spreadsheets import no_formula

TASKS = "tasks.json"
CONFIGURATION = "labelling-config.xml"
SHEET = "tasks.csv"
LINES = "tasks.jsonl"
SAMPLE = "sample.json"
FILES = (TASKS, CONFIGURATION, SHEET, LINES, SAMPLE)

ANSWERS = ("stance", "voice", "about", "labeller", "note")

_HOTKEYS = {"stance": "123", "voice": "456", "about": "78"}
_QUESTIONS = {
    "stance": "Stance: how does the sentence, read in its place, position the reader toward the target?",
    "voice": "Voice: whose words are they?",
    "about": "About: is the sentence about the target, named or not?",
}
_NAMES: dict[str, Sequence[str]] = {"stance": STANCES, "voice": VOICES, "about": ABOUT}


def write_sample(sample: Sample, folder: str | Path, blind: bool, facts: Mapping[str, Any]) -> list[Path]:
    """Write a sample's files into a folder, which may be new; `facts` go into `sample.json`.

    `blind` keeps what the model says out of the files that labellers see. Raises InputError where one of the files is
    there already.
    """
    folder = Path(folder)
    paths = [folder / name for name in FILES]
    check_writable(folder)
    folder.mkdir(parents=True, exist_ok=True)
    version = str(facts.get("model", "slantwise"))
    tasks = [task(drawn, blind, version) for drawn in sample.drawn]
    texts = (_json(tasks), configuration(), None, _lines(sample.drawn, blind), _json(_facts(sample, blind, facts)))
    for path, text in zip(paths, texts, strict=True):
        if text is not None:
            path.write_text(text, encoding="utf-8")
    suggested = [] if blind else [{f"model {k}": v for k, v in said(d).items()} for d in sample.drawn]
    write_sheet(folder / SHEET, [d.item for d in sample.drawn], suggested)
    return paths


def check_writable(folder: str | Path) -> None:
    """Raise InputError where a sample's files cannot be written without overwriting any."""
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; give the name of a folder")
    if folder.is_dir():
        check_free([folder / name for name in FILES])


def said(drawn: Drawn) -> dict[str, str]:
    """What the model says, in the words of the labels."""
    about = drawn.judgement.about
    found = {"stance": str(drawn.judgement.stance), "voice": str(drawn.judgement.voice)}
    return found | ({} if about is None else {"about": ABOUT[about < 0.5]})


def configuration() -> str:
    """The labelling configuration for Label Studio, in its XML."""
    blocks = []
    for name, names in _NAMES.items():
        choices = "\n".join(
            f'      <Choice value="{choice}" hotkey="{key}"/>'
            for choice, key in zip(names, _HOTKEYS[name], strict=True)
        )
        blocks.append(
            f'    <Header value="{_QUESTIONS[name]}" size="5"/>\n'
            f'    <Choices name="{name}" toName="sentence" choice="single-radio" required="true" showInline="true">\n'
            f"{choices}\n    </Choices>"
        )
    return f"""\
<View>
  <Header value="Target: $target" size="4"/>
  <View className="place">
    <Text name="title" value="$title"/>
    <Text name="context" value="$context"/>
  </View>
  <View className="judged">
    <Text name="sentence" value="$sentence"/>
  </View>
  <View className="place">
    <Text name="after" value="$after"/>
  </View>
  <View>
{chr(10).join(blocks)}
    <TextArea name="note" toName="sentence" placeholder="a note, if need be" rows="1" maxSubmissions="1"/>
  </View>
  <Style>.place {{ opacity: 0.75; }} .judged {{ font-size: 1.2em; font-weight: 600; padding: 0.5em 0; }}</Style>
</View>
"""


def task(drawn: Drawn, blind: bool = True, version: str = "slantwise") -> dict[str, Any]:
    """A Label Studio task, with what the model says as a prediction unless `blind`."""
    found: dict[str, Any] = {"data": drawn.item.row()}
    if not blind:
        result = [
            {"from_name": name, "to_name": "sentence", "type": "choices", "value": {"choices": [choice]}}
            for name, choice in said(drawn).items()
        ]
        sure = max(drawn.judgement.stance_probabilities)
        found["predictions"] = [{"model_version": version, "score": round(sure, 4), "result": result}]
    return found


def write_sheet(path: Path, items: Sequence[Item], more: Sequence[Mapping[str, str]] = ()) -> None:
    """Write items as CSV for a spreadsheet, with empty columns for the answers and `more` beside each.

    It begins with a byte-order mark, by which spreadsheets know UTF-8; an apostrophe stands before what they would read
    as a formula.
    """
    shown = ["item", "target", "title", "context", "sentence", "after"]
    kept = [name for name in Item.__dataclass_fields__ if name not in shown]
    columns = [*shown, *(more[0] if more else ()), *(a for a in ANSWERS if not more or a not in more[0]), *kept]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for number, item in enumerate(items):
            row = item.row() | {"aliases": "|".join(item.aliases)} | dict(more[number] if more else {})
            writer.writerow({k: no_formula(v) if isinstance(v, str) else v for k, v in row.items()})


def _lines(drawn: Sequence[Drawn], blind: bool) -> str:
    rows = []
    for d in drawn:
        row = {"text": d.item.sentence} | d.item.row()
        rows.append(row if blind else row | {"model": said(d)})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _facts(sample: Sample, blind: bool, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was drawn of how many, and, also where the labellers are not to see it, what the model says of each."""
    judged = {
        d.item.item: {
            "stance": [round(p, 4) for p in d.judgement.stance_probabilities],
            "voice": [round(p, 4) for p in d.judgement.voice_probabilities],
        }
        for d in sample.drawn
    }
    counts = {name: {"candidates": n, "drawn": sample.chosen[name]} for name, n in sample.candidates.items()}
    return dict(facts) | {"unit": sample.unit, "seed": sample.seed, "blind": blind, "outlets": counts, "judged": judged}


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
