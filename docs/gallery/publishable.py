# %% [markdown]
# # Labels, correction and a publishable table
#
# A slant's plain interval does not cover the model's errors; hand labels of a drawn sample do. This script draws
# articles, labels their sentences, corrects the slants by prediction-powered inference, and writes a table to print:
# LaTeX, CSV and Markdown, with interval, n, estimand and the line to cite.
#
# It runs as it is. **The labels are simulated**: they are the gold labels that the project's articles carry, which
# stand in for yours. With labels of your own, whose form is described in `slantwise/labels.py`, give them and your
# articles: `python docs/gallery/publishable.py --articles news.jsonl --target Acme --labels labels.jsonl`.

# %%
import argparse
import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas

from slantwise import Article, OutletSlant, Sentence, StanceClassifier, Target, read_articles, score_outlets
from slantwise.carried import carried
from slantwise.corpus import carried_articles
from slantwise.pipeline import judge_articles
from slantwise.records import Part
from slantwise.repeats import RememberingJudge
from slantwise.report.figures import interval, remark, signed
from slantwise.report.words import Facts, citation
from slantwise.slant import estimand

parser = argparse.ArgumentParser()
parser.add_argument("--articles", nargs="+", metavar="PATH")
parser.add_argument("--target", default="Facebook", metavar="NAME")
parser.add_argument("--alias", nargs="+", default=[], metavar="NAME")
parser.add_argument("--labels", type=Path, metavar="FILE")
parser.add_argument("--output", type=Path, default=Path("gallery"))
given, _ = parser.parse_known_args()
if given.articles and not given.labels:
    parser.error("--articles needs --labels: only the carried articles have labels to simulate with")
given.output.mkdir(parents=True, exist_ok=True)
target = Target.of(given.target, given.alias)
classifier = StanceClassifier.from_pretrained()
# The articles are gone through several times and judged once.
judge = RememberingJudge(classifier)

# %% [markdown]
# ## Drawing the sample
# Whole articles are drawn, each with the same probability, and every sentence of theirs that the classifier counts is
# labelled. The probability goes with each label: that is what makes the correction hold for all articles.

# %%
PROBABILITY = 0.7
SEED = 1


def articles() -> Iterable[Article]:
    """The articles, read anew each time."""
    return read_articles(given.articles) if given.articles else carried_articles(target)


def gold(article: Article) -> list[tuple[int, int, str]]:
    """The carried gold labels of an article toward the target, by their place in its text."""
    found, place = [], 0
    number = int(article.origin.rsplit("line ", 1)[1])
    row = json.loads(carried("data/test.jsonl").read_text(encoding="utf-8").splitlines()[number - 1])
    for sentence in row["sentences"]:
        if sentence["part"] == "body":
            start = article.text.index(sentence["text"], place)
            place = start + len(sentence["text"])
            found += [(start, place, x["stance"]) for x in sentence["labels"] if x["target"] == target.name]
    return found


def label_of(sentence: Sentence, labels: list[tuple[int, int, str]]) -> str:
    """The gold label that covers most of a sentence; neutral where there is none."""
    shared = [(min(end, sentence.end) - max(start, sentence.start), stance) for start, end, stance in labels]
    most, stance = max(shared, default=(0, "neutral"))
    return stance if most > 0 else "neutral"


labels_file = given.labels or given.output / "publishable-labels.jsonl"
if given.labels is None:
    rng = np.random.default_rng(SEED)
    rows = []
    for article, judged in judge_articles(articles(), target, judge):
        if rng.random() < PROBABILITY:
            sha256, known = hashlib.sha256(article.text.encode()).hexdigest(), gold(article)
            rows += [
                {
                    "sha256": sha256,
                    "start": sentence.start,
                    "end": sentence.end,
                    "stance": label_of(sentence, known),
                    "probability": PROBABILITY,
                    "target": target.name,
                }
                for sentence, _ in judged
                if sentence.part is Part.BODY
            ]
    labels_file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    print(f"{len(rows)} simulated labels in {labels_file}")

