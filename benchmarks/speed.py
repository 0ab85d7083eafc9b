"""How fast articles become slants, beside what a user would write with transformers and what the processor can do.

python benchmarks/speed.py                                                       on the articles of data/
python benchmarks/speed.py --articles crypto-news.jsonl.gz --target Binance      on your own
python benchmarks/speed.py … --sentences 200 --repeats 1                         a quick look

All judges read the same sentences in the same run, taking turns; figures are medians of the turns, with the least and most.
The slow judges get every n-th sentence, so that a run ends in minutes. Beside slantwise, end to end and judging alone:
`pipeline("text-classification")` called once on a list, as its documentation shows; the same with its best batch size;
a RoBERTa-base classifier asked a sentence at a time, as NewsSentiment's loop does (random weights: they are as fast); and
the limit, the multiplications that the encoder needs at the rate of one large matrix product of their type.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import torch
from transformers import AutoTokenizer, RobertaConfig, RobertaForSequenceClassification, pipeline
from transformers.utils import logging

from slantwise import Article, StanceClassifier, Target, read_articles, score_outlets
from slantwise.carried import carried
from slantwise.classifier import encode
from slantwise.openvino_graph import op, openvino
from slantwise.openvino_runtime import processors
from slantwise.records import Judgement
from slantwise.runtimes import RUNTIMES
from slantwise.sentences import split_article

BATCH_SIZES = (8, 16, 32, 64)
# For each peer, what part of the sentences it gets.
SHARE = 10
Pair = tuple[str, str]


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=carried("data/test.jsonl"), metavar="PATH")
    parser.add_argument("--target", default="Facebook")
    parser.add_argument(
        "--sentences", type=int, default=3000, help="at least so many, as far as the articles hold them"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--runtime", choices=RUNTIMES, default="auto")
    given = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    target = Target.of(given.target)
    with tempfile.TemporaryDirectory() as folder:
        file, sentences = chosen(given.articles, target, given.sentences, Path(folder))
        pairs = [encode(s, target, context) for s, context in sentences]
        few = pairs[:: max(1, len(pairs) // max(50, len(pairs) // SHARE))]
        ours = StanceClassifier.from_pretrained(runtime=given.runtime)
        turns = measure(given.repeats, file, target, ours, pairs, few)
    print(table(turns, len(pairs), len(few)))
    cold_start()


def chosen(path: Path, target: Target, least: int, folder: Path) -> tuple[Path, list[Pair]]:
    """Articles that name the target, as JSONL, until they hold so many sentences; and those sentences with contexts."""
    file = folder / "articles.jsonl"
    found: list[Pair] = []
    with file.open("w") as out:
        for article in naming(path, target):
            sentences = split_article(article, target)
            if any(s.mentions for s in sentences):
                found += [(s.text, s.context) for s in sentences]
                out.write(as_row(article))
            if len(found) >= least:
                break
    if not found:
        sys.exit(f"{path}: no article names {target.name}")
    return file, found


def naming(path: Path, target: Target) -> Iterator[Article]:
    """The articles that name the target."""
    if path == carried("data/test.jsonl"):
        from slantwise.corpus import carried_articles

        return iter(carried_articles(target))
    return (a for a in read_articles([path], keep_duplicates=True) if target.mentions(a.text))


def as_row(article: Article) -> str:
    """An article as a line of JSONL."""
    import json

    return (
        json.dumps({"text": article.text, "title": article.title, "outlet": article.outlet, "date": article.date})
        + "\n"
    )


class Timed:
    """A classifier that keeps how long it was asked."""

    def __init__(self, classifier: StanceClassifier) -> None:
        self.classifier = classifier
        self.seconds = 0.0
        self.sentences = 0

    def predict(self, sentences: Sequence[str], target: Target, context: Sequence[str]) -> list[Judgement]:
        """Judge, with a look at the clock."""
        start = time.perf_counter()
        judged = self.classifier.predict(sentences, target, context)
        self.seconds += time.perf_counter() - start
        self.sentences += len(sentences)
        return judged


def measure(
    repeats: int, file: Path, target: Target, ours: StanceClassifier, pairs: list[Pair], few: list[Pair]
) -> dict[str, list[float]]:
    """Every figure once a turn: sentences a second, but articles a second, shares and operations where said."""
    peers = judges()
    articles = sum(1 for _ in file.open())
    turns: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        turns.setdefault(name, []).append(value)

    for judge in peers.values():
        judge(few[:8])
    ours.encoder.logits(*zip(*pairs[:200], strict=True), 64)
    for _ in range(repeats):
        timed = Timed(ours)
        start = time.perf_counter()
        score_outlets(read_articles([file], keep_duplicates=True), target, timed)
        whole = time.perf_counter() - start
        note("end to end", len(pairs) / whole)
        note("articles", articles / whole)
        start = time.perf_counter()
        for article in read_articles([file], keep_duplicates=True):
            split_article(article, target)
        note("share of reading and splitting", (time.perf_counter() - start) / whole)
        note("judging", rate(lambda some: ours.encoder.logits(*zip(*some, strict=True), 64), pairs))
        for name, judge in peers.items():
            note(name, rate(judge, few))
        for kind, operations in (
            ("8-bit integers", int8_rate()),
            ("float32", torch_rate(torch.float32)),
            ("bfloat16", torch_rate(torch.bfloat16)),
        ):
            note(f"limit, {kind}", operations / operations_a_sentence(few))
    return turns


def rate(judge: Callable[[list[Pair]], object], pairs: list[Pair]) -> float:
    """Sentences a second."""
    start = time.perf_counter()
    judge(pairs)
    return len(pairs) / (time.perf_counter() - start)


def judges() -> dict[str, Callable[[list[Pair]], object]]:
    """The peers, by name."""
    plain = pipeline("text-classification", model=str(carried("model")), device="cpu")

    def as_inputs(pairs: list[Pair]) -> list[dict[str, str]]:
        return [{"text": text, "text_pair": context} for text, context in pairs]

    found: dict[str, Callable[[list[Pair]], object]] = {"pipeline, one call": lambda pairs: plain(as_inputs(pairs))}
    for size in BATCH_SIZES:
        found[f"pipeline, batch size {size}"] = lambda pairs, size=size: plain(as_inputs(pairs), batch_size=size)
    tokenizer = AutoTokenizer.from_pretrained(carried("model"))
    roberta = RobertaForSequenceClassification(RobertaConfig(num_labels=3)).eval()

    def loop(pairs: list[Pair]) -> None:
        for pair in pairs:
            # Ids of this tokenizer, as far as that vocabulary goes: which words they mean takes no time.
            ids = tokenizer(*pair, return_tensors="pt", truncation=True, max_length=256)["input_ids"]
            with torch.inference_mode():
                roberta(ids)

    return found | {"RoBERTa-base, a sentence at a time": loop}


def operations_a_sentence(pairs: list[Pair]) -> float:
    """Operations in the matrix products that a sentence needs, on average: no padding, of the last layer one token."""
    encoded = AutoTokenizer.from_pretrained(carried("model"))(
        *map(list, zip(*pairs, strict=True)), truncation=True, max_length=256
    )
    tokens = np.array([len(ids) for ids in encoded["input_ids"]], dtype=float)
    shape = json.loads((carried("model") / "config.json").read_text())
    width, inner = shape["hidden_size"], shape["intermediate_size"]
    keys, others = 2 * 2 * width * width, 2 * (2 * width * width + 2 * width * inner)
    whole = (keys + others) * tokens + 4 * tokens**2 * width
    last = keys * tokens + others + 4 * tokens * width
    return float(((shape["num_hidden_layers"] - 1) * whole + last).mean())


def torch_rate(kind: torch.dtype, size: int = 2048) -> float:
    """Operations a second in a product of two square matrices, the best of five."""
    one, other = torch.randn(size, size).to(kind), torch.randn(size, size).to(kind)
    return best(lambda: one @ other, 2 * size**3)


def int8_rate(size: int = 2048) -> float:
    """The same of 8-bit integers: torch's product of two integer matrices, or OpenVINO's that quantizes one as it runs."""
    integers = torch.randint(-127, 127, (size, size), dtype=torch.int8)
    return max(best(lambda: torch._int_mm(integers, integers), 2 * size**3), openvino_rate(size))


def openvino_rate(size: int) -> float:
    """The product of 8-bit weights and activations that are quantized as it runs, by OpenVINO."""
    given = op.parameter(openvino.PartialShape([size, size]), openvino.Type.f32)
    weight = np.random.default_rng(0).integers(-127, 127, (size, size), dtype=np.int8)
    scaled = op.multiply(op.convert(op.constant(weight), "f32"), op.constant(np.ones((size, 1), np.float32)))
    model = openvino.Model([op.matmul(given, scaled, False, True)], [given], "product")
    options = {"INFERENCE_PRECISION_HINT": "bf16", "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(size), "NUM_STREAMS": "1"}
    request = openvino.Core().compile_model(model, "CPU", options).create_infer_request()
    values = np.random.default_rng(1).normal(size=(size, size)).astype(np.float32)
    return best(lambda: request.infer([values], share_inputs=True, share_outputs=True), 2 * size**3)


def best(product: Callable[[], object], operations: int) -> float:
    """Operations a second, the best of five."""
    seconds = []
    for _ in range(6):
        start = time.perf_counter()
        product()
        seconds.append(time.perf_counter() - start)
    return operations / min(seconds)


def table(turns: dict[str, list[float]], sentences: int, few: int) -> str:
    """The figures as a Markdown table, with how many times as fast slantwise is."""
    middle = {name: median(values) for name, values in turns.items()}
    batched = max((n for n in turns if n.startswith("pipeline, batch")), key=middle.__getitem__)
    lines = [
        f"{sentences} sentences ({few} for the peers), {processors()} cores, medians of {len(turns['judging'])} turns.",
        "",
        "| | sentences a second (least … most) | slantwise end to end is | asked |",
        "|---|---|---|---|",
    ]
    asked = {
        "end to end": ("slantwise, end to end", ""),
        "judging": ("slantwise, judging alone", ""),
        "pipeline, one call": ("(a) pipeline, one call on a list", "12 ×"),
        batched: (f"(b) {batched}, its best", "8 ×"),
        "RoBERTa-base, a sentence at a time": ("(c) RoBERTa-base, a sentence at a time", "60 ×"),
    }
    for name, (shown, wanted) in asked.items():
        times = f"{middle['end to end'] / middle[name]:.1f} ×" if wanted else ""
        lines.append(
            f"| {shown} | {middle[name]:.0f} ({min(turns[name]):.0f} … {max(turns[name]):.0f}) | {times} | {wanted} |"
        )
    for name in (n for n in turns if n.startswith("limit")):
        share = f"judging reaches {middle['judging'] / middle[name]:.0%}"
        lines.append(
            f"| (d) {name} | {middle[name]:.0f} ({min(turns[name]):.0f} … {max(turns[name]):.0f}) | {share} | 40% |"
        )
    share = middle["share of reading and splitting"]
    return "\n".join(
        [
            *lines,
            "",
            f"{middle['articles']:.1f} articles a second; reading and splitting alone take {share:.0%} of the time of the whole (at most 25% asked).",
        ]
    )


def cold_start(repeats: int = 5) -> None:
    """Print how long `slantwise classify` takes from a new process to its answer."""
    code = "import sys; from slantwise.cli import main; sys.exit(main(['classify', 'Acme lied.', '--target', 'Acme']))"
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    print(f"`slantwise classify` from a cold process: {median(seconds):.2f} s (at most 2 s asked).")


if __name__ == "__main__":
    main()
