"""Text from outside made fit to be shown: what would be invisible or mislead is shown as a sign. Knows no markup."""

from __future__ import annotations

LONGEST = 1_200

# Control characters have pictures of their own; those that turn the direction of text are named.
_PICTURES = {c: chr(0x2400 + c) for c in range(0x20) if c not in (0x09, 0x0A)} | {0x7F: "␡", 0x0D: " "}
_NAMED = {
    c: f"⟨U+{c:04X}⟩"
    for c in (0x061C, 0x200E, 0x200F, 0xFEFF, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
# Half a surrogate pair cannot be written as UTF-8.
_VISIBLE = str.maketrans(_PICTURES | _NAMED | dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


def plain(text: str, longest: int = LONGEST) -> str:
    """A text with its control and direction characters shown as signs, cut after `longest` characters, saying so."""
    left = len(text) - longest
    shown = text[:longest].translate(_VISIBLE)
    return f"{shown}… ({left:,} more characters)" if left > 0 else shown
