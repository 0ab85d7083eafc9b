"""Templates, static files and headers of the pages. Knows nothing of jobs or models.

A page's policy allows its own host's style and script and nothing else: no inline code, no other host, no framing.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from slantwise import __version__
from slantwise.records import Judgement, OutletSlant, Stance
from slantwise.report.figures import interval, share, signed
from slantwise.report.html import environment, shared_script, stylesheet
from slantwise.report.pack import thousandths
from slantwise.report.palette import SIGNS
from slantwise.report.plain import plain
from slantwise.report.words import count
from slantwise.server.reading import Reading
from slantwise.spreadsheets import no_formula

# What the server's door sets besides stays. Browsers send a form's origin as null under `no-referrer`, which the door
# refuses; under `same-origin` no other host learns of an address either.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}
# On top of the policy within the report: its origin is its own, so that nothing in it could ask this server for more.
REPORT_HEADERS = {
    "Content-Security-Policy": "sandbox allow-scripts allow-downloads allow-popups; frame-ancestors 'none'",
}


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A template as a page with the headers that every page has."""
    server = request.app.state.server
    text = (
        _environment()
        .get_template(template)
        .render(
            root=request.scope.get("root_path", "").rstrip("/"),
            settings=server.settings,
            model=plain(server.batcher.classifier.name, 120),
            signed_in=bool(server.settings.tokens),
            **{"section": "", "error": ""} | values,
        )
    )
    return HTMLResponse(text, status, HEADERS)


@lru_cache(maxsize=1)
def static_files() -> dict[str, tuple[bytes, str]]:
    """The files under /static by name: their bytes and their type."""
    folder = files("slantwise.server") / "static"

    def own(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    found = {
        "style.css": (f"{stylesheet()}\n{own('pages.css')}", "text/css"),
        "pages.js": (f"{shared_script()}\n{own('pages.js')}", "text/javascript"),
        "icon.svg": (own("icon.svg"), "image/svg+xml"),
    }
    return {name: (text.encode(), f"{kind}; charset=utf-8") for name, (text, kind) in found.items()}


def strength(judgement: Judgement) -> int:
    """How strongly a sentence is marked, from 0 (neutral) to 4."""
    if judgement.stance is Stance.NEUTRAL:
        return 0
    accusatory, defending, _, _ = thousandths(judgement)
    return min(4, max(1, -(-abs(defending - accusatory) * 4 // 1000)))


def as_csv(result: Mapping[str, Any]) -> str:
    """The outlets of a job's result as CSV, in full; texts that spell a formula get a quote before."""
    rows = [_flat(row) for row in result["outlets"]]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _flat(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{name}_")
        elif isinstance(value, list | tuple):
            found[before + name] = " ".join(map(str, value))
        else:
            found[before + name] = no_formula(value) if isinstance(value, str) else value
    return found


def verdict(reading: Reading) -> str:
    """What a text's interval says, in a few words."""
    slant, name = reading.slant, plain(reading.target.name, 120)
    if slant is None or not slant.enough:
        return f"Too little is said about {name} to tell how this text leans"
    if slant.high < 0:
        return f"This text leans against {name}"
    return f"This text leans for {name}" if slant.low > 0 else f"This text leans clearly neither for nor against {name}"


def scale(slant: OutletSlant) -> Any:
    """A slant and its interval on the scale from −1 to +1, drawn."""
    return _environment().get_template("scale.svg.j2").module.scale(slant)


@lru_cache(maxsize=1)
def _environment() -> Any:
    found = environment("slantwise.server")
    found.filters |= {
        "plain": plain,
        "signed": signed,
        "share": share,
        "when": _when,
        "stamp": _stamp,
        "for_pages": _for_pages,
    }
    found.globals |= {
        "version": __version__,
        "signs": SIGNS,
        "count": count,
        "signed": signed,
        "interval": interval,
        "strength": strength,
        "thousandths": thousandths,
        "static": _static,
    }
    return found


def _for_pages(message: str) -> str:
    """A message of the command line in the words of the forms."""
    for flag, field in (("--target", "company"), ("an --alias", "one of its other names"), ("--outlet", "an outlet")):
        message = message.replace(flag, field)
    return message


def _static(name: str) -> str:
    """The address of a static file, below the root; it changes with the file, so that browsers may keep it."""
    return f"/static/{name}?v={hashlib.sha256(static_files()[name][0]).hexdigest()[:12]}"


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _when(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
