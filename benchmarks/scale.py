"""How many articles and sentences a second: one process, and a Ray cluster of this machine with one and two workers.

python benchmarks/scale.py --articles crypto-news.jsonl.gz --target Binance --repeat 2
python benchmarks/scale.py --articles crypto-news.jsonl.gz --target Binance --limit 100 --workers 1

Every way judges the same articles with the released model, in blocks, and writes parts; the figures must be equal. The
rate is that from the first block that has come to the last, so it leaves out starting; starting is told beside it. Both
need a machine that does nothing else. What does not, and what `docs/scale.md` reckons with, is the time of a processor
that reading an article takes (all that one costs that never names the target), and that judging one takes that does: run
it with OMP_NUM_THREADS=1 for these.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from functools import partial
from itertools import islice
from pathlib import Path

from slantwise import __version__
from slantwise.articles import read_articles
from slantwise.classifier import StanceClassifier
from slantwise.cluster import Workers, connected
from slantwise.distributed import RayRun
from slantwise.pipeline import sum_judged
from slantwise.progress import Progress
from slantwise.provenance import Provenance
from slantwise.remote import Job
from slantwise.runs import Run
from slantwise.targets import Target
from slantwise.units import units_of

# Files of so many articles, and blocks of so many characters: small, so that few articles fill several workers.
A_FILE, BLOCK = 50, 100_000


class Clocked(Progress):
    """Remembers when the first and the last block came, and what came in between."""

    def __init__(self) -> None:
        super().__init__(quiet=True)
        self.began = time.monotonic()
        self.first: tuple[float, int, int] | None = None
        self.last = self.began

    def count(self, articles: int, sentences: int) -> None:
        """Count judged articles and sentences."""
        super().count(articles, sentences)
        if articles:
            self.last = time.monotonic()
            self.first = self.first or (self.last, self.articles, self.sentences)

    def row(self) -> dict[str, float]:
        """Articles and sentences a second, and how long starting took."""
        start, articles, sentences = self.first or (self.began, 0, 0)
        seconds = max(self.last - start, 1e-9)
        return {
            "articles/s": (self.articles - articles) / seconds,
            "sentences/s": (self.sentences - sentences) / seconds,
            "starting": start - self.began,
            "seconds": self.last - self.began,
        }


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, required=True, help="JSONL, maybe gzipped")
    parser.add_argument("--target", required=True)
    parser.add_argument("--limit", type=int, help="just so many articles")
    parser.add_argument("--repeat", type=int, default=1, help="how often to take them all")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument(
        "--cpus", type=int, help="what the cluster is told it has (default: a reader's more than workers)"
    )
    given = parser.parse_args()
    target = Target.of(given.target)
    with tempfile.TemporaryDirectory() as folder:
        news = Path(folder) / "news"
        reading = written(given, news)
        naming = sum(bool(target.mentions(a.text) or target.mentions(a.title)) for a in read([news], print))
        print(f"{reading['articles']} articles, {naming} of which name {target.name}")
        print(f"reading: {1000 * reading['seconds'] / reading['articles']:.1f} ms of a processor an article")
        print(
            "| engine | articles/s | sentences/s | naming the target/s | starting, s | all, s |\n|---|---|---|---|---|---|"
        )
        slants = [local(news, Path(folder) / "local", target, naming)]
        for number in given.workers:
            cpus = given.cpus or number + 1
            slants.append(on_ray(news, Path(folder) / f"ray{number}", target, number, cpus, naming))
        assert all(abs(a - b) < 1e-6 for other in slants[1:] for a, b in zip(slants[0], other, strict=True)), slants


def read(inputs, on_reject):  # noqa: D103
    return read_articles(inputs, on_reject=on_reject, keep_duplicates=True)


def written(given: argparse.Namespace, folder: Path) -> dict[str, float]:
    """The articles as small files; how many there are, and how many seconds of a processor reading them took."""
    folder.mkdir()
    list(islice(read([given.articles], print), 1))  # what is loaded once
    start = time.process_time()
    found = list(islice(read([given.articles], print), given.limit))
    seconds = time.process_time() - start
    rows = [{f: getattr(a, f) for f in ("text", "outlet", "title", "date", "url")} for a in found] * given.repeat
    for number in range(0, len(rows), A_FILE):
        lines = "".join(json.dumps(row) + "\n" for row in rows[number : number + A_FILE])
        (folder / f"{number:08}.jsonl").write_text(lines)
    return {"articles": len(rows), "seconds": seconds * given.repeat}


def local(news: Path, folder: Path, target: Target, naming: int) -> list[float]:
    """One process, as `slantwise score --output` has it; the slants."""
    clock = Clocked()
    classifier = StanceClassifier.from_pretrained()
    started = time.process_time()
    with Run(folder, Provenance(target.name, version=__version__), block=BLOCK) as run:
        judged = run.judged(partial(read, [news]), target, classifier, progress=clock)
        slants = sum_judged(judged, target)
    seconds = time.process_time() - started
    told("one process", clock, naming)
    print(
        f"reading and judging, {seconds:.1f} s of a processor: {1000 * seconds / naming:.1f} ms an article that names "
        f"{target.name}, {1000 * seconds / clock.sentences:.1f} ms a judged sentence"
    )
    return sorted(s.slant for s in slants)


def on_ray(news: Path, folder: Path, target: Target, number: int, cpus: int, naming: int) -> list[float]:
    """A cluster of this machine, as `slantwise score --engine ray` has it; the slants."""
    clock = Clocked()
    made = Provenance(target.name, version=__version__)
    with connected("local", num_cpus=cpus, object_store_memory=200 * 2**20) as ray, Run(folder, made) as run:
        job = Job(str(folder), target, made, read, StanceClassifier.from_pretrained, keep_duplicates=True, block=BLOCK)
        on_cluster = RayRun(run, job, list(units_of([str(news)], size=1)), ray, Workers(number))
        on_cluster.judge(print, clock)
        slants = on_cluster.slants()
    told(f"Ray, {number} worker{'s' * (number > 1)}", clock, naming)
    return sorted(s.slant for s in slants)


def told(name: str, clock: Clocked, naming: int) -> None:
    """Print a row of the table."""
    row = clock.row()
    share = naming / max(clock.articles, 1)
    print(
        f"| {name} | {row['articles/s']:.1f} | {row['sentences/s']:.1f} | {share * row['articles/s']:.1f} | "
        f"{row['starting']:.0f} | {row['seconds']:.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
