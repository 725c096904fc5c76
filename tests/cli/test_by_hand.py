"""Photos, consent and protection decided on by the command line."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.apps.runs.scene import Scene
from tests.cli.commanding import Commanding
from tests.portraits import make_portrait

pytestmark = pytest.mark.once


@pytest.fixture
def scene(command: Commanding, tmp_path: Path) -> Scene:
    """Return a school in which P0001 has a photo of this year, and P0002 none."""
    scene = Scene(tmp_path / "photos", now=datetime.now(UTC))
    scene.assign("LONG", date(2020, 1, 1), date(2199, 12, 31))
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.run()
    return scene


@pytest.fixture
def portrait(tmp_path: Path) -> str:
    path = tmp_path / "mia.jpg"
    path.write_bytes(make_portrait(50, 800, 1000))
    return str(path)


def test_photo_is_set_cropped_and_restored(scene: Scene, command: Commanding, portrait: str) -> None:
    document = command.json("photo", "set", "0001", portrait, "--rotate", "90", "--crop", "10,0,80,100")
    year = document["year"]

    assert document == {
        "code": "0001",
        "kind": "student",
        "name": "P0001",
        "year": year,
        "version": 2,
        "pinned": 1,
        "withdrawn": False,
        "explanation": f"It is the photo of {year} now. The sync does not use the picture that it had for {year} "
        "again, until the pin is released. A new picture in the source replaces it.",
    }
    latest = command.json("photo", "history", "0001")["years"][0]["versions"][0]
    assert (latest["origin"], latest["made_by"], latest["width_px"], latest["height_px"]) == (
        "mia.jpg",
        "command line",
        800,
        800,
    )
    turned = command("photo", "set", "0001", "--rotate", "180")
    assert turned.out.startswith(f"P0001 (0001): version 3 of {year}. It is the photo of {year} now.")
    assert command.json("photo", "restore", "0001", "--version", "1")["version"] == 1
    current = [
        each["version"]
        for each in command.json("photo", "history", "0001")["years"][0]["versions"]
        if each["current"]
    ]
    assert current == [1]


def test_photo_is_withdrawn_and_shown(scene: Scene, command: Commanding) -> None:
    assert command("photo", "withdraw", "0001", "--reason", "The parents asked.").out == (
        "The photo of P0001 (0001) is withdrawn: The parents asked.\n"
    )
    assert command.refusal("photo", "get", "0001", "-o", "x.jpg")[0] == 3
    assert command.json("photo", "show", "0001") == {
        "code": "0001",
        "kind": "student",
        "name": "P0001",
        "withdrawn": None,
    }
    assert command.refusal("photo", "show", "0001") == (
        3,
        "The photo of P0001 (0001) is not withdrawn. Nothing was changed.",
    )


def test_wrong_words_are_refused(scene: Scene, command: Commanding, portrait: str, tmp_path: Path) -> None:
    year = scene.now.year
    text = tmp_path / "notes.txt"
    text.write_text("not a picture")

    assert command.refusal("photo", "set", "0001", portrait, "--crop", "50,0,80,100") == (
        2,
        '"50,0,80,100" is no part of a picture. Nothing was saved. Write it as left, top, width and height in '
        "percent, such as 10,0,80,100.",
    )
    assert command.refusal("photo", "set", "0001", str(tmp_path / "none.jpg")) == (
        2,
        f'The file "{str(tmp_path / "none.jpg")[:59]}…" cannot be read (No such file or directory). Nothing was '
        "saved. Check its path.",
    )
    assert command.refusal("photo", "set", "0001", str(text)) == (
        1,
        "This is not an image: its content is no picture format we know, whatever the file is called. "
        "It was not used. Replace it with a JPEG or PNG photo.",
    )
    assert command.refusal("photo", "set", "0001") == (
        3,
        "The photo was neither turned nor cut. Nothing was changed.",
    )
    assert command.refusal("photo", "set", "0002", "--rotate", "90") == (
        2,
        f"P0002 (0002) has no photo for {year}. Nothing was changed.",
    )


def test_consent_protection_and_leaving(scene: Scene, command: Commanding) -> None:
    assert command("people", "consent", "0001", "school-use", "no").out == (
        "Consent of P0001 (0001) for school use is no.\n"
    )
    assert command("people", "consent", "0001", "school_use", "N").out == (
        "Consent of P0001 (0001) for school use is no already.\n"
    )
    assert command.json("people", "consent", "0001", "yearbook", "yes")["consent"] == {
        "school_use": "no",
        "yearbook": "yes",
    }
    assert command.json("people", "protect", "0001")["protected"] is True
    assert command.refusal("people", "protect", "0001")[0] == 3
    assert command("people", "unprotect", "0001").out == "P0001 (0001) is not protected any more.\n"
    assert command("people", "leave", "0001").out == "P0001 (0001) is marked as left.\n"
    assert command.json("people", "show", "0001")["status"] == "left"


def test_photo_of_a_year_is_taken_off(scene: Scene, command: Commanding) -> None:
    year = scene.now.year

    assert command("photo", "take-off", "0001").out == (
        f"P0001 (0001): There is no photo of {year} any more; its versions are kept. There is no photo to show now.\n"
    )
    assert command.refusal("photo", "take-off", "0001", "--json") == (
        2,
        f"P0001 (0001) has no photo for {year}. Nothing was changed.",
    )
    command("photo", "restore", "0001", "--version", "1")
    assert command.json("photo", "take-off", "0001")["year"] == year


def test_original_file_is_given_out_where_the_school_keeps_those(
    scene: Scene, command: Commanding, portrait: str, tmp_path: Path
) -> None:
    edited = command("school", "edit", "TEST", "--keep-originals").out
    command("photo", "set", "0002", portrait)
    target = tmp_path / "original.jpg"

    document = command.json("photo", "get", "0002", "--original", "-o", str(target))
    numbered = command.json("photo", "get", "0002", "--original", "--version", "1")

    assert "Original files are kept from now on" in edited
    assert target.read_bytes() == Path(portrait).read_bytes()
    assert document == numbered | {"file": str(target)}
    assert (document["format"], document["size_bytes"]) == ("JPEG", target.stat().st_size)
    assert command.json("photo", "history", "0002")["years"][0]["versions"][0]["original_bytes"] == (
        target.stat().st_size
    )
    assert command.json("school", "show", "TEST")["originals"] == {"count": 1, "size_bytes": target.stat().st_size}
    refused = command("photo", "get", "0001", "--original", "-o", str(target))
    assert refused.err.endswith("of P0001 (0001). Nothing was given out.\n")
    assert command("photo", "get", "0002", "--original", "--size", "full", "-o", str(target)).err.endswith(
        "An original file has one size, its own. Nothing was done. Leave out --size or --original.\n"
    )
    assert command("photo", "get", "0002", "--version", "1", "-o", str(target)).err.endswith(
        "--version goes with --original, which was not given. Nothing was done.\n"
    )


def test_all_originals_of_a_school_are_erased(scene: Scene, command: Commanding, portrait: str) -> None:
    command("school", "edit", "TEST", "--keep-originals")
    command("photo", "set", "0002", portrait)

    erased = command("school", "erase-originals", "TEST")
    again = command("school", "erase-originals", "TEST")

    assert erased.out == "1 original file was erased. The photo stays.\n"
    assert again.err.endswith("TEST Test keeps no original file. Nothing was erased.\n")
    assert command.json("photo", "history", "0002")["years"][0]["versions"][0]["original_bytes"] is None
