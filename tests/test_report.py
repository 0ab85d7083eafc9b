import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from slantwise.metrics import Measured
from slantwise.records import STANCES, VOICES, Correction, Estimate, MatchedSlant, OutletSlant
from slantwise.report import (
    as_json,
    print_details,
    print_estimates,
    print_figures,
    print_matched,
    print_slants,
    print_wire,
)
from slantwise.report.words import lede


def slant(outlet="A", low=-0.6, high=0.1, **changes):
    values = dict(
        outlet=outlet,
        slant=-0.25,
        low=low,
        high=high,
        articles=3,
        sentences=12,
        standard_error=0.15,
        resampled="articles",
        enough=True,
        own_voice=-0.3,
        quoted=None,
        stances=dict.fromkeys(STANCES, 4),
        shares=dict(zip(STANCES, (0.5, 0.3, 0.2), strict=True)),
        voices=dict(zip(VOICES, (-0.3, 0.25, None), strict=True)),
        headlines=-0.5,
        accusing=2,
        answered=1,
    )
    return OutletSlant(**(values | changes))


def printed(*slants):
    out = io.StringIO()
    print_slants(slants, "Acme", "mean score", Console(file=out, width=140))
    return out.getvalue()


def test_table_shows_slant_interval_counts_and_estimand():
    text = printed(slant())
    assert "Slant toward Acme" in text
    assert "-0.25" in text
    assert "-0.60…+0.10" in text
    assert "Slant: mean score. Own:" in text
    assert "¹" not in text


def test_table_marks_what_is_less_sure():
    assert "¹ One article" in printed(slant(resampled="sentences"))
    assert "² Too few sentences" in printed(slant(enough=False, low=-1.0, high=1.0))


def test_groups_or_where_letters_run_out_ranks():
    assert "Group: outlets that share a letter cannot be told apart." in printed(slant(groups=("a", "b"), ranks=(1, 2)))
    text = printed(slant(ranks=(3, 14)))
    assert "3–14" in text
    assert "Rank: the places that the outlet may truly have" in text
    assert "Group" not in printed(slant())
    alike = printed(slant(groups=("a",), ranks=(1, 2)), slant("B", groups=("a",), ranks=(1, 2)))
    assert "No two of these outlets can be told apart." in alike
    assert "group" not in alike


@pytest.mark.parametrize("width", [80, 110, 119, 120, 140])
def test_no_column_is_cut_off(width):
    out = io.StringIO()
    rows = [slant("Quayside Business Daily", groups=("a", "b")), slant("B", groups=("b", "c"), sentences=98765)]
    print_slants(rows, "Acme", "mean score", Console(file=out, width=width))
    assert "98765" in out.getvalue()
    assert "sentences" in out.getvalue()


def estimates(*slants):
    out = io.StringIO()
    print_estimates(slants, Console(file=out, width=140))
    return out.getvalue()


def test_other_estimates_are_shown_where_there_are_any():
    assert estimates(slant()) == ""
    text = estimates(slant(shrunk=Estimate(-0.2, -0.5, 0.1)), slant("B"))
    assert "-0.50…+0.10" in text
    assert "Shrunk: drawn toward the mean" in text
    assert "corrected" not in text
    corrected = Correction(Estimate(-0.4, -0.7, -0.1), None, 31, 4, "pooled", 1.0)
    text = estimates(slant(prior_shifted=Estimate(-0.3, -0.6, 0.0), correction=corrected))
    assert "Prior shift: rests on the assumption" in text
    assert "-0.70…-0.10³" in text
    assert "31 in 4" in text
    none = Correction(None, None, 0, 0, "none", None)
    assert "0 in 0" in estimates(slant(correction=none))


def test_pairs_in_json_up_to_twenty_outlets():
    few = json.loads(as_json([slant("A", slant=-0.9, articles=9), slant("B", slant=0.9, articles=9)], "Acme", "", ""))
    (pair,) = few["differences"]
    assert pair["outlets"] == ["A", "B"]
    assert pair["difference"] == pytest.approx(-1.8)
    assert pair["low"] < -1.8 < pair["high"] < 0
    assert pair["told_apart"] is True
    many = json.loads(as_json([slant(str(i)) for i in range(21)], "Acme", "", ""))
    assert many["differences"] is None


def test_names_from_the_web_are_text_not_markup():
    assert "[red]Post[/red]" in printed(slant("[red]Post[/red]"))


