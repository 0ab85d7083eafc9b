"""The pictures of a check as Vega-Lite specifications: reliability, and slants before and after correction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slantwise.metrics import Bin
from slantwise.records import Estimate, OutletSlant
from slantwise.report import chart_parts as parts
from slantwise.report.chart_parts import Spec
from slantwise.report.charts import shown
from slantwise.report.figures import signed
from slantwise.report.palette import LIGHT


def reliability(bins: Sequence[Bin], narrow: bool = False) -> Spec:
    """How often the model is right by how sure it is, as right as it says on the line. Size: share of sentences."""
    rows = [
        {"sure": b.confidence, "right": b.accuracy, "share": b.share}
        | {"tip": f"{parts.TIP}{b.confidence:.0%} sure, {b.accuracy:.0%} right; {b.sentences} sentences"}
        for b in bins
    ]
    axis = {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}
    scale = {"domain": [0, 1], "nice": False}
    x: Spec = {"field": "sure", "type": "quantitative", "scale": scale, "axis": axis | {"title": "how sure it says"}}
    y: Spec = {
        "field": "right",
        "type": "quantitative",
        "scale": scale,
        "axis": axis | {"title": "how often it is right"},
    }
    line: Spec = {
        "data": {"values": [{"sure": 0, "right": 0}, {"sure": 1, "right": 1}]},
        "mark": {"type": "line", "color": LIGHT.muted, "strokeDash": [4, 4], "strokeWidth": 1},
        "encoding": {"x": x, "y": y},
    }
    gaps: Spec = {
        "mark": {"type": "rule", "color": LIGHT.neutral, "strokeWidth": 2},
        "encoding": {"x": x, "y": y, "y2": {"field": "sure"}},
    }
    size = {"field": "share", "type": "quantitative", "legend": None, "scale": {"domain": [0, 1], "range": [40, 1200]}}
    points: Spec = {
        "mark": {"type": "point", "filled": True, "color": LIGHT.ink, "opacity": 1},
        "encoding": {"x": x, "y": y, "size": size, "description": {"field": "tip"}},
    }
    side = parts.NARROW - 60 if narrow else 300
    return {"data": {"values": rows}, "layer": [line, gaps, points], "width": side, "height": side} | {
        "config": parts.config(narrow)
    }


def corrections(slants: Sequence[OutletSlant], narrow: bool = False) -> Spec:
    """Each outlet's slant as the model has it (hollow) and corrected by the labels (filled), with their intervals."""
    rows: list[dict[str, Any]] = []
    for s in shown(slants):
        corrected = s.correction.corrected if s.correction else None
        for kind, e in (("as judged", Estimate(s.slant, s.low, s.high)), ("corrected", corrected)):
            if e is not None:
                tip = f"{parts.TIP}{s.outlet}, {kind}: {signed(e.slant)}, interval {signed(e.low)} … {signed(e.high)}"
                rows.append(
                    {"outlet": s.outlet, "kind": kind, "slant": e.slant, "low": e.low, "high": e.high, "tip": tip}
                )
    x = parts.slant_axis(parts.reach([r[k] for r in rows for k in ("low", "high")]))
    layers: list[Spec] = [parts.zero()]
    for kind, filled, dy in (("as judged", False, -5), ("corrected", True, 5)):
        chosen = {"transform": [{"filter": f"datum.kind == '{kind}'"}]}
        colour = LIGHT.ink if filled else LIGHT.neutral
        rule = {"type": "rule", "strokeWidth": 2, "clip": True, "color": colour, "yOffset": dy}
        mark = {"type": "point", "filled": filled, "size": 90, "opacity": 1, "color": colour, "yOffset": dy}
        mark |= {"strokeWidth": 2, "shape": "circle" if filled else "diamond"}
        layers.append(chosen | {"mark": rule, "encoding": {"x": x("low"), "x2": {"field": "high"}}})
        layers.append(chosen | {"mark": mark, "encoding": {"x": x("slant"), "description": {"field": "tip"}}})
    return parts.rows_of(rows, layers, narrow)
