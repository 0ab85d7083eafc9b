"""`slantwise serve` under load, beside the same model behind plain FastAPI that does not share batches.

python benchmarks/serve.py                          # 200 clients for 60 s each, on this machine's loopback
python benchmarks/serve.py --seconds 10 --clients 50 --peers one-by-one

Every client sends one sentence of the corpus with its context, waits for the judgement, and sends the next. The peers
are an endpoint that calls the model in FastAPI's thread pool (`threads`), as its documentation has it, and one that calls
it on the event loop (`one-by-one`). Server and clients share the processor. An error is an answer that is no judgement.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count, cycle
from pathlib import Path

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
PEERS = ("threads", "one-by-one")
TARGET = 3.0
WARM_UP = 5.0


@dataclass
class Load:
    """What the clients saw of one server."""

    seconds: float
    cpu: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Judgements a second."""
        return len(self.latencies) / self.seconds

    def at(self, share: float) -> float:
        """The latency, in milliseconds, that so many answers kept within."""
        return float(np.quantile(self.latencies, share)) * 1_000 if self.latencies else float("nan")


def main() -> int:
    """Load each server in turn, print the table; 1 where there was an error or the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each is loaded (default: 60)")
    parser.add_argument("--clients", type=int, default=200, help="how many ask at a time (default: 200)")
    parser.add_argument("--model", metavar="DIR", help="by default the released model")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS, help="default: all")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer:
        serve_peer(given.peer, given.model, given.port)
        return 0
    bodies = requests()
    found: dict[str, Load] = {}
    with tempfile.TemporaryDirectory() as folder:
        code = "import sys; from slantwise.cli import main; sys.exit(main(sys.argv[1:]))"
        model = ["--model", given.model] if given.model else []
        commands = {"slantwise serve": [sys.executable, "-c", code, "serve", "--folder", folder, *model]}
        for peer in given.peers:
            commands[f"plain FastAPI, {peer}"] = [sys.executable, __file__, "--peer", peer, *model]
        for name, command in commands.items():
            print(f"{name}: {given.clients} clients for {given.seconds:g} s …", file=sys.stderr)
            with started(command) as (port, process):
                asyncio.run(load(port, bodies, min(8, given.clients), WARM_UP))
                before = sum(process.cpu_times()[:2])
                found[name] = asyncio.run(load(port, bodies, given.clients, given.seconds))
                found[name].cpu = sum(process.cpu_times()[:2]) - before
    return tell(found)


def tell(found: dict[str, Load]) -> int:
    """Print the table and what it means; the exit status."""
    ours, *peers = found.values()
    table = Table("server", "judgements/s", "p50 ms", "p99 ms", "CPU ms each", "answers", "errors", "ours is")
    for name, seen in found.items():
        times = "" if seen is ours else f"{ours.rate / max(seen.rate, 1e-9):.2f} ×"
        each = f"{1_000 * seen.cpu / max(1, len(seen.latencies)):.1f}"
        numbers = (f"{seen.rate:,.1f}", f"{seen.at(0.5):,.0f}", f"{seen.at(0.99):,.0f}", each)
        table.add_row(name, *numbers, f"{len(seen.latencies):,}", str(len(seen.errors)), times)
    Console().print(table)
    for name, seen in found.items():
        for error in seen.errors[:3]:
            print(f"{name}: {error}", file=sys.stderr)
    good = not ours.errors and bool(ours.latencies) and all(ours.rate >= TARGET * p.rate for p in peers)
    print(f"target: no error, and {TARGET:g} × the throughput of each peer: {'met' if good else 'missed'}")
    return 0 if good else 1


def requests() -> list[bytes]:
    """Requests with the corpus's sentences, their contexts and their targets, in a mixed order."""
    bodies = []
    for part in ("test", "validation", "train"):
        for line in (ROOT / "data" / f"{part}.jsonl").read_text().splitlines():
            article = json.loads(line)
            names = {t["name"]: t["aliases"] for t in article["targets"]}
            before = ""
            for sentence in article["sentences"]:
                for label in sentence["labels"][:1]:
                    target = {"name": label["target"], "aliases": names.get(label["target"], [])}
                    said = {"text": sentence["text"], "target": target, "context": before[-400:]}
                    bodies.append(json.dumps({"sentences": [said]}).encode())
                before = sentence["text"]
    order = np.random.default_rng(0).permutation(len(bodies))
    head = b"POST /v1/judgements HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return [head % len(bodies[i]) + bodies[i] for i in order]


async def load(port: int, bodies: Sequence[bytes], clients: int, seconds: float) -> Load:
    """So many clients at a time for so long; answers that come later are waited for and not counted."""
    seen, supply = Load(seconds), cycle(bodies)
    end = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while (sent := time.perf_counter()) < end:
                writer.write(next(supply))
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(x[15:]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:"))
                body = await reader.readexactly(length)
                now = time.perf_counter()
                if b" 200 " not in head[:16] or len(json.loads(body)["judgements"]) != 1:
                    seen.errors.append(f"{head[:40]!r} {body[:200]!r}")
                elif now < end:
                    seen.latencies.append(now - sent)
        except (OSError, ValueError, KeyError, StopIteration, EOFError) as problem:
            seen.errors.append(repr(problem))
        finally:
            writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return seen


@contextmanager
def started(command: Sequence[str]):
    """A server as a process, on a free port, once it answers: its port and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true"}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([*command, "--port", str(port)], env=environment, stdout=log, stderr=log)
        try:
            for tried in count():
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                    break
                except OSError:
                    if process.poll() is not None or tried > 600:
                        log.seek(0)
                        sys.exit(f"{' '.join(command)} did not start:\n{log.read().decode()}")
                    time.sleep(0.2)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def serve_peer(kind: str, model: str | None, port: int) -> None:
    """The same model behind FastAPI as one would write it first: each request calls it for itself."""
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel

    from slantwise import StanceClassifier, Target

    class Company(BaseModel):
        name: str
        aliases: list[str] = []

    class Sentence(BaseModel):
        text: str
        target: Company
        context: str = ""

    class Sentences(BaseModel):
        sentences: list[Sentence]

    classifier = StanceClassifier.from_pretrained(model)
    company = lru_cache(1_000)(Target.of)  # its patterns take long to compile; this is not what is compared
    app = FastAPI()

    def answer(body: Sentences) -> dict[str, object]:
        found = classifier.predict(
            [s.text for s in body.sentences],
            [company(s.target.name, tuple(s.target.aliases)) for s in body.sentences],
            [s.context for s in body.sentences],
        )
        return {"judgements": [{"stance": j.stance, "score": j.score, "voice": j.voice} for j in found]}

    async def answer_on_the_loop(body: Sentences) -> dict[str, object]:
        return answer(body)

    for function in (answer, answer_on_the_loop):  # annotations of local classes cannot be found by name
        function.__annotations__["body"] = Sentences
    app.post("/v1/judgements")(answer if kind == "threads" else answer_on_the_loop)
    app.get("/healthz")(lambda: {"status": "ok"})
    uvicorn.run(app, port=port, log_level="warning")


if __name__ == "__main__":
    sys.exit(main())
