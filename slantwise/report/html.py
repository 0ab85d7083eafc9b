"""The report: one HTML file that opens offline and says where each of its figures comes from.

Everything from outside is escaped by the templates or shown by the script as text nodes. The Content-Security-Policy
allows the file's own style and script by their hashes and nothing else: no network, no evaluation, no inline handlers.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

from slantwise import __version__
from slantwise.records import InputError, OutletSlant
from slantwise.report import charts, figures
from slantwise.report.collector import Collector
from slantwise.report.drawing import svg
from slantwise.report.pack import MOST_BYTES, pack
from slantwise.report.palette import DARK, LIGHT, SIGNS
from slantwise.report.plain import plain
from slantwise.report.words import Facts, captions, citation, count, lede
from slantwise.slant import ESTIMANDS

MOST_STORIES = 30


def render(
    slants: Sequence[OutletSlant],
    collected: Collector,
    facts: Facts,
    stories: Sequence[int] | None = None,
    most_bytes: int = MOST_BYTES,
    whole: Sequence[OutletSlant] | None = None,
) -> str:
    """The report as HTML. Slants of periods become the section over time; `whole` are then those over all time.

    `stories` are labels, one an article in the order the collector took them in: articles with equal labels tell the
    same story. `most_bytes` bounds the packed articles. Raises InputError where the extra is missing or labels do not
    match the articles.
    """
    overall, periods = split_periods(slants, collected, facts, whole)
    overall = [_fit(s) for s in overall]
    periods = [_fit(s) for s in periods]
    packed = pack(collected.shown(), collected.extremes(), most_bytes, facts.seed)
    target = plain(facts.target, 120)
    style, script = stylesheet(), _script()
    page: str = (
        environment()
        .get_template("report.html.j2")
        .render(
            policy=policy(style, script),
            style=_safe(style),
            script=_safe(script),
            target=target,
            aliases=[plain(a, 80) for a in facts.aliases],
            model=plain(facts.model, 200),
            made_on=facts.made_on,
            version=__version__,
            estimand=facts.estimand,
            estimands=ESTIMANDS,
            level=f"{facts.level:.0%}",
            lede=lede(target, overall),
            slants=overall,
            named=lambda s: s.outlet,
            named_in_time=lambda s: f"{s.outlet} {s.period}",
            columns=_columns(overall),
            matched=figures.matched_columns(overall),
            stories=collected.stories(stories)[:MOST_STORIES] if stories is not None else [],
            pictures={
                name: _both(chart, overall, name)
                for name, chart in (
                    ("intervals", charts.intervals),
                    ("voices", charts.voices),
                    ("shares", charts.shares),
                )
            },
            captions=captions(overall, packed.articles, packed.whole, collected),
            remarks={
                "single": any(s.resampled == "sentences" and s.enough for s in overall),
                "few": not all(s.enough for s in overall),
            },
            time=_time(periods),
            with_copies=facts.wire in ("once", "drop") and not any(s.period for s in slants),
            totals={"articles": sum(s.articles for s in overall), "sentences": sum(s.sentences for s in overall)},
            dates=collected.dates,
            left_out=collected.left_out,
            messages=collected.messages,
            citation=citation(target, overall, facts),
            slug=re.sub(r"[^a-z0-9]+", "-", facts.target.lower()).strip("-")[:40] or "target",
            downloads={
                "outlets": _safe(figures.download(figures.as_csv(overall))),
                "time": _safe(figures.download(figures.as_csv(periods))) if periods else "",
            },
            packed=_safe(packed.text),
            **_helpers(),
        )
    )
    return page


def split_periods(
    slants: Sequence[OutletSlant], collected: Collector, facts: Facts, whole: Sequence[OutletSlant] | None = None
) -> tuple[list[OutletSlant], list[OutletSlant]]:
    """The outlets' slants over all their articles, the most accusing first, and those of their periods, if any.

    Where the given slants are of no periods, those of months are the collector's, of all sentences alike; where they
    are of periods and `whole` is not given, so are those over all time.
    """
    how = (facts.weight, facts.level, facts.seed)
    if any(s.period for s in slants):
        return sorted(whole or collected.slants(*how), key=lambda s: (s.slant, s.outlet)), list(slants)
    return sorted(slants, key=lambda s: (s.slant, s.outlet)), collected.months(*how)


def policy(style: str, script: str) -> str:
    """The Content-Security-Policy that allows just this style and this script."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def plain_page(template: str, **values: Any) -> str:
    """A page of one of the templates with the report's style and no script at all."""
    style = stylesheet()
    allowed = f"default-src 'none'; style-src {_hash(style)}; img-src data:; base-uri 'none'; form-action 'none'"
    shared = {"policy": allowed, "style": _safe(style), "script": "", "version": __version__}
    return str(environment().get_template(template).render(**shared, **_helpers(), **values))


def drawn_both(chart: Any, what: Any, name: str) -> dict[str, Any]:
    """A picture of `what`, wide and narrow, as markup for a page."""
    return _both(chart, what, name)


def check_renderable() -> None:
    """Raises InputError where the extra is missing."""
    environment()


def environment(*packages: str) -> Any:
    """The Jinja environment of the report's templates, and of those of `packages`; everything is escaped.

    Raises InputError where the extra is missing.
    """
    try:
        from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise InputError("a report needs the extra 'report'; install it: pip install 'slantwise[report]'") from None
    return Environment(
        loader=ChoiceLoader([PackageLoader(p) for p in (*packages, "slantwise.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def stylesheet() -> str:
    """The style sheet that the report and the pages share."""
    return str(environment().get_template("style.css.j2").render(light=LIGHT.colours(), dark=DARK.colours())).strip()


def shared_script() -> str:
    """The script that the report and the pages share."""
    return _script_file("shared.js")


def _script_file(name: str) -> str:
    return (files("slantwise.report") / "templates" / name).read_text(encoding="utf-8").strip()


def _script() -> str:
    return f"{shared_script()}\n{_script_file('report.js')}"


def _safe(text: str) -> Any:
    """Text of our own making that goes into the page as it is."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 never called on text from outside


def _both(chart: Any, slants: Sequence[OutletSlant], name: str) -> dict[str, Any]:
    wide, narrow = svg(chart(slants), name), svg(chart(slants, narrow=True), f"{name}-narrow")
    return {"wide": _safe(wide), "narrow": _safe(narrow)}


def _fit(slant: OutletSlant) -> OutletSlant:
    return replace(slant, outlet=plain(slant.outlet, 120))


def _columns(overall: Sequence[OutletSlant]) -> dict[str, list[figures.Column]]:
    main = figures.main_columns(overall)
    in_time = [c for c in main if c.head in ("slant", "interval", "articles", "sentences")]
    return {"main": main, "made_of": figures.made_of_columns(), "time": in_time}


def _time(periods: Sequence[OutletSlant]) -> dict[str, Any] | None:
    shown = charts.panels(periods)
    if not shown:
        return None
    outlets = [s.outlet for s in periods]
    several = {o for o in outlets if outlets.count(o) > 1}
    unit = "week" if "W" in periods[0].period else "month"
    return {"unit": unit, "slants": periods, "panels": len(shown), "left": len(several) - len(shown)} | {
        "picture": _both(charts.over_time, periods, "time")
    }


def _sortable(value: Any) -> Any:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else value


def _helpers() -> dict[str, Any]:
    return {"count": count, "signed": figures.signed, "sortable": _sortable, "signs": SIGNS}
