"""Judgements as Parquet parts: what a run leaves behind, and how it is read again. Knows nothing of models.

A folder of parts holds two Parquet data sets that any tool reads: `judgements/`, a row a judged sentence (headlines
too), and `articles/`, a row an article that came, also where nothing in it is about the target. The parts of both have
the same names; one that stands in `articles/` is whole, since it is put there last, under its name in one step, when
all is on disk. Whatever else lies there comes from a run that was killed, and is not read.

Articles that name the target are kept with their texts, so that copies, stories, labels and reports can be had from
the parts alone; of others there is the digest of the text.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from slantwise.provenance import Provenance
from slantwise.records import Article, InputError, Judged, Judgement, Part, Sentence, Voice

JUDGEMENTS, ARTICLES = "judgements", "articles"
# Of each part, by its name, the numbers of the articles that repeat one in another part: they are not read.
DUPLICATES = "duplicates.json"
# Where in the metadata of a part its provenance stands, as JSON.
PROVENANCE = b"slantwise"
_ROWS = 20_000

_SPAN = pa.struct([pa.field("start", pa.int32(), False), pa.field("end", pa.int32(), False)])
JUDGEMENT_SCHEMA = pa.schema(
    [
        pa.field("article", pa.string(), False),  # the article's key
        *(pa.field(name, pa.string(), False) for name in ("outlet", "title", "date", "url", "origin")),
        pa.field("start", pa.int32(), False),  # offsets into the article's text; −1: the separate title
        pa.field("end", pa.int32(), False),
        *(pa.field(name, pa.string(), False) for name in ("text", "context", "part")),
        pa.field("mentions", pa.list_(_SPAN), False),  # offsets into the sentence
        pa.field("about", pa.bool_(), False),  # the text says that it is about the target
        pa.field("speaker", pa.string()),
        *(pa.field(name, pa.float64(), False) for name in ("accusatory", "neutral", "defending")),
        *(pa.field(name, pa.float64(), False) for name in ("voice_outlet", "voice_target", "voice_other")),
        pa.field("aboutness", pa.float64()),
        pa.field("stance", pa.string(), False),  # this and the next two follow from the probabilities
        pa.field("voice", pa.string(), False),
        pa.field("score", pa.float64(), False),
    ]
)
ARTICLE_SCHEMA = pa.schema(
    [
        pa.field("article", pa.string(), False),
        *(pa.field(name, pa.string(), False) for name in ("outlet", "title", "date", "url", "origin", "sha256")),
        pa.field("text", pa.string()),  # null where no sentence is judged
        pa.field("judged", pa.int32(), False),  # how many of the part's next judgements are its
    ]
)


def article_key(article: Article) -> str:
    """A hash of all that an article says of itself, but not of where it was read: 32 hexadecimal digits."""
    told = "\0".join((article.outlet, article.title, article.date, article.url, article.text))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def write_part(folder: str | Path, name: str, judged: Iterable[Judged], provenance: Provenance) -> int:
    """Write judged articles as the part `name` (letters, digits, hyphens); how many sentences.

    The part is there whole or not at all, whenever the process ends; a part of that name is replaced. Parts are read in
    the order of their names. Different parts may be written at once, by different processes.
    """
    judged = list(judged)
    rows = [row for article, pairs in judged for row in judgement_rows(article, pairs)]
    metadata = {PROVENANCE: provenance.to_json().encode()}
    _write(Path(folder) / JUDGEMENTS, name, judgement_table(rows).replace_schema_metadata(metadata))
    articles = pa.Table.from_pylist([_article_row(a, len(pairs)) for a, pairs in judged], schema=ARTICLE_SCHEMA)
    _write(Path(folder) / ARTICLES, name, articles.replace_schema_metadata(metadata))
    return len(rows)


def part_names(folder: str | Path) -> list[str]:
    """The names of the whole parts in a folder, in order."""
    return sorted(file.stem for file in (Path(folder) / ARTICLES).glob("*.parquet") if not file.name.startswith("."))


def discard_unfinished(folder: str | Path) -> None:
    """Delete what parts that were being written when their process ended have left; only while nobody writes."""
    whole = set(part_names(folder))
    for place in (".", ARTICLES, JUDGEMENTS):
        for file in (Path(folder) / place).glob(".*.partial"):
            file.unlink()
    for file in (Path(folder) / JUDGEMENTS).glob("*.parquet"):
        if file.stem not in whole:
            file.unlink()


def provenance_of(folder: str | Path) -> Provenance | None:
    """What the parts in a folder were made with; None where there are none. InputError where they differ."""
    found: Provenance | None = None
    for name in part_names(folder):
        file = Path(folder) / ARTICLES / f"{name}.parquet"
        provenance = Provenance.from_json((_reading(file, pq.read_schema).metadata or {}).get(PROVENANCE, b""), file)
        if found and (differences := found.differences(provenance)):
            raise InputError(f"{file}: was made with {differences[0]}, as other parts in {folder} were")
        found = found or provenance
    return found


def article_columns(
    folder: str | Path, columns: Sequence[str], names: Iterable[str] | None = None
) -> Iterator[dict[str, list[Any]]]:
    """Some columns of the articles, part by part, or of the parts named."""
    for name in part_names(folder) if names is None else names:
        file = Path(folder) / ARTICLES / f"{name}.parquet"
        yield _reading(file, lambda f: pq.read_table(f, columns=list(columns))).to_pydict()


def read_judged(folder: str | Path, names: Iterable[str] | None = None) -> Iterator[Judged]:
    """The judged articles of a folder's parts, or of those named, in order; a part is held at a time.

    They equal those written, but that the text of an article without a judged sentence is empty; its `sha256` is there.
    Those in `duplicates.json`, where there is one, are left out.
    """
    file = Path(folder) / DUPLICATES
    left_out: dict[str, list[int]] = json.loads(_reading(file, Path.read_bytes)) if file.exists() else {}
    for name in part_names(folder) if names is None else names:
        articles, judgements = (Path(folder) / part / f"{name}.parquet" for part in (ARTICLES, JUDGEMENTS))
        rows = _judgements(_reading(judgements, pq.read_table))
        repeats = frozenset(left_out.get(name, ()))
        for number, row in enumerate(_reading(articles, pq.read_table).to_pylist()):
            told = {k: row[k] for k in ("outlet", "title", "date", "url", "origin")}
            article = Article(row["text"] or "", **told, sha256="" if row["text"] else row["sha256"])
            pairs = [pair for _, pair in zip(range(row["judged"]), rows, strict=False)]
            if len(pairs) < row["judged"]:
                raise InputError(f"{judgements}: holds fewer judgements than {articles} says")
            if number not in repeats:
                yield article, pairs


def judgement_rows(article: Article, pairs: Sequence[tuple[Sentence, Judgement]]) -> Iterator[dict[str, Any]]:
    """A row a judged sentence, with the columns of `JUDGEMENT_SCHEMA`."""
    key = article_key(article) if pairs else ""
    for s, j in pairs:
        accusatory, neutral, defending = j.stance_probabilities
        outlet, target, other = j.voice_probabilities
        yield {
            "article": key,
            "outlet": article.outlet,
            "title": article.title,
            "date": article.date,
            "url": article.url,
            "origin": article.origin,
            "start": s.start,
            "end": s.end,
            "text": s.text,
            "context": s.context,
            "part": str(s.part),
            "mentions": [{"start": start, "end": end} for start, end in s.mentions],
            "about": s.about,
            "speaker": None if s.speaker is None else str(s.speaker),
            "accusatory": accusatory,
            "neutral": neutral,
            "defending": defending,
            "voice_outlet": outlet,
            "voice_target": target,
            "voice_other": other,
            "aboutness": j.about,
            "stance": str(j.stance),
            "voice": str(j.voice),
            "score": j.score,
        }


def judgement_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The rows of `judgement_rows` as a table."""
    return pa.Table.from_pylist(list(rows), schema=JUDGEMENT_SCHEMA)


