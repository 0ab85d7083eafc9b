"""What the pictures are put together from: axes, the line at zero, the marks' sides, rows, looks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slantwise.records import OutletSlant
from slantwise.report.figures import interval, signed
from slantwise.report.palette import LIGHT

Spec = dict[str, Any]

WIDE, NARROW = 560, 330

# What is said of a mark when it is pointed at begins with this; `drawing` looks for it.
TIP = "tip:"

SIGNED = "datum.value == 0 ? '0' : format(datum.value, '+.2~f')"
SIDES = {
    "below zero": ("triangle-down", LIGHT.accusatory),
    "zero within": ("circle", LIGHT.ink),
    "above zero": ("triangle-up", LIGHT.defending),
}


def tip(s: OutletSlant) -> str:
    """What is said of an outlet's mark when it is pointed at."""
    bounds = f"interval {interval(s.low, s.high)}" if s.enough else "too few sentences for an interval"
    counts = f"{s.articles:,} article{'s' * (s.articles != 1)}, {s.sentences:,} sentence{'s' * (s.sentences != 1)}"
    return f"{TIP}{f'{s.outlet} {s.period}'.rstrip()}: slant {signed(s.slant)}, {bounds}; {counts}"


def side(slant: OutletSlant) -> str:
    """On which side of zero the interval lies: `below zero`, `above zero`, or `zero within`."""
    if slant.enough and slant.high < 0:
        return "below zero"
    return "above zero" if slant.enough and slant.low > 0 else "zero within"


def of_sides(which: int) -> Spec:
    """The scale from sides to their shapes (0) or colours (1)."""
    return {"domain": list(SIDES), "range": [look[which] for look in SIDES.values()]}


def reach(values: Sequence[float]) -> float:
    """Half the width of an axis around zero that shows all values: a multiple of a quarter, at most 1."""
    return min(1.0, max(0.25, math.ceil(max((abs(v) for v in values), default=1.0) * 4 + 0.1) / 4))


def slant_axis(top: float) -> Callable[[str], Spec]:
    """For a field the encoding along an axis from −`top` to `top`."""
    axis = {"labelExpr": SIGNED, "tickCount": 5, "title": "← accuses · defends →"}
    scale = {"domain": [-top, top], "nice": False}
    return lambda field: {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def zero() -> Spec:
    """The line at zero, on the scale of the other layers."""
    return {"data": {"values": [{}]}, "mark": {"type": "rule", "color": LIGHT.muted, "strokeWidth": 1}} | {
        "encoding": {"x": {"datum": 0, "type": "quantitative"}}
    }


def text(field: str, align: str, colour: str, x: Mapping[str, Any], dx: int = 0, dy: int = 0) -> Spec:
    """A layer that writes a field."""
    mark = {"type": "text", "align": align, "dx": dx, "dy": dy, "color": colour, "fontSize": 12, "limit": 240}
    return {"mark": mark, "encoding": {"x": dict(x), "text": {"field": field}}}


def rows_of(rows: Sequence[Mapping[str, Any]], layers: list[Spec], narrow: bool) -> Spec:
    """A picture with a row an outlet, its name before it or, on a narrow one, above it."""
    order = list(dict.fromkeys(row["outlet"] for row in rows))
    axis = (
        None
        if narrow
        else {"title": None, "labelLimit": 190, "labelPadding": 10, "ticks": False, "domain": False, "grid": False}
    )
    y = {"field": "outlet", "type": "nominal", "sort": order, "axis": axis}
    for layer in layers:
        if "data" not in layer:
            layer["encoding"]["y"] = y
    if narrow:
        names = {"data": {"values": [{"outlet": name} for name in order]}}
        name = text("outlet", "left", LIGHT.ink, {"value": 0}, dy=-17)
        name["encoding"]["y"] = y
        layers = [*layers, names | name]
    size = {"width": NARROW if narrow else WIDE - 200, "height": {"step": 46 if narrow else 26}}
    return {"data": {"values": list(rows)}, "layer": layers, "config": config(narrow)} | size


def config(narrow: bool) -> Spec:
    """What all pictures look like."""
    axis: Spec = {
        "labelColor": LIGHT.muted,
        "titleColor": LIGHT.muted,
        "gridColor": LIGHT.line,
        "domainColor": LIGHT.line,
    }
    axis |= {"tickColor": LIGHT.line, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    return {
        "font": "sans-serif",
        "background": None,
        # Pages write labels in a font of their own, which may be wider than the one measured with.
        "padding": {"left": 4 if narrow else 24, "right": 12, "top": 5, "bottom": 5},
        "view": {"stroke": None},
        "axis": axis,
        "axisY": {"labelColor": LIGHT.ink},
        "header": {"labelColor": LIGHT.ink},
    }