def test_json():
    found = json.loads(as_json([slant()], "Acme", "released", "mean score"))
    assert list(found) == ["target", "model", "estimand", "estimands", "outlets", "differences"]
    assert set(found["estimands"]) <= set(found["outlets"][0])
    assert found["outlets"][0]["outlet"] == "A"
    assert found["outlets"][0]["low"] == -0.6
    assert found["outlets"][0]["shares"] == {"accusatory": 0.5, "neutral": 0.3, "defending": 0.2}
    assert found["outlets"][0]["voices"] == {"outlet": -0.3, "target": 0.25, "other": None}
    assert (found["outlets"][0]["intensity"], found["outlets"][0]["right_of_reply"]) == (0.7, 0.5)
    assert found["outlets"][0]["stances"] == {"accusatory": 4, "neutral": 4, "defending": 4}


def test_details():
    out = io.StringIO()
    print_details([slant(), slant("B", accusing=0, answered=0, headlines=None)], Console(file=out, width=100))
    rows = [line.split() for line in out.getvalue().splitlines() if line.strip()[:2] in ("A ", "B ")]
    assert rows[0] == ["A", "50%", "30%", "20%", "-0.30", "+0.25", "–", "-0.50", "1", "of", "2"]
    assert rows[1][-2:] == ["–", "–"]


MATCHED = MatchedSlant(0.1, -0.05, 0.25, -0.3, -0.5, -0.1, -0.05, 9, 5, 7, True)


def printed_by(printer, *arguments):
    out = io.StringIO()
    printer(*arguments, console=Console(file=out, width=100))
    return out.getvalue()


def test_wire_table():
    text = printed_by(print_wire, [slant(wire=0.125, standing=0.0), slant("[b]B[/b]", wire=1.0, standing=0.0)], "once")
    assert ["A", "12.5%", "0.0%"] in [line.split() for line in text.splitlines()]
    assert "[b]B[/b]" in text
    assert "together weigh as much as one" in " ".join(text.split())


def test_matched_table():
    hanging = replace(MATCHED, low=-2.0, high=2.0, enough=False)
    text = printed_by(print_matched, [slant(matched=MATCHED), slant("B", matched=hanging), slant("C")])
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.strip()[:2] in ("A ", "B ", "C ")}
    assert rows["A"][:5] == ["-0.25", "-0.30", "-0.50…-0.10", "+0.10", "-0.05…+0.25"]
    assert rows["A"][5:] == ["5", "of", "9", "7", "of", "3"]
    assert rows["B"][:5] == ["-0.25", "-0.30", "³", "+0.10", "³"]
    assert rows["C"] == ["-0.25", *"––––––"]
    assert "Slant = -0.05 (mean of the outlets) + choice + telling." in " ".join(text.split())
    assert "³ Hangs on a single story" in text
    assert "³" not in printed_by(print_matched, [slant(matched=MATCHED)])
    assert "Slant = – (mean" in " ".join(printed_by(print_matched, [slant()]).split())


def test_matched_json():
    found = json.loads(as_json([slant(matched=MATCHED, wire=0.5, standing=0.0)], "Acme", "released", "mean score"))
    outlet = found["outlets"][0]
    assert (outlet["wire"], outlet["matched"]["telling"], outlet["matched"]["selection_low"]) == (0.5, 0.1, -0.5)


def test_figures_fit_a_narrow_terminal():
    out = io.StringIO()
    each = {s: {"precision": 0.5, "recall": 0.5, "f1": 0.5, "sentences": 4.0} for s in STANCES}
    measured = Measured(12, 0.512, (0.4, 0.6), each, None, None, 0.071)
    print_figures({"data/test.jsonl": measured}, Console(file=out, width=80))
    assert "data/test.jsonl" in out.getvalue()
    assert all(x in out.getvalue() for x in ("0.512", "0.40–0.60", "0.071"))


def test_the_first_sentence_claims_nothing_of_an_outlet_with_one_article():
    sure, single = slant(low=-0.4, high=-0.1), slant("B", low=-0.4, high=-0.1, resampled="sentences")
    assert lede("Acme", [sure]) == "The one outlet leans clearly against Acme."
    assert lede("Acme", [sure, sure]) == "All 2 outlets lean clearly against Acme."
    assert lede("Acme", [sure, single]) == (
        "Of 2 outlets, 1 leans clearly against Acme and 1 has too few articles or sentences to say."
    )
