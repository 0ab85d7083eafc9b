"""Outlets compared within stories: how much of a slant is the choice of stories, how much the telling of them.

The model is y = telling(outlet) + story + rest, fitted by weighted least squares to article means (two-way fixed
effects; Abowd, Kramarz and Margolis 1999). Outlets are comparable only where stories connect them, straight or through
other outlets; the others get no figure. The intervals resample stories: the jackknife that leaves out one story at a
time (CV3; MacKinnon, Nielsen and Webb 2023), with Student's t for one degree of freedom fewer than the outlet shares
stories. A figure that hangs on a single story has no interval: the outlet must stay connected whichever story is left
out (the leave-one-out connected set; Kline, Saggio and Sølvsten 2020). "The average outlet" is the mean over those.

Knows nothing of models or texts: takes numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import networkx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from slantwise.intervals import t_interval
from slantwise.records import Estimate, MatchedSlant

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Sums by outlet and story, over cells in which there is an article; all (cells,)."""

    outlet: Ints
    story: Ints
    weight: Floats
    total: Floats
    articles: Ints


def compare(outlets: Ints, stories: Ints, scores: Floats, weights: Floats, level: float) -> dict[int, MatchedSlant]:
    """The matched slant of each outlet that stories connect with the most others; outlets not named have none.

    All are (articles,): outlet and story numbers from 0, mean scores in [−1, 1], weights above 0.
    """
    cells = _cells(outlets, stories, scores, weights)
    member = _connected(cells)
    if member is None:
        return {}
    cells = _narrowed(cells, member[cells.outlet])
    numbers, cells = _renumbered(cells)
    firm = _firm(cells)
    return dict(zip(numbers.tolist(), _fitted(cells, firm, level), strict=True))


def _cells(outlets: Ints, stories: Ints, scores: Floats, weights: Floats) -> _Cells:
    pairs, cell = np.unique(np.stack([outlets, stories]), axis=1, return_inverse=True)
    cell = cell.ravel()
    weight, total = (np.bincount(cell, x).astype(np.float64) for x in (weights, weights * scores))
    return _Cells(pairs[0], pairs[1], weight, total, np.bincount(cell))


def _narrowed(cells: _Cells, kept: NDArray[np.bool_]) -> _Cells:
    return _Cells(*(getattr(cells, name)[kept] for name in _Cells.__slots__))


def _renumbered(cells: _Cells) -> tuple[Ints, _Cells]:
    """The outlets' numbers, and the cells with outlets and stories numbered from 0."""
    numbers, outlet = np.unique(cells.outlet, return_inverse=True)
    _, story = np.unique(cells.story, return_inverse=True)
    return numbers, _Cells(outlet, story, cells.weight, cells.total, cells.articles)


def _connected(cells: _Cells) -> NDArray[np.bool_] | None:
    """Whether each outlet, by its number, is in the connected part with the most outlets; None if all stand alone.

    Of parts with equally many outlets the one with more articles is taken, then the one with the lowest number.
    """
    outlets, stories = int(cells.outlet.max(initial=-1)) + 1, int(cells.story.max(initial=-1)) + 1
    size = outlets + stories
    links = coo_array((np.ones(len(cells.outlet)), (cells.outlet, cells.story + outlets)), shape=(size, size))
    part = connected_components(links, directed=False)[1]
    present = np.unique(cells.outlet)
    of_part = np.bincount(part[present], minlength=1)
    articles = np.bincount(part[cells.outlet], cells.articles, minlength=len(of_part))
    best = max(range(len(of_part)), key=lambda p: (of_part[p], articles[p], -p), default=0)
    return part[:outlets] == best if of_part.max(initial=0) > 1 else None


def _firm(cells: _Cells) -> NDArray[np.bool_]:
    """Whether each outlet stays connected with the most others whichever one story is left out, (outlets,)."""
    outlets = int(cells.outlet.max()) + 1
    graph = networkx.Graph()
    graph.add_edges_from(zip(cells.outlet.tolist(), (cells.story + outlets).tolist(), strict=True))
    # Of a block with a cycle, no one story parts the outlets; blocks that meet in an outlet belong together.
    blocks = [[n for n in b if n < outlets] for b in networkx.biconnected_components(graph) if len(b) > 2]
    together = networkx.Graph()
    for block in blocks:
        networkx.add_path(together, block)
    parts = sorted(map(sorted, networkx.connected_components(together)), key=lambda p: (-len(p), p))
    firm = np.zeros(outlets, dtype=bool)
    firm[parts[0] if parts else []] = True
    return firm


