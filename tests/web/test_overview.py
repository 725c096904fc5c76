"""The Overview: cards, what needs attention, and the live part."""

from datetime import UTC, date, datetime, timedelta

import pytest

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import PERMISSIONS
from photosync.apps.profiles.models import SyncProfile
from photosync.core.run_states import RunState, Trigger
from photosync.web.attention import Attention, Remedy, attention_of, look_at
from photosync.web.badge import Badge
from photosync.web.profile_cards import card_of, duration_words, live_state_of
from photosync.web.run_facts import worst_state_by_day
from tests.web.conftest import Scene
from tests.web.pages import (
    Markup,
    around_today,
    make_period,
    make_profile,
    make_run,
    make_ticking_worker,
    signed_in,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
COUNTS = {
    "observed": 12,
    "unchanged": 8,
    "added": 3,
    "replaced": 0,
    "withdrawn": 0,
    "unmatched": 0,
    "review": 0,
    "rejected": 1,
    "failed": 0,
    "waiting": 0,
}


@pytest.fixture
def profile(scene: Scene) -> SyncProfile:
    """Return a profile that is Active until Friday 18 December 2026, with a worker that ticks."""
    make_ticking_worker(NOW)
    period = make_period(scene.school, "2026S2", date(2026, 7, 20), date(2026, 12, 18))
    made = make_profile(scene.school, "Photo Sync", period)
    SyncProfile.objects.update(schedule_since=NOW, created_at=NOW)
    return SyncProfile.objects.select_related("school").get(pk=made.pk)


def wants_of(profile: SyncProfile, now: datetime = NOW, role: Role = Role.ADMINISTRATOR) -> list[Attention]:
    today = now.astimezone(profile.school.zone).date()
    return attention_of(profile.school, look_at([profile], now), PERMISSIONS[role], today)


def test_card_says_what_runs_and_when_it_stops(profile: SyncProfile) -> None:
    card = card_of(profile, NOW)

    assert (card.forecast.status, card.health) == (Badge("active", "Active"), Badge("active", "ok"))
    assert card.forecast.sentence == (
        "Active. Runs every night at 00:00 until Friday 18 December 2026 (2026S2), then stops: "
        "no later timetable period has been added."
    )
    assert (card.forecast.next_run, card.forecast.later_runs) == (
        "tonight at 00:00",
        ("Wed 25 Nov 00:00", "Thu 26 Nov 00:00"),
    )
    assert (card.forecast.stops_on, card.forecast.stops_in) == ("Fri 18 Dec 2026", "25 days")


def test_disabled_card_tells_apart_what_it_would_do(profile: SyncProfile) -> None:
    profile.scheduled_sync_enabled = False
    profile.save()

    card, wants = card_of(profile, NOW), wants_of(profile)

    assert (card.forecast.status, card.forecast.next_run, card.forecast.later_runs) == (
        Badge("disabled", "Disabled"),
        "",
        (),
    )
    assert card.forecast.if_enabled == "tonight at 00:00"
    assert card.forecast.timeline.coming == ()
    assert [want.badge.word for want in wants] == ["Stops soon"]


def test_stop_within_thirty_days_needs_attention(profile: SyncProfile) -> None:
    wants = wants_of(profile)

    assert [(want.badge, want.sentence) for want in wants] == [
        (
            Badge("ended", "Stops soon"),
            "Stops in 25 days, on Friday 18 December 2026: no later timetable period has been added. "
            "Add one that ends later.",
        )
    ]


def test_stop_that_is_far_off_needs_none(scene: Scene, profile: SyncProfile) -> None:
    later = make_period(scene.school, "2027S1", date(2027, 1, 27), date(2027, 6, 25))
    profile.assigned.create(period=later)

    assert wants_of(profile) == []


def test_ended_profile_needs_attention(profile: SyncProfile) -> None:
    after = datetime(2026, 12, 20, 2, 0, tzinfo=UTC)

    card, wants = card_of(profile, after), wants_of(profile, after)

    assert (card.forecast.status.word, card.forecast.stops_in) == ("Ended", "2 days ago")
    assert [(want.badge.word, want.sentence) for want in wants] == [
        (
            "Ended",
            "Ended on Friday 18 December 2026, when 2026S2 ended. "
            "To re-enable it, add a timetable period whose end date is in the future.",
        )
    ]


def test_profile_without_a_worker_needs_attention_first(profile: SyncProfile) -> None:
    wants = wants_of(profile, NOW + timedelta(minutes=5))

    assert [want.badge for want in wants] == [Badge("failing", "Not running"), Badge("ended", "Stops soon")]
    assert wants[0].sentence == "Active, but no worker has run since Monday 13:00: start `photosync serve`."


def test_held_run_needs_attention(profile: SyncProfile) -> None:
    held = make_run(profile, RunState.HELD, NOW - timedelta(hours=1), explanation="Too many would be replaced.")

    wants = wants_of(profile)

    assert wants[0].badge == Badge("held", "Held")
    assert wants[0].sentence == (
        f"Active, but run {held.pk} has been held since Monday 12:00: approve or discard it."
    )


def test_failed_run_needs_attention(profile: SyncProfile) -> None:
    failed = make_run(profile, RunState.FAILED, NOW - timedelta(hours=1), explanation="The folder is gone.")

    wants = wants_of(profile)

    assert wants[0].badge == Badge("failing", "Failing")
    assert wants[0].sentence == (
        f"Active, but the last run failed (run {failed.pk}, Monday 12:00): The folder is gone."
    )


def test_each_want_has_the_button_that_mends_it(scene: Scene, profile: SyncProfile) -> None:
    held = make_run(profile, RunState.HELD, NOW - timedelta(hours=1))
    last = profile.assigned.get().period

    assert [(want.badge.word, want.remedy) for want in wants_of(profile)] == [
        ("Held", Remedy("Compare and decide", f"/administration/timetable-management/runs/{held.pk}/")),
        (
            "Stops soon",
            Remedy("Add a later period", f"/administration/timetable-management/cycle-period-setup/{last.pk}/copy/"),
        ),
    ]
    make_period(scene.school, "2027S1", date(2027, 1, 27), date(2027, 6, 25))
    assert wants_of(profile)[1].remedy == Remedy(
        "Add a later period", f"/administration/timetable-management/manage-sync/{profile.pk}/#add_period"
    )


def test_who_may_not_mend_it_is_told_who_can(profile: SyncProfile) -> None:
    make_run(profile, RunState.HELD, NOW - timedelta(hours=1))

    wants = wants_of(profile, role=Role.ARCHIVIST)

    assert [want.remedy for want in wants] == [
        Remedy("This needs one of these roles: administrator, sync manager.")
    ] * 2


def test_failing_and_stale_lead_to_the_runs(profile: SyncProfile) -> None:
    failed = make_run(profile, RunState.FAILED, NOW - timedelta(hours=1))
    run = Remedy("Look at the run", f"/administration/timetable-management/runs/{failed.pk}/")
    assert wants_of(profile)[0].remedy == run

    failed.delete()
    SyncProfile.objects.update(schedule_since=NOW - timedelta(days=9))
    profile.refresh_from_db()
    want = wants_of(profile)[0]
    url = f"/administration/timetable-management/runs/?profile={profile.pk}"
    assert (want.badge, want.remedy) == (Badge("ended", "Stale"), Remedy("Look at the runs", url))


def test_profile_that_was_left_disabled_is_told(profile: SyncProfile) -> None:
    SyncProfile.objects.update(schedule_since=NOW - timedelta(days=12), scheduled_sync_enabled=False)
    found = SyncProfile.objects.select_related("school").get(pk=profile.pk)

    want = wants_of(found)[-1]

    assert want.badge == Badge("disabled", "Disabled")
    assert want.sentence.endswith("It has been off for at least 12 days, inside a timetable period.")
    assert want.remedy is not None
    assert (want.remedy.words, want.remedy.url.endswith("#id_scheduled_sync_enabled")) == ("Enable", True)


def test_same_trouble_of_several_profiles_is_told_once(scene: Scene, profile: SyncProfile) -> None:
    other = make_profile(scene.school, "Staff photos", profile.assigned.get().period)
    profiles = list(SyncProfile.objects.select_related("school").filter(pk__in=[profile.pk, other.pk]))
    later = NOW + timedelta(minutes=5)

    wants = attention_of(scene.school, look_at(profiles, later), PERMISSIONS[Role.ADMINISTRATOR], later.date())

    assert [(want.badge.word, want.profile) for want in wants] == [
        ("Not running", "Photo Sync, Staff photos"),
        ("Stops soon", "Photo Sync"),
        ("Stops soon", "Staff photos"),
    ]


def test_last_run_is_shown_with_its_counts(profile: SyncProfile) -> None:
    run = make_run(profile, RunState.DONE, NOW - timedelta(hours=13), counts=COUNTS)

    last = live_state_of(profile, NOW).last

    assert last is not None
    assert (last.number, last.badge, last.when, last.duration) == (
        run.pk,
        Badge("active", "done"),
        "Monday 00:00",
        "42 s",
    )
    assert [(number, str(words)) for number, words in last.counts] == [
        (3, "added"),
        (0, "replaced"),
        (8, "unchanged"),
        (1, "rejected"),
    ]


def test_run_that_goes_on_shows_how_far_it_is(profile: SyncProfile) -> None:
    run = make_run(
        profile, RunState.RUNNING, NOW, phase="stage", progress={"phase": "stage", "done": 212, "total": 540}
    )

    running = live_state_of(profile, NOW).running

    assert running is not None
    assert (running.number, str(running.phase), running.done, running.total, running.percent) == (
        run.pk,
        "Checking and rendering pictures",
        212,
        540,
        39,
    )


def test_queued_run_waits_for_a_worker(profile: SyncProfile) -> None:
    make_run(profile, RunState.QUEUED, NOW)

    running = live_state_of(profile, NOW).running

    assert running is not None
    assert (str(running.phase), running.percent) == ("Waiting for a worker", None)


def test_day_with_several_runs_shows_the_one_that_matters(scene: Scene, profile: SyncProfile) -> None:
    for hours, state in ((1, RunState.DONE), (2, RunState.FAILED), (3, RunState.DONE), (30, RunState.DONE)):
        make_run(profile, state, NOW - timedelta(hours=hours))
    make_run(profile, RunState.FAILED, NOW - timedelta(hours=31), trigger=Trigger.PREVIEW)

    worst = worst_state_by_day(profile, NOW - timedelta(days=9), scene.school.zone)

    assert worst == {date(2026, 11, 23): RunState.FAILED, date(2026, 11, 22): RunState.DONE}


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0.0 s"), (0.42, "0.4 s"), (42.4, "42 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")]
)
def test_duration_is_written_for_people(seconds: float, expected: str) -> None:
    assert duration_words(timedelta(seconds=seconds)) == expected


