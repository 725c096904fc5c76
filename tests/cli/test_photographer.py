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
    assert "accepted  no: no photo is read until it is" in shown.out
    assert "\x1b" not in shown.out
    accepted = command.json("profile", "licence", PROFILE, "--accept")
    assert [(each["path"], each["accepted_by"]) for each in accepted] == [
        ("Vol/COPYRIGHT.TXT", DeliveryLicence.objects.get().accepted_by)
    ]
    assert scene.run().state == "done"
    assert "accepted  by " in command("profile", "licence", PROFILE).out


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
