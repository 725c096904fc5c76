"""A school for the tests of the pages, written straight into the database, and ways to read a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from itertools import count

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from photosync.apps.accounts.models import Membership, Role, User
from photosync.apps.library.models import PhotoVersion, Picture, YearPhoto
from photosync.apps.library.store import photo_store
from photosync.apps.notifications.models import Message, NotificationAddress
from photosync.apps.notifications.sending import PURPOSE
from photosync.apps.people.models import Person
from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.runs.models import Run, Worker
from photosync.apps.schools.models import School
from photosync.apps.sealing import fingerprint, seal
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.run_states import RunState, Trigger

PASSWORD = "a pelican on the jetty"
_serial = count(1)


def make_school(code: str = "PHS", name: str = "Pelican Harbour High School") -> School:
    return School.objects.create(code=code, name=name, time_zone="Australia/Sydney")


def make_user(name: str, role: Role | None, school: School | None) -> User:
    user = User.objects.create_user(name)  # hashing a password takes longer than most tests
    if role is not None:
        Membership.objects.create(user=user, school=school, role=role)
    return user


def signed_in(user: User) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def statements(client: Client, address: str) -> list[str]:
    """Return the SQL that an answer takes, without what notes, once a minute, that the session was seen."""
    with CaptureQueriesContext(connection) as taken:
        assert client.get(address).status_code == 200
    return [each["sql"] for each in taken if "usersession" not in each["sql"] and "SAVEPOINT" not in each["sql"]]


def make_person(school: School, code: str, **fields: object) -> Person:
    values: dict[str, object] = {
        "kind": "student",
        "given_name": "Ada",
        "family_name": f"Nguyen {code}",
        "year_level": "7",
    }
    return Person.objects.create(school=school, code=code, **(values | fields))


def make_picture(colour: tuple[int, int, int] = (90, 140, 150)) -> Picture:
    """Store a picture of one colour in the three sizes and return its row."""
    blobs = {}
    with photo_store().batch() as batch:
        for size, edge_px in (("full", 960), ("card", 480), ("thumb", 160)):
            written = BytesIO()
            Image.new("RGB", (edge_px * 4 // 5, edge_px), colour).save(written, "JPEG")
            blobs[size] = (batch.add(written.getvalue()), len(written.getvalue()))
        batch.commit()
    fields = {f"{size}_sha256": sha256 for size, (sha256, _) in blobs.items()}
    fields |= {f"{size}_bytes": length for size, (_, length) in blobs.items()}
    found = Picture.objects.filter(full_sha256=blobs["full"][0]).first()
    return found or Picture.objects.create(
        **fields, full_width_px=768, full_height_px=960, width_px=1600, height_px=2000, created_at=datetime.now(UTC)
    )


def give_photo(person: Person, year: int, picture: Picture, **fields: object) -> PhotoVersion:
    """Make `picture` the person's photo of the academic year."""
    ordinal = PhotoVersion.objects.filter(person=person, academic_year=year).count() + 1
    values: dict[str, object] = {
        "origin": f"{person.code}.jpg",
        "made_by": "the schedule",
        "created_at": datetime(year, 3, 2, 1, 30, tzinfo=UTC),
    }
    version = PhotoVersion.objects.create(
        person=person, academic_year=year, ordinal=ordinal, picture=picture, **(values | fields)
    )
    YearPhoto.objects.update_or_create(person=person, academic_year=year, defaults={"version": version})
    return version


def this_year(school: School) -> int:
    return datetime.now(school.zone).year


def make_period(school: School, code: str, start: date, end: date, group: int = 1) -> TimetablePeriod:
    return TimetablePeriod.objects.create(
        school=school, code=code, description=code, start=start, end=end, group_number=group, academic_year=start.year
    )


def make_profile(
    school: School, name: str = "Photo Sync", *periods: TimetablePeriod, enabled: bool = True
) -> SyncProfile:
    now = datetime.now(UTC)
    profile = SyncProfile.objects.create(
        school=school,
        name=name,
        source_kind="folder",
        scheduled_sync_enabled=enabled,
        created_at=now,
        evaluated_until=now,
        schedule_since=now,
    )
    for period in periods:
        ProfilePeriod.objects.create(profile=profile, period=period)
    return profile


def make_run(profile: SyncProfile, state: RunState, at: datetime, **fields: object) -> Run:
    values: dict[str, object] = {
        "trigger": Trigger.SCHEDULED,
        "started_by": "the schedule",
        "accepted_at": at,
        "finished_at": None if state.alive else at + timedelta(seconds=42),
    }
    return Run.objects.create(profile=profile, state=state, **(values | fields))


def make_address(school: School, address: str = "office@school.example", **fields: object) -> NotificationAddress:
    """Return an e-mail address that is told; nothing is looked up."""
    values: dict[str, object] = {
        "way": "email",
        "sealed": seal(address, PURPOSE),
        "fingerprint": fingerprint(address, PURPOSE),
        "shown": address,
        "added_at": datetime.now(UTC),
        "added_by": "kim",
    }
    return NotificationAddress.objects.create(school=school, **(values | fields))


def make_message(address: NotificationAddress, state: str, subject: str, **fields: object) -> Message:
    values: dict[str, object] = {"to": str(address), "body": subject, "created_at": datetime.now(UTC), "attempts": 1}
    return Message.objects.create(
        school=address.school, address=address, state=state, subject=subject, **(values | fields)
    )


def make_ticking_worker(at: datetime) -> Worker:
    return Worker.objects.create(
        executor_id=f"worker-{next(_serial)}", host="here", kind="serve", started_at=at, heartbeat_at=at, ticked_at=at
    )


def around_today(school: School, *, from_days: int = -20, to_days: int = 60) -> TimetablePeriod:
    """Return a new timetable period that began before today and ends after it, by default."""
    today = datetime.now(school.zone).date()
    number = next(_serial)
    return make_period(
        school, f"P{number}", today + timedelta(days=from_days), today + timedelta(days=to_days), group=number
    )


@dataclass
class Markup(HTMLParser):
    """What the tests ask of a page's HTML."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @classmethod
    def of(cls, response: object) -> Markup:
        markup = cls()
        markup.feed(response.content.decode())  # type: ignore[attr-defined]  # Django's test response
        return markup

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.inside.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(" ".join(data.split()))
        if self.inside and self.inside[-1] in ("script", "style") and data.strip():
            self.tags.append((f"inline-{self.inside[-1]}", {}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def with_class(self, word: str) -> list[dict[str, str]]:
        return [attributes for _, attributes in self.tags if word in attributes.get("class", "").split()]

    @property
    def text(self) -> str:
        return " ".join(self.texts)
