"""Reporting cycles over the API."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.reports.jobs import request_job
from photosync.apps.reports.models import ReportingCycle, ReportJob
from tests.api.test_interface import API, client_of, post
from tests.apps.reports.cycles_scene import archive_report, codes_in_cycle, member
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)

CYCLES = "/reporting-cycles"
STANDS = {"with_report": 0, "archived": 0, "released": 0, "left": 0}


@pytest.fixture
def client(scene: Scene) -> Client:  # noqa: F811
    return client_of(scene.administrator, Permission.SYNC_VIEW, Permission.ACAD_ARCHIVE)


def made(client: Client, **given: Any) -> dict[str, Any]:
    body = {"name": "2026 Semester 2", "year": 2026, "people": {"year_levels": ["7"]}} | given
    answer = post(client, CYCLES, body)
    assert answer.status_code == 201, answer.content
    document: dict[str, Any] = answer.json()
    return document


def test_cycle_is_opened_read_and_listed(scene: Scene, client: Client) -> None:  # noqa: F811
    document = made(client, parents_from="2026-12-11")

    path = f"{API}{CYCLES}/{document['id']}"
    assert client.get(path).json() == document
    assert document | {"id": 0, "opened_at": ""} == {
        "id": 0,
        "school": "PHS",
        "name": "2026 Semester 2",
        "year": 2026,
        "semester": "",
        "staff_from": None,
        "students_from": None,
        "parents_from": "2026-12-11",
        "state": "open",
        "opened_at": "",
        "opened_by": "kim (tests)",
        **dict.fromkeys(("archived_at", "archived_by", "archived_note")),
        **dict.fromkeys(("released_at", "released_by", "released_reason")),
        "chosen": [{"year_level": ["7"]}],
    }
    standing = {
        "explanation": "0 of 3 reports of 2026 Semester 2 are archived. No photo waits for it now.",
        "progress": {"members": 3, "not_archived": 3} | STANDS,
        "waiting": 0,
        "waiting_by_profile": [],
    }
    listed = client.get(f"{API}{CYCLES}?state=open&year=2026&name=2026%20semester%202").json()
    assert listed == {"items": [document | standing], "next": None}
    groups = [
        {"year_level": "7", "roll_group": "7B", "members": 1, "not_archived": 1} | STANDS,
        {"year_level": "7", "roll_group": "", "members": 2, "not_archived": 2} | STANDS,
    ]
    assert client.get(f"{path}/progress").json() == standing | {"groups": groups, "newcomers": 0}
    assert Entry.objects.filter(act="cycle.opened").get().actor == "kim (tests)"


def test_change_needs_the_etag_that_was_read(client: Client) -> None:
    path = f"{API}{CYCLES}/{made(client)['id']}"
    tag = client.get(path).headers["ETag"]
    body = json.dumps({"semester": "2", "staff_from": "2026-12-01"})

    def patch(body: str, **headers: str) -> Any:
        return client.patch(path, body, content_type="application/json", headers=headers)

    assert patch(body).status_code == 428
    changed = patch(body, **{"if-match": tag})
    assert (changed.status_code, changed.json()["semester"], changed.json()["staff_from"]) == (200, "2", "2026-12-01")
    assert patch(body, **{"if-match": tag}).status_code == 412
    again = patch(json.dumps({"staff_from": ""}), **{"if-match": changed.headers["ETag"]})
    assert again.json()["staff_from"] is None
    refused = patch("{}", **{"if-match": again.headers["ETag"]})
    assert (refused.status_code, refused.json()["detail"]) == (400, "No change was given. Nothing was done.")


def test_etag_stays_while_reports_are_archived(client: Client) -> None:
    document = made(client)
    path = f"{API}{CYCLES}/{document['id']}"
    tag = client.get(path).headers["ETag"]
    archive_report(member(ReportingCycle.objects.get(), "1001"))
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304


def test_members_come_and_go(scene: Scene, client: Client) -> None:  # noqa: F811
    cycle_id = made(client, people={"codes": ["1001"]})["id"]
    path = f"{CYCLES}/{cycle_id}/members"
    cycle = ReportingCycle.objects.get()

    added = post(client, f"{path}/add", {"year_levels": ["7"]})
    assert (added.status_code, added.json()) == (200, {"added": 2, "already": 1})
    refused = post(client, f"{path}/add", {"codes": ["9"]})
    assert (refused.status_code, refused.json()["detail"][:46]) == (
        400,
        '1 of 1 code is no student\'s here: "9". Nothing',
    )
    removed = post(client, f"{path}/remove", {"people": [scene.ada.pk, scene.ben.pk]})
    assert removed.json() == {"removed": 2}
    assert codes_in_cycle(cycle) == ["1003"]
    assert post(client, f"{path}/remove", {"people": [scene.ada.pk]}).json()["detail"] == (
        f"Person {scene.ada.pk} is not in this reporting cycle. Nothing was done."
    )
    assert post(client, f"{path}/add-newcomers", {}).json() == {"added": 2, "already": 0}
    archive_report(member(cycle, "1002"))
    told = client.get(f"{API}{path}?state=missing&year_level=7").json()["items"]
    assert [(each["person"], each["code"], each["state"]) for each in told] == [
        (scene.cy.pk, "1003", "missing"),
        (scene.ada.pk, "1001", "missing"),
    ]


def test_protected_people_are_there_only_for_who_may_change_data(scene: Scene, client: Client) -> None:  # noqa: F811
    cycle_id = made(client)["id"]
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    path = f"{CYCLES}/{cycle_id}"

    assert [each["code"] for each in client.get(f"{API}{path}/members").json()["items"]] == ["1002", "1003"]
    asked = {"person": scene.ada.pk, "reason": "Asked for"}
    assert post(client, f"{path}/release", asked).status_code == 404
    knowing = client_of(scene.administrator, Permission.SYNC_VIEW, Permission.ACAD_ARCHIVE, Permission.DATA_MANAGE)
    assert len(knowing.get(f"{API}{path}/members").json()["items"]) == 3
    assert post(knowing, f"{path}/release", asked).status_code == 200


def test_cycle_is_released_held_closed_and_opened_again(scene: Scene, client: Client) -> None:  # noqa: F811
    path = f"{CYCLES}/{made(client)['id']}"

    assert post(client, f"{path}/release", {}).json()["detail"] == (
        "A reason is needed, for the record. Nothing was changed. Write in a few words why."
    )
    released = post(client, f"{path}/release", {"reason": "Paper"}).json()
    assert (released["released_by"], released["released_reason"]) == ("kim (tests)", "Paper")
    assert post(client, f"{path}/hold", {}).json()["released_at"] is None
    person = {"person": scene.ada.pk}
    assert post(client, f"{path}/release", person | {"reason": "None this year"}).status_code == 200
    assert client.get(f"{API}{path}/progress").json()["progress"]["released"] == 1
    assert post(client, f"{path}/hold", person).status_code == 200
    refused = post(client, f"{path}/close", {})
    assert (refused.status_code, refused.json()["detail"][:61]) == (
        409,
        "3 of 3 reports of 2026 Semester 2 are not archived. It was no",
    )
    assert post(client, f"{path}/close", {"reason": "Enough"}).json()["state"] == "archived"
    assert post(client, f"{path}/reopen", {"reason": "Late report"}).json()["state"] == "open"


def test_long_work_is_followed_and_cancelled(scene: Scene, client: Client) -> None:  # noqa: F811
    cycle_id = made(client)["id"]
    job = request_job(ReportingCycle.objects.get(), ReportJob.Kind.ARCHIVE, {}, by="kim", now=datetime.now(UTC))
    path = f"{CYCLES}/{cycle_id}/jobs"

    shown = client.get(f"{API}{path}/{job.pk}").json()
    assert (shown["kind"], shown["state"], shown["cycle"]) == ("archive", "queued", "2026 Semester 2")
    assert client.get(f"{API}{path}").json() == {"items": [shown], "next": None}
    cancelled = post(client, f"{path}/{job.pk}/cancel", {}).json()
    assert (cancelled["state"], cancelled["explanation"]) == (
        "cancelled",
        "Cancelled by kim (tests) before it began.",
    )
    refused = post(client, f"{path}/{job.pk}/cancel", {})
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "This work has ended already (cancelled), so there is nothing to cancel.",
    )
    assert client.get(f"{API}{path}/99").status_code == 404


def test_profile_tells_and_changes_whether_it_holds(scene: Scene) -> None:  # noqa: F811
    from tests.web.pages import make_profile

    profile = make_profile(scene.school)
    client = client_of(scene.administrator)
    path = f"{API}/profiles/{profile.pk}"
    shown = client.get(path)
    assert shown.json()["hold_until_archived"] is True

    changed = client.patch(
        path,
        json.dumps({"hold_until_archived": False}),
        content_type="application/json",
        headers={"if-match": shown.headers["ETag"]},
    )

    assert changed.json()["hold_until_archived"] is False
    assert Entry.objects.get(act="profile.changed").changes == [["hold_until_archived", "yes", "no"]]
