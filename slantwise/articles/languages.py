"""Which language a text is in, as far as it takes to pass over what the model does not read."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from slantwise.records import InputError

# Shorter texts are taken as they are: a few names decide what a guess at them would be.
SHORTEST = 200
# So much of a text decides.
LONGEST = 3_000
# How sure the detector must be of another language.
SURE = 0.9

ANY = "any"


class Languages:
    """Says of texts whether they are in one of some languages."""

    def __init__(self, accepted: tuple[str, ...] = ("en",)) -> None:
        """`accepted` are ISO 639-1 codes, or `any`. InputError for others."""
        self._all = ANY in accepted
        self._accepted = frozenset(accepted)
        if not accepted or any(len(a) != 2 or not a.isalpha() for a in self._accepted - {ANY}):
            raise InputError(
                f"language {' '.join(accepted)!r} is not recognised; accepted are codes of two letters (en), and any"
            )

    def other(self, text: str) -> str:
        """The code of the language where it is surely none of the accepted; else empty."""
        if self._all or len(text) < SHORTEST:
            return ""
        # From the middle: pages begin and end with names, dates and links.
        start = max(0, (len(text) - LONGEST) // 2)
        code, probability = _identifier().classify(text[start : start + LONGEST])
        return "" if code in self._accepted or probability < SURE else str(code)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
