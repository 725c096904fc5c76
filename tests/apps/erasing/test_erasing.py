"""Erasing people and photos: what goes, what stays, and that no run brings it back."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db.models import CharField, JSONField, TextField

from photosync.apps.audit.acts import Act
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.audit.sentences import sentence_of
from photosync.apps.erasing.blobs import drop_blobs, still_referred
from photosync.apps.erasing.journal import journal_path, read_journal
from photosync.apps.erasing.models import BlobToDrop, Erasure, Scope
from photosync.apps.erasing.queries import erasure_document, erasures_of, preview_of
from photosync.apps.erasing.services import Erased, allow_photos, erase_on_request
from photosync.apps.library.models import PhotoVersion, Picture, SourceContent, YearPhoto
from photosync.apps.library.store import photo_store
from photosync.apps.library.verification import verify_store
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import set_consent
from photosync.apps.reports.archive_models import ArchivedReport
from photosync.apps.reports.models import CycleMember, Report, ReportingCycle
from photosync.apps.review import services as review
from photosync.apps.runs.by_hand import set_photo, withdraw_photo
from photosync.apps.runs.execution import claim, execute_phase
from photosync.apps.runs.ledger.staging import StageRows
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.services import undo
from photosync.apps.sources.models import ListedFile
from photosync.core.errors import NotFound, Refused, WrongUse
from tests.apps.runs.scene import Scene, counts, portrait
from tests.portraits import make_portrait


def erase(scene: Scene, code: str, scope: Scope = Scope.PERSON, reason: str = "Asked for by letter.") -> Erased:
    person = Person.objects.select_related("school").get(pk=scene.people[code].pk)
    scene.seen_versions = {}
    return erase_on_request(person, scope, reason=reason, by="Ms Day", now=scene.now)


def blobs() -> set[str]:
    return {name for name, _, _ in photo_store().iter_blobs()}


def blobs_of_pictures() -> set[str]:
    return {each for row in Picture.objects.values_list("full_sha256", "card_sha256", "thumb_sha256") for each in row}


def two_people(scene: Scene, *, large: bool = False) -> None:
    """Make two people with photos; of a large one the three sizes differ."""
    for code, seed in (("0001", 1), ("0002", 2)):
        scene.person(code)
        scene.put(f"{code}.jpg", make_portrait(900 + seed, 480, 600) if large else seed)
    scene.run()


def everything_stored() -> str:
    """Return every text of every table of ours, to be searched."""
    from django.apps import apps

    told = []
    for model in apps.get_models():
        if not model.__module__.startswith("photosync."):
            continue
        names = [f.attname for f in model._meta.concrete_fields if isinstance(f, CharField | TextField | JSONField)]
        rows = model._default_manager.values_list(*names) if names else ()
        told += [f"{model.__name__}: {row}" for row in rows]
    return "\n".join(told)


def test_erased_person_leaves_no_row_no_picture_and_no_blob(scene: Scene) -> None:
    two_people(scene, large=True)
    gone = _blobs_of("0001")

    erased = erase(scene, "0001")

    assert (erased.label, erased.blobs_left) == ("P0001 (0001)", False)
    assert [person.code for person in Person.objects.all()] == ["0002"]
    assert Picture.objects.count() == SourceContent.objects.count() == PhotoVersion.objects.count() == 1
    assert blobs() == blobs_of_pictures()
    assert not gone & blobs()
    assert len(gone) == erased.erasure.blobs == 3
    assert verify_store(repair=False).document()["orphaned"] == 0


def _blobs_of(code: str) -> set[str]:
    rows = Picture.objects.filter(versions__person__code=code)
    return {each for row in rows.values_list("full_sha256", "card_sha256", "thumb_sha256") for each in row}


def test_no_table_names_the_erased_person(scene: Scene) -> None:
    Person.objects.filter(pk=scene.person("7771").pk).update(given_name="Zenobia", family_name="Quill")
    scene.person("0002")
    scene.put("7771.jpg", 1)
    scene.put("0002.jpg", 1)
    scene.run()
    scene.put("7771.jpg", 2)
    scene.run()
    person = Person.objects.get(code="7771")
    set_consent(person, {"school_use": "no"})
    set_photo(person, portrait(3), by="Kim", now=scene.now, origin="Quill.jpg")
    withdraw_photo(person, reason="Zenobia Quill asked.", by="Kim", now=scene.now)
    assert "Zenobia Quill" in everything_stored()
    # The source itself is not ours: while it holds the file, its name is listed.
    scene.remove("7771.jpg")
    scene.run()

    erase(scene, "7771", reason="The mother of Zenobia Quill asked for it.")

    stored = everything_stored()
    assert [line for line in stored.splitlines() if "Zenobia" in line or "Quill" in line or "7771" in line] == []
    assert Erasure.objects.get().note == "The mother of an erased person asked for it."
    assert [sentence_of(entry) for entry in Entry.objects.filter(act=Act.PERSON_CONSENT)] == [
        "Photo Sync changed the consent of an erased person."
    ]


def test_record_of_an_erasure_tells_counts_and_finds_the_person_by_code_alone(scene: Scene) -> None:
    two_people(scene, large=True)
    erase(scene, "0001")

    (row,) = erasures_of(scene.school, code="0001")
    document = erasure_document(row)
    assert document.pop("size_bytes") > 0
    assert document == {
        "id": row.pk,
        "at": "2026-08-03T09:00:00+10:00",
        "scope": "person",
        "kind": "student",
        "person": None,
        "why": "request",
        "note": "Asked for by letter.",
        "by": "Ms Day",
        "versions": 1,
        "pictures": 1,
        "pictures_kept": 0,
        "blobs": 3,
        "unarchived_reports": 0,
        "archived_reports_kept": 0,
        "archived": [],
        "allowed_at": None,
        "applied_again_at": None,
    }
    assert list(erasures_of(scene.school, code="0002")) == []
    assert "0001" not in journal_path().read_text()
    assert list(read_journal(journal_path())) == [row.mark]


def test_picture_that_someone_else_has_stays(scene: Scene) -> None:
    scene.person("0001")
    scene.put("0001.jpg", 1)
    scene.run()
    sibling = scene.person("0002")
    version = PhotoVersion.objects.get()
    copy = PhotoVersion.objects.create(
        person=sibling, academic_year=2026, ordinal=1, picture=version.picture, made_by="test", created_at=scene.now
    )
    YearPhoto.objects.create(person=sibling, academic_year=2026, version=copy)

    erased = erase(scene, "0001").erasure

    assert (erased.pictures, erased.pictures_kept, erased.blobs, erased.size_bytes) == (0, 1, 0, 0)
    assert blobs() == blobs_of_pictures() == _blobs_of("0002")


def test_archived_report_keeps_its_copy(scene: Scene) -> None:
    two_people(scene, large=True)
    person = scene.people["0001"]
    picture = Picture.objects.get(versions__person=person)
    with photo_store().batch() as batch:
        pdf, draft = batch.add(b"%PDF archived"), batch.add(b"%PDF on its way")
        batch.commit()
    cycle = ReportingCycle.objects.create(
        school=scene.school, name="2026 Semester 1", academic_year=2026, opened_at=scene.now, opened_by="Kim"
    )
    later = ReportingCycle.objects.create(
        school=scene.school, name="2026 Semester 2", academic_year=2026, opened_at=scene.now, opened_by="Kim"
    )
    archived = ArchivedReport.objects.create(
        school=scene.school,
        number=1,
        cycle=cycle,
        cycle_name=cycle.name,
        academic_year=2026,
        person=person,
        person_code=person.code,
        person_name=person.label,
        sort_name="p0001",
        pdf_sha256=pdf,
        pdf_bytes=13,
        origin="imported",
        photo_sha256=picture.full_sha256,
        photo_bytes=picture.full_bytes,
        archived_at=scene.now,
        archived_by="Kim",
        seal_before="",
        seal="1" * 64,
    )
    CycleMember.objects.create(cycle=cycle, person=person, archived=archived)
    waiting = CycleMember.objects.create(cycle=later, person=person)
    Report.objects.create(
        member=waiting, pdf_sha256=draft, pdf_bytes=15, origin="imported", stored_at=scene.now, stored_by="Kim"
    )
    before = ArchivedReport.objects.values().get()

    preview = preview_of(person, Scope.PERSON)
    erased = erase(scene, "0001").erasure

    kept = [{"cycle": "2026 Semester 1", "number": 1}]
    assert (preview["archived"], preview["unarchived_reports"], preview["blobs"]) == (kept, 1, 3)
    assert preview["explanation"] == [
        "1 photo of 2026 is erased, with all that was made of it.",
        "The person goes as a whole: name, identifiers, consent, decisions in review, and the name in the record of "
        "what was done. Results in reporting cycles go too.",
        "1 report that is not archived is erased.",
        "The archive keeps 1 report with the name and photo on it, of 2026 Semester 1.",
        "Files in the data source stay there. A roster that names the person makes a new person, with photos of "
        "those files. This cannot be undone.",
    ]
    assert (erased.archived, erased.unarchived_reports, erased.blobs) == (kept, 1, 3)
    assert ArchivedReport.objects.values().get() == {**before, "person_id": None}
    assert {pdf, picture.full_sha256} <= blobs()
    assert draft not in blobs()
    assert not {picture.card_sha256, picture.thumb_sha256} & blobs()


def test_photos_only_are_not_taken_in_again_until_someone_allows_it(scene: Scene) -> None:
    two_people(scene)
    erase(scene, "0001", Scope.PHOTOS)

    assert scene.run().counts == counts(observed=2, unchanged=2)
    scene.put("0001.jpg", 11)
    assert scene.run().counts == counts(observed=2, unchanged=2)
    scene.roster_changed()
    assert scene.run().counts == counts(observed=2, unchanged=2)

    row = ListedFile.objects.get(name="0001.jpg")
    assert (row.state, row.sha256, row.decided_sha256, row.picture_id, row.person_id) == (
        ("dismissed", "", "", None, None)
    )
    assert row.reason == (
        "Erased on request: no photo of P0001 (0001) is kept until someone allows it on the person's page."
    )
    assert scene.library() == {"0002": {2026: "2"}}
    assert blobs() == blobs_of_pictures() == _blobs_of("0002")

    person = Person.objects.get(code="0001")
    allow_photos(person, by="Kim", now=scene.now)
    assert scene.run().counts == counts(observed=2, unchanged=1, added=1)
    assert scene.library() == {"0001": {2026: "11"}, "0002": {2026: "2"}}
    assert erasure_document(Erasure.objects.get())["allowed_at"] == "2026-08-03T09:00:00+10:00"


def test_photos_of_whom_they_were_erased_are_refused_by_hand_and_in_review(scene: Scene) -> None:
    two_people(scene)
    scene.put("unknown.jpg", 5)
    scene.run()
    erase(scene, "0001", Scope.PHOTOS)
    person = Person.objects.select_related("school").get(code="0001")

    with pytest.raises(Refused) as by_hand:
        set_photo(person, portrait(3), by="Kim", now=scene.now)
    file = ListedFile.objects.get(name="unknown.jpg")
    with pytest.raises(Refused) as in_review:
        review.accept(file.pk, scene.school, person, by="Kim", now=scene.now)

    kept = "Erased on request: no photo of P0001 (0001) is kept until someone allows it on the person's page."
    assert str(by_hand.value) == (
        f"{kept} Nothing was saved. Allow photos of the person again first, if that is right."
    )
    assert str(in_review.value) == f"{kept} Nothing was changed."


def test_file_of_an_erased_person_matches_nobody_and_is_not_staged(scene: Scene) -> None:
    two_people(scene)
    erase(scene, "0001")

    assert scene.run().counts == counts(observed=2, unchanged=1, unmatched=1)
    row = ListedFile.objects.get(name="0001.jpg")
    assert (row.state, row.sha256, row.picture_id, row.reason) == (
        "unmatched",
        "",
        None,
        'No student or staff member has the code "0001".',
    )
    assert blobs() == blobs_of_pictures() == _blobs_of("0002")


def test_file_of_a_leaver_is_forgotten_too(scene: Scene) -> None:
    two_people(scene)
    Person.objects.filter(code="0001").update(status="left", left_on=date(2026, 8, 1))
    scene.roster_changed()
    scene.run()
    assert ListedFile.objects.get(name="0001.jpg").picture_id is not None

    erase(scene, "0001")

    row = ListedFile.objects.get(name="0001.jpg")
    assert (row.sha256, row.decided_sha256, row.picture_id) == ("", "", None)
    assert blobs() == blobs_of_pictures() == _blobs_of("0002")


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("phase", ["match", "stage", "plan", "publish", "record"])
def test_run_that_goes_on_does_not_bring_the_erased_back(scene: Scene, phase: str, scope: Scope) -> None:
    two_people(scene)
    scene.put("0001.jpg", 11)
    scene.put("0002.jpg", 12)
    run = scene.request()
    hold = claim(run.pk, run.attempt, scene.worker.executor_id, scene.now)
    assert hold is not None
    for each in hold.phases:
        if each == phase:
            erase(scene, "0001", scope)
        if not execute_phase(run.pk, hold.fence, each, lambda: scene.now):
            break

    assert Run.objects.get(pk=run.pk).state == "done"
    assert scene.library() == {"0002": {2026: "12"}}
    assert blobs() == blobs_of_pictures()
    assert not ListedFile.objects.exclude(sha256="").filter(name="0001.jpg").exists()
    assert not PlanItem.objects.exclude(person=None).filter(person=scene.people["0001"].pk).exists()


def test_erased_while_a_picture_is_being_read_is_not_staged(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run has read the file when its person is erased, and comes to write what it found."""
    two_people(scene)
    scene.put("0001.jpg", 11)
    write = StageRows.write_staged

    def erased_meanwhile(self: StageRows, staged: object) -> None:
        if Person.objects.filter(code="0001").exists():
            erase(scene, "0001")
        write(self, staged)  # type: ignore[arg-type]

    monkeypatch.setattr(StageRows, "write_staged", erased_meanwhile)
    scene.run()

    assert scene.library() == {"0002": {2026: "2"}}
    assert Picture.objects.count() == 1
    assert not ListedFile.objects.exclude(sha256="").filter(name="0001.jpg").exists()


