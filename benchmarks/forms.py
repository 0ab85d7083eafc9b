"""What the encoder is given of a judgement: the default training in each reasonable form, side by side.

python benchmarks/forms.py --sets company-news-dev.jsonl [--seeds 0 1]

The first form is the one that `slantwise.classifier.encode` has and the released model reads; the others replace it for
the length of a training. Each line is the mean over the seeds. No set measured on is trained on.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np

from slantwise import StanceClassifier, Target, classifier, trainer, training
from slantwise.config import TrainingConfig
from slantwise.corpus import SPLITS, load_split
from slantwise.examples import Example, load_examples

Form = Callable[[str, Target, str, tuple[int, int] | None], tuple[str, str]]
masked: Form = classifier.encode


def main() -> None:
    """Print a line a form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=[], type=Path, metavar="PATH")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    given = parser.parse_args()
    sets = {"validation": load_split("validation")} | {path.name: load_examples(path) for path in given.sets}
    titles = headlines([Path("data") / f"{split}.jsonl" for split in SPLITS] + given.sets)
    forms: dict[str, Form] = {
        "mentions masked, 160 characters before": masked,
        "masked, nothing before": lambda s, t, c, span: masked(s, t, "", span),
        "masked, 400 characters before": longer,
        "masked, the title and 160 characters before": lambda s, t, c, span: titled(titles, s, t, c, span),
        "name kept and given first in the second text": named,
        "name kept between marks": marked,
    }
    print("| form | " + " | ".join(f"{name}: macro-F1 | voice" for name in sets) + " |")
    print("|---" * (2 * len(sets) + 1) + "|")
    for name, form in forms.items():
        figures = np.mean([trained_with(form, seed, sets) for seed in given.seeds], axis=0)
        print(f"| {name} | " + " | ".join(f"{x:.3f}" for x in figures) + " |", flush=True)


def trained_with(form: Form, seed: int, sets: dict[str, Sequence[Example]]) -> list[float]:
    """Macro-F1 and voice accuracy on each set of the default training in this form."""
    with (
        patch.object(classifier, "encode", form),
        patch.object(trainer, "encode", form),
        tempfile.TemporaryDirectory() as folder,
    ):
        training.fit(TrainingConfig(output=folder, seed=seed), progress=False)
        judge = StanceClassifier.from_pretrained(folder)
        measured = [training.measure(judge, examples) for examples in sets.values()]
    return [x for m in measured for x in (m.macro_f1, m.voice_accuracy or float("nan"))]


def longer(sentence: str, target: Target, context: str, span: tuple[int, int] | None) -> tuple[str, str]:
    """As the released form, with more of what was said before."""
    with patch.object(classifier, "LONGEST_CONTEXT", 400):
        return masked(sentence, target, context, span)


def titled(
    titles: dict[str, str], sentence: str, target: Target, context: str, span: tuple[int, int] | None
) -> tuple[str, str]:
    """As the released form, with the article's title before what was said before."""
    text, before = masked(sentence, target, context, span)
    title, _ = masked(titles.get(sentence) or "-", target, "", None)
    return text, f"{title} | {before}"


def named(sentence: str, target: Target, context: str, span: tuple[int, int] | None) -> tuple[str, str]:
    """The sentence as it is; the target's name, then what was said before."""
    return sentence[: classifier.LONGEST_SENTENCE], f"{target.name}: {context[-classifier.LONGEST_CONTEXT :]}"


def marked(sentence: str, target: Target, context: str, span: tuple[int, int] | None) -> tuple[str, str]:
    """The sentence with a mark on both sides of each mention."""
    text = sentence
    for start, end in reversed([span] if span else target.mentions(sentence)):
        text = f"{text[:start]}{classifier.MASK} {text[start:end]} {classifier.MASK}{text[end:]}"
    return text[: classifier.LONGEST_SENTENCE], f"{target.name}: {context[-classifier.LONGEST_CONTEXT :]}"


def headlines(paths: Sequence[Path]) -> dict[str, str]:
    """The title of each sentence's article, where the file gives one."""
    found = {}
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "sentences" in row:
                found |= {s["text"]: row["sentences"][0]["text"] for s in row["sentences"][1:]}
            elif row.get("title"):
                found[row["sentence"]] = row["title"]
    return found


if __name__ == "__main__":
    main()
