"""The encoder behind the classifier, run with torch: text pairs in, logits of stance, voice and aboutness out.

The runtime of training, of CUDA devices and of every architecture and platform; writes checkpoints. Knows nothing of
targets or articles.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

from slantwise.batches import STEP, by_length, windows
from slantwise.checkpoint import CALIBRATION, HEADS, MAX_TOKENS, find_checkpoint, not_its_heads, unreadable
from slantwise.records import STANCES, VOICES

# On a CUDA device as many as the batch size allows.
TOKENS_A_BATCH = 2048

Floats = NDArray[np.float64]


class StanceModel(nn.Module):  # type: ignore[misc]
    """A sequence classifier for stance with two linear heads more, voice and aboutness, on the first token's state."""

    def __init__(self, classifier: Any) -> None:
        super().__init__()
        self.classifier = classifier
        width = classifier.config.hidden_size
        self.heads = nn.ModuleDict({"voice": nn.Linear(width, len(VOICES)), "about": nn.Linear(width, 2)})

    def forward(self, **inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of stance and voice, each (batch, 3), and of not being and being about the target, (batch, 2)."""
        out = self.classifier(**inputs, output_hidden_states=True)
        first = out.hidden_states[-1][:, 0]
        return out.logits, self.heads["voice"](first), self.heads["about"](first)


def load_checkpoint(folder: str | Path) -> tuple[StanceModel, Any]:
    """Load a model trained by this library, and its tokenizer, from a folder or a hub id; safetensors only.

    Raises InputError when there is no checkpoint, it cannot be read or its labels are not the stances in their order.
    """
    path, _ = find_checkpoint(folder)
    classifier = _loaded(AutoModelForSequenceClassification, path, folder, use_safetensors=True, dtype=torch.float32)
    model = StanceModel(classifier)
    try:
        model.heads.load_state_dict(load_file(path / HEADS))
    except (RuntimeError, SafetensorError) as problem:
        raise not_its_heads(path, problem) from None
    return model.eval(), _loaded(AutoTokenizer, path, folder)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' reports of missing heads and its progress bars off the terminal for a while."""
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def save_checkpoint(folder: str | Path, model: StanceModel, tokenizer: Any, calibration: Mapping[str, Any]) -> None:
    """Write a checkpoint, its weights in 16 bits to be read back in 32."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model.classifier.config.dtype = torch.float32
    half = {name: tensor.to(torch.float16) for name, tensor in model.classifier.state_dict().items()}
    with quiet():
        model.classifier.save_pretrained(folder, state_dict=half)
    config = json.loads((folder / "config.json").read_text())
    # transformers reads the weights in the type that the config names.
    config["dtype"] = "float32"
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    tokenizer.save_pretrained(folder)
    save_file({k: v.contiguous() for k, v in model.heads.state_dict().items()}, folder / HEADS)
    (folder / CALIBRATION).write_text(json.dumps(calibration, indent=2) + "\n")


class TorchEncoder:
    """Runs a checkpoint on the processor in 32 bits, or on a CUDA device in bfloat16 where there is one."""

    def __init__(self, model: StanceModel, tokenizer: Any) -> None:
        self.device = "cuda" if has_cuda() else "cpu"
        self.model = model.eval().to(self.device)
        self.tokenizer = tokenizer

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> TorchEncoder:
        """Load a checkpoint; see `load_checkpoint`."""
        return cls(*load_checkpoint(folder))

    def logits(self, texts: Sequence[str], pairs: Sequence[str], batch_size: int) -> tuple[Floats, Floats, Floats]:
        """Logits of text pairs in the order given: stance (n, 3), voice (n, 3), aboutness (n, 2)."""
        found = (np.zeros((len(texts), len(STANCES))), np.zeros((len(texts), len(VOICES))), np.zeros((len(texts), 2)))
        on_cuda = self.device == "cuda"
        budget = batch_size * MAX_TOKENS if on_cuda else TOKENS_A_BATCH
        for window in windows(texts, pairs):
            encoded = tokenize(self.tokenizer, [texts[i] for i in window], [pairs[i] for i in window])
            for batch in by_length([len(ids) for ids in encoded["input_ids"]], budget, batch_size):
                inputs = {name: [values[i] for i in batch] for name, values in encoded.items()}
                inputs = self.tokenizer.pad(inputs, pad_to_multiple_of=STEP, return_tensors="pt").to(self.device)
                with torch.inference_mode(), torch.autocast(self.device, torch.bfloat16, enabled=on_cuda):
                    for into, logits in zip(found, self.model(**inputs), strict=True):
                        into[[window[i] for i in batch]] = logits.double().cpu().numpy()
        return found


def has_cuda() -> bool:
    """Whether there is a CUDA device that torch can use."""
    return bool(torch.cuda.is_available())


def tokenize(tokenizer: Any, texts: Sequence[str], pairs: Sequence[str], **options: Any) -> Any:
    """Token ids of text pairs, cut at 256 tokens; `options` are the tokenizer's."""
    return tokenizer(list(texts), list(pairs), truncation="longest_first", max_length=MAX_TOKENS, **options)


def token_counts(tokenizer: Any, texts: Sequence[str], pairs: Sequence[str]) -> list[int]:
    """How many tokens each text pair has, cut at 256; none for none."""
    return [len(ids) for ids in tokenize(tokenizer, texts, pairs)["input_ids"]] if len(texts) else []


def _loaded(loader: Any, path: Path, name: str | Path, **options: Any) -> Any:
    try:
        with quiet():
            return loader.from_pretrained(path, **options)
    except Exception as problem:
        # transformers, tokenizers and safetensors each raise their own kinds for a broken folder.
        raise unreadable(name, problem) from problem
