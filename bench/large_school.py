"""Schools written straight into the database: `python -m bench.large_school make|sign-in ...`, one JSON line back.

PHOTOSYNC_DATA names the folder. People, photos, runs and acts are rows as the product writes them; there are only a
few pictures, that everyone shares.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from bench.large_reports import LEVELS, ROWS_AT_ONCE, make_reports, make_views

if TYPE_CHECKING:
    from django.db.models import Model

    from photosync.apps.library.models import Picture
    from photosync.apps.profiles.models import SyncProfile
    from photosync.apps.runs.models import PlanItem, Run
    from photosync.apps.schools.models import School

PICTURES = 100

Row = TypeVar("Row", bound="Model")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=("make", "migrate", "sign-in"))
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--schools", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosync.project.settings")
    import django

    django.setup()
    if options.task == "make":
        from django.db import transaction

        from photosync.cli.installation import set_up

        set_up()
        with transaction.atomic():
            make(options.people, options.runs, options.schools)
        print("{}", flush=True)
    elif options.task == "migrate":
        from photosync.cli.installation import migrate

        migrate()
        print("{}", flush=True)
    else:
        print(json.dumps(sign_in()), flush=True)


def make(people: int, runs: int, schools: int) -> None:
    from photosync.apps.schools.models import School

    now = datetime.now(UTC)
    school = School.objects.create(code="BENCH", name="Bench School", time_zone="Australia/Sydney")
    make_people(school, people, now)
    profiles = make_profiles(school, schools, now)
    make_runs(profiles, runs, now)
    make_listing(profiles[0], people)
    make_entries(school, runs // 10, now)
    make_views(school, now)
    make_reports(school, now)


def make_people(school: School, count: int, now: datetime) -> None:
    """Nineteen in twenty are students; seven in ten have a photo of this year, some of the others an older one."""
    from photosync.apps.library.models import PhotoVersion, Withdrawal, YearPhoto
    from photosync.apps.people.models import Identifier, Person
    from photosync.apps.people.queries import FOLDED

    def person(n: int) -> Person:
        staff = n % 20 == 19
        return Person(
            school=school,
            kind="staff" if staff else "student",
            code=f"{n:06d}",
            given_name=f"Given{n * 7919 % 1009}",
            family_name=f"Family{n * 104_729 % 9973}",
            year_level="" if staff else LEVELS[n % 12],
            roll_group="" if staff else f"{LEVELS[n % 12]}{'ABCDEFGH'[n // 12 % 8]}",
            house=("Banksia", "Wattle", "Grevillea", "Waratah")[n % 4],
            campus=("North", "South")[n % 2],
            status="left" if n % 50 == 7 else "active",
            protected=n % 1000 == 5,
        )

    made = in_parts(Person, (person(n) for n in range(count)))
    key = {"staff": "staff_code", "student": "student_code"}
    in_parts(
        Identifier,
        (
            Identifier(school=school, person=p, key=key[p.kind], value=p.code, folded=FOLDED.form(p.code))
            for p in made
        ),
    )
    pictures = make_pictures(now)
    years = [
        (p, year)
        for n, p in enumerate(made)
        for year, tenths in ((now.year, 7), (now.year - 1, 8))
        if n * 31 % 10 < tenths - (year < now.year and n % 3 == 0)
    ]
    versions = in_parts(
        PhotoVersion,
        (
            PhotoVersion(
                person=p,
                academic_year=year,
                ordinal=1,
                picture=pictures[p.pk % PICTURES],
                origin=f"{p.code}.jpg",
                made_by="the schedule",
                created_at=now,
            )
            for p, year in years
        ),
    )
    in_parts(YearPhoto, (YearPhoto(person=v.person, academic_year=v.academic_year, version=v) for v in versions))
    in_parts(Withdrawal, (Withdrawal(person=p, reason="No consent.", created_at=now) for p in made[::500]))


def make_pictures(now: datetime) -> list[Picture]:
    import pyvips

    from photosync.apps.library.models import Picture
    from photosync.apps.library.store import photo_store

    rows = []
    with photo_store().batch() as batch:
        for number in range(PICTURES):
            fields: dict[str, object] = {}
            for size, edge_px in (("full", 960), ("card", 480), ("thumb", 160)):
                black = pyvips.Image.black(edge_px * 4 // 5, edge_px, bands=3)
                flat = black.linear(1, [number * 2, 120, 255 - number * 2])
                blob = flat.cast("uchar").copy(interpretation="srgb").jpegsave_buffer(Q=85)
                fields |= {f"{size}_sha256": batch.add(blob), f"{size}_bytes": len(blob)}
            rows.append(
                Picture(
                    **fields,
                    full_width_px=768,
                    full_height_px=960,
                    width_px=1600,
                    height_px=2000,
                    created_at=now,
                )
            )
        batch.commit()
    return list(in_parts(Picture, iter(rows)))


def make_profiles(school: School, schools: int, now: datetime) -> list[SyncProfile]:
    """Return the profiles: three of `school`, two of each of the others."""
    from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
    from photosync.apps.schools.models import School
    from photosync.apps.timetable.models import TimetablePeriod

    others = in_parts(
        School,
        (
            School(code=f"S{n:04d}", name=f"School {n}", time_zone="Australia/Melbourne", created_at=now)
            for n in range(1, schools)
        ),
    )
    profiles = []
    for each in (school, *others):
        days = ((-200, 200), (-200, 20), (-300, -10))
        periods = in_parts(
            TimetablePeriod,
            (
                TimetablePeriod(
                    school=each,
                    code=f"P{n}",
                    start=now.date() + timedelta(days=first),
                    end=now.date() + timedelta(days=last),
                    group_number=n,
                    academic_year=now.year,
                )
                for n, (first, last) in enumerate(days, 1)
            ),
        )
        for period, name in zip(periods, ("Photo Sync", "Staff photos", "Old"), strict=True):
            if name == "Old" and each is not school:
                continue
            profile = SyncProfile.objects.create(
                school=each,
                name=name,
                source_kind="folder",
                options={"path": "/nowhere"},
                created_at=now - timedelta(days=200),
                evaluated_until=now,
                schedule_since=now,
            )
            ProfilePeriod.objects.create(profile=profile, period=period)
            profiles.append(profile)
    return profiles


def make_runs(profiles: list[SyncProfile], count: int, now: datetime) -> None:
    """Half of the runs are of the first profile, one in ten of the two beside it, the rest of everyone else."""
    from photosync.apps.runs.models import PlanItem, Run, Worker

    counts = {"observed": 100, "unchanged": 90, "added": 4, "replaced": 2, "rejected": 1, "unmatched": 3, "failed": 0}
    states = ("done",) * 17 + ("done with failures", "failed", "cancelled")
    triggers = ("scheduled",) * 8 + ("on demand", "preview")

    def run(n: int) -> Run:
        whose = 0 if n % 2 else (1 + n // 2 % 2 if n % 10 == 0 else n % len(profiles))
        at = now - timedelta(minutes=5 * (count - n))
        return Run(
            profile=profiles[whose],
            trigger=triggers[n * 7 % 10],
            state=states[n * 13 % 20],
            started_by="the schedule",
            accepted_at=at,
            begun_at=at,
            finished_at=at + timedelta(seconds=30),
            counts=counts,
        )

    in_parts(Run, (run(n) for n in range(count)))
    last = Run.objects.filter(profile=profiles[0], state="done").exclude(trigger="preview").order_by("-pk")[0]
    in_parts(PlanItem, plan_items(last))
    Run.objects.create(
        profile=profiles[1],
        trigger="scheduled",
        state="held",
        started_by="the schedule",
        accepted_at=now,
        counts={"replaced": 400},
        explanation="Too many photos would be replaced.",
    )
    moment = now + timedelta(days=3650)
    Worker.objects.create(
        executor_id="bench", host="here", kind="serve", started_at=now, heartbeat_at=moment, ticked_at=moment
    )


def plan_items(run: Run) -> Iterator[PlanItem]:
    from photosync.apps.library.models import PhotoVersion
    from photosync.apps.runs.models import PlanItem

    versions = PhotoVersion.objects.order_by("-academic_year", "pk").select_related(None)
    for n, version in enumerate(versions.iterator(chunk_size=ROWS_AT_ONCE)):
        yield PlanItem(
            run=run,
            person_id=version.person_id,
            file_path=version.origin,
            action="add" if n % 3 else "replace",
            academic_year=version.academic_year,
            reason="New photo.",
            picture_id=version.picture_id,
            version_after=version,
            changes_face=True,
            state="published",
        )


def make_listing(profile: SyncProfile, people: int) -> None:
    from photosync.apps.runs.models import Run
    from photosync.apps.sources.models import ListedFile, ListedPage, Listing

    listing = Listing.objects.create(profile=profile, source_fingerprint="bench")
    page = ListedPage.objects.create(listing=listing, ordinal=0, folder="", digest=b"0" * 16, entry_count=people)
    last = Run.objects.filter(profile=profile).order_by("-pk").values_list("pk", flat=True)[0]
    waiting = (
        ("unmatched", "no_match", "No person has this code."),
        ("review", "same_picture", "The same picture came for several people."),
        ("rejected", "too_small", "The picture is too small."),
    )
    in_parts(
        ListedFile,
        (
            ListedFile(
                profile=profile,
                page=page,
                name=f"{n:07d}.jpg",
                size_bytes=1000,
                stamp="1",
                state=waiting[n % 3][0],
                reason_code=waiting[n % 3][1],
                reason=waiting[n % 3][2],
                key_value=f"{n:07d}",
                noted_in_run=last,
            )
            for n in range(max(people // 20, 60))
        ),
    )


def make_entries(school: School, count: int, now: datetime) -> None:
    from photosync.apps.audit.acts import Act
    from photosync.apps.audit.models import Entry

    acts = list(Act)

    def entry(n: int) -> Entry:
        act = acts[n % len(acts)].value
        return Entry(
            at=now - timedelta(minutes=n),
            school=school,
            actor=f"person{n % 40}",
            actor_user_id=n % 40 + 1,
            via="pages",
            act=act,
            about=act.partition(".")[0],
            subject=f"Given{n % 1009} Family{n % 9973}",
            person_id_of=n % 1000 + 1,
            changes=[["frequency", "nightly", "daily@06:30"]],
            words=f"person{n % 40} {act} given{n % 1009} family{n % 9973} frequency nightly daily@06:30",
        )

    in_parts(Entry, (entry(n) for n in range(count)))


def in_parts(model: type[Row], rows: Iterator[Row]) -> list[Row]:
    """Write `rows`, a part at a time; return them with their ids."""
    return model._default_manager.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def sign_in() -> dict[str, object]:
    """Return the session of someone who may do everything, and the ids that addresses need."""
    from django.test import Client

    from photosync.apps.accounts.models import Membership, User
    from photosync.apps.accounts.permissions import Permission
    from photosync.apps.accounts.tokens import add_token
    from photosync.apps.people.models import Person
    from photosync.apps.profiles.models import SyncProfile
    from photosync.apps.reports.models import ArchivedReport, ReportingCycle
    from photosync.apps.runs.models import PlanItem
    from photosync.apps.schools.models import School
    from photosync.apps.timetable.models import TimetablePeriod

    user, is_new = User.objects.get_or_create(username="reader")
    if is_new:
        Membership.objects.create(user=user, school=None, role="administrator")
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    school, scopes = School.objects.get(code="BENCH"), sorted({*Permission} - {Permission.SYSTEM_MANAGE})
    made = add_token(user, "bench", scopes=scopes, school=school, days=30, now=datetime.now(UTC))
    whoever = Person.objects.filter(kind="student", status="active", protected=False, year_photos__isnull=False)
    return {
        "session_key": client.session.session_key,
        "api_token": made.secret,
        "person": whoever.order_by("pk")[50].pk,
        "profile": SyncProfile.objects.order_by("pk")[0].pk,
        "period": TimetablePeriod.objects.order_by("pk")[0].pk,
        "cycle": ReportingCycle.objects.get(state="open").pk,
        "report": ArchivedReport.objects.order_by("pk")[50].pk,
        "run": PlanItem.objects.order_by("pk")[0].run_id,
        "today": date.today().isoformat(),  # noqa: DTZ011  # a day to filter by, whichever
    }


if __name__ == "__main__":
    main()
