"""Whom no page, file or answer names who is protected: not in a reason, a warning or the path of a file."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import PERMISSIONS, Permission
from photosync.apps.library.models import SourceContent
from photosync.apps.people.models import Person
from photosync.apps.review.models import ReviewDecision
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.preflight import preflight_of
from photosync.apps.sources.models import ListedFile
from tests.api.test_interface import API, client_of
from tests.apps.review.desk import accept, listed
from tests.apps.runs.scene import Scene
from tests.connectors.photographer.volumes import columns, table
from tests.web.pages import Markup, make_user, signed_in

RUNS = "/administration/timetable-management/runs/"
HIDDEN = "It may be of someone who is protected."
NOT_NAMED = "a file that is not named here"


@pytest.fixture
def school(db: None, tmp_path: Path) -> Scene:
    """Mia Chen (0001), who is to be protected, and Bob Ng (0002)."""
    scene = Scene(tmp_path / "photos", now=datetime.now(UTC).replace(microsecond=0))
    scene.assign("LONG", date(2020, 1, 1), date(2090, 1, 1))
    for code, given, family in (("0001", "Mia", "Chen"), ("0002", "Bob", "Ng")):
        person = scene.person(code)
        person.given_name, person.family_name = given, family
        person.save()
    return scene


@pytest.fixture
def reader(school: Scene) -> Client:
    """Someone who may see runs and photos, and not who is protected."""
    return signed_in(make_user("ari", Role.ARCHIVIST, school.school))


@pytest.fixture
def keeper(school: Scene) -> Client:
    """Someone who may manage data."""
    return signed_in(make_user("kim", Role.ADMINISTRATOR, school.school))


@pytest.fixture
def api(school: Scene) -> Client:
    return client_of(make_user("ada", Role.ADMINISTRATOR, school.school), Permission.SYNC_VIEW, Permission.PHOTO_VIEW)


@pytest.fixture
def decider(school: Scene, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Someone who may decide in Review, and not know who is protected."""
    may = frozenset({Permission.SYNC_VIEW, Permission.PHOTO_VIEW, Permission.PHOTO_MANAGE})
    monkeypatch.setitem(PERMISSIONS, Role.ARCHIVIST.value, may)
    return signed_in(make_user("dee", Role.ARCHIVIST, school.school))


def protect(code: str = "0001", **changes: object) -> None:
    Person.objects.filter(code=code).update(protected=True, **changes)


def shared(scene: Scene) -> Run:
    """Return a run in which the same picture came for both."""
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 1)
    return scene.run()


def page_of(client: Client, run: Run, query: str = "") -> str:
    return Markup.of(client.get(f"{RUNS}{run.pk}/{query}")).text


def csv_of(client: Client, run: Run) -> str:
    return b"".join(client.get(f"{RUNS}{run.pk}/changes.csv")).decode()


def lines_of(client: Client, run: Run) -> list[dict[str, object]]:
    return client.get(f"{API}/runs/{run.pk}/changes").json()["items"]


# Runs


def test_reason_that_names_a_protected_person_is_not_told_in_someone_elses_line(
    school: Scene, reader: Client, keeper: Client, api: Client
) -> None:
    run = shared(school)
    assert "The same picture is also there for Mia Chen (0001)." in page_of(reader, run, "?show=review")
    protect()

    shown, file = page_of(reader, run, "?show=review"), csv_of(reader, run)
    (bobs,) = [each for each in lines_of(api, run) if each["person"]]

    assert ("Mia" in shown, "Mia" in file) == (False, False)
    assert HIDDEN in shown
    assert f"Bob Ng,{bobs['year'] or ''},0002.jpg,{HIDDEN}" in file
    assert (bobs["file"], bobs["reason"]) == ("0002.jpg", HIDDEN)
    assert "The same picture is also there for Mia Chen (0001)." in page_of(keeper, run, "?show=review")
    assert "The same picture is also there for Mia Chen (0001)." in csv_of(keeper, run)


