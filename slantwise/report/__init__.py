"""What people read: the table on the terminal, JSON, pictures and the HTML report. Knows nothing of models."""

from typing import TYPE_CHECKING

from slantwise.report.estimates import print_estimates
from slantwise.report.stories import print_matched, print_wire
from slantwise.report.table import as_json, print_details, print_figures, print_slants

if TYPE_CHECKING:
    from slantwise.report.words import Facts
    from slantwise.report.writing import Reporting

__all__ = [
    "Facts",
    "Reporting",
    "as_json",
    "print_details",
    "print_estimates",
    "print_figures",
    "print_matched",
    "print_slants",
    "print_wire",
]


def __getattr__(name: str) -> object:
    # The pictures and the page are imported when they are asked for.
    if name == "Facts":
        from slantwise.report.words import Facts

        return Facts
    if name == "Reporting":
        from slantwise.report.writing import Reporting

        return Reporting
    raise AttributeError(f"module 'slantwise.report' has no attribute {name!r}")
