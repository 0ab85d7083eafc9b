"""What teachers are asked: which sentences, toward whom, and that they are asked once."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from slantwise import distillation
from slantwise.config import TrainingConfig
from slantwise.corpus import load_split
from slantwise.distillation import kept_judgements, lesson, taught, unlabelled_pairs
from slantwise.examples import Example
from slantwise.records import InputError, Stance
from slantwise.targets import Target
from slantwise.trainer import Lesson

DATA = Path(__file__).parent.parent / "data"


def written(path, rows):
    path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


def test_a_labelled_set_gives_its_mentions_and_not_its_labels(tmp_path):
    row = {"sentence": "He blamed Moor.", "mention": "Moor", "from": 10, "to": 14}
    one, other = (unlabelled_pairs([written(tmp_path / "a.jsonl", [row | {"polarity": p}])], []) for p in (-1, 1))
    assert one == other == [("He blamed [TARGET].", "")]
    assert unlabelled_pairs([str(tmp_path / "a.jsonl")], ["He blamed Moor."]) == []


def test_a_labelled_set_gives_its_sentences_toward_further_names(tmp_path):
    text = "Once he fined Acme and Bolt {} times."
    rows = [{"sentence": text.format(i), "mention": "he", "from": 5, "to": 7, "polarity": 0} for i in range(5)]
    pairs = unlabelled_pairs([written(tmp_path / "a.jsonl", rows)], [])
    assert len(pairs) == 5 * 3
    assert ("Once [TARGET] fined Acme and Bolt 3 times.", "") in pairs
    assert ("Once he fined [TARGET] and Bolt 3 times.", "") in pairs
    assert len(unlabelled_pairs([written(tmp_path / "b.jsonl", rows[:2])], [])) == 2


def test_articles_give_each_sentence_toward_a_name_that_several_hold(tmp_path):
    texts = [f"It rained. On Monday the court fined Acme and Bolt {i} times. Once it met Rare{i}." for i in range(20)]
    path = written(tmp_path / "news.jsonl", [{"text": t, "outlet": "x"} for t in texts])
    pairs = [pair for pair in unlabelled_pairs([path], [texts[0].split(". ")[1] + "."]) if "court" in pair[0]]
    assert len(pairs) == 2 * 19
    assert {pair[1] for pair in pairs} == {"It rained."}
    masked = Counter("Bolt" in text for text, _ in pairs)
    assert set(masked) == {True, False}
    assert all(text.count("[TARGET]") == 1 for text, _ in pairs)
    assert unlabelled_pairs([path], []) == unlabelled_pairs([path], [])


def test_a_sentence_that_names_nobody_is_read_toward_those_named_before_it(tmp_path):
    texts = [{"text": "Users sued Acme. The company denied it. Nobody came.", "outlet": "x"}] * 3
    pairs = unlabelled_pairs([written(tmp_path / "news.jsonl", texts)], [])
    assert pairs == [
        ("Users sued [TARGET].", ""),
        ("The company denied it.", "Users sued [TARGET]."),
        ("Nobody came.", "Users sued [TARGET]. The company denied it."),
    ]


def test_the_teachers_are_asked_once_and_their_mean_is_kept(tmp_path, monkeypatch):
    asked = []

    class Encoder:
        model = torch.nn.Identity()

        def __init__(self, folder):
            self.value = float(folder)

        @classmethod
        def from_pretrained(cls, folder):
            return cls(folder)

        def logits(self, texts, pairs, batch_size):
            asked.append(len(texts))
            return tuple(np.full((len(texts), n), self.value) for n in (3, 3, 2))

    monkeypatch.setattr(distillation, "TorchEncoder", Encoder)
    texts = [{"text": "Users sued Acme.", "outlet": "x"}] * 5
    config = TrainingConfig(teachers=("1", "3"), unlabelled=(written(tmp_path / "n.jsonl", texts),))
    labelled = Lesson.of([Example("Acme lied.", "", Target("Acme"), Stance.ACCUSATORY)])
    found = lesson(config, labelled, [], tmp_path)
    assert found.pairs == [("[TARGET] lied.", ""), ("Users sued [TARGET].", "")]
    assert found.labels.tolist() == [[0, -100, -100], [-100, -100, -100]]
    assert np.array_equal(found.logits, np.full((2, 8), 2.0))
    again = lesson(config, labelled, [], tmp_path)
    assert np.array_equal(again.logits, found.logits)
    assert asked == [2, 2]
    # What was kept teaches in their place, whatever the order; what it lacks has labels alone, or is left out.
    kept = TrainingConfig(teachers=(str(tmp_path / distillation.TAUGHT),))
    assert np.array_equal(taught(kept, found.pairs[::-1]), np.full((2, 8), 2.0))
    half = taught(kept, [("[TARGET] lied.", "before"), found.pairs[0]])
    assert np.isnan(half[0]).all() and np.array_equal(half[1], np.full(8, 2.0))
    with pytest.raises(InputError, match="has no judgement of 2 of the 3 texts"):
        taught(kept, [found.pairs[0], ("[TARGET] lied.", "before"), ("[TARGET] fell.", "")])
    news = written(
        tmp_path / "more.jsonl", [*texts, *({"text": f"Bolt met Acme {i}.", "outlet": "x"} for i in range(1))]
    )
    later = Lesson.of([Example("Acme fell.", "", Target("Acme"), Stance.NEUTRAL)])
    both = Lesson([*labelled.pairs, *later.pairs], np.concatenate([labelled.labels, later.labels]))
    work = tmp_path / "work"
    work.mkdir()
    with_later = lesson(replace(kept, unlabelled=(news,)), both, [], work)
    assert with_later.pairs == [("[TARGET] lied.", ""), ("[TARGET] fell.", ""), ("Users sued [TARGET].", "")]
    assert np.isnan(with_later.logits[:, 0]).tolist() == [False, True, False]
    assert with_later.labels[:, 0].tolist() == [0, 1, -100]
    (tmp_path / "other.safetensors").write_bytes(b"12345678{}")
    with pytest.raises(InputError, match="not a file of teachers' judgements"):
        taught(TrainingConfig(teachers=(str(tmp_path / "other.safetensors"),)), found.pairs)


def test_the_teachers_are_asked_of_altered_copies_too(tmp_path, monkeypatch):
    monkeypatch.setattr(distillation, "taught", lambda config, pairs: np.ones((len(pairs), 8)))
    sentences = [f"Judges {verb} Acme of {charge}." for verb in ("cleared", "accused") for charge in ("theft", "fraud")]
    labelled = Lesson.of([Example(s, "It rained.", Target("Acme"), Stance.NEUTRAL) for s in sentences])
    found = lesson(TrainingConfig(teachers=("x",), variants=3), labelled, [], tmp_path)
    assert found.pairs[:4] == labelled.pairs
    assert len(set(found.pairs)) == len(found.pairs) > 4
    assert {text.count("[TARGET]") for text, _ in found.pairs} == {1}
    assert (found.labels[4:] == -100).all()


def test_what_the_teacher_said_is_of_the_corpus():
    learned = Lesson.of(load_split("train"))
    logits = kept_judgements(DATA / "teacher.safetensors", learned.pairs)
    assert logits.shape == (len(learned.pairs), 8)
    known = ~np.isnan(logits[:, 0])
    assert known.mean() > 0.8
    assert (logits[known, :3].argmax(axis=1) == learned.labels[known, 0]).mean() > 0.8
