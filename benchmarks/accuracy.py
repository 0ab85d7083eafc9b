"""How right a model is, beside the most frequent stance and a sentiment lexicon (VADER), on the same sentences.

python benchmarks/accuracy.py                                        on the test split of data/
python benchmarks/accuracy.py --sets company-news-dev.jsonl          also on labelled sets of your own
python benchmarks/accuracy.py --real-articles FOLDER                 also on the five real articles, if you have them
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

import numpy as np
from scipy.stats import spearmanr
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from slantwise import StanceClassifier, Target, read_articles
from slantwise.cards import write_card
from slantwise.corpus import Example, known_outlets, load_examples, load_split, load_standoff
from slantwise.metrics import accuracy, calibration_error, interval, macro_f1, per_stance
from slantwise.pipeline import judge_articles, score_outlets
from slantwise.records import STANCES, Judgement, Part, Stance
from slantwise.sentences import split_article

Judge = Callable[[Sequence[Example]], list[Judgement]]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a model folder; by default the released model")
    parser.add_argument("--sets", nargs="*", default=[], type=Path, metavar="PATH")
    parser.add_argument("--real-articles", type=Path, metavar="FOLDER")
    parser.add_argument("--card", type=Path, metavar="FOLDER", help="the model folder whose card gets the tables")
    given = parser.parse_args()
    classifier = StanceClassifier.from_pretrained(given.model)
    sets = {"data/test.jsonl": load_split("test")} | {
        "/".join(path.parts[-2:]): load_examples(path) for path in given.sets
    }
    if given.real_articles:
        sets["five real articles"] = load_standoff(given.real_articles)
    lines = against_peers(classifier, sets)
    if given.real_articles:
        lines += by_outlet(classifier, sets["five real articles"])
        lines += about_facebook(classifier, given.real_articles)
        lines += outlets_slant(classifier, given.real_articles, sets["five real articles"])
    lines += plain_cases(classifier)
    print("\n".join(lines))
    if given.card:
        report = json.loads((given.card / "training.json").read_text())
        calibration = json.loads((given.card / "calibration.json").read_text())
        write_card(given.card, report, calibration, further="\n".join(lines))


def against_peers(classifier: StanceClassifier, sets: dict[str, list[Example]]) -> list[str]:
    """Stance macro-F1 with its interval, F1 per stance, voice accuracy and calibration error, on each set."""
    header = (
        "| measured on | judge | sentences | macro-F1 (95% interval) | accusatory | neutral | defending | voice | ECE |"
    )
    lines = ["### Beside its peers", "", header, "|---|---|---|---|---|---|---|---|---|"]
    for name, examples in sets.items():
        gold = [e.stance for e in examples]
        judged = judge(classifier, examples)
        lines.append(row(name, "slantwise", gold, [j.stance for j in judged], *extras(examples, judged)))
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


# Sentences of our own that anyone would label alike: target, sentence, stance.
PLAIN = (
    ("Acme", "Regulators accused Acme of misleading customers and hiding the defect for years.", Stance.ACCUSATORY),
    ("Acme", "The lawsuit says Acme lied about the safety of its product.", Stance.ACCUSATORY),
    ("Acme", "Acme quietly siphoned its customers' messages into its advertising machine.", Stance.ACCUSATORY),
    ("Acme", "The hospital stopped buying from Acme because of how it treats its workers.", Stance.ACCUSATORY),
    ("Acme", "Acme claims that nobody was hurt, though the hospital's records say otherwise.", Stance.ACCUSATORY),
    ("Acme", "Acme has its headquarters in the capital and employs 4,000 people.", Stance.NEUTRAL),
    ("Acme", "Shares in Acme fell 12 percent after it missed its forecast.", Stance.NEUTRAL),
    ("Acme", "Acme declined to comment.", Stance.NEUTRAL),
    ("Acme", "Acme accused its rival Bolt of stealing the design.", Stance.NEUTRAL),
    ("Acme", "The crash, which killed four people, was reported first by Acme News.", Stance.NEUTRAL),
    ("Acme", "Acme denied the allegations and said it had followed the law.", Stance.DEFENDING),
    ("Acme", '"We take the safety of our customers seriously and acted at once," Acme said.', Stance.DEFENDING),
    ("Acme", "The judge threw out the case and said there was no evidence against Acme.", Stance.DEFENDING),
    ("Acme", "Doctors praised Acme for recalling the pump before anyone was harmed.", Stance.DEFENDING),
    ("Acme", "Acme defrauded its customers, the judge found, while Bolt behaved responsibly.", Stance.ACCUSATORY),
    ("Bolt", "Acme defrauded its customers, the judge found, while Bolt behaved responsibly.", Stance.DEFENDING),
    ("Acme", "What a triumph for Acme: only half of its trains were cancelled this week.", Stance.ACCUSATORY),
    ("Acme", "If the tests are right, Acme sold the pump knowing that it leaked.", Stance.ACCUSATORY),
    ("Acme", "Nobody suggests that Acme knew of the leak.", Stance.DEFENDING),
)


def plain_cases(classifier: StanceClassifier) -> list[str]:
    """Which plain cases the model gets wrong: its known failures, in sentences of our own."""
    lines = [
        "",
        "### Known failures",
        "",
        f"Of {len(PLAIN)} plain sentences of our own it gets these wrong:",
        "",
        "| target | sentence | should be | is |",
        "|---|---|---|---|",
    ]
    for target, sentence, stance in PLAIN:
        judged = classifier.predict([sentence], target)[0]
        if judged.stance is not stance:
            lines.append(
                f"| {target} | {sentence} | {stance} | {judged.stance} ({judged.probabilities[judged.stance]:.2f}) |"
            )
    return lines


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
    score = {Stance.ACCUSATORY: -1, Stance.NEUTRAL: 0, Stance.DEFENDING: 1}
    labelled: dict[str, list[int]] = defaultdict(list)
    for e in examples:
        if e.about and Part.HEADLINE not in e.tags:
            labelled[e.outlet].append(score[e.stance])
    articles = read_articles([folder], known_outlets=known_outlets(), outlet="unknown")
    lines = [
        "",
        "### Their outlets' slant",
        "",
        "| outlet | slant | 95% interval | sentences | slant by hand labels |",
        "|---|---|---|---|---|",
    ]
    pairs = []
    for s in score_outlets(articles, "Facebook", classifier):
        by_hand = float(np.mean(labelled[s.outlet]))
        pairs.append((s.slant, by_hand))
        lines.append(f"| {s.outlet} | {s.slant:+.2f} | {s.low:+.2f} … {s.high:+.2f} | {s.sentences} | {by_hand:+.2f} |")
    ours, theirs = np.array(pairs).T
    lines += [
        "",
        f"Spearman's rank correlation {spearmanr(ours, theirs).statistic:.2f}, mean absolute error {np.abs(ours - theirs).mean():.3f}.",
    ]
    return lines


if __name__ == "__main__":
    main()
