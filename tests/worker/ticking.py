"""Ticks as several workers do at once; started as a program in an installation, with school, tick or dump."""

import json
import os
import sys
from datetime import date, timedelta
from typing import Any

DUE_TIMES = 30


def make_school() -> None:
    from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
    from photosync.apps.profiles.services import reschedule
    from photosync.apps.schools.models import School
    from photosync.apps.timetable.models import TimetablePeriod
    from tests.apps.runs.scene import at

    now = at(2026, 8, 3, 0, 1)
    school = School.objects.create(code="TEST", name="Test", time_zone="Australia/Sydney")
    period = TimetablePeriod.objects.create(
        school=school, code="2026", start=date(2026, 1, 1), end=date(2026, 12, 18), group_number=1, academic_year=2026
    )
    for name in ("One", "Two", "Three"):
        profile = SyncProfile.objects.create(
            school=school, name=name, source_kind="folder", created_at=now, evaluated_until=now
        )
        ProfilePeriod.objects.create(profile=profile, period=period, frequency="every 5m")
        reschedule(profile, now)


def tick_on() -> list[int]:
    """Tick at every due time, ending each run as soon as it is queued; return the runs that this process queued."""
    from photosync.apps.runs.models import Run
    from photosync.apps.runs.schedule import tick
    from tests.apps.runs.scene import at

    mine: list[int] = []
    for number in range(1, DUE_TIMES + 1):
        queued = tick(at(2026, 8, 3, 0) + timedelta(minutes=5 * number))
        Run.objects.filter(pk__in=queued).update(state="done")
        mine += queued
    return mine


def dump() -> list[list[Any]]:
    from photosync.apps.runs.models import Occurrence

    rows = Occurrence.objects.order_by("profile__name", "due_at").values_list("profile__name", "due_at", "outcome")
    return [[name, due_at.isoformat(), outcome] for name, due_at, outcome in rows]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
    import django

    django.setup()
    print(json.dumps({"school": make_school, "tick": tick_on, "dump": dump}[sys.argv[1]]()))
