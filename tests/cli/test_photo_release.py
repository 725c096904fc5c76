"""`photosync photo release`, and the pins in `photosync photo history`."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from photosync.apps.runs.models import Run
from photosync.cli.dates import written_moment
from tests.apps.runs.scene import Scene
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.once


@pytest.fixture
def undone(command: Commanding, tmp_path: Path) -> Run:
    """Return the undo of the run that published one student's first photo, today."""
    scene = Scene(tmp_path / "photos", now=datetime.now(UTC))
    scene.assign("LONG", date(2020, 1, 1), date(2199, 12, 31))
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    return scene.undo(scene.run())


@pytest.mark.usefixtures("undone")
def test_photo_release_tells_what_comes_of_it(command: Commanding) -> None:
    year = command.json("photo", "history", "0001")["current_year"]

    released = command("photo", "release", "0001")

    assert (released.status, released.err) == (0, "")
    assert released.out == (
        f"The pin of P0001 (0001) for {year} was released. The next run decides again on 1 file.\n"
    )


def test_photo_release_as_json(command: Commanding, undone: Run) -> None:
    (pin,) = command.json("photo", "history", "0001")["pins"]
    assert (pin["run"], pin["released_at"], pin["released_by"]) == (undone.pk, None, None)

    released = command.json("photo", "release", "0001", "--kind", "student", "--year", str(pin["year"]))

    (now_released,) = command.json("photo", "history", "0001")["pins"]
    assert now_released["released_by"] == "command line"
    assert released == {
        "code": "0001",
        "kind": "student",
        "name": "P0001",
        "year": pin["year"],
        "released": [pin | {name: now_released[name] for name in ("released_at", "released_by")}],
        "files": 1,
        "explanation": "The next run decides again on 1 file.",
    }


def test_photo_history_tells_of_pins(command: Commanding, undone: Run) -> None:
    (pin,) = command.json("photo", "history", "0001")["pins"]
    reason = f"pinned for {pin['year']}: Undone by Mr Night in run {undone.pk}."

    assert command("photo", "history", "0001").out.splitlines()[-1] == (
        f"A picture is {reason} Release it with: photosync photo release 0001 --year {pin['year']}"
    )
    command("photo", "release", "0001")
    (pin,) = command.json("photo", "history", "0001")["pins"]
    assert command("photo", "history", "0001").out.splitlines()[-1] == (
        f"A picture was {reason} Released by command line on {written_moment(pin['released_at'])}."
    )


@pytest.mark.usefixtures("undone")
def test_photo_release_refuses_in_plain_words(command: Commanding) -> None:
    year = command.json("photo", "history", "0001")["current_year"]
    assert command.refusal("photo", "release", "0001", "--year", "2019", "--json") == (
        2,
        "Nothing is pinned for P0001 (0001) and 2019. Nothing was released. "
        f"There are pins for {year}. Say which year is meant: --year Y",
    )
    assert command.refusal("photo", "release", "0009") == (
        2,
        'School TEST has no person with the code "0009". Nothing was done. '
        "See the codes that there are: photosync people list",
    )
    assert command.refusal("photo", "release", "0001", "--kind", "staff") == (
        2,
        'School TEST has no staff member with the code "0001". Nothing was done. '
        "See the codes that there are: photosync people list",
    )
    command("photo", "release", "0001")
    assert command.refusal("photo", "release", "0001") == (
        2,
        f"Nothing is pinned for P0001 (0001) and {year}. Nothing was released. "
        "See what there is: photosync photo history 0001",
    )