@pytest.mark.parametrize("name", ["0001.jpg", "Chen_Mia.jpg", "MiaChen.jpg", "7B/mia chen 2.jpg"])
def test_file_that_nobody_matches_is_not_named_where_its_name_tells(
    school: Scene, reader: Client, keeper: Client, api: Client, name: str
) -> None:
    protect(status="left")
    school.put(name, 1)
    school.put("IMG_9.jpg", 2)
    run = school.run()

    shown, file, lines = page_of(reader, run, "?show=unmatched"), csv_of(reader, run), lines_of(api, run)

    assert f"{NOT_NAMED} {HIDDEN}" in shown
    assert [text for text in (shown, file) if name in text or "Mia" in text] == []
    assert "IMG_9.jpg" in shown
    assert f"unmatched,,,,,,{NOT_NAMED},{HIDDEN}," in file
    assert [(each["file"], each["reason"]) for each in lines if each["file"] != "IMG_9.jpg"] == [(NOT_NAMED, HIDDEN)]
    assert name in page_of(keeper, run, "?show=unmatched")


def test_warning_that_names_a_protected_person_is_not_told(
    school: Scene, reader: Client, keeper: Client, api: Client
) -> None:
    run = shared(school)
    Run.objects.filter(pk=run.pk).update(warnings=['1 image is in no index: "Chen_Mia.jpg".', "One more."])
    protect()

    assert f"What the run could not use {HIDDEN} One more." in page_of(reader, run)
    assert "Chen_Mia.jpg" in page_of(keeper, run)
    assert api.get(f"{API}/runs/{run.pk}").json()["warnings"] == [HIDDEN, "One more."]
    assert [each["warnings"] for each in api.get(f"{API}/runs").json()["items"]] == [[HIDDEN, "One more."]]
    school.profile.refresh_from_db()
    assert preflight_of(school.profile, school.now).warnings == (HIDDEN, "One more.")


def test_planned_picture_that_is_a_protected_persons_too_is_shown_to_no_one(school: Scene, keeper: Client) -> None:
    run = shared(school)
    bobs = PlanItem.objects.get(run=run, person__code="0002")
    address = f"/photos/{bobs.person_id}/i{bobs.pk}/thumb.jpg"
    page = Markup.of(keeper.get(f"{RUNS}{run.pk}/?show=review"))
    assert address in [each["src"] for each in page.all("img")]
    assert keeper.get(address).status_code == 200
    protect()

    page = Markup.of(keeper.get(f"{RUNS}{run.pk}/?show=review"))

    assert [each["src"] for each in page.all("img")] == []
    assert "not shown: it may be of someone who is protected" in page.text
    assert keeper.get(address).status_code == 404


