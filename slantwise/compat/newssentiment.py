"""NewsSentiment's `TargetSentimentClassifier`: its calls and the form of its answers, with this project's model.

For code written to NewsSentiment (Hamborg and Donnay 2021), whose last release (1.2.28) asks for Python before 3.12,
torch before 2.1 and transformers before 4.25. Change the import and keep the rest:

    from slantwise.compat.newssentiment import TargetSentimentClassifier

What is answered is **not the same construct**. NewsSentiment tells the sentiment that readers take a sentence to
express toward a person or company; slantwise tells whether it accuses the target, defends it or does neither. The
stances stand in its places by their direction: accusatory as `negative` (0), neutral as `neutral` (1), defending as
`positive` (2). So bad news that blames nobody ("Acme's shares fell") is neutral here and may be negative there, praise
that answers no charge likewise; figures of the two must not be joined in one series. The mention is masked, so the
answer does not depend on the name.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, TypedDict

from slantwise.classifier import StanceClassifier
from slantwise.records import InputError
from slantwise.targets import Target

LABELS = ("negative", "neutral", "positive")

Components = tuple[str, str, str]
Indexes = tuple[str, int, int]


class ClassProbability(TypedDict):
    """One class of an answer, with its probability in [0, 1]."""

    class_id: int
    class_label: str
    class_prob: float


# Three classes, the most probable first.
Answer = tuple[ClassProbability, ...]


class TargetSentimentClassifier:
    """Answers as NewsSentiment's class of this name does.

    `opts_from_infer` and `state_dict` of NewsSentiment name weights of its own, which are not read: InputError.
    `single_targets` and `logging_level` change nothing. `classifier` is the judge; by default the released model.
    """

    def __init__(
        self,
        opts_from_infer: Any = None,
        single_targets: bool = True,
        logging_level: str = "ERROR",
        state_dict: Any = None,
        *,
        classifier: StanceClassifier | str | Path | None = None,
    ) -> None:
        for name, value in (("opts_from_infer", opts_from_infer), ("state_dict", state_dict)):
            if value is not None:
                raise InputError(
                    f"{name} {value!r} is of NewsSentiment's own weights, which are not read; accepted is "
                    "classifier=, a StanceClassifier, its folder or hub id"
                )
        given = classifier
        self.classifier = given if isinstance(given, StanceClassifier) else StanceClassifier.from_pretrained(given)

    def infer_from_text(self, left: str, target: str, right: str) -> Answer:
        """The classes of the mention `target` between the texts `left` and `right`."""
        return self.batch_infer([(left, target, right)])[0]

    def infer(
        self,
        text_left: str | None = None,
        target_mention: str | None = None,
        text_right: str | None = None,
        text: str | None = None,
        target_mention_from: int | None = None,
        target_mention_to: int | None = None,
        targets: Sequence[Components | Indexes] | None = None,
        batch_size: int = 1,
        disable_tqdm: bool = False,
    ) -> Answer | list[Answer]:
        """The classes of one mention, or of each of `targets` in order.

        A mention is given by the texts around it (`text_left`, `target_mention`, `text_right`) or by its place
        (`text`, `target_mention_from`, `target_mention_to`); `targets` may mix both as triples. One mention answers a
        tuple of three dictionaries, the most probable first; `targets` a list of such. InputError for anything else.
        """
        one = [
            triple
            for triple in ((text_left, target_mention, text_right), (text, target_mention_from, target_mention_to))
            if any(part is not None for part in triple)
        ]
        if len(one) + (targets is not None) != 1:
            raise InputError(
                "infer takes one of: text_left, target_mention and text_right; text, target_mention_from and "
                f"target_mention_to; targets. It was given {len(one) + (targets is not None)} of them"
            )
        if targets is not None:
            return self.batch_infer(targets, batch_size)
        return self.batch_infer(one, batch_size)[0]  # type: ignore[arg-type]

    def batch_infer(self, targets: Sequence[Components | Indexes], batch_size: int = 64) -> list[Answer]:
        """The classes of each mention, in order."""
        mentions = [_mention(triple, i) for i, triple in enumerate(targets)]
        probabilities = self.classifier.predict_proba(
            [text for text, _ in mentions],
            [Target(text[start:end]) for text, (start, end) in mentions],
            spans=[span for _, span in mentions],
            batch_size=batch_size,
        )
        return [_answer(row) for row in probabilities.tolist()]

    def get_info_for_label(self, classification_result: Answer, label: str) -> ClassProbability:
        """The class named `label` of an answer; InputError where there is none."""
        for found in classification_result:
            if found["class_label"] == label:
                return found
        raise InputError(f"label {label!r} is not recognised; accepted are {', '.join(LABELS)}")


def _mention(triple: Any, number: int) -> tuple[str, tuple[int, int]]:
    """The text of a triple of either kind and the offsets of its mention."""
    parts = tuple(triple) if isinstance(triple, tuple | list) else ()
    kinds = [str if isinstance(p, str) else int if isinstance(p, Integral) else None for p in parts]
    if kinds == [str, str, str]:
        left, mention, right = parts
        # NewsSentiment parts the segments where the caller has not; "Acme" and "'s" stay together here.
        left = left.lstrip("\n")
        left += " " if left and left[-1].isalnum() else ""
        right = f" {right}" if right and right[0].isalnum() else right
        text, span = left + mention + right, (len(left), len(left) + len(mention))
    elif kinds == [str, int, int]:
        text, span = parts[0], (int(parts[1]), int(parts[2]))
    else:
        raise InputError(
            f"target {number} is {triple!r}; accepted are (text_left, target_mention, text_right) and "
            "(text, target_mention_from, target_mention_to)"
        )
    mention = text[span[0] : span[1]] if 0 <= span[0] < span[1] <= len(text) else ""
    if not mention or mention != mention.strip():
        raise InputError(
            f"target {number}: the mention is {mention!r} ({span[0]}–{span[1]} of {len(text)} characters); a mention "
            "without spaces at its ends is expected"
        )
    return text, span


def _answer(probabilities: Sequence[float]) -> Answer:
    classes = [
        ClassProbability(class_id=i, class_label=label, class_prob=float(p))
        for i, (label, p) in enumerate(zip(LABELS, probabilities, strict=True))
    ]
    return tuple(sorted(classes, key=lambda c: c["class_prob"], reverse=True))