def test_held_run_does_not_bring_the_erased_back(scene: Scene) -> None:
    codes = scene.everyone(10)
    for number, code in enumerate(codes):
        scene.put(f"{code}.jpg", number)
    scene.run()
    for number, code in enumerate(codes):
        scene.put(f"{code}.jpg", 100 + number)
    held = scene.run()
    assert held.state == "held"

    erase(scene, "0001")
    try:
        scene.approve(held)
    except Refused:
        scene.execute(Run.objects.get(state="queued"))
        scene.approve(Run.objects.get(state="held"))

    assert sorted(scene.library()) == codes[1:]
    assert PlanItem.objects.filter(run=held, person=None).values_list("picture", "file_path", "reason").get() == (
        (None, "", "This line was about an erased photo.")
    )


def test_undo_of_an_erased_person_alone_never_becomes_one_of_everyone(scene: Scene) -> None:
    two_people(scene)
    run = scene.run()
    scene.put("0001.jpg", 11)
    scene.put("0002.jpg", 12)
    run = scene.run()
    undoing = undo(run.pk, by="Kim", now=scene.now, person=scene.people["0001"])
    erase(scene, "0001")

    undoing.refresh_from_db()
    assert (undoing.state, undoing.undoes_id, undoing.explanation) == (
        ("cancelled", None, "It was about an erased person.")
    )
    assert scene.library() == {"0002": {2026: "12"}}


