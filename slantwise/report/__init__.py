"""What people read: the table on the terminal and the same figures as JSON. Knows nothing of models."""

from slantwise.report.estimates import print_estimates
from slantwise.report.stories import print_matched, print_wire
from slantwise.report.table import as_json, print_details, print_figures, print_slants

__all__ = [
    "as_json",
    "print_details",
    "print_estimates",
    "print_figures",
    "print_matched",
    "print_slants",
    "print_wire",
]
