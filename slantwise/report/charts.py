"""The pictures as Vega-Lite specifications. Knows nothing of files, pages or how they are drawn.

Every picture comes wide and narrow (for a phone); colours are those of `palette.LIGHT`. A mark whose interval lies
below zero is a triangle pointing down, above zero one pointing up, and a dot where zero lies within.
"""

from __future__ import annotations

from collections.abc import Sequence

from slantwise.records import STANCES, OutletSlant
from slantwise.report import chart_parts as parts
from slantwise.report.chart_parts import Spec
from slantwise.report.figures import letters, period_start, signed
from slantwise.report.palette import LIGHT, SIGNS

# More rows than this make a picture nobody reads; the ends are shown and the table has the rest.
MOST_ROWS = 60
MOST_PANELS = 12


def shown(slants: Sequence[OutletSlant]) -> list[OutletSlant]:
    """The rows that a picture shows, from the most accusing: all, or both ends where there are more than 60."""
    ordered = sorted(slants, key=lambda s: (s.slant, s.outlet))
    half = MOST_ROWS // 2
    return ordered if len(ordered) <= MOST_ROWS else ordered[:half] + ordered[-half:]


def intervals(slants: Sequence[OutletSlant], narrow: bool = False) -> Spec:
    """Each outlet's slant as a mark with its interval as whiskers, a line at zero, its letters at the right."""
    rows = [
        {
            "outlet": s.outlet,
            "slant": s.slant,
            "low": s.low,
            "high": s.high,
            "letters": letters(s),
            "enough": s.enough,
            "side": parts.side(s),
            "tip": parts.tip(s),
        }
        for s in shown(slants)
    ]
    scale = parts.reach([x for s in slants if s.enough for x in (s.low, s.high)] + [s.slant for s in slants])
    x = parts.slant_axis(scale)
    sure = {"condition": {"test": "datum.enough", "value": [1, 0]}, "value": [2, 3]}
    side: Spec = {"field": "side", "type": "nominal", "legend": None}
    layers: list[Spec] = [
        parts.zero(),
        {
            "mark": {"type": "rule", "strokeWidth": 2, "clip": True},
            "encoding": {
                "x": x("low"),
                "x2": {"field": "high"},
                "strokeDash": sure,
                "color": side | {"scale": parts.of_sides(1)},
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            "encoding": {
                "x": x("slant"),
                "shape": side | {"scale": parts.of_sides(0)},
                "color": side | {"scale": parts.of_sides(1)},
                "description": {"field": "tip"},
            },
        },
    ]
    if any(row["letters"] for row in rows):
        layers.append(
            parts.text(
                "letters", "right" if narrow else "left", LIGHT.muted, x={"value": "width"}, dx=0 if narrow else 8
            )
        )
    return parts.rows_of(rows, layers, narrow)


def voices(slants: Sequence[OutletSlant], narrow: bool = False) -> Spec:
    """Each outlet's slant in its own voice (dot) and in the voices it quotes (diamond), joined by a line."""
    found = shown(slants)
    rows = [
        {"outlet": s.outlet, "own": s.own_voice, "quoted": s.quoted}
        | {"tip": f"{parts.TIP}{s.outlet}: own voice {signed(s.own_voice)}, quoted voices {signed(s.quoted)}"}
        for s in found
    ]
    x = parts.slant_axis(parts.reach([v for s in found for v in (s.own_voice, s.quoted) if v is not None]))
    there = "isValid(datum.own) && isValid(datum.quoted)"
    point = {"type": "point", "size": 90, "opacity": 1, "color": LIGHT.ink, "strokeWidth": 2}
    layers: list[Spec] = [
        parts.zero(),
        {
            "transform": [{"filter": there}],
            "mark": {"type": "rule", "strokeWidth": 2, "color": LIGHT.neutral},
            "encoding": {"x": x("own"), "x2": {"field": "quoted"}},
        },
        {
            "mark": point | {"filled": True, "shape": "circle"},
            "encoding": {"x": x("own"), "description": {"field": "tip"}},
        },
        {
            "mark": point | {"filled": True, "shape": "diamond", "fill": LIGHT.surface, "stroke": LIGHT.ink},
            "encoding": {"x": x("quoted"), "description": {"field": "tip"}},
        },
    ]
    return parts.rows_of(rows, layers, narrow)


def shares(slants: Sequence[OutletSlant], narrow: bool = False) -> Spec:
    """Each outlet's shares of the stances as parts of a bar; each part carries its sign and its figure."""
    rows = []
    for s in shown(slants):
        start = 0.0
        for number, stance in enumerate(STANCES):
            share = s.shares[stance]
            label = f"{SIGNS[stance]} {share:.0%}" if share >= (0.16 if narrow else 0.1) else ""
            rows.append(
                {"outlet": s.outlet, "stance": str(stance), "part": number, "share": share, "label": label}
                | {
                    "tip": f"{parts.TIP}{s.outlet}: {share:.1%} {stance}",
                    "from": start,
                    "to": start + share,
                    "middle": start + share / 2,
                }
            )
            start += share
    colours = [LIGHT.accusatory, LIGHT.line, LIGHT.defending]
    of_stance: Spec = {"field": "stance", "type": "nominal", "legend": None}
    domain = [str(s) for s in STANCES]
    axis = {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1], "grid": False, "title": "share of sentences"}
    x: Spec = {"field": "from", "type": "quantitative", "axis": axis, "scale": {"domain": [0, 1], "nice": False}}
    ink = [LIGHT.surface, LIGHT.ink, LIGHT.surface]
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": 18, "stroke": LIGHT.surface, "strokeWidth": 1},
            "encoding": {
                "x": x,
                "x2": {"field": "to"},
                "color": of_stance | {"scale": {"domain": domain, "range": colours}},
                "description": {"field": "tip"},
            },
        },
        {
            "mark": {"type": "text", "fontSize": 11, "fontWeight": "bold"},
            "encoding": {
                "x": x | {"field": "middle"},
                "text": {"field": "label"},
                "color": of_stance | {"scale": {"domain": domain, "range": ink}},
            },
        },
    ]
    return parts.rows_of(rows, layers, narrow) | {"resolve": {"scale": {"color": "independent"}}}


