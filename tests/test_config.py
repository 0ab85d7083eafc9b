import pytest

from slantwise.config import MINILM, TrainingConfig
from slantwise.records import InputError


def test_command_names_what_differs_from_the_default():
    assert TrainingConfig().command() == "python train.py"
    config = TrainingConfig(
        data=("/home/me/sets/newsmtsc/train.jsonl",),
        seed=3,
        output="/home/me/model",
        base_model="/home/me/all-MiniLM-L6-v2",
    )
    assert config.portable().command() == "python train.py --data newsmtsc/train.jsonl --output model --seed 3"
    assert config.portable().base_model == MINILM
    assert "/home" not in repr(config.portable())


@pytest.mark.parametrize(
    ("name", "value"), [("epochs", 0), ("batch_size", 0), ("examples", -1), ("learning_rate", 0.0)]
)
def test_impossible_numbers_are_refused(name, value):
    with pytest.raises(InputError, match=f"{name} {value} is not"):
        TrainingConfig(**{name: value})
