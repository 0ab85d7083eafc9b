"""The encoder run with OpenVINO: the graph of a BERT checkpoint, built from its weights without torch or transformers.

Weights are 8-bit integers, a scale a row; activations are quantized while it runs, each token by itself, so that a
judgement does not depend on what else is in the batch (it has no more padding for it either), and nothing has to be
calibrated or exported beforehand. What is no matrix product is computed in bfloat16 where the processor has it. Of the
last layer only the first token is computed: the heads read no other.

Processors that cannot multiply 8-bit integers fast compute with the same weights in floating point.

Rounding may put a sentence on the wrong side of the line of what counts as about the target, and where an outlet has
few articles one sentence moves its slant. So what 8 bits find near that line is judged again with 16 (with 32 where
the processor has no 16).
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from slantwise.batches import by_length, padded_length, windows
from slantwise.checkpoint import HEADS, MAX_TOKENS, find_checkpoint, not_its_heads, unreadable
from slantwise.records import ABOUT, STANCES, VOICES, InputError

# The fastest of 128, 256, 512 and 1,024 on a processor with 1 MiB of second-level cache a core.
TOKENS_A_BATCH = 512
WIDEST_GROUP = 384
# OpenVINO keeps what it compiles for each shape of a batch, 5,000 pieces for each processor; so few do as well.
SHAPES_KEPT = {"CPU_RUNTIME_CACHE_CAPACITY": "200"}
# How near to the line a probability of aboutness may lie so that 8 bits are not trusted with it.
NEAR = 0.05

Floats = NDArray[np.float64]
Weights = Mapping[str, NDArray[np.float32]]


def runs(path: Path, config: Mapping[str, Any]) -> bool:
    """Whether this runtime knows the architecture of a checkpoint and its form of tokenizer."""
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and (path / "tokenizer.json").is_file()
        and _segments(path) is not None
    )


def _segments(path: Path) -> bool | None:
    """Whether transformers tells the encoder which of the two texts a token is of; None where that is not known."""
    try:
        settings = json.loads((path / "tokenizer_config.json").read_text())
        kind, inputs = settings.get("tokenizer_class"), settings.get("model_input_names")
    except (OSError, ValueError, AttributeError):
        return None
    if inputs is not None:
        return "token_type_ids" in inputs
    if kind in ("BertTokenizer", "BertTokenizerFast"):
        return True
    return False if kind in ("PreTrainedTokenizerFast", "TokenizersBackend") else None


class OpenVinoEncoder:
    """Runs a BERT checkpoint on all processors that the process may use, a batch on each.

    Calls from several threads wait for each other.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Tokenizer,
        segments: bool = True,
        integers: bool = True,
        finer: Callable[[], OpenVinoEncoder] | None = None,
    ) -> None:
        """`finer` loads the encoder that judges again what this one finds near the line of what counts."""
        from slantwise.openvino_graph import openvino

        core = openvino.Core()
        cores = processors()
        half = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        options = {
            "INFERENCE_PRECISION_HINT": "bf16" if half else "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(WIDEST_GROUP if integers else 0),
            # One thread on each of several batches does more than several threads on one.
            "NUM_STREAMS": str(cores),
            "INFERENCE_NUM_THREADS": str(cores),
            # Pinned, two processes would share one core and leave the other.
            "ENABLE_CPU_PINNING": False,
        }
        try:
            compiled = core.compile_model(model, "CPU", options | SHAPES_KEPT)
        except RuntimeError:  # no version promises to know it
            compiled = core.compile_model(model, "CPU", options)
        self._queue = openvino.AsyncInferQueue(compiled, cores)
        self._queue.set_callback(_keep)
        self._lock = threading.Lock()
        self._finer = finer and cache(finer)
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._segments = segments

    @classmethod
    def from_pretrained(cls, folder: str | Path, integers: bool = True) -> OpenVinoEncoder:
        """Load a checkpoint from a folder or a hub id; with `integers` its weights become 8-bit integers.

        Raises InputError when it is not there, cannot be read or is of an architecture that only torch runs.
        """
        path, config = find_checkpoint(folder)
        if not runs(path, config):
            kind = config.get("model_type")
            raise InputError(
                f"{folder}: runtime openvino runs BERT models with their own tokenizer, and this is {kind!r}; use torch"
            )
        try:
            weights, tokenizer = _tensors(path / "model.safetensors"), Tokenizer.from_file(str(path / "tokenizer.json"))
        except Exception as problem:  # tokenizers raises nothing narrower
            raise unreadable(folder, problem) from None
        try:
            heads = _tensors(path / HEADS)
            for name, rows in (("voice", len(VOICES)), ("about", 2)):
                if heads[f"{name}.weight"].shape != (rows, config["hidden_size"]):
                    raise ValueError(f"{name}.weight is {heads[f'{name}.weight'].shape}")
        except (OSError, KeyError, ValueError, SafetensorError) as problem:
            raise not_its_heads(path, problem) from None
        from slantwise.openvino_graph import bert

        try:
            model = bert(config, weights, heads, integers)
        except (KeyError, ValueError, RuntimeError) as problem:
            raise unreadable(folder, problem) from None
        finer = partial(cls.from_pretrained, path, integers=False) if integers else None
        return cls(model, tokenizer, bool(_segments(path)), integers, finer)

    def logits(self, texts: Sequence[str], pairs: Sequence[str], batch_size: int) -> tuple[Floats, Floats, Floats]:
        """Logits of text pairs in the order given: stance (n, 3), voice (n, 3), aboutness (n, 2)."""
        found = self._logits(texts, pairs, batch_size)
        near = np.flatnonzero(np.abs(_about(found[2]) - ABOUT) < NEAR).tolist()
        if self._finer and near:
            with self._lock:
                finer = self._finer()
            again = finer.logits([texts[i] for i in near], [pairs[i] for i in near], batch_size)
            for head, better in zip(found, again, strict=True):
                head[near] = better
        return found

    def _logits(self, texts: Sequence[str], pairs: Sequence[str], batch_size: int) -> tuple[Floats, Floats, Floats]:
        found = (np.zeros((len(texts), len(STANCES))), np.zeros((len(texts), len(VOICES))), np.zeros((len(texts), 2)))
        with self._lock:
            for window in windows(texts, pairs):
                # While the batches of this window wait and run, the next is tokenized.
                encoded = self._tokenizer.encode_batch([(texts[i], pairs[i]) for i in window])
                for batch in by_length([len(e.ids) for e in encoded], TOKENS_A_BATCH, batch_size):
                    inputs = padded([encoded[i] for i in batch], self._segments)
                    self._queue.start_async(inputs, (found, [window[i] for i in batch]))
            self._queue.wait_all()
        return found


