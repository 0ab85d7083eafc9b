"""Runs that survive: articles are judged a block at a time, and each block is kept as a part once it is judged.

A run that is killed at any moment loses the block it was at. Resumed, it reads its articles again from the start, so
that duplicates and rejected input are found as before, passes over those in the parts and judges the rest. Every block
is judged by itself, and begins where it would have begun without the interruption; so the judgements are the same to
the last digit, and as the slants are summed from the parts, so are they.

What was rejected is kept beside the parts when the run has ended, in `rejects.jsonl`; `finished.json` says that it has.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from slantwise.articles import Rejection
from slantwise.articles.rejections import OnReject, Why
from slantwise.parts import (
    ARTICLES,
    DUPLICATES,
    JUDGEMENTS,
    article_columns,
    article_key,
    discard_unfinished,
    part_names,
    provenance_of,
    read_judged,
    replacing,
    write_part,
)
from slantwise.pipeline import judge_articles
from slantwise.progress import Progress
from slantwise.provenance import Provenance
from slantwise.records import Article, InputError, Judged
from slantwise.repeats import Judge
from slantwise.targets import Target

REJECTS, FINISHED, LOCK = "rejects.jsonl", "finished.json", ".lock"
# Where a run on several machines keeps which of its inputs have been gone through (see `distributed`).
UNITS = "units"
PART = "part-"
# A block ends with so many characters to be judged: about 150 articles, half a minute or so on two cores.
BLOCK = 500_000
# Passing over an article takes so small a part of the work of judging one as long, and so many characters' at least.
PASSED_OVER, LEAST = 50, 200

Blocks = Iterator[tuple[str, list[Article]]]
"""Articles to be judged together, each block with the name of the part that its judgements become."""


class Run:
    """A folder in which a run leaves its judgements; a context manager that keeps others from writing there.

    Raises InputError where the folder holds other things, a run when `resume` was not asked for, one made with other
    things than `provenance`, or one that is still going on. To resume what never began is to begin.
    """

    def __init__(self, folder: str | Path, provenance: Provenance, resume: bool = False, block: int = BLOCK) -> None:
        self.folder = Path(folder)
        self.block = block
        self._stack = ExitStack()
        self._check(resume)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._stack.enter_context(_locked(self.folder / LOCK))
        try:
            discard_unfinished(self.folder)
            made = provenance_of(self.folder)
            if made and (differences := provenance.differences(made)):
                raise InputError(
                    f"output {str(folder)!r}: the run there was made with {'; '.join(differences)}; "
                    "--resume goes on only with the same"
                )
        except BaseException:
            self._stack.close()
            raise
        self.provenance = made or provenance
        self.finished = is_finished(self.folder)

    def _check(self, resume: bool) -> None:
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(
                f"output {str(self.folder)!r} is a file; give a folder, or a name ending in .parquet, .csv or .jsonl"
            )
        found = {p.name for p in self.folder.iterdir()} if self.folder.exists() else set()
        if found - {LOCK} and not resume:
            raise InputError(
                f"output {str(self.folder)!r} is not empty; name another folder, or --resume the run in it"
            )
        others = found - {ARTICLES, JUDGEMENTS, DUPLICATES, UNITS, REJECTS, FINISHED, LOCK}
        others = {name for name in others if not name.endswith(".partial")}
        if others:
            raise InputError(
                f"output {str(self.folder)!r} holds {min(others)!r}, which is of no run; name another folder"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def judged(
        self,
        read: Callable[[OnReject], Iterable[Article]],
        target: Target,
        classifier: Judge | None = None,
        sources: Sequence[str] | None = None,
        on_reject: OnReject = lambda rejection: None,
        on_note: Callable[[str], None] = lambda message: None,
        progress: Progress | None = None,
        keep: Callable[[Blocks], None] | None = None,
    ) -> Iterator[Judged]:
        """All articles of the run with their judgements, from the parts, once what is missing has been judged.

        `read` is called with what takes in rejections and gives the articles; of a finished run nothing is read but
        the parts. `on_reject` is called with each rejection, as if everything were read anew, `on_note` with one line
        when articles in the parts did not come again. Without `classifier` the released model judges. `keep` judges
        blocks and writes each as the part of its name, in any order and any place; by default here, one by one.
        """
        if self.finished:
            yield from read_run(self.folder, on_reject)
            return
        progress = progress or Progress(quiet=True)

        def one_by_one(blocks: Blocks) -> None:
            for name, block in blocks:
                judged = progress.watch(judge_articles(block, target, classifier, sources))
                write_part(self.folder, name, judged, self.provenance)

        self._keep_missing(read, target, sources, on_reject, on_note, progress, keep or one_by_one)
        yield from read_judged(self.folder)

    def _keep_missing(
        self,
        read: Callable[[OnReject], Iterable[Article]],
        target: Target,
        sources: Sequence[str] | None,
        on_reject: OnReject,
        on_note: Callable[[str], None],
        progress: Progress,
        keep: Callable[[Blocks], None],
    ) -> None:
        done = _Done(self.folder)
        names = part_names(self.folder)
        # Above every name there is: parts that were made elsewhere may have come in another order.
        first = 1 + max((int(n.removeprefix(PART)) for n in names if n.removeprefix(PART).isdigit()), default=-1)
        with replacing(self.folder / REJECTS) as file, file.open("w", encoding="utf-8") as rejects:

            def rejected(rejection: Rejection) -> None:
                print(json.dumps(asdict(rejection), ensure_ascii=False), file=rejects)
                progress.passed()
                on_reject(rejection)

            def missing() -> Iterator[Article]:
                for article in read(rejected):
                    if done.take(article):
                        progress.passed()
                    else:
                        yield article

            found = blocks(missing(), target, sources, self.block)
            keep((f"{PART}{number:06}", block) for number, block in enumerate(found, first))
        if not part_names(self.folder):
            write_part(self.folder, f"{PART}{first:06}", [], self.provenance)
        if left := done.left():
            on_note(f"{left} articles judged before did not come again; they count as they were")
        with replacing(self.folder / FINISHED) as file:
            file.write_text(json.dumps({"articles": _Done(self.folder).count}) + "\n")
        self.finished = True


def read_run(folder: str | Path, on_reject: OnReject = lambda rejection: None) -> Iterator[Judged]:
    """The judged articles of a run, whoever made it, without judging; calls `on_reject` with what it rejected."""
    tell_rejects(folder, on_reject)
    yield from read_judged(folder)


def tell_rejects(folder: str | Path, on_reject: OnReject) -> None:
    """Call `on_reject` with what a run has rejected, once it has ended."""
    rejects = Path(folder) / REJECTS
    if rejects.exists():
        with rejects.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                on_reject(Rejection(row["origin"], row["reason"], Why(row["why"])))


def is_finished(folder: str | Path) -> bool:
    """Whether the run in a folder has come to its end."""
    return (Path(folder) / FINISHED).exists()


def blocks(
    articles: Iterable[Article], target: Target, sources: Sequence[str] | None = None, size: int = BLOCK
) -> Iterator[list[Article]]:
    """The articles in blocks that take about as long to judge; where they end depends on the articles alone."""
    block: list[Article] = []
    work = 0
    for article in articles:
        chosen = not sources or article.outlet in sources
        named = chosen and any(target.mentions(text) for text in (article.title, article.text))
        block.append(article)
        work += LEAST + len(article.text) // (1 if named else PASSED_OVER)
        if work >= size:
            yield block
            block, work = [], 0
    if block:
        yield block


class _Done:
    """Which articles are in the parts, each as often as it is there: 16 bytes an article."""

    def __init__(self, folder: Path) -> None:
        keys = array("Q", (_short(k) for of_part in article_columns(folder, ["article"]) for k in of_part["article"]))
        self.count = len(keys)
        self._keys, self._times = np.unique(np.array(keys, dtype=np.uint64), return_counts=True)

    def take(self, article: Article) -> bool:
        """Whether an article is there, and has not been taken as often as it is."""
        if not self.count:
            return False
        key = np.uint64(_short(article_key(article)))
        place = int(np.searchsorted(self._keys, key))
        if place == len(self._keys) or self._keys[place] != key or not self._times[place]:
            return False
        self._times[place] -= 1
        return True

    def left(self) -> int:
        """How many have not been taken."""
        return int(self._times.sum())


def _short(key: str) -> int:
    return int(key[:16], 16)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends; InputError where another holds it."""
    with file.open("w") as stream:
        # Windows has no such locks; there two runs must be kept apart by hand.
        with suppress(ImportError):
            import fcntl

            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InputError(
                    f"output {str(file.parent)!r}: another run is writing there; wait for its end"
                ) from None
        yield
