"""A profile that reads an HTTP API: from the first run to a network that breaks in the midst of one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.profiles.source_secrets import set_secrets
from photosync.apps.runs.preflight import preflight_of
from photosync.apps.sources.trying import try_profile
from photosync.core.run_states import RunState
from photosync.outgoing import AllowedRanges
from tests.apps.runs.scene import Scene, counts, portrait
from tests.services.bad_network import BadNetwork, Faults, bad_network
from tests.services.people_api import TOKEN, PeopleApi, people_api

LOOPBACK = AllowedRanges.parse("127.0.0.1/32", setting="test")
OPTIONS = {"students": "students", "records": "$.data", "photo": "$.photo", "paging": "page", "page_size": "20"}
NUMBER = 30


@pytest.fixture
def api() -> Iterator[PeopleApi]:
    with people_api(paged="page", photos="link") as api:
        yield api


@pytest.fixture
def network(api: PeopleApi) -> Iterator[BadNetwork]:
    with bad_network(api.web.port) as network:
        yield network


@pytest.fixture
def school(scene: Scene, api: PeopleApi, network: BadNetwork, settings: Settings) -> Scene:
    """A school of 30 students, whose photos are in the API and are withdrawn when they are gone there."""
    settings.PHOTOSYNC_ALLOWED_RANGES = LOOPBACK
    options = OPTIONS | {"address": f"http://127.0.0.1:{network.port}/v1"}
    scene.set(source_kind="json_api", options=options, when_missing="withdraw", source_may_be_anywhere=False)
    set_secrets(scene.profile, {"secret": TOKEN})
    scene.profile.save()
    for number, code in enumerate(scene.everyone(NUMBER)):
        put(scene, api, code, number)
    return scene


def put(scene: Scene, api: PeopleApi, code: str, number: int) -> None:
    api.put(f"students/{code}", portrait(number))
    scene.put(f"elsewhere/{code}", number)  # so that the scene knows the picture by its number


def photos_asked(api: PeopleApi) -> int:
    return len(api.asked("/v1/photos"))


def test_first_run_publishes_and_the_second_moves_no_photo(school: Scene, api: PeopleApi) -> None:
    first = school.run()
    api.web.asked.clear()
    second = school.run()

    assert (first.state, first.counts) == (RunState.DONE, counts(observed=NUMBER, added=NUMBER))
    assert second.counts == counts(observed=NUMBER, unchanged=NUMBER)
    assert (photos_asked(api), len(api.asked("/v1/photos", "HEAD"))) == (0, NUMBER)


def test_null_withdraws_nothing_and_a_record_that_is_gone_does(school: Scene, api: PeopleApi) -> None:
    school.run()
    for code in ("0001", "0002"):
        api.people[f"students/{code}"]["photo"] = None
    api.remove("students/0003")

    run = school.run()

    assert run.counts == counts(observed=NUMBER - 1, unchanged=NUMBER - 1, withdrawn=1)
    assert school.withdrawn() == {"0003"}


@pytest.mark.parametrize(
    "faults", [Faults(cut_after=1_200), Faults(end_after=1_200), Faults(flip_at=frozenset(range(600, 900)))]
)
def test_half_a_list_withdraws_nothing_and_the_next_run_goes_on(
    school: Scene, api: PeopleApi, network: BadNetwork, faults: Faults
) -> None:
    school.run()
    before = school.library()
    api.remove("students/0001")
    put(school, api, "0002", 99)
    network.cut()
    network.disturb(down=faults)

    broken = school.run()

    assert (broken.state, broken.counts) == (RunState.FAILED, counts())
    assert (school.withdrawn(), school.library()) == (set(), before)
    assert f"on the API 127.0.0.1 (port {network.port})" in broken.explanation
    assert "Nothing was concluded from it, so nothing was changed." in broken.explanation
    network.mend()
    again = school.run()
    assert (again.state, again.counts["withdrawn"], again.counts["replaced"]) == (RunState.DONE, 1, 1)


def test_line_that_is_lost_while_photos_come_is_gone_on_with(
    school: Scene, api: PeopleApi, network: BadNetwork
) -> None:
    network.lose_after(down_bytes=60_000)
    broken = school.run()
    network.mend()
    again = school.run()

    assert broken.state in (RunState.FAILED, RunState.DONE_WITH_FAILURES)
    assert (again.state, len(school.library()), school.withdrawn()) == (RunState.DONE, NUMBER, set())


def test_sign_in_that_is_refused_fails_the_run_with_a_plain_word(school: Scene, api: PeopleApi) -> None:
    school.run()
    api.token = "another"

    run = school.run()

    assert run.state == RunState.FAILED
    assert run.explanation.endswith(
        ": it does not accept the sign-in (401). Nothing was concluded from it, so nothing was changed. Check the "
        "token, key or password of the data source; it may have run out or been replaced."
    )
    assert TOKEN not in json.dumps([run.explanation, run.warnings, run.counts])
    assert school.withdrawn() == set()


def test_address_inside_is_refused_unless_the_operator_allows_it(school: Scene, settings: Settings) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges()

    run = school.run()

    assert (run.state, run.explanation) == (
        RunState.FAILED,
        '"127.0.0.1" is at 127.0.0.1, an address inside this server\'s own network, so nothing was sent. Use an '
        "address on the public internet, or ask the operator of the server to allow this one with "
        "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES.",
    )


def test_connection_that_is_tried_tells_records_without_a_photo_apart(school: Scene, api: PeopleApi) -> None:
    """One that does not say whose it is has a photo, for all that is known; a warning tells of it."""
    api.people["students/0001"]["photo"] = None
    api.people["students/0002"]["id"] = None
    api.put("students/9999", portrait(3))

    tried = try_profile(school.profile, ProfileSettings())

    assert tried.sentence == "29 photos, 28 match a person; the first 10 are shown. 1 record has no photo now."
    assert [warning.partition(":")[0] for warning in tried.warnings] == [
        "Records without an identifier in the list of students"
    ]
    assert tried.shown[0].path == "students/0003"
    assert Path(school.folder).exists()


def test_photos_whose_size_the_list_does_not_say_are_not_told_as_empty(school: Scene, api: PeopleApi) -> None:
    school.set(options=school.profile.options | {"changed": "$.version"})
    for record in api.people.values():
        record["version"] = 1
    assert school.run().counts == counts(observed=NUMBER, added=NUMBER)

    report = preflight_of(school.profile, school.now)

    assert [(str(group.problem), group.count) for group in report.groups] == [("small", NUMBER)]
