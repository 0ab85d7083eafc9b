"""What the readers of the formats give: articles whose outlet, date and language are not settled yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as its input has it; `outlet` is what that says outright, `hint` what serves for want of better."""

    text: str
    origin: str
    outlet: str = ""
    title: str = ""
    date: str = ""
    url: str = ""
    hint: str = ""
