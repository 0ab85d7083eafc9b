"""Whether the matched comparison finds how outlets tell stories, when they cover different ones.

python benchmarks/matched.py                     a table for each design, two minutes
python benchmarks/matched.py --runs 100          faster and rougher

Simulated outlets have a telling each (standard deviation 0.15) and prefer stories of their own kind: the more accusing
an outlet's telling, the better the news it chooses, so that choice hides telling. An article's sentences get scores
around outlet + story + article, with a spread of their own; 8 of them make an article's mean. Truth is the outlet's telling less the average one's.
Printed are bias toward the truth (the slope of estimate on truth less 1, since errors of outlets sum to zero), RMSE,
and how often the 95% interval holds the truth, for the raw difference and the matched one.

Target: the matched comparison recovers the telling within 0.05 (RMSE, at 100 articles an outlet), and the raw does not.
"""

from __future__ import annotations

import argparse

import numpy as np

from slantwise.matched import compare

RUNS = 400
# Outlets, stories, articles an outlet.
DESIGNS = [(6, 30, 5), (6, 60, 20), (6, 200, 100), (20, 100, 20), (20, 300, 100), (100, 600, 20)]
SPREAD_OF_TELLING, SPREAD_OF_STORIES, SPREAD_OF_ARTICLES, SPREAD_OF_SENTENCES = 0.15, 0.25, 0.15, 0.5
SENTENCES = 8
CHOICE = 1.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS)
    given = parser.parse_args()
    print(
        "| outlets | stories | articles an outlet | raw bias | raw RMSE | bias | RMSE | coverage | width | with interval |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for outlets, stories, articles in DESIGNS:
        runs = max(1, given.runs // max(1, outlets // 20))
        found = [
            once(outlets, stories, articles, np.random.default_rng((outlets, articles, run))) for run in range(runs)
        ]
        truth, raw, telling, low, high, firm = (np.concatenate(x) for x in zip(*found, strict=True))
        held = ((low <= truth) & (truth <= high))[firm]
        row = [slope(truth, raw), rmse(truth, raw), slope(truth, telling), rmse(truth, telling), held.mean()]
        row += [(high - low)[firm].mean(), firm.mean()]
        print(f"| {outlets} | {stories} | {articles} | " + " | ".join(f"{x:.3f}" for x in row) + " |", flush=True)


def once(outlets: int, stories: int, articles: int, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """One simulated world: truth, raw difference, matched difference, its interval, whether it has one; (outlets,)."""
    telling = random.normal(0, SPREAD_OF_TELLING, outlets)
    story = random.normal(0, SPREAD_OF_STORIES, stories)
    taste = -CHOICE * telling / SPREAD_OF_TELLING
    draws = []
    for outlet in range(outlets):
        liking = np.exp(taste[outlet] * story / SPREAD_OF_STORIES)
        draws.append(random.choice(stories, min(articles, stories), replace=False, p=liking / liking.sum()))
    of_outlet = np.repeat(np.arange(outlets), [len(d) for d in draws])
    of_story = np.concatenate(draws)
    mean = telling[of_outlet] + story[of_story] + random.normal(0, SPREAD_OF_ARTICLES, len(of_story))
    mean += random.normal(0, SPREAD_OF_SENTENCES / np.sqrt(SENTENCES), len(mean))
    scores = np.clip(mean, -1, 1)
    found = compare(of_outlet, of_story, scores, np.ones(len(scores)), 0.95)
    own = np.array(sorted(found))
    raw = np.bincount(of_outlet, scores, outlets)[own] / np.bincount(of_outlet, minlength=outlets)[own]
    matched = [found[o] for o in own]
    firm = np.array([m.enough for m in matched])
    centred = firm if firm.any() else np.ones_like(firm)
    truth = telling[own] - telling[own][centred].mean()
    values = (np.array([getattr(m, name) for m in matched]) for name in ("telling", "low", "high"))
    return truth, raw - raw[centred].mean(), *values, firm


def slope(truth: np.ndarray, found: np.ndarray) -> float:
    """The slope of the estimates on the truth, less 1: 0 without bias, −1 where nothing of the truth is left."""
    return float(truth @ found / (truth @ truth)) - 1


def rmse(truth: np.ndarray, found: np.ndarray) -> float:
    """The root of the mean squared error."""
    return float(np.sqrt(np.mean((found - truth) ** 2)))


if __name__ == "__main__":
    main()
