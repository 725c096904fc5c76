"""A state as people see it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as colour, icon and word: `kind` names colour and icon."""

    kind: str
    word: str
