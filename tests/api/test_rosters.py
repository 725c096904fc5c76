"""/rosters: a secret stays with the place that it was entered for, and a preview says what would be held."""

from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.apps.rosters.models import RosterChange, RosterReading, SavedRoster
from tests.api.test_interface import API, client_of, post
from tests.api.test_notifications import patch
from tests.apps.rosters.saved import make_held
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)

OPTIONS = {
    "host": "db.school.example",
    "database": "school",
    "username": "photosync",
    "students_query": "SELECT code AS student_code FROM student",
}


def test_password_of_a_database_is_entered_again_for_another_server(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.DATA_MANAGE)
    given = {"name": "Students", "kind": "sql", "components": ["students"]}
    made = post(client, "/rosters", given | {"options": OPTIONS | {"password": "very secret"}})
    assert (made.status_code, made.json()["options"], made.json()["secrets"]) == (201, OPTIONS, ["password"])

    path = made.headers["Location"]
    tag = {"if-match": client.get(path).headers["ETag"]}
    moved = {"options": {"host": "elsewhere.example"}}
    for answer in (
        patch(client, path, moved, **tag),
        post(client, f"{path.removeprefix(API)}/test", moved),
    ):
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "The roster would be at another place than the one that password was entered for. Nothing was saved. "
            "Enter it again for this place.",
        )
    assert secrets_of(SavedRoster.objects.get()) == {"password": "very secret"}
    again = patch(client, path, {"options": {"host": "elsewhere.example", "password": "another"}}, **tag)
    assert (again.status_code, again.json()["options"]["host"]) == (200, "elsewhere.example")


def test_preview_that_would_be_held_says_why_and_a_person_who_disagrees(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.DATA_MANAGE)
    why = ["40 of 100 students would be marked as left; more than 5 % and more than 5 are for a person to decide."]
    preview = make_held(scene.school)
    RosterReading.objects.filter(pk=preview.pk).update(state="done", trigger="preview", held_because=why)
    RosterChange.objects.filter(reading=preview, code="0418").update(disputed_with="Boarders")
    path = f"{API}/rosters/{preview.roster_id}/readings/{preview.pk}"
    assert client.get(path).json()["held_because"] == why
    changes = client.get(f"{path}/changes").json()["items"]
    assert [(each["code"], each["disputed_with"]) for each in changes] == [("0417", ""), ("0418", "Boarders")]
