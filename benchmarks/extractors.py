"""Which library finds the article in a page: text found, sentences lost, furniture let through, time, memory.

python benchmarks/extractors.py [--articles 40] [--by-template] [--extractors trafilatura …]

The pages are ours: articles of data/validation.jsonl in the templates of benchmarks/templates, which copy the markup of
kinds of sites (no site's own), some of it broken. So the truth is known exactly: the article is what was put in, furniture
is every other text of four words or more on the page, and a sentence that a pull quote repeats. Pages of real sites vary
more than thirteen templates; the order of the libraries carries over, their figures do not.

Each library runs in a process of its own; those that are not installed are left out (pip install readability-lxml newspaper4k
resiliparse boilerpy3 goose3). F1 is of the words as a bag. "to judgement" is the furniture that the rules for plain text
(slantwise/furniture.py) let through too, which is what a slant would count; so are the pull quotes.
"""

from __future__ import annotations

import argparse
import html as markup
import json
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from slantwise.furniture import article_blocks
from slantwise.records import Part

HERE = Path(__file__).parent
ARTICLES = HERE.parent / "data" / "validation.jsonl"
SHORTEST = 4
MARK = "¤"
Extract = Callable[[str], str]


@dataclass
class Page:
    """A page, the sentences of its article, and its furniture."""

    template: str
    html: str
    title: str
    sentences: list[str]
    furniture: list[str]
    pull: str


def main() -> None:
    """Print a line an extractor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=40, help="how many articles, each in every template")
    parser.add_argument("--extractors", nargs="+", choices=EXTRACTORS, default=list(EXTRACTORS))
    parser.add_argument("--by-template", action="store_true", help="also each template, and what comes through")
    parser.add_argument("--one", choices=EXTRACTORS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(EXTRACTORS[given.one](), given.articles)))
        return
    print(
        "| extractor | F1 | sentences lost | furniture through | to judgement | pull quotes twice | ms a page | peak, MiB |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for name in given.extractors:
        command = [sys.executable, __file__, "--one", name, "--articles", str(given.articles)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            print(f"| {name} | not measured: {(done.stderr.strip().splitlines() or ['?'])[-1]} |", flush=True)
            continue
        found = json.loads(done.stdout)
        print(f"| {name} | {row(found['all'])} | {found['ms']:.0f} | {found['peak']:.0f} |", flush=True)
        if given.by_template:
            for template, figures in found["templates"].items():
                print(f"|   {template} | {row(figures)} | | |")
            for said, times in found["through"]:
                print(f"      {times:4d}  {said}")


def row(figures: list[float]) -> str:
    """Figures as cells."""
    return f"{figures[0]:.3f} | " + " | ".join(f"{x:.1%}" for x in figures[1:])


def pages(most: int) -> Iterator[Page]:
    """Every template with each of so many articles."""
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
    parts = environment.get_template("_parts.html").module
    names = sorted(n for n in environment.list_templates() if not n.startswith("_"))
    for line in ARTICLES.read_text(encoding="utf-8").splitlines()[:most]:
        article = json.loads(line)
        sentences = [s for s in article["sentences"] if s["part"] == "body" and "furniture" not in s["tags"]]
        paragraphs: dict[int, list[str]] = defaultdict(list)
        for sentence in sentences:
            paragraphs[sentence["paragraph"]].append(sentence["text"])
        told = [" ".join(p) for p in paragraphs.values()]
        title = next((s["text"] for s in article["sentences"] if s["part"] == "headline"), "Untitled")
        pull = max((s["text"] for s in sentences), key=len)
        facts = {"parts": parts, "date": article["date"], "outlet": article["outlet"], "id": article["id"]}
        facts["target"] = article["targets"][0]["name"]
        for name in names:
            template = environment.get_template(name)
            empty = template.render(facts, title=MARK, pull=MARK, paragraphs=[MARK] * len(told))
            page = template.render(facts, title=title, pull=pull, paragraphs=told)
            yield Page(
                name.removesuffix(".html"),
                page,
                title,
                [s["text"] for s in sentences],
                list(texts_of(empty)),
                pull if "{{ pull }}" in Path(template.filename or "").read_text() else "",
            )


def texts_of(page: str) -> Iterator[str]:
    """The texts of a page between its tags, those of scripts, titles and comments left out."""
    bare = re.sub(r"(?is)<!--.*?-->|<(script|style|title|textarea)\b.*?</\1>", " ", page)
    for piece in re.split(r"<[^>]*>", bare):
        text = " ".join(markup.unescape(piece).split())
        if MARK not in text and len(text.split()) >= SHORTEST:
            yield text


def measured(extract: Extract, most: int) -> dict[str, object]:
    """All figures of an extractor."""
    extract("<html><body><p>" + "It loads what it needs. " * 20 + "</p></body></html>")
    figures: dict[str, list[list[float]]] = defaultdict(list)
    through: Counter[str] = Counter()
    twice: list[list[float]] = []
    seconds, count = 0.0, 0
    for page in pages(most):
        started = time.perf_counter()
        try:
            text = extract(page.html) or ""
        except Exception as problem:
            text = ""
            through[f"failed on {page.template}: {type(problem).__name__}"] += 1
        seconds += time.perf_counter() - started
        count += 1
        judged = "\n".join(text[b.start : b.end] for b in article_blocks(text, page.title) if b.part is Part.BODY)
        whole, kept = folded(text), folded(judged)
        lost = [s for s in page.sentences if folded(s) not in whole]
        came = [f for f in page.furniture if folded(f) in whole]
        stayed = [f for f in came if folded(f) in kept]
        through.update(f"{page.template}: {f}" for f in stayed)
        through.update(f"{page.template}: LOST {s}" for s in lost[:1])
        if page.pull:
            twice.append([float(kept.count(folded(page.pull)) > 1)])
        furniture = max(1, len(page.furniture))
        one = [f1(" ".join(page.sentences), text), len(lost) / len(page.sentences), len(came) / furniture]
        figures[page.template].append([*one, len(stayed) / furniture])
    peak = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM"))
    everything = [x for of in figures.values() for x in of]
    return {
        "all": means(everything) + means(twice),
        "templates": {name: means(of) for name, of in figures.items()},
        "through": through.most_common(40),
        "ms": 1000 * seconds / count,
        "peak": int(peak.split()[1]) / 1024,
    }


def means(rows: list[list[float]]) -> list[float]:
    """The mean of each column."""
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]


def folded(text: str) -> str:
    """Its words alone, so that spacing and marks do not matter."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def f1(gold: str, text: str) -> float:
    """F1 of the words as bags."""
    one, other = Counter(folded(gold).split()), Counter(folded(text).split())
    common = (one & other).total()
    return 2 * common / max(1, one.total() + other.total())


