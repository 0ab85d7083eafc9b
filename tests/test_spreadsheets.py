import pytest

from slantwise.spreadsheets import no_formula


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1"])
def test_formulas_are_quoted(text):
    assert no_formula(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Daily", "1 = 1", " =1"])
def test_other_text_stays(text):
    assert no_formula(text) == text
