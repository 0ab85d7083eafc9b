"""How right a model is on a user's own articles: tables for the terminal, JSON, and a page."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from slantwise.annotation.checking import Check, Checked
from slantwise.records import STANCES, VOICES, Estimate, OutletSlant
from slantwise.report import check_charts
from slantwise.report.estimates import print_estimates
from slantwise.report.figures import interval, remark
from slantwise.report.figures import signed as minus
from slantwise.report.html import drawn_both, plain_page
from slantwise.report.plain import plain

# With fewer labels of a stance its figures say little.
FEW_LABELS = 10


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What is said of how it was checked. `level` lies in (0, 1)."""

    target: str
    model: str
    labels: str
    estimand: str
    level: float = 0.95
    made_on: str = ""


def summary(found: Check) -> str:
    """What was found, in two sentences."""
    low, high = found.macro_f1_interval
    off = f"{minus(found.mean_error)} off ({interval(*found.mean_error_interval)}; {lean(found)})"
    return (
        f"About {found.accuracy:.0%} of the sentences are judged as the labels have them; macro-F1 is "
        f"{found.macro_f1:.2f} ({low:.2f} … {high:.2f}). Summed over sentences the scores are {off}."
    )


def lean(found: Check) -> str:
    """Which way the errors lean, if that can be told."""
    low, high = found.mean_error_interval
    if low <= 0 <= high:
        return "zero lies within: no lean can be told"
    return "the model is kinder than the labels" if low > 0 else "the model is harsher than the labels"


def cautions(found: Check) -> list[str]:
    """What makes the figures less sure."""
    said = []
    if found.few:
        said.append(
            f"Only {found.articles} articles have labels: intervals come from them and hold less often than they say."
        )
    counts = dict(zip(STANCES, found.counts.sum(axis=1), strict=True))
    for stance, n in counts.items():
        if n < FEW_LABELS:
            said.append(f"Only {n} labels are {stance}: its figures, and with them macro-F1, are rough.")
    return said


def check_as_json(found: Check, facts: CheckFacts) -> str:
    """Everything as one JSON object."""
    swaps = asdict(found.swaps)
    voice = found.voice_confusion
    return json.dumps(
        asdict(facts)
        | {
            "sentences": found.sentences,
            "articles": found.articles,
            "few_articles": found.few,
            "macro_f1": found.macro_f1,
            "macro_f1_interval": found.macro_f1_interval,
            "accuracy": found.accuracy,
            "per_stance": {str(s): figures for s, figures in found.per_stance.items()},
            "confusion": {"order": [str(s) for s in STANCES], "shares": found.confusion.tolist()}
            | {"counts": found.counts.tolist()},
            "calibration_error": found.calibration_error,
            "reliability": [asdict(b) for b in found.reliability],
            "mean_error": found.mean_error,
            "mean_error_interval": found.mean_error_interval,
            "voice_accuracy": found.voice_accuracy,
            "voice_confusion": None if voice is None else {"order": [str(v) for v in VOICES], "shares": voice.tolist()},
            "swaps": swaps,
            "worst": [_worst(c) for c in found.worst],
            "outlets": [_outlet(s) for s in found.slants],
            "cautions": cautions(found),
        },
        indent=2,
        ensure_ascii=False,
    )


def _worst(c: Checked) -> dict[str, Any]:
    return {
        "sentence": c.sentence.text,
        "label": str(c.label.stance),
        "model": str(c.judgement.stance),
        "probabilities": {str(s): p for s, p in c.judgement.probabilities.items()},
        "outlet": c.outlet,
        "article": c.origin,
    }


def _outlet(s: OutletSlant) -> dict[str, Any]:
    plain_ = {"outlet": s.outlet, "slant": s.slant, "low": s.low, "high": s.high, "articles": s.articles}
    return plain_ | {"sentences": s.sentences, "correction": s.correction and asdict(s.correction)}


