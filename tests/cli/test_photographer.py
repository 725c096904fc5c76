"""A photographer's delivery at the command line: tried, its licence read and accepted, synced."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from photosync.apps.profiles.models import DeliveryLicence
from tests.apps.runs.scene import Scene
from tests.cli.commanding import Commanding
from tests.connectors.photographer.volumes import columns, table

pytestmark = pytest.mark.once

TEXT = "Yearbook pages only.\n\x1b[31mNo resale."
PROFILE = "Photo Sync"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path / "photos", now=datetime.now(UTC))
    made.assign("LONG", date(2020, 1, 1), date(2199, 12, 31))
    person = made.person("0001")
    person.given_name, person.family_name = "Mia", "Chen"
    person.save()
    made.put("Vol/INDEX.TXT", table(columns("1.jpg", "CHEN", "Mia")).encode())
    made.put("Vol/COPYRIGHT.TXT", TEXT.encode())
    made.put("Vol/IMAGES/1.jpg", 1)
    made.options(match="photographer")
    return made


def test_licence_is_shown_refused_without_and_accepted(command: Commanding, scene: Scene) -> None:
    tried = command.json("profile", "test", PROFILE)
    (licence,) = tried["licences"]
    assert licence["text"] == "Yearbook pages only.\n\ufffd[31mNo resale."
    assert tried["explanation"] == "1 photo, 1 matches a person."
    assert not DeliveryLicence.objects.exists()

    refused = command.json("run", "show", str(scene.run().pk))
    assert (refused["state"], refused["explanation"].partition(". ")[0]) == (
        "failed",
        "The photographer's delivery comes with a licence that nobody has accepted yet: Vol/COPYRIGHT.TXT "
        f"({licence['sha256'][:12]})",
    )

    shown = command("profile", "licence", PROFILE)
    assert f"accepted  no: no photo is read until it is, with --accept {licence['sha256'][:12]}\n" in shown.out
    assert "\x1b" not in shown.out
    accepted = command.json("profile", "licence", PROFILE, "--accept", licence["sha256"][:12].upper())
    assert [(each["path"], each["accepted_by"]) for each in accepted] == [
        ("Vol/COPYRIGHT.TXT", DeliveryLicence.objects.get().accepted_by)
    ]
    assert scene.run().state == "done"
    assert "accepted  by " in command("profile", "licence", PROFILE).out


def test_only_the_text_that_was_read_is_accepted(command: Commanding, scene: Scene) -> None:
    (read,) = command.json("profile", "licence", PROFILE)
    scene.put("Vol/COPYRIGHT.TXT", b"All rights are ours, and so is the school.")

    assert command.refusal("profile", "licence", PROFILE, "--accept", read["sha256"]) == (
        2,
        f'The data source of "Photo Sync" holds no licence "{read["sha256"][:12]}". Nothing was accepted. Read the '
        "licence again: it may have changed.",
    )
    assert not DeliveryLicence.objects.filter(accepted_at__isnull=False).exists()


def test_several_licences_are_accepted_by_their_hashes_or_none(command: Commanding, scene: Scene) -> None:
    scene.put("Two/INDEX.TXT", table(columns("2.jpg", "Ng", "Leo")).encode())
    scene.put("Two/COPYRIGHT.TXT", b"Ask first.")
    hashes = [each["sha256"] for each in command.json("profile", "licence", PROFILE)]
    assert len(hashes) == 2

    command.refusal("profile", "licence", PROFILE, "--accept", hashes[0], "--accept", "0" * 64)
    assert not DeliveryLicence.objects.filter(accepted_at__isnull=False).exists()

    command("profile", "licence", PROFILE, "--accept", hashes[0])
    (left,) = DeliveryLicence.objects.filter(accepted_at__isnull=True)
    assert left.sha256 == hashes[1]

    accepted = command.json("profile", "licence", PROFILE, "--accept", hashes[0], "--accept", hashes[1][:20])
    assert all(each["accepted_at"] for each in accepted)


@pytest.mark.parametrize("given", ["", "3f2a9c01d7b", "COPYRIGHT.TXT", "3f2a9c01d7be.."])
def test_what_is_no_hash_accepts_nothing(command: Commanding, scene: Scene, given: str) -> None:
    assert command.refusal("profile", "licence", PROFILE, "--accept", given) == (
        2,
        f'"{given.lower()}" is not the hash of a licence. Nothing was accepted. Read the licence, and give the hash '
        'that is shown with it, or its first 12 characters: photosync profile licence "Photo Sync"',
    )
    assert not DeliveryLicence.objects.filter(accepted_at__isnull=False).exists()


def test_accepting_says_which_licence_is_missing(command: Commanding, scene: Scene) -> None:
    assert command.refusal("profile", "licence", PROFILE, "--accept") == (
        2,
        '"" is not the hash of a licence. Nothing was accepted. Read the licence, and give the hash that is shown '
        'with it, or its first 12 characters: photosync profile licence "Photo Sync"',
    )


def test_delivery_without_a_licence(command: Commanding, scene: Scene) -> None:
    scene.remove("Vol/COPYRIGHT.TXT")
    assert command("profile", "licence", PROFILE).out == (
        "The delivery comes with no licence (COPYRIGHT.TXT). Nothing needs to be accepted.\n"
    )
    assert command.json("profile", "licence", PROFILE) == []


def test_profile_that_reads_no_delivery(command: Commanding, scene: Scene) -> None:
    scene.options()
    assert command.refusal("profile", "licence", PROFILE) == (
        3,
        'The sync profile "Photo Sync" does not read a photographer\'s delivery, so there is no licence. '
        "Nothing was done. Set match=photographer if it does: "
        'photosync profile set "Photo Sync" --option match=photographer',
    )


def test_wrong_way_to_find_people_is_named(command: Commanding, scene: Scene) -> None:
    status, told = command.refusal("profile", "set", PROFILE, "--option", "by=shoe size")
    assert (status, told) == (
        2,
        '"shoe size" is not by what a person in a photographer\'s delivery is found. Nothing was changed. '
        "Choose one of: name, stem.",
    )
