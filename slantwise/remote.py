"""What the machines of a cluster do of a run: reading units, judging blocks, adding up parts. Knows nothing of Ray."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from slantwise import __version__
from slantwise.articles import OnReject, Rejection
from slantwise.articles.duplicates import Duplicates
from slantwise.articles.files import Input
from slantwise.parts import ARTICLES, article_columns, article_key, read_judged, write_part
from slantwise.pipeline import add_judged, judge_articles
from slantwise.provenance import Provenance
from slantwise.records import Article, InputError
from slantwise.repeats import Judge
from slantwise.runs import BLOCK, PART, UNITS, blocks
from slantwise.tally import Tally
from slantwise.targets import Target
from slantwise.units import LISTING, Unit

# How often a block is judged anew because its judge died, before the run gives up: else a block that takes all memory
# would end one after the other, for ever. What a block is tried is counted in a file with this ending.
RETRIES, TRIED = 5, ".tried"

_REJECTION = pa.struct([(name, pa.string()) for name in ("origin", "reason", "why")])
_TOLD = ("text", "outlet", "title", "date", "url", "origin")
# A block to be judged and what was rejected before its last article; or, at the end of a unit of n blocks, the rest of
# what was rejected, as its block n without articles.
READ_SCHEMA = pa.schema(
    [
        ("unit", pa.int64()),
        ("block", pa.int64()),
        ("end", pa.bool_()),
        ("articles", pa.list_(pa.struct([(name, pa.string()) for name in _TOLD]))),
        ("rejects", pa.list_(_REJECTION)),
    ]
)
# What has become of a block: whether it was judged now, how many articles and judged sentences it has.
DONE_SCHEMA = pa.schema(
    [
        *(READ_SCHEMA.field(name) for name in ("unit", "block", "end", "rejects")),
        ("judged", pa.bool_()),
        ("articles", pa.int64()),
        ("sentences", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Job:
    """What every machine is told of a run.

    `read` makes articles of inputs, and calls its second argument with what it rejects. `load` gives the classifier; it
    raises InputError where the model there is another one. `listing` is the digest of the list of units that lies in
    the folder: who does not find it there sees another folder. Relative names are meant from `place`.
    """

    folder: str
    target: Target
    provenance: Provenance
    read: Callable[[Sequence[Input], OnReject], Iterable[Article]]
    load: Callable[[], Judge]
    sources: tuple[str, ...] = ()
    keep_duplicates: bool = False
    block: int = BLOCK
    listing: str = ""
    place: str = field(default_factory=os.getcwd)

    def check_here(self) -> None:
        """Go to `place`; InputError where this machine does not see the run's folder, or has another version."""
        with suppress(OSError):
            os.chdir(self.place)
        if self.provenance.version not in ("", __version__):
            raise InputError(
                f"slantwise {__version__} is installed on a machine of the cluster, {self.provenance.version} here; "
                "all must have the same"
            )
        file = Path(self.folder) / UNITS / LISTING
        try:
            found = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError:
            found = ""
        if found != self.listing:
            raise InputError(
                f"output {self.folder!r} is not the same folder on every machine of the cluster; name one that all see"
            )


def part_of(unit: int, block: int) -> str:
    """The name of a block's part; their order is that in which one reader would have read everything."""
    return f"{PART}{unit:08}-{block:08}"


def read(table: pa.Table, job: Job) -> Iterator[pa.Table]:
    """The rows of `READ_SCHEMA` of a unit, which stands pickled in a row, and came from the same run."""
    from ray import cloudpickle

    for row in table.to_pylist():
        yield from read_unit(row["unit"], cloudpickle.loads(row["given"]), job)


def read_unit(number: int, unit: Unit, job: Job) -> Iterator[pa.Table]:
    """The blocks of a unit, read as they are asked for; InputError where its files are not what they were."""
    job.check_here()
    unit.check_here()
    rejects: list[Rejection] = []
    block = 0
    for articles in blocks(job.read(unit.inputs, rejects.append), job.target, job.sources, job.block):
        yield _row(READ_SCHEMA, number, block, rejects, end=False, articles=[_told(a) for a in articles])
        rejects.clear()
        block += 1
    yield _row(READ_SCHEMA, number, block, rejects, end=True, articles=[])


