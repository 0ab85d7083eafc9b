"""The colours and signs of the stances, once for pictures, report and pages.

Accusatory is a vermilion and defending a blue, which every common form of colour blindness tells apart; each also has a
sign and a line of its own, so that nothing hangs on colour. Text on paper has a contrast of at least 4.5 to 1.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from slantwise.records import Stance


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of one scheme, each `#rrggbb`; no two alike, so that a picture's colours can be told by value."""

    paper: str
    surface: str
    ink: str
    muted: str
    line: str
    accusatory: str
    neutral: str
    defending: str
    focus: str

    def colours(self) -> dict[str, str]:
        """Each colour by its name."""
        return asdict(self)


LIGHT = Scheme(
    paper="#faf9f6",
    surface="#fffffe",
    ink="#1c2026",
    muted="#5a606b",
    line="#d9d6ce",
    accusatory="#b8430b",
    neutral="#676c74",
    defending="#0b63a5",
    focus="#6d28d9",
)
DARK = Scheme(
    paper="#14161a",
    surface="#1c1f24",
    ink="#e9e7e2",
    muted="#a7adb8",
    line="#3a3f48",
    accusatory="#f2965c",
    neutral="#9aa0aa",
    defending="#74b8f2",
    focus="#c4b5fd",
)

SIGNS = {Stance.ACCUSATORY: "▼", Stance.NEUTRAL: "■", Stance.DEFENDING: "▲"}
