"""The page and the pictures as files: what they hold, what they refuse, how large they are."""

import base64
import csv
import hashlib
import io
import re
import sys
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from conftest import WordJudge, judgement
from test_report import slant

from slantwise.pipeline import score_outlets
from slantwise.records import Article, InputError, Sentence
from slantwise.report import Facts, Reporting, charts, figures
from slantwise.report.palette import DARK, LIGHT

pytest.importorskip("vl_convert", reason="needs the extra 'report'")

from slantwise.report.drawing import draw, svg
from slantwise.report.html import render

FACTS = Facts("Acme", "stub", "mean score", made_on="2026-01-02")
NASTY = "<script>alert(1)</script>\0\u202e\" onmouseover='x' {{ 7*7 }}"


def articles(count=3):
    for i in range(count):
        yield Article(
            f"Acme lied, case {i}. Nobody knew. Acme helps us.\nAcme sells <b>cars</b>\0, we hear.",
            f"Outlet {i % 3}",
            title=f"Acme and case {i}",
            date=f"2018-{8 + i % 2:02d}-06",
            url="javascript:alert(1)",
        )


def reported(path, of, by=None, **settings):
    report = Reporting(path, **settings)
    slants = score_outlets(of, "Acme", WordJudge(), by=by, on_skip=report.noting(str), on_judged=report.add)
    report.write(slants, FACTS)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return reported(
        tmp_path_factory.mktemp("report") / "slant.html", [*articles(), Article("Rain.", NASTY, origin=NASTY)]
    )


def test_the_policy_allows_just_what_is_in_the_file(page):
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    allowed = policy.replace("&#39;", "'")
    assert allowed.startswith("default-src 'none'; ")
    assert "unsafe" not in allowed
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in allowed


def test_nothing_comes_from_elsewhere_or_runs_inline(page):
    assert not re.findall(r"""\s(?:src|style|on[a-z]+)=["']""", page)
    addresses = {a for a in re.findall(r'\bhref="([^"]*)"', page) if not a.startswith(("#", "data:"))}
    assert addresses == set()


def test_text_from_outside_is_text(page):
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;␀⟨U+202E⟩" in page
    assert "49" not in re.findall(r"<li>(.*?)</li>", page)[-1]
    assert not set(page) & {"\0", "\u202e"}


def test_what_was_measured_is_said(page):
    for said in (
        "How 3 outlets lean toward",
        "1 article or file",
        "no sentence is about Acme; left out",
        "Measured with slantwise",
        "model stub, seed 0, 2026-01-02",
        "right of reply",
        "Every article that counts.",
    ):
        assert said in page, said
    assert re.search(r"3 articles, \d sentences about Acme", page)


def test_equal_input_gives_equal_pages(page, tmp_path):
    again = reported(tmp_path / "slant.html", [*articles(), Article("Rain.", NASTY, origin=NASTY)])
    assert again == page


def test_over_time_with_and_without_asking(tmp_path):
    dated = [replace(a, outlet="A") for a in articles(4)]
    by_month, by_week = (reported(tmp_path / "slant.html", dated, by) for by in (None, "week"))
    assert "The slant of each month" in by_month
    assert "The slant of each week" in by_week
    assert "2018-W32" in by_week
    assert "How 1 outlet leans toward" in by_week
    assert 'id="time"' not in reported(tmp_path / "slant.html", articles(3))


