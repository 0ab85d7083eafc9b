import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from slantwise.records import InputError
from slantwise.targets import Target


def named(target, text):
    return [text[s:e] for s, e in Target.of(target).mentions(text)]


@pytest.mark.parametrize(
    ("target", "text", "found"),
    [
        ("Facebook", "Facebook's Messenger and Mark Zuckerberg", ["Facebook", "Messenger", "Mark Zuckerberg"]),
        ("Facebook", "facebook asks us banks to share customer data", ["facebook"]),
        ("Facebook", "FACEBOOK FINED", ["FACEBOOK"]),
        ("Facebook", "He sent it by messenger, says Anna.", []),
        ("Facebook", "See facebook.com/help or @Facebook, says Anna.", []),
        ("Facebook", "Facebook-owned; a Facebooker; Facebook.", ["Facebook", "Facebook"]),
        ("Apple", "An Apple a day, an apple a day.", ["Apple"]),
        ("Goldman Sachs Group Inc.", "Goldman Sachs said so.", ["Goldman Sachs"]),
        ("Lumby & Tate", "Lumby & Tate, L&T", ["Lumby & Tate"]),
        ("Land's End", "Land’s End and Land's End", ["Land’s End", "Land's End"]),
        ("C++ (Holdings)", "C++ (Holdings) fell", ["C++ (Holdings)"]),
    ],
)
def test_mentions(target, text, found):
    assert named(target, text) == found


def test_longest_name_wins_and_aliases_add_up():
    target = Target.of("Facebook", ["Owl", "Owl Labs"])
    assert [m for m in ("Owl Labs", "Zuckerberg") if target.mentions(m) == [(0, len(m))]] == ["Owl Labs", "Zuckerberg"]


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_empty_name_is_refused(name):
    with pytest.raises(InputError, match="is empty; give a company's name"):
        Target.of(name)


def test_an_alias_given_as_a_string_is_refused():
    with pytest.raises(InputError, match="not one string"):
        Target("Acme", aliases="Beta")


@given(st.text(min_size=1).filter(str.strip), st.text())
def test_mentions_are_ordered_and_name_the_target(name, text):
    target = Target(name)
    spans = target.mentions(text)
    assert all(0 <= s < e <= len(text) for s, e in spans)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))


@given(st.text("aAbBKk ıİſsSß'’.@\n", max_size=12), st.text("aAbBKk ıİſsSß'’.@\n", max_size=30), st.integers(0, 30))
def test_a_name_is_never_found_where_it_cannot_be(name, text, cut):
    assume(name.strip())
    target = Target(name)
    # A sentence is a part of an article, its white space made plain.
    for part in (text, text[:cut], text[cut:], " ".join(text[cut:].split())):
        assert target.may_be_in(text) or not target.mentions(part)


def test_what_cannot_name_it_is_told_at_once():
    target = Target("Acme Motors", aliases=("O'Hara",))
    assert not target.may_be_in("Nothing to see here.")
    assert target.may_be_in("so said acme\nmotors") and target.may_be_in("O’HARA won")