def print_check(found: Check, facts: CheckFacts, console: Console | None = None) -> None:
    """Print what was found."""
    console = console or Console()
    console.print(f"How right the model is toward {escape(facts.target)}", style="bold", highlight=False)
    console.print(
        f"{found.sentences} labelled sentences in {found.articles} articles. {summary(found)}", highlight=False
    )
    table = _table("label", *(f"said {s}" for s in STANCES), "precision", "recall", "F1", "labels")
    for i, stance in enumerate(STANCES):
        shares = found.confusion[i] / max(1e-12, found.confusion[i].sum())
        f = found.per_stance[stance]
        figures = (f"{f[name]:.2f}" for name in ("precision", "recall", "f1"))
        table.add_row(str(stance), *(f"{x:.0%}" for x in shares), *figures, str(found.counts[i].sum()))
    console.print(table)
    console.print(f"Calibration error {found.calibration_error:.3f}. {_voices(found)}", highlight=False)
    console.print(_swaps(found), highlight=False)
    if found.worst:
        table = _table("judged most wrongly", "label", "model")
        for c in found.worst:
            table.add_row(escape(plain(c.sentence.text, 160)), str(c.label.stance), str(c.judgement.stance))
        console.print(table)
    for caution in cautions(found):
        console.print(caution, style="yellow", highlight=False)
    print_estimates(found.slants, console)


def _table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE)
    table.add_column(first, overflow="fold", min_width=10)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _voices(found: Check) -> str:
    if found.voice_accuracy is None:
        return "No voices are labelled."
    return f"The voice is right in {found.voice_accuracy:.0%}."


def _swaps(found: Check) -> str:
    s = found.swaps
    name = (
        f"Called by an invented name, {s.flipped} of {s.named} sentences that name the target change their stance "
        f"(score moves by {s.moved:.3f} on average, {s.most:.2f} at most; 0 is right)."
    )
    about = f"Asked about a company that is not there, {s.kept} of {s.sided} keep the side they take (few are right)."
    return f"{name} {about}"


def write_check(found: Check, facts: CheckFacts, path: str | Path) -> None:
    """Write the page. InputError without the extra, OSError where it cannot be written."""
    Path(path).write_text(render_check(found, facts), encoding="utf-8", newline="\n")


def render_check(found: Check, facts: CheckFacts) -> str:
    """The page as HTML: no script, no network; text from outside is escaped."""
    corrected = [s for s in found.slants if s.correction and s.correction.corrected]
    pictures = {"reliability": drawn_both(check_charts.reliability, found.reliability, "reliability")}
    if corrected:
        pictures["slants"] = drawn_both(check_charts.corrections, corrected, "slants")
    confusion = [
        (
            stance,
            found.confusion[i] / max(1e-12, found.confusion[i].sum()),
            found.counts[i].sum(),
            found.per_stance[stance],
        )
        for i, stance in enumerate(STANCES)
    ]
    voices = None
    if found.voice_confusion is not None:
        rows = found.voice_confusion
        voices = [(v, rows[i] / max(1e-12, rows[i].sum())) for i, v in enumerate(VOICES) if rows[i].sum() > 0]
    return plain_page(
        "check.html.j2",
        found=found,
        target=plain(facts.target, 120),
        model=plain(facts.model, 200),
        labels=plain(Path(facts.labels).name, 200),
        facts=facts,
        level=f"{facts.level:.0%}",
        summary=summary(found),
        cautions=cautions(found),
        confusion=confusion,
        voices=voices,
        voice_names=VOICES,
        stances=STANCES,
        pictures=pictures,
        corrected=len(corrected),
        rows=[_row(s) for s in found.slants],
        worst=[_quoted(c) for c in found.worst],
        interval=interval,
    )


def _quoted(c: Checked) -> dict[str, Any]:
    words = {"text": plain(c.sentence.text), "context": plain(c.sentence.context, 400), "outlet": plain(c.outlet, 120)}
    words |= {"title": plain(c.title, 200), "origin": plain(c.origin, 200)}
    return words | {"label": c.label.stance, "model": c.judgement.stance, "score": c.judgement.score}


def _row(s: OutletSlant) -> dict[str, Any]:
    c = s.correction
    return {
        "outlet": plain(s.outlet, 120),
        "slant": minus(s.slant),
        "interval": interval(s.low, s.high) + remark(s) if s.enough else "none ²",
        "corrected": _written(c.corrected if c else None) + ("³" if c and c.rectifier == "pooled" else ""),
        "alone": _written(c.labels_only if c else None),
        "labels": f"{c.sentences} in {c.articles}" if c else "–",
    }


def _written(estimate: Estimate | None) -> str:
    return "–" if estimate is None else f"{minus(estimate.slant)} ({interval(estimate.low, estimate.high)})"
