"""A school that has its photos from SIF AU: from the XML to the face on the screen, and to what parents allowed."""

from hashlib import sha256
from typing import Any

from photosync.apps.audit.acting import ITSELF, Actor, Via, acting_as
from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import set_consent
from photosync.apps.profiles.source_secrets import set_secrets
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.preflight import preflight_of
from photosync.apps.sources.models import ListedFile, Listing
from photosync.core.run_states import RunState
from photosync.outgoing.ranges import AllowedRanges
from tests.apps.runs.scene import Scene, counts, portrait
from tests.services.bad_network import Faults, bad_network
from tests.services.sif import School, document, guid, person, picture, school_server
from tests.services.web_server import Reply, web_server

KIM = Actor("Kim", Via.PAGES)


def photos(scene: Scene, **seeds: int) -> School:
    """Return a school in SIF: `students_2026_0001=3` is portrait 3."""
    school = School()
    for path, seed in seeds.items():
        scene.names[sha256(portrait(seed)).hexdigest()] = str(seed)
        school.photos[path.replace("_", "/")] = portrait(seed)
    return school


def write(scene: Scene, school: School) -> None:
    (scene.folder / "export.xml").write_bytes(school.document())


def from_files(scene: Scene, **options: str) -> None:
    scene.set(source_kind="sif_files", options={"path": str(scene.folder), "match": "column", **options})


def test_pictures_become_photos_of_their_school_year(scene: Scene) -> None:
    scene.everyone(2)
    scene.person("0001", "staff")
    school = photos(scene, students_2026_0001=1, students_2025_0001=2, students_0002=3, staff_2026_0001=4)
    write(scene, school)
    from_files(scene)

    run = scene.run()

    assert (run.state, run.counts) == (RunState.DONE, counts(observed=4, added=4))
    assert scene.library() == {"0001": {2025: "2", 2026: "1"}, "0002": {2026: "3"}, "staff 0001": {2026: "4"}}
    assert run.warnings == ["The objects were read as SIF AU 3.4."]
    assert scene.run().counts == counts(observed=4, unchanged=4)


def test_changed_picture_is_a_new_version_and_one_that_is_gone_is_withdrawn(scene: Scene) -> None:
    scene.everyone(2)
    from_files(scene)
    scene.set(when_missing="withdraw")
    write(scene, photos(scene, students_2026_0001=1, students_2026_0002=2))
    scene.run()

    write(scene, photos(scene, students_2026_0001=3))
    run = scene.run()

    assert run.counts == counts(observed=1, replaced=1, withdrawn=1)
    assert (scene.versions("0001"), scene.withdrawn()) == ([(2026, 1, "1"), (2026, 2, "3")], {"0002"})


def test_photo_of_someone_who_lost_the_local_id_is_not_withdrawn_as_gone(scene: Scene) -> None:
    scene.everyone(3)
    from_files(scene)
    scene.set(when_missing="withdraw")
    school = photos(scene, students_2026_0001=1, students_2026_0002=2, students_2026_0003=3)
    write(scene, school)
    scene.run()
    people = [each.replace("<LocalId>0001</LocalId>", "<LocalId/>") for each in school.people("StudentPersonal")]
    del school.photos["students/2026/0003"]
    (scene.folder / "export.xml").write_bytes(document("All", [*people, *school.pictures()]))

    run = scene.run()

    assert (run.counts["withdrawn"], scene.withdrawn()) == (0, set())
    assert run.warnings[1:] == [
        "1 picture was left out, because the person has no LocalId in the source, or is there twice with different "
        "ones. While there are any, no photo is withdrawn as gone: it may be theirs. Have it corrected where it "
        "comes from."
    ]
    write(scene, school)
    assert (scene.run().counts["withdrawn"], scene.withdrawn()) == (1, {"0003"})


def test_picture_of_nobody_is_unmatched_with_a_reason_that_says_so(scene: Scene) -> None:
    scene.everyone(1)
    from_files(scene)
    school = photos(scene, students_2026_0001=1)
    lost = picture(guid("lost"), "who-is-that", portrait(5), year="2026")
    people = school.people("StudentPersonal")
    (scene.folder / "a.xml").write_bytes(document("All", [*people, *school.pictures(), lost]))

    run = scene.run()

    assert run.counts == counts(observed=2, added=1, unmatched=1)
    name = "students/2026/RefId who-is-that (StudentPersonal is not in the source)"
    assert scene.files() == {name: ("unmatched", "unmatched")}
    listed = ListedFile.objects.get(profile=scene.profile, state="unmatched")
    assert listed.reason == ('No student has the code "RefId who-is-that (StudentPersonal is not in the source)".')


