import pytest

from slantwise.quotes import people, quotations, speaks
from slantwise.targets import Target

TARGET = Target("Halden", ("Dorn",))


def quoted(*paragraphs):
    text = "\n".join(paragraphs)
    spans, place = [], 0
    for p in paragraphs:
        spans.append((place, place + len(p)))
        place += len(p) + 1
    return [text[q.start : q.end] for q in quotations(spans, text)]


@pytest.mark.parametrize(
    ("paragraphs", "found"),
    [
        (["He said “no” and left."], ["“no”"]),
        (['"One. Two," she said. "Three."'], ['"One. Two,"', '"Three."']),
        (["“It goes on", "“and ends here,” he said."], ["“It goes on", "“and ends here,”"]),
        (["We are not asking for data” Diana said. “It helps."], ["We are not asking for data”", "“It helps."]),
        (['A 12" record and a 7" one.'], []),
        (["Nothing here."], []),
    ],
)
def test_quotations(paragraphs, found):
    assert quoted(*paragraphs) == found


@pytest.mark.parametrize(
    ("outside", "who"),
    [
        ("      said Halden.", "named"),
        ("      Halden said.", "named"),
        ("Halden, which makes cars, said", "named"),
        ("      said Anneke Dorn, the chief executive.", "named"),
        ("      said Ida Moor, a Halden spokeswoman.", "named"),
        ("Halden spokesman Ola Berg said", "named"),
        ("      the agency said of Halden.", "other"),
        ("Kestrel spokeswoman Ida Moor said that Halden is late", "other"),
        ("      he added.", "same"),
        ("      the statement said.", "same"),
        ("Halden makes cars.", None),
    ],
)
def test_speaks(outside, who):
    assert speaks(outside, TARGET.mentions(outside)) == who


def test_people_are_learned_from_their_introduction():
    for text in ("Halden spokeswoman Ida Moor said", "said Ida Moor, a Halden spokeswoman"):
        assert people(text, TARGET.mentions(text)) == {"Moor"}
