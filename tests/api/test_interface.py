"""The REST API from outside: who gets in, what is answered, and how errors look."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from photosync.apps.accounts.models import Role, User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.tokens import add_token
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.library.models import Withdrawal
from photosync.apps.people.models import Person
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.queries import period_document
from photosync.connectors import registry
from photosync.connectors.testing.zips import Zipped, zip_bytes
from photosync.core.run_states import RunState
from tests.portraits import make_portrait
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)
from tests.web.pages import around_today, make_period, make_profile, make_run, make_user

API = "/api/v1"
PERIOD = {"code": "2027S1", "description": "Semester 1", "start": "2027-01-27", "end": "2027-06-25"}


def client_of(user: User, *scopes: Permission, **given: Any) -> Client:
    held = scopes or (Permission.SYNC_VIEW, Permission.SYNC_MANAGE, Permission.PHOTO_VIEW, Permission.DATA_MANAGE)
    asked = {"school": None, "days": 9, "now": datetime.now(UTC)} | given
    made = add_token(user, "tests", scopes=held, **asked)
    return Client(headers={"host": "localhost", "authorization": f"Bearer {made.secret}"})


@pytest.fixture
def client(scene: Scene) -> Client:  # noqa: F811
    return client_of(scene.administrator)


def post(client: Client, path: str, body: object, **headers: str) -> Any:
    return client.post(API + path, json.dumps(body), content_type="application/json", headers=headers)


def test_error_has_one_shape(client: Client) -> None:
    response = client.get(f"{API}/people/999")

    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")
    assert response.json() == {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "detail": "There is no person 999. Nothing was done.",
        "instance": "/api/v1/people/999",
    }


@pytest.mark.parametrize("path", ["/people", "/runs/1", "/people/1/photo", "/schools"])
def test_without_a_valid_token_no_one_gets_in(scene: Scene, path: str) -> None:  # noqa: F811
    for headers in ({}, {"authorization": "Bearer photosync_x"}, {"authorization": "Basic a2lt"}):
        response = Client(headers={"host": "localhost", **headers}).get(API + path)
        assert response.status_code == 401
        assert response.json()["detail"].startswith("There is no API token in this request, or it is not valid any")
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="Photo Sync"'


def test_session_alone_does_not_let_in(scene: Scene) -> None:  # noqa: F811
    assert scene.client.get(f"{API}/schools").status_code == 401


def test_other_schools_are_not_there_and_missing_permissions_are_told(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.PHOTO_VIEW)

    assert client.get(f"{API}/people/{scene.stranger.pk}").status_code == 404
    assert client.get(f"{API}/people?school=BVC").json()["detail"] == 'There is no school "BVC". Nothing was done.'
    refused = client.get(f"{API}/people/{scene.ada.pk}")
    assert refused.status_code == 403
    assert refused.json()["detail"].startswith("This needs SYNC: VIEW in school PHS, which the token or its owner")


def test_token_of_one_school_reaches_no_other(scene: Scene) -> None:  # noqa: F811
    root = make_user("root", Role.ADMINISTRATOR, None)
    client = client_of(root, Permission.SYNC_VIEW, school=scene.school)

    assert [each["code"] for each in client.get(f"{API}/schools").json()["items"]] == ["PHS"]
    assert client.get(f"{API}/people/{scene.stranger.pk}").status_code == 404


def test_people_come_in_parts_without_gaps(scene: Scene, client: Client) -> None:  # noqa: F811
    first = client.get(f"{API}/people?limit=2").json()
    second = client.get(f"{API}/people?limit=2&after={first['next']}").json()

    assert [each["code"] for each in first["items"] + second["items"]] == ["1001", "1002", "1003"]
    assert second["next"] is None
    wrong = client.get(f"{API}/people?after=zzz")
    assert (wrong.status_code, wrong.json()["detail"][:40]) == (400, "This `after` is not the `next` of an ans")


def test_what_is_not_understood_is_told_in_words(client: Client) -> None:
    response = client.get(f"{API}/people?limit=0")

    assert response.status_code == 422
    assert response.json()["errors"] == [{"where": "query.limit", "what": "it should be greater than or equal to 1"}]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/people?yearlevel=7", "query.yearlevel: there is no such parameter; it may be "),
        ("/people/1?kind=staff", "query.kind: there is no such parameter; this address takes none"),
    ],
)
def test_parameter_that_there_is_not_is_refused(client: Client, address: str, told: str) -> None:
    response = client.get(API + address)

    assert response.status_code == 422
    assert told in response.json()["detail"]


def test_misspelt_preview_imports_nothing(scene: Scene, client: Client) -> None:  # noqa: F811
    roster = b"student_code,given_name,family_name\n000042,Kim,Lee\n"
    asked = f"{API}/people/import?kind=student&preveiw=true"

    response = client.post(asked, roster, content_type="text/csv")

    assert (response.status_code, response.json()["errors"][0]["where"]) == (422, "query.preveiw")
    assert not Person.objects.filter(given_name="Kim").exists()


def test_protected_person_is_there_for_data_managers_only(scene: Scene) -> None:  # noqa: F811
    scene.ada.protected = True
    scene.ada.save()
    reader = client_of(scene.administrator, Permission.SYNC_VIEW, Permission.PHOTO_VIEW)
    manager = client_of(scene.administrator)

    assert reader.get(f"{API}/people/{scene.ada.pk}").status_code == 404
    assert "1001" not in [each["code"] for each in reader.get(f"{API}/people").json()["items"]]
    assert manager.get(f"{API}/people/{scene.ada.pk}").json()["code"] == "1001"
    assert manager.get(f"{API}/people/{scene.ada.pk}/photo").status_code == 404


def test_photo_is_conditional_and_names_its_year(scene: Scene, client: Client) -> None:  # noqa: F811
    response = client.get(f"{API}/people/{scene.ben.pk}/photo?size=thumb")

    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert response.headers["Photo-Year"] == str(scene.year - 1)
    again = client.get(
        f"{API}/people/{scene.ben.pk}/photo?size=thumb", headers={"if-none-match": response.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{API}/people/{scene.cy.pk}/photo").status_code == 404
    Withdrawal.objects.create(person=scene.ben, reason="left", created_at=datetime.now(UTC))
    assert client.get(f"{API}/people/{scene.ben.pk}/photo").status_code == 404


def test_period_is_made_once_for_one_key(scene: Scene, client: Client) -> None:  # noqa: F811
    first = post(client, "/periods", PERIOD, **{"idempotency-key": "k1"})
    second = post(client, "/periods", PERIOD, **{"idempotency-key": "k1"})
    other = post(client, "/periods", PERIOD | {"code": "X"}, **{"idempotency-key": "k1"})

    period = TimetablePeriod.objects.get()
    assert first.json() == {"id": period.pk, "school": "PHS", **period_document(period)}
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["detail"][:40]) == (422, "This Idempotency-Key was used for anothe")
    entry = Entry.objects.get(act="period.added")
    assert (entry.actor, entry.via) == ("kim (tests)", "api")


def test_change_needs_the_tag_that_was_read(scene: Scene, client: Client) -> None:  # noqa: F811
    period = make_period(scene.school, "2026S2", date(2026, 7, 20), date(2026, 12, 18))
    path = f"{API}/periods/{period.pk}"
    tag = client.get(path).headers["ETag"]

    def change(**headers: str) -> Any:
        return client.patch(path, '{"end": "2026-12-11"}', content_type="application/json", headers=headers)

    assert change().status_code == 428
    assert change(**{"if-match": '"other"'}).status_code == 412
    changed = change(**{"if-match": tag})
    assert (changed.status_code, changed.json()["end"]) == (200, "2026-12-11")
    assert change(**{"if-match": tag}).status_code == 412
    assert changed.headers["ETag"] == client.get(path).headers["ETag"]


def test_refusal_of_a_rule_is_409_in_its_own_words(scene: Scene, client: Client) -> None:  # noqa: F811
    profile = make_profile(scene.school)

    response = post(client, f"/profiles/{profile.pk}/runs", {"preview": False})

    assert response.status_code == 409
    assert "To re-enable it" in response.json()["detail"] or "timetable period" in response.json()["detail"]


@pytest.mark.parametrize(
    ("status", "told", "ask"),
    [
        (404, "There is nothing at this address.", ("GET", "/nothing", "", "", "")),
        (405, "This address does not take this method.", ("DELETE", "/people", "", "", "")),
        (406, "This address answers with application/json", ("GET", "/people", "", "", "text/html")),
        (415, "The body is said to be text/plain", ("POST", "/periods", "x", "text/plain", "*/*")),
        (400, "The body is not JSON that can be read.", ("POST", "/periods", "{", "application/json", "*/*")),
    ],
)
def test_errors_of_the_interface_are_problems_too(
    client: Client, status: int, told: str, ask: tuple[str, ...]
) -> None:
    method, path, body, form, accepted = ask
    response = client.generic(method, API + path, body, form, headers={"accept": accepted or "*/*"})

    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    assert response.json()["detail"].startswith(told)


def test_roster_is_previewed_then_imported(scene: Scene, client: Client) -> None:  # noqa: F811
    roster = b"student code,given name,family name\n2001,Mia,Moss\n"
    path = f"{API}/people/import?kind=student"

    preview = client.post(f"{path}&preview=true", roster, content_type="text/csv").json()
    done = client.post(path, roster, content_type="text/csv").json()

    assert (preview["preview"], preview["counts"]["new"]) == (True, 1)
    assert (done["preview"], done["counts"]["new"]) == (False, 1)


def test_schema_names_the_permission_of_every_operation(scene: Scene) -> None:  # noqa: F811
    schema = Client(headers={"host": "localhost"}).get(f"{API}/openapi.json").json()
    operations = [each for path in schema["paths"].values() for each in path.values()]

    assert len(operations) > 25
    assert [each["operationId"] for each in operations if "x-permission" not in each] == []


def test_changes_of_a_run_come_in_parts_and_protected_people_stay_unnamed(scene: Scene, client: Client) -> None:  # noqa: F811
    profile = make_profile(scene.school, "Photo Sync")
    run = make_run(profile, RunState.HELD, datetime.now(UTC))
    for person in (scene.ada, scene.ben, scene.cy):
        PlanItem.objects.create(
            run=run, person=person, action="add", academic_year=scene.year, state="planned", file_path="x.jpg"
        )
    Person.objects.filter(pk=scene.ben.pk).update(protected=True)
    reader = client_of(scene.administrator, Permission.SYNC_VIEW)
    path = f"{API}/runs/{run.pk}/changes"

    first = reader.get(f"{path}?limit=2").json()
    second = reader.get(f"{path}?limit=2&after={first['next']}").json()

    assert [each["person"] and each["person"]["code"] for each in first["items"] + second["items"]] == [
        "1001",
        None,
        "1003",
    ]
    assert (first["items"][1]["file"], first["items"][1]["reason"]) == (None, "A protected person")
    assert second["next"] is None
    assert client.get(f"{path}?action=add").json()["items"][1]["person"]["code"] == "1002"
    assert reader.get(f"{path}?action=undo").json()["items"] == []


def test_a_held_run_is_approved_in_parts(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.SYNC_VIEW, Permission.SYNC_APPROVE)
    day = datetime.now(UTC).date()
    period = make_period(scene.school, "NOW", day - timedelta(days=9), day + timedelta(days=90))
    run = make_run(make_profile(scene.school, "Photo Sync", period), RunState.HELD, datetime.now(UTC))
    names = ("unchanged", "replaced", "withdrawn", "unmatched", "review", "rejected", "failed", "waiting")
    Run.objects.filter(pk=run.pk).update(counts={"observed": 3, "added": 3} | dict.fromkeys(names, 0))
    for person, doubt in ((scene.ada, None), (scene.ben, 30), (scene.cy, 80)):
        PlanItem.objects.create(
            run=run, person=person, action="add", academic_year=scene.year + 1, state="planned", doubt=doubt
        )

    nothing = post(client, f"/runs/{run.pk}/approve", {"year_levels": ["12"]})
    approved = post(client, f"/runs/{run.pk}/approve", {"not_now": [scene.ada.pk], "but_most_doubtful": 1})

    assert (nothing.status_code, nothing.json()["detail"].split(".")[0]) == (
        409,
        f"Nothing of run {run.pk} is chosen, so nothing was approved",
    )
    assert (approved.status_code, approved.json()["counts"]["added"]) == (202, 1)
    shown = client.get(f"{API}/runs/{run.pk}").json()
    rest = client.get(f"{API}/runs/{shown['put_off_to']}").json()
    assert (rest["state"], rest["rest_of"], rest["counts"]["added"]) == ("held", run.pk, 2)
    lines = client.get(f"{API}/runs/{rest['run']}/changes").json()["items"]
    assert [(each["person"]["code"], each["doubt"]) for each in lines] == [("1001", None), ("1003", 80)]


def test_consent_and_protection_over_the_api_are_recorded_as_done_by_the_token(scene: Scene, client: Client) -> None:  # noqa: F811
    path = f"/people/{scene.ada.pk}"

    answered = post(client, f"{path}/consent", {"answers": {"school_use": "no"}})
    protected = post(client, f"{path}/protect", None)
    again = post(client, f"{path}/protect", None)

    assert answered.json()["consent"] == {"school_use": "no"}
    assert protected.json()["protected"] is True
    assert (again.status_code, again.json()["detail"]) == (
        409,
        "Ada Abel (1001) is protected already. Nothing was changed.",
    )
    entries = Entry.objects.filter(person_id_of=scene.ada.pk).order_by("pk")
    assert [(each.act, each.actor, each.via) for each in entries] == [
        ("person.consent", "kim (tests)", "api"),
        ("person.protected", "kim (tests)", "api"),
    ]


def test_photo_is_set_withdrawn_and_shown_again(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.PHOTO_MANAGE, Permission.PHOTO_VIEW)
    path = f"{API}/people/{scene.cy.pk}/photo"

    made = client.post(path, make_portrait(7, 900, 1200), content_type="image/jpeg")
    withdrawn = post(client, f"/people/{scene.cy.pk}/photo/withdraw", {"reason": "The parents asked."})
    gone = client.get(path)
    post(client, f"/people/{scene.cy.pk}/photo/show", None)

    assert (made.status_code, made.json()["version"], made.json()["year"]) == (200, 1, scene.year)
    assert withdrawn.json()["withdrawn"] == "The parents asked."
    assert gone.status_code == 404
    assert "asked" not in gone.json()["detail"]
    assert client.get(path).status_code == 200
    assert PhotoView.objects.filter(person_id_of=scene.cy.pk, account_id=scene.administrator.pk).exists()


def test_picture_that_is_none_is_refused_in_words(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.PHOTO_MANAGE)
    path = f"{API}/people/{scene.cy.pk}/photo"

    refused = client.post(path, b"no picture", content_type="image/jpeg")
    other = client.post(path, b"{}", content_type="application/json")

    assert (refused.status_code, refused.headers["Content-Type"]) == (422, "application/problem+json")
    assert other.status_code == 415
    assert other.json()["detail"].startswith("The body is said to be application/json, and this address takes")


def test_token_makes_none_that_reaches_further_than_itself(scene: Scene) -> None:  # noqa: F811
    root = make_user("root", Role.ADMINISTRATOR, None)
    client = client_of(root, Permission.SYSTEM_MANAGE, Permission.SYNC_VIEW)
    body = {"name": "second", "user": "root", "scopes": ["SYNC: VIEW"], "days": 300}

    refused = post(client, "/tokens", body | {"scopes": ["PHOTO: VIEW"]})
    made = post(client, "/tokens", body).json()
    own = client.get(f"{API}/token").json()

    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "This token does not have PHOTO: VIEW itself, so it cannot make one that has. No token was made.",
    )
    assert made["expires"] == own["expires"]
    assert own["may"]["PHS"] == ["SYNC: VIEW", "SYSTEM: MANAGE"]
    revoked = post(client, f"/tokens/{made['id']}/revoke", None).json()
    assert revoked["state"] == "revoked"


def test_last_administrator_is_not_switched_off_over_the_api(scene: Scene) -> None:  # noqa: F811
    root = make_user("root", Role.ADMINISTRATOR, None)
    client = client_of(root, Permission.SYSTEM_MANAGE)

    own = post(client, f"/users/{root.pk}/deactivate", None)
    made = post(client, "/users", {"name": "robin", "role": "staff", "school": "phs"})
    changed = post(client, f"/users/{made.json()['id']}/roles", {"school": "PHS", "give": ["archivist"]})

    assert own.json()["detail"].startswith("This is your own account. It was not switched off.")
    assert made.json()["set_password"].startswith("http://localhost/")
    assert changed.json()["roles"] == [{"role": "archivist", "school": "PHS"}, {"role": "staff", "school": "PHS"}]


def test_audit_goes_on_where_the_part_before_ended(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, *(set(Permission) - {Permission.SYSTEM_MANAGE}))
    for year in ("2030", "2031", "2032"):
        post(client, "/periods", PERIOD | {"code": year, "start": f"{year}-02-01", "end": f"{year}-03-01"})

    first = client.get(f"{API}/audit?act=period&limit=2").json()
    second = client.get(f"{API}/audit?act=period&limit=2&after={first['next']}").json()

    assert [each["subject"] for each in first["items"] + second["items"]] == ["2032", "2031", "2030"]
    assert second["next"] is None


def test_health_and_kinds_of_source_are_told(scene: Scene, client: Client) -> None:  # noqa: F811
    profile = make_profile(scene.school, "Photo Sync")

    health = client.get(f"{API}/health").json()
    kinds = client.get(f"{API}/source-kinds").json()["items"]

    assert [(each["id"], each["name"]) for each in health["profiles"]] == [(profile.pk, "Photo Sync")]
    assert (health["workers"], [each["kind"] for each in kinds]) == (
        0,
        [kind.name for kind in registry.kinds()],
    )


def test_zip_is_tried_and_becomes_the_source_of_a_profile(
    scene: Scene,  # noqa: F811
    client: Client,
    tmp_path: Path,
    settings: Settings,
) -> None:
    settings.PHOTOSYNC_SOURCE_ROOTS = (tmp_path,)
    (tmp_path / "photos.zip").write_bytes(zip_bytes([Zipped("x.jpg", b"x", method=9)]))
    path = f"/profiles/{make_profile(scene.school, 'Photo Sync').pk}"
    wanted = {"source": "archive", "options": {"path": str(tmp_path / "photos.zip")}}

    tried = post(client, f"{path}/test", wanted).json()
    seen = client.get(API + path).headers["ETag"]
    changed = client.patch(
        API + path, json.dumps(wanted), content_type="application/json", headers={"if-match": seen}
    ).json()

    assert tried["warnings"] == [
        "x.jpg is packed in a way that is not known here. It was not read. Make an ordinary ZIP (Deflate)."
    ]
    assert (changed["source"], changed["options"]) == ("archive", wanted["options"])


def test_preflight_report_is_told_once_the_source_was_read(scene: Scene, client: Client) -> None:  # noqa: F811
    profile = make_profile(scene.school, "Photo Sync")
    early = client.get(f"{API}/profiles/{profile.pk}/preflight")
    assert (early.status_code, early.json()["detail"]) == (
        404,
        "Photo Sync has not read its data source yet, so there is nothing to report. Preview it first.",
    )
    run = make_run(profile, RunState.DONE, datetime.now(UTC), observed_count=1)
    told = client.get(f"{API}/profiles/{profile.pk}/preflight").json()
    assert (told["run"], told["explanation"]) == (run.pk, "0 files came; 0 of them have nothing to mend.")


def test_lists_take_as_many_queries_for_many_as_for_one(scene: Scene, client: Client) -> None:  # noqa: F811
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(API + path).status_code == 200
        return len(captured)

    paths = ("/people", "/periods", "/profiles", "/runs")
    first = around_today(scene.school)
    make_run(make_profile(scene.school, "One", first), RunState.DONE, datetime.now(UTC), counts={"observed": 1})
    client.get(f"{API}/schools")
    with_one = {path: queries(path) for path in paths}
    for number in range(2, 6):
        later = make_period(scene.school, f"LATER{number}", date(2040 + number, 2, 1), date(2040 + number, 3, 1))
        make_run(
            make_profile(scene.school, f"Profile {number}", first, later),
            RunState.DONE,
            datetime.now(UTC),
            counts={"observed": 1},
        )

    assert {path: queries(path) for path in paths} == with_one
    used_by = client.get(f"{API}/periods").json()["items"][0]["used_by"]
    assert used_by == ["One", "Profile 2", "Profile 3", "Profile 4", "Profile 5"]
