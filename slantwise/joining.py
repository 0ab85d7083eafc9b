"""Stand-off hand labels joined to the texts of their articles, to learn from them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from slantwise.examples import Example, is_labelled
from slantwise.labels import described, json_rows, read_labels
from slantwise.records import Article, InputError, Part, Sentence
from slantwise.sentences import split_article
from slantwise.targets import Target


def is_standoff(path: str | Path) -> bool:
    """Whether a file holds hand labels without the text of their sentences, by its first row."""
    path = Path(path)
    if path.suffix.lower() == ".csv":
        return True
    if not is_labelled(path):
        return False
    row, _ = next(json_rows(path))
    return "stance" in row and "sentence" not in row


def labelled_examples(path: str | Path, articles: Iterable[Article]) -> list[Example]:
    """Join stand-off hand labels, toward whatever targets, to the texts of their articles; to learn from them.

    Raises InputError for a label whose article is not there or that fits none of its sentences.
    """
    book, found = read_labels(path, drawn=False), []
    for article in articles:
        book.saw(article)
        split: dict[tuple[str, tuple[str, ...]], list[Sentence]] = {}
        for row in book.rows(article):
            if not row.target:
                raise InputError(f"{row.place}: names no target; to learn from a label it takes one")
            target = Target.of(row.target, row.aliases)
            sentences = split.setdefault((row.target, row.aliases), []) or split_article(article, target)
            split[row.target, row.aliases] = sentences
            sentence = next((s for s in sentences if row.fits(s)), None)
            if sentence is None:
                raise InputError(f"{row.place}: is of no sentence of the article {described(article)}")
            label, headline = row.label, sentence.part is Part.HEADLINE
            found.append(
                Example(
                    sentence.text,
                    sentence.context,
                    target,
                    label.stance,
                    label.voice,
                    label.about,
                    group=article.text_digest,
                    outlet=article.outlet,
                    tags=("headline",) if headline else (),
                    own=True,
                )
            )
    book.check_all_came()
    return found
