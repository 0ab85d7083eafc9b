"""The scikit-learn estimator: its checks, pipelines, cross-validation, and training on what it is fitted to."""

import gc
import pickle

import numpy as np
import pandas
import polars
import pytest
from conftest import NumbersEncoder
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_array

from slantwise import InputError, StanceClassifier, Target
from slantwise.config import ADAPT
from slantwise.integrations.sklearn import CLASSES, StanceEstimator
from slantwise.records import STANCES

SENTENCES = ["Acme lied to the court.", "Acme helps users.", "Acme said it praised the bank.", "Users fined Acme."]
STANCES_OF = ["accusatory", "defending", "neutral", "accusatory"]


def estimator(**arguments):
    given = {"fine_tune": False, "model": StanceClassifier(NumbersEncoder())} | arguments
    return StanceEstimator("Acme", **given)


class OnNumbers(StanceEstimator):
    """The same behind a door that scikit-learn's checks fit through: a row of numbers is a sentence, y is any label."""

    def _rows(self, X):
        return super()._rows([f"Acme {row}" for row in check_array(X).round(3).tolist()])

    def _stances(self, y, n):
        if y is not None and (np.asarray(y).dtype.kind not in "fc" or np.isfinite(y).all()):
            y = [CLASSES[i % 3] for i in np.unique(np.asarray(y, dtype=str), return_inverse=True)[1]]
        return super()._stances(y, n)

    def predict(self, X):
        # The checks compare predictions as numbers.
        return np.searchsorted(CLASSES, super().predict(X))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.one_d_array = True, False
        return tags


NO_FEATURES = "a sentence has no features to count"
FIXED = "its classes are the three stances, whatever labels the check fits it to"
EXPECTED = {
    "check_n_features_in_after_fitting": NO_FEATURES,
    "check_n_features_in": NO_FEATURES,
    "check_classifiers_one_label": FIXED,
    "check_classifiers_classes": FIXED,
    "check_classifiers_train": FIXED,
    "check_classifiers_regression_target": "y that is not the name of a stance is said to be none, not to be continuous",
    "check_supervised_y_2d": "y that is not the name of a stance is an error, not a warning",
}