# %% [markdown]
# ## Correcting
# Each outlet here has one article, too few to be corrected by its own labels: its correction takes the error on all
# labels (`pooled`), assuming that the classifier errs on this outlet as it does on the others. Read as one outlet, all
# articles are enough for a correction of their own, which assumes nothing of the kind.

# %%
slants = score_outlets(articles(), target, judge, labels=labels_file)
together = score_outlets((replace(a, outlet="All outlets") for a in articles()), target, judge, labels=labels_file)


def row(s: OutletSlant) -> dict[str, str | int]:
    """What is printed of an outlet."""
    correction = s.correction
    corrected = correction.corrected if correction else None
    return {
        "Outlet": s.outlet,
        "Slant": signed(s.slant),
        "95% interval": interval(s.low, s.high) + remark(s),
        "Corrected": signed(corrected.slant) if corrected else "–",
        "95% interval, corrected": interval(corrected.low, corrected.high) if corrected else "–",
        "By": correction.rectifier if correction else "none",
        "Articles": s.articles,
        "Sentences": s.sentences,
        "Labelled": correction.sentences if correction else 0,
    }


table = pandas.DataFrame([row(s) for s in [*slants, *together]])
print(table.to_string(index=False))

# %% [markdown]
# With simulated labels the answer is known: what the gold labels of all articles come to. With your own it is not, and
# the corrected interval is all there is to go by.

# %%
if given.labels is None:
    scores = {"accusatory": -1, "neutral": 0, "defending": 1}
    means_of_articles = [
        np.mean([scores[label_of(s, gold(article))] for s, _ in judged if s.part is Part.BODY])
        for article, judged in judge_articles(articles(), target, judge)
        if judged
    ]
    print(f"All articles, by the gold labels of all their sentences: {signed(float(np.mean(means_of_articles)))}")

# %% [markdown]
# ## The table, three times
# The note says what the figures are; the line to cite says by what they were measured. Neither is left off.

# %%
means = estimand("article", 0.95)
whose = "Simulated labels: the articles' gold labels. " if given.labels is None else ""
note = (
    f"Slant: {means}. Corrected: the slant that the labels would give for all articles, by prediction-powered "
    "inference; its interval also covers the model's errors. By: the labels that an outlet is corrected with, its own "
    f"or those of all (pooled). {whose}¹ One article: the interval is of its sentences. ² Fewer than five sentences: "
    "no interval."
)
cite = citation(target.name, slants, Facts(target.name, classifier.name, means))

table.to_csv(given.output / "publishable.csv", index=False)

cells = [[str(cell).replace("|", r"\|") for cell in line] for line in [list(table.columns), *table.values.tolist()]]
lines = ["| " + " | ".join(line) + " |" for line in cells]
lines.insert(1, "| --- | " + "--: | " * (len(table.columns) - 1))
(given.output / "publishable.md").write_text("\n".join([*lines, "", note, "", cite, ""]), encoding="utf-8")

latex = table.to_latex(
    index=False,
    escape=True,
    caption=f"Slant of outlets toward {target.name}.",
    label="tab:slant",
    column_format="lrrrrlrrr",
)
footnote = pandas.DataFrame({"note": [f"{note} {cite}"]}).to_latex(index=False, header=False, escape=True)
footnote = next(line for line in footnote.splitlines() if line.startswith("Slant")).removesuffix(r" \\")
latex = latex.replace(r"\end{table}", "\\par\\smallskip\\footnotesize " + footnote + "\n\\end{table}")
marks = {"−": "$-$", "…": r"\ldots{}", "¹": r"\textsuperscript{1}", "²": r"\textsuperscript{2}", "–": "--"}
latex = "".join(marks.get(character, character) for character in latex)
(given.output / "publishable.tex").write_text(latex, encoding="utf-8")
for ending in ("csv", "md", "tex"):
    print(f"written: {given.output / f'publishable.{ending}'}")
print(cite)
