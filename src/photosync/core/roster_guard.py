"""The guard on rosters: one that would make too many people leavers at once waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from photosync.core.errors import WrongUse
from photosync.core.guard import FEW_PEOPLE, FEW_PEOPLE_NUMBER
from photosync.core.people import PersonKind

LARGEST_NUMBER = 1_000_000
RECENT_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaverLimits:
    """How many people a roster may make leavers unseen: beyond both the share and the number, it is held.

    The share is of the active people of one component. With fewer than 40 of them the number is 5, or what it is set
    to if that is less.
    """

    share_percent: int = 5
    number: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.share_percent <= 100:
            raise WrongUse(
                f"The share of people who may leave cannot be {self.share_percent} %. Nothing was saved. "
                "Give a percentage from 0 to 100."
            )
        if not 0 <= self.number <= LARGEST_NUMBER:
            raise WrongUse(
                f"The number of people who may leave cannot be {self.number}. Nothing was saved. "
                f"Give 0 to {LARGEST_NUMBER}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What a reading would do to one component. Whom a person has seen and approved is not counted in `leaving`.

    `left_recently` counts whom the same roster made leavers in the last RECENT_DAYS days without anyone seeing it.
    """

    component: PersonKind
    active_before: int
    leaving: int
    left_recently: int = 0


def breaches_of(limits: LeaverLimits, found: Sequence[Leaving]) -> tuple[str, ...]:
    """Return a sentence for each component of which too many would leave; none where the reading may go on."""
    return tuple(_sentence(limits, each) for each in found if _exceeds(limits, each))


def _exceeds(limits: LeaverLimits, one: Leaving) -> bool:
    number = min(limits.number, FEW_PEOPLE_NUMBER) if one.active_before < FEW_PEOPLE else limits.number
    count = one.leaving + one.left_recently
    by_share = Fraction(limits.share_percent, 100) * one.active_before
    return one.leaving > 0 and count > number and count > by_share


def _sentence(limits: LeaverLimits, one: Leaving) -> str:
    who = "students" if one.component is PersonKind.STUDENT else "staff members"
    recently = (
        f"; with the {one.left_recently} of the last {RECENT_DAYS} days that is {one.leaving + one.left_recently}"
        if one.left_recently
        else ""
    )
    return (
        f"{one.leaving} of {one.active_before} {who} would be marked as left{recently}; more than "
        f"{limits.share_percent} % and more than {limits.number} are for a person to decide."
    )