def test_page_shows_every_profile_of_the_school_only(scene: Scene) -> None:
    make_profile(scene.school, "Photo Sync", around_today(scene.school))
    make_profile(scene.other_school, "Not ours", around_today(scene.other_school))

    markup = Markup.of(scene.client.get("/"))

    assert len(markup.all("article")) == 1
    assert "Not ours" not in markup.text


def test_page_without_a_profile_offers_the_next_step(scene: Scene) -> None:
    page = Markup.of(scene.client.get("/"))

    assert "No sync profile yet" in page.text
    assert "Nothing is synced yet: there is no sync profile." in page.text
    assert "Every sync does what its status says." not in page.text
    assert "/administration/timetable-management/manage-sync/" in {each["href"] for each in page.all("a")}


def test_what_is_less_urgent_is_folded_where_there_is_much(scene: Scene) -> None:
    for number in range(10):
        make_profile(scene.school, f"Campus {number}")

    page = Markup.of(scene.client.get("/"))

    before, after = page.text.split("2 more")
    assert before.count("Ended: it has no timetable period.") == 8
    assert ("Campus 7 Ended" in before, "Campus 8 Ended" in before, "Campus 8 Ended" in after) == (True, False, True)
    assert "Add a timetable period" in before


def test_teacher_sees_photos_but_not_the_sync(scene: Scene) -> None:
    profile = make_profile(scene.school, "Photo Sync", around_today(scene.school))
    client = signed_in(scene.teacher)

    markup = Markup.of(client.get("/"))

    assert markup.all("article") == []
    assert {"href": "/photos/", "class": "button"} in markup.all("a")
    assert client.get(f"/overview/profiles/{profile.pk}/").status_code == 403
    assert client.get(f"/overview/profiles/{profile.pk}/live/").status_code == 403


