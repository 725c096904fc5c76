"""The guard: the whole plan is checked against the profile's limits before anything is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from photosync.core.errors import WrongUse
from photosync.core.people import PersonKind

FEW_PEOPLE = 40
FEW_PEOPLE_NUMBER = 5
NEW_YEAR_SHARE = Fraction(1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many changes a profile may publish unseen: beyond both the share and the number, the run is held.

    Shares are from 0 to 1, of the people of one component who have a current photo before the run.
    With fewer than 40 of them the numbers are 5, or what they are set to if that is less.
    """

    replace_share: float = 0.30
    replace_number: int = 20
    withdraw_share: float = 0.05
    withdraw_number: int = 5

    def __post_init__(self) -> None:
        for name, share in (("replaced", self.replace_share), ("withdrawn", self.withdraw_share)):
            if not 0 <= share <= 1:
                raise WrongUse(
                    f"The share of photos that may be {name} cannot be {share}. Nothing was changed. "
                    "Give a percentage from 0 % to 100 %."
                )
        for name, number in (("replaced", self.replace_number), ("withdrawn", self.withdraw_number)):
            if number < 0:
                raise WrongUse(
                    f"The number of photos that may be {name} cannot be {number}. Nothing was changed. "
                    "Give 0 or more."
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentTotals:
    """What a run would do to one component, and what the profile did to it of late. Counts people, not files.

    The last 7 days hold what this profile published by itself. What a person approved, set by hand or
    undid is left out by the caller: it was seen, and must not hold the next ordinary run.
    """

    component: PersonKind
    with_photo_before: int
    """People of the component who have a current photo before the run, leavers not among them."""
    replacements: int
    withdrawals: int
    replaced_last_7_days: int = 0
    withdrawn_last_7_days: int = 0


class BreachKind(StrEnum):
    REPLACE = "replace"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Breach:
    """One limit that the run would exceed; any breach holds the whole run."""

    component: PersonKind
    kind: BreachKind
    planned: int
    """How many this run would replace or withdraw."""
    recent: int
    """How many the profile did in the last 7 days; `planned + recent` is what exceeds the limit."""
    with_photo_before: int
    sentence: str


def check(limits: Limits, totals: Sequence[ComponentTotals]) -> tuple[Breach, ...]:
    """Return the limits that the plan exceeds, per component; empty when the run may publish.

    Rule: PRODUCT.md, "Runs", Guard. A run that changes nothing of a kind never breaches for it,
    whatever the last 7 days held.
    """
    found = (
        _breach(kind, one, _counts(kind, one), limit)
        for one in totals
        for kind, limit in (
            (BreachKind.REPLACE, (limits.replace_share, limits.replace_number)),
            (BreachKind.WITHDRAW, (limits.withdraw_share, limits.withdraw_number)),
        )
    )
    return tuple(breach for breach in found if breach is not None)


def _counts(kind: BreachKind, totals: ComponentTotals) -> tuple[int, int]:
    if kind is BreachKind.REPLACE:
        return totals.replacements, totals.replaced_last_7_days
    return totals.withdrawals, totals.withdrawn_last_7_days


def _breach(
    kind: BreachKind, totals: ComponentTotals, counts: tuple[int, int], limit: tuple[float, int]
) -> Breach | None:
    planned, recent = counts
    share, number = limit
    if totals.with_photo_before < FEW_PEOPLE:
        number = min(number, FEW_PEOPLE_NUMBER)
    # By way of its decimal text, 0.07 of 100 is 7 and not a little more.
    by_share = Fraction(str(share)) * totals.with_photo_before
    if planned == 0 or planned + recent <= by_share or planned + recent <= number:
        return None
    allowed = _percent(share) if by_share > number else str(number)
    return Breach(
        totals.component,
        kind,
        planned,
        recent,
        totals.with_photo_before,
        _sentence(kind, totals, planned, recent, allowed),
    )


def _sentence(kind: BreachKind, totals: ComponentTotals, planned: int, recent: int, allowed: str) -> str:
    whose = "students'" if totals.component is PersonKind.STUDENT else "staff members'"
    done = "replaced" if kind is BreachKind.REPLACE else "withdrew"
    before = (
        f"; with the {recent} that the profile {done} in the last 7 days that is {planned + recent}" if recent else ""
    )
    return (
        f"This run would {kind} {planned} of {totals.with_photo_before} {whose} photos{before}; "
        f"the profile allows {allowed}."
    )


DECIDE = "Approve or discard run {run}."


def _percent(share: float) -> str:
    return f"{(Decimal(str(share)) * 100).normalize():f} %"


def looks_like_new_year(totals: Sequence[ComponentTotals]) -> bool:
    """Whether the run would replace more than half of the photos of the school: a new year's delivery."""
    before = sum(one.with_photo_before for one in totals)
    return sum(one.replacements for one in totals) > before * NEW_YEAR_SHARE


def held_message(breaches: Sequence[Breach], totals: Sequence[ComponentTotals], *, run: str) -> str:
    """Return the message of the held run named `run`: what would happen, that nothing did, what to do."""
    sentences = [breach.sentence for breach in breaches]
    if looks_like_new_year(totals):
        sentences.append(
            "Most photos of the school would be replaced: this looks like a new year's delivery. "
            "Whoever approves it chooses whether they are this year's photos or next year's."
        )
    sentences.append(f"Nothing was changed. {DECIDE.format(run=run)}")
    return " ".join(sentences)


def without_decision(message: str, *, run: str) -> str:
    """Return the message of a held run without what to do, once there is nothing to decide on any more."""
    return message.replace(DECIDE.format(run=run), "").strip()
