"""Text from outside made fit for CSV that is opened in a spreadsheet."""

from __future__ import annotations

# What spreadsheets take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def no_formula(text: str) -> str:
    """The text, with a quote before it where it spells a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
