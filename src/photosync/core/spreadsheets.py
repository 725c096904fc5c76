"""Texts that are to be opened in a spreadsheet."""

from __future__ import annotations

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(value: object) -> str:
    """Return `value` as text that no spreadsheet takes for a formula: one that begins like it gets an apostrophe."""
    text = "" if value is None else str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(BEGINS_A_FORMULA) else text