def with_trafilatura(**options: bool) -> Callable[[], Extract]:
    """Trafilatura with settings on top of ours."""

    def made() -> Extract:
        from trafilatura import bare_extraction

        def extract(page: str) -> str:
            found = bare_extraction(page, with_metadata=True, include_comments=False, **options)
            return found.text if found else ""

        return extract

    return made


def ours() -> Extract:
    """What slantwise itself does."""
    from slantwise.articles.pages import page_draft

    return lambda page: page_draft(page.encode(), "a page").text


def readability() -> Extract:
    """The reader view's algorithm, by readability-lxml; its HTML to text, a line a block."""
    from lxml import html
    from readability import Document

    def extract(page: str) -> str:
        tree = html.fromstring(Document(page).summary())
        for element in tree.iter("p", "div", "br", "li", "td", "h1", "h2", "h3", "blockquote"):
            element.tail = "\n" + (element.tail or "")
        return tree.text_content()

    return extract


def newspaper() -> Extract:
    """newspaper4k."""
    from newspaper import Article

    def extract(page: str) -> str:
        article = Article("https://news.example/a", fetch_images=False)
        article.download(input_html=page)
        article.parse()
        return article.text

    return extract


def justext() -> Extract:
    """Paragraphs that jusText does not take for boilerplate."""
    import justext as library

    words = library.get_stoplist("English")

    def extract(page: str) -> str:
        return "\n".join(p.text for p in library.justext(page, words) if not p.is_boilerplate and not p.is_heading)

    return extract


def resiliparse() -> Extract:
    """Resiliparse's main content."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    return lambda page: extract_plain_text(HTMLTree.parse(page), main_content=True, alt_texts=False, comments=False)


def boilerpipe() -> Extract:
    """boilerpy3's article extractor."""
    from boilerpy3.extractors import ArticleExtractor

    return ArticleExtractor(raise_on_failure=False).get_content


def goose() -> Extract:
    """goose3."""
    from goose3 import Goose

    library = Goose({"enable_image_fetching": False})
    return lambda page: library.extract(raw_html=page).cleaned_text


EXTRACTORS: dict[str, Callable[[], Extract]] = {
    "slantwise (trafilatura as set here)": ours,
    "trafilatura": with_trafilatura(include_tables=False),
    "trafilatura, fast": with_trafilatura(include_tables=False, fast=True),
    "trafilatura, precision": with_trafilatura(include_tables=False, favor_precision=True),
    "trafilatura, recall": with_trafilatura(include_tables=False, favor_recall=True),
    "trafilatura, tables": with_trafilatura(include_tables=True),
    "readability-lxml": readability,
    "newspaper4k": newspaper,
    "jusText": justext,
    "resiliparse": resiliparse,
    "boilerpy3": boilerpipe,
    "goose3": goose,
}

if __name__ == "__main__":
    main()
