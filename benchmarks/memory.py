"""Whether memory stays flat however many articles there are: peak and speed of `evaluate` at 1,000 to 100,000 articles.

python benchmarks/memory.py --articles crypto-news.jsonl.gz [--counts 1000 10000 100000] [--options plain wire matched]

The articles are repeated to each count with three in ten of their longer words and all of their numbers exchanged, so that
none is a duplicate and no sentence comes twice, which is the worst case for all that remembers; each round is dated seven
weeks after the one before. The `evaluate` command then runs in a process of its own and its peak is read (VmHWM of Linux).

Up to `--real` articles the model judges everything. Beyond, to judge a million sentences would take hours: then the model is
loaded (with OpenVINO) and judges one call in sixteen, and the logits of the other calls are drawn from those. All else is the real code. What
was done is in the table. With `--run` this file is that process.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

TARGET = ["--target", "FTX", "--alias", "Binance", "Coinbase", "Genesis", "Alameda"]
KEPT = frozenset(w.casefold() for w in TARGET)
OPTIONS = {
    "plain": [],
    "wire": ["--wire"],
    "matched": ["--matched"],
    "report": ["--report", "{folder}/report.html"],
    "prior-shift": ["--prior-shift"],
    "month": ["--by", "month"],
    "rejects": ["--rejects", "{folder}/rejects.jsonl"],
}
WEEKS = timedelta(days=49)
ONE_IN = 16
_WORD = re.compile(r"[A-Za-z]{4,}|\d+")


def main() -> None:
    """Print a line a count and option; or run one of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, help="JSONL, maybe gzipped, with text, outlet, title and date")
    parser.add_argument("--counts", nargs="+", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--options", nargs="+", choices=OPTIONS, default=["plain"])
    parser.add_argument("--real", type=int, default=1_000, help="up to how many articles the model judges everything")
    parser.add_argument("--run", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run(given.run[0] == "real", given.run[1:])
        return
    if not given.articles:
        parser.error("--articles is needed")
    print("| option | articles | judged by | peak, MiB | beside the first | s | articles/s |")
    print("|---|---|---|---|---|---|---|", flush=True)
    first: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in given.counts:
            file = Path(folder) / f"{count}.jsonl"
            write(given.articles, file, count)
            for option in given.options:
                how = "real" if count <= given.real else "drawn"
                flags = [f.format(folder=folder) for f in OPTIONS[option]]
                started = time.perf_counter()
                command = ["--run", how, "evaluate", "--articles", str(file), *TARGET, "--json", *flags]
                done = subprocess.run([sys.executable, __file__, *command], capture_output=True, text=True)
                seconds = time.perf_counter() - started
                if done.returncode:
                    sys.exit(done.stderr[-2000:])
                outlets = json.loads(done.stdout)["outlets"]
                counted = sum(o["articles"] for o in outlets)
                peak = json.loads(done.stderr.strip().splitlines()[-1])["peak_kib"] / 1024
                first.setdefault(option, peak)
                said = {"real": "the model", "drawn": f"the model, 1 call in {ONE_IN}"}[how]
                print(
                    f"| {option} | {count:,} ({counted:,} about the target) | {said} | {peak:.0f} | "
                    f"{peak / first[option] - 1:+.1%} | {seconds:.0f} | {count / seconds:.0f} |",
                    flush=True,
                )


def write(source: Path, file: Path, count: int) -> None:
    """So many articles as JSONL."""
    with (gzip.open if source.suffix == ".gz" else open)(source, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    words = sorted({w for row in rows for w in _WORD.findall(row["text"]) if w.islower()})
    with file.open("w", encoding="utf-8") as out:
        for row in repeated(rows, words, count):
            print(json.dumps(row), file=out)


def repeated(rows: Sequence[dict[str, str]], words: Sequence[str], count: int) -> Iterator[dict[str, str]]:
    """The rows round after round, each time in other words and later; the first round as it is."""
    drawn = random.Random(0)

    def another(match: re.Match[str]) -> str:
        word = match[0]
        if word.isdigit():
            return str(drawn.randrange(10 ** len(word)))
        if word.casefold() in KEPT or drawn.random() > 0.3:
            return word
        other = drawn.choice(words)
        return other.capitalize() if word[0].isupper() else other

    for i in range(count):
        row = rows[i % len(rows)]
        turn = i // len(rows)
        day = date.fromisoformat(row["published"][:10]) + turn * WEEKS
        changed = {k: _WORD.sub(another, row[k]) if turn else row[k] for k in ("text", "title")}
        yield changed | {"outlet": row["outlet"], "date": day.isoformat()}


def run(real: bool, flags: list[str]) -> None:
    """The command, with its peak as the last line on stderr."""
    import numpy as np

    from slantwise.cli import main as command
    from slantwise.openvino_runtime import OpenVinoEncoder

    if not real:
        whole = OpenVinoEncoder._logits
        calls = 0
        rows: list[np.ndarray] = []
        drawn = np.random.default_rng(0)

        def logits(self: object, texts: Sequence[str], pairs: Sequence[str], batch_size: int) -> tuple[np.ndarray, ...]:
            nonlocal calls, rows
            calls += 1
            if calls % ONE_IN == 1:
                found = whole(self, texts, pairs, batch_size)
                rows = list(found)
                return found
            chosen = drawn.integers(0, len(rows[0]), len(texts))
            return tuple(of[chosen] for of in rows)

        OpenVinoEncoder._logits = logits
    status = command(flags)
    sys.stdout.flush()
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"peak_kib": int(peak.split()[1])}), file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
