"""What each way of counting changes on real articles: wire copy kept, once, dropped; matched stories.

python benchmarks/options.py --articles crypto-news.jsonl.gz --targets Binance FTX Coinbase --cache judged/

Articles are judged once a target with the released model and the judgements kept in the cache folder; the slants are
then added up with every option. Prints a table a target.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from slantwise.articles import read_articles
from slantwise.comparison import HeldArticles
from slantwise.pipeline import judge_articles
from slantwise.records import WIRE, Article, Judgement, OutletSlant, Part, Sentence
from slantwise.tally import Tally
from slantwise.targets import Target

Row = tuple[Article, list[tuple[Sentence, Judgement]]]


def main() -> None:
    """Judge what is not in the cache, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, required=True, help="JSONL, maybe gzipped")
    parser.add_argument("--targets", nargs="+", required=True)
    parser.add_argument("--cache", type=Path, required=True, help="a folder")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    for name in given.targets:
        kept = given.cache / f"judged-{name}.json"
        if not kept.exists():
            kept.write_text(
                json.dumps([stored(*row) for row in judge_articles(read(given.articles, name), Target.of(name))])
            )
        report(name, [restored(row) for row in json.loads(kept.read_text())])


def read(path: Path, name: str) -> Iterator[Article]:
    """The articles that hold the name anywhere; the others cannot be about it."""
    for article in read_articles([path], keep_duplicates=True):
        if name in article.text or name in article.title:
            yield article


def stored(article: Article, judged: list[tuple[Sentence, Judgement]]) -> dict:
    """A judged article as JSON."""
    fields = {f: getattr(article, f) for f in ("text", "outlet", "title", "date", "url", "origin")}
    return fields | {"judged": [[s.text, s.part, j.stance_probabilities, j.voice_probabilities] for s, j in judged]}


def restored(row: dict) -> Row:
    """A judged article from JSON."""
    judged = [
        (Sentence(text, 0, 0, part=Part(part)), Judgement(tuple(stance), tuple(voice)))
        for text, part, stance, voice in row.pop("judged")
    ]
    return Article(**row), judged


def slants(name: str, rows: list[Row], wire: str) -> dict[str, OutletSlant]:
    """The outlets' slants with what `wire` says, matched."""
    held = HeldArticles(Target.of(name), wire, matched=True)
    for article, judged in rows:
        parts = {p: [pair for pair in judged if pair[0].part is p] for p in Part}
        held.add(article, parts[Part.BODY], [j for _, j in parts[Part.HEADLINE]])
    return {s.outlet: s for s in held.slants(Tally(), "article", 0.95, 0, on_note=print)}


def report(name: str, rows: list[Row]) -> None:
    """Print the table of one target."""
    found = {wire: slants(name, rows, wire) for wire in WIRE}
    print(f"\n### {name}\n")
    print("| outlet | articles | keep | once | drop | wire | standing | choice | telling | shared stories |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for outlet in dict.fromkeys(o for wire in ("keep", "drop") for o in found[wire]):
        each = [f"{s.slant:+.3f} ({s.low:+.2f}…{s.high:+.2f})" if (s := found[w].get(outlet)) else "–" for w in WIRE]
        s = found["keep"].get(outlet) or found["drop"][outlet]
        m = s.matched
        matched = ["–"] * 3
        if m:
            bounds = [
                f" ({a:+.2f}…{b:+.2f})" if m.enough else ""
                for a, b in ((m.selection_low, m.selection_high), (m.low, m.high))
            ]
            matched = [
                f"{m.selection:+.2f}{bounds[0]}",
                f"{m.telling:+.2f}{bounds[1]}",
                f"{m.shared_stories} of {m.stories}",
            ]
        print(
            f"| {outlet} | {s.articles} | {' | '.join(each)} | {s.wire:.1%} | {s.standing:.1%} | {' | '.join(matched)} |"
        )


if __name__ == "__main__":
    main()