def test_2000_articles_stay_under_5_megabytes(tmp_path):
    words = [hashlib.sha256(str(i).encode()).hexdigest()[:7] for i in range(5_000)]

    report = Reporting(tmp_path / "slant.html")
    for i in range(2_500):
        lines = [" ".join(words[(i * 31 + j * 17 + k * k) % 5_000] for k in range(20)) for j in range(12)]
        sentences = [(Sentence(line, -1, -1), judgement((i * j % 19 - 9) / 10, j % 3)) for j, line in enumerate(lines)]
        report.add(Article("", f"Outlet {i % 40}", title=f"Case {i}"), sentences)
    report.write(report.collected.slants("article", 0.95, 0), FACTS)
    page = (tmp_path / "slant.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 5_000_000
    assert re.search(r"[\d,]+ of 2,500 articles, drawn at random; the figures count all", page)


def test_groups_corrections_and_matched_slants_are_shown_where_they_are_there():
    estimate = SimpleNamespace(slant=-0.2, low=-0.4, high=0.0)
    matched = SimpleNamespace(
        telling=0.1, low=-0.1, high=0.3, selection=-0.2, selection_low=-0.3, selection_high=-0.1,
        grand=0.0, stories=5, shared_stories=3, matched_articles=4, enough=True,
    )  # fmt: skip
    more = {"groups": ("x", "y"), "shrunk": estimate, "wire": 0.25, "matched": matched}
    full = SimpleNamespace(**{k: getattr(slant(), k) for k in slant().__slots__} | more)
    heads = [c.head for c in figures.main_columns([full])]
    assert heads == ["slant", "interval", "group", "shrunk", "wire", "articles", "sentences"]
    written = [c.written(full) for c in figures.main_columns([full])]
    assert written[2:5] == ["xy", "−0.20 (−0.40 … +0.00)", "25%"]
    assert [c.written(full) for c in figures.matched_columns([full])][-1] == "3 of 5"
    assert figures.matched_columns([slant()]) == []
    assert ">xy<" in svg(charts.intervals([full]))
    assert figures.letters(SimpleNamespace(ranks=(2, 5))) == "2–5"


def test_stories_are_shown_where_articles_were_matched():
    from slantwise.report.collector import Collector

    found = Collector()
    slants = score_outlets(articles(), "Acme", WordJudge(), on_judged=found.add)
    assert 'id="stories"' not in render(slants, found, FACTS)
    page = render(slants, found, FACTS, stories=[1, 1, 2])
    assert "Story by story" in page
    assert "slant in this story" in page


def test_csv_has_full_figures_and_no_formulas():
    rows = list(csv.DictReader(io.StringIO(figures.as_csv([slant("=1+1"), slant('B, the "Bee"', headlines=None)]))))
    assert [r["outlet"] for r in rows] == ["'=1+1", 'B, the "Bee"']
    assert (rows[0]["slant"], rows[0]["share_accusatory"], rows[0]["right_of_reply"]) == ("-0.25", "0.5", "0.5")
    assert rows[1]["headlines"] == ""


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_plot_is_a_picture(tmp_path, suffix):
    path = tmp_path / f"plot{suffix}"
    draw(
        charts.intervals([slant("A & <B>"), slant("C", low=-1.0, high=1.0, enough=False)]), path, "Slant toward <Acme>"
    )
    if suffix == ".png":
        assert path.read_bytes().startswith(b"\x89PNG")
    else:
        text = path.read_text(encoding="utf-8")
        ElementTree.fromstring(text)
        assert "A &amp; &lt;B&gt;" in text
        assert "Slant toward &lt;Acme&gt;" in text


def test_pictures_of_many_outlets_show_both_ends():
    many = [slant(f"Outlet {i:03}", slant=i / 400, low=i / 400 - 0.1, high=i / 400 + 0.1) for i in range(100)]
    found = [s.outlet for s in charts.shown(many)]
    assert len(found) == charts.MOST_ROWS
    assert (found[0], found[-1]) == ("Outlet 000", "Outlet 099")


def test_a_picture_on_a_page_follows_its_scheme_and_has_no_styles():
    drawn = svg(charts.intervals([slant("A", low=-0.6, high=-0.1)]))
    assert "var(--accusatory)" in drawn
    assert "style=" not in drawn
    assert 'data-tip="A: slant −0.25, interval −0.60 … −0.10; 3 articles, 12 sentences"' in drawn


@pytest.mark.parametrize(
    ("report", "plot", "complaint"),
    [
        ("nowhere/slant.html", None, "report 'nowhere/slant.html': there is no folder 'nowhere'"),
        (".", None, "report '.' is a folder; give the name of a file"),
        (None, "plot.pdf", "plot 'plot.pdf' does not end in .png or .svg"),
    ],
)
def test_files_that_cannot_be_written_are_refused_first(report, plot, complaint):
    with pytest.raises(InputError, match=re.escape(complaint)):
        Reporting(report, plot)


@pytest.mark.parametrize("missing", ["vl_convert", "jinja2"])
def test_without_the_extra_the_message_says_how_to_get_it(monkeypatch, tmp_path, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(InputError, match=r"needs the extra 'report'; install it: pip install 'slantwise\[report\]'"):
        Reporting(tmp_path / "slant.html")
    Reporting()


def _luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return sum(w * x for w, x in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_colours_can_be_read_on_paper(scheme):
    colours = scheme.colours()
    assert len(set(colours.values())) == len(colours)
    for ground in (scheme.paper, scheme.surface):
        for name in ("ink", "muted", "accusatory", "defending", "neutral", "focus"):
            light, dark = sorted((_luminance(ground), _luminance(colours[name])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{name} on {ground}"
