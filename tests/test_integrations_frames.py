"""Data frames of pandas, Polars and PyArrow: sentences judged, outlets scored."""

import math

import pytest
from conftest import NumbersEncoder, WordJudge, judgement
from hypothesis import given
from hypothesis import strategies as st

from slantwise import Article, InputError, StanceClassifier, Target, score_outlets
from slantwise.integrations.frames import JUDGED, judge_frame, score_frame

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pyarrow = pytest.importorskip("pyarrow")

KINDS = {"pandas": pandas.DataFrame, "polars": polars.DataFrame, "pyarrow": pyarrow.table}
LONG = " The mayor opened the bridge on Tuesday, and the weather was fine for all who had come to see it that day."


class Words(WordJudge):
    def predict(self, sentences, target, context, batch_size=64):
        return super().predict(sentences, target, context)


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def column(frame, name):
    values = frame[name].to_pylist() if isinstance(frame, pyarrow.Table) else frame[name].to_list()
    return [None if isinstance(v, float) and math.isnan(v) else v for v in values]


def articles(kind):
    return kind(
        {
            "body": [
                "Acme lied." + LONG,
                "Acme helps." + LONG,
                "",
                "Acme helps her." + LONG + "x",
                "Acme lied." + LONG,
            ],
            "publisher": ["A", "B", "B", "B", "A"],
            "published": ["2024-01-02", "2024-01-03", None, "2024-02-01", "2024-02-02"],
            "rank": [1, 2, 3, 4, 5],
        }
    )


def test_sentences_get_their_judgements(kind):
    frame = kind({"n": [1, 2, 3, 4], "sentence": ["Acme lied.", None, " ", "Acme helps."]})
    skipped = []
    found = judge_frame(frame, "Acme", Words(), on_skip=skipped.append)
    assert type(found) is type(frame)
    assert column(found, "n") == [1, 2, 3, 4]
    assert column(found, "stance") == ["accusatory", None, None, "defending"]
    assert column(found, "voice") == ["outlet", None, None, "outlet"]
    assert column(found, "score") == [-0.8, None, None, 1.0]
    assert column(found, "accusatory") == [0.8, None, None, 0.0]
    assert skipped == ["row 1: has no sentence; not judged", "row 2: has no sentence; not judged"]


def test_targets_and_contexts_of_their_own(kind):
    encoder = NumbersEncoder()
    frame = kind({"s": ["A met B.", "A met B.", "A met B."], "who": ["A", "B", None], "before": ["x", None, "y"]})
    columns = {"sentence_column": "s", "target_column": "who", "context_column": "before"}
    found = judge_frame(frame, None, StanceClassifier(encoder), **columns)
    assert encoder.seen == [("[TARGET] met B.", "x"), ("A met [TARGET].", "")]
    assert column(found, "stance")[2] is None
    judge_frame(frame, Target("met"), StanceClassifier(encoder), **columns)
    assert encoder.seen[-1] == ("A [TARGET] B.", "y")


def test_the_index_of_pandas_stays():
    frame = pandas.DataFrame({"sentence": ["Acme lied.", "Acme helps.", "Acme sat."]}, index=[7, 3, 7])
    found = judge_frame(frame, "Acme", Words())
    assert list(found.index) == [7, 3, 7]
    assert list(found["stance"]) == ["accusatory", "defending", "neutral"]
    assert list(frame.columns) == ["sentence"]


def test_no_column_is_overwritten(kind):
    frame = kind({"sentence": ["Acme lied."], "stance": ["gold"]})
    with pytest.raises(InputError, match="column 'stance' is there already; give another prefix"):
        judge_frame(frame, "Acme", Words())
    found = judge_frame(frame, "Acme", Words(), prefix="model_")
    assert column(found, "stance") == ["gold"]
    assert column(found, "model_stance") == ["accusatory"]


def test_an_empty_frame_gets_its_columns(kind):
    frame = kind({"sentence": pyarrow.array([], pyarrow.string()) if kind is pyarrow.table else []})
    found = judge_frame(frame, "Acme", Words())
    names = found.column_names if isinstance(found, pyarrow.Table) else list(found.columns)
    assert names == ["sentence", *JUDGED]


