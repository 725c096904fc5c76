"""The pre-flight report: a delivery with one of every trouble, and what goes out of the school about it."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.runs import preflight
from photosync.apps.runs.preflight import Preflight, preflight_of
from photosync.apps.runs.preflight_document import preflight_file
from photosync.apps.sources.models import ListedFile
from photosync.core.errors import Refused, WrongUse
from tests.apps.runs.scene import Scene
from tests.portraits import make_portrait

SIZE = (480, 600)


def large(seed: int) -> bytes:
    return make_portrait(seed, *SIZE, quality=80)


def delivery(scene: Scene) -> None:
    """Put one file for each trouble. 0013 has none of his own; 0012 is protected and 0011 has left."""
    scene.everyone(13)
    scene.person("0002", "staff")
    Person.objects.filter(code="0012").update(protected=True)
    Person.objects.filter(code="0011").update(status=Person.Status.LEFT)
    scene.put("0001.jpg", large(1))
    scene.put("0002.jpg", large(2))
    scene.put("0003.jpg", b"")
    scene.put("0004.jpg", b"no picture")
    scene.put("0005.jpg", make_portrait(5, 90, 110))
    scene.put("0006.jpg", make_portrait(6, 640, 480))
    scene.put("0007.jpg", 7)
    scene.put("0008.jpg", large(8))
    scene.put("twice/0008.jpg", large(80))
    scene.put("0009.jpg", large(9))
    scene.put("0010.jpg", large(9))
    scene.put("0012.jpg", b"")
    scene.put("<b>nobody.jpg", large(99))


def told(report: Preflight) -> dict[str, list[tuple[str, str]]]:
    return {group.title: group.rows for group in report.groups}


def test_every_trouble_is_told_without_a_name(scene: Scene) -> None:
    delivery(scene)
    scene.preview()

    report = preflight_of(scene.profile, scene.now)

    assert report.sentence == "13 files came; 1 of them has nothing to mend."
    assert told(report) == {
        "2 files are empty": [
            ("0003.jpg", ""),
            ("a file that is not named here: its person is protected", ""),
        ],
        "1 file cannot be used": [
            (
                "0004.jpg",
                "This is not an image: its content is no picture format we know, whatever the file is called. It was "
                "not used. Replace it with a JPEG or PNG photo.",
            )
        ],
        "1 picture is too small": [("0005.jpg", "")],
        "1 picture may lie on its side": [("0006.jpg", "640 x 480 px")],
        "1 picture is small": [("0007.jpg", "130 x 160 px")],
        "1 file is nobody's": [("<b>nobody.jpg", 'code "<b>nobody"')],
        "It is in doubt whose 1 file is": [("0002.jpg", 'code "0002"')],
        "2 files have the same picture as another": [("0009.jpg", "also 0010.jpg"), ("0010.jpg", "also 0009.jpg")],
        "2 files are some of several for a person": [
            ("0008.jpg", "also twice/0008.jpg"),
            ("twice/0008.jpg", "also 0008.jpg"),
        ],
        "3 people have no file": [("0002", "staff"), ("0002", "student"), ("0013", "student")],
    }


def test_files_that_the_index_lists_and_that_did_not_come(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("a.jpg", large(1))
    scene.put("index.csv", b"0001,a.jpg\n0002,b.jpg\n")
    scene.options(match="index", index="index.csv")
    scene.preview()

    report = preflight_of(scene.profile, scene.now)

    assert told(report) == {
        "1 file is missing": [("b.jpg", 'code "0002"')],
        "1 person has no file": [("0002", "student")],
    }


def test_file_of_nobody_that_is_empty_is_told_as_empty(scene: Scene) -> None:
    scene.put("nobody.jpg", b"")
    scene.run()
    assert told(preflight_of(scene.profile, scene.now)) == {"1 file is empty": [("nobody.jpg", "")]}


def test_file_that_was_listed_while_it_came_in_and_read_whole_is_not_told_as_empty(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", large(1))
    scene.run()
    ListedFile.objects.update(size_bytes=0)
    assert preflight_of(scene.profile, scene.now).groups == ()


def test_delivery_without_trouble_has_nothing_to_mend(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", large(1))
    scene.run()
    report = preflight_of(scene.profile, scene.now)
    assert (report.sentence, report.groups) == ("1 file came; 1 of them has nothing to mend.", ())
    assert "There is nothing to mend." in preflight_file(report, ".html").decode()


def test_source_that_was_never_read_is_told(scene: Scene) -> None:
    with pytest.raises(Refused) as raised:
        preflight_of(scene.profile, scene.now)
    assert raised.value.message_with_command == (
        "Photo Sync has not read its data source yet, so there is nothing to report. Preview it first: "
        'photosync sync "Photo Sync" --preview'
    )


def test_long_groups_are_cut_and_say_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "MOST_ROWS", 2)
    scene.everyone(1)
    for number in range(5):
        scene.put(f"nobody{number}.jpg", number)
    scene.run()
    report = preflight_of(scene.profile, scene.now)
    group = report.groups[0]
    assert (group.title, len(group.rows), group.left_out) == ("5 files are nobody's", 2, 3)
    assert "and 3 more" in preflight_file(report, ".html").decode()


def test_files_that_are_only_counted_are_not_asked_about(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "MOST_ROWS", 1)
    scene.everyone(4)
    for number in range(1, 5):
        scene.put(f"000{number}.jpg", large(1))
    scene.preview()
    with CaptureQueriesContext(connection) as queries:
        (group,) = preflight_of(scene.profile, scene.now).groups
    assert (group.count, len(group.rows)) == (4, 1)
    assert sum(f"LIMIT {preflight.OTHERS_NAMED + 1}" in each["sql"] for each in queries) == 1


def test_html_holds_what_came_as_text_alone(scene: Scene) -> None:
    delivery(scene)
    run = scene.preview()
    page = preflight_file(preflight_of(scene.profile, scene.now), ".html").decode()
    assert "<title>What to mend in the photos for Test</title>" in page
    assert f"Photo Sync, run {run.pk}, made on Monday 3 August 2026" in page
    assert "&lt;b&gt;nobody.jpg" in page
    assert "<b>" not in page
    assert "src=" not in page
    assert Entry.objects.filter(act="profile.preflight-made").count() == 1


def test_pdf_holds_the_same(scene: Scene) -> None:
    delivery(scene)
    scene.preview()
    content = preflight_file(preflight_of(scene.profile, scene.now), ".PDF")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    for words in (
        "What to mend in the photos for Test",
        "13 files came",
        "0006.jpg",
        "640 x 480 px",
        "<b>nobody.jpg",
    ):
        assert words in text


def test_other_kind_of_file_is_refused(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", large(1))
    scene.run()
    with pytest.raises(WrongUse) as raised:
        preflight_file(preflight_of(scene.profile, scene.now), ".docx")
    assert raised.value.message == (
        'The report is made as .html or .pdf, not as ".docx". Nothing was written. Name it so.'
    )
