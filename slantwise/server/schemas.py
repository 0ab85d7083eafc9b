"""What goes over the wire for judgements, and problems, with examples: models behind the OpenAPI.

Knows nothing of the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from slantwise.records import Judgement, Stance, Voice
from slantwise.server.batching import Asked
from slantwise.targets import Target

LONGEST_SENTENCE = 20_000


def said(text: str) -> str:
    """The text; ValueError where it holds nothing but space."""
    if not text.strip():
        raise ValueError("holds nothing but space")
    return text


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(said)]
Names = Annotated[list[Name], Field(max_length=100)]


class Strict(BaseModel):
    """A body in which no field is misspelt."""

    model_config = ConfigDict(extra="forbid")


class TargetIn(Strict):
    """A company, and its other names, products and people."""

    name: Name
    aliases: Names = []


class SentenceIn(Strict):
    """A sentence to judge."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_SENTENCE), AfterValidator(said)]
    target: Name | TargetIn | None = Field(None, description="instead of the request's")
    context: str = Field("", max_length=LONGEST_SENTENCE, description="the text just before it")
    span: tuple[int, int] | None = Field(
        None, description="start and end, in characters, of the mention meant; by default every mention by name"
    )

    @model_validator(mode="after")
    def _span_within(self) -> Self:
        if self.span is not None and not 0 <= self.span[0] < self.span[1] <= len(self.text):
            raise ValueError(f"span {list(self.span)} does not lie within the {len(self.text)} characters of the text")
        return self


class JudgementsIn(Strict):
    """Sentences, and the company they are judged toward."""

    sentences: list[
        Annotated[str, Field(min_length=1, max_length=LONGEST_SENTENCE), AfterValidator(said)] | SentenceIn
    ] = Field(min_length=1)
    target: Name | TargetIn | None = None

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"target": "Acme", "sentences": ["Acme lied to its drivers, the court found.", "Acme sells cars."]},
                {
                    "sentences": [
                        {
                            "text": "He had known of the leak for years.",
                            "target": {"name": "Acme", "aliases": ["Acme Motors"]},
                            "context": "The court spoke of Acme's founder.",
                            "span": [0, 2],
                        }
                    ]
                },
            ]
        },
    )

    @model_validator(mode="after")
    def _all_have_targets(self) -> Self:
        if self.target is None:
            for number, sentence in enumerate(self.sentences):
                if isinstance(sentence, str) or sentence.target is None:
                    raise ValueError(f"sentence {number} has no target, and the request has none either")
        return self

    def asked(self) -> list[Asked]:
        """What the batcher is to judge."""
        common = _target(self.target) if self.target is not None else None
        found = []
        for s in self.sentences:
            target = common if isinstance(s, str) or s.target is None else _target(s.target)
            assert target is not None  # noqa: S101 checked by the model
            found.append(Asked(s, target) if isinstance(s, str) else Asked(s.text, target, s.context, s.span))
        return found


def _target(given: str | TargetIn) -> Target:
    return _made(given, ()) if isinstance(given, str) else _made(given.name, tuple(given.aliases))


# Its patterns take longer to compile than a sentence takes to judge.
@lru_cache(maxsize=1_000)
def _made(name: str, aliases: tuple[str, ...]) -> Target:
    return Target.of(name, aliases)


class JudgementOut(BaseModel):
    """A judgement: probabilities that sum to 1, and score = P(defending) − P(accusatory)."""

    stance: Stance
    score: float = Field(ge=-1, le=1)
    probabilities: dict[Stance, float]
    voice: Voice
    voice_probabilities: dict[Voice, float]
    about: float | None = Field(description="how probable it is that the sentence is about the target at all")


class JudgementsOut(BaseModel):
    """A judgement for each sentence, in order."""

    model: str
    judgements: list[JudgementOut]


def judgements_out(model: str, judgements: Sequence[Judgement]) -> dict[str, Any]:
    """A `JudgementsOut` as plain data."""
    rows = [
        {
            "stance": j.stance.value,
            "score": j.score,
            "probabilities": dict(zip(Stance, j.stance_probabilities, strict=True)),
            "voice": j.voice.value,
            "voice_probabilities": dict(zip(Voice, j.voice_probabilities, strict=True)),
            "about": j.about,
        }
        for j in judgements
    ]
    return {"model": model, "judgements": rows}


class ProblemOut(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = Field([], description="for each value that is not accepted its JSON pointer and why")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Unprocessable Content",
                    "status": 422,
                    "detail": "/sentences: Field required",
                    "errors": [{"pointer": "/sentences", "detail": "Field required"}],
                }
            ]
        }
    )