def panels(slants: Sequence[OutletSlant]) -> list[str]:
    """The outlets that have a panel over time: of those with two periods or more the twelve with the most articles."""
    articles: dict[str, list[int]] = {}
    for s in slants:
        articles.setdefault(s.outlet, []).append(s.articles)
    most = sorted((o for o, n in articles.items() if len(n) > 1), key=lambda o: (-sum(articles[o]), o))
    return sorted(most[:MOST_PANELS])


def over_time(slants: Sequence[OutletSlant], narrow: bool = False) -> Spec:
    """A panel an outlet, with its slant and interval in each period; intervals of too little to say are left out."""
    chosen = set(panels(slants))
    rows = [
        {"outlet": s.outlet, "day": period_start(s.period).isoformat(), "slant": s.slant, "side": parts.side(s)}
        | {"tip": parts.tip(s)}
        | dict(zip(("low", "high"), _ends(s), strict=True))
        for s in slants
        if s.outlet in chosen
    ]
    top = parts.reach([x for s in slants if s.outlet in chosen for x in _ends(s)])
    axis = {"labelExpr": parts.SIGNED, "tickCount": 5, "title": None}
    y: Spec = {"field": "slant", "type": "quantitative", "scale": {"domain": [-top, top], "nice": False}, "axis": axis}
    day: Spec = {"field": "day", "type": "temporal", "scale": {"type": "utc", "padding": 10}, "title": None}
    day["axis"] = {"format": "%b %Y", "labelOverlap": True, "tickCount": 3, "grid": False}
    side: Spec = {"field": "side", "type": "nominal", "legend": None}
    layers: list[Spec] = [
        {"mark": {"type": "rule", "color": LIGHT.muted}, "encoding": {"y": {"datum": 0}}},
        {"mark": {"type": "line", "color": LIGHT.neutral, "strokeWidth": 1.5}, "encoding": {"x": day, "y": y}},
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"x": day, "y": y | {"field": "low"}, "y2": {"field": "high"}}
            | {"color": side | {"scale": parts.of_sides(1)}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
            "encoding": {"x": day, "y": y}
            | {
                "shape": side | {"scale": parts.of_sides(0)},
                "color": side | {"scale": parts.of_sides(1)},
                "description": {"field": "tip"},
            },
        },
    ]
    columns = 1 if narrow else min(3, len(chosen))
    width = parts.NARROW - 20 if narrow else {1: 620, 2: 460}.get(columns, 310)
    facet = {"field": "outlet", "type": "nominal", "title": None, "header": {"labelFontSize": 13, "labelLimit": width}}
    inner = {"width": width, "height": 130, "layer": layers}
    return {"data": {"values": rows}, "facet": facet, "columns": columns, "spec": inner, "config": parts.config(narrow)}


def _ends(slant: OutletSlant) -> tuple[float, float]:
    """The ends of the whiskers; without an interval there are none to see."""
    return (slant.low, slant.high) if slant.enough else (slant.slant, slant.slant)
