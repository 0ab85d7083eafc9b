"""How right a model is, beside the most frequent stance and a sentiment lexicon (VADER), on the same sentences.

python benchmarks/accuracy.py                                        on the test split of data/
python benchmarks/accuracy.py --sets company-news-dev.jsonl          also on labelled sets of your own
python benchmarks/accuracy.py --real-articles FOLDER                 also on the five real articles, if you have them
python benchmarks/accuracy.py --directed directed-sentiment/valid.jsonl    also who blames or endorses whom
python benchmarks/accuracy.py --beside DIR …                         also other models, the release before for example
python benchmarks/accuracy.py … --card model                         and put the tables into the model card

No model is trained here, and none of the sets measured on is trained on: of the five real articles every outlet is left
out, so each one's figures come from a model that has read none of the others either.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import behaviour
import numpy as np
from scipy.stats import spearmanr
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from slantwise import StanceClassifier, Target, read_articles
from slantwise.cards import write_card
from slantwise.corpus import known_outlets, load_split, load_standoff
from slantwise.examples import Example, load_examples
from slantwise.metrics import accuracy, calibration_error, interval, macro_f1, per_stance
from slantwise.pipeline import judge_articles, score_outlets
from slantwise.records import STANCES, Judgement, OutletSlant, Part, Stance
from slantwise.sentences import split_article

Judge = Callable[[Sequence[Example]], list[Judgement]]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a model folder; by default the released model")
    parser.add_argument("--sets", nargs="*", default=[], type=Path, metavar="PATH")
    parser.add_argument("--real-articles", type=Path, metavar="FOLDER")
    parser.add_argument("--directed", type=Path, metavar="PATH")
    parser.add_argument("--beside", nargs="*", default=[], metavar="DIR", help="other model folders to measure beside")
    parser.add_argument("--card", type=Path, metavar="FOLDER", help="the model folder whose card gets the tables")
    given = parser.parse_args()
    classifier = StanceClassifier.from_pretrained(given.model)
    sets = measured_on(given.sets, given.real_articles)
    others = {Path(folder).name: StanceClassifier.from_pretrained(folder) for folder in given.beside}
    lines = against_peers({"slantwise": classifier} | others, sets)
    if given.real_articles:
        lines += by_outlet(classifier, sets["five real articles"])
        lines += about_facebook(classifier, given.real_articles)
        lines += outlets_slant(classifier, given.real_articles, sets["five real articles"])
    if given.directed:
        lines += who_blames_whom({"slantwise": classifier} | others, load_examples(given.directed))
    lines += [
        "",
        "### What it can do, on sentences of our own",
        "",
        *behaviour.table(behaviour.judge_cases(classifier, behaviour.load_cases())),
    ]
    print("\n".join(lines))
    if given.card:
        report = json.loads((given.card / "training.json").read_text())
        calibration = json.loads((given.card / "calibration.json").read_text())
        write_card(given.card, report, calibration, further="\n".join(lines))


def measured_on(paths: Sequence[Path], articles: Path | None) -> dict[str, list[Example]]:
    """The sets by name: the test split, labelled sets with their subsets, and the real articles, where they are given."""
    sets = {"data/test.jsonl": load_split("test")}
    for path in paths:
        sets |= by_subset("/".join(path.parts[-2:]), load_examples(path))
    return sets | ({"five real articles": load_standoff(articles)} if articles else {})


def by_subset(name: str, examples: list[Example]) -> dict[str, list[Example]]:
    """The set under its name, and its subsets (NewsMTSC's real-world and multi-target ones) under theirs."""
    subsets = dict.fromkeys(e.tags[0] for e in examples if len(e.tags) == 1 and e.tags[0] in ("rw", "mt"))
    return {name: examples} | {f"{name}, {s}": [e for e in examples if e.tags == (s,)] for s in subsets}


def against_peers(classifiers: dict[str, StanceClassifier], sets: dict[str, list[Example]]) -> list[str]:
    """Stance macro-F1 with its interval, F1 per stance, voice accuracy and calibration error, on each set."""
    header = (
        "| measured on | judge | sentences | macro-F1 (95% interval) | accusatory | neutral | defending | voice | ECE |"
    )
    lines = ["### Beside its peers", "", header, "|---|---|---|---|---|---|---|---|---|"]
    for name, examples in sets.items():
        gold = [e.stance for e in examples]
        for who, classifier in classifiers.items():
            judged = judge(classifier, examples)
            lines.append(row(name, who, gold, [j.stance for j in judged], *extras(examples, judged)))
        lines.append(row(name, "VADER", gold, vader(examples)))
        commonest = Counter(gold).most_common(1)[0][0]
        voices = [e.voice for e in examples if e.voice]
        voice = f"{Counter(voices).most_common(1)[0][1] / len(voices):.3f}" if voices else "–"
        lines.append(row(name, f"always {commonest}", gold, [commonest] * len(gold), voice))
    return lines


def judge(classifier: StanceClassifier, examples: Sequence[Example]) -> list[Judgement]:
    """The classifier's judgements of labelled sentences."""
    return classifier.predict(
        [e.sentence for e in examples],
        [e.target for e in examples],
        [e.context for e in examples],
        [e.span for e in examples],
    )


def extras(examples: Sequence[Example], judged: Sequence[Judgement]) -> tuple[str, str]:
    """Voice accuracy and calibration error, as text."""
    pairs = [(e.voice, j.voice) for e, j in zip(examples, judged, strict=True) if e.voice]
    voice = f"{accuracy(*zip(*pairs, strict=True)):.3f}" if pairs else "–"
    gold = [STANCES.index(e.stance) for e in examples]
    return voice, f"{calibration_error(gold, np.array([j.stance_probabilities for j in judged])):.3f}"


def vader(examples: Sequence[Example]) -> list[Stance]:
    """The lexicon's sentiment of each sentence, by its authors' thresholds, read as stance."""
    lexicon = SentimentIntensityAnalyzer()
    scores = [lexicon.polarity_scores(e.sentence)["compound"] for e in examples]
    return [Stance.ACCUSATORY if s <= -0.05 else Stance.DEFENDING if s >= 0.05 else Stance.NEUTRAL for s in scores]


def row(
    name: str, who: str, gold: Sequence[Stance], predicted: Sequence[Stance], voice: str = "–", ece: str = "–"
) -> str:
    """One line of the table."""
    low, high = interval(macro_f1, gold, predicted)
    each = " | ".join(f"{f['f1']:.3f}" for f in per_stance(gold, predicted).values())
    return f"| {name} | {who} | {len(gold)} | {macro_f1(gold, predicted):.3f} ({low:.3f} … {high:.3f}) | {each} | {voice} | {ece} |"


def who_blames_whom(classifiers: dict[str, StanceClassifier], examples: Sequence[Example]) -> list[str]:
    """Whether a sentence in which one entity takes a side toward another is judged so, toward the right one."""
    lines = [
        "",
        "### Who blames or endorses whom",
        "",
        "Directed sentiment, its sentences with a side, both entities asked for; its own labels.",
        "",
        "| judge | sentences | sign toward the right target | stance falls on the target more than on the source |",
        "|---|---|---|---|",
    ]
    for who, classifier in classifiers.items():
        right, falls, sentences = directed_right(classifier, examples)
        lines.append(f"| {who} | {sentences} | {right:.3f} | {falls:.3f} |")
    return lines


def directed_right(classifier: StanceClassifier, examples: Sequence[Example]) -> tuple[float, float, int]:
    """The shares of sentences with a side whose sign is right, and whose stance falls on the target; how many they are."""
    pairs = [
        (p, q) for p, q in zip(examples[::2], examples[1::2], strict=True) if {p.stance, q.stance} != {Stance.NEUTRAL}
    ]
    sides = [(p, q) if p.stance is not Stance.NEUTRAL else (q, p) for p, q in pairs]
    signs = [1 if target.stance is Stance.DEFENDING else -1 for target, _ in sides]
    onto = [j.score for j in judge(classifier, [target for target, _ in sides])]
    back = [j.score for j in judge(classifier, [source for _, source in sides])]
    right = np.mean([o * sign > 0 for o, sign in zip(onto, signs, strict=True)])
    falls = np.mean([abs(o) > abs(b) for o, b in zip(onto, back, strict=True)])
    return float(right), float(falls), len(sides)


def by_outlet(classifier: StanceClassifier, examples: Sequence[Example]) -> list[str]:
    """Stance and voice on each real article, each outlet left out of training."""
    lines = [
        "",
        "### The five real articles, one by one",
        "",
        "| outlet | sentences | accuracy | macro-F1 | voice |",
        "|---|---|---|---|---|",
    ]
    for outlet in dict.fromkeys(e.outlet for e in examples):
        of_outlet = [e for e in examples if e.outlet == outlet]
        judged = judge(classifier, of_outlet)
        gold, predicted = [e.stance for e in of_outlet], [j.stance for j in judged]
        voice, _ = extras(of_outlet, judged)
        lines.append(
            f"| {outlet} | {len(of_outlet)} | {accuracy(gold, predicted):.3f} | {macro_f1(gold, predicted):.3f} | {voice} |"
        )
    return lines


def about_facebook(classifier: StanceClassifier, folder: Path) -> list[str]:
    """How well the sentences about Facebook are found, by their text alone and together with the classifier."""
    gold = {(e.outlet, e.sentence): e.about for e in load_standoff(folder)}
    target = Target.of("Facebook")
    articles = list(read_articles([folder], known_outlets=known_outlets(), outlet="unknown"))
    by_text = {(a.outlet, s.text) for a in articles for s in split_article(a, target) if s.about}
    together = {(a.outlet, s.text) for a, judged in judge_articles(articles, target, classifier) for s, _ in judged}
    lines = [
        "",
        "### Finding the sentences about Facebook in the five real articles",
        "",
        "| by | recall | precision |",
        "|---|---|---|",
    ]
    for name, found in (("their text", by_text), ("text and classifier", together)):
        right = sum(bool(gold.get(s)) for s in found)
        lines.append(f"| {name} | {right / sum(map(bool, gold.values())):.3f} | {right / len(found):.3f} |")
    return [
        *lines,
        "",
        "The rules that read the text were developed with these articles in view: their figures are not held out.",
    ]


def outlets_slant(classifier: StanceClassifier, folder: Path, examples: Sequence[Example]) -> list[str]:
    """The outlets' slants beside those of the hand labels."""
    lines = [
        "",
        "### Their outlets' slant",
        "",
        "| outlet | slant | 95% interval | sentences | slant by hand labels |",
        "|---|---|---|---|---|",
    ]
    pairs = slants(classifier, folder, examples)
    for s, by_hand in pairs:
        lines.append(f"| {s.outlet} | {s.slant:+.2f} | {s.low:+.2f} … {s.high:+.2f} | {s.sentences} | {by_hand:+.2f} |")
    rank, error = agreement(pairs)
    return [*lines, "", f"Spearman's rank correlation {rank:.2f}, mean absolute error {error:.3f}."]


def slants(classifier: StanceClassifier, folder: Path, examples: Sequence[Example]) -> list[tuple[OutletSlant, float]]:
    """The outlets of the real articles, each with its slant and that of the hand labels."""
    score = {Stance.ACCUSATORY: -1, Stance.NEUTRAL: 0, Stance.DEFENDING: 1}
    labelled: dict[str, list[int]] = defaultdict(list)
    for e in examples:
        if e.about and Part.HEADLINE not in e.tags:
            labelled[e.outlet].append(score[e.stance])
    articles = read_articles([folder], known_outlets=known_outlets(), outlet="unknown")
    return [(s, float(np.mean(labelled[s.outlet]))) for s in score_outlets(articles, "Facebook", classifier)]


def agreement(pairs: Sequence[tuple[OutletSlant, float]]) -> tuple[float, float]:
    """Spearman's rank correlation of slants with those of the hand labels, and their mean absolute error."""
    ours, theirs = np.array([(s.slant, by_hand) for s, by_hand in pairs]).T
    return float(spearmanr(ours, theirs).statistic), float(np.abs(ours - theirs).mean())


if __name__ == "__main__":
    main()
