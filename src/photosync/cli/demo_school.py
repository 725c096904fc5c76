"""The fictional school of `photosync demo`: roster, timetable periods, a profile, portraits and a first sync."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from photosync.apps.accounts.models import User
from photosync.apps.accounts.services import add_user, set_password
from photosync.apps.people.services import import_roster
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.services import DEFAULT_NAME, add_profile, assign, catch_up_from
from photosync.apps.runs.models import Run
from photosync.apps.runs.queries import run_document
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.services import add_period
from photosync.cli.installation import data_folder
from photosync.cli.processes import processes
from photosync.cli.progress import RunProgress
from photosync.core.errors import Refused
from photosync.core.instants import local_date
from photosync.core.people import PersonKind
from photosync.demo import delivery, roster

CODE, TIME_ZONE, USER = "WGC", "Australia/Sydney", "demo"
SEED = 1
SMALL_FROM_STUDENTS = 1_500
"""From so many students on the portraits are small files: camera-sized ones would fill the disk."""


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """`run` is the first sync; None where the school was there already."""

    school: School
    profile: SyncProfile
    password: str
    photos: Path
    run: Run | None

    @property
    def sentence(self) -> str:
        if self.run is None:
            return f"{self.school.name} is there already; its portraits are in {self.photos}."
        counts = self.run.counts
        return (
            f"{self.school.name} is ready: {counts.get('added', 0)} photos from {self.photos}, "
            f"{counts.get('unmatched', 0)} unmatched, {counts.get('review', 0)} in review, "
            f"{counts.get('rejected', 0)} rejected."
        )

    @property
    def sign_in(self) -> str:
        return f"Sign in as {USER} with the password {self.password}"

    def document(self) -> dict[str, Any]:
        return {
            "school": self.school.code,
            "profile": self.profile.name,
            "photos": str(self.photos),
            "sign_in": {"name": USER, "password": self.password},
            "address": None,
            "run": None if self.run is None else run_document(self.run),
        }


def make_demo(students: int, staff: int, *, now: datetime, say: Callable[[str], None]) -> DemoSchool:
    """Make the school and run its first sync, or take up the one that is there.

    The roster and the portraits are written beside the data folder. Raises Refused where the data folder
    holds a school that is not the demo's.
    """
    photos = data_folder().with_name(f"{data_folder().name}-demo") / "photos"
    school = School.objects.filter(code=CODE, name=roster.SCHOOL_NAME).first()
    if school is None and School.objects.exists():
        raise Refused(
            f"The data folder {data_folder()} holds a school of its own. The demo was not made. "
            "Let PHOTOSYNC_DATA name another folder."
        )
    profile = None if school is None else SyncProfile.objects.filter(school=school, name=DEFAULT_NAME).first()
    if school is not None and profile is not None and Run.objects.filter(profile=profile).exists():
        return DemoSchool(school, profile, _fresh_password(), photos, None)
    school = school or add_school(CODE, roster.SCHOOL_NAME, TIME_ZONE)
    year = school.academic_year_rule.academic_year_of(local_date(now, school.zone))
    _write_files(photos, students, staff, year, local_date(now, school.zone), say)
    for kind in PersonKind:
        import_roster(school, photos.parent / f"{_file_name(kind)}.csv", kind, now=now)
    profile = profile or _profile(school, photos, now)
    say("Running the first sync ...")
    with RunProgress() as progress:
        # The scheduler finds what fell due last night, as it does when a server was off for a while.
        catch_up_from(profile, now - timedelta(days=1))
        run = processes().live_through_next_run(profile, progress.show)
    return DemoSchool(school, profile, _fresh_password(), photos, run)


def _file_name(kind: PersonKind) -> str:
    return kind.component


def _write_files(photos: Path, students: int, staff: int, year: int, today: date, say: Callable[[str], None]) -> None:
    """Write the roster, and the portraits of last year and of this one."""

    def everyone() -> Any:
        return roster.people(students, staff, SEED, academic_year=year)

    roster.write_csv(photos.parent, everyone())
    for taken_in in (year - 1, year):
        doing = f"Drawing the portraits of {taken_in}"
        say(f"{doing} ...")
        total = sum(person.first_academic_year <= taken_in for person in everyone())
        with RunProgress() as progress:
            progress.update(doing, 0, total)
            delivery.write(
                photos,
                everyone(),
                taken_in,
                seed=SEED,
                specials=taken_in == year,
                small=students >= SMALL_FROM_STUDENTS,
                photo_day=min(date(taken_in, 2, 10), today),
                progress=partial(progress.update, doing, total=total),
            )


def _profile(school: School, photos: Path, now: datetime) -> SyncProfile:
    profile = add_profile(
        school,
        source_kind="folder",
        options={"path": str(photos.absolute()), "match": "pattern", "pattern": "{year}/{code}"},
        anywhere=True,
        now=now,
    )
    for period, mode in _periods(school, local_date(now, school.zone)):
        assign(profile, period, mode=mode, now=now)
    return profile


def _periods(school: School, today: date) -> list[tuple[TimetablePeriod, str]]:
    """Return the two semesters of the year, and in the holidays a period for additions only."""
    year = today.year
    semesters = [(1, date(year, 1, 28), date(year, 6, 30)), (2, date(year, 7, 20), date(year, 12, 18))]
    periods = [
        (_period(school, f"{year}S{number}", f"Semester {number}, {year}", start, end), "full")
        for number, start, end in semesters
    ]
    if not any(start <= today <= end for _, start, end in semesters):
        until = date(year, 1, 27) if today < semesters[0][1] else date(year, 7, 19)
        until = date(year + 1, 1, 27) if today > semesters[1][2] else until
        start = today - timedelta(days=1)
        periods.append((_period(school, f"{year}BREAK", "Holidays, additions only", start, until), "additions"))
    return periods


def _period(school: School, code: str, description: str, start: date, end: date) -> TimetablePeriod:
    found = TimetablePeriod.objects.filter(school=school, code=code).first()
    return found or add_period(school, code=code, description=description, start=start, end=end)


def _fresh_password() -> str:
    """Give the demo's administrator a new password and return it."""
    user = User.objects.filter(username=USER).first() or add_user(USER, "administrator").user
    password = secrets.token_urlsafe(12)
    set_password(user, password)
    return password
