"""Labels that are likely wrong: where a model that never saw them is sure of another one (confident learning)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from slantwise.annotation.agreement import Gold
from slantwise.records import STANCES, InputError, Judgement, Stance

# With fewer of a stance what the model says of that stance's sentences cannot be told.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class LikelyError:
    """A label to look at again: what the model says instead, and the label's quality, from 0 (worst) to 1."""

    gold: Gold
    suggested: Stance
    quality: float


def likely_errors(gold: Sequence[Gold], judgements: Sequence[Judgement]) -> list[LikelyError]:
    """The labels that cleanlab takes for wrong, worst first (Northcutt, Jiang and Chuang 2021).

    `judgements` are of the same sentences, in order, by a model that did not learn from the labels. Undecided sentences
    and stances with fewer than five labels are not looked at. Raises InputError without the extra.
    """
    try:
        from cleanlab.filter import find_label_issues
        from cleanlab.rank import get_label_quality_scores
    except ImportError:
        raise InputError(
            "likely label errors need the extra 'annotate'; install it: pip install 'slantwise[annotate]'"
        ) from None
    given = [g.stance for g in gold]
    kept = [s for s in STANCES if given.count(s) >= FEWEST]
    places = [i for i, stance in enumerate(given) if stance in kept]
    if len(kept) < 2:
        return []
    columns = [STANCES.index(s) for s in kept]
    probabilities = np.array([judgements[i].stance_probabilities for i in places])[:, columns].clip(1e-6)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    labels = np.array([kept.index(s) for i in places if (s := given[i])])
    wrong = find_label_issues(labels, probabilities, filter_by="both", n_jobs=1)
    quality = get_label_quality_scores(labels, probabilities)
    found = [
        LikelyError(gold[places[i]], judgements[places[i]].stance, float(quality[i])) for i in np.flatnonzero(wrong)
    ]
    return sorted(found, key=lambda e: e.quality)
