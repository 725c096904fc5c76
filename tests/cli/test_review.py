"""`photosync review`: list, match, dismiss, undo, decisions."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.review.models import ReviewDecision
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from tests.apps.runs.scene import Scene
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.once


@pytest.fixture
def scene(command: Commanding, tmp_path: Path) -> Scene:
    """Return a school with a file of nobody, a picture of two people, and a refused one."""
    scene = Scene(tmp_path / "photos", now=datetime.now(UTC))
    scene.assign("LONG", date(2020, 1, 1), date(2199, 12, 31))
    scene.everyone(4)
    scene.put("in/IMG_0001.jpg", 1)
    scene.put("0002.jpg", 2)
    scene.put("0003.jpg", 2)
    scene.put("0004.jpg", b"no picture")
    scene.run()
    return scene


def test_review_list_tells_what_waits_and_who_may_be_meant(command: Commanding, scene: Scene) -> None:
    rows = command.json("review", "list")

    assert [(row["queue"], row["file"]) for row in rows] == [
        ("unmatched", "in/IMG_0001.jpg"),
        *(("same-picture", name) for name in [row["file"] for row in rows[1:3]]),
        ("rejected", "0004.jpg"),
    ]
    first = rows[0]["suggestions"][0]
    assert first == {
        "kind": "student",
        "code": "0001",
        "name": "P0001",
        "why": 'The file name has the number "0001".',
    }
    assert rows[0] | {"suggestions": []} == {
        "queue": "unmatched",
        "profile": "Photo Sync",
        "file": "in/IMG_0001.jpg",
        "run": scene.profile.runs.get().pk,
        "year": None,
        "person": None,
        "reason_code": "unmatched",
        "reason": 'No student or staff member has the code "IMG_0001".',
        "suggestions": [],
    }
    listed = command("review", "list", "--queue", "unmatched").out
    assert "in/IMG_0001.jpg" in listed
    assert "P0001 (0001)" in listed


def test_review_match_is_followed_by_the_next_run(command: Commanding, scene: Scene) -> None:
    answer = command("review", "match", "in/IMG_0001.jpg", "0001")

    number = ReviewDecision.objects.get().pk
    assert answer.out == (
        "in/IMG_0001.jpg: P0001 (0001). The next run of Photo Sync follows it. "
        f"Take it back with: photosync review undo {number}\n"
    )
    scene.run()
    assert list(scene.library()) == ["0001"]
    (made,) = command.json("review", "decisions")
    assert (made["decision"], made["verdict"], made["file"], made["made_by"], made["undone_at"]) == (
        number,
        "matched",
        "in/IMG_0001.jpg",
        "command line",
        None,
    )


@pytest.mark.usefixtures("scene")
def test_review_dismiss_and_undo(command: Commanding) -> None:
    dismissed = command.json("review", "dismiss", "0002.jpg")
    assert dismissed["verdict"] == "placeholder"
    assert command.json("review", "list", "--queue", "same-picture") == []

    undone = command.json("review", "undo", str(dismissed["decision"]))

    assert undone["undone_by"] == "command line"
    assert len(command.json("review", "list", "--queue", "same-picture")) == 2
    assert command("review", "decisions").out == "No decision is in force.\n"


@pytest.mark.usefixtures("scene")
def test_review_list_of_people_without_a_photo(command: Commanding) -> None:
    rows = command.json("review", "list", "--queue", "without-photo")

    assert [(row["person"]["code"], row["rejected_files"], row["files_in_review"]) for row in rows] == [
        ("0001", 0, 0),
        ("0002", 0, 1),
        ("0003", 0, 1),
        ("0004", 1, 0),
    ]
    assert "No photo of any year." in command("review", "list", "--queue", "without-photo").out


def test_review_of_a_file_that_does_not_wait_or_is_of_several_profiles(command: Commanding, scene: Scene) -> None:
    assert command.refusal("review", "dismiss", "0001.jpg") == (
        2,
        'No file "0001.jpg" waits in review. Nothing was changed. See those that wait: photosync review list',
    )
    other = SyncProfile.objects.create(
        school=scene.school,
        name="Other",
        source_kind="folder",
        options={},
        created_at=scene.now,
        evaluated_until=scene.now,
    )
    listing = Listing.objects.create(profile=other, source_fingerprint="x")
    page = ListedPage.objects.create(listing=listing, ordinal=0, folder="in", digest=b"", entry_count=1)
    ListedFile.objects.create(
        profile=other, page=page, name="IMG_0001.jpg", size_bytes=1, stamp="1", state="unmatched"
    )

    assert command.refusal("review", "dismiss", "in/IMG_0001.jpg") == (
        2,
        '"in/IMG_0001.jpg" waits for several sync profiles: "Other", "Photo Sync". Nothing was changed. '
        "Say which is meant: --profile NAME",
    )
    assert command("review", "dismiss", "in/IMG_0001.jpg", "--profile", "Photo Sync").status == 0


@pytest.mark.usefixtures("command")
def test_review_list_of_nothing(command: Commanding, tmp_path: Path) -> None:
    Scene(tmp_path / "photos", now=datetime.now(UTC))

    assert command("review", "list").out == "Nothing waits in review.\n"
    assert command("review", "decisions").out == "No decision is in force.\n"