def test_pdf_is_rejected_and_the_old_photo_kept(scene: Scene) -> None:
    scene.everyone(1)
    from_files(scene)
    school = photos(scene, students_2026_0001=1)
    write(scene, school)
    scene.run()
    people = school.people("StudentPersonal")
    parent = guid("StudentPersonal/0001")
    pdf = picture(guid("students/2026/0001"), parent, b"%PDF", year="2026", type_code="06")
    (scene.folder / "export.xml").write_bytes(document("All", [*people, pdf]))

    run = scene.run()

    assert run.counts == counts(observed=1, rejected=1)
    assert scene.library() == {"0001": {2026: "1"}}
    assert scene.files() == {"students/2026/0001": ("rejected", "pdf")}


def test_photo_at_a_link_that_broke_off_unseen_is_not_refused_and_comes_with_the_next_run(
    scene: Scene, settings: Any
) -> None:
    """Its server says no length, so the end of the line is the end of the file; twice the same half came."""
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1", setting="x")
    scene.everyone(1)
    from_files(scene)
    photo = portrait(1)
    scene.names[sha256(photo).hexdigest()] = "1"
    half = photo[: len(photo) // 2]
    answers = iter([Reply(200, iter([half])), Reply(200, iter([half])), Reply(200, iter([photo]))])
    with web_server(lambda asked: next(answers)) as web:
        link = picture(guid("p"), guid("mia"), f"{web.address}/1.jpg", type_code="01", year="2026")
        (scene.folder / "export.xml").write_bytes(document("All", [person(guid("mia"), "0001"), link]))

        for _ in range(2):
            run = scene.run()
            assert (run.counts, scene.files()) == (
                counts(observed=1, failed=1),
                {"students/2026/0001": ("failed", "failed")},
            )
            assert PlanItem.objects.get(run=run).reason == (
                "What came is damaged or no photo, and the server did not say how long the file is, so it may have "
                "broken off on its way. It was left as it is; the next run reads it again."
            )
        assert scene.run().counts == counts(observed=1, added=1)
        assert scene.library() == {"0001": {2026: "1"}}


def test_photos_at_links_are_not_told_as_empty(scene: Scene, settings: Any) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1/32", setting="test")
    scene.everyone(1)
    with web_server(lambda _: Reply(200, portrait(1))) as web:
        people = [person(guid(code), code) for code in ("0001", "0002")]
        links = [
            picture(guid(f"photo of {code}"), guid(code), f"{web.address}/{code}.jpg", type_code="01", year="2026")
            for code in ("0001", "0002")
        ]
        (scene.folder / "export.xml").write_bytes(document("All", [*people, *links]))
        from_files(scene)
        assert scene.run().counts == counts(observed=2, added=1, unmatched=1)

        report = preflight_of(scene.profile, scene.now)

    assert {str(group.problem): group.rows for group in report.groups} == {
        "small": [("students/2026/0001", "130 x 160 px")],
        "unmatched": [("students/2026/0002", 'code "0002"')],
    }


def test_photo_that_came_whole_and_is_damaged_is_refused(scene: Scene, settings: Any) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1", setting="x")
    scene.everyone(1)
    from_files(scene)
    half = portrait(1)[:400]
    with web_server(lambda asked: Reply(200, half)) as web:
        link = picture(guid("p"), guid("mia"), f"{web.address}/1.jpg", type_code="01", year="2026")
        (scene.folder / "export.xml").write_bytes(document("All", [person(guid("mia"), "0001"), link]))
        assert scene.run().counts == counts(observed=1, rejected=1)
        assert scene.files() == {"students/2026/0001": ("rejected", "damaged")}


def test_broken_listing_of_a_service_withdraws_nothing_and_the_next_run_goes_on(scene: Scene, settings: Any) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1", setting="x")
    scene.everyone(12)
    scene.set(when_missing="withdraw")
    school = photos(scene, **{f"students_2026_{number:04d}": number for number in range(1, 13)})
    with web_server(school_server(school)) as web, bad_network(web.port) as network:
        options = {"address": f"http://127.0.0.1:{network.port}/requests", "user": "a-session", "page_size": "4"}
        scene.set(source_kind="sif_rest", options={**options, "match": "column"})
        set_secrets(scene.profile, {"secret": "a secret"})
        scene.profile.save()
        assert scene.run().counts == counts(observed=12, added=12)
        before = scene.library()
        asked = len(web.asked)
        assert scene.run().counts == counts(observed=12, unchanged=12)
        assert [each for each in web.asked[asked:] if "PersonPictures/" in each.path] == []

        del school.photos["students/2026/0012"]
        network.disturb(down=Faults(cut_after=30_000))
        run = scene.run()
        assert run.state == RunState.FAILED
        assert f"on the SIF service 127.0.0.1 (port {network.port})" in run.explanation
        assert (scene.withdrawn(), scene.library()) == (set(), before)

        network.mend()
        assert scene.run().counts == counts(observed=11, unchanged=11, withdrawn=1)
        assert scene.withdrawn() == {"0012"}


def test_options_on_consent_forget_no_listing(scene: Scene) -> None:
    scene.everyone(1)
    write(scene, photos(scene, students_2026_0001=1))
    from_files(scene)
    scene.run()
    before = Listing.objects.values_list("pk", flat=True).get()

    from_files(scene, consent="all")
    scene.run()

    assert Listing.objects.values_list("pk", flat=True).get() == before


def say(scene: Scene, **answers: str) -> None:
    """Write what the picture of student 0001 says: `OKToPublish="N"`, or a category."""
    general = answers.pop("OKToPublish", "")
    more = f"<OKToPublish>{general}</OKToPublish>" if general else ""
    for category, value in answers.items():
        more += (
            f"<PublishingPermissionList><PublishingPermission><PermissionCategory>{category}</PermissionCategory>"
            f"<PermissionValue>{value}</PermissionValue></PublishingPermission></PublishingPermissionList>"
        )
    scene.names[sha256(portrait(1)).hexdigest()] = "1"
    objects = [person(guid("a"), "0001"), picture(guid("p"), guid("a"), portrait(1), year="2026", more=more)]
    (scene.folder / "export.xml").write_bytes(document("All", objects))


def consent(scene: Scene) -> dict[str, str]:
    return Person.objects.get(code="0001").consent


def ran(scene: Scene) -> Run:
    run = scene.run()
    assert run.state == RunState.DONE
    return run


def test_refusals_are_taken_over_unless_the_profile_says_otherwise(scene: Scene) -> None:
    scene.everyone(1)
    say(scene, OKToPublish="Y", OKOnlineMaterial="N")
    from_files(scene, consent="nothing")
    ran(scene)
    assert consent(scene) == {}
    from_files(scene)
    ran(scene)
    assert consent(scene) == {"online_publication": "no"}


def test_refusal_is_taken_over_and_audited(scene: Scene) -> None:
    scene.everyone(1)
    from_files(scene, consent="refusals")
    say(scene, OKOnlineMaterial="N", OKPrintedMaterial="Y")
    scene.preview()
    assert consent(scene) == {}

    ran(scene)

    assert consent(scene) == {"online_publication": "no"}
    (entry,) = Entry.objects.filter(act="person.consent")
    assert (entry.actor, entry.via, entry.changes, entry.note) == (
        "Photo Sync",
        "worker",
        [["online_publication", "unknown", "no"]],
        "As the data source of Photo Sync says it.",
    )
    ran(scene)
    assert Entry.objects.filter(act="person.consent").count() == 1


def test_all_answers_follow_the_source(scene: Scene) -> None:
    scene.everyone(1)
    from_files(scene, consent="all")
    for value, stored in (("Y", "yes"), ("N", "no"), ("Y", "yes"), ("U", "unknown"), ("Y", "yes"), ("X", "yes")):
        say(scene, OKOnlineMaterial=value)
        ran(scene)
        assert (value, consent(scene)["online_publication"]) == (value, stored)


def test_what_a_person_answered_here_yields_to_a_refusal_only(scene: Scene) -> None:
    scene.everyone(1)
    from_files(scene, consent="all")
    student = Person.objects.get(code="0001")
    with acting_as(KIM):
        set_consent(student, {"yearbook": "no", "online_publication": "yes", "media_release": "yes"})
    say(scene, **{"School/College Yearbook": "Y", "OKOnlineMaterial": "N", "OKMediaRelease": "U"})

    ran(scene)

    assert consent(scene) == {"yearbook": "no", "online_publication": "no", "media_release": "yes"}


def test_what_a_roster_said_meanwhile_yields_to_a_refusal_only(scene: Scene) -> None:
    """A roster that is read by itself is the program's act too, and the office's word."""
    scene.everyone(1)
    from_files(scene, consent="all")
    say(scene, OKOnlineMaterial="Y")
    ran(scene)
    with acting_as(ITSELF):
        student = Person.objects.get(code="0001")
        set_consent(student, {"online_publication": "no"}, note="By importing a roster.")

    ran(scene)

    assert consent(scene) == {"online_publication": "no"}


def test_consent_of_who_left_or_is_not_known_is_not_touched(scene: Scene) -> None:
    scene.everyone(1)
    Person.objects.update(status="left")
    scene.roster_changed()
    from_files(scene, consent="all")
    say(scene, OKToPublish="N")
    ran(scene)
    assert consent(scene) == {}
