"""What goes over the wire for slants and jobs, with examples: models behind the OpenAPI.

Knows nothing of the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from slantwise.records import Article
from slantwise.server.orders import Job, Order, State
from slantwise.server.schemas import Name, Names, Strict, said


class ArticleIn(Strict):
    """An article."""

    text: Annotated[str, Field(min_length=1), AfterValidator(said)]
    outlet: Name
    title: str = Field("", max_length=1_000)
    date: str = Field("", max_length=100, description="best in ISO 8601")
    url: str = Field("", max_length=2_000)

    def article(self, number: int) -> Article:
        """The article; its origin is its place in the request."""
        return Article(self.text, self.outlet, self.title, self.date, self.url, f"article {number}")


class ScoringIn(Strict):
    """What to score and how; the fields mean what the flags of `slantwise evaluate` mean."""

    target: Name
    aliases: Names = Field([])
    sources: Names = Field([], description="just these outlets")
    weight: Literal["article", "sentence"] = "article"
    level: float = Field(0.95, ge=0.5, le=0.999)
    seed: int = Field(0, ge=0, lt=2**32)
    by: Literal["month", "week"] | None = None
    wire: Literal["keep", "once", "drop"] | None = None
    matched: bool = False
    shrink: bool = False
    prior_shift: bool = False

    def order(self) -> Order:
        """The order."""
        names = set(Order.__dataclass_fields__)
        given = self.model_dump().items()
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given if k in names}
        return Order(**values)


_ARTICLES: Any = [
    {"outlet": "The Daily", "text": "Acme lied to its drivers, the regulator said. Acme denies it."},
    {"outlet": "The Weekly", "text": "Acme is right to appeal. The company helps its town.", "date": "2026-03-01"},
]


class SlantIn(ScoringIn):
    """A few articles, to be scored at once."""

    articles: list[ArticleIn] = Field(min_length=1)

    model_config = ConfigDict(json_schema_extra={"examples": [{"target": "Acme", "articles": _ARTICLES}]})


class JobIn(ScoringIn):
    """Articles and addresses of pages, feeds and lists of either, to be scored in a job."""

    outlet: Name | None = Field(None, description="of articles whose input names none")
    columns: str | None = Field(None, max_length=500, description="as in text=body,outlet=domain")
    languages: Annotated[list[Annotated[str, Field(max_length=10)]], Field(min_length=1, max_length=20)] = Field(["en"])
    keep_duplicates: bool = False
    articles: list[ArticleIn] = Field([])
    addresses: list[Annotated[str, Field(max_length=2_000)]] = Field([])

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"target": "Acme", "aliases": ["Acme Motors"], "articles": _ARTICLES},
                {"target": "Acme", "addresses": ["https://daily.example/a-story"]},
            ]
        }
    )


class OutletOut(BaseModel):
    """An outlet's slant; more fields are described in docs/measurement.md."""

    outlet: str
    period: str | None
    slant: float = Field(ge=-1, le=1)
    low: float = Field(ge=-1, le=1)
    high: float = Field(ge=-1, le=1)
    articles: int
    sentences: int
    resampled: Literal["articles", "sentences"]
    enough: bool = Field(description="false: too little to say; the interval is the whole range")

    model_config = ConfigDict(extra="allow")


class SlantOut(BaseModel):
    """Slants, as `slantwise evaluate --json` prints them."""

    target: str
    model: str
    estimand: str
    outlets: list[OutletOut]

    model_config = ConfigDict(extra="allow")


class ProgressOut(BaseModel):
    """How far a job is."""

    articles: int
    sentences: int
    rejects: int


class LinksOut(BaseModel):
    """Where the rest is; null where it is not there (yet)."""

    self: str
    slant: str | None
    report: str | None
    rejects: str | None


class JobOut(BaseModel):
    """A job."""

    id: str
    state: State
    order: dict[str, Any]
    inputs: list[str]
    addresses: list[str]
    created: datetime
    started: datetime | None
    finished: datetime | None
    attempt: int
    progress: ProgressOut
    error: str | None
    links: LinksOut


class JobsOut(BaseModel):
    """Jobs, the newest first; `next` is the address of the following page."""

    jobs: list[JobOut]
    next: str | None


def job_out(job: Job) -> JobOut:
    """A job as it is told."""
    here = f"/v1/jobs/{job.id}"
    done, ended = job.state is State.DONE, job.state in (State.DONE, State.FAILED)
    return JobOut(
        id=job.id,
        state=job.state,
        order={name: getattr(job.order, name) for name in Order.__dataclass_fields__},
        inputs=list(job.inputs),
        addresses=list(job.addresses),
        created=_when(job.created),
        started=_when(job.started) if job.started is not None else None,
        finished=_when(job.finished) if job.finished is not None else None,
        attempt=job.attempt,
        progress=ProgressOut(
            articles=job.progress.articles, sentences=job.progress.sentences, rejects=job.progress.rejects
        ),
        error=job.error,
        links=LinksOut(
            self=here,
            slant=f"{here}/slant" if done else None,
            report=f"{here}/report" if done else None,
            rejects=f"{here}/rejects" if ended and job.attempt else None,
        ),
    )


def _when(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def form_values(fields: Sequence[tuple[str, Any]]) -> Mapping[str, Any]:
    """The values of a form for `JobIn`: lists where it wants lists; empty ones, as browsers send them, are left out.

    A field may also be named in the singular: `alias`, `source`, `language`, `address`.
    """
    lists = {"alias": "aliases", "source": "sources", "language": "languages", "address": "addresses"}
    values: dict[str, Any] = {}
    for name, value in fields:
        if value == "":
            continue
        name = lists.get(name, name)
        if name in lists.values():
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    return values