@parametrize_with_checks(
    [OnNumbers("Acme", fine_tune=False, model=StanceClassifier(NumbersEncoder()))],
    expected_failed_checks=lambda e: EXPECTED,
    xfail_strict=True,
)
def test_scikit_learn_s_checks(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_its_tags_say_that_it_takes_text():
    from sklearn.utils.estimator_checks import check_estimator

    tags = estimator().__sklearn_tags__()
    assert (tags.input_tags.string, tags.input_tags.one_d_array, tags.input_tags.two_d_array) == (True, True, False)
    assert not tags.target_tags.required
    assert StanceEstimator("Acme").__sklearn_tags__().target_tags.required
    assert {r["status"] for r in check_estimator(estimator())} == {"passed"}


def test_sentences_however_they_come():
    fitted = estimator().fit(SENTENCES)
    expected = list(fitted.predict(SENTENCES))
    column = {"sentence": SENTENCES}
    for given in (
        tuple(SENTENCES),
        np.array(SENTENCES),
        np.array(SENTENCES, dtype=object).reshape(-1, 1),
        pandas.Series(SENTENCES, index=[9, 8, 7, 6]),
        polars.Series(SENTENCES),
        pandas.DataFrame(column),
        polars.DataFrame(column),
    ):
        assert list(fitted.predict(given)) == expected
        assert list(estimator().fit(given, STANCES_OF).predict(given)) == expected


def test_columns_for_target_and_context():
    encoder = NumbersEncoder()
    frame = pandas.DataFrame({"s": ["A met B.", "A met B."], "who": ["A", "B"], "before": ["x", None]})
    given = {"sentence_column": "s", "target_column": "who", "context_column": "before", "fine_tune": False}
    StanceEstimator(model=StanceClassifier(encoder), **given).fit(frame).predict(frame)
    assert encoder.seen == [("[TARGET] met B.", "x"), ("A met [TARGET].", "")]


def test_probabilities_are_in_the_order_of_classes():
    fitted = estimator().fit(SENTENCES)
    assert list(fitted.classes_) == sorted(map(str, STANCES))
    probabilities = fitted.predict_proba(SENTENCES)
    ours = fitted.classifier_.predict_proba(SENTENCES, "Acme")
    for name, column in zip(fitted.classes_, probabilities.T, strict=True):
        assert np.array_equal(column, ours[:, [str(s) for s in STANCES].index(name)])
    assert list(fitted.predict(SENTENCES)) == [str(j.stance) for j in fitted.classifier_.predict(SENTENCES, "Acme")]
    # What scikit-learn makes of them is what they are: it takes columns in the order of the alphabet.
    own = [probabilities[i, list(fitted.classes_).index(y)] for i, y in enumerate(STANCES_OF)]
    assert log_loss(STANCES_OF, probabilities) == pytest.approx(-np.log(own).mean())


def test_in_a_pipeline_and_in_cross_validation():
    tidy = FunctionTransformer(lambda texts: [t.strip() for t in texts])
    pipeline = make_pipeline(tidy, estimator())
    padded = [f"  {s}\n" for s in SENTENCES] * 3
    y = STANCES_OF * 3
    expected = list(estimator().fit(SENTENCES).predict(SENTENCES)) * 3
    assert list(pipeline.fit(padded, y).predict(padded)) == expected
    assert pipeline.score(padded, y) == np.mean([a == b for a, b in zip(expected, y, strict=True)])
    for scoring in ("accuracy", "f1_macro", "neg_log_loss"):
        assert np.isfinite(cross_val_score(pipeline, padded, y, cv=3, scoring=scoring)).all()
    assert list(cross_val_predict(estimator(), np.array(padded), y, cv=3)) == expected
    frame = pandas.DataFrame({"sentence": padded, "before": "It said so."})
    search = GridSearchCV(estimator(), {"context_column": [None, "before"]}, cv=2).fit(frame, y)
    assert search.best_params_["context_column"] in (None, "before")


@pytest.mark.parametrize(
    ("X", "y", "complaint"),
    [
        ([], None, "X has no sentences"),
        ("Acme lied.", None, "is no sequence of sentences"),
        (["Acme lied.", ""], None, "row 1 of X has no sentence"),
        ([1.5, 2.5], None, "sentences are strings; the first here is 1.5, a float"),
        (np.array([["a", "b"]]), None, r"an array of shape \(1, 2\) holds no one sentence a row"),
        (SENTENCES, ["accusatory"], "y has 1 stances for 4 sentences"),
        (
            SENTENCES,
            ["accusing"] * 4,
            "y holds 'accusing', which is no stance; accepted are accusatory, defending, neutral",
        ),
        (pandas.DataFrame({"text": SENTENCES}), None, "column 'sentence' is not in the data frame; it has text"),
    ],
)
def test_what_cannot_be_judged(X, y, complaint):
    with pytest.raises(InputError, match=complaint):
        estimator().fit(X, y)


def test_more_mistakes(tiny_model):
    with pytest.raises(InputError, match="no target is given"):
        StanceEstimator(fine_tune=False, model=StanceClassifier(NumbersEncoder())).fit(SENTENCES)
    with pytest.raises(InputError, match="column 'who' needs a data frame, and list is none"):
        StanceEstimator(target_column="who", model=StanceClassifier(NumbersEncoder())).fit(SENTENCES)
    with pytest.raises(NotFittedError):
        estimator().predict(SENTENCES)
    with pytest.raises(InputError, match="requires y to be passed"):
        estimator(fine_tune=True).fit(SENTENCES)
    with pytest.raises(InputError, match="4 labelled sentences are too few to train on; 10 are the fewest"):
        StanceEstimator("Acme", model=str(tiny_model)).fit(SENTENCES, STANCES_OF)
    with pytest.raises(InputError, match="has no checkpoint to save"):
        estimator(fine_tune=True).fit(SENTENCES, STANCES_OF)


@pytest.fixture(scope="module", autouse=True)
def short():
    """Short epochs: what is tested is not how much is learned."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ADAPT, "examples", 32)
        yield


@pytest.fixture(scope="module")
def trained(tiny_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out") / "tuned"
    given = {"model": str(tiny_model), "epochs": 20, "learning_rate": 1e-2, "batch_size": 8, "output": folder}
    with pytest.MonkeyPatch.context() as patch:
        # So small a model cannot learn the corpus beside them, nor be calibrated on it.
        patch.setitem(ADAPT, "own_share", 1.0)
        patch.setattr("slantwise.tuning.calibrate", lambda *_: {"method": "none"})
        fitted = StanceEstimator(Target("Acme"), **given).fit(SENTENCES[:2] * 16, STANCES_OF[:2] * 16)
    return fitted, folder


def test_it_learns_what_it_is_fitted_to(trained, tiny_model):
    fitted, folder = trained
    before = estimator(model=str(tiny_model)).fit(SENTENCES)

    def told_apart(judge):
        accused, defended = judge.predict_proba(SENTENCES[:2])
        return min(accused[0] - defended[0], defended[1] - accused[1])

    assert told_apart(fitted) > 0.1 > 5 * abs(told_apart(before))
    again = StanceClassifier.from_pretrained(folder)
    assert np.allclose(again.predict_proba(SENTENCES, "Acme"), fitted.classifier_.predict_proba(SENTENCES, "Acme"))
    assert {file.name for file in folder.iterdir()} == {file.name for file in tiny_model.iterdir()} - {"README.md"}


def test_a_fitted_one_can_be_pickled_and_cloned(trained):
    fitted, _ = trained
    again = pickle.loads(pickle.dumps(fitted))
    assert np.allclose(again.predict_proba(SENTENCES), fitted.predict_proba(SENTENCES))
    # Also one whose model is a classifier that has judged, and so holds what cannot be pickled.
    of_one = estimator(model=fitted.classifier_).fit(SENTENCES)
    assert np.allclose(pickle.loads(pickle.dumps(of_one)).predict_proba(SENTENCES), fitted.predict_proba(SENTENCES))
    assert not hasattr(clone(fitted), "classifier_")
    assert clone(fitted).get_params() == fitted.get_params()


def test_equal_seeds_train_alike_and_the_result_stays_with_the_estimator(tiny_model, tmp_path):
    given = {"model": str(tiny_model), "epochs": 1, "learning_rate": 1e-2, "batch_size": 2}
    one, same, other = (
        StanceEstimator("Acme", random_state=seed, **given).fit(SENTENCES * 3, STANCES_OF * 3) for seed in (3, 3, 4)
    )
    assert np.allclose(one.predict_proba(SENTENCES), same.predict_proba(SENTENCES))
    assert not np.allclose(one.predict_proba(SENTENCES), other.predict_proba(SENTENCES))
    kept = one.classifier_.folder
    saved = StanceClassifier.from_pretrained(one.classifier_.save_pretrained(tmp_path / "saved"))
    assert np.allclose(saved.predict_proba(SENTENCES, "Acme"), same.classifier_.predict_proba(SENTENCES, "Acme"))
    del one
    gc.collect()
    assert not kept.exists()
