from dataclasses import replace

import pytest

from slantwise.provenance import Provenance
from slantwise.records import InputError

ACME = Provenance("Acme", ("Acme Inc",), (), "released", "abc", "1", (0.2, 0.7, 0.1), {"language": "en"})


def test_differences_are_told_apart():
    assert ACME.differences(replace(ACME, model="elsewhere", shares=None)) == []
    other = replace(ACME, target="Zeta", aliases=(), options={"wire": "x"})
    assert ACME.differences(other) == [
        "target 'Zeta', not 'Acme'",
        "aliases none, not 'Acme Inc'",
        "language none, not 'en'",
        "wire 'x', not none",
    ]


def test_as_json_and_back():
    assert Provenance.from_json(ACME.to_json(), "here") == ACME
    for text in ("", "[]", "{}", "null", '{"target": "A", "colour": "red"}'):
        with pytest.raises(InputError, match="here: is no part that slantwise has written"):
            Provenance.from_json(text, "here")