def test_blobs_that_a_killed_erasure_left_go_at_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    two_people(scene, large=True)
    erase_and_be_killed_before_dropping(scene, monkeypatch)
    assert len(blobs()) == 6
    assert BlobToDrop.objects.count() == 3

    assert drop_blobs() == 3
    assert blobs() == blobs_of_pictures()
    assert BlobToDrop.objects.count() == 0


class Killed(BaseException):
    pass


def erase_and_be_killed_before_dropping(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed() -> int:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("photosync.apps.erasing.services.drop_blobs", killed)
        with pytest.raises(Killed):
            erase(scene, "0001")


def test_blob_that_came_back_into_use_is_spared(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    two_people(scene)
    erase_and_be_killed_before_dropping(scene, monkeypatch)
    scene.person("0003")
    scene.put("0003.jpg", 1)
    scene.run()

    assert drop_blobs() == 0
    assert still_referred(blobs()) == blobs()
    assert verify_store(repair=False).unrepaired == 0


def test_who_saw_the_photos_is_forgotten_with_the_person(scene: Scene) -> None:
    two_people(scene)
    for code in ("0001", "0002"):
        PhotoView.objects.create(
            school=scene.school,
            account_id=1,
            person_id_of=scene.people[code].pk,
            day=scene.now.date(),
            first_at=scene.now,
            last_at=scene.now,
            times=1,
        )
    erase(scene, "0001")
    assert list(PhotoView.objects.values_list("person_id_of", flat=True)) == [scene.people["0002"].pk]


def test_erasing_without_reason_twice_or_what_is_kept_is_refused_in_words(scene: Scene) -> None:
    two_people(scene)
    with pytest.raises(WrongUse) as without:
        erase(scene, "0001", reason=" ")
    with pytest.raises(WrongUse) as long:
        erase(scene, "0001", reason="x" * 501)
    with pytest.raises(Refused) as kept:
        allow_photos(scene.people["0001"], by="Kim", now=scene.now)
    person = Person.objects.select_related("school").get(code="0001")
    erase(scene, "0001")
    with pytest.raises(NotFound) as twice:
        erase_on_request(person, Scope.PERSON, reason="Again.", by="Kim", now=scene.now)
    with pytest.raises(NotFound) as by_hand:
        set_photo(person, portrait(3), by="Kim", now=scene.now)

    assert [str(each.value) for each in (without, long, kept, twice, by_hand)] == [
        "Say why it is erased, without naming the person. Nothing was erased.",
        "The reason is longer than 500 characters. Nothing was erased. Shorten it.",
        "Photos of P0001 (0001) are kept. Nothing was changed.",
        "The person has been erased already. Nothing was done.",
        "The person was erased meanwhile. Nothing was changed.",
    ]


def test_audit_tells_of_an_erasure_without_the_name(scene: Scene) -> None:
    two_people(scene)
    erase(scene, "0001")
    erase(scene, "0002", Scope.PHOTOS)
    allow_photos(Person.objects.select_related("school").get(code="0002"), by="Kim", now=scene.now)
    entries = Entry.objects.filter(about="person").order_by("pk")
    assert [sentence_of(entry) for entry in entries] == [
        "Photo Sync erased a person: Photos 1; Pictures 1; Reports that the archive keeps 0. Asked for by letter.",
        "Photo Sync erased the photos of P0002 (0002): Photos 1; Pictures 1; Reports that the archive "
        "keeps 0. Asked for by letter.",
        "Photo Sync let photos of P0002 (0002) be kept again.",
    ]


def test_journal_is_one_line_of_json_for_each_change(scene: Scene) -> None:
    two_people(scene)
    erase(scene, "0001", Scope.PHOTOS)
    allow_photos(Person.objects.select_related("school").get(code="0001"), by="Kim", now=scene.now)
    lines = [json.loads(line) for line in journal_path().read_text().splitlines()]
    assert [(line["scope"], line["allowed_by"]) for line in lines] == [("photos", ""), ("photos", "Kim")]
    assert len({line["mark"] for line in lines}) == 1
