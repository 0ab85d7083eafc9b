"""Data frames in, data frames out: pandas, Polars, PyArrow and whatever else narwhals knows, each answered in its kind.

judged = judge_frame(sentences, "Acme")        # a row a sentence; stance, voice, score and probabilities added
outlets = score_frame(articles, "Acme")        # a row an article in, a row an outlet out
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import narwhals as nw

from slantwise.articles import articles_of_rows
from slantwise.articles.columns import Columns
from slantwise.articles.rejections import OnReject, warn
from slantwise.classifier import StanceClassifier
from slantwise.integrations.rows import column_of, eager_frame, named_rows, rows_of
from slantwise.pipeline import score_outlets
from slantwise.records import STANCES, InputError, Judgement, OutletSlant
from slantwise.report.figures import as_rows
from slantwise.targets import Target

# The columns that `judge_frame` adds, before their prefix.
JUDGED = ("stance", "voice", "score", *map(str, STANCES))
# Those of `score_frame` that are there only where they were asked for.
ON_REQUEST = ("period", "shrunk", "prior_shifted", "corrected", "labelled_", "wire", "telling", "selection")

Frame = TypeVar("Frame")


def judge_frame(
    frame: Frame,
    target: str | Target | None = None,
    classifier: StanceClassifier | None = None,
    *,
    sentence_column: str = "sentence",
    target_column: str | None = None,
    context_column: str | None = None,
    prefix: str = "",
    batch_size: int = 64,
    on_skip: Callable[[str], None] = lambda message: None,
) -> Frame:
    """The data frame with a judgement beside each of its sentences, in the same order and with the same index.

    Added are `stance`, `voice`, `score` (in [−1, 1]) and the probabilities `accusatory`, `neutral` and `defending`,
    each name after `prefix`. `target` is that of all rows, or of those that have none in `target_column`;
    `context_column` holds the text just before each sentence. A row without a sentence or target gets no judgement, and
    `on_skip` is called with one line for it. Without `classifier` the released model judges. Raises InputError for a
    column that is missing or would be overwritten, and without a target.
    """
    given = eager_frame(frame)
    if given is None:
        raise InputError(f"{type(frame).__name__} is no data frame; accepted are those of pandas, Polars and PyArrow")
    taken = [name for name in JUDGED if prefix + name in given.columns]
    if taken:
        raise InputError(f"column {prefix + taken[0]!r} is there already; give another prefix, as in prefix='judged_'")
    rows = rows_of(frame, target, sentence_column, target_column, context_column)
    places = rows.judgeable()
    for i in sorted(set(range(len(rows.sentences))) - set(places)):
        on_skip(f"row {i}: has no {'sentence' if rows.sentences[i] is None else 'target'}; not judged")
    judged: list[Judgement | None] = [None] * len(rows.sentences)
    if places:
        classifier = classifier or StanceClassifier.from_pretrained()
        found = classifier.predict(
            [rows.sentences[i] or "" for i in places],
            [rows.targets[i] or "" for i in places],
            [rows.contexts[i] for i in places],
            batch_size=batch_size,
        )
        for i, judgement in zip(places, found, strict=True):
            judged[i] = judgement
    values: list[list[Any]] = [[j and str(j.stance) for j in judged], [j and str(j.voice) for j in judged]]
    values.append([j and j.score for j in judged])
    values += [[j and j.stance_probabilities[i] for j in judged] for i in range(len(STANCES))]
    kinds = [nw.String(), nw.String()] + [nw.Float64()] * (1 + len(STANCES))
    added = [
        nw.new_series(prefix + name, column, kind, backend=given.implementation)
        for name, column, kind in zip(JUDGED, values, kinds, strict=True)
    ]
    answer: Frame = given.with_columns(*added).to_native()
    return answer


def score_frame(
    frame: Frame,
    target: str | Target,
    classifier: StanceClassifier | None = None,
    *,
    columns: Columns | Mapping[str, str] | None = None,
    outlet: str | None = None,
    languages: Iterable[str] = ("en",),
    keep_duplicates: bool = False,
    on_reject: OnReject = warn,
    **options: Any,
) -> Frame:
    """How each outlet leans toward the target, a row an outlet (and period), the most accusing first.

    `frame` has a row an article, with its `text` and `outlet` and maybe `title`, `date` and `url`; their common
    spellings are known, `columns` names others, as in `{"text": "body"}`. `outlet`, `languages`, `keep_duplicates` and
    `on_reject` are those of `read_articles`, `options` those of `score_outlets` (`by`, `labels`, `wire`, …). A column
    of what was not asked for is not there. Raises InputError as `score_outlets` does, and for columns that are missing.
    """
    given = eager_frame(frame)
    if given is None:
        raise InputError(f"{type(frame).__name__} is no data frame; accepted are those of pandas, Polars and PyArrow")
    columns = columns if isinstance(columns, Columns) else Columns(columns)
    places = columns.places(given.columns)
    for name in columns.given.values():
        column_of(given, name)
    if not places["text"]:
        raise InputError(
            f"the data frame has no column with the text; accepted are {columns.accepted('text')}; name yours with "
            "columns={'text': …}"
        )
    needed = given.select(list(dict.fromkeys(name for names in places.values() for name in names)))
    articles = articles_of_rows(
        named_rows(needed),
        outlet,
        on_reject,
        columns=columns,
        languages=languages,
        keep_duplicates=keep_duplicates,
    )
    answer: Frame = slants_frame(score_outlets(articles, target, classifier, **options), given.implementation)
    return answer


def slants_frame(slants: Sequence[OutletSlant], backend: Any = "pandas") -> Any:
    """The figures of outlets as a data frame of `backend` (`pandas`, `polars` or `pyarrow`); see `score_frame`."""
    rows = as_rows(slants)
    names = list(rows[0]) if rows else ["outlet"]
    kept = [c for c in names if not c.startswith(ON_REQUEST) or any(row[c] is not None for row in rows)]
    return nw.from_dict({c: [row[c] for row in rows] for c in kept}, backend=backend).to_native()
