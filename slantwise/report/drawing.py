"""Vega-Lite specifications drawn to SVG and PNG by vl-convert, for files and for pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
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


def draw(spec: Mapping[str, Any], path: str | Path, title: str, below: str = "") -> None:
    """Draw a picture to a PNG or SVG file, on white, with a title and a line below it.

    Raises InputError as `check_drawable` does, and OSError where it cannot write.
    """
    check_drawable(path)
    heads = {"text": title, "subtitle": below, "anchor": "start", "fontSize": 16, "offset": 12}
    on_paper = dict(spec) | {
        "title": heads | {"color": LIGHT.ink, "subtitleColor": LIGHT.muted, "subtitleFontSize": 12},
        "config": spec["config"] | {"background": "white", "padding": 14},
    }
    if Path(path).suffix.lower() == ".svg":
        Path(path).write_text(_drawn(on_paper, "clip"), encoding="utf-8")
    else:
        Path(path).write_bytes(_converter().vegalite_to_png(on_paper, scale=_DOTS_PER_PIXEL))


def svg(spec: Mapping[str, Any], name: str = "picture") -> str:
    """A picture as SVG for a page: without styles, its colours the page's variables, so that it follows the scheme.

    `name` sets its ids apart from those of the page's other pictures.
    """
    drawn = _drawn(spec, f"{name}-clip")
    for name, colour in LIGHT.colours().items():
        drawn = re.sub(f'"{colour}"', f'"var(--{name})"', drawn, flags=re.IGNORECASE)
    drawn = re.sub(f'\\saria-label="{TIP}', ' data-tip="', drawn)
    drawn = re.sub(r'\s(?:style|font-family|role|aria-[a-z]+)="[^"]*"', "", drawn)
    return drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _drawn(spec: Mapping[str, Any], prefix: str) -> str:
    """The SVG with its ids counted from 1: the converter counts on from picture to picture."""
    drawn = str(_converter().vegalite_to_svg(dict(spec)))
    numbers = {found: i for i, found in enumerate(dict.fromkeys(re.findall(r'id="clip(\d+)"', drawn)), start=1)}
    return re.sub(r'(id="|url\(#)clip(\d+)(?=["\)])', lambda m: f"{m[1]}{prefix}{numbers.get(m[2], m[2])}", drawn)


def _converter() -> ModuleType:
    try:
        return import_module("vl_convert")
    except ImportError:
        raise InputError(
            "a report or plot needs the extra 'report'; install it: pip install 'slantwise[report]'"
        ) from None