class Judging:
    """Holds the model, judges blocks, and writes each as a part."""

    def __init__(self, job: Job) -> None:
        job.check_here()
        self.job = job
        self.classifier = job.load()
        self.provenance = replace(job.provenance, shares=getattr(self.classifier, "shares", None))

    def __call__(self, table: pa.Table) -> pa.Table:
        """Rows of `READ_SCHEMA` in, as many of `DONE_SCHEMA` out."""
        return pa.concat_tables([self._judged(row) for row in table.to_pylist()])

    def _judged(self, row: dict[str, Any]) -> pa.Table:
        articles = [Article(**told) for told in row["articles"]]
        name = part_of(row["unit"], row["block"])
        judged = bool(articles) and not self._is_there(name, articles)
        sentences = 0
        if judged:
            self._count_try(name)
            found = judge_articles(articles, self.job.target, self.classifier, self.job.sources)
            sentences = write_part(self.job.folder, name, found, self.provenance)
            self._tried(name).unlink(missing_ok=True)
        rejects = [Rejection(**rejection) for rejection in row["rejects"]]
        counts = {"judged": judged, "articles": len(articles), "sentences": sentences}
        return _row(DONE_SCHEMA, row["unit"], row["block"], rejects, end=row["end"], **counts)

    def _tried(self, name: str) -> Path:
        return Path(self.job.folder) / UNITS / f"{name}{TRIED}"

    def _count_try(self, name: str) -> None:
        with self._tried(name).open("a") as file:
            file.write(".")
            if file.tell() > RETRIES + 1:
                raise InputError(
                    f"{name}: {RETRIES + 1} workers that judged it died, for want of memory perhaps; give --workers "
                    "fewer, or more memory, and --resume"
                )

    def _is_there(self, name: str, articles: Sequence[Article]) -> bool:
        """Whether the part is whole, and of these articles."""
        if not (Path(self.job.folder) / ARTICLES / f"{name}.parquet").exists():
            return False
        (there,) = article_columns(self.job.folder, ["article"], [name])
        return there["article"] == [article_key(article) for article in articles]


@dataclass(frozen=True)
class Marked:
    """A judged article in a part, and the hashes by which its duplicates are known."""

    part: str
    number: int
    outlet: str
    origin: str
    marks: list[int]


def marks(folder: str, names: Sequence[str]) -> list[Marked]:
    """The judged articles in some parts, in order."""
    duplicates, found = Duplicates(), []
    columns = ("outlet", "origin", "text")
    for name, part in zip(names, article_columns(folder, columns, names), strict=True):
        for number, (outlet, origin, text) in enumerate(zip(*(part[column] for column in columns), strict=True)):
            if text is not None:
                found.append(Marked(name, number, outlet, origin, duplicates.marks(Article(text, outlet))))
    return found


def added(
    folder: str,
    target: Target,
    sources: Sequence[str] | None,
    by: str | None,
    prior_shift: Sequence[float] | None,
    names: Sequence[str],
) -> tuple[Tally, set[str], list[str]]:
    """Some parts added up, the outlets in them, and what is to be told of articles that are left out."""
    tally, seen = Tally.of(prior_shift), set[str]()
    skipped: list[str] = []
    add_judged(read_judged(folder, names), tally, seen, target, sources, by, skipped.append)
    return tally, seen, skipped


def _told(article: Article) -> dict[str, str]:
    return {name: getattr(article, name) for name in _TOLD}


def _row(schema: pa.Schema, unit: int, block: int, rejects: Sequence[Rejection], **values: Any) -> pa.Table:
    row = {"unit": unit, "block": block, "rejects": [asdict(rejection) for rejection in rejects], **values}
    return pa.Table.from_pylist([row], schema=schema)
