"""From drafts to articles: the outlet settled, the date in ISO, other languages and duplicates passed over."""

from __future__ import annotations

import re

from slantwise.articles.columns import SPELLINGS
from slantwise.articles.dates import iso_date
from slantwise.articles.drafts import Draft
from slantwise.articles.duplicates import Duplicates
from slantwise.articles.languages import Languages
from slantwise.articles.outlets import outlet_of
from slantwise.articles.rejections import Rejection, Why
from slantwise.records import Article

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Finisher:
    """Makes articles of drafts, one by one."""

    def __init__(self, outlet: str | None, languages: Languages, duplicates: Duplicates | None) -> None:
        """`outlet` is that of drafts that name none; without `duplicates` all are kept."""
        self._outlet = outlet or ""
        self._languages = languages
        self._duplicates = duplicates

    def finished(self, draft: Draft) -> Article | Rejection:
        """The article; a `Rejection` where its outlet is not known, its language another, or it came before."""
        text = clean(draft.text)
        if not text.strip():
            return Rejection(draft.origin, "has no text")
        found = (clean(o) for o in (draft.outlet, self._outlet, outlet_of(draft.url), draft.hint))
        # Spaces would part outlets that are one.
        outlet = next((o for o in (" ".join(f.split()) for f in found) if o), "")
        if not outlet:
            fields = ", ".join(SPELLINGS["outlet"])
            return Rejection(
                draft.origin,
                "its outlet is not known; put it into a sub-folder named after its outlet, or give --outlet; in tables "
                f"it is in a column {fields}, or follows from the url",
            )
        if other := self._languages.other(text):
            return Rejection(draft.origin, f"is in another language ({other})", Why.LANGUAGE)
        date = iso_date(clean(draft.date))
        article = Article(text, outlet, clean(draft.title), date, clean(draft.url), draft.origin)
        if self._duplicates and (kind := self._duplicates.has_seen(article)):
            return Rejection.of_duplicate(draft.origin, kind, article.outlet)
        return article


def clean(text: str) -> str:
    """Text that can be written down: plain line ends, no byte 0, no half of a surrogate pair."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
