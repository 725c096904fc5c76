"""photosync calendar."""

import pytest
from icalendar import Calendar

from photosync.apps.accounts.calendar_links import link_of_secret
from photosync.apps.accounts.models import CalendarLink
from photosync.apps.schools.models import School
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def kim(command: Commanding, school: School) -> None:
    command("user", "add", "kim", "--role", "sync-manager")


def test_feed_is_printed_as_calendars_get_it(command: Commanding, school: School) -> None:
    command("period", "add", "2026S2", "--description", "Semester 2", "--start", "2026-07-20", "--end", "2026-12-18")
    command("profile", "add", "--source", "folder", "--option", "path=/nowhere")
    command("profile", "assign", "Photo Sync", "--period", "2026S2", "--frequency", "mon@06:30")

    printed = command("calendar", "show", "--at", "2026-12-10", "--profile", "photo sync").out

    found = [str(each["SUMMARY"]) for each in Calendar.from_ical(printed).walk("VEVENT")]
    assert found == ["Photo Sync stops after today", "Photo Sync runs"]


def test_link_is_made_shown_once_and_ended(command: Commanding, school: School) -> None:
    made = command("calendar", "link", "--user", "kim")

    link = CalendarLink.objects.get()
    secret = made.out.strip().removeprefix("http://127.0.0.1:8000/calendar/").removesuffix(".ics")
    assert link_of_secret(secret, link.created_at) == link
    assert made.err == (
        "Whoever has this link can read the calendar. It cannot be shown again; a link that there was\n"
        "before has ended.\n"
    )
    assert command("calendar", "revoke", "--user", "kim").out == (
        f"The calendar link of kim to {school.name} is removed.\n"
    )
    assert not CalendarLink.objects.exists()
    again = command("calendar", "revoke", "--user", "kim")
    assert (again.status, again.err) == (
        2,
        f'The account "kim" has no calendar link to {school.name}. Nothing was done.\n',
    )


def test_link_as_a_document(command: Commanding, school: School) -> None:
    made = command.json("calendar", "link", "--user", "kim")

    assert made.pop("link").startswith("http://127.0.0.1:8000/calendar/")
    assert made.pop("made")
    assert made == {"owner": "kim", "school": school.code, "last_used": None}
    assert command.json("calendar", "revoke", "--user", "kim") == {
        "owner": "kim",
        "school": school.code,
        "made": None,
        "last_used": None,
    }
