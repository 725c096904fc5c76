"""photosync report end-of-year, photo-day and next-period."""

import json

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.models import ProfilePeriod
from photosync.apps.reports.models import PhotoDay
from photosync.apps.runs.models import Worker
from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from tests.api.test_interface import API, client_of
from tests.cli.commanding import Commanding
from tests.web.pages import make_user

pytestmark = pytest.mark.once

S2 = ("2026S2", "--description", "Semester 2, 2026", "--start", "2026-07-20", "--end", "2026-12-18")
AT = ("--at", "2026-11-28T09:00")
NEXT = ("--code", "2027S1", "--start", "2027-01-27", "--end", "2027-06-25")


@pytest.fixture
def profile(command: Commanding, school: School) -> str:
    command("period", "add", *S2)
    command("profile", "add", "--source", "folder", "--option", "path=/srv/photos")
    command("profile", "disable", "Photo Sync")
    command("profile", "assign", "Photo Sync", "--period", "2026s2", "--frequency", "daily@06:30")
    return "Photo Sync"


@pytest.fixture
def client(school: School) -> Client:
    return client_of(make_user("kim", Role.ADMINISTRATOR, school), Permission.SYNC_VIEW, Permission.SYNC_MANAGE)


def test_end_of_year_is_told_by_date_and_as_a_checklist(command: Commanding, profile: str) -> None:
    assert command("report", "end-of-year", *AT).out == (
        "34 days until the academic year 2027 begins, on Friday 1 January 2027.\n"
        "\n"
        "What will happen\n"
        "  Fri 18 Dec 2026  Last day of 2026S2: Photo Sync stops. No later timetable period has been added.\n"
        "  Fri 1 Jan 2027  The academic year 2027 begins. Until its photos come, those of 2026 are shown, marked "
        "with their year.\n"
        "\n"
        "Checklist: 3 to do, 0 to look at\n"
        "  [ ] No reporting cycle has been made for the last reports of 2026: no face waits until they are archived. "
        "(archivist: make a reporting cycle)\n"
        "  [x] Every sync does what its status says.\n"
        "  [x] No run is held.\n"
        "  [x] Photo Sync is Disabled: it does not run over the end of the year unless it is enabled.\n"
        "  [ ] Photo Sync stops on Friday 18 December 2026 (2026S2), and no timetable period for 2027 has been "
        "added. (sync manager: create next year's period and assign it)\n"
        "  [ ] The photo day of 2027 has not been set. (sync manager: set the photo day)\n"
    )


def test_end_of_year_is_the_same_document_over_the_api(command: Commanding, profile: str, client: Client) -> None:
    told = command.json("report", "end-of-year", *AT)

    asked = client.get(f"{API}/end-of-year", {"at": AT[1]})
    assert (asked.status_code, asked.json()) == (200, told)
    assert told["counts"] == {"done": 3, "to do": 3, "warning": 0, "not needed": 0}
    assert Worker.objects.count() == 0


def test_photo_day_is_set_and_cleared(command: Commanding, school: School) -> None:
    assert command("report", "photo-day", "set", "2027", "2027-03-02").out == (
        "Photo day of 2027 is on Tuesday 2 March 2027.\n"
    )
    assert command.json("report", "photo-day", "set", "2027", "2027-03-03") == {"year": 2027, "day": "2027-03-03"}
    assert command("report", "photo-day", "clear", "2027").out == "The photo day of 2027 was cleared.\n"
    assert command.refusal("report", "photo-day", "clear", "2027") == (
        3,
        "No photo day of 2027 has been set. Nothing was changed.",
    )
    assert command.refusal("report", "photo-day", "set", "2027", "soon")[0] == 2


def test_photo_day_over_the_api(school: School, client: Client) -> None:
    address = f"{API}/photo-days/2027"

    def put(day: str) -> tuple[int, object]:
        answer = client.put(address, json.dumps({"day": day}), content_type="application/json")
        return answer.status_code, answer.json()

    assert put("2027-03-02") == (200, {"year": 2027, "day": "2027-03-02"})
    assert put("2027-03-03") == (200, {"year": 2027, "day": "2027-03-03"})
    assert put("2029-03-03")[0] == 400
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 409
    assert PhotoDay.objects.count() == 0


def test_next_period_is_previewed_then_made_and_assigned(command: Commanding, profile: str) -> None:
    ahead = "Disabled: Scheduled Sync Enabled is off. It can still be run on demand."
    dates = "Wednesday 27 January 2027 to Friday 25 June 2027"
    said = f"Timetable period 2027S1, {dates}, was made and assigned to Photo Sync."
    previewed = command("report", "next-period", profile, *NEXT, "--preview").out.splitlines()
    assert previewed[:2] == ["Preview: nothing was saved.", said]
    assert TimetablePeriod.objects.count() == 1

    made = command("report", "next-period", profile, *NEXT).out.splitlines()

    assert (made[0], made[1].startswith(ahead), len(made)) == (said, True, 2)
    assert ProfilePeriod.objects.get(period__code="2027S1").frequency == "daily@06:30"
    assert TimetablePeriod.objects.get(code="2027S1").description == "Semester 2, 2027"


def test_period_that_is_there_is_assigned(command: Commanding, profile: str) -> None:
    command("period", "copy", "2026S2", "--code", "2027S2")

    answer = command("report", "next-period", profile, "--assign", "2027S2")

    assert answer.out.splitlines()[0] == (
        "Timetable period 2027S2, Tuesday 20 July 2027 to Saturday 18 December 2027, was assigned to Photo Sync."
    )
    assert answer.out.splitlines()[-1] == (
        "Nothing would run in the first 28 weeks of 2027. Choose an earlier start date."
    )


def test_next_period_over_the_api(command: Commanding, profile: str, client: Client) -> None:
    address = f"{API}/profiles/{ProfilePeriod.objects.get().profile_id}/next-period"
    body = {"code": "2027S1", "start": "2027-01-27", "end": "2027-06-25"}
    wanted = command.json("report", "next-period", profile, *NEXT, "--preview")

    def post(**further: object) -> tuple[int, dict[str, object]]:
        answer = client.post(address, json.dumps(body | further), content_type="application/json")
        return answer.status_code, answer.json()

    assert post(preview=True) == (200, wanted)
    assert TimetablePeriod.objects.count() == 1
    assert post() == (201, wanted | {"preview": False})
    assert post()[0] == 409  # the code is taken by now
    assert post(assign="2027S1")[0] == 400
    assert client.post(f"{API}/profiles/999/next-period", "{}", content_type="application/json").status_code == 404
