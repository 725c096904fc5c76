"""Manage Sync: the article's steps, the schedule redrawn before Save, refusals, Run Now, and who may do what."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.runs.models import Run
from photosync.apps.timetable.models import TimetablePeriod
from photosync.connectors.testing.zips import Zipped, zip_bytes
from photosync.core.run_states import RunState, Trigger
from photosync.web.frequency_form import FrequencyForm, initial_of
from tests.web.conftest import Scene
from tests.web.pages import Markup, around_today, make_period, make_profile, make_user, signed_in

MANAGE = "/administration/timetable-management/manage-sync/"


@pytest.fixture
def folder(tmp_path: Path, settings: object) -> Path:
    settings.PHOTOSYNC_SOURCE_ROOTS = (tmp_path,)  # type: ignore[attr-defined]  # pytest-django's fixture
    return tmp_path


@pytest.fixture
def profile(scene: Scene, folder: Path) -> SyncProfile:
    """Return a profile whose one period has ended."""
    made = make_profile(scene.school, "Photo Sync", around_today(scene.school, from_days=-90, to_days=-3))
    SyncProfile.objects.filter(pk=made.pk).update(options={"path": str(folder)})
    made.refresh_from_db()
    return made


@pytest.fixture
def next_period(scene: Scene) -> TimetablePeriod:
    today = datetime.now(scene.school.zone).date()
    return make_period(scene.school, "2027S1", today, today + timedelta(days=100), group=50)


def sent(profile: SyncProfile, *periods: TimetablePeriod, **changes: object) -> dict[str, object]:
    """Return what the form of `profile` sends with these periods, every night and in full; None leaves out."""
    fields: dict[str, object] = {
        "name": profile.name,
        "source_kind": profile.source_kind,
        "students": "on",
        "staff": "on",
        "scheduled_sync_enabled": "on",
        "when_missing": "keep",
        "replace_share_percent": 30,
        "replace_number": 20,
        "withdraw_share_percent": 5,
        "withdraw_number": 5,
        "hold_until_archived": "on",
        "option-path": profile.options.get("path", ""),
        "option-match": "stem",
        "periods": [each.pk for each in periods],
    }
    for each in periods:
        fields |= {f"p{each.pk}-sort": "night", f"p{each.pk}-mode": "full"}
    return {name: value for name, value in (fields | changes).items() if value is not None}


def offered(page: Markup) -> list[str]:
    """Return the values of the list that `+` chooses from, but for the empty one that stands first."""
    options, within = [], False
    for tag, attributes in page.tags:
        within = attributes.get("name") == "add_period" if tag == "select" else within
        if tag == "option" and within and attributes["value"]:
            options.append(attributes["value"])
    return options


def address(profile: SyncProfile, further: str = "") -> str:
    return f"{MANAGE}{profile.pk}/{further}"


def test_article_re_enables_the_sync_by_adding_a_timetable_period(
    scene: Scene, profile: SyncProfile, next_period: TimetablePeriod
) -> None:
    (ended,) = TimetablePeriod.objects.exclude(pk=next_period.pk)
    page = Markup.of(scene.client.get(MANAGE, follow=True))
    assert "To re-enable it, add a timetable period whose end date is in the future." in page.text
    assert offered(page) == [str(next_period.pk)]

    added = Markup.of(scene.client.post(address(profile), sent(profile, ended, add="1", add_period=next_period.pk)))
    assert f"p{next_period.pk}-sort" in {each.get("name") for each in added.all("select")}
    assert "After Save Active Active. Runs every night at 00:00 until" in added.text
    assert ProfilePeriod.objects.count() == 1

    saved = scene.client.post(address(profile), sent(profile, ended, next_period, save="1"), follow=True)

    assert "Photo Sync was saved. Active. Runs every night at 00:00 until" in Markup.of(saved).text
    assert set(ProfilePeriod.objects.values_list("period_id", "frequency", "mode")) == {
        (ended.pk, "nightly", "full"),
        (next_period.pk, "nightly", "full"),
    }


def test_only_periods_that_have_not_ended_are_offered(
    scene: Scene, profile: SyncProfile, next_period: TimetablePeriod
) -> None:
    today = datetime.now(scene.school.zone).date()
    make_period(scene.school, "OVER", today - timedelta(days=9), today - timedelta(days=1), group=51)
    last_day = make_period(scene.school, "TODAY", today - timedelta(days=9), today, group=52)

    page = Markup.of(scene.client.get(address(profile)))

    assert offered(page) == [str(last_day.pk), str(next_period.pk)]


def test_period_is_taken_off_with_save_only(scene: Scene, profile: SyncProfile) -> None:
    (ended,) = TimetablePeriod.objects.all()

    page = Markup.of(scene.client.post(address(profile), sent(profile, ended, take_off=ended.pk)))
    assert "None yet: without one, the sync is Ended and does not run." in page.text
    assert ProfilePeriod.objects.count() == 1

    scene.client.post(address(profile), sent(profile, save="1"))
    assert ProfilePeriod.objects.count() == 0


def test_scheduled_sync_enabled_stops_the_sync_at_any_time(
    scene: Scene, profile: SyncProfile, next_period: TimetablePeriod
) -> None:
    page = scene.client.post(
        address(profile), sent(profile, next_period, save="1", scheduled_sync_enabled=None), follow=True
    )

    assert "Photo Sync was saved. Disabled: Scheduled Sync Enabled is off. It can still be run on demand." in (
        Markup.of(page).text
    )


def test_schedule_is_redrawn_before_save(scene: Scene, profile: SyncProfile, next_period: TimetablePeriod) -> None:
    fields = sent(profile, next_period) | {f"p{next_period.pk}-sort": "hours", f"p{next_period.pk}-hours": "2"}

    part = Markup.of(scene.client.post(address(profile, "effect/"), fields))

    assert "Active. Runs every 2 hours until" in part.text
    assert "Next run:" in part.text
    assert ProfilePeriod.objects.count() == 1


def test_schedule_of_a_new_profile_is_drawn_before_save(scene: Scene, folder: Path) -> None:
    part = Markup.of(scene.client.post(f"{MANAGE}new/effect/", {"name": "Staff photos"}))

    assert "Ended" in part.text


def test_schedule_that_cannot_be_read_yet_says_so(
    scene: Scene, profile: SyncProfile, next_period: TimetablePeriod
) -> None:
    fields = sent(profile, next_period) | {f"p{next_period.pk}-sort": "cron", f"p{next_period.pk}-cron": "x"}

    part = Markup.of(scene.client.post(address(profile, "effect/"), fields))

    assert "Once every field can be read, this says what the profile will do." in part.text


def test_new_profile_is_made_with_its_period(scene: Scene, folder: Path, next_period: TimetablePeriod) -> None:
    unsaved = SyncProfile(name="Staff photos", source_kind="folder", options={"path": str(folder)})

    scene.client.post(f"{MANAGE}new/", sent(unsaved, next_period, save="1", students=None, replace_number=7))

    made = SyncProfile.objects.get()
    assert (made.name, made.components, made.replace_number) == ("Staff photos", ("staff",), 7)
    assert [row.period_id for row in made.assigned.all()] == [next_period.pk]
    assert made.next_due_at is not None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Type in a name. Nothing was saved."),
        ({"option-path": ""}, "This is needed. Nothing was saved."),
        ({"option-path": "/etc"}, "PHOTOSYNC_SOURCE_ROOTS"),
        ({"students": None, "staff": None}, "A sync profile needs a component. Nothing was saved."),
        ({"replace_share_percent": "101"}, "Use a whole number from 0 to 100. Nothing was saved."),
        ({"option-match": "index"}, "Files are to be matched by an index file, but none is named."),
    ],
)
def test_what_cannot_be_saved_says_why_and_is_kept_on_the_page(
    scene: Scene, profile: SyncProfile, changes: dict[str, object], said: str
) -> None:
    page = Markup.of(scene.client.post(address(profile), sent(profile, save="1", withdraw_number=9, **changes)))

    assert said in page.text
    assert {"9"} == {each["value"] for each in page.all("input") if each.get("name") == "withdraw_number"}
    assert SyncProfile.objects.get().withdraw_number == 5


def test_nothing_of_a_refused_save_is_kept(scene: Scene, profile: SyncProfile, next_period: TimetablePeriod) -> None:
    make_profile(scene.school, "Other")

    page = Markup.of(scene.client.post(address(profile), sent(profile, next_period, save="1", name="other")))

    assert "There is already a sync profile" in page.text
    assert not ProfilePeriod.objects.filter(period=next_period).exists()


def test_run_now_runs_what_is_stored(scene: Scene, profile: SyncProfile, next_period: TimetablePeriod) -> None:
    ProfilePeriod.objects.create(profile=profile, period=next_period)

    scene.client.post(address(profile, "run/"), {"run": "1"})

    run = Run.objects.get()
    assert (run.trigger, run.started_by, run.state) == (Trigger.ON_DEMAND, "kim", RunState.QUEUED)


def test_preview_first_is_possible_when_ended(scene: Scene, profile: SyncProfile) -> None:
    scene.client.post(address(profile, "run/"), {"preview": "1"})

    assert Run.objects.get().trigger == Trigger.PREVIEW


def test_run_of_an_ended_profile_is_refused_with_the_way_out(scene: Scene, profile: SyncProfile) -> None:
    page = scene.client.post(address(profile, "run/"), {"run": "1"}, follow=True)

    assert "add a timetable period whose end date is in the future" in Markup.of(page).text
    assert not Run.objects.exists()


def test_archivist_reads_and_cannot_change(scene: Scene, profile: SyncProfile) -> None:
    client = signed_in(make_user("ari", Role.ARCHIVIST, scene.school))

    page = Markup.of(client.get(address(profile)))

    assert "You may look at this, and not change it: that needs the permission SYNC: MANAGE." in page.text
    assert refused_with(client, profile) == [403, 403, 403, 403]


def refused_with(client: Client, profile: SyncProfile) -> list[int]:
    asked = [client.post(address(profile, further)) for further in ("", "effect/", "run/")]
    return [each.status_code for each in (client.get(f"{MANAGE}new/"), *asked)]


def test_teacher_does_not_reach_it(scene: Scene, profile: SyncProfile) -> None:
    assert signed_in(scene.teacher).get(address(profile)).status_code == 403


def test_profile_and_periods_of_another_school_do_not_exist(scene: Scene, profile: SyncProfile) -> None:
    other = make_profile(scene.other_school, "Theirs")
    theirs = make_period(scene.other_school, "X", date(2026, 1, 1), date(2030, 1, 1))

    assert scene.client.get(address(other)).status_code == 404
    scene.client.post(address(profile), sent(profile, theirs, save="1"))
    assert not ProfilePeriod.objects.filter(period=theirs).exists()


def test_school_without_a_profile_is_shown_the_way(scene: Scene) -> None:
    page = Markup.of(scene.client.get(MANAGE))

    assert "No sync profile yet" in page.text
    assert f"{MANAGE}new/" in {each["href"] for each in page.all("a")}


@pytest.mark.parametrize(
    "text", ["nightly", "daily@06:05", "mon,wed@23:59", "every 15m", "every 12h", "cron:*/20 7-17 * * 1-5"]
)
def test_frequency_makes_the_round_trip_through_its_fields(text: str) -> None:
    initial = initial_of(text, "additions")

    form = FrequencyForm(initial)

    assert form.is_valid()
    assert (form.text, form.cleaned_data["mode"]) == (text, "additions")


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"sort": "weekday", "wall_time": "06:30"}, "weekdays", "Choose at least one weekday. Nothing was saved."),
        ({"sort": "day", "wall_time": "25:00"}, "wall_time", "holds no time of day; nothing was changed."),
        ({"sort": "cron", "cron": "61 * * * *"}, "cron", "nothing was changed"),
    ],
)
def test_frequency_that_cannot_be_says_why_beside_its_field(fields: dict[str, str], field: str, said: str) -> None:
    form = FrequencyForm(fields | {"mode": "full"})

    assert not form.is_valid()
    assert said in " ".join(form.errors[field])


def test_profile_that_stays_as_it_is_keeps_its_schedule(scene: Scene, profile: SyncProfile) -> None:
    """Saving a name does not make the schedule begin anew: a missed run stays missed."""
    (ended,) = TimetablePeriod.objects.all()
    before = datetime(2026, 3, 2, tzinfo=UTC)
    SyncProfile.objects.update(schedule_since=before)

    scene.client.post(address(profile), sent(profile, ended, save="1", name="Photos"))

    stored = SyncProfile.objects.get()
    assert (stored.name, stored.schedule_since) == ("Photos", before)


def test_period_that_is_chosen_and_not_added_is_saved_too(
    scene: Scene, profile: SyncProfile, next_period: TimetablePeriod
) -> None:
    (ended,) = TimetablePeriod.objects.exclude(pk=next_period.pk)
    effect = scene.client.post(address(profile, "effect/"), sent(profile, ended, add_period=next_period.pk))
    assert "After Save Active Active. Runs every night at 00:00 until" in Markup.of(effect).text

    scene.client.post(address(profile), sent(profile, ended, add_period=next_period.pk, save="1"))

    assert set(ProfilePeriod.objects.values_list("period_id", flat=True)) == {ended.pk, next_period.pk}


def test_add_without_a_choice_says_so(scene: Scene, profile: SyncProfile, next_period: TimetablePeriod) -> None:
    page = Markup.of(scene.client.post(address(profile), sent(profile, add="1", add_period="")))

    assert "Choose a timetable period in the list first. Nothing was added." in page.text


def seen_of(scene: Scene, path: str) -> str:
    page = Markup.of(scene.client.get(path))
    (seen,) = [each["value"] for each in page.all("input") if each.get("name") == "seen"]
    return seen


def test_change_in_another_window_is_not_lost(scene: Scene, profile: SyncProfile) -> None:
    (ended,) = TimetablePeriod.objects.all()
    first, second = seen_of(scene, address(profile)), seen_of(scene, address(profile))
    scene.client.post(address(profile), sent(profile, ended, save="1", seen=first, replace_number=50))

    page = Markup.of(scene.client.post(address(profile), sent(profile, ended, save="1", seen=second, name="Faces")))

    assert (
        "Photo Sync was changed by someone else, or in another window, after this page was opened. "
        "Nothing was saved. What was typed is still here: compare it with what is saved now, "
        "then press Save again to replace that."
    ) in page.text
    assert "Saved now, and not as it is on this page: Name: Photo Sync photos replaced: 50" in page.text
    profile.refresh_from_db()
    assert (profile.name, profile.replace_number) == ("Photo Sync", 50)
    (name,) = [each["value"] for each in page.all("input") if each.get("name") == "name"]
    (seen,) = [each["value"] for each in page.all("input") if each.get("name") == "seen"]
    scene.client.post(address(profile), sent(profile, ended, save="1", seen=seen, name=name))
    profile.refresh_from_db()
    assert (profile.name, profile.replace_number) == ("Faces", 20)


def test_own_change_after_a_change_is_saved(scene: Scene, profile: SyncProfile) -> None:
    (ended,) = TimetablePeriod.objects.all()
    for number in (50, 60):
        seen = seen_of(scene, address(profile))
        scene.client.post(address(profile), sent(profile, ended, save="1", seen=seen, replace_number=number))

    profile.refresh_from_db()
    assert profile.replace_number == 60


def test_period_that_was_deleted_meanwhile_is_told(
    scene: Scene, profile: SyncProfile, next_period: TimetablePeriod
) -> None:
    (ended,) = TimetablePeriod.objects.exclude(pk=next_period.pk)
    fields = sent(profile, ended, next_period, save="1")
    next_period.delete()

    page = Markup.of(scene.client.post(address(profile), fields))

    assert "A timetable period that was here has been deleted. Nothing was saved. Check the list." in page.text
    assert list(ProfilePeriod.objects.values_list("period_id", flat=True)) == [ended.pk]


def test_list_of_profiles_shows_health_beside_the_status(scene: Scene, profile: SyncProfile) -> None:
    active = make_profile(scene.school, "Nights", around_today(scene.school))

    page = Markup.of(scene.client.get(address(profile)))

    assert f"Profiles {active.name} Active not running Photo Sync Ended ok" in page.text


def test_frequency_that_cannot_be_read_is_in_the_summary(
    scene: Scene, profile: SyncProfile, next_period: TimetablePeriod
) -> None:
    wrong = {f"p{next_period.pk}-sort": "cron", f"p{next_period.pk}-cron": "99 * * *"}
    said = "2027S1, Cron expression"

    page = Markup.of(scene.client.post(address(profile), sent(profile, next_period, save="1", **wrong)))
    effect = Markup.of(scene.client.post(address(profile, "effect/"), sent(profile, next_period, **wrong)))

    assert said in page.text
    assert said in effect.text
    assert f"#id_p{next_period.pk}-cron" in {each.get("href") for each in page.all("a")}


def test_keyboard_goes_on_at_the_period_that_was_added(
    scene: Scene, profile: SyncProfile, next_period: TimetablePeriod
) -> None:
    (ended,) = TimetablePeriod.objects.exclude(pk=next_period.pk)
    added = scene.client.post(address(profile), sent(profile, ended, add="1", add_period=next_period.pk))
    taken_off = scene.client.post(address(profile), sent(profile, ended, take_off=ended.pk))

    def focused(response: object) -> list[str]:
        return [each["name"] for each in Markup.of(response).all("select") if "data-focus" in each]

    assert (focused(added), focused(taken_off)) == ([f"p{next_period.pk}-sort"], ["add_period"])


def test_connection_is_tested_as_the_form_is_and_nothing_is_saved(
    scene: Scene, profile: SyncProfile, folder: Path
) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "nobody.jpg").write_bytes(b"x")

    page = scene.client.post(
        f"{MANAGE}{profile.pk}/", sent(profile, test="1", **{"option-path": str(other)})
    ).content.decode()

    assert "1 photo, 0 match a person." in page
    assert "nobody.jpg" in page
    profile.refresh_from_db()
    assert profile.options == {"path": str(folder)}


def test_zip_is_chosen_tried_and_saved(scene: Scene, profile: SyncProfile, folder: Path) -> None:
    """The form is drawn anew with the fields of a ZIP; what is wrong inside it is told before anything is saved."""
    path = folder / "photos.zip"
    path.write_bytes(zip_bytes([Zipped("9A/0417.jpg", b"x"), Zipped("9B.zip", b"PK")]))
    fields = sent(profile, source_kind="archive", **{"option-path": str(path)})

    redrawn = Markup.of(scene.client.post(address(profile), fields))
    assert "ZIP file The whole path of the ZIP file on the server, for example /srv/photos/2026.zip." in redrawn.text
    assert "The file inside the ZIP that says which picture is whose" in redrawn.text
    options = [each["value"] for each in redrawn.all("option")]
    assert options[options.index("auto") :][:3] == ["auto", "utf-8", "cp437"]
    profile.refresh_from_db()
    assert profile.source_kind == "folder"

    fields |= {"option-names": "auto"}
    tried = Markup.of(scene.client.post(address(profile), fields | {"test": "1"}))
    assert "2 photos, 0 match a person." in tried.text
    assert (
        "9B.zip is an archive inside the ZIP, and archives in archives are not opened. It was not read. "
        in tried.text
    )

    scene.client.post(address(profile), fields | {"save": "1"})
    profile.refresh_from_db()
    assert (profile.source_kind, profile.options) == (
        "archive",
        {"path": str(path), "match": "stem", "names": "auto"},
    )


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("{folder}/gone.zip", "The ZIP {folder}/gone.zip is not there. Nothing was concluded from it,"),
        ("{folder}", "The ZIP {folder} is a folder. Nothing was concluded from it,"),
        ("/srv/elsewhere.zip", "The ZIP file /srv/elsewhere.zip is not under an allowed root ({folder})."),
    ],
)
def test_zip_that_cannot_be_read_says_why(
    scene: Scene, profile: SyncProfile, folder: Path, path: str, said: str
) -> None:
    given = {"option-path": path.format(folder=folder), "option-names": "auto"}
    page = Markup.of(scene.client.post(address(profile), sent(profile, source_kind="archive", test="1", **given)))
    assert said.format(folder=folder) in page.text


def test_database_is_set_up_in_the_words_of_the_page(scene: Scene, profile: SyncProfile) -> None:
    """What is chosen is drawn with its own fields; the password is stored, and given to no page again."""
    drawn = Markup.of(scene.client.post(address(profile), sent(profile, source_kind="sql")))
    for words in (
        "Kind of database",
        "Students: photo of one",
        "Microsoft SQL Server",
        "encrypted, certificate checked",
    ):
        assert words in drawn.text
    queries = {
        "option-students": "SELECT code AS id, changed\r\nFROM photo",
        "option-student_photo": "SELECT photo, changed FROM photo WHERE code = :id",
    }
    where = {"option-host": "db.school.example", "option-database": "school", "option-username": "photos"}
    kinds = {"option-database_type": "mysql", "option-encryption": "verified", "option-match": "column"}
    fields = sent(profile, source_kind="sql", **queries, **where, **kinds, **{"option-password": "very secret"})

    wrong = Markup.of(scene.client.post(address(profile), fields | {"save": "1", "option-students": "DROP TABLE x"}))
    refusal = "The query students does not begin with SELECT or WITH. Nothing was changed. Photo Sync only reads."
    assert wrong.text.count(refusal) == 2  # on top, and beside the field
    assert "What you typed in is not sent back to you, and was not saved. Type it in again." in wrong.text

    scene.client.post(address(profile), fields | {"save": "1"})
    profile.refresh_from_db()
    assert (profile.source_kind, profile.options["students"]) == ("sql", queries["option-students"])
    assert "very secret" not in str(profile.options)
    shown = scene.client.get(address(profile)).content.decode()
    assert "One is stored. It is never shown again" in shown
    assert "very secret" not in shown


def test_connection_that_fails_says_why(scene: Scene, profile: SyncProfile, folder: Path) -> None:
    gone = folder / "gone"
    page = scene.client.post(f"{MANAGE}{profile.pk}/", sent(profile, test="1", **{"option-path": str(gone)}))
    assert f"{gone} is not there" in page.content.decode()


def test_several_match_keys_are_ticked_and_saved(scene: Scene, profile: SyncProfile) -> None:
    keys = ["staff_code", "student_code", "username"]
    scene.client.post(address(profile), sent(profile, save="1", **{"option-key": keys}))
    profile.refresh_from_db()
    assert profile.options["key"] == "student_code,staff_code,username"

    page = Markup.of(scene.client.get(address(profile)))
    ticked = [each["value"] for each in page.all("input") if each.get("name") == "option-key" and "checked" in each]
    assert ticked == ["student_code", "staff_code", "username"]

    scene.client.post(address(profile), sent(profile, save="1", **{"option-key": keys[:2]}))
    profile.refresh_from_db()
    assert "key" not in profile.options


def test_match_key_goes_with_the_component_that_has_it(scene: Scene, profile: SyncProfile) -> None:
    scene.client.post(
        address(profile), sent(profile, save="1", staff=None, **{"option-key": ["student_code", "staff_code"]})
    )
    profile.refresh_from_db()
    assert (profile.components, "key" in profile.options) == (("student",), False)


def test_match_key_that_is_none_is_told(scene: Scene, profile: SyncProfile) -> None:
    page = Markup.of(scene.client.post(address(profile), sent(profile, save="1", **{"option-key": ["shoe_size"]})))
    assert "Select a valid choice. shoe_size is not one of the available choices." in page.text


def test_matches_are_counted_while_one_chooses(scene: Scene, profile: SyncProfile, folder: Path) -> None:
    (folder / "nobody.jpg").write_bytes(b"x")

    def counts(**changes: object) -> str:
        return Markup.of(scene.client.post(f"{address(profile)}matches/", sent(profile, **changes))).text

    assert counts() == (
        "Once this source was tested or has run, the photos that match are counted here while you choose. Press Test "
        "connection."
    )
    answer = scene.client.post(address(profile), sent(profile, test="1"))
    assert answer.headers["HX-Trigger"] == "tried"
    assert "Of 1 photo, 0 match a person; 0 of" in Markup.of(answer).text
    counted = counts()
    assert counted.startswith("Matching Of 1 photo, 0 match a person; 0 of ")
    assert "1 fits nobody, 0 are in doubt, 0 have no code or name where the rule looks for one." in counted
    assert "Student code 0 Staff code 0 Alternate identifier 0 Username 0 E-mail address 0" in counted
    assert counts(**{"option-match": "pattern"}).startswith(
        "Files are to be matched by a pattern, but none is given."
    )
    assert counts(replace_number="x") == "A field cannot be read yet. What matches is counted once it can."
