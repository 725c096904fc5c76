"""Scheduled runs that the schedule stops, the tick, and what it records of every due time."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.profiles.services import set_enabled
from photosync.apps.runs import schedule, services
from photosync.apps.runs.models import Occurrence, Run
from photosync.core.errors import Refused
from photosync.core.run_states import RunState, Trigger
from photosync.engine import publish
from tests.apps.runs.scene import Scene, at, counts

ENDED = (
    "The run was stopped by the schedule; what was not published by then was dropped. Ended on Friday 18 December "
    "2026, when 2026S2 ended. To re-enable it, add a timetable period whose end date is in the future."
)


@pytest.fixture
def small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "CHANGES_PER_TRANSACTION", 2)


def photos_to_publish(scene: Scene, photos: int = 5) -> None:
    for number, code in enumerate(scene.everyone(photos)):
        scene.put(f"{code}.jpg", number)


def last_night(scene: Scene, photos: int = 5) -> None:
    """Make the last run of the last night due, with some photos to publish."""
    photos_to_publish(scene, photos)
    scene.now = at(2026, 12, 17, 23, 59)
    schedule.tick(scene.now)
    Run.objects.update(state=RunState.CANCELLED)
    scene.now = at(2026, 12, 18, 0, 0)


def published(scene: Scene) -> int:
    return len(scene.library())


def after(publishing: int, change: Callable[[], None], scene: Scene) -> Callable[[], datetime]:
    """Return a clock; as soon as so many photos are published it calls `change`, once."""
    changes = [change]

    def clock() -> datetime:
        if changes and published(scene) >= publishing:
            changes.pop()()
        return scene.now

    return clock


@pytest.mark.usefixtures("small_transactions")
def test_scheduled_run_is_stopped_by_the_end_of_the_period_between_transactions(scene: Scene) -> None:
    last_night(scene)
    (pk,) = schedule.tick(scene.now)
    the_end = after(2, lambda: setattr(scene, "now", at(2026, 12, 19, 0, 0)), scene)

    run = scene.execute(Run.objects.get(pk=pk), clock=the_end)

    assert (run.trigger, run.state, run.explanation) == (
        Trigger.SCHEDULED,
        RunState.STOPPED_BY_PERIOD_END,
        ENDED,
    )
    assert run.counts == counts(observed=5, added=2, waiting=3)
    assert sorted(item[4] for item in scene.items(run)) == ["dropped"] * 3 + ["published"] * 2
    assert published(scene) == 2
    scene.assign("2027S1", date(2027, 1, 27), date(2027, 6, 30))
    scene.now = at(2027, 1, 27)
    assert scene.run().counts == counts(observed=5, unchanged=2, added=3)


@pytest.mark.usefixtures("small_transactions")
def test_scheduled_run_is_stopped_by_disabled_between_transactions(scene: Scene) -> None:
    photos_to_publish(scene)
    scene.now = at(2026, 8, 4, 0, 0)
    (pk,) = schedule.tick(scene.now)
    disabling = after(2, lambda: set_enabled(scene.profile, enabled=False, now=scene.now), scene)

    run = scene.execute(Run.objects.get(pk=pk), clock=disabling)

    # The clock is asked when the settings have just been read, so one more transaction was allowed already.
    assert (run.state, run.counts) == (RunState.STOPPED_BY_DISABLED, counts(observed=5, added=4, waiting=1))
    assert run.explanation == (
        "The run was stopped by the schedule; what was not published by then was dropped. Disabled: Scheduled Sync "
        "Enabled is off. It can still be run on demand. If enabled now, it would next run tonight at 00:00."
    )
    assert scene.run().counts == counts(observed=5, unchanged=4, added=1)


def test_scheduled_run_that_published_everything_before_the_end_is_done(scene: Scene) -> None:
    last_night(scene)
    (pk,) = schedule.tick(scene.now)
    the_end = after(5, lambda: setattr(scene, "now", at(2026, 12, 19, 0, 0)), scene)

    run = scene.execute(Run.objects.get(pk=pk), clock=the_end)

    assert (run.state, run.counts) == (RunState.DONE, counts(observed=5, added=5))


def test_killed_scheduled_run_resumed_after_the_end_publishes_nothing(scene: Scene) -> None:
    last_night(scene)
    (pk,) = schedule.tick(scene.now)
    scene.execute(Run.objects.get(pk=pk), until="publish")
    scene.now = at(2026, 12, 19, 0, 0)

    run = scene.execute(Run.objects.get(pk=pk))

    assert (run.state, run.explanation, published(scene)) == (RunState.STOPPED_BY_PERIOD_END, ENDED, 0)


def test_on_demand_run_is_not_stopped_by_the_schedule(scene: Scene) -> None:
    last_night(scene, 1)
    run = scene.request()
    scene.now = at(2026, 12, 19, 0, 0)
    assert scene.execute(run).counts == counts(observed=1, added=1)


def test_full_run_is_stopped_where_only_additions_are_allowed_by_now(scene: Scene) -> None:
    last_night(scene)
    (pk,) = schedule.tick(scene.now)
    scene.execute(Run.objects.get(pk=pk), until="publish")
    ProfilePeriod.objects.update(mode="additions")

    assert scene.execute(Run.objects.get(pk=pk)).state == RunState.STOPPED_BY_PERIOD_END


def test_on_demand_run_when_ended_is_refused(scene: Scene) -> None:
    scene.now = at(2026, 12, 19)
    with pytest.raises(Refused) as refused:
        scene.request()
    assert refused.value.message == (
        "Photo Sync cannot be run on demand; nothing was changed. Ended on Friday 18 December 2026, when 2026S2 "
        "ended. To re-enable it, add a timetable period whose end date is in the future."
    )
    assert scene.preview().state == RunState.DONE


def test_second_run_while_one_goes_on_is_refused(scene: Scene) -> None:
    first = scene.request()
    scene.later(minutes=2)
    with pytest.raises(Refused) as refused:
        scene.preview()
    assert refused.value.message == (
        f"Run {first.pk} of Photo Sync is queued since Monday 09:00; only one run of a profile goes on at a time. "
        f"Nothing was started. Wait for it, or cancel it."
    )


def test_additions_only_adds_and_changes_no_face(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.run()
    ProfilePeriod.objects.update(mode="additions")
    scene.put("0001.jpg", 2)
    scene.put("0002.jpg", 3)

    run = scene.run()

    assert (run.mode, run.counts) == ("additions", counts(observed=2, added=1, waiting=1))
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "3"}}
    ProfilePeriod.objects.update(mode="full")
    assert scene.run().counts == counts(observed=2, unchanged=1, replaced=1)


def test_cancel_of_a_queued_run(scene: Scene) -> None:
    run = services.cancel(scene.request().pk, by="Mr Night", now=scene.now)
    assert (run.state, run.explanation) == (RunState.CANCELLED, "Cancelled by Mr Night before it began.")


def test_cancel_of_a_running_run_publishes_nothing_more(scene: Scene) -> None:
    photos_to_publish(scene)
    run = scene.request()
    scene.execute(run, until="publish")
    services.cancel(run.pk, by="Mr Night", now=scene.now)

    ended = scene.execute(run)

    assert (ended.state, ended.explanation) == (
        RunState.CANCELLED,
        "Cancelled by Mr Night. What was published before stays published.",
    )
    assert ended.counts == counts(observed=5, waiting=5)
    assert scene.run().counts == counts(observed=5, added=5)


def test_cancel_of_a_run_that_has_ended_is_refused(scene: Scene) -> None:
    run = scene.run()
    with pytest.raises(Refused) as refused:
        services.cancel(run.pk, by="Mr Night", now=scene.now)
    assert refused.value.message == (
        f"Run {run.pk} is done; only a run that is queued or running can be cancelled. Nothing was changed. "
        f"Look at it."
    )


# The tick


def outcomes() -> list[tuple[str, int | None]]:
    return [(row.outcome, row.run_id) for row in Occurrence.objects.order_by("due_at")]


def test_tick_makes_one_run_of_a_due_time(scene: Scene) -> None:
    scene.now = at(2026, 8, 4, 0, 0)

    (pk,) = schedule.tick(scene.now)

    run = Run.objects.get()
    assert (run.pk, run.trigger, run.due_at, run.started_by) == (pk, Trigger.SCHEDULED, scene.now, "the schedule")
    assert schedule.tick(scene.now) == []
    assert outcomes() == [("run", pk)]
    scene.profile.refresh_from_db()
    assert scene.profile.next_due_at == at(2026, 8, 5, 0, 0)


def test_tick_skips_a_time_while_a_run_goes_on(scene: Scene) -> None:
    going = scene.request()
    scene.now = at(2026, 8, 4, 0, 0)
    assert schedule.tick(scene.now) == []
    assert outcomes() == [("skipped_running", None)]
    assert Run.objects.get() == going


def test_tick_after_downtime_catches_up_once(scene: Scene) -> None:
    scene.now = at(2026, 8, 6, 7, 0)

    (pk,) = schedule.tick(scene.now)

    assert outcomes() == [("missed", None), ("missed", None), ("run", pk)]
    run = Run.objects.get(pk=pk)
    assert (run.trigger, run.due_at) == (Trigger.CATCH_UP, at(2026, 8, 6, 0, 0))


def test_tick_after_the_period_has_ended_refuses(scene: Scene) -> None:
    SyncProfile.objects.update(evaluated_until=at(2026, 12, 17), next_due_at=at(2026, 12, 18, 0))
    scene.now = at(2026, 12, 19, 7, 0)
    assert schedule.tick(scene.now) == []
    assert outcomes() == [("refused_ended", None)]
    assert SyncProfile.objects.get().next_due_at is None


def test_tick_of_a_disabled_profile_refuses(scene: Scene) -> None:
    set_enabled(scene.profile, enabled=False, now=scene.now)
    scene.now = at(2026, 8, 4, 0, 0)
    assert schedule.tick(scene.now) == []
    assert outcomes() == [("refused_disabled", None)]


def test_tick_with_a_profile_that_cannot_be_read_runs_the_others(scene: Scene) -> None:
    bad = SyncProfile.objects.create(
        school=scene.school,
        name="Bad",
        source_kind="folder",
        created_at=scene.now,
        evaluated_until=scene.now,
        next_due_at=scene.now,
    )
    period = ProfilePeriod.objects.get().period
    ProfilePeriod.objects.create(profile=bad, period=period, frequency="every blue moon")
    scene.now = at(2026, 8, 4, 0, 0)

    assert [Run.objects.get(pk=pk).profile.name for pk in schedule.tick(scene.now)] == ["Photo Sync"]


def test_tick_of_another_worker_with_old_knowledge_does_nothing(scene: Scene) -> None:
    """Both have read that the profile is due; the first has dealt with it meanwhile."""
    scene.now = at(2026, 8, 4, 0, 0)
    seen_by_the_second = list(SyncProfile.objects.select_related("school"))
    schedule.tick(scene.now)

    assert [schedule._evaluate(profile, scene.now + timedelta(seconds=1)) for profile in seen_by_the_second] == [None]

    assert Run.objects.count() == 1
