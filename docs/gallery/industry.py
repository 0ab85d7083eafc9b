# %% [markdown]
# # One industry's scandal in six outlets
#
# Several companies of one affair, and how each outlet leans toward each of them. What it needs:
#
# - to run at once: nothing. It reads the articles the project carries on an invented affair of the steel trade, a dozen
#   articles in six invented outlets.
# - to be worth reading: a corpus of your own, `python docs/gallery/industry.py --articles news.jsonl.gz`, with `text`,
#   `outlet` and maybe `title`, `date`, `url`, and companies to go with it, `--company FTX "Sam Bankman-Fried" Alameda`
#   (the name, then its other names; the flag may be repeated). The figures in `crypto-figures.md` are made so.
#
# It writes `industry.csv`, `industry.md` and a picture for each company into `--output`.

# %%
import argparse
from collections.abc import Iterable
from pathlib import Path

import pandas

from slantwise import Article, InputError, OutletSlant, StanceClassifier, Target, read_articles, score_outlets
from slantwise.corpus import carried_articles
from slantwise.integrations.frames import slants_frame
from slantwise.report.charts import intervals
from slantwise.report.drawing import draw
from slantwise.report.figures import interval, letters, remark, signed
from slantwise.report.words import Facts, citation, lede, plot_note
from slantwise.slant import estimand

parser = argparse.ArgumentParser()
parser.add_argument("--articles", nargs="+", metavar="PATH")
parser.add_argument("--company", nargs="+", action="append", metavar="NAME")
parser.add_argument("--output", type=Path, default=Path("gallery"))
given, _ = parser.parse_known_args()
given.output.mkdir(parents=True, exist_ok=True)

# %% [markdown]
# ## The companies and the articles
# A company is a `Target`: its name, and what else the texts call it. One reading of the articles for each company keeps
# memory small however many there are; an article that does not name the company costs nothing.

# %%
STEEL = [Target("Orlock Steel", ("Orlock", "Stahl", "Vaas")), Target("Palisander Trading", ("Palisander", "Manotte"))]
companies = [Target(name, tuple(aliases)) for name, *aliases in given.company or ()]
if given.articles and not companies:
    parser.error("--articles needs --company NAME, once for each company to score")
companies = companies or STEEL
# A figure of fewer articles says little, and is left out of the table for a corpus that has more.
FEWEST = 5 if given.articles else 1


def articles_on(company: Target) -> Iterable[Article]:
    """The articles to read for a company."""
    return read_articles(given.articles) if given.articles else carried_articles(company)


# %% [markdown]
# ## Scoring
# Copies of one text in several outlets together weigh as much as one (`wire="once"`): a trade in which many print the
# same agency text would else count it as many opinions.

# %%
classifier = StanceClassifier.from_pretrained()
scored: dict[str, list[OutletSlant]] = {}
for company in companies:
    try:
        slants = score_outlets(articles_on(company), company, classifier, wire="once")
    except InputError as problem:
        print(f"{company.name}: {problem}")
        continue
    scored[company.name] = [s for s in slants if s.articles >= FEWEST]
    print(lede(company.name, scored[company.name]))

# %% [markdown]
# ## The table
# A row an outlet, a column a company: slant, interval, number of articles, and the letters that outlets share which
# cannot be told apart for that company. All differences between the outlets of one company are tested at once; those
# between companies are not, so do not read the table across.

# %%
outlets = sorted({s.outlet for slants in scored.values() for s in slants})
cells = {
    company: {
        s.outlet: f"{signed(s.slant)} ({interval(s.low, s.high)}){remark(s)} n={s.articles} {letters(s)}"
        for s in slants
    }
    for company, slants in scored.items()
}
table = pandas.DataFrame({company: [of.get(o, "–") for o in outlets] for company, of in cells.items()}, index=outlets)
print(table.to_string())

figures = [slants_frame(slants).assign(company=company) for company, slants in scored.items() if slants]
pandas.concat(figures).to_csv(given.output / "industry.csv", index=False)

lines = ["| outlet | " + " | ".join(scored) + " |", "| --- |" + " --- |" * len(scored)]
lines += [
    f"| {outlet.replace(chr(124), chr(92) + chr(124))} | " + " | ".join(table.loc[outlet]) + " |" for outlet in outlets
]
means = estimand("article", 0.95, "once")
cites = [citation(c, slants, Facts(c, classifier.name, means)) for c, slants in scored.items() if slants]
notes = ["¹ One article: the interval is of its sentences.", "² Fewer than five sentences: no interval."]
(given.output / "industry.md").write_text("\n".join([*lines, "", *notes, "", *cites, ""]), encoding="utf-8")

# %% [markdown]
# ## The pictures

# %%
for company, slants in scored.items():
    if slants:
        path = given.output / f"industry-{'-'.join(company.lower().split())}.svg"
        note = plot_note(Facts(company, classifier.name, means), slants)
        draw(intervals(slants), path, f"Slant toward {company}", note)
        print(f"written: {path}")
