"""How names and slants are written in a table."""

from __future__ import annotations

from rich.markup import escape

from slantwise.records import OutletSlant


def named(slant: OutletSlant) -> str:
    """An outlet's name, with its period where there is one; never read as markup."""
    return escape(f"{slant.outlet} {slant.period}".rstrip())


def signed(value: float | None) -> str:
    """A slant in two decimals with its sign, or a dash."""
    # Adding zero turns a rounded −0.0 into 0.0.
    return "–" if value is None else f"{round(value, 2) + 0.0:+.2f}"
