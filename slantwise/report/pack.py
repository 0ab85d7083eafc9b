"""Articles and strongest sentences packed for the page: compact JSON, gzip, base64. Knows nothing of pages.

What is too large is made smaller in steps: first without the text between judged sentences, then with fewer articles.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from slantwise.records import VOICES, Judgement, Stance, Voice
from slantwise.report.collector import Extreme
from slantwise.report.reading import ShownArticle, ShownSentence

# Leaves room for figures, pictures and script in a file of 5 MB.
MOST_BYTES = 3_800_000

HEADLINE = 1


@dataclass(frozen=True, slots=True)
class Packed:
    """`text` is the base64, `articles` how many articles it holds, `whole` whether with the text between sentences."""

    text: str
    articles: int
    whole: bool


def pack(
    articles: Sequence[ShownArticle],
    extremes: Mapping[tuple[str, Stance], Sequence[Extreme]],
    most_bytes: int = MOST_BYTES,
    seed: int = 0,
) -> Packed:
    """Pack all that fits into `most_bytes` of base64; articles that do not fit are drawn at random with `seed`."""
    outlets = sorted({a.outlet for a in articles} | {outlet for outlet, _ in extremes})
    number = {outlet: i for i, outlet in enumerate(outlets)}
    strongest: list[Any] = [[[], []] for _ in outlets]
    for (outlet, stance), found in extremes.items():
        side = 0 if stance is Stance.ACCUSATORY else 1
        strongest[number[outlet]][side] = [[e.title, _sentence(e.text, e.judgement, 0)] for e in found]
    kept, whole = list(articles), True
    order = Random(seed).sample(range(len(kept)), len(kept))  # noqa: S311 it draws a sample, not a secret
    while True:
        rows = [_article(a, number[a.outlet], whole) for a in kept]
        packed = _packed({"outlets": outlets, "articles": rows, "strongest": strongest})
        if len(packed) <= most_bytes or not kept:
            return Packed(packed, len(kept), whole)
        if whole:
            whole = False
            continue
        order = order[: min(len(order) - 1, int(len(order) * 0.95 * most_bytes / len(packed)))]
        kept = [articles[i] for i in sorted(order)]


def _packed(found: Mapping[str, Any]) -> str:
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), 6, mtime=0)).decode()


def _article(article: ShownArticle, outlet: int, whole: bool) -> list[Any]:
    """An article as a row: what it is, then its paragraphs of sentences and of text (strings, or 0 where left out)."""
    paragraphs: list[list[Any]] = []
    for paragraph in article.paragraphs:
        row: list[Any] = []
        for item in paragraph:
            if isinstance(item, ShownSentence):
                row.append(_sentence(item.text, item.judgement, HEADLINE * item.headline))
            else:
                row.append(item if whole else 0)
        if row != [0] or not paragraphs or paragraphs[-1][-1] != 0:
            paragraphs.append(row)
    return [outlet, article.title, article.date, article.url, article.origin, _mille(article.slant), paragraphs]


def thousandths(judgement: Judgement) -> tuple[int, int, int, int]:
    """P(accusatory), P(defending), and those of the target's voice and of others', in thousandths."""
    accusatory, _, defending = judgement.stance_probabilities
    of_voice = dict(zip(VOICES, judgement.voice_probabilities, strict=True))
    return _mille(accusatory), _mille(defending), _mille(of_voice[Voice.TARGET]), _mille(of_voice[Voice.OTHER])


def _sentence(text: str, judgement: Judgement, flags: int) -> list[Any]:
    """A sentence as a row: its text, `thousandths`, flags."""
    return [text, *thousandths(judgement), flags]


def _mille(value: float) -> int:
    return round(value * 1000)
