from conftest import judgement

from slantwise.correction import Label
from slantwise.records import Stance
from slantwise.tally import Tally


def test_gives_what_was_asked_for():
    plain, all_of_them = Tally.of(), Tally.of((0.3, 0.4, 0.3), labelled=True)
    for tally in (plain, all_of_them):
        for i in range(6):
            label = Label(Stance.ACCUSATORY, 0.5)
            tally.add("A", [judgement(), judgement()], labels=[label if i else None, None], weights=[0.5, 1.0])
    (one,), (other,) = plain.slants(), all_of_them.slants()
    assert (one.prior_shifted, one.correction) == (None, None)
    assert (one.slant, one.low, one.high) == (other.slant, other.low, other.high)
    assert other.correction.sentences == 5
    assert other.prior_shifted.low <= other.prior_shifted.slant <= other.prior_shifted.high


def test_without_articles_there_is_nothing():
    assert Tally.of((0.3, 0.4, 0.3), labelled=True).slants() == []
