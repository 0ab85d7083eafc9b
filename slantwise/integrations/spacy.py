"""A spaCy component: the sentences of a document toward a company, in the document itself.

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("slantwise", config={"target": "Acme", "aliases": ["Acme Motors"]})

Every sentence about the target gets `sent._.stance`, `sent._.stance_probabilities`, `sent._.voice` and `sent._.score`;
of the others they are None. `doc._.slant` is the mean score of the former, None without any. Which sentences those are
is decided as for articles (see `sentences`), within the sentence boundaries that the pipeline has set; nothing is left
out as furniture and there are no headlines. The values are plain strings and numbers, so that documents can be stored.

What the component was given lies in the pipeline's config, and with it in what `nlp.to_disk` writes; the model lies
where the config says.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from slantwise.classifier import StanceClassifier
from slantwise.pipeline import judge_split
from slantwise.records import InputError, Judgement
from slantwise.repeats import Judge
from slantwise.sentences import split_at
from slantwise.targets import Target

try:
    from spacy.language import Language
    from spacy.tokens import Doc, Span
    from spacy.util import raise_error
except ImportError:
    raise InputError("spaCy is not installed; pip install 'slantwise[spacy]'") from None

if TYPE_CHECKING:
    from collections.abc import Callable

OF_SENTENCES = ("stance", "stance_probabilities", "voice", "score")


class SlantComponent:
    """Judges the sentences of documents toward one target; see the module."""

    def __init__(self, target: Target, classifier: Judge, name: str = "slantwise") -> None:
        self.target = target
        self.classifier = classifier
        self.name = name
        self._on_error: Callable[..., Any] = raise_error
        for holder, names in ((Span, OF_SENTENCES), (Doc, ("slant",))):
            for extension in names:
                _register(holder, extension)

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document; InputError where its sentences are not marked."""
        return self._annotated([doc])[0]

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 32) -> Iterator[Doc]:
        """Annotate documents, the sentences of `batch_size` documents at a time."""
        waiting = iter(stream)
        while docs := list(itertools.islice(waiting, batch_size)):
            try:
                yield from self._annotated(docs)
            except Exception as problem:
                # As spaCy's own components do: by default it is raised, `nlp.set_error_handler` decides otherwise.
                self._on_error(self.name, self, docs, problem)

    def set_error_handler(self, handler: Callable[..., Any]) -> None:
        """Have `handler` called with what fails: the component's name, the component, its documents, the exception."""
        self._on_error = handler

    def _annotated(self, docs: list[Doc]) -> list[Doc]:
        split = [(doc, split_at(doc.text, _bounds(doc), self.target)) for doc in docs]
        for doc, judged in judge_split(split, self.target, self.classifier):
            scores = [j.score for _, j in judged]
            doc._.slant = sum(scores) / len(scores) if scores else None
            found = {sentence.start: judgement for sentence, judgement in judged}
            for sent in doc.sents:
                _set(sent, found.get(sent.start_char + _indent(sent.text)))
        return docs


@Language.factory(
    "slantwise",
    assigns=["doc._.slant", *(f"span._.{name}" for name in OF_SENTENCES)],
    requires=["doc.sents"],
    default_config={"target": "", "aliases": [], "descriptors": [], "model": None},
)
def make_component(
    nlp: Language, name: str, target: str, aliases: list[str], descriptors: list[str], model: str | None
) -> SlantComponent:
    """Make the component of its config.

    `target` is the company, `aliases` and `descriptors` as in `Target`, `model` a folder or hub id (by default the
    released model). InputError without a target and where the model cannot be loaded.
    """
    given = Target(target, tuple(aliases), tuple(descriptors)) if descriptors else Target.of(target, aliases)
    return SlantComponent(given, StanceClassifier.from_pretrained(model), name)


def _bounds(doc: Doc) -> list[tuple[int, int]]:
    if not doc.has_annotation("SENT_START"):
        raise InputError(
            "the document's sentences are not marked; add a component that does before slantwise, for example "
            'nlp.add_pipe("sentencizer")'
        )
    return [(sent.start_char, sent.end_char) for sent in doc.sents]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _set(sent: Span, judgement: Judgement | None) -> None:
    if judgement is None:
        sent._.stance = sent._.stance_probabilities = sent._.voice = sent._.score = None
    else:
        sent._.stance = str(judgement.stance)
        sent._.stance_probabilities = {str(stance): p for stance, p in judgement.probabilities.items()}
        sent._.voice = str(judgement.voice)
        sent._.score = judgement.score


def _register(holder: Any, name: str) -> None:
    """Give documents or spans an attribute; InputError where another component has one of that name for its own."""
    if not holder.has_extension(name):
        holder.set_extension(name, default=None)
    elif any(part is not None for part in holder.get_extension(name)):
        raise InputError(f"{holder.__name__}._.{name} is in use by another component; remove its extension first")
