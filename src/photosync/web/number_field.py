"""A field for a whole number that says, where it is none, which would do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

WHICH = _("Use a whole number from {least} to {most}. Nothing was saved.")


def whole_number(label: Any, *, least: int, most: int, empty: Any = None, **given: Any) -> forms.IntegerField:
    """Return a field for `least` to `most`; `empty` is said where it is required and nothing was typed in."""
    which = format_lazy(WHICH, least=least, most=most)
    said = {
        "required": which if empty is None else empty,
        **dict.fromkeys(("invalid", "min_value", "max_value"), which),
    }
    return forms.IntegerField(label=label, min_value=least, max_value=most, error_messages=said, **given)
