import pytest

from slantwise.records import STANCES, VOICES, Judgement, Stance, Voice


def test_order_of_labels_is_fixed():
    assert [str(s) for s in STANCES] == ["accusatory", "neutral", "defending"]
    assert [str(v) for v in VOICES] == ["outlet", "target", "other"]


@pytest.mark.parametrize(
    ("probabilities", "stance", "score"),
    [
        ((0.7, 0.2, 0.1), Stance.ACCUSATORY, -0.6),
        ((0.1, 0.8, 0.1), Stance.NEUTRAL, 0.0),
        ((0.0, 0.1, 0.9), Stance.DEFENDING, 0.9),
    ],
)
def test_judgement_derives_stance_and_score(probabilities, stance, score):
    judged = Judgement(probabilities, (0.1, 0.1, 0.8))
    assert judged.stance is stance
    assert judged.score == pytest.approx(score)
    assert judged.voice is Voice.OTHER
    assert list(judged.probabilities) == list(STANCES)


def test_records_are_frozen():
    with pytest.raises(AttributeError):
        Judgement((1, 0, 0), (1, 0, 0)).about = 1.0
