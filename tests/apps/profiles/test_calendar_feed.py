"""The calendar feed, read back as calendars read it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from photosync.apps.people.models import Person
from photosync.apps.profiles.calendar_feed import CalendarFeed, calendar_feed, profiles_told
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.services import add_profile, assign, change_profile, set_enabled
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.schools.changing import change_school
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.apps.timetable.models import TimetablePeriod

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def school(db: None) -> School:
    return add_school("PHS", "Pelican Harbour; High, \\School", "Australia/Sydney")


def period(school: School, code: str, start: date, end: date) -> TimetablePeriod:
    return TimetablePeriod.objects.create(
        school=school, code=code, description=code, start=start, end=end, group_number=1, academic_year=start.year
    )


def profile(school: School, name: str = "Photo Sync", frequency: str = "nightly") -> SyncProfile:
    made = add_profile(school, name, source_kind="folder", options={"path": "/nowhere"}, anywhere=True, now=NOW)
    found = TimetablePeriod.objects.filter(school=school, code="2026S2").first()
    assign(
        made,
        found or period(school, "2026S2", date(2026, 7, 20), date(2026, 12, 18)),
        frequency=frequency,
        now=NOW,
    )
    return made


def feed(school: School, now: datetime = NOW) -> CalendarFeed:
    return calendar_feed(school, profiles_told(school), now, manage_sync_url="https://photos.example/manage-sync/")


def events(content: bytes) -> dict[str, dict[str, object]]:
    """Return the events by the part of their id that names what they are about."""
    found = {}
    for event in Calendar.from_ical(content).walk("VEVENT"):
        uid = str(event["UID"])
        found[uid.partition("@")[0].partition("-")[2]] = {
            "summary": str(event["SUMMARY"]),
            "start": event.decoded("DTSTART"),
            "end": event.decoded("DTEND") if "DTEND" in event else None,
            "stamp": event.decoded("DTSTAMP"),
            "sequence": event["SEQUENCE"],
            "uid": uid,
        }
    return found


def test_feed_is_what_the_standard_asks_for(school: School) -> None:
    made = profile(school)

    content = feed(school).content
    calendar = Calendar.from_ical(content)

    assert content.replace(b"\r\n", b"").count(b"\n") == 0
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, content.split(b"\r\n"))) <= 75
    assert {
        name: str(calendar[name]) for name in ("VERSION", "CALSCALE", "X-WR-CALNAME", "NAME", "X-WR-TIMEZONE")
    } == {
        "VERSION": "2.0",
        "CALSCALE": "GREGORIAN",
        "X-WR-CALNAME": "Photo Sync, Pelican Harbour; High, \\School",
        "NAME": "Photo Sync, Pelican Harbour; High, \\School",
        "X-WR-TIMEZONE": "Australia/Sydney",
    }
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in content
    assert b"X-PUBLISHED-TTL:PT1H\r\n" in content
    assert b"DTSTART;VALUE=DATE:20261218\r\nDTEND;VALUE=DATE:20261219\r\n" in content
    assert "METHOD" not in calendar  # it would make each reading a revision of everything
    for event in calendar.walk("VEVENT"):
        assert (str(event["TRANSP"]), str(event["URL"])) == (
            "TRANSPARENT",
            f"https://photos.example/manage-sync/{made.pk}/",
        )


def test_band_and_stop_are_whole_days(school: School) -> None:
    profile(school)

    found = events(feed(school).content)

    assert {key: (each["summary"], each["start"], each["end"]) for key, each in found.items()} == {
        "stops": ("Photo Sync stops after today", date(2026, 12, 18), date(2026, 12, 19)),
        "runs-2026S2": ("Photo Sync runs every night at 00:00", date(2026, 7, 20), date(2026, 12, 19)),
    }


def test_rare_runs_are_instants_of_utc(school: School) -> None:
    profile(school, frequency="mon@06:30")

    found = events(feed(school).content)

    assert [each["start"] for key, each in found.items() if key.startswith("run-")] == [
        datetime(2026, 11, 22, 19, 30, tzinfo=UTC) + timedelta(weeks=week) for week in range(4)
    ]


def test_same_schedule_gives_the_same_bytes_all_day(school: School) -> None:
    profile(school, frequency="mon@06:30")

    assert feed(school, NOW) == feed(school, NOW + timedelta(hours=10))
    assert feed(school, NOW).etag != feed(school, NOW + timedelta(days=1)).etag


def test_change_moves_an_event_and_counts_up(school: School) -> None:
    made = profile(school)
    before = events(feed(school).content)["stops"]

    assign(made, period(school, "2027S1", date(2027, 1, 27), date(2027, 6, 25)), now=LATER)
    after = events(feed(school).content)["stops"]

    assert after["uid"] == before["uid"]
    assert (before["start"], after["start"]) == (date(2026, 12, 18), date(2027, 6, 25))
    assert (before["stamp"], after["stamp"]) == (NOW, LATER)
    assert (before["sequence"], after["sequence"]) == (0, 3 * 3600)


def test_every_change_of_what_is_told_counts_up(school: School) -> None:
    made = profile(school)
    told = [events(feed(school).content)["stops"]["sequence"]]

    set_enabled(made, enabled=False, now=NOW + timedelta(minutes=1))
    told.append(events(feed(school).content)["stops"]["sequence"])
    change_school(school, time_zone="Australia/Perth", now=NOW + timedelta(minutes=2))
    told.append(events(feed(school).content)["stops"]["sequence"])
    SyncProfile.objects.update(created_at=NOW - timedelta(days=1))
    change_profile(made, ProfileSettings(name="Faces"))
    renamed = events(feed(school).content)["stops"]

    assert told == [0, 60, 120]
    assert renamed["summary"] == "Faces stops after today"
    assert isinstance(renamed["sequence"], int)
    assert renamed["sequence"] > 24 * 3600 + 120


def test_change_of_other_settings_is_no_revision(school: School) -> None:
    made = profile(school)
    before = feed(school)

    change_profile(made, ProfileSettings(when_missing="withdraw"))

    assert feed(school) == before


def test_hostile_names_stay_text(school: School) -> None:
    name = "Photos, \\n; BEGIN:VEVENT \N{SNOWMAN}" + "\N{GRINNING FACE}" * 40
    profile(school, name)

    content = feed(school).content

    assert {str(each["SUMMARY"]) for each in Calendar.from_ical(content).walk("VEVENT")} == {
        f"{name} stops after today",
        f"{name} runs every night at 00:00",
    }
    assert content.count(b"\r\nBEGIN:VEVENT\r\n") == 2
    assert max(map(len, content.split(b"\r\n"))) <= 75


def test_school_without_a_profile_has_a_calendar_without_events(school: School) -> None:
    content = feed(school).content

    assert events(content) == {}
    assert [each.name for each in Calendar.from_ical(content).subcomponents] == ["VTIMEZONE"]


def test_no_one_is_named(school: School) -> None:
    profile(school)
    Person.objects.create(school=school, code="1001", kind="student", given_name="Ada", family_name="Abel")

    assert not [each for each in (b"Ada", b"Abel", b"1001", b"/nowhere") if each in feed(school).content]


def test_ids_differ_between_profiles_and_schools(school: School) -> None:
    other = add_school("BVC", "Banksia Valley College", "Australia/Perth")
    profile(school)
    profile(school, "Staff photos")
    profile(other, "Photo Sync")

    found = [
        str(event["UID"])
        for each in (school, other)
        for event in Calendar.from_ical(feed(each).content).walk("VEVENT")
    ]

    assert len(found) == len(set(found)) == 6


def test_feed_of_many_profiles_takes_one_query(school: School, django_assert_num_queries: "object") -> None:
    for number in range(5):
        profile(school, f"Photo Sync {number}")
    profiles = profiles_told(school)

    with django_assert_num_queries(1):  # type: ignore[operator]
        calendar_feed(school, profiles, NOW)
