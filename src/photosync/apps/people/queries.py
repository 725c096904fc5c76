"""Reading people."""

from __future__ import annotations

from photosync.core.people import Comparison

FOLDED = Comparison(ignore_case=True, ignore_leading_zeros=True)
"""The loosest comparison: identifiers are stored in this form too, so that any match rule can find them."""