def test_account_without_a_role_is_told_what_to_do(scene: Scene) -> None:
    markup = Markup.of(signed_in(scene.roleless).get("/"))

    assert "This account has no role in a school yet" in markup.text


def test_other_schools_profile_does_not_exist(scene: Scene) -> None:
    profile = make_profile(scene.other_school, "Not ours")

    assert scene.client.get(f"/overview/profiles/{profile.pk}/").status_code == 404
    assert scene.client.get(f"/overview/profiles/{profile.pk}/live/").status_code == 404


def test_live_part_asks_again_while_a_run_goes_on(scene: Scene) -> None:
    profile = make_profile(scene.school, "Photo Sync", around_today(scene.school))
    make_run(profile, RunState.RUNNING, datetime.now(UTC), phase="observe")

    response = scene.client.get(f"/overview/profiles/{profile.pk}/live/")

    assert response.status_code == 200
    assert [each["hx-trigger"] for each in Markup.of(response).with_class("live")] == ["every 2s"]


def test_live_part_stops_asking_and_renews_the_card_once_the_run_ended(scene: Scene) -> None:
    profile = make_profile(scene.school, "Photo Sync", around_today(scene.school))
    make_run(profile, RunState.DONE, datetime.now(UTC))
    event = f"run-ended-{profile.pk}"

    response = scene.client.get(f"/overview/profiles/{profile.pk}/live/")
    card = Markup.of(scene.client.get(f"/overview/profiles/{profile.pk}/")).all("article")[0]

    assert (response.status_code, response.headers["HX-Trigger-After-Settle"]) == (286, event)
    assert "hx-trigger" not in Markup.of(response).with_class("live")[0]
    assert card["hx-trigger"] == f"every 15s, {event} from:body"
