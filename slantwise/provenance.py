"""What judgements were made with, and how that of two runs differs. Knows nothing of models or files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from slantwise.records import InputError


@dataclass(frozen=True)
class Provenance:
    """What judgements were made with: it stands in the metadata of every part.

    `digest` is that of the model's files, `shares` those of the stances on the set it was calibrated on, `options`
    whatever else changes which articles come or how they are judged, by the name that users give it.
    """

    target: str
    aliases: tuple[str, ...] = ()
    descriptors: tuple[str, ...] = ()
    model: str = ""
    digest: str = ""
    version: str = ""
    shares: tuple[float, float, float] | None = None
    options: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    def differences(self, other: Provenance) -> list[str]:
        """What makes judgements of the other not comparable with these, a phrase each: `target 'A', not 'B'`."""
        found = [
            f"{name} {_said(theirs)}, not {_said(ours)}"
            for name in ("target", "aliases", "descriptors", "digest", "version")
            if (ours := getattr(self, name)) != (theirs := getattr(other, name))
        ]
        names = sorted(self.options.keys() | other.options.keys())
        return found + [
            f"{name} {_said(other.options.get(name))}, not {_said(self.options.get(name))}"
            for name in names
            if self.options.get(name) != other.options.get(name)
        ]

    def to_json(self) -> str:
        """As a JSON object."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes, place: str | Path) -> Provenance:
        """From what `to_json` gave; InputError, which names `place`, from anything else."""
        try:
            values = json.loads(text)
            return cls(**_tupled(values) | {"options": _tupled(values["options"])})
        except (AttributeError, KeyError, TypeError, ValueError):
            raise InputError(f"{place}: is no part that slantwise has written") from None


def _said(value: Any) -> str:
    return repr(", ".join(value) if isinstance(value, tuple) else value) if value else "none"


def _tupled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
