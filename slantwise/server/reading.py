"""One text, judged and added up for a page to show. Knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from slantwise.articles import Rejection, read_articles
from slantwise.articles.fetching import Fetcher
from slantwise.articles.languages import Languages
from slantwise.articles.texts import is_address
from slantwise.furniture import article_blocks
from slantwise.pipeline import judge_articles
from slantwise.records import Article, InputError, OutletSlant, Part
from slantwise.repeats import Judge
from slantwise.report.reading import ShownArticle, shown_article
from slantwise.sentences import split_article
from slantwise.slant import SlantSums
from slantwise.targets import Target

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says about a target. `sentences` counts its whole body; where none is about it, the rest is None."""

    target: Target
    sentences: int
    shown: ShownArticle | None
    slant: OutletSlant | None


def pasted(text: str) -> Article:
    """A text that somebody pasted; InputError where there is none, or it is surely not English."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8")
    if not text.strip():
        raise InputError("there is no text to judge; paste one, or give its address")
    if other := Languages().other(text):
        raise InputError(f"the text is in another language ({other}); the model reads English")
    opening = next(iter(article_blocks(text)), None)
    if opening is None or opening.part is not Part.HEADLINE or not text[opening.end :].strip():
        return Article(text, "")
    return Article(text[opening.end :], "", title=text[opening.start : opening.end])


def fetched(address: str, cache: Path, sleep: Callable[[float], None]) -> Article:
    """The article at a web address; InputError where there is none to be had. `sleep` waits where the site asks to."""
    address = address.strip()
    if not is_address(address):
        raise InputError(f"address {address[:200]!r} is not one of a web page; accepted are http:// and https://")
    rejected: list[Rejection] = []
    with Fetcher(cache, sleep=sleep) as fetcher:
        for article in read_articles([address], on_reject=rejected.append, fetcher=fetcher):
            return article
    raise InputError(str(rejected[0]) if rejected else f"{address}: holds no article")


def read(article: Article, target: Target, judge: Judge, most_sentences: int) -> Reading:
    """Judge a text. InputError where it has more than `most_sentences` sentences, and what the judge raises."""
    body = [s for s in split_article(article, target) if s.part is Part.BODY]
    if len(body) > most_sentences:
        raise InputError(
            f"the text has {len(body):,} sentences; at most {most_sentences:,} are judged at once, a file may have more"
        )
    ((_, judged),) = judge_articles([article], target, judge)
    scored = [j for s, j in judged if s.part is Part.BODY]
    if not scored:
        return Reading(target, len(body), None, None)
    sums = SlantSums()
    sums.add(article.outlet, scored, [j for s, j in judged if s.part is Part.HEADLINE])
    (slant,) = sums.slants(level=LEVEL)
    return Reading(
        target, len(body), shown_article(0, article, judged, sum(j.score for j in scored) / len(scored)), slant
    )
