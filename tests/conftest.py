"""What several test modules share: stub judges, a tiny checkpoint, small helpers."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from slantwise.records import Judgement

# How fast a loaded machine is says nothing of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

WORDS = "company bank data said denied fined praised the a of and users lied helps charge court it [TARGET] . , \" ' :".split()


def judgement(score: float = 0.0, voice: int = 0, about: float | None = None) -> Judgement:
    """A judgement with the given score and voice id."""
    accusatory, defending = max(0.0, -score), max(0.0, score)
    voices = [0.0, 0.0, 0.0]
    voices[voice] = 1.0
    return Judgement((accusatory, 1 - accusatory - defending, defending), tuple(voices), about)


class WordJudge:
    """Judges by two words: "lied" accuses, "helps" defends."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def predict(self, sentences: Sequence[str], target: object, context: Sequence[str]) -> list[Judgement]:
        self.calls.append(list(sentences))
        return [judgement(("helps" in s) - 0.8 * ("lied" in s)) for s in sentences]


LONG = ("test_training", "test_distributed", "test_server_process", "test_runs", "test_benchmarks")


def pytest_collection_modifyitems(items):
    # Files with long tests begin first, so that of two processes neither is left alone with them at the end.
    items.sort(key=lambda item: item.path.stem not in LONG)


@pytest.fixture
def word_judge() -> WordJudge:
    return WordJudge()


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of 2 layers of 16 with random weights, as a base model folder."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("base")
    letters = list("abcdefghijklmnopqrstuvwxyz0123456789$%&-–’“”!?()")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *dict.fromkeys([*WORDS, *letters, *("##" + x for x in letters)])]
    tokenizer = Tokenizer(
        models.WordPiece({w: i for i, w in enumerate(vocabulary) if w != "[TARGET]"}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=256,
    )
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    size = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    BertModel(BertConfig(vocab_size=len(fast) + 2, max_position_embeddings=256, **size)).save_pretrained(folder)
    return folder


class NumbersEncoder:
    """Logits from the letters of the texts, so that equal texts get equal and different ones mostly different logits."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def logits(self, texts: Sequence[str], pairs: Sequence[str], batch_size: int) -> tuple[np.ndarray, ...]:
        self.seen += zip(texts, pairs, strict=True)
        numbers = np.array(
            [[sum(map(ord, t)) % 7, sum(map(ord, p)) % 5, len(t) % 3] for t, p in zip(texts, pairs, strict=True)]
        )
        numbers = numbers.reshape(len(texts), 3).astype(float)
        return numbers, numbers[:, ::-1], numbers[:, :2]


@pytest.fixture(scope="session")
def tiny_model(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of that size with random heads."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from slantwise.checkpoint import LABELS
    from slantwise.runtime import StanceModel, save_checkpoint

    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("model")
    classifier = AutoModelForSequenceClassification.from_pretrained(tiny_base, num_labels=3, id2label=LABELS)
    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    tokenizer.add_tokens(["[TARGET]"])
    classifier.resize_token_embeddings(len(tokenizer))
    save_checkpoint(folder, StanceModel(classifier), tokenizer, {"temperature": 1.0})
    return folder


@pytest.fixture(scope="session")
def lively_model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with weights so large that different texts get clearly different logits."""
    from safetensors.numpy import load_file, save_file

    folder = shutil.copytree(tiny_model, tmp_path_factory.mktemp("lively") / "model")
    for name in ("model.safetensors", "heads.safetensors"):
        tensors = load_file(folder / name)
        larger = {k: v * 5 if v.ndim == 2 else v for k, v in tensors.items()}
        save_file(larger, folder / name, metadata={"format": "pt"})
    return folder
