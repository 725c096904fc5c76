"""What is decided to be told as days go by and runs end, and the messages that come of it."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pytest_django import Settings

from photosync.apps.notifications.deciding import decide_on_days, decide_on_runs
from photosync.apps.notifications.models import Message, Notice, NotificationAddress
from photosync.apps.notifications.services import add_address
from photosync.apps.profiles.services import set_enabled
from photosync.apps.runs.models import Run
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.run_states import RunState, Trigger
from tests.apps.notifications.conftest import on
from tests.apps.runs.scene import Scene
from tests.services.receivers import HttpReceiver

STOP = date(2026, 12, 18)


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("kind", "key"))


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def end_run(scene: Scene, state: RunState, **fields: object) -> Run:
    """Let the clock go on by an hour, and a run end."""
    scene.later(hours=1)
    values: dict[str, object] = {
        "trigger": Trigger.SCHEDULED,
        "started_by": "the schedule",
        "explanation": "Because.",
    }
    return Run.objects.create(
        profile=scene.profile, state=state, accepted_at=scene.now, finished_at=scene.now, **(values | fields)
    )


def test_stop_is_told_four_times_and_its_end_once(scene: Scene, office: NotificationAddress) -> None:
    found = [
        (day.isoformat(), hour)
        for day in days(date(2026, 11, 10), date(2027, 1, 10))
        for hour in (0, 6, 7, 12, 23)
        if decide_on_days(on(day, hour))
    ]

    assert told() == [
        ("stops-soon", "2026-12-18 30"),
        ("stops-soon", "2026-12-18 14"),
        ("stops-soon", "2026-12-18 7"),
        ("stops-soon", "2026-12-18 1"),
        ("ended", "2026-12-18"),
    ]
    assert found == [
        ("2026-11-18", 7), ("2026-12-04", 7), ("2026-12-11", 7), ("2026-12-17", 7), ("2026-12-19", 7),
    ]  # fmt: skip


def test_server_that_was_down_tells_once_with_the_true_number_of_days(
    scene: Scene, office: NotificationAddress, settings: Settings
) -> None:
    settings.PHOTOSYNC_PUBLIC_URL = "https://photos.school.example"
    decided = [decide_on_days(on(date(2026, 12, 12), hour)) for hour in (9, 10)]

    assert decided == [1, 0]
    message = Message.objects.get()
    assert (message.subject, message.to, message.kind) == (
        "Photo Sync stops in 6 days, on Friday 18 December 2026 (Test)",
        f"Office ({office.shown})",
        "stops-soon",
    )
    assert message.body == (
        "School: Test (TEST)\nSync profile: Photo Sync\n\n"
        "Active. Runs every night at 00:00 until Friday 18 December 2026 (2026S2), then stops: no later timetable "
        "period has been added.\n\n"
        "No later timetable period has been added, so the sync stops at the end of that day. If that is meant, there "
        "is nothing to do. If it is to go on, add a timetable period that ends later.\n\n"
        f"https://photos.school.example/administration/timetable-management/manage-sync/{scene.profile.pk}/\n"
    )


def test_message_has_no_link_where_the_operator_has_not_said_where_the_pages_are(
    scene: Scene, office: NotificationAddress
) -> None:
    decide_on_days(on(date(2026, 12, 12)))

    assert "://" not in Message.objects.get().body


def test_stop_date_that_moves_is_told_anew(scene: Scene, office: NotificationAddress) -> None:
    decide_on_days(on(date(2026, 12, 12)))
    TimetablePeriod.objects.update(end=date(2026, 12, 22))
    decide_on_days(on(date(2026, 12, 12)))
    TimetablePeriod.objects.update(end=STOP)
    decide_on_days(on(date(2026, 12, 12)))

    assert told() == [("stops-soon", "2026-12-18 7"), ("stops-soon", "2026-12-22 14")]


def test_disabled_profile_is_told_once_it_is_enabled_again(scene: Scene, office: NotificationAddress) -> None:
    set_enabled(scene.profile, enabled=False, now=scene.now)
    decide_on_days(on(date(2026, 12, 12)))
    assert told() == []

    set_enabled(scene.profile, enabled=True, now=on(date(2026, 12, 12)))
    decide_on_days(on(date(2026, 12, 12)))

    assert told() == [("stops-soon", "2026-12-18 7")]


def test_each_address_is_told_what_it_wants(scene: Scene, receiver: HttpReceiver) -> None:
    for name, kinds in (("all", ()), ("stops", ("stops-soon",)), ("failures", ("failed", "works-again"))):
        add_address(scene.school, f"json://{receiver.place}/{name}", name=name, kinds=kinds, by="kim", now=scene.now)

    decide_on_days(on(date(2026, 12, 17)))
    end_run(scene, RunState.FAILED)
    decide_on_runs(scene.now)

    sent = [(each.kind, each.address.name) for each in Message.objects.order_by("pk") if each.address]
    assert sent == [("stops-soon", "all"), ("stops-soon", "stops"), ("failed", "all"), ("failed", "failures")]


def test_nobody_to_tell_decides_nothing_so_that_a_later_address_is_told(scene: Scene, receiver: HttpReceiver) -> None:
    assert (decide_on_days(on(date(2026, 12, 5))), told()) == (0, [])

    add_address(scene.school, f"json://{receiver.place}/", by="kim", now=on(date(2026, 12, 6)))

    assert (decide_on_days(on(date(2026, 12, 6))), told()) == (1, [("stops-soon", "2026-12-18 14")])


def test_failures_are_told_at_once_then_once_a_day_and_the_first_success_ends_them(
    scene: Scene, office: NotificationAddress
) -> None:
    scene.now = on(date(2026, 8, 4), 0)
    for state in (RunState.DONE, RunState.FAILED, RunState.FAILED, RunState.CANCELLED, RunState.FAILED):
        end_run(scene, state)
        decide_on_runs(scene.now)
    scene.now = on(date(2026, 8, 5), 0)
    for state in (RunState.FAILED, RunState.DONE, RunState.DONE, RunState.FAILED):
        end_run(scene, state)
        decide_on_runs(scene.now)

    numbers = list(Run.objects.order_by("pk").values_list("pk", flat=True))
    assert told() == [
        ("failed", f"{numbers[1]} 2026-08-04"),
        ("failed", f"{numbers[1]} 2026-08-05"),
        ("works-again", f"{numbers[6]}"),
        ("failed", f"{numbers[8]} 2026-08-05"),
    ]


def test_what_a_person_started_to_look_or_to_undo_is_not_told(scene: Scene, office: NotificationAddress) -> None:
    end_run(scene, RunState.FAILED, trigger=Trigger.PREVIEW)
    end_run(scene, RunState.FAILED, trigger=Trigger.UNDO)

    assert (decide_on_runs(scene.now), told()) == (0, [])


def test_runs_from_before_the_address_are_not_told(scene: Scene, receiver: HttpReceiver) -> None:
    end_run(scene, RunState.FAILED)
    add_address(scene.school, f"json://{receiver.place}/", by="kim", now=scene.now)

    assert (decide_on_runs(scene.now), told()) == (0, [])


def test_held_run_is_told_with_counts_and_the_way_to_it(
    scene: Scene, office: NotificationAddress, settings: Settings
) -> None:
    settings.PHOTOSYNC_PUBLIC_URL = "https://photos.school.example"
    for code in scene.everyone(50):
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    for number in range(1, 41):
        scene.put(f"{number:04d}.jpg", 100 + number)
    scene.later(minutes=1)
    held = scene.run()

    assert held.state == RunState.HELD
    assert decide_on_runs(scene.now) == 1
    message = Message.objects.get()
    assert message.subject == f"Photo Sync: run {held.pk} waits for approval (Test)"
    assert held.explanation in message.body
    assert "Photos that would be replaced: 40. Added: 0. Withdrawn: 0." in message.body
    assert message.body.endswith(
        "until someone with the permission SYNC: APPROVE has looked at the old and the new faces, and approves or "
        "discards it. You are told again when the plan changes, once a day at the most.\n\n"
        f"https://photos.school.example/administration/timetable-management/runs/{held.pk}/\n"
    )


def test_same_held_plan_is_told_once_and_a_changed_one_the_next_day(
    scene: Scene, office: NotificationAddress
) -> None:
    for code in scene.everyone(50):
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    for number in range(1, 41):
        scene.put(f"{number:04d}.jpg", 100 + number)

    def night() -> int:
        scene.later(days=1)
        assert scene.run().state == RunState.HELD
        return decide_on_runs(scene.now)

    assert [night(), night(), night()] == [1, 0, 0]
    scene.put("0041.jpg", 141)
    assert [night(), night()] == [1, 0]


def test_failure_says_why_and_success_that_it_is_over(scene: Scene, office: NotificationAddress) -> None:
    failed = end_run(scene, RunState.FAILED, explanation="The folder is not there.")
    good = end_run(scene, RunState.DONE)
    decide_on_runs(scene.now)

    first, second = Message.objects.order_by("pk")
    assert (first.subject, second.subject) == (
        f"Photo Sync: run {failed.pk} failed (Test)",
        "Photo Sync works again (Test)",
    )
    assert "The folder is not there." in first.body
    assert f"Run {good.pk} went well, after the one before it had failed. There is nothing to do." in second.body


def test_sync_without_a_good_run_for_long_is_told_once(scene: Scene, office: NotificationAddress) -> None:
    from photosync.apps.runs.models import Worker

    for day in days(date(2026, 8, 3), date(2026, 8, 12)):
        Worker.objects.update(ticked_at=on(day))
        decide_on_days(on(day))

    assert [kind for kind, _ in told()] == ["stale"]
    assert Message.objects.get().subject == "Photo Sync has had no good run for long (Test)"


def test_profile_that_is_broken_does_not_keep_others_from_being_told(
    scene: Scene, office: NotificationAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    from photosync.apps.notifications import deciding

    other = type(scene.profile).objects.create(
        school=scene.school, name="Other", source_kind="folder", created_at=scene.now, evaluated_until=scene.now
    )
    other.assigned.create(period=TimetablePeriod.objects.get())
    forecast = deciding.forecast

    def broken(schedule: object, *given: object, **more: object) -> object:
        if getattr(schedule, "name", "") == "Photo Sync":
            raise RuntimeError("broken")
        return forecast(schedule, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(deciding, "forecast", broken)

    assert decide_on_days(on(date(2026, 12, 17))) == 1
    assert Message.objects.get().subject.startswith("Other stops tomorrow")
