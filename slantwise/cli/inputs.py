"""The flags that say which articles to read, and the reading of them; every command that reads articles has them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import Any

from slantwise.records import Article
from slantwise.runtimes import RUNTIMES
from slantwise.targets import Target

TARGET = "Facebook"


def add_article_flags(parser: argparse.ArgumentParser) -> None:
    """Add `--articles` and what goes with it."""
    parser.add_argument(
        "--articles",
        nargs="+",
        metavar="PATH",
        help="any mix of folders and globs, files of text, Markdown, HTML, JSONL, CSV, Parquet, WARC, RSS or Atom, "
        "also on s3:// and gs://, web addresses or a file of them, and - for standard input; by default the "
        "articles the project carries",
    )
    parser.add_argument(
        "--outlet",
        help="the outlet of articles whose input names none: no sub-folder, no column (default: the domain of the url)",
    )
    parser.add_argument(
        "--columns",
        metavar="FIELD=COLUMN,…",
        help="which columns hold text, outlet, title, date and url, as in text=body,outlet=domain; common names are "
        "known",
    )
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        help="what standard input and files without a known ending hold: text, html, jsonl, csv, parquet, warc, feed "
        "or urls (default for standard input: what its beginning looks like)",
    )
    parser.add_argument(
        "--language",
        nargs="+",
        default=["en"],
        metavar="CODE",
        help="pass over articles that are surely in none of these languages; any takes all (default: en)",
    )
    parser.add_argument(
        "--keep-duplicates",
        action="store_true",
        help="keep articles that an outlet has twice, word by word or nearly; by default the first counts",
    )
    parser.add_argument(
        "--rejects", metavar="FILE", help="list every input that was not used, with its reason, as JSONL in this file"
    )
    parser.add_argument(
        "--offline", action="store_true", help="fetch nothing; web pages come from the cache or not at all"
    )
    parser.add_argument(
        "--cache", metavar="DIR", help="where fetched pages are kept, for 30 days (default: in the user's cache folder)"
    )


def add_target_flags(parser: argparse.ArgumentParser) -> None:
    """Add `--target` and `--alias`."""
    parser.add_argument("--target", default=TARGET, metavar="NAME", help="the company (default: %(default)s)")
    parser.add_argument(
        "--alias", nargs="+", default=[], metavar="NAME", help="other names, products and people of the company"
    )


def add_runtime_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--runtime`."""
    parser.add_argument(
        "--runtime",
        default="auto",
        metavar="NAME",
        help=f"what runs the model: {', '.join(RUNTIMES)} (default: auto, the fastest that is there)",
    )


def given_articles(given: argparse.Namespace, target: Target, on_reject: Callable[..., None]) -> Iterable[Article]:
    """The articles that the flags of `add_article_flags` name; without any, those the project carries."""
    from slantwise.articles import read_articles
    from slantwise.corpus import carried_articles, known_outlets

    if not given.articles:
        return carried_articles(target)
    return read_articles(given.articles, known_outlets=known_outlets(), on_reject=on_reject, **reading_options(given))


def reading_options(given: argparse.Namespace) -> dict[str, Any]:
    """How the flags say that articles are to be read, as arguments of `read_articles`."""
    from slantwise.articles import Columns

    return {
        "outlet": given.outlet,
        "columns": Columns.parse(given.columns) if given.columns else None,
        "languages": given.language,
        "keep_duplicates": given.keep_duplicates,
        "offline": given.offline,
        "cache": given.cache,
        "format": given.format,
    }
