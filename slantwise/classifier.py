"""StanceClassifier: sentences in, judgements out.

How the model sees a judgement: the sentence is the first text, what was said just before is the second, and every
mention of the target in either is replaced by `[TARGET]`. The model therefore never reads the target's name and
cannot hold it for or against anyone; asked for two companies in one sentence, it reads two different texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from slantwise.carried import carried
from slantwise.checkpoint import calibration_shares
from slantwise.hub import copy_checkpoint, local_folder, send_checkpoint
from slantwise.records import InputError, Judgement
from slantwise.runtimes import load_encoder
from slantwise.targets import Target

MASK = "[TARGET]"
LONGEST_SENTENCE = 900
LONGEST_CONTEXT = 160

Floats = NDArray[np.float64]
Span = tuple[int, int]


class Encoder(Protocol):
    """What the classifier needs of a model: calibrated logits for pairs of texts."""

    def logits(self, texts: Sequence[str], pairs: Sequence[str], batch_size: int) -> tuple[Floats, Floats, Floats]:
        """Logits in the order given: stance (n, 3), voice (n, 3), not being and being about the target (n, 2)."""


class StanceClassifier:
    """Judges sentences toward a target company.

    `shares` are those of the stances on the set it was calibrated on, None where that is not known. `folder` is where
    its checkpoint lies, None where it was not loaded from one.
    """

    def __init__(
        self,
        encoder: Encoder,
        name: str = "",
        shares: tuple[float, float, float] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.encoder = encoder
        self.name = name
        self.shares = shares
        self.folder = folder

    def __repr__(self) -> str:
        return f"StanceClassifier({self.name!r})"

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path | None = None,
        runtime: str = "auto",
        *,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
    ) -> StanceClassifier:
        """Load the released model, or one from a folder or a hub id, into a runtime (see `runtimes`).

        Of a hub id `revision` is the branch, tag or commit, `token` what a private model needs, `cache_dir` where it is
        kept. Raises InputError when it is not there, cannot be read, or labels other things than the three stances, and
        when the runtime is unknown or not installed.
        """
        folder = local_folder(carried("model") if model is None else model, revision, token, cache_dir)
        encoder = load_encoder(folder, runtime)
        name = "released" if model is None else str(model) + (f"@{revision}" if revision else "")
        return cls(encoder, name, calibration_shares(folder), folder)

    def save_pretrained(self, folder: str | Path) -> Path:
        """Write the checkpoint, as it was loaded, and its card into a folder; the folder.

        Raises InputError when the classifier was not loaded from a checkpoint, and when the folder cannot be written.
        """
        return copy_checkpoint(self._checkpoint(), folder)

    def push_to_hub(
        self,
        repo_id: str,
        *,
        revision: str | None = None,
        private: bool | None = None,
        token: str | bool | None = None,
        message: str = "Upload a slantwise checkpoint",
    ) -> str:
        """Send the checkpoint and its card to the hub, in one commit; the address of the commit.

        `repo_id` (`name` or `owner/name`) and its branch `revision` are made where they are not there. Raises
        InputError when the classifier was not loaded from a checkpoint, and when the hub refuses.
        """
        return send_checkpoint(
            self._checkpoint(), repo_id, revision=revision, private=private, token=token, message=message
        )

    def predict(
        self,
        sentences: Sequence[str],
        target: str | Target | Sequence[str | Target],
        context: Sequence[str] | None = None,
        spans: Sequence[Span | None] | None = None,
        batch_size: int = 64,
    ) -> list[Judgement]:
        """Judge each sentence toward the target; one judgement each, in order.

        `target` is one for all, or one a sentence. `context` is the text just before each sentence, possibly empty.
        `spans` are the character offsets of the mention meant, where the caller knows them; without them the target
        finds its own. Raises InputError for an empty sentence or target, a span outside its sentence, and sequences
        of different lengths.
        """
        stance, voice, about = self._probabilities(sentences, target, context, spans, batch_size)
        return [Judgement(_triple(s), _triple(v), float(a[1])) for s, v, a in zip(stance, voice, about, strict=True)]

    def predict_proba(
        self,
        sentences: Sequence[str],
        target: str | Target | Sequence[str | Target],
        context: Sequence[str] | None = None,
        spans: Sequence[Span | None] | None = None,
        batch_size: int = 64,
    ) -> Floats:
        """The probabilities of the stances, (n, 3), columns in the order of `STANCES`, rows sum to 1."""
        return self._probabilities(sentences, target, context, spans, batch_size)[0]

    def _checkpoint(self) -> Path:
        if self.folder is None or not self.folder.is_dir():
            raise InputError(
                f"classifier {self.name!r} has no checkpoint to save; accepted are those that from_pretrained loaded"
            )
        return self.folder

    def _probabilities(
        self,
        sentences: Sequence[str],
        target: str | Target | Sequence[str | Target],
        context: Sequence[str] | None,
        spans: Sequence[Span | None] | None,
        batch_size: int,
    ) -> tuple[Floats, Floats, Floats]:
        pairs = _encoded(sentences, target, context, spans)
        if batch_size < 1:
            raise InputError(f"batch_size {batch_size} is not 1 or more")
        distinct = {pair: i for i, pair in enumerate(dict.fromkeys(pairs))}
        texts, befores = [p[0] for p in distinct], [p[1] for p in distinct]
        stance, voice, about = self.encoder.logits(texts, befores, batch_size)
        rows = [distinct[pair] for pair in pairs]
        return _softmax(stance)[rows], _softmax(voice)[rows], _softmax(about)[rows]


def classify(sentence: str, target: str | Target, context: str = "") -> Judgement:
    """Judge one sentence with the released model, which is loaded at the first call and kept."""
    return _released().predict([sentence], target, [context])[0]


def encode(sentence: str, target: Target, context: str = "", span: Span | None = None) -> tuple[str, str]:
    """The two texts the model reads for a judgement: the sentence and its context, mentions of the target masked.

    A sentence longer than 900 characters is cut to a window around its first mention, a context to its last 160.
    """
    spans = target.mentions(sentence)
    if span is not None:
        # "He" stands for the target here, not in every "he": a mention that is no name is masked where it is meant.
        named = [s for s in spans if not _overlap(s, span)] if target.name[:1].isupper() else []
        spans = sorted([*named, span])
    start, end = _window(sentence, spans)
    inside = [(s - start, e - start) for s, e in spans if s >= start and e <= end]
    before = " ".join(context.split())
    before = before if len(before) <= LONGEST_CONTEXT else before[-LONGEST_CONTEXT:].partition(" ")[2]
    return _masked(sentence[start:end], inside), _masked(before, target.mentions(before))


def _encoded(
    sentences: Sequence[str],
    target: str | Target | Sequence[str | Target],
    context: Sequence[str] | None,
    spans: Sequence[Span | None] | None,
) -> list[tuple[str, str]]:
    if isinstance(sentences, str):
        raise InputError(f"sentences is one string ({sentences[:40]!r}); a sequence of strings is expected")
    n = len(sentences)
    targets = [Target.of(target)] * n if isinstance(target, str | Target) else [Target.of(t) for t in target]
    if isinstance(context, str):
        raise InputError(f"context is one string ({context[:40]!r}); a sequence with one for each sentence is expected")
    contexts = [""] * n if context is None else list(context)
    meant: list[Span | None] = [None] * n if spans is None else list(spans)
    for name, given in (("target", targets), ("context", contexts), ("spans", meant)):
        if len(given) != n:
            raise InputError(f"{name} has {len(given)} entries for {n} sentences; one for each is expected")
    for i, (sentence, span) in enumerate(zip(sentences, meant, strict=True)):
        if not isinstance(sentence, str) or not sentence.strip():
            raise InputError(f"sentence {i} is {sentence!r}; a non-empty string is expected")
        if span is not None and not 0 <= span[0] < span[1] <= len(sentence):
            raise InputError(f"span {tuple(span)} of sentence {i} does not lie within its {len(sentence)} characters")
    return [encode(*given) for given in zip(sentences, targets, contexts, meant, strict=True)]


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _window(sentence: str, spans: Sequence[Span]) -> Span:
    if len(sentence) <= LONGEST_SENTENCE:
        return 0, len(sentence)
    middle = spans[0][0] if spans else 0
    start = max(0, min(middle - LONGEST_SENTENCE // 3, len(sentence) - LONGEST_SENTENCE))
    return start, start + LONGEST_SENTENCE


def _masked(text: str, spans: Sequence[Span]) -> str:
    pieces, place = [], 0
    for start, end in spans:
        pieces += [text[place:start].replace(MASK, "(target)"), MASK]
        place = end
    pieces.append(text[place:].replace(MASK, "(target)"))
    return " ".join("".join(pieces).split())


def _softmax(logits: Floats) -> Floats:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def _triple(row: Floats) -> tuple[float, float, float]:
    first, second, third = (float(x) for x in row)
    return first, second, third


@cache
def _released() -> StanceClassifier:
    return StanceClassifier.from_pretrained()
