"""`slantwise classify`: sentences in, a judgement of each out."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from slantwise.cli.inputs import add_runtime_flag
from slantwise.records import STANCES, VOICES, InputError, Judgement

DESCRIPTION = "Judge how sentences lean toward a company, and in whose voice: negative accuses it, positive defends it."


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument("sentences", nargs="+", metavar="SENTENCE", help="a sentence; - reads one a line from stdin")
    parser.add_argument("--target", required=True, metavar="NAME", help="the company")
    parser.add_argument(
        "--alias", nargs="+", default=[], metavar="NAME", help="other names, products and people of the company"
    )
    parser.add_argument("--context", default="", metavar="TEXT", help="what is said just before (default: nothing)")
    parser.add_argument("--model", metavar="DIR", help="a model folder or hub id; by default the released model")
    add_runtime_flag(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")


def run(given: argparse.Namespace) -> int:
    """Judge and print; the exit status."""
    from slantwise.classifier import StanceClassifier
    from slantwise.targets import Target

    target = Target.of(given.target, given.alias)
    sentences = [line for s in given.sentences for line in (_lines() if s == "-" else [s])]
    if not sentences:
        raise InputError("standard input holds no sentence; one a line is expected")
    classifier = StanceClassifier.from_pretrained(given.model, given.runtime)
    for sentence in sentences:
        if sentence.strip() and not target.mentions(sentence):
            print(f"warning: {sentence[:60]!r} does not name {target.name}; --alias gives other names", file=sys.stderr)
    judged = classifier.predict(sentences, target, [given.context] * len(sentences))
    if given.json:
        rows = [_as_json(s, j) for s, j in zip(sentences, judged, strict=True)]
        print(json.dumps({"target": target.name, "model": classifier.name, "sentences": rows}, ensure_ascii=False))
    else:
        for sentence, j in zip(sentences, judged, strict=True):
            print(f"{j.score:+.2f}  {j.stance:<10}  {j.voice:<6}  {' '.join(sentence.split())}")
    return 0


def _lines() -> list[str]:
    # Read as bytes, so that the encoding of the terminal does not matter.
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputError(f"standard input: byte {problem.object[problem.start]:#x} is not UTF-8") from None
    return [line for line in text.splitlines() if line.strip()]


def _as_json(sentence: str, j: Judgement) -> dict[str, Any]:
    stances = zip(STANCES, j.stance_probabilities, strict=True)
    voices = zip(VOICES, j.voice_probabilities, strict=True)
    return {
        "sentence": sentence,
        "stance": j.stance,
        "score": round(j.score, 4),
        "voice": j.voice,
        "probabilities": {str(s): round(p, 4) for s, p in stances},
        "voices": {str(v): round(p, 4) for v, p in voices},
    }