def _about(logits: Floats) -> Floats:
    """Probabilities of aboutness, (n,)."""
    probabilities: Floats = 1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))
    return probabilities


def padded(encoded: Sequence[Any], with_segments: bool = True) -> list[NDArray[Any]]:
    """Token ids, segments (int32) and mask (float32, 1 for a token and 0 for padding), each (texts, tokens)."""
    shape = len(encoded), padded_length(max(len(e.ids) for e in encoded))
    ids, segments, mask = np.zeros(shape, np.int32), np.zeros(shape, np.int32), np.zeros(shape, np.float32)
    for row, each in enumerate(encoded):
        length = len(each.ids)
        ids[row, :length], mask[row, :length] = each.ids, 1
        if with_segments:
            segments[row, :length] = each.type_ids
    return [ids, segments, mask]


def processors() -> int:
    """How many processors this process may use: those the system gives it, at most `OMP_NUM_THREADS` where that is set.

    Ray sets it for its workers, of which each is to keep to its own.
    """
    given = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return min(given, int(asked)) if asked.isdecimal() and int(asked) else given


def _keep(request: Any, place: tuple[tuple[Floats, ...], list[int]]) -> None:
    found, rows = place
    for i, into in enumerate(found):
        into[rows] = request.get_output_tensor(i).data


def _tensors(file: Path) -> dict[str, NDArray[np.float32]]:
    return {name: tensor.astype(np.float32) for name, tensor in load_file(file).items()}
