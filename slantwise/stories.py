"""Which articles tell the same story. Knows nothing of models, stances or files.

Articles are alike as their leads use the same rare words: TF-IDF over the first 400 words, the title among them,
without the target's own names, cosine similarity. Articles more than three days apart are not alike at all; an article
without a date that can be read is compared by text alone. Stories are the clusters of average-link clustering at a
mean similarity of `ALIKE` (scikit-learn): single links would chain one story to the next, since follow-ups share their
words. A cluster lies within one connected part of the graph of articles that are that alike, so the graph is built
sparse, window by window, and each part is clustered alone.

Of an article at most 400 word numbers and counts are kept, 3.2 kB, never its text. A part of more than `LARGEST`
articles is cut along its weaker links first; clustering takes 16 bytes a pair of articles within a part.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, HashingVectorizer, TfidfTransformer

from slantwise.records import Article
from slantwise.slant import day_of

# benchmarks/stories.py has what other values give.
LEAD_WORDS = 400
WINDOW_DAYS = 3
ALIKE = 0.15
LARGEST = 4_000
_STEP = 0.05
_SAME = 1.0 - 1e-6
_BLOCK = 512

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class StoryTexts:
    """Takes in articles one by one; says at the end which tell the same story."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """`names` are the target's: they are in all articles about it and tell no story from another."""
        of_target = {word for name in names for word in name.casefold().split()}
        self._vectorizer = HashingVectorizer(
            n_features=2**20, alternate_sign=False, norm=None, stop_words=sorted(ENGLISH_STOP_WORDS | of_target)
        )
        self._words = array("i")
        self._counts = array("f")
        self._ends = array("q", [0])
        self._days = array("d")

    def add(self, article: Article) -> bool:
        """Take in an article; whether it has a date that can be read."""
        lead = " ".join(f"{article.title} {article.text}".split(maxsplit=LEAD_WORDS)[:LEAD_WORDS])
        row = self._vectorizer.transform([lead])
        self._words.extend(row.indices.tolist())
        self._counts.extend(row.data.tolist())
        self._ends.append(len(self._words))
        day = day_of(article.date)
        self._days.append(float("nan") if day is None else day.toordinal())
        return day is not None

    def labels(self, alike: float = ALIKE) -> Ints:
        """The story of each article in the order they came in, (articles,), numbered from 0."""
        if not self._days:
            return np.zeros(0, dtype=np.int64)
        # Views: the transformer makes the one copy that is needed.
        arrays = (np.frombuffer(self._counts, "f"), np.frombuffer(self._words, "i"), np.array(self._ends))
        counts = csr_array(arrays, shape=(len(self._days), 2**20))
        vectors = csr_array(TfidfTransformer(sublinear_tf=True).fit_transform(counts))
        return cluster(vectors, np.array(self._days), alike)


def cluster(vectors: csr_array, days: Floats, alike: float = ALIKE, window: float = WINDOW_DAYS) -> Ints:
    """Average-link clusters of unit vectors, (n, words), no pair further apart than `window` days counting as alike.

    `days` is (n,), NaN where there is no date. Two clusters are one while their mean similarity is at least `alike`.
    """
    order = np.argsort(days, kind="stable")  # NaN comes last
    labels = np.empty(len(days), dtype=np.int64)
    labels[order] = _clustered(vectors[order], days[order], alike, window)
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _clustered(vectors: csr_array, days: Floats, alike: float, window: float) -> Ints:
    links = _links(vectors, days, alike, window)
    labels = np.arange(len(days))
    waiting = [(np.arange(len(days)), alike)]
    while waiting:
        members, least = waiting.pop()
        within = links[members][:, members]
        within.data[within.data < least] = 0.0
        within.eliminate_zeros()
        parts = connected_components(within, directed=False)[1]
        ends = np.flatnonzero(np.diff(np.sort(parts))) + 1
        for part in np.split(members[np.argsort(parts, kind="stable")], ends):
            if len(part) > LARGEST and least < _SAME:
                waiting.append((part, min(least + _STEP, _SAME)))
            elif len(part) > LARGEST:
                labels[part] = part[0]
            elif len(part) > 1:
                labels[part] = part[_average_link(vectors[part], days[part], alike, window)]
    return labels


def _links(vectors: csr_array, days: Floats, alike: float, window: float) -> csr_array:
    """The similarities of at least `alike` within the window, (n, n), upper triangle; `days` ascending, NaN last."""
    count, dated = len(days), int(np.isfinite(days).sum())
    rows, columns, values = [], [], []
    for start in range(0, count, _BLOCK):
        end = min(start + _BLOCK, count)
        last = int(np.searchsorted(days[:dated], days[min(end, dated) - 1] + window, "right")) if start < dated else 0
        others = np.concatenate([np.arange(start, max(last, start)), np.arange(max(dated, last, start), count)])
        found = (vectors[start:end] @ vectors[others].T).tocoo()
        row, column = found.row + start, others[found.col]
        near = ~(np.abs(days[row] - days[column]) > window)
        kept = (found.data >= alike) & (row < column) & near
        rows.append(row[kept])
        columns.append(column[kept])
        values.append(found.data[kept])
    place = (np.concatenate(rows), np.concatenate(columns))
    return csr_array(coo_array((np.concatenate(values), place), shape=(count, count)))


def _average_link(vectors: csr_array, days: Floats, alike: float, window: float) -> Ints:
    """The place of the first member of each one's cluster, (n,)."""
    distance = 1.0 - np.clip((vectors @ vectors.T).toarray(), 0.0, 1.0)
    distance[np.abs(days[:, None] - days) > window] = 1.0
    # A hair above, so that similarities of exactly `alike` count, as they do in the graph.
    limit = 1.0 - alike + 1e-9
    linked = AgglomerativeClustering(None, metric="precomputed", linkage="average", distance_threshold=limit)
    _, first, inverse = np.unique(linked.fit_predict(distance), return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)
