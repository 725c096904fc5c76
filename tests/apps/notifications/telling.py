"""Decides and sends as several workers do at once; started as a program in an installation: school, or tell."""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta


def make_school(place: str) -> None:
    from photosync.apps.notifications.services import add_address
    from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
    from photosync.apps.schools.models import School
    from photosync.apps.timetable.models import TimetablePeriod
    from tests.apps.runs.scene import at

    now = at(2026, 8, 3)
    school = School.objects.create(code="TEST", name="Test", time_zone="Australia/Sydney")
    period = TimetablePeriod.objects.create(
        school=school, code="2026", start=date(2026, 1, 1), end=date(2026, 12, 18), group_number=1, academic_year=2026
    )
    for name in ("One", "Two"):
        # Its last good run was today, whenever that is: nothing is stale.
        profile = SyncProfile.objects.create(
            school=school, name=name, source_kind="folder", created_at=at(2026, 12, 18), evaluated_until=now
        )
        ProfilePeriod.objects.create(profile=profile, period=period)
    add_address(school, f"json://{place}/", by="kim", now=now)


def tell() -> None:
    from photosync.apps.notifications.deciding import decide_on_days
    from photosync.apps.notifications.sending import send_waiting
    from tests.apps.runs.scene import at

    for days in range(40, 0, -1):
        decide_on_days(at(2026, 12, 18) - timedelta(days=days))
        # Claims hold for a while: all send by one clock.
        send_waiting(lambda: at(2026, 12, 18))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
    import django

    django.setup()
    {"school": make_school, "tell": tell}[sys.argv[1]](*sys.argv[2:])
