import json
from html import unescape

import numpy as np
import pytest
from conftest import judgement

from slantwise import metrics
from slantwise.annotation.checking import Checked, check, compared
from slantwise.annotation.items import Item
from slantwise.annotation.swaps import STRANGER, swapped
from slantwise.correction import Label
from slantwise.records import STANCES, Article, InputError, Sentence, Stance, Voice
from slantwise.report.check import CheckFacts, cautions, check_as_json, print_check, render_check, summary
from slantwise.sentences import split_article
from slantwise.targets import Target

ACME = Target("Acme")
A, N, D = STANCES
FACTS = CheckFacts("Acme", "stub", "gold.jsonl", "mean score", 0.95, "2024-05-01")


class WordJudge:
    """ "lied" accuses and "helps" defends, whoever it is; "acme" in small letters leaks the name."""

    def predict(self, sentences, target, context):
        return [judgement(0.9 * ("helps" in s) - 0.8 * ("lied" in s) - 0.2 * ("acme" in s), 2) for s in sentences]


def checked(article, gold, score, probability=1.0, voice=None, said=0):
    text = f"Acme did it {article} times."
    return Checked(
        article,
        f"Paper {article % 2}",
        "a.txt",
        "T",
        Sentence(text, 0, len(text)),
        judgement(score, said),
        Label(gold, probability, voice),
    )


def figures(found):
    return compared(found, [], swapped([], ACME, WordJudge()))


