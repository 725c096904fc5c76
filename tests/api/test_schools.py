"""/schools: the settings of a school, what a change would do, and leavers."""

import json
from typing import Any

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import OF_ONE_SCHOOL, Permission
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from tests.api.test_interface import API, client_of
from tests.cli.test_school import AS_MADE, NO
from tests.portraits import make_portrait
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)
from tests.web.pages import make_user


@pytest.fixture
def client(scene: Scene) -> Client:  # noqa: F811
    return client_of(scene.administrator, *OF_ONE_SCHOOL)


def send(client: Client, school: School, method: str, body: object, further: str = "", **headers: str) -> Any:
    address = f"{API}/schools/{school.pk}{further}"
    return client.generic(method, address, json.dumps(body), content_type="application/json", headers=headers)


def test_administrator_of_the_school_changes_it(scene: Scene, client: Client) -> None:  # noqa: F811
    read = client.get(f"{API}/schools/{scene.school.pk}")
    before = read.json()
    assert {name: before[name] for name in AS_MADE} == AS_MADE
    change = {
        "year_begins": "01-27",
        "unknown_consent": {"school_use": {"means": "no"}, "yearbook": {"means": "yes", "legal_basis": "Contract"}},
        "retention": {"audit_years": None},
    }

    previewed = send(client, scene.school, "POST", change, "/preview").json()
    assert {**previewed, "preview": None} == {**before, "preview": None} | {
        name: previewed[name] for name in ("academic_year", "consent", "originals", "planned_afresh", "effects")
    }
    assert send(client, scene.school, "PATCH", change).status_code == 428
    changed = send(client, scene.school, "PATCH", change, **{"if-match": read.headers["ETag"]})

    after = client.get(f"{API}/schools/{scene.school.pk}")
    assert (changed.status_code, changed.headers["ETag"]) == (200, after.headers["ETag"])
    assert after.json() == before | {
        "year_begins": "01-27",
        "unknown_consent": AS_MADE["unknown_consent"]
        | {"school_use": NO, "yearbook": {"means": "yes", "legal_basis": "Contract"}},
        "retention": AS_MADE["retention"] | {"audit_years": None},
    }
    assert [each.via for each in Entry.objects.filter(act__in=("school.changed", "retention.changed"))] == ["api"] * 2


@pytest.mark.parametrize(
    ("change", "status", "detail"),
    [
        ({}, 400, "No change was given. Nothing was done."),
        (
            {"retention": {"photos_of_leavers_years": None}},
            400,
            "Photos of leavers are not kept for good. Nothing was saved. Give a number of years.",
        ),
        (
            {"unknown_consent": {"yearbook": {"means": "yes"}}},
            400,
            "Unknown consent cannot mean yes without a legal basis. Nothing was changed. "
            "Write down the legal basis, or let unknown mean no.",
        ),
    ],
)
def test_change_refused(scene: Scene, client: Client, change: object, status: int, detail: str) -> None:  # noqa: F811
    for method, further in (("PATCH", ""), ("POST", "/preview")):
        refused = send(client, scene.school, method, change, further)
        assert (refused.status_code, refused.json()["detail"]) == (status, detail)


def test_token_with_less_may_not_change_the_school(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.SYNC_MANAGE, Permission.SYNC_VIEW)

    refused = send(client, scene.school, "PATCH", {"name": "Other"})

    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "The settings of a school are for those with all the permissions of an administrator there. Nothing was "
        "done. Settings > API tokens shows what a token may do.",
    )


def test_token_of_the_installation_may_with_system_manage_alone(scene: Scene) -> None:  # noqa: F811
    client = client_of(make_user("root", Role.ADMINISTRATOR, None), Permission.SYSTEM_MANAGE)

    assert send(client, scene.school, "PATCH", {"name": "Other"}, **{"if-match": "*"}).json()["name"] == "Other"


def test_leavers_are_counted(scene: Scene, client: Client) -> None:  # noqa: F811
    told = client.get(f"{API}/schools/{scene.school.pk}/leavers").json()

    assert (told["with_photos"], told["over"], told["left_until"][:4]) == (0, 0, str(scene.year - 7))


def test_originals_are_kept_given_out_counted_and_erased(scene: Scene, client: Client) -> None:  # noqa: F811
    read = client.get(f"{API}/schools/{scene.school.pk}")
    changed = send(
        client, scene.school, "PATCH", {"keep_originals": True}, **{"if-match": read.headers["ETag"]}
    ).json()
    content = make_portrait(61, 600, 800)
    photo = f"{API}/people/{scene.cy.pk}/photo"
    client.post(photo, content, content_type="image/jpeg")

    original = client.get(f"{photo}/original")
    numbered = client.get(f"{photo}/original?year={scene.year}&version=1")
    counted = client.get(f"{API}/schools/{scene.school.pk}/originals").json()
    (view,) = PhotoView.objects.filter(person_id_of=scene.cy.pk)
    erased = client.delete(f"{API}/schools/{scene.school.pk}/originals")
    gone = client.get(f"{photo}/original")

    assert (changed["keep_originals"], changed["originals"][:36]) == (True, "Original files are kept from now on,")
    assert (original.content, numbered.content) == (content, content)
    assert {name: original.headers[name] for name in ("Content-Type", "Content-Disposition", "Photo-Year")} == {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="1003-{scene.year}-1-original.jpg"',
        "Photo-Year": str(scene.year),
    }
    assert (view.times, view.full_times) == (2, 2)
    assert counted == {"count": 1, "size_bytes": len(content)}
    assert erased.json() == counted | {"explanation": "1 original file was erased. The photo stays."}
    assert (gone.status_code, gone.json()["detail"]) == (
        404,
        "There is no original file of this photo that can be given out.",
    )


def test_original_of_a_protected_person_is_not_given_out(scene: Scene, client: Client) -> None:  # noqa: F811
    School.objects.filter(pk=scene.school.pk).update(keeps_originals=True)
    photo = f"{API}/people/{scene.cy.pk}/photo"
    client.post(photo, make_portrait(61, 600, 800), content_type="image/jpeg")
    Person.objects.filter(pk=scene.cy.pk).update(protected=True)

    assert client.get(f"{photo}/original").status_code == 404
