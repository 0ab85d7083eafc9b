"""The order of the examples, what a lesson holds, and the losses."""

import numpy as np
import pytest
import torch

from slantwise.dealing import EpochSampler
from slantwise.examples import Example
from slantwise.records import Stance, Voice
from slantwise.targets import Target
from slantwise.trainer import SIZES, UNLABELLED, HeadsTrainer, Lesson, divergence


def test_every_example_is_dealt_before_one_comes_again():
    sampler = EpochSampler(lengths=list(range(10)), examples=4, batch_size=2, seed=0)
    dealt = []
    for epoch in range(5):
        sampler.set_epoch(epoch)
        dealt += list(sampler)
    assert sorted(dealt) == sorted([*range(10), *range(10)])


def test_hand_labels_have_their_share_and_come_again():
    own = [7, 8, 9]
    sampler = EpochSampler([5] * 10, examples=8, batch_size=2, seed=0, own=own, own_share=0.5)
    dealt = []
    for epoch in range(3):
        sampler.set_epoch(epoch)
        dealt.append(list(sampler))
    assert all(len(d) == 8 and sum(i in own for i in d) == 4 for d in dealt)
    flat = [i for d in dealt for i in d]
    assert all(flat.count(i) == 4 for i in own)
    assert {i for i in flat if i not in own} == set(range(7))
    assert sorted(EpochSampler([5] * 3, 0, 2, 0, own=range(3), own_share=0.5)) == [0, 1, 2]


def test_a_lesson_is_what_the_encoder_reads():
    acme = Target("Acme")
    lesson = Lesson.of(
        [
            Example("Acme lied.", "Before.", acme, Stance.ACCUSATORY, Voice.OTHER, True),
            Example("Acme helps.", "", acme, Stance.DEFENDING),
        ]
    )
    assert lesson.pairs == [("[TARGET] lied.", "Before."), ("[TARGET] helps.", "")]
    assert lesson.labels.tolist() == [[0, 2, 1], [2, UNLABELLED, UNLABELLED]]
    assert lesson.dataset().column_names == ["text", "pair", "stance", "voice", "about"]
    taught = Lesson(lesson.pairs, lesson.labels, np.zeros((2, 8))).dataset()
    assert taught["taught"][0] == [0.0] * 8


def test_what_teachers_say_nothing_of_is_learned_from_its_label_alone():
    trainer = HeadsTrainer.__new__(HeadsTrainer)
    trainer.losses = [torch.nn.CrossEntropyLoss(torch.rand(n) + 0.5, reduction="none") for n in SIZES]
    trainer.shares, trainer.taught_share, trainer.temperature = (1.0, 0.5, 0.5), 0.7, 2.0
    torch.manual_seed(0)
    logits, said = [torch.randn(4, n) for n in SIZES], torch.randn(4, 8)
    labels = {
        "stance": torch.tensor([0, 1, 2, 1]),
        "voice": torch.tensor([2, -100, 0, 1]),
        "about": torch.tensor([1] * 4),
    }

    def loss(teachers):
        return trainer.compute_loss(lambda: logits, labels | ({} if teachers is None else {"taught": teachers})).item()

    by_labels = loss(None)
    assert loss(torch.full((4, 8), torch.nan)) == pytest.approx(by_labels)
    apart = sum(
        share * divergence(given, taught, 2.0).item()
        for share, given, taught in zip(trainer.shares, logits, said.split(SIZES, dim=1), strict=True)
    )
    assert loss(said) == pytest.approx(0.3 * by_labels + 0.7 * apart, rel=1e-5)
    some = said.clone()
    some[2] = torch.nan
    assert by_labels != pytest.approx(loss(some)) != pytest.approx(loss(said))
    # What they say of the others counts as before.
    further = some.clone()
    further[0] += torch.linspace(0, 3, 8)
    assert loss(further) != pytest.approx(loss(some))


def test_divergence_is_nothing_where_the_teachers_are_met_and_grows_with_the_distance():
    teachers = torch.tensor([[2.0, 0.0, -1.0]])
    # A constant added to all logits changes no probability.
    assert divergence(teachers + 3, teachers, 2.0).item() < 1e-6
    near, far = (divergence(torch.tensor([[x, 0.0, -1.0]]), teachers, 2.0).item() for x in (1.0, -4.0))
    assert 0 < near < far
