"""A scikit-learn classifier of sentences toward a company: in pipelines, cross-validation and searches.

    estimator = StanceEstimator("Acme")            # trains the released model further on what it is fitted to
    cross_val_score(estimator, sentences, stances, scoring="f1_macro")
    StanceEstimator("Acme", fine_tune=False).fit(sentences).predict(sentences)

`classes_` and the columns of `predict_proba` are in the order of the alphabet (accusatory, defending, neutral), because
scikit-learn's metrics take probabilities in that order; everywhere else in slantwise it is that of `Stance`.
"""

from __future__ import annotations

import importlib.util
import weakref
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from slantwise.classifier import StanceClassifier
from slantwise.hub import copy_checkpoint
from slantwise.integrations.rows import Rows, rows_of
from slantwise.records import STANCES, InputError, Stance
from slantwise.targets import Target

CLASSES = tuple(sorted(str(s) for s in STANCES))
_COLUMNS = [[str(s) for s in STANCES].index(name) for name in CLASSES]


class StanceEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Judges sentences toward `target`, after training the model further on those it is fitted to.

    X is a sequence, array or column of sentences, or a data frame (pandas, Polars, PyArrow) with them in
    `sentence_column`; `context_column` may hold the text just before each, `target_column` a target of its own. y are
    the names of the stances.

    `model` is a folder, a hub id or a StanceClassifier; by default the released model. With `fine_tune` the fit trains
    it further (see `tuning.adapt`; seconds to minutes; it takes `slantwise[train]`) and keeps the result in the folder
    `output`, by default as long as the estimator lives. An epoch takes 480 sentences, or as many as hold each label
    once. Without `fine_tune` the fit only checks what it is given, and y may be left out. `random_state` seeds it.

    After the fit there are `classes_` and `classifier_`, the StanceClassifier that judges. Raises InputError (a
    ValueError) for what cannot be judged, naming the row.
    """

    def __init__(
        self,
        target: str | Target | None = None,
        *,
        model: Any = None,
        fine_tune: bool = True,
        sentence_column: str = "sentence",
        target_column: str | None = None,
        context_column: str | None = None,
        epochs: int = 1,
        learning_rate: float = 5e-5,
        batch_size: int = 16,
        random_state: Any = 0,
        output: str | Path | None = None,
    ) -> None:
        self.target = target
        self.model = model
        self.fine_tune = fine_tune
        self.sentence_column = sentence_column
        self.target_column = target_column
        self.context_column = context_column
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.random_state = random_state
        self.output = output

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the sentences and stances and, with `fine_tune`, train on them."""
        rows = self._rows(X)
        stances = self._stances(y, len(rows.sentences))
        given = self.model
        classifier = given if hasattr(given, "predict_proba") else StanceClassifier.from_pretrained(given)
        self.classifier_ = self._trained(classifier, rows, stances) if self.fine_tune else classifier
        self.classes_ = np.array(CLASSES)
        return self

    def predict(self, X: Any) -> NDArray[np.str_]:
        """The most probable stance of each sentence, (n,)."""
        probabilities = self.predict_proba(X)
        found: NDArray[np.str_] = self.classes_[probabilities.argmax(axis=1)]
        return found

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """The probabilities of the stances, (n, 3), columns in the order of `classes_`."""
        check_is_fitted(self)
        rows = self._rows(X)
        sentences, targets = [s or "" for s in rows.sentences], [t or "" for t in rows.targets]
        return self.classifier_.predict_proba(sentences, targets, rows.contexts)[:, _COLUMNS]

    def __sklearn_tags__(self) -> Any:
        """X is text, one sentence a row; y is needed to train."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.target_tags.required = bool(self.fine_tune)
        return tags

    def _rows(self, X: Any) -> Rows:
        """What is judged in X, row by row."""
        rows = rows_of(X, self.target, self.sentence_column, self.target_column, self.context_column)
        if not rows.sentences:
            raise InputError("X has no sentences; one or more are expected")
        for i, (sentence, target) in enumerate(zip(rows.sentences, rows.targets, strict=True)):
            if sentence is None or target is None:
                raise InputError(f"row {i} of X has no {'sentence' if sentence is None else 'target'}; each needs one")
        return rows

    def _stances(self, y: Any, n: int) -> list[Stance]:
        if y is None:
            if self.fine_tune:
                raise InputError("StanceEstimator requires y to be passed, but the target y is None")
            return []
        values = [str(v) for v in (y.tolist() if hasattr(y, "tolist") else list(y))]
        unknown = [v for v in values if v not in CLASSES]
        if unknown:
            raise InputError(f"y holds {unknown[0]!r}, which is no stance; accepted are {', '.join(CLASSES)}")
        if len(values) != n:
            raise InputError(f"y has {len(values)} stances for {n} sentences; one for each is expected")
        return [Stance(v) for v in values]

    def _trained(self, classifier: Any, rows: Rows, stances: Sequence[Stance]) -> StanceClassifier:
        if not importlib.util.find_spec("accelerate"):
            raise InputError("training needs accelerate; pip install 'slantwise[train]'")
        from slantwise.config import ADAPT, TrainingConfig
        from slantwise.examples import Example
        from slantwise.runtime import save_checkpoint
        from slantwise.tuning import adapt

        examples = [
            Example(s or "", c, Target.of(t or ""), stance)
            for s, c, t, stance in zip(rows.sentences, rows.contexts, rows.targets, stances, strict=True)
        ]
        with TemporaryDirectory() as folder:
            # The checkpoint that the classifier was loaded from, wherever that is.
            start = classifier.save_pretrained(Path(folder) / "start")
            changes = {
                "base_model": str(start),
                "seed": int(check_random_state(self.random_state).randint(2**31 - 1)),
                "epochs": self.epochs,
                "examples": max(ADAPT["examples"], round(len(examples) / ADAPT["own_share"])),
                "batch_size": self.batch_size,
                "learning_rate": self.learning_rate,
            }
            trained = adapt(TrainingConfig(**ADAPT | changes), examples, Path(folder) / "work")
            tuned = Path(self.output or Path(folder) / "tuned")
            save_checkpoint(tuned, *trained)
            found = _loaded(tuned, self.output)
        found.name = f"{classifier.name}, trained further"
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Classifiers as the files of their checkpoints: what runs them need not be picklable."""
        state: dict[str, Any] = dict(super().__getstate__())
        if isinstance(self.model, StanceClassifier) and self.model.folder:
            state["model"] = str(self.model.folder)
        fitted = state.get("classifier_")
        if isinstance(fitted, StanceClassifier) and fitted.folder:
            with TemporaryDirectory() as folder:
                files = {file.name: file.read_bytes() for file in fitted.save_pretrained(folder).iterdir()}
            state["classifier_"] = (fitted.name, files)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load the classifier from its files again."""
        fitted = state.get("classifier_")
        super().__setstate__(state)
        if isinstance(fitted, tuple):
            name, files = fitted
            with TemporaryDirectory() as folder:
                for file, content in files.items():
                    (Path(folder) / Path(file).name).write_bytes(content)
                self.classifier_ = _loaded(Path(folder))
            self.classifier_.name = name


def _loaded(folder: Path, kept: str | Path | None = None) -> StanceClassifier:
    """The classifier of a folder, which is `kept` or passes away: then its files go where they stay with it."""
    if kept is not None:
        return StanceClassifier.from_pretrained(folder)
    stay = TemporaryDirectory(prefix="slantwise-")
    classifier = StanceClassifier.from_pretrained(copy_checkpoint(folder, stay.name))
    weakref.finalize(classifier, stay.cleanup)
    return classifier
