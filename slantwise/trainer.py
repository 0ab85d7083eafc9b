"""How one training runs: the losses of the heads and of a teacher's lesson, the settings.

Knows nothing of files, base models or calibration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import EarlyStoppingCallback, EvalPrediction, PrinterCallback, Trainer, TrainingArguments

from slantwise import metrics
from slantwise.classifier import encode
from slantwise.config import TrainingConfig
from slantwise.dealing import EpochSampler
from slantwise.examples import Example
from slantwise.records import STANCES, VOICES
from slantwise.runtime import StanceModel, token_counts, tokenize

LABEL_NAMES = ("stance", "voice", "about")
SIZES = (len(STANCES), len(VOICES), 2)
UNLABELLED = -100

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lesson:
    """What is learned from: text pairs, the label ids of each head, and what teachers make of them.

    `labels` is (n, 3), in the order of `LABEL_NAMES`, −100 where there is none. `logits` is (n, 8), the teachers'
    logits of stance, voice and aboutness side by side, NaN where they said nothing, or None without teachers. `own` are
    the places of hand labels.
    """

    pairs: Sequence[tuple[str, str]]
    labels: NDArray[np.int64]
    logits: Floats | None = None
    own: Sequence[int] = ()

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Lesson:
        """The labelled examples as the encoder reads them."""
        ids = [
            (
                STANCES.index(e.stance),
                UNLABELLED if e.voice is None else VOICES.index(e.voice),
                UNLABELLED if e.about is None else int(e.about),
            )
            for e in examples
        ]
        pairs = [encode(e.sentence, e.target, e.context, e.span) for e in examples]
        own = [i for i, e in enumerate(examples) if e.own]
        return cls(pairs, np.array(ids, dtype=np.int64).reshape(-1, len(LABEL_NAMES)), own=own)

    def dataset(self) -> Dataset:
        """The same as columns."""
        columns: dict[str, Any] = {
            "text": [text for text, _ in self.pairs],
            "pair": [pair for _, pair in self.pairs],
        }
        columns |= {name: self.labels[:, i].tolist() for i, name in enumerate(LABEL_NAMES)}
        if self.logits is not None:
            columns["taught"] = self.logits.tolist()
        return Dataset.from_dict(columns)


class HeadsTrainer(Trainer):  # type: ignore[misc]
    """Adds the losses of the heads, and how far each is from the teachers' where there are any.

    A label's loss is weighted by the square root of its class's rarity. With teachers it is mixed with the divergence
    from their probabilities, both softened by a temperature (Hinton, Vinyals and Dean 2015); an example without a label
    is learned from the teachers alone, one of which they said nothing from its label alone.
    """

    def __init__(
        self,
        *args: Any,
        class_weights: Sequence[Tensor],
        shares: Sequence[float],
        sampler: EpochSampler,
        taught_share: float,
        temperature: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sampler = sampler
        self.losses = [nn.CrossEntropyLoss(weights.to(self.args.device), reduction="none") for weights in class_weights]
        self.shares, self.taught_share, self.temperature = shares, taught_share, temperature

    def _get_train_sampler(self, *_: Any) -> EpochSampler:
        return self.sampler

    def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, **_: Any) -> Any:
        """The loss of a batch, as the class describes it."""
        labels = [inputs.pop(name) for name in LABEL_NAMES]
        taught = inputs.pop("taught", None)
        logits = model(**inputs)
        known = None if taught is None else ~taught[:, 0].isnan()
        of_labels = 1.0 if known is None else 1 - self.taught_share * known.float()
        parts = [
            share * (of_labels * of_head(given, label)).sum() / (label >= 0).sum().clamp(min=1)
            for share, of_head, given, label in zip(self.shares, self.losses, logits, labels, strict=True)
        ]
        if known is not None and known.any():
            of_taught = self.taught_share * known.float().mean()
            parts += [
                of_taught * share * divergence(given[known], teachers[known], self.temperature)
                for share, given, teachers in zip(self.shares, logits, taught.split(SIZES, dim=1), strict=True)
            ]
        loss = torch.stack(parts).sum()
        return (loss, {"loss": loss} | dict(zip(LABEL_NAMES, logits, strict=True))) if return_outputs else loss


def divergence(logits: Tensor, teachers: Tensor, temperature: float) -> Tensor:
    """Kullback–Leibler divergence of softened probabilities from the teachers', mean of the rows, times T²."""
    learned = nn.functional.log_softmax(logits.float() / temperature, dim=1)
    aimed_at = nn.functional.log_softmax(teachers.float() / temperature, dim=1)
    return nn.functional.kl_div(learned, aimed_at, reduction="batchmean", log_target=True) * temperature**2