@pytest.mark.parametrize(
    ("frame", "arguments", "complaint"),
    [
        (polars.DataFrame({"text": ["x"]}), {"target": "A"}, "column 'sentence' is not in the data frame; it has text"),
        (polars.DataFrame({"sentence": ["x"]}), {}, "no target is given"),
        (polars.DataFrame({"sentence": [1, 2]}), {"target": "A"}, "sentences are strings; the first here is 1, a int"),
        (polars.LazyFrame({"sentence": ["x"]}), {"target": "A"}, "collect it first"),
        (["x"], {"target": "A"}, "list is no data frame"),
        (polars.DataFrame({"sentence": ["x"]}), {"target": " "}, "target ' ' is empty"),
    ],
)
def test_bad_frames_to_judge(frame, arguments, complaint):
    with pytest.raises(InputError, match=complaint):
        judge_frame(frame, classifier=StanceClassifier(NumbersEncoder()), **arguments)


@given(st.lists(st.none() | st.text(max_size=30), max_size=12))
def test_any_sentences_keep_their_places(sentences):
    class Lengths:
        def predict(self, sentences, target, context, batch_size):
            return [judgement(1 / len(s)) for s in sentences]

    frame = polars.DataFrame({"sentence": sentences}, schema={"sentence": polars.String})
    found = judge_frame(frame, "Acme", Lengths())
    expected = [1 / len(s) if s and s.strip() else None for s in sentences]
    assert found["sentence"].to_list() == sentences
    assert found["score"].to_list() == [None if e is None else pytest.approx(e) for e in expected]


def test_outlets_are_scored(kind):
    rejected = []
    found = score_frame(articles(kind), "Acme", Words(), on_reject=rejected.append)
    assert type(found) is type(articles(kind))
    assert column(found, "outlet") == ["A", "B"]
    # The second article of A repeats its first.
    assert column(found, "articles") == [1, 2]
    assert [str(r) for r in rejected][0].startswith("row 2: has no text")
    assert "row 4: repeats an earlier article of A" in [str(r) for r in rejected]
    expected = score_outlets(
        [Article("Acme lied." + LONG, "A"), Article("Acme helps." + LONG, "B"), Article("Acme helps her." + LONG, "B")],
        "Acme",
        Words(),
    )
    assert column(found, "slant") == pytest.approx([s.slant for s in expected])
    assert column(found, "low") == pytest.approx([s.low for s in expected])
    names = found.column_names if isinstance(found, pyarrow.Table) else list(found.columns)
    assert names[:2] == ["outlet", "slant"]
    assert not {"period", "corrected", "wire", "shrunk"} & set(names)


def test_what_is_asked_for_is_there(kind):
    found = score_frame(articles(kind), "Acme", Words(), keep_duplicates=True, by="month", wire="keep", on_reject=print)
    assert list(zip(column(found, "outlet"), column(found, "period"), strict=True)) == [
        ("A", "2024-01"), ("A", "2024-02"), ("B", "2024-01"), ("B", "2024-02"),
    ]  # fmt: skip
    assert all(w is not None for w in column(found, "wire"))


def test_dates_and_missing_values_as_pandas_has_them():
    frame = articles(pandas.DataFrame)
    frame["published"] = pandas.to_datetime(frame["published"])
    frame["title"] = [pandas.NA, float("nan"), None, "Acme", "x"]
    found = score_frame(frame, "Acme", Words(), keep_duplicates=True, by="month", on_reject=lambda r: None)
    assert list(found["period"]) == ["2024-01", "2024-02", "2024-01", "2024-02"]


def test_columns_of_other_names(kind):
    frame = kind({"leib": ["Acme lied." + LONG], "blatt": ["A"]})
    with pytest.raises(InputError, match="no column with the text"):
        score_frame(frame, "Acme", Words())
    with pytest.raises(InputError, match="column 'zzz' is not in the data frame"):
        score_frame(frame, "Acme", Words(), columns={"text": "zzz"})
    found = score_frame(frame, "Acme", Words(), columns={"text": "leib", "outlet": "blatt"})
    assert column(found, "outlet") == ["A"]
    found = score_frame(frame, "Acme", Words(), columns={"text": "leib"}, outlet="Mine")
    assert column(found, "outlet") == ["Mine"]


def test_nothing_about_the_target_is_said():
    with pytest.raises(InputError, match="no article has a sentence about Zed"):
        score_frame(articles(polars.DataFrame), "Zed", Words(), on_reject=lambda r: None)
