"""Which part of a held plan is approved now: what there is to choose from, and what a form says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from photosync.apps.people.models import Person
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.parts import Part
from photosync.web.run_changes import doubted
from photosync.web.runs_list import number_in

KINDS = {Person.Kind.STUDENT: _("Students"), Person.Kind.STAFF: _("Staff")}
MOST_CHOICES = 300
"""Of more roll groups than these a page does not let choose; the command line and the API do."""
MOST_PUT_OFF = 100_000


@dataclass(frozen=True, slots=True)
class Choice:
    """One box to tick, with how many people's changes are planned under it."""

    value: str
    words: Any
    people: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What the plan can be divided by. Each is empty where all are of one."""

    kinds: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    groups: tuple[Choice, ...]
    has_doubts: bool
    most_doubtful: int
    later: tuple[int, ...]
    """The people whose change was put off one by one."""

    @property
    def any(self) -> bool:
        return bool(self.kinds or self.levels or self.groups or self.has_doubts)


def people_in(sent: QueryDict, name: str) -> list[int]:
    """Return the people whom the form names, each once. More than 1,000 are refused before this is asked."""
    numbers = (number_in(text) for text in sent.getlist(name))
    return list(dict.fromkeys(number for number in numbers if number is not None))


def part_of(sent: QueryDict) -> Part:
    """Return the part that a form, or an address, asks for."""
    return Part(
        kinds=frozenset(value for value in sent.getlist("kind") if value in KINDS),
        year_levels=_texts(sent, "level"),
        roll_groups=_texts(sent, "group"),
        not_now=frozenset(people_in(sent, "later")),
        but_most_doubtful=min(number_in(sent.get("doubtful", "")) or 0, MOST_PUT_OFF),
    )


def _texts(sent: QueryDict, name: str) -> frozenset[str]:
    return frozenset(value for value in sent.getlist(name) if value and "\0" not in value and len(value) <= 32)


def choices_of(run: Run, part: Part) -> Choices:
    planned = run.items.filter(state=PlanItem.State.PLANNED)
    return Choices(
        kinds=_choices(planned, "person__kind", part.kinds, KINDS),
        levels=_choices(planned, "person__year_level", part.year_levels),
        groups=_choices(planned, "person__roll_group", part.roll_groups),
        has_doubts=doubted(planned).exists(),
        most_doubtful=part.but_most_doubtful,
        later=tuple(sorted(part.not_now)),
    )


def _choices(
    planned: QuerySet[PlanItem], column: str, chosen: frozenset[str], words: dict[Any, Any] | None = None
) -> tuple[Choice, ...]:
    rows = planned.exclude(Q(**{column: ""}) | Q(person__isnull=True)).order_by().values_list(column)
    found = sorted(rows.annotate(people=Count("person", distinct=True)), key=lambda row: (len(row[0]), row[0]))
    if len(found) > MOST_CHOICES or (len(found) < 2 and not chosen):
        return ()
    return tuple(Choice(value, (words or {}).get(value, value), people, value in chosen) for value, people in found)
