"""Photos that wait for a report to be archived, in words and with the way to their reporting cycle."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import ngettext

from photosync.apps.reports.holding import Waiting, cycles_that_hold, members_who_hold, waiting_photos
from photosync.apps.runs.models import Run
from photosync.apps.schools.models import School
from photosync.core.plan import Action, Reason
from photosync.core.reporting import waiting_words
from photosync.web.remembered import Remembered

_remembered: Remembered[list[Waiting]] = Remembered()


@dataclass(frozen=True, slots=True)
class WaitLine:
    """ "Waiting for 2026 Semester 2: 214 photos", and where that is looked at; `url` is empty where it is over."""

    words: str
    url: str = ""


def waiting_in(school: School) -> list[Waiting]:
    """Return what waits at the school; where that takes long to count, as it was a little while ago."""
    return _remembered.get(school.pk, lambda: waiting_photos(school))


def wait_lines(school: School, profile_id: int) -> list[WaitLine]:
    """Return what waits of one sync profile, a line for each reporting cycle."""
    return [
        WaitLine(each.words, _address(each.cycle_id)) for each in waiting_in(school) if each.profile_id == profile_id
    ]


def wait_lines_of_run(run: Run) -> list[WaitLine]:
    """Return for what the photos waited that this run let wait: for which cycles they still do, and how many not."""
    items = run.items.filter(action=Action.WAITING, reason_code=Reason.REPORT_OPEN, person__isnull=False)
    holding = members_who_hold().filter(person=OuterRef("person_id")).order_by("cycle_id").values("cycle_id")[:1]
    counted = items.order_by().annotate(held_by=Subquery(holding)).values("held_by")
    numbers = dict(counted.annotate(people=Count("person_id", distinct=True)).values_list("held_by", "people"))
    over = numbers.pop(None, 0)
    names = dict(cycles_that_hold(run.profile.school).filter(pk__in=numbers).values_list("pk", "name"))
    lines = [WaitLine(waiting_words(names[pk], numbers[pk]), _address(pk)) for pk in sorted(names)]
    if over:
        told = ngettext(
            "%(number)d photo waited for a report and does so no more: the next run decides on it.",
            "%(number)d photos waited for a report and do so no more: the next run decides on them.",
            over,
        )
        lines.append(WaitLine(told % {"number": over}))
    return lines


def _address(cycle_id: int) -> str:
    return reverse("reporting-cycle", args=[cycle_id])
