"""Which library runs the encoder: the one that is asked for, or the fastest that is there. Loads none before."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from slantwise.checkpoint import find_checkpoint
from slantwise.records import InputError

if TYPE_CHECKING:
    from slantwise.openvino_runtime import OpenVinoEncoder
    from slantwise.runtime import TorchEncoder

# openvino computes in 8-bit integers, openvino-bf16 in bfloat16, torch in 32 bits and on CUDA devices in bfloat16.
RUNTIMES = ("auto", "openvino", "openvino-bf16", "torch")


def load_encoder(model: str | Path, runtime: str = "auto") -> OpenVinoEncoder | TorchEncoder:
    """Load a checkpoint, from a folder or a hub id, into a runtime.

    Raises InputError for an unknown or missing runtime and for what is no checkpoint.
    """
    runtime = chosen_runtime(model, runtime)
    if runtime == "torch":
        if find_spec("torch") is None or find_spec("transformers") is None:
            raise InputError("runtime torch is not installed; pip install torch transformers, or use openvino")
        from slantwise.runtime import TorchEncoder

        return TorchEncoder.from_pretrained(model)
    if find_spec("openvino") is None:
        raise InputError(f"runtime {runtime} is not installed; pip install openvino, or use torch")
    from slantwise.openvino_runtime import OpenVinoEncoder

    return OpenVinoEncoder.from_pretrained(model, integers=runtime == "openvino")


def chosen_runtime(model: str | Path, runtime: str = "auto") -> str:
    """The runtime that is asked for; for `auto` the fastest that is there and knows the checkpoint's architecture.

    That is torch where it finds a CUDA device, else OpenVINO, else torch.
    """
    if runtime not in RUNTIMES:
        raise InputError(f"runtime {runtime!r} is not known; accepted are {', '.join(RUNTIMES)}")
    return _fastest(model) if runtime == "auto" else runtime


def _fastest(model: str | Path) -> str:
    if _has_cuda() or find_spec("openvino") is None:
        return "torch"
    from slantwise.openvino_runtime import runs

    return "openvino" if runs(*find_checkpoint(model)) else "torch"


def _has_cuda() -> bool:
    # Importing torch to ask takes seconds, which a machine without the driver need not wait.
    if shutil.which("nvidia-smi") is None or find_spec("torch") is None:
        return False
    from slantwise.runtime import has_cuda

    return has_cuda()
