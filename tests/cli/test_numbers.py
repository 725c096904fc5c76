"""Numbers that no database holds, and options that are there but empty."""

import pytest

from photosync.apps.schools.models import School
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.once

HUGE = "9" * 20


@pytest.mark.parametrize(
    ("words", "option", "least"),
    [
        (("people", "list"), "--limit", 1),
        (("run", "list"), "--limit", 1),
        (("profile", "status", "Photo Sync"), "--upcoming", 0),
    ],
)
@pytest.mark.parametrize("number", [HUGE, "1000001", "-1"])
def test_a_number_out_of_range_is_wrong_use(
    command: Commanding, school: School, words: tuple[str, ...], option: str, least: int, number: str
) -> None:
    path = " ".join(words[:2])

    assert command.refusal(*words, option, number, "--json") == (
        2,
        f"Invalid value for '{option}': {number} is not in the range {least}<=x<=1000000. Nothing was done. "
        f"See: photosync {path} --help",
    )


@pytest.mark.parametrize("option", ["--start", "--end"])
def test_an_empty_date_is_wrong_use_beside_another_change(command: Commanding, school: School, option: str) -> None:
    period = ("2026S2", "--description", "Semester 2", "--start", "2026-07-20", "--end", "2026-12-18")
    made = command.json("period", "add", *period)

    assert command.refusal("period", "edit", "2026S2", "--description", "Other", option, "") == (
        2,
        f'"" is not a date for {option}. Nothing was done. Write it as YYYY-MM-DD, such as 2026-12-18.',
    )
    assert command.json("period", "show", "2026S2") == made
