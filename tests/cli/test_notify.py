"""photosync notify, and the ping address of a profile."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from photosync.apps.schools.models import School
from photosync.outgoing import AllowedRanges
from tests.cli.commanding import Commanding
from tests.services.receivers import http_receiver

pytestmark = [pytest.mark.usefixtures("school"), pytest.mark.once]


def without_times(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in ("id", "added", "created", "ended")}


def test_address_is_added_listed_tested_and_removed(command: Commanding, settings: Settings) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1", setting="x")
    with http_receiver() as receiver:
        added = command.json(
            "notify", "add", f"json://u:secret@{receiver.place}/s3cret", "--name", "Office", "--kind", "held"
        )
        number = str(added["id"])
        sent = command.json("notify", "test", number)

    assert without_times(added) == {
        "school": "HILL",
        "name": "Office",
        "way": "apprise",
        "address": "json://127.0.0.1/…",
        "kinds": ["held"],
        "added_by": added["added_by"],
        "last_sent": None,
        "last_failed": None,
    }
    assert without_times(sent) == {
        "to": "Office (json://127.0.0.1/…)",
        "kind": "test",
        "subject": "A test of Photo Sync (Hill School)",
        "state": "sent",
        "attempts": 1,
        "next_attempt": None,
        "reason": "",
    }
    (listed,) = command.json("notify", "list")
    assert listed | {"last_sent": None} == added
    assert datetime.fromisoformat(listed["last_sent"]).utcoffset() is not None
    assert command.json("notify", "list", "--messages") == [sent]
    status, line = command.refusal("notify", "test", number)
    assert (status, line.startswith("The test did not go out to Office (json://127.0.0.1/…). The service")) == (
        1,
        True,
    )
    assert command("notify", "remove", number).out == "Office (json://127.0.0.1/…) was removed.\n"
    assert command("notify", "list").out == (
        "Nobody is told yet. Add an address: photosync notify add office@school.example\n"
    )


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("add", "nobody"), 2, '"nobody" is not an e-mail address. Nothing was saved.'),
        (
            ("add", "office@school.example"),
            3,
            "This server has no mail server to send e-mail with. Nothing was saved.",
        ),
        (
            ("add", "jsons://x.example/", "--kind", "lunch"),
            2,
            '"lunch" is not what can be told. Nothing was saved. Choose from: stops-soon, ended, held, failed, '
            "works-again, stale, roster-held, roster-fails.",
        ),
        (
            ("add", "jsons://x.example/", "--name", "x" * 101),
            2,
            "The name of an address has up to 100 characters. Nothing was saved.",
        ),
        (
            ("edit", "77", "--kind", "held", "--everything"),
            2,
            "Everything, or some kinds only? Nothing was changed. Leave out --everything or --kind.",
        ),
        (("edit", "77"), 2, "No change was given. Nothing was done. See: photosync notify edit --help"),
        (
            ("edit", "77", "--everything"),
            2,
            "School HILL has no notification address 77. Nothing was done.",
        ),
        (
            ("remove", "77"),
            2,
            "School HILL has no notification address 77. Nothing was done. "
            "See those that there are: photosync notify list",
        ),
    ],
)
def test_refusals_are_told(command: Commanding, words: tuple[str, ...], status: int, told: str) -> None:
    refused, line = command.refusal("notify", *words)

    assert refused == status
    assert line.startswith(told)


def test_what_an_address_is_told_is_changed(command: Commanding) -> None:
    number = str(command.json("notify", "add", "json://hooks.school.example/s3cret", "--kind", "held")["id"])

    edited = command.json("notify", "edit", number, "--name", "Office", "--kind", "ended", "--kind", "failed")
    everything = command("notify", "edit", number, "--everything").out

    assert (edited["name"], edited["kinds"]) == ("Office", ["ended", "failed"])
    assert everything == (
        "Office (json://hooks.school.example/…) was saved. It is told: stops-soon, ended, held, failed, works-again, "
        "stale, roster-held, roster-fails.\n"
    )


def test_ping_address_is_set_shown_and_taken_away(command: Commanding, school: School, tmp_path: Path) -> None:
    command("profile", "add", "Photo Sync", "--source", "folder", "--option", f"path={tmp_path}")
    url = "https://monitor.school.example/ping/1"

    assert command.json("profile", "set", "Photo Sync", "--ping-url", url)["ping_url"] == url
    shown = command("profile", "show", "Photo Sync").out
    assert ["ping", "address", url] in [line.split() for line in shown.splitlines()]
    assert command.json("profile", "set", "Photo Sync", "--ping-url", "")["ping_url"] == ""


@pytest.mark.parametrize("url", ["monitor", "ftp://x.example/", "https://", "https://x.example/a b", "http://[x/"])
def test_what_is_no_ping_address_is_told(command: Commanding, tmp_path: Path, url: str) -> None:
    command("profile", "add", "Photo Sync", "--source", "folder", "--option", f"path={tmp_path}")

    assert command.refusal("profile", "set", "Photo Sync", "--ping-url", url) == (
        2,
        "A ping address begins with https:// or http:// and has no spaces, such as "
        "https://monitor.school.example/ping/1234. Nothing was saved. Copy it again from your monitor.",
    )
