# %% [markdown]
# # One company in five outlets
#
# How five outlets lean toward Facebook in two affairs of 2018, in articles that the project carries. The events are
# documented, the outlets and the articles invented; the model has not read them. Runs as it is; `--output` says where
# `one-company.svg`, `one-company.csv` and `one-company.html` go.

# %%
import argparse
from pathlib import Path

from slantwise import Article, Judgement, Sentence, StanceClassifier, Target, score_outlets
from slantwise.corpus import carried_articles
from slantwise.integrations.frames import slants_frame
from slantwise.report import Facts, Reporting, print_details, print_slants
from slantwise.report.words import citation, lede
from slantwise.slant import estimand

parser = argparse.ArgumentParser()
parser.add_argument("--output", type=Path, default=Path("gallery"))
given, _ = parser.parse_known_args()
given.output.mkdir(parents=True, exist_ok=True)

OUTLETS = ["Daily Clamour", "The Plain Dissent", "Counter and Ledger", "Norvik Public Radio", "Corporate Lookout"]
company = Target.of("Facebook")

# %% [markdown]
# ## Scoring, with an eye on the sentences
# `on_judged` hands over every article with its judged sentences, so that a figure can be traced back to the words. Here
# the sentence that accuses most is kept of each outlet.

# %%
report = Reporting(given.output / "one-company.html", given.output / "one-company.svg")
strongest: dict[str, tuple[float, str]] = {}


def look(article: Article, judged: list[tuple[Sentence, Judgement]]) -> None:
    """Keep the most accusing sentence of an outlet, and everything for the report."""
    report.add(article, judged)
    for sentence, judgement in judged:
        found = (judgement.score, sentence.text)
        strongest[article.outlet] = min(strongest.get(article.outlet, found), found)


classifier = StanceClassifier.from_pretrained()
slants = score_outlets(carried_articles(company), company, classifier, OUTLETS, on_judged=look)

# %% [markdown]
# ## The table
# Every outlet has one article here, and the table says so (¹): its interval comes from resampling the article's
# sentences and says nothing of how the next article would lean.

# %%
means = estimand("article", 0.95)
print_slants(slants, company.name, means)
print_details(slants)
print(lede(company.name, slants))

# %% [markdown]
# ## What is behind it

# %%
for s in slants:
    score, text = strongest[s.outlet]
    print(f"{s.outlet} ({score:+.2f}): {text}")

# %% [markdown]
# ## To keep
# The picture, the figures, a page with every sentence, and the line to cite.

# %%
facts = Facts(company.name, classifier.name, means, aliases=tuple(company.aliases))
for path in report.write(slants, facts):
    print(f"written: {path}")
slants_frame(slants).to_csv(given.output / "one-company.csv", index=False)
print(citation(company.name, slants, facts))
