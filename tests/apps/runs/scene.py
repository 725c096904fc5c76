"""A school in a test: people, a real folder of photos, a profile, and a clock that the test moves."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from photosync.apps.library.models import PhotoVersion, Picture, Pin, Withdrawal, YearPhoto
from photosync.apps.library.queries import pins_in_force
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.profiles.services import reschedule
from photosync.apps.runs import schedule, services
from photosync.apps.runs.execution import claim, execute_phase
from photosync.apps.runs.models import PlanItem, Run, Worker
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.run_states import Trigger
from tests.portraits import make_portrait

SYDNEY = ZoneInfo("Australia/Sydney")
EACH_ONCE = ("unchanged", "added", "replaced", "unmatched", "review", "rejected", "failed", "waiting")
NOTHING = dict.fromkeys(("observed", *EACH_ONCE, "withdrawn"), 0)


@lru_cache(maxsize=512)
def portrait(seed: int) -> bytes:
    """Return the bytes of a small portrait; every seed gives another picture."""
    return make_portrait(seed, 130, 160, quality=80)


def at(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SYDNEY)


def counts(**given: int) -> dict[str, int]:
    """Return the counts of a run: those given, and 0."""
    return NOTHING | given


@dataclass
class Scene:
    """`now` is what every service and phase takes for the time."""

    folder: Path
    now: datetime = field(default_factory=lambda: at(2026, 8, 3))
    worker: Worker = field(init=False)
    school: School = field(init=False)
    profile: SyncProfile = field(init=False)
    people: dict[str, Person] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Hash of source bytes to the name that a test gave the picture."""
    seen_versions: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.worker = Worker.objects.create(
            executor_id="test", host="test", kind="worker", started_at=self.now, heartbeat_at=self.now
        )
        self.school = School.objects.create(code="TEST", name="Test", time_zone="Australia/Sydney")
        self.profile = SyncProfile.objects.create(
            school=self.school,
            name="Photo Sync",
            source_kind="folder",
            options={"path": str(self.folder)},
            created_at=self.now,
            evaluated_until=self.now,
            source_may_be_anywhere=True,
        )
        self.assign("2026S2", date(2026, 7, 20), date(2026, 12, 18))

    # People, files and settings

    def assign(self, code: str, start: date, end: date, *, mode: str = "full", frequency: str = "nightly") -> None:
        group = TimetablePeriod.objects.count() + 1
        period = TimetablePeriod.objects.create(
            school=self.school, code=code, start=start, end=end, group_number=group, academic_year=start.year
        )
        ProfilePeriod.objects.create(profile=self.profile, period=period, mode=mode, frequency=frequency)
        self.profile.refresh_from_db()
        reschedule(self.profile, self.now)

    def set(self, **values: Any) -> None:
        """Change settings of the profile."""
        SyncProfile.objects.filter(pk=self.profile.pk).update(**values)
        self.profile = SyncProfile.objects.select_related("school").get(pk=self.profile.pk)

    def options(self, **options: str) -> None:
        self.set(options={"path": str(self.folder), **options})

    def person(self, code: str, kind: str = "student") -> Person:
        key = "student_code" if kind == "student" else "staff_code"
        person = Person.objects.create(school=self.school, kind=kind, code=code, given_name=f"P{code}")
        self.identify(person, key, code)
        self.people[code if kind == "student" else f"staff {code}"] = person
        return person

    def identify(self, person: Person, key: str, value: str) -> None:
        Identifier.objects.create(school=self.school, person=person, key=key, value=value, folded=FOLDED.form(value))
        self.roster_changed()

    def roster_changed(self) -> None:
        School.objects.filter(pk=self.school.pk).update(identifier_revision=self.revision + 1)

    @property
    def revision(self) -> int:
        return School.objects.values_list("identifier_revision", flat=True).get(pk=self.school.pk)

    def everyone(self, count: int, kind: str = "student", first: int = 1) -> list[str]:
        return [self.person(f"{number:04d}", kind).code for number in range(first, first + count)]

    def put(self, path: str, content: int | bytes) -> None:
        """Put a file: a portrait by its number, or bytes. Its time stamp is always a new one."""
        body = portrait(content) if isinstance(content, int) else content
        self.names[sha256(body).hexdigest()] = str(content) if isinstance(content, int) else "bytes"
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        self.touch(path)

    def touch(self, path: str) -> None:
        Scene._stamps += 1
        os.utime(self.folder / path, ns=(0, 10**18 + Scene._stamps * 10**9))

    _stamps = 0

    def remove(self, path: str) -> None:
        (self.folder / path).unlink()

    # Runs

    def request(self, trigger: Trigger = Trigger.ON_DEMAND) -> Run:
        return services.request_run(self.profile, trigger=trigger, started_by="Ms Day", now=self.now)

    def run(self, trigger: Trigger = Trigger.ON_DEMAND) -> Run:
        return self.execute(self.request(trigger))

    def preview(self) -> Run:
        return self.run(Trigger.PREVIEW)

    def undo(self, run: Run, person: str | None = None) -> Run:
        who = self.people[person] if person else None
        return self.execute(services.undo(run.pk, by="Mr Night", now=self.now, person=who))

    def approve(self, run: Run, **given: Any) -> Run:
        return self.execute(services.approve(run.pk, by="Mr Night", now=self.now, **given))

    def tick(self) -> list[Run]:
        """Tick, and execute what the tick queued."""
        return [self.execute(Run.objects.get(pk=pk)) for pk in schedule.tick(self.now)]

    def execute(self, run: Run, *, clock: Callable[[], datetime] | None = None, until: str | None = None) -> Run:
        """Execute the phases of a queued run as a worker does, or those before `until`; check what always holds."""
        hold = claim(run.pk, run.attempt, self.worker.executor_id, self.now)
        assert hold is not None
        for phase in hold.phases:
            if phase == until or not execute_phase(run.pk, hold.fence, phase, clock or (lambda: self.now)):
                break
        run = Run.objects.select_related("profile__school").get(pk=run.pk)
        self.check(run)
        return run

    def check(self, run: Run) -> None:
        """Hold against the rules that every run keeps."""
        if run.counts and run.observed_count and run.trigger != Trigger.UNDO:
            assert sum(run.counts[name] for name in EACH_ONCE) == run.counts["observed"], run.counts
        versions = {
            row[0]: row[1:]
            for row in PhotoVersion.objects.values_list(
                "pk", "person", "academic_year", "ordinal", "picture", "source_sha256", "made_by", "created_at"
            )
        }
        assert {pk: versions.get(pk) for pk in self.seen_versions} == self.seen_versions
        self.seen_versions = versions
        for photo in YearPhoto.objects.select_related("version"):
            assert (photo.person_id, photo.academic_year) == (photo.version.person_id, photo.version.academic_year)
        for names in Picture.objects.values_list("full_sha256", "card_sha256", "thumb_sha256"):
            assert all(photo_store().exists(name) for name in names)

    # Whole values

    def library(self) -> dict[str, dict[int, str]]:
        """Return the current picture of each person and year, by the names that the test gave them."""
        found: dict[str, dict[int, str]] = {}
        for row in YearPhoto.objects.select_related("version").order_by("academic_year"):
            found.setdefault(self.code(row.person_id), {})[row.academic_year] = self.names[row.version.source_sha256]
        return found

    def versions(self, code: str) -> list[tuple[int, int, str]]:
        rows = PhotoVersion.objects.filter(person=self.people[code]).order_by("academic_year", "ordinal")
        return [(row.academic_year, row.ordinal, self.names[row.source_sha256]) for row in rows]

    def withdrawn(self) -> set[str]:
        return {self.code(pk) for pk in Withdrawal.objects.values_list("person_id", flat=True)}

    def pins(self) -> set[tuple[str, int, str | None, str]]:
        """Return (person, year, picture, reason) of every pin in force; for a withdrawal the picture is None."""
        return {
            (self.code(pin.person_id), pin.academic_year, self.picture_name(pin.picture_id), pin.reason)
            for pin in pins_in_force()
        }

    def picture_name(self, picture_id: int | None) -> str | None:
        if picture_id is None:
            return None
        shas = Picture.objects.get(pk=picture_id).source_contents.values_list("sha256", flat=True)
        return min(self.names[sha] for sha in shas)

    def items(self, run: Run) -> list[tuple[str, str, str, str, str]]:
        """Return (action, person, file, reason code, state) of each line of the plan, by file and person."""
        rows = PlanItem.objects.filter(run=run)
        return sorted(
            (row.action, self.code(row.person_id), row.file_path, row.reason_code, row.state) for row in rows
        )

    def files(self) -> dict[str, tuple[str, str]]:
        """Return the state and reason code of each file that is not simply settled."""
        rows = ListedFile.objects.exclude(state="settled").select_related("page")
        return {f"{row.page.folder}/{row.name}".lstrip("/"): (row.state, row.reason_code) for row in rows}

    def code(self, person_id: int | None) -> str:
        if person_id is None:
            return ""
        return next(code for code, person in self.people.items() if person.pk == person_id)

    def later(self, **given: float) -> None:
        self.now += timedelta(**given)


def remembered() -> dict[str, Sequence[Any]]:
    """Return every row of the library and of the memory of sources."""
    models = (PhotoVersion, YearPhoto, Pin, Withdrawal, Picture, Listing, ListedPage, ListedFile)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}