def _article_row(article: Article, judged: int) -> dict[str, Any]:
    return {
        "article": article_key(article),
        "outlet": article.outlet,
        "title": article.title,
        "date": article.date,
        "url": article.url,
        "origin": article.origin,
        "sha256": article.text_digest,
        "text": article.text if judged else None,
        "judged": judged,
    }


def _judgements(table: pa.Table) -> Iterator[tuple[Sentence, Judgement]]:
    for batch in table.to_batches(_ROWS):
        for row in batch.to_pylist():
            sentence = Sentence(
                row["text"],
                row["start"],
                row["end"],
                row["context"],
                Part(row["part"]),
                tuple((m["start"], m["end"]) for m in row["mentions"]),
                row["about"],
                None if row["speaker"] is None else Voice(row["speaker"]),
            )
            stance = (row["accusatory"], row["neutral"], row["defending"])
            voice = (row["voice_outlet"], row["voice_target"], row["voice_other"])
            yield sentence, Judgement(stance, voice, row["aboutness"])


def _write(folder: Path, name: str, table: pa.Table) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / f"{name}.parquet") as file, file.open("wb") as stream:
        pq.write_table(table, stream, compression="zstd")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file to write in place of `path`: at the end it is put there in one step, once it is on disk.

    Where the writing fails nothing is left of it, and `path` is as it was.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    if hasattr(os, "O_DIRECTORY"):
        entry = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)


def _reading(file: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(file)
    except (OSError, pa.ArrowException) as problem:
        raise InputError(f"{file}: cannot be read ({str(problem).splitlines()[0]})") from None