def _fitted(cells: _Cells, firm: NDArray[np.bool_], level: float) -> list[MatchedSlant]:
    # Where nothing is firm, the average is over all that are connected, and nothing has an interval.
    reference = firm if firm.any() else np.ones_like(firm)
    outlets = len(firm)
    story_weight, story_total = np.bincount(cells.story, cells.weight), np.bincount(cells.story, cells.total)
    weight, total = np.bincount(cells.outlet, cells.weight), np.bincount(cells.outlet, cells.total)
    # The normal equations of the outlets' effects, stories swept out; the effects sum to zero.
    share = csr_array((cells.weight, (cells.outlet, cells.story)))
    swept = share / np.sqrt(story_weight)
    inner = np.diag(weight) - (swept @ swept.T).toarray()
    inverse = np.linalg.inv(inner + 1.0 / outlets) - 1.0 / outlets
    excess = cells.total - cells.weight * (story_total / story_weight)[cells.story]
    effect = inverse @ np.bincount(cells.outlet, excess)
    raw = total / weight
    telling = effect - effect[reference].mean()
    grand = float(raw[reference].mean())
    selection = raw - grand - telling
    told = np.bincount(cells.story)  # by how many outlets
    spread = _jackknife(cells, inverse, effect, excess, reference, told)
    stories, shared = (np.bincount(o, minlength=outlets) for o in (cells.outlet, cells.outlet[told[cells.story] > 1]))
    matched = np.bincount(cells.outlet, cells.articles * (told[cells.story] > 1))
    found = []
    for o in range(outlets):
        of_telling, of_selection = (
            _interval(float(x[o]), float(error[o]), int(shared[o]) - 1 if firm[o] else 0, level)
            for x, error in zip((telling, selection), spread, strict=True)
        )
        found.append(
            MatchedSlant(
                telling=float(telling[o]),
                low=of_telling.low,
                high=of_telling.high,
                selection=float(selection[o]),
                selection_low=of_selection.low,
                selection_high=of_selection.high,
                grand=grand,
                stories=int(stories[o]),
                shared_stories=int(shared[o]),
                matched_articles=int(matched[o]),
                enough=bool(firm[o]),
            )
        )
    return found


def _interval(centre: float, error: float, freedom: int, level: float) -> Estimate:
    """The interval of a difference, the whole range without a degree of freedom; it always holds its figure.

    Where few stories join outlets, differences add up along the chain and can leave [−2, 2].
    """
    bound = max(2.0, abs(centre))
    return t_interval(centre, error, freedom, level, bound) if freedom else Estimate(centre, -bound, bound)


def _jackknife(
    cells: _Cells, inverse: Floats, effect: Floats, excess: Floats, reference: NDArray[np.bool_], told: Ints
) -> tuple[Floats, Floats]:
    """The standard errors of telling and selection, (outlets,) each: one story left out at a time."""
    outlets, stories = len(effect), len(told)
    weight, total = np.bincount(cells.outlet, cells.weight), np.bincount(cells.outlet, cells.total)
    raw = total / weight
    rest = weight[cells.outlet] - cells.weight
    without = np.divide(total[cells.outlet] - cells.total, rest, out=raw[cells.outlet], where=rest > 1e-12)
    moved = without - raw[cells.outlet]
    count = int(reference.sum())
    # What a story that one outlet alone tells changes: that outlet's raw slant, and so the average of all.
    alone = told[cells.story] == 1
    own = np.bincount(cells.outlet[alone], moved[alone] ** 2, minlength=outlets)
    others = own[reference].sum() - own * reference
    of_selection = np.where(reference, own * (1 - 1 / count) ** 2, own) + others / count**2
    of_telling = np.zeros(outlets)
    order = np.argsort(cells.story, kind="stable")
    for of_story in np.split(order, np.cumsum(told)[:-1]):
        if len(of_story) < 2:
            continue
        at, w = cells.outlet[of_story], cells.weight[of_story]
        part = np.diag(w) - np.outer(w, w) / w.sum()
        score = excess[of_story] - part @ effect[at]
        solved = np.linalg.lstsq(np.eye(len(at)) - part @ inverse[np.ix_(at, at)], score, rcond=1e-10)[0]
        change = -inverse[:, at] @ solved
        change -= change[reference].mean()
        raw_change = np.zeros(outlets)
        raw_change[at] = moved[of_story]
        of_telling += change**2
        of_selection += (raw_change - raw_change[reference].mean() - change) ** 2
    shared = max(int((told > 1).sum()), 1)
    return np.sqrt(of_telling * (shared - 1) / shared), np.sqrt(of_selection * (stories - 1) / stories)


def numbered(names: Sequence[str]) -> tuple[list[str], Ints]:
    """The different names in the order they first occur, and the number of each given one."""
    different = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return list(different), np.array([different[name] for name in names], dtype=np.int64)
