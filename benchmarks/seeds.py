"""Models of several seeds, from files of what each said of the sentences that are measured on: their figures and the mean.

python benchmarks/seeds.py teacher student --sets company-news-dev.jsonl … --real-articles FOLDER --directed valid.jsonl
python benchmarks/seeds.py … --card model                    and put the table into the model card
python benchmarks/seeds.py --keep DIR FILE --sets …          keep what a model says of these texts, and its figures

A file holds no texts, and answers for what it was asked when it was written. Those in `judgements/` are of models that
are not released, other seeds and teachers, for all the sets of the model card.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import behaviour
import numpy as np
from accuracy import agreement, directed_right, extras, judge, measured_on, slants

from slantwise import StanceClassifier
from slantwise.classifier import Encoder, Floats
from slantwise.distillation import keep, kept_judgements
from slantwise.examples import Example, load_examples
from slantwise.metrics import interval, macro_f1
from slantwise.records import InputError
from slantwise.trainer import SIZES

JUDGEMENTS = Path(__file__).parent / "judgements"
TITLE = "### Several seeds"
# What follows the tables in a model card.
NEXT = "## Intended use"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="models of several seeds, from judgements/")
    parser.add_argument("--sets", nargs="*", default=[], type=Path, metavar="PATH")
    parser.add_argument("--real-articles", type=Path, metavar="FOLDER")
    parser.add_argument("--directed", type=Path, metavar="PATH")
    parser.add_argument("--keep", nargs=2, metavar=("DIR", "FILE"), help="a model, and where to keep what it says")
    parser.add_argument("--card", type=Path, metavar="FOLDER", help="the model folder whose card gets the table")
    given = parser.parse_args()
    if not given.names and not given.keep:
        parser.error("name models of judgements/, or one to --keep")
    groups = {name: [StanceClassifier(Kept(file)) for file in seeds_of(name)] for name in given.names}
    if given.keep:
        classifier = StanceClassifier.from_pretrained(given.keep[0])
        classifier.encoder = keeping = Keeping(classifier.encoder)
        groups[Path(given.keep[0]).name] = [classifier]
    sets = measured_on(given.sets, given.real_articles)
    directed = load_examples(given.directed) if given.directed else []
    lines = several_seeds(groups, sets, directed, given.real_articles)
    print("\n".join(lines))
    if given.keep:
        keeping.write(Path(given.keep[1]))
    if given.card:
        card = given.card / "README.md"
        before, found, after = card.read_text(encoding="utf-8").partition(f"\n{NEXT}")
        tables = before.partition(f"\n{TITLE}")[0].rstrip()
        card.write_text("\n".join([tables, *lines, ""]) + found + after, encoding="utf-8")


class Kept:
    """An encoder that answers from a file, and only what it was asked when that was written."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def logits(self, texts: Sequence[str], pairs: Sequence[str], batch_size: int) -> tuple[Floats, Floats, Floats]:
        """What the file has of the text pairs; InputError where it lacks one."""
        found = kept_judgements(self.file, list(zip(texts, pairs, strict=True)))
        if lacking := int(np.isnan(found[:, 0]).sum()):
            raise InputError(f"{self.file}: has no judgement of {lacking} of the {len(texts)} texts measured on")
        stance, voice, about = np.split(found, np.cumsum(SIZES)[:-1], axis=1)
        return stance, voice, about


class Keeping:
    """An encoder that remembers what another one says."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.said: dict[tuple[str, str], Floats] = {}

    def logits(self, texts: Sequence[str], pairs: Sequence[str], batch_size: int) -> tuple[Floats, Floats, Floats]:
        """What the other says."""
        found = self.encoder.logits(texts, pairs, batch_size)
        self.said |= zip(zip(texts, pairs, strict=True), np.concatenate(found, axis=1), strict=True)
        return found

    def write(self, file: Path) -> None:
        """Write all that was said into a file for `Kept`."""
        keep(file, list(self.said), np.array(list(self.said.values())))


def seeds_of(name: str) -> list[Path]:
    """The files of `judgements/` whose names begin with that of a model, one a seed."""
    found = sorted(JUDGEMENTS.glob(f"{name}-[0-9].safetensors"))
    if not found:
        raise InputError(f"{JUDGEMENTS}: holds no judgements of {name!r}")
    return found


def several_seeds(
    groups: dict[str, list[StanceClassifier]],
    sets: dict[str, list[Example]],
    directed: Sequence[Example],
    folder: Path | None,
) -> list[str]:
    """The figures that are aimed at, for models of several seeds."""
    figures: dict[str, list[dict[str, float]]] = {name: [{} for _ in models] for name, models in groups.items()}
    intervals = {}
    for group, models in groups.items():
        for name, examples in sets.items():
            gold, judged = [e.stance for e in examples], [judge(c, examples) for c in models]
            predicted = [[j.stance for j in of_model] for of_model in judged]
            intervals[group, f"{name}: macro-F1"] = mean_interval(gold, predicted)
            for found, stances, of_model in zip(figures[group], predicted, judged, strict=True):
                found[f"{name}: macro-F1"] = macro_f1(gold, stances)
                voice, error = extras(examples, of_model)
                found |= {f"{name}: voice": float(voice)} if voice != "–" else {}
                found[f"{name}: calibration error"] = float(error)
        for found, classifier in zip(figures[group], models, strict=True):
            if folder:
                rank, error_of_slants = agreement(slants(classifier, folder, sets["five real articles"]))
                found |= {"their outlets: Spearman": rank, "their outlets: mean absolute error": error_of_slants}
            if directed:
                right, falls, _ = directed_right(classifier, directed)
                found |= {"directed sentiment: sign": right, "directed sentiment: falls on the target": falls}
            rates = behaviour.rates(behaviour.judge_cases(classifier, behaviour.load_cases()))
            found |= {f"{name}, of {cases}": float(passed) for name, (passed, cases) in rates.items()}
    return table(figures, intervals)


def mean_interval(gold: Sequence[str], predicted: Sequence[Sequence[str]]) -> tuple[float, float]:
    """A bootstrap interval, over sentences, of the mean macro-F1 of several models."""
    judged = [np.asarray(p, dtype=object) for p in predicted]
    places = [str(i) for i in range(len(gold))]

    def mean(stances: Sequence[str], drawn: Sequence[str]) -> float:
        rows = np.asarray(drawn, dtype=int)
        return float(np.mean([macro_f1(stances, list(p[rows])) for p in judged]))

    return interval(mean, gold, places)


def table(
    groups: Mapping[str, Sequence[Mapping[str, float]]], intervals: Mapping[tuple[str, str], tuple[float, float]]
) -> list[str]:
    """The mean of each figure over a group's models, its interval where there is one, and each model's, as Markdown."""
    lines = [
        "",
        TITLE,
        "",
        "The mean of the seeds, the 95% interval of the mean macro-F1 (bootstrap over sentences), and each seed's figure;",
        "what is in `benchmarks/judgements/` was said in bfloat16. Seed 0 of the student is the released model.",
        "",
        f"| figure | {' | '.join(groups)} |",
        "|---" * (len(groups) + 1) + "|",
    ]
    for name in next(iter(groups.values()))[0]:
        cells = []
        for group, models in groups.items():
            each = [m[name] for m in models]
            between = intervals.get((group, name))
            span = f" ({between[0]:.3f} … {between[1]:.3f})" if between else ""
            form = ".3f" if max(each) <= 1 else ".3g"
            cells.append(f"{np.mean(each):{form}}{span}: {', '.join(f'{x:{form}}' for x in each)}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    main()