def make_trainer(
    config: TrainingConfig,
    work: Path,
    model: StanceModel,
    tokenizer: Any,
    lesson: Lesson,
    validation: Lesson,
    progress: bool,
) -> Trainer:
    """A trainer that keeps its checkpoints in `work` and the epoch with the best macro-F1 on `validation`.

    Without patience it writes no checkpoints, measures nothing and ends with the last epoch.
    """

    def collate(rows: list[dict[str, Any]]) -> dict[str, Tensor]:
        texts, pairs = [r["text"] for r in rows], [r["pair"] for r in rows]
        inputs = dict(tokenize(tokenizer, texts, pairs, padding=True, return_tensors="pt"))
        names = [*LABEL_NAMES, "taught"] if "taught" in rows[0] else LABEL_NAMES
        return inputs | {name: torch.tensor([r[name] for r in rows]) for name in names}

    learned = lesson.dataset()
    lengths = token_counts(tokenizer, learned["text"], learned["pair"])
    choosing = config.patience > 0
    _freeze(model, config.frozen_layers)
    arguments = TrainingArguments(
        output_dir=str(work),
        seed=config.seed,
        data_seed=config.seed,
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch_size,
        per_device_eval_batch_size=64,
        bf16=in_bfloat16(config),
        use_cpu=not torch.cuda.is_available(),
        learning_rate=config.learning_rate,
        warmup_steps=config.warmup,
        weight_decay=0.01,
        eval_strategy="epoch" if choosing else "no",
        save_strategy="epoch" if choosing else "no",
        save_total_limit=2,
        load_best_model_at_end=choosing,
        metric_for_best_model="macro_f1",
        greater_is_better=True,
        logging_strategy="epoch",
        report_to="none",
        disable_tqdm=not progress,
        remove_unused_columns=False,
        label_names=list(LABEL_NAMES),
        dataloader_pin_memory=False,
    )
    trainer = HeadsTrainer(
        model=model,
        args=arguments,
        data_collator=collate,
        train_dataset=learned,
        eval_dataset=validation.dataset(),
        compute_metrics=_validation_figures,
        callbacks=[EarlyStoppingCallback(config.patience)] if choosing else [],
        class_weights=[_rarity(lesson.labels[:, i], size) for i, size in enumerate(SIZES)],
        sampler=EpochSampler(lengths, config.examples, config.batch_size, config.seed, lesson.own, config.own_share),
        shares=(1.0, config.voice_weight, config.about_weight),
        taught_share=config.taught_share,
        temperature=config.temperature,
    )
    if not progress:
        trainer.remove_callback(PrinterCallback)
    return trainer


def _freeze(model: StanceModel, layers: int) -> None:
    """Keep the embeddings and the first so many layers of the encoder as they are; none of either where it is 0."""
    encoder = model.classifier.base_model
    for part in [encoder.embeddings, *encoder.encoder.layer[:layers]] if layers else []:
        part.requires_grad_(False)


def in_bfloat16(config: TrainingConfig) -> bool:
    """Whether to compute in bfloat16: as configured, else where the processor or device is fast in it."""
    if config.precision != "auto":
        return config.precision == "bfloat16"
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # Without these instructions bfloat16 is many times slower than float32.
    able = torch.cpu.get_capabilities()
    return any(able.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def _rarity(ids: NDArray[np.int64], classes: int) -> Tensor:
    counts = np.bincount(ids[ids >= 0], minlength=classes) + 1
    weights = np.sqrt(counts.sum() / (classes * counts))
    return torch.tensor(weights / weights.mean(), dtype=torch.float32)


def _validation_figures(prediction: EvalPrediction) -> dict[str, float]:
    found = {}
    for name, logits, label in zip(LABEL_NAMES, prediction.predictions, prediction.label_ids, strict=True):
        known = label >= 0
        if known.any():
            found[f"{name}_accuracy"] = float((np.asarray(logits).argmax(axis=1)[known] == label[known]).mean())
    stances = [
        [STANCES[i] for i in ids]
        for ids in (prediction.label_ids[0], np.asarray(prediction.predictions[0]).argmax(axis=1))
    ]
    return found | {"macro_f1": metrics.macro_f1(*stances)}