def test_lists_ask_no_more_for_more_lines(school: Scene, api: Client) -> None:
    protect()
    for number in range(10, 13):
        school.put(f"IMG_{number}.jpg", number)
    school.run()

    def queries(limit: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert api.get(f"{API}/review?queue=rejected&limit={limit}").status_code == 200
        return len(asked)

    ListedFile.objects.update(state="rejected")
    queries(1)  # the first asks what is remembered from then on
    assert queries(1) == queries(3)


# Review


def test_api_names_no_file_and_no_reason_of_a_protected_person(school: Scene, api: Client) -> None:
    protect(status="left")
    for number, name in enumerate(("0001.jpg", "Chen_Mia.jpg", "IMG_9.jpg")):
        school.put(name, number)
    school.run()

    waiting = api.get(f"{API}/review?queue=unmatched").json()["items"]

    assert sorted((each["file"], each["reason"]) for each in waiting) == [
        ("IMG_9.jpg", 'No student or staff member has the code "IMG_9".'),
        (NOT_NAMED, HIDDEN),
        (NOT_NAMED, HIDDEN),
    ]


@pytest.mark.parametrize("act", ["match", "dismiss"])
def test_file_that_is_hidden_in_review_is_not_there_for_the_api_either(school: Scene, act: str) -> None:
    user = make_user("ada", Role.ADMINISTRATOR, school.school)
    protect(status="left")
    school.put("0001.jpg", 1)
    school.run()
    file, bob = listed(school, "0001.jpg"), school.people["0002"]
    body = {"person": bob.pk} if act == "match" else None
    some = client_of(user, Permission.SYNC_VIEW, Permission.PHOTO_MANAGE)
    all_ = client_of(user, Permission.SYNC_VIEW, Permission.PHOTO_MANAGE, Permission.DATA_MANAGE)

    refused = some.post(f"{API}/review/{file.pk}/{act}", body, content_type="application/json")

    assert refused.status_code == 404
    assert refused.json()["detail"] == f"No file {file.pk} waits in review. Nothing was done."
    assert not ReviewDecision.objects.exists()
    assert all_.post(f"{API}/review/{file.pk}/{act}", body, content_type="application/json").status_code == 200


@pytest.mark.parametrize(
    "name", ["Chen_Mia.jpg", "MiaChen.jpg", "CHEN, Mia 7B.jpg", "0001b.jpg", "IMG0001.jpg", "P0001.jpg"]
)
def test_picture_whose_name_tells_a_protected_person_is_shown_to_no_one(
    school: Scene, reader: Client, keeper: Client, name: str
) -> None:
    school.put(name, 1)
    school.run()
    address = f"/review/files/{listed(school, name).pk}/card.jpg"
    assert keeper.get(address).status_code == 200
    protect()

    assert keeper.get(address).status_code == 404
    assert name in Markup.of(keeper.get("/review/")).text
    shown = Markup.of(reader.get("/review/")).text
    assert (name in shown, NOT_NAMED in shown) == (False, True)


@pytest.mark.parametrize(
    "pattern", ["{last_name}{first_name}", "{last_name}_{first_name}", "{any}{year}_{last_name}_{first_name}"]
)
@pytest.mark.parametrize("is_alone", [True, False])
def test_file_called_like_a_protected_person_is_not_named(
    school: Scene, reader: Client, api: Client, pattern: str, is_alone: bool
) -> None:
    school.options(match="pattern", pattern=pattern)
    name = "chenmia.jpg" if "}{f" in pattern else "Chen_Mia.jpg"
    school.put(f"2026_{name}" if "year" in pattern else name, 1)
    if not is_alone:
        person = school.person("0003")
        person.given_name, person.family_name = "Mia", "Chen"
        person.save()
    protect()
    run = school.run()

    told = page_of(reader, run), csv_of(reader, run), str(lines_of(api, run)), Markup.of(reader.get("/review/")).text

    assert not [each for each in told if "chen" in each.lower()]
    assert run.counts["added" if is_alone else "unmatched"] == 1


def test_address_with_something_behind_it_hides_the_picture(school: Scene, keeper: Client) -> None:
    school.identify(school.people["0001"], "email", "jane.smith@school.vic.edu.au")
    school.put("jane.smith@school.vic.edu.au_1.jpg", 1)
    school.run()
    protect()
    file = ListedFile.objects.get()
    assert keeper.get(f"/review/files/{file.pk}/card.jpg").status_code == 404


@pytest.mark.parametrize(("pattern", "status"), [("{student_code}/{any}_front", 404), ("{student_code}_{any}", 200)])
def test_code_in_a_folder_hides_the_picture_where_the_rule_reads_folders(
    school: Scene, keeper: Client, pattern: str, status: int
) -> None:
    school.options(match="pattern", pattern=pattern)
    school.put("0001/more/front.jpg", 1)
    school.run()
    protect()
    assert keeper.get(f"/review/files/{listed(school, '0001/more/front.jpg').pk}/card.jpg").status_code == status


def test_what_comes_next_in_review_is_not_named_either(school: Scene, reader: Client) -> None:
    school.put("IMG_9.jpg", 1)
    school.put("x/Chen_Mia.jpg", 2)
    school.run()
    protect()

    shown = Markup.of(reader.get(f"/review/?item={listed(school, 'IMG_9.jpg').pk}"))

    assert ("Chen_Mia" in shown.text, NOT_NAMED in shown.text) == (False, True)


def test_what_was_decided_is_not_named_by_a_path_that_tells(school: Scene, reader: Client, api: Client) -> None:
    school.put("Chen_Mia.jpg", 1)
    school.run()
    made = accept(school, "Chen_Mia.jpg", "0002")
    assert "Chen_Mia.jpg" in Markup.of(reader.get("/review/?queue=decided")).text
    protect()

    shown = Markup.of(reader.get(f"/review/?queue=decided&done={made.pk}")).text

    assert ("Chen_Mia" in shown, NOT_NAMED in shown) == (False, True)
    assert [each["file"] for each in api.get(f"{API}/review/decisions").json()["items"]] == [NOT_NAMED]


def test_picture_that_turns_out_to_be_a_protected_persons_is_not_shown_the_first_time(
    school: Scene, keeper: Client
) -> None:
    """Its name tells nothing, and nobody had looked at it: whose it is is known with its bytes."""
    school.put("0001.jpg", 1)
    school.run()
    school.put("IMG_0042.jpg", 1)
    school.run()
    protect()
    file = listed(school, "IMG_0042.jpg")
    assert (file.picture_id, SourceContent.objects.count()) == (None, 1)

    address = f"/review/files/{file.pk}/card.jpg"

    assert [keeper.get(address).status_code for _ in range(2)] == [404, 404]


def test_file_that_has_changed_since_it_was_listed_waits_for_the_next_run(school: Scene, keeper: Client) -> None:
    """Where an index says whose it is: under the same name it may be another's by now."""
    (school.folder / "map.csv").write_text("id,file\n9999,IMG_9.jpg\n")
    school.profile.options |= {"match": "index", "index": "map.csv"}
    school.profile.save()
    school.put("IMG_9.jpg", 1)
    school.run()
    school.put("IMG_9.jpg", 2)

    answer = keeper.get(f"/review/files/{listed(school, 'IMG_9.jpg').pk}/card.jpg")

    assert (answer.status_code, answer.content.decode()) == (
        503,
        "The file has changed since it was listed. Its picture is shown after the next run.",
    )


# What a photographer's index says


def volume(scene: Scene, *rows: list[str], by: str = "name", master: tuple[list[str], ...] = ()) -> None:
    scene.options(match="photographer", by=by)
    scene.put("INDEX.TXT", table(*rows).encode())
    if master:
        scene.put("MASTER.TXT", table(*master).encode())


@pytest.fixture(params=["contradicted", "not-in-master", "code-of-another", "code-of-nobody", "code-of-a-leaver"])
def said_of_mia(request: pytest.FixtureRequest, school: Scene) -> str:
    """Return the name of a file that is nobody's, and that a row says is Mia's."""
    name = {"code-of-another": "0002.jpg", "code-of-a-leaver": "0003.jpg"}.get(request.param, "77.jpg")
    mia, bob = columns(name, "Chen", "Mia"), columns(name, "Ng", "Bob")
    school.put(f"IMAGES/{name}", 1)
    if request.param == "contradicted":
        volume(school, mia, bob)
    elif request.param == "not-in-master":
        school.put("IMAGES/78.jpg", 2)
        volume(school, mia, master=(columns("78.jpg", "Ng", "Bob"),))
    else:
        volume(school, mia, by="stem")
    if request.param == "code-of-a-leaver":
        Person.objects.filter(pk=school.person("0003").pk).update(status="left")
    return name


def test_row_that_does_not_count_says_all_the_same_whose_picture_it_may_be(
    school: Scene, keeper: Client, api: Client, said_of_mia: str
) -> None:
    school.run()
    file = listed(school, f"IMAGES/{said_of_mia}")
    address = f"/review/files/{file.pk}/card.jpg"
    assert keeper.get(address).status_code == 200
    protect()

    (waiting,) = api.get(f"{API}/review?queue=unmatched").json()["items"]

    assert keeper.get(address).status_code == 404
    assert (waiting["file"], waiting["reason"]) == (NOT_NAMED, HIDDEN)


def test_row_about_a_file_whose_name_is_nobodys_code_is_told(school: Scene) -> None:
    school.put("IMAGES/77.jpg", 1)
    volume(school, columns("77.jpg", "Chen", "Mia", grade="7"), by="stem")
    school.run()
    assert listed(school, "IMAGES/77.jpg").reason == (
        'No student or staff member has the code "77". INDEX.TXT, line 2, has "Mia Chen" (grade 7).'
    )


def test_protected_teacher_in_a_row_is_hidden_from_a_profile_of_students(school: Scene, keeper: Client) -> None:
    Person.objects.filter(code="0001").update(kind="staff")
    school.set(syncs_staff=False)
    school.put("IMAGES/77.jpg", 1)
    volume(school, columns("77.jpg", "Chen", "Mia"))
    school.run()
    protect()
    assert keeper.get(f"/review/files/{listed(school, 'IMAGES/77.jpg').pk}/card.jpg").status_code == 404


def test_report_to_the_photographer_names_no_file_that_may_be_a_protected_persons(school: Scene) -> None:
    school.put("Chen_Mia.jpg", 1)
    school.put("IMG_9.jpg", 2)
    school.put("0002.jpg", 3)
    school.preview()
    protect()

    report = preflight_of(school.profile, school.now)

    (group,) = [each for each in report.groups if each.problem == "unmatched"]
    assert sorted(group.rows) == [("IMG_9.jpg", 'code "IMG_9"'), (NOT_NAMED, "")]