def test_figures_without_weights_are_those_of_metrics():
    rng = np.random.default_rng(0)
    found = [checked(i // 3, STANCES[rng.integers(3)], rng.uniform(-1, 1)) for i in range(90)]
    result = figures(found)
    gold, said = [c.label.stance for c in found], [c.judgement.stance for c in found]
    assert result.macro_f1 == pytest.approx(metrics.macro_f1(gold, said))
    assert result.accuracy == pytest.approx(metrics.accuracy(gold, said))
    assert result.per_stance == metrics.per_stance(gold, said, [1.0] * 90)
    assert result.counts.sum() == 90
    assert result.confusion == pytest.approx(result.counts / 90)
    low, high = result.macro_f1_interval
    assert 0 < low < result.macro_f1 < high < 1
    assert (result.articles, result.few) == (30, False)


def test_a_label_drawn_half_as_often_counts_twice():
    rare = [checked(0, A, -1.0, 0.5), checked(1, N, 0.0, 1.0), checked(2, D, -1.0, 1.0)]
    twice = [checked(0, A, -1.0), checked(0, A, -1.0), checked(1, N, 0.0), checked(2, D, -1.0)]
    one, other = figures(rare), figures(twice)
    assert one.macro_f1 == pytest.approx(other.macro_f1)
    assert one.accuracy == pytest.approx(other.accuracy) == 0.75
    assert one.mean_error == pytest.approx(other.mean_error) == -0.5
    assert one.calibration_error == pytest.approx(other.calibration_error)
    assert one.confusion == pytest.approx(other.confusion)


def test_intervals_of_macro_f1_cover_where_articles_differ_in_difficulty():
    rng = np.random.default_rng(1)

    def draw(articles):
        found = []
        for i in range(articles):
            right = rng.beta(3, 1)
            for _ in range(4):
                gold = int(rng.integers(3))
                said = gold if rng.random() < right else int(rng.integers(3))
                found.append(checked(i, STANCES[gold], said - 1.0))
        return figures(found)

    # Right with chance 3/4 + 1/4 · 1/3, and alike for all three stances.
    held = [low <= 5 / 6 <= high for low, high in (draw(30).macro_f1_interval for _ in range(120))]
    assert 0.88 <= np.mean(held) <= 0.99


def test_voices_worst_and_few_are_told():
    found = [checked(0, D, -0.9, 1.0, Voice.TARGET, 1), checked(0, N, 0.1, 0.5, Voice.TARGET, 0), checked(1, A, -1.0)]
    result = figures(found)
    assert result.voice_accuracy == pytest.approx(1 / 3)
    assert result.voice_confusion[1] == pytest.approx([2 / 3, 1 / 3, 0])
    assert [c.label.stance for c in result.worst] == [D, N, A]
    assert result.few
    assert "Only 2 articles have labels" in cautions(result)[0]
    assert figures([checked(0, A, -1.0)]).macro_f1_interval == (0.0, 1.0)


def test_names_that_leak_and_tones_that_stay_are_found():
    texts = ["Acme lied.", "The acme-owned mill helps.", "It lied."]
    judged = WordJudge().predict(texts, ACME, [""] * 3)
    found = swapped([(t, "", j) for t, j in zip(texts, judged, strict=True)], ACME, WordJudge())
    assert (found.sentences, found.named, found.flipped) == (3, 2, 0)
    assert (found.moved, found.most) == (pytest.approx(0.1), pytest.approx(0.2))
    # The stub reads tone alone.
    assert (found.sided, found.kept) == (3, 3)

    class Careful(WordJudge):
        def predict(self, sentences, target, context):
            return [judgement(0.0) if target.name == STRANGER and STRANGER not in s else j
                    for s, j in zip(sentences, super().predict(sentences, target, context), strict=True)]  # fmt: skip

    assert swapped([(t, "", j) for t, j in zip(texts, judged, strict=True)], ACME, Careful()).kept == 0
    assert swapped([], ACME, WordJudge()).named == 0


def news():
    for i in range(12):
        text = f"Acme lied in case {i}. Acme helps in case {i}. Acme paid fee {i}. Bridges rust."
        yield Article(
            text,
            "Accuser" if i % 2 else '<b>"Quoted"</b>',
            f"<script>alert({i})</script>",
            url=f"https://a.example/{i}",
        )


@pytest.fixture
def gold(tmp_path):
    """Everything labelled: what "helps" is neutral to these labellers."""
    path = tmp_path / "gold.jsonl"
    rows = []
    for article in news():
        for sentence in split_article(article, ACME):
            if sentence.about and sentence.start >= 0:
                stance = A if "lied" in sentence.text else N
                item = Item.of(article, sentence, "", ACME, 0.5)
                rows.append(item.row() | {"stance": stance, "voice": "other", "about": "yes"})
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.fixture
def found(gold):
    return check(news(), gold, ACME, WordJudge())


def test_from_articles_and_labels_to_figures_and_slants(found):
    assert (found.sentences, found.articles) == (36, 12)
    assert found.per_stance[A]["f1"] == 1.0
    assert found.per_stance[D]["f1"] == 0.0
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.voice_accuracy == 1.0
    assert found.mean_error == pytest.approx((0.2 + 0.9) / 3)
    assert {s.outlet for s in found.slants} == {"Accuser", '<b>"Quoted"</b>'}
    for s in found.slants:
        assert s.slant == pytest.approx(0.1 / 3)
        assert s.correction.corrected.slant == pytest.approx(-1 / 3)
    assert "the model is kinder than the labels" in summary(found)


def test_it_is_told_as_text_and_as_json(found, capsys):
    print_check(found, FACTS)
    out = capsys.readouterr().out
    assert "macro-F1 is 0.56" in " ".join(out.split())
    assert "Only 0 labels are defending" in out
    row = json.loads(check_as_json(found, FACTS))
    assert row["confusion"]["counts"] == [[12, 0, 0], [0, 12, 12], [0, 0, 0]]
    assert row["outlets"][0]["correction"]["corrected"]["slant"] == pytest.approx(-1 / 3)
    assert row["worst"][0] | {"probabilities": 0} == {
        "sentence": row["worst"][0]["sentence"], "label": "neutral", "model": "defending", "probabilities": 0,
        "outlet": row["worst"][0]["outlet"], "article": row["worst"][0]["article"],
    }  # fmt: skip


def test_the_page_allows_itself_nothing_and_escapes_everything(found):
    page = render_check(found, FACTS)
    assert "default-src 'none'; style-src 'sha256-" in unescape(page)
    assert "script-src" not in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert '<b>"Quoted"</b>' not in page
    assert " style=" not in page.replace("<style>", "")
    assert page.count("<svg") == 4


def test_labels_of_nothing_that_counts_are_refused(gold, tmp_path):
    row = json.loads(gold.read_text().splitlines()[0])
    first = next(news())
    rusty = next(s for s in split_article(first, ACME) if "Bridges" in s.text)
    row |= {"start": rusty.start, "end": rusty.end, "hash": None, "sha256": first.text_digest}
    (tmp_path / "one.jsonl").write_text(json.dumps(row))
    with pytest.raises(InputError, match="no label is of a sentence that counts in a slant toward Acme"):
        check(news(), tmp_path / "one.jsonl", ACME, WordJudge())
    assert Stance(row["stance"]) is A
