"""Ping addresses: called after each good run, a few times, and never in the way of a run."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from photosync.apps.notifications.models import Watch
from photosync.apps.notifications.pings import CLAIM, PAUSES, call_due, note_good_runs, ping_document
from photosync.apps.profiles.services import change_profile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.core.run_states import RunState, Trigger
from photosync.outgoing import AllowedRanges
from tests.apps.notifications.test_deciding import end_run
from tests.apps.runs.scene import Scene
from tests.services.receivers import HttpReceiver


@pytest.fixture(autouse=True)
def pinged(scene: Scene, receiver: HttpReceiver) -> None:
    change_profile(scene.profile, ProfileSettings(ping_url=f"http://{receiver.place}/ping/s3cret"), anywhere=True)


def called(now: datetime) -> int:
    note_good_runs(now)
    return call_due(lambda: now)


def test_each_good_run_is_called_for_once(scene: Scene, receiver: HttpReceiver) -> None:
    assert called(scene.now) == 0
    for state in (RunState.DONE, RunState.FAILED, RunState.HELD, RunState.DONE_WITH_FAILURES):
        end_run(scene, state)
        called(scene.now)
        called(scene.now)

    assert receiver.got == [("GET", "/ping/s3cret", "")] * 2
    assert ping_document(scene.profile) == {
        "called": scene.now.isoformat(timespec="seconds"),
        "went_well": True,
        "outcome": "It answered 200.",
    }


def test_previews_undo_and_what_ended_long_ago_are_not_called_for(scene: Scene, receiver: HttpReceiver) -> None:
    end_run(scene, RunState.DONE, trigger=Trigger.PREVIEW)
    end_run(scene, RunState.DONE, trigger=Trigger.UNDO)
    called(scene.now)
    end_run(scene, RunState.DONE)
    called(scene.now + timedelta(hours=1))

    assert receiver.got == []
    assert ping_document(scene.profile) == {"called": None, "went_well": None, "outcome": ""}


def test_call_that_fails_is_tried_a_few_times_and_told(scene: Scene, receiver: HttpReceiver) -> None:
    receiver.status = 500
    end_run(scene, RunState.DONE)
    now = scene.now
    for pause in (timedelta(0), *PAUSES, timedelta(minutes=5)):
        now += pause
        assert called(now) == 0

    assert len(receiver.got) == len(PAUSES) + 1
    told = ping_document(scene.profile)
    assert (told["went_well"], told["outcome"]) == (False, "The ping address answered 500 Internal Server Error.")


def test_address_inside_is_not_called(scene: Scene, receiver: HttpReceiver, settings: Settings) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges()
    end_run(scene, RunState.DONE)
    called(scene.now)

    assert receiver.got == []
    assert ping_document(scene.profile)["outcome"].startswith(
        "What was asked for is at 127.0.0.1, an address inside this server's own network, so nothing was sent."
    )


def test_call_that_another_worker_makes_is_left_to_it(scene: Scene, receiver: HttpReceiver) -> None:
    end_run(scene, RunState.DONE)
    note_good_runs(scene.now)
    Watch.objects.update(ping_claimed_until=scene.now + CLAIM)

    assert [call_due(lambda: scene.now), call_due(lambda: scene.now + CLAIM + timedelta(seconds=1))] == [0, 1]


def test_real_run_is_not_held_up_by_an_address_that_does_not_answer(scene: Scene, receiver: HttpReceiver) -> None:
    receiver.answers_when.clear()
    scene.everyone(1)
    scene.put("0001.jpg", 1)

    assert scene.run().state == RunState.DONE
    assert receiver.got == []


def test_key_that_has_changed_is_told(scene: Scene, receiver: HttpReceiver, settings: Settings) -> None:
    end_run(scene, RunState.DONE)
    settings.SECRET_KEY = "another"
    called(scene.now)

    assert ping_document(scene.profile)["outcome"] == (
        "The ping address cannot be read any more: the installation's secret key has changed. Enter it again."
    )
