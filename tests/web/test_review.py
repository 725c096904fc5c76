"""Review as pages: what each queue shows, who may see and decide, and what is said after a decision."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.library.models import SourceContent
from photosync.apps.people.models import Person
from photosync.apps.review import looking
from photosync.apps.review.models import ReviewDecision
from photosync.apps.sources.models import ListedFile
from tests.apps.review.desk import accept, dismiss, listed, undo, waiting
from tests.apps.runs.scene import Scene, portrait
from tests.web.pages import Markup, make_user, signed_in


@dataclass
class Review:
    """A school with accounts, and a folder in which something waits for a person."""

    scene: Scene
    client: Client
    archivist: Client
    teacher: Client

    def page(self, query: str = "", client: Client | None = None) -> Markup:
        return Markup.of((client or self.client).get(f"/review/{query}"))

    def decide(self, path: str, queue: str, act: str = "match", **fields: object) -> Markup:
        given = {"item": str(listed(self.scene, path).pk), "queue": queue, "act": act}
        given |= {name: str(value) for name, value in fields.items()}
        return Markup.of(self.client.post("/review/decide/", given, follow=True))

    def picture(self, path: str, client: Client | None = None) -> object:
        return (client or self.client).get(f"/review/files/{listed(self.scene, path).pk}/card.jpg")

    def person(self, code: str) -> int:
        return self.scene.people[code].pk


@pytest.fixture
def desk(db: None, tmp_path: Path) -> Review:
    scene = Scene(tmp_path / "photos", now=datetime.now(UTC))
    scene.assign("LONG", date(2020, 1, 1), date(2090, 1, 1))
    return Review(
        scene,
        signed_in(make_user("kim", Role.ADMINISTRATOR, scene.school)),
        signed_in(make_user("ari", Role.ARCHIVIST, scene.school)),
        signed_in(make_user("teo", Role.STAFF, scene.school)),
    )


def test_empty_queue_says_what_belongs_there(desk: Review) -> None:
    told = "Nothing waits here Every file matches a person. A file that matches nobody comes here after a run."
    assert told in desk.page().text


def test_unmatched_file_is_shown_with_its_reason_and_who_may_be_meant(desk: Review) -> None:
    desk.scene.everyone(2)
    desk.scene.put("IMG_0001.jpg", 1)
    run = desk.scene.run()

    page = desk.page()

    assert f"IMG_0001.jpg Photo Sync · run {run.pk} No student or staff member has the code " in page.text
    assert '1 P0001 0001 No year level The file name has the number "0001".' in page.text
    assert f"/review/files/{listed(desk.scene, 'IMG_0001.jpg').pk}/card.jpg" in [
        each.get("src") for each in page.all("img")
    ]
    assert "What you decide takes effect with the next run of Photo Sync, tonight at 00:00. Run Now" in page.text


def test_match_says_what_was_decided_and_shows_the_next(desk: Review) -> None:
    desk.scene.everyone(1)
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()

    page = desk.decide("IMG_1.jpg", "unmatched", person=desk.person("0001"))

    assert "IMG_1.jpg : Matched by hand , P0001 (0001) Undo Nothing waits here" in page.text
    made = ReviewDecision.objects.get()
    assert (made.made_by, made.person_id) == ("kim", desk.person("0001"))
    desk.scene.run()
    assert list(desk.scene.library()) == ["0001"]


def test_match_without_a_person_says_what_to_do(desk: Review) -> None:
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()

    page = desk.decide("IMG_1.jpg", "unmatched")

    assert "No one was chosen. Nothing was changed. Choose a person first." in page.text
    assert waiting(desk.scene) == {"unmatched": ["IMG_1.jpg"]}


def test_decision_without_a_picture_says_what_to_do(desk: Review) -> None:
    response = desk.client.post("/review/decide/", {"queue": "two-pictures", "act": "match"}, follow=True)

    assert "Nothing was chosen. Nothing was changed. Choose a picture first." in Markup.of(response).text


def test_decision_on_what_has_gone_is_told(desk: Review) -> None:
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()
    dismiss(desk.scene, "IMG_1.jpg")

    page = desk.decide("IMG_1.jpg", "unmatched", act="dismiss")

    assert "That file does not wait in review any more: someone decided on it, or a run has found it" in page.text


def test_dismissed_file_can_be_taken_back_and_is_shown_again(desk: Review) -> None:
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()
    page = desk.decide("IMG_1.jpg", "unmatched", act="dismiss")
    assert "IMG_1.jpg : Not a person here Undo Nothing waits here" in page.text

    given = {"decision": str(ReviewDecision.objects.get().pk), "queue": "unmatched"}
    again = Markup.of(desk.client.post("/review/undo/", given, follow=True))

    assert "IMG_1.jpg : taken back. It waits again, at once or after the next run." in again.text
    assert waiting(desk.scene) == {"unmatched": ["IMG_1.jpg"]}
    assert ReviewDecision.objects.get().undone_by == "kim"


def test_search_finds_people_by_name_and_code(desk: Review) -> None:
    desk.scene.everyone(3)
    Person.objects.filter(code="0002").update(family_name="Çelik")
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()
    item = listed(desk.scene, "IMG_1.jpg").pk

    found = {q: desk.page(f"?item={item}&q={q}").text for q in ("çelik", "0003", "nobody")}

    assert "1 P0002 Çelik 0002" in found["çelik"]
    assert "1 P0003 0003" in found["0003"]
    assert "Nobody who can be chosen has a name or code like “nobody”." in found["nobody"]


def test_search_in_part_gives_the_people_alone(desk: Review) -> None:
    desk.scene.everyone(1)
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()
    headers = {"HX-Request": "true", "HX-Target": "found"}

    response = desk.client.get("/review/?q=P0001", headers=headers)

    assert [tag for tag, _ in Markup.of(response).tags][:2] == ["fieldset", "legend"]


def test_collision_offers_both_people(desk: Review) -> None:
    desk.scene.person("0001")
    desk.scene.person("0001", "staff")
    desk.scene.put("0001.jpg", 1)
    desk.scene.run()

    text = desk.page("?queue=collision").text

    assert "Staff The staff member with this number." in text
    assert "No year level The student with this number." in text
    desk.decide("0001.jpg", "collision", person=desk.person("staff 0001"))
    desk.scene.run()
    assert list(desk.scene.library()) == ["staff 0001"]


def test_same_picture_is_shown_once_with_its_people(desk: Review) -> None:
    for code in desk.scene.everyone(3):
        desk.scene.put(f"{code}.jpg", 1)
    desk.scene.run()

    page = desk.page("?queue=same-picture")

    assert "Same picture 1" in page.text
    assert "The same picture came for 3 people. Whose is it?" in page.text
    assert "1 P0001 0001 No year level Person P0001" in page.text
    assert "3 P0003 0003 No year level Person P0003" in page.text
    page = desk.decide("0002.jpg", "same-picture", act="dismiss")
    assert "0002.jpg : The picture is nobody's Undo Nothing waits here" in page.text


def test_two_pictures_are_shown_beside_each_other(desk: Review) -> None:
    desk.scene.everyone(1)
    desk.scene.put("a/0001.jpg", 1)
    desk.scene.put("b/0001.jpg", 2)
    desk.scene.run()

    page = desk.page("?queue=two-pictures")

    assert len([each for each in page.all("img") if "/review/files/" in each["src"]]) == 2
    desk.decide("b/0001.jpg", "two-pictures")
    desk.scene.run()
    assert list(desk.scene.library()["0001"].values()) == ["2"]


def test_old_photo_is_shown_with_the_photo_that_is_shown_now(desk: Review) -> None:
    year = desk.scene.now.astimezone(desk.scene.school.zone).year
    desk.scene.options(match="pattern", pattern="{year}/{code}")
    desk.scene.everyone(1)
    desk.scene.put(f"{year - 1}/0001.jpg", 1)
    desk.scene.run()
    desk.scene.put(f"{year}/0001.jpg", 1)
    desk.scene.run()

    text = desk.page("?queue=returned").text

    assert f"This is the photo of {year - 1}, offered again for {year}." in text
    assert "shown now" in text
    desk.decide(f"{year}/0001.jpg", "returned", person=desk.person("0001"))
    desk.scene.run()
    assert desk.scene.library() == {"0001": {year - 1: "1", year: "1"}}


def test_rejected_picture_has_its_reason_and_its_person(desk: Review) -> None:
    desk.scene.everyone(1)
    desk.scene.put("0001.jpg", portrait(1)[:2000])
    desk.scene.run()

    text = desk.page("?queue=rejected").text

    assert "The JPEG file is damaged or incomplete. It was not used." in text
    assert "P0001 0001" in text
    assert "Match" not in text
    desk.decide("0001.jpg", "rejected", act="dismiss")
    assert waiting(desk.scene) == {}


def test_people_without_a_photo_are_listed_by_year_level(desk: Review) -> None:
    year = desk.scene.now.astimezone(desk.scene.school.zone).year
    desk.scene.everyone(4)
    desk.scene.person("T1", "staff")
    Person.objects.filter(code="0004").update(year_level="10")
    desk.scene.put("0001.jpg", 1)
    desk.scene.put("0002.jpg", b"no picture")
    desk.scene.run()

    text = desk.page("?queue=without-photo").text

    assert f"Without a photo of {year} Year 10 1 No year level 2 Staff 1" in text
    level = desk.page("?queue=without-photo&kind=student&level=").text
    assert "P0002 0002 There is no photo of any year. A file for this person was rejected." in level
    assert "P0003 0003 There is no photo of any year." in level
    assert "P0001" not in level


def test_person_without_a_photo_leads_to_setting_one(desk: Review) -> None:
    desk.scene.everyone(1)
    address = f"/data-management/people/{desk.person('0001')}/photo/"

    assert address in [each.get("href") for each in desk.page("?queue=without-photo").all("a")]
    assert address not in [each.get("href") for each in desk.page("?queue=without-photo", desk.archivist).all("a")]


def test_run_leads_to_review(desk: Review) -> None:
    desk.scene.put("IMG_1.jpg", 1)
    run = desk.scene.run()

    response = desk.client.get(f"/administration/timetable-management/runs/{run.pk}/?show=unmatched")

    leads = [each.get("href") for each in Markup.of(response).all("a")]
    assert f"/review/?queue=unmatched&profile={desk.scene.profile.pk}" in leads


def test_decided_lists_what_is_in_force_and_says_where_the_rules_differ(desk: Review) -> None:
    desk.scene.everyone(1)
    desk.scene.put("0007.jpg", 1)
    desk.scene.put("IMG_2.jpg", 2)
    desk.scene.run()
    accept(desk.scene, "0007.jpg", "0001")
    undo(desk.scene, dismiss(desk.scene, "IMG_2.jpg"))
    desk.scene.person("0007")

    text = desk.page("?queue=decided").text

    assert "0007.jpg Matched by hand The file's name now fits P0007 (0007); what was decided by hand" in text
    assert "IMG_2.jpg" not in text


def test_picture_of_an_unmatched_file_is_rendered_once_and_kept_for_the_run(desk: Review) -> None:
    desk.scene.everyone(1)
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()

    first, second = desk.picture("IMG_1.jpg"), desk.picture("IMG_1.jpg")

    assert (first.status_code, first.headers["Content-Type"]) == (200, "image/jpeg")  # type: ignore[attr-defined]
    assert first.content[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]
    assert second.content == first.content  # type: ignore[attr-defined]
    assert first.headers["Cache-Control"] == "private, no-cache"  # type: ignore[attr-defined]
    assert SourceContent.objects.count() == 1
    accept(desk.scene, "IMG_1.jpg", "0001")
    assert desk.scene.run().counts["added"] == 1
    assert SourceContent.objects.count() == 1


@pytest.mark.parametrize("content", [b"no picture", portrait(1)[:2000], b"\xff\xd8\xff" + bytes(200_000)])
def test_picture_that_cannot_be_read_is_refused_in_words(desk: Review, content: bytes) -> None:
    desk.scene.put("IMG_1.jpg", content)
    desk.scene.run()

    answer = desk.picture("IMG_1.jpg")

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "text/plain; charset=utf-8")  # type: ignore[attr-defined]
    assert "It was not used." in answer.content.decode()  # type: ignore[attr-defined]


def test_picture_whose_source_is_out_of_reach_is_told(desk: Review) -> None:
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()
    file = listed(desk.scene, "IMG_1.jpg")
    desk.scene.folder.rename(desk.scene.folder.with_name("elsewhere"))

    answer = desk.client.get(f"/review/files/{file.pk}/card.jpg")

    assert answer.status_code == 503
    assert str(desk.scene.folder) in answer.content.decode()


def test_pictures_are_looked_at_two_at_a_time(desk: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "WAITS_S", 0.01)
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()
    for _ in range(looking.AT_ONCE):
        looking._turns.acquire()
    try:
        answer = desk.picture("IMG_1.jpg")
    finally:
        for _ in range(looking.AT_ONCE):
            looking._turns.release()

    assert (answer.status_code, answer.content.decode()) == (  # type: ignore[attr-defined]
        503,
        "Many pictures are being looked at. This one was not fetched yet. Look again in a minute.",
    )


def test_picture_of_a_settled_file_is_not_given_here(desk: Review) -> None:
    desk.scene.everyone(1)
    desk.scene.put("0001.jpg", 1)
    desk.scene.run()

    assert desk.picture("0001.jpg").status_code == 404  # type: ignore[attr-defined]


def test_who_may_only_look_sees_no_buttons_and_cannot_decide(desk: Review) -> None:
    desk.scene.everyone(1)
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()
    given = {"item": str(listed(desk.scene, "IMG_1.jpg").pk), "queue": "unmatched", "act": "dismiss"}

    text = desk.page(client=desk.archivist).text

    assert "Deciding needs the permission PHOTO: MANAGE." in text
    assert "Not a person here" not in text
    assert desk.picture("IMG_1.jpg", desk.archivist).status_code == 200  # type: ignore[attr-defined]
    assert desk.archivist.post("/review/decide/", given).status_code == 403
    assert desk.archivist.post("/review/undo/", {"decision": "1"}).status_code == 403
    assert waiting(desk.scene) == {"unmatched": ["IMG_1.jpg"]}


def test_who_may_not_see_the_sync_sees_nothing(desk: Review) -> None:
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()

    assert desk.teacher.get("/review/").status_code == 403
    assert desk.picture("IMG_1.jpg", desk.teacher).status_code == 403  # type: ignore[attr-defined]


def test_file_of_another_school_does_not_exist(desk: Review) -> None:
    from tests.web.pages import make_school

    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()
    stranger = signed_in(make_user("sam", Role.ADMINISTRATOR, make_school("BVC", "Banksia Valley College")))
    given = {"item": str(listed(desk.scene, "IMG_1.jpg").pk), "queue": "unmatched", "act": "dismiss"}

    assert desk.picture("IMG_1.jpg", stranger).status_code == 404  # type: ignore[attr-defined]
    assert "That file does not wait in review" in Markup.of(stranger.post("/review/decide/", given, follow=True)).text
    assert "IMG_1.jpg" not in desk.page(client=stranger).text


def protect(desk: Review, code: str) -> None:
    Person.objects.filter(code=code).update(protected=True)


def test_protected_people_are_not_suggested_found_or_named_to_who_may_not_see_them(desk: Review) -> None:
    desk.scene.person("0001")
    desk.scene.person("0001", "staff")
    desk.scene.put("0001.jpg", 1)
    desk.scene.put("IMG_0001.jpg", 2)
    desk.scene.run()
    protect(desk, "0001")

    collision = desk.page("?queue=collision", desk.archivist).text
    suggested = desk.page("", desk.archivist).text
    found = desk.page("?q=P0001", desk.archivist).text

    assert "The file may be of someone who is protected. Whoever may manage data can decide on it." in collision
    assert [text.count("P0001") for text in (collision, suggested)] == [0, 0]
    assert found.count("P0001") == 1  # what was searched for
    assert "P0001" in desk.page("?queue=collision").text


def test_picture_that_may_be_of_a_protected_person_is_shown_to_no_one(desk: Review) -> None:
    desk.scene.person("0001")
    desk.scene.person("0001", "staff")
    desk.scene.put("0001.jpg", 1)
    desk.scene.run()
    protect(desk, "0001")

    assert desk.picture("0001.jpg").status_code == 404  # type: ignore[attr-defined]
    assert "not shown: it may be of someone who is protected" in desk.page("?queue=collision").text


@pytest.mark.parametrize(("called", "status"), [("Mia Lin Chen", 404), ("MIA CHEN", 404), ("Mia Chan", 200)])
def test_picture_that_an_index_names_as_a_protected_person_is_shown_to_no_one(
    desk: Review, called: str, status: int
) -> None:
    """A photographer's index gives names, and the file is nobody's where they fit two people, or one who has left."""
    desk.scene.person("0001")
    Person.objects.filter(code="0001").update(given_name="Mia", family_name="Chen")
    desk.scene.put("IMG_9.jpg", 1)
    desk.scene.run()
    ListedFile.objects.filter(name="IMG_9.jpg").update(key_value=called)
    protect(desk, "0001")
    assert desk.picture("IMG_9.jpg").status_code == status  # type: ignore[attr-defined]


def test_picture_that_no_rule_fits_is_not_shown_where_its_name_may_hold_a_protected_persons_code(
    desk: Review,
) -> None:
    desk.scene.person("0001")
    desk.scene.put("7A-0001-x.jpg", 1)
    desk.scene.put("7A-0002-x.jpg", 2)
    desk.scene.run()
    ListedFile.objects.update(key_value="")
    protect(desk, "0001")
    found = [desk.picture(name).status_code for name in ("7A-0001-x.jpg", "7A-0002-x.jpg")]  # type: ignore[attr-defined]
    assert found == [404, 200]


def test_same_picture_with_a_protected_person_hides_the_person_and_the_picture(desk: Review) -> None:
    for code in desk.scene.everyone(2):
        desk.scene.put(f"{code}.jpg", 1)
    desk.scene.run()
    protect(desk, "0001")

    text = desk.page("?queue=same-picture", desk.archivist).text

    assert "P0001" not in text
    assert "P0002" in text
    assert desk.picture("0002.jpg").status_code == 404  # type: ignore[attr-defined]


def test_hostile_numbers_and_texts_are_harmless(desk: Review) -> None:
    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()
    for query in ("?item=99999999999999999999", "?after=-1", "?queue=%00", "?profile=x&q=%00%00", "?done=1e9"):
        assert "IMG_1.jpg" in desk.page(query).text
    assert desk.client.get("/review/files/99999999999999999999/card.jpg").status_code == 404
    assert desk.client.get(f"/review/files/{ListedFile.objects.get().pk}/full.jpg").status_code == 404


def test_queue_of_one_profile(desk: Review) -> None:
    from photosync.apps.profiles.models import SyncProfile

    desk.scene.put("IMG_1.jpg", 1)
    desk.scene.run()
    other = SyncProfile.objects.create(
        school=desk.scene.school,
        name="Staff photos",
        source_kind="folder",
        options={},
        created_at=desk.scene.now,
        evaluated_until=desk.scene.now,
    )

    assert "IMG_1.jpg" in desk.page(f"?profile={desk.scene.profile.pk}").text
    assert "Nothing waits here" in desk.page(f"?profile={other.pk}").text
