"""An HTTP API as the data source on Manage Sync: chosen, tried and saved, with its secret kept and never shown."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from photosync.apps.people.models import Identifier
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.outgoing import AllowedRanges
from tests.services.people_api import TOKEN, PeopleApi, people_api
from tests.web.conftest import Scene
from tests.web.pages import around_today, make_person, make_profile
from tests.web.test_manage_sync import address, sent


@pytest.fixture
def api(settings: Settings) -> Iterator[PeopleApi]:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1/32", setting="test")
    with people_api(photos="link") as api:
        api.put("students/0417", b"a photo")
        api.put("students/0418", None)
        yield api


@pytest.fixture
def profile(scene: Scene) -> SyncProfile:
    person = make_person(scene.school, "0417")
    Identifier.objects.create(
        school=scene.school, person=person, key="student_code", value="0417", folded=FOLDED.form("0417")
    )
    return make_profile(scene.school, "Photo Sync", around_today(scene.school))


def fields_of(profile: SyncProfile, api: PeopleApi, **changes: str) -> dict[str, object]:
    options = {"address": api.address, "secret": TOKEN, "students": "students", "records": "$.data", "id": "$.id"}
    options |= {"photo": "$.photo", "page_size": "100", "first_page": "1", "match": "column", **changes}
    given: dict[str, object] = {f"option-{name}": value for name, value in options.items()}
    periods = [row.period for row in profile.assigned.all()]
    return sent(profile, *periods, source_kind="json_api", **(given | {"option-path": None}))


def page_of(scene: Scene, path: str, fields: dict[str, object] | None = None) -> str:
    client: Client = scene.client
    answer = client.get(path) if fields is None else client.post(path, fields)
    return answer.content.decode()


def test_api_is_chosen_tried_and_saved(scene: Scene, profile: SyncProfile, api: PeopleApi) -> None:
    fields = fields_of(profile, api)
    tried = page_of(scene, address(profile), fields | {"test": "1"})
    assert "1 photo, 1 matches a person. 1 record has no photo now." in tried
    assert profile.source_kind == "folder"

    scene.client.post(address(profile), fields | {"save": "1"})

    profile.refresh_from_db()
    assert (profile.source_kind, secrets_of(profile)) == ("json_api", {"secret": TOKEN})
    assert TOKEN not in str(profile.options)
    page = page_of(scene, address(profile))
    assert TOKEN not in page
    assert "Forget: Token, key or password" in page


@pytest.mark.parametrize(("changes", "is_open"), [({}, False), ({"size_name": "per_page"}, True)])
def test_what_few_need_is_folded_unless_it_is_set(
    scene: Scene, profile: SyncProfile, api: PeopleApi, changes: dict[str, str], is_open: bool
) -> None:
    scene.client.post(address(profile), fields_of(profile, api, **changes) | {"save": "1"})
    page = page_of(scene, address(profile))
    assert ('<details class="seldom" open>' in page, '<details class="seldom">' in page) == (is_open, not is_open)
    assert page.index("What few need") < page.index("Certificate of your own authority")


def test_address_inside_is_refused_on_the_page(
    scene: Scene, profile: SyncProfile, api: PeopleApi, settings: Settings
) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges()
    tried = page_of(scene, address(profile), fields_of(profile, api) | {"test": "1"})
    assert "an address inside this server&#x27;s own network, so nothing was sent." in tried
    assert api.asked() == []


def test_stored_token_is_not_sent_to_another_server(scene: Scene, profile: SyncProfile, api: PeopleApi) -> None:
    scene.client.post(address(profile), fields_of(profile, api) | {"save": "1"})
    with people_api() as other:
        fields = fields_of(profile, other, secret="")
        tried = page_of(scene, address(profile), fields | {"test": "1"})
        assert "The source would be at another server than the one that secret was entered for." in tried
        assert other.web.asked == []
