"""Which pictures of one person and year count, where a SIF source has several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Candidate(NamedTuple):
    row: int
    ref_id: str
    is_usable: bool
    changed_at: str
    """As ISO 8601 text in one zone or another; "" where the source does not say when."""
    picture: str
    """The same for the same picture."""


def chosen(found: Sequence[Candidate]) -> list[Candidate]:
    """Return the one that counts, or those among which a person has to decide. `found` is not empty.

    What can be no photo stands back behind what can. The same picture twice is one. If all say when they were
    changed, the newest counts; otherwise nothing is guessed, and all of them are left to Review.
    """
    different: dict[str, Candidate] = {}
    for each in [each for each in found if each.is_usable] or found:
        former = different.get(each.picture)
        if former is None or _instant(each) > _instant(former):
            different[each.picture] = each
    pictures = list(different.values())
    if all(each.changed_at for each in pictures):
        newest = max(map(_instant, pictures))
        return [each for each in pictures if _instant(each) == newest]
    return pictures


def _instant(candidate: Candidate) -> float:
    return datetime.fromisoformat(candidate.changed_at).timestamp() if candidate.changed_at else -math.inf
