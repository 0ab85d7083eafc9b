"""The model card: written by every training from its own figures, in the hub's format, so that it is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from slantwise.config import TrainingConfig
from slantwise.records import STANCES

_CARD = """\
---
language: en
license: apache-2.0
library_name: transformers
pipeline_tag: text-classification
base_model: {base}
tags: [stance-detection, news, target-dependent-sentiment, media-bias]
---

# slantwise stance and voice

Tells of a sentence in a news article how it positions its reader toward a **target** company: `accusatory`, `neutral` or
`defending` (label ids 0, 1, 2). Two further heads tell whose **voice** carries it (outlet, target, other) and whether the
sentence is **about** the target at all.

## How the model sees a judgement

`text` is the sentence, `text_pair` the one or two sentences just before it (possibly empty, its last 160 characters). In
both, every mention of the target is replaced by `[TARGET]`: the model never reads the name, so it cannot hold it for or
against anyone, and names may be swapped freely.

```python
from slantwise import StanceClassifier
StanceClassifier.from_pretrained("{folder}").predict(["Acme was fined for hiding the leak."], "Acme")

from transformers import pipeline
pipeline("text-classification", model="{folder}")({{"text": "[TARGET] was fined for hiding the leak.", "text_pair": ""}})
```

Both give the same stance probabilities: the calibration is folded into the stance head. `heads.safetensors` holds the
heads for voice and aboutness (linear, on the first token's last state), `calibration.json` says what was folded in.

## Training

Base model: `{base}`. Data: {data}; sentences of public sets for which `data/public-labels.jsonl` has labels of our own
have these. Seed {seed}. {epoch_kept} is kept. Made by

```
{commands}
```

{stages}
{epochs_table}
Calibration: temperature {temperature:.2f} and a bias for each stance ({bias}), fitted on {fitted_on}.

## How right it is

Measured on articles whose stories and companies are in no other split. Intervals: 95%, bootstrap over sentences.

| measured on | sentences | macro-F1 | accusatory F1 | neutral F1 | defending F1 | voice accuracy | about F1 | calibration error |
|---|---|---|---|---|---|---|---|---|
{figures_table}
{further}
## Intended use, and misuse

For describing how the coverage of a company leans, over many sentences, with the interval beside the figure. It measures
text, not truth: an accusation may be deserved, a defence may be right, and a slant is no proof of bias. Do not use it to
judge a single sentence, a journalist or a source; do not publish an outlet's figure without its interval and its number of
articles. English news only.

Known to be hard: irony; denials told so as to be doubted; charges that lie only in the choice of words; opposite stances toward
two companies in one sentence; people who turn their back on a company; sentences that mean the company by nothing but their
place in the article; a plain fact of three or four words right after a charge ("Acme lied. It sells cars."), which it may
take for another.
"""


def write_card(folder: Path, report: Mapping[str, Any], calibration: Mapping[str, Any], further: str = "") -> None:
    """Write `README.md` beside the weights. `report` is what `training.json` holds; `further` is a section of its own."""
    config = TrainingConfig.of(report["config"])
    before = [TrainingConfig.of(stage) for stage in report.get("before", [])]
    teachers = [TrainingConfig.of(stage) for stage in report.get("teachers", [])]
    stages = [*teachers, *before, config]
    data = [
        "the train split of this project's corpus (`data/`)",
        *dict.fromkeys(f"`{path}`" for stage in stages for path in stage.data),
    ]
    card = _CARD.format(
        base=[*before, config][0].base_model,
        folder=folder.name,
        data=" and ".join(data),
        seed=config.seed,
        epoch_kept="The epoch with the best macro-F1 on the validation split and the held-out public sentences"
        if config.patience
        else "The last epoch",
        commands="\n".join(stage.command() for stage in ([config] if config.recipe else [*before, config])),
        stages=_stages(stages, report),
        epochs_table=_epochs(report["epochs"]),
        temperature=calibration["temperature"],
        bias=", ".join(f"{k} {v:+.2f}" for k, v in calibration["bias"].items()),
        fitted_on=calibration["fitted_on"],
        figures_table="\n".join(_row(name, figures) for name, figures in report["figures"].items()),
        further=f"\n{further.strip()}\n" if further else "",
    )
    (folder / "README.md").write_text(card, encoding="utf-8")


_EPOCH_FIGURES = ("eval_macro_f1", "eval_voice_accuracy", "eval_about_accuracy")


def _epochs(epochs: Sequence[Mapping[str, Any]]) -> str:
    """The table of epochs; nothing where none was measured."""
    if not epochs:
        return ""
    rows = (
        f"| {e['epoch']:g} | {' | '.join(f'{e[k]:.3f}' if k in e else '–' for k in _EPOCH_FIGURES)} |" for e in epochs
    )
    head = "\n| epoch | validation macro-F1 | voice accuracy | about accuracy |\n|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _stages(stages: Sequence[TrainingConfig], report: Mapping[str, Any]) -> str:
    """What was trained one after the other, in words."""
    lines = [f"{number}. {_stage(stage)}" for number, stage in enumerate(stages, 1)]
    if learned := report.get("learned_from"):
        lines.append(
            f"\nThe last learned from {learned['labelled']} labelled sentences ({learned['all']} with the unlabelled ones)"
            + (f" and chose its epoch on {learned['validation']}." if stages[-1].patience else ".")
        )
    if took := report.get("took"):
        lines.append(f"\nThe last took {took['minutes']} minutes and {took['peak_memory_gb']} GB of memory.")
    return "\n".join(lines)


def _stage(config: TrainingConfig) -> str:
    words = (
        f"`{config.output}`: `{config.base_model}`, at most {config.epochs} epochs of {config.examples or 'all'} examples, "
        f"batches of {config.batch_size}, learning rate {config.learning_rate}, dropout {config.dropout:g}"
    )
    if config.own_share:
        words += f", {config.own_share:.0%} of them hand labels"
    if config.teachers:
        words += (
            f"; taught by {', '.join(f'`{name}`' for name in config.teachers)} (share {config.taught_share:g}, temperature "
            f"{config.temperature:g}), also on the sentences of {', '.join(f'`{path}`' for path in config.unlabelled) or 'no other text'}"
            f", but for those of {', '.join(f'`{path}`' for path in config.leave_out) or 'no set'}"
            + (f", and on {config.variants} altered copies of each" if config.variants else "")
        )
    return words


def _row(name: str, figures: Mapping[str, Any]) -> str:
    low, high = figures["macro_f1_interval"]
    stances = " | ".join(f"{figures['per_stance'][s]['f1']:.3f}" for s in STANCES)
    voice, about = (f"{figures[k]:.3f}" if figures[k] is not None else "–" for k in ("voice_accuracy", "about_f1"))
    return (
        f"| {name} | {figures['sentences']} | {figures['macro_f1']:.3f} ({low:.3f} … {high:.3f}) | {stances} | {voice} | {about} "
        f"| {figures['calibration_error']:.3f} |"
    )
