"""Vega-Lite specifications drawn to SVG and PNG by vl-convert, for files and for pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from slantwise.records import InputError
from slantwise.report.chart_parts import TIP
from slantwise.report.palette import LIGHT

SUFFIXES = (".png", ".svg")
_DOTS_PER_PIXEL = 3.0


def check_drawable(path: str | Path | None = None) -> None:
    """Raises InputError where the extra is missing, or a file's suffix is not one that can be drawn."""
    _converter()
    if path is not None and Path(path).suffix.lower() not in SUFFIXES:
        raise InputError(f"plot {str(path)!r} does not end in {' or '.join(SUFFIXES)}")


def draw(spec: Mapping[str, Any], path: str | Path) -> None:
    """Draw a picture to a PNG or SVG file, on white; InputError as `check_drawable`, OSError where it cannot write."""
    check_drawable(path)
    on_paper = dict(spec) | {"config": spec["config"] | {"background": "white"}, "padding": 12}
    if Path(path).suffix.lower() == ".svg":
        Path(path).write_text(_converter().vegalite_to_svg(on_paper), encoding="utf-8")
    else:
        Path(path).write_bytes(_converter().vegalite_to_png(on_paper, scale=_DOTS_PER_PIXEL))


def svg(spec: Mapping[str, Any]) -> str:
    """A picture as SVG for a page: without styles, its colours the page's variables, so that it follows the scheme."""
    drawn = str(_converter().vegalite_to_svg(dict(spec)))
    for name, colour in LIGHT.colours().items():
        drawn = re.sub(f'"{colour}"', f'"var(--{name})"', drawn, flags=re.IGNORECASE)
    drawn = re.sub(f'\\saria-label="{TIP}', ' data-tip="', drawn)
    drawn = re.sub(r'\s(?:style|font-family|role|aria-[a-z]+)="[^"]*"', "", drawn)
    return drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _converter() -> ModuleType:
    try:
        import vl_convert
    except ImportError:
        raise InputError(
            "a report or plot needs the extra 'report'; install it: pip install 'slantwise[report]'"
        ) from None
    return vl_convert
