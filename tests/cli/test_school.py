"""photosync school show and edit."""

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.schools.models import PRESET_LEGAL_BASIS, School
from photosync.core.consent import Purpose
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.once

NO = {"means": "no", "legal_basis": ""}
AS_MADE = {
    "unknown_consent": {
        **{purpose.value: NO for purpose in Purpose},
        "school_use": {"means": "yes", "legal_basis": PRESET_LEGAL_BASIS},
    },
    "keep_originals": False,
    "retention": {"photos_of_leavers_years": 7, "audit_years": 7, "photo_views_years": 2},
}


def test_school_show_tells_every_setting(command: Commanding, school: School) -> None:
    document = command.json("school", "show", "hill")

    leavers, originals = document.pop("leavers"), document.pop("originals")
    assert document == {
        "code": "HILL",
        "name": "Hill School",
        "timezone": "Australia/Sydney",
        "year_begins": "01-01",
        **AS_MADE,
    }
    assert (leavers["with_photos"], leavers["over"]) == (0, 0)
    assert originals == {"count": 0, "size_bytes": 0}
    text = command("school", "show").out
    assert f"unknown consent, school use: yes ({PRESET_LEGAL_BASIS})" in _facts(text)
    assert "photo views kept: 2 years" in _facts(text)
    assert ("keep originals: no" in _facts(text), "original files kept: 0 (0 bytes)" in _facts(text)) == (True, True)


def _facts(text: str) -> list[str]:
    lines = [line.split("  ", 1) for line in text.splitlines()]
    return [": ".join(part.strip() for part in line) for line in lines]


def test_school_edit_changes_what_is_given_and_nothing_else(command: Commanding, school: School) -> None:
    Entry.objects.all().delete()
    preview = command.json("school", "edit", "HILL", "--name", "Hill College", "--preview")
    assert (preview["preview"], preview["name"], preview["effects"]) == (True, "Hill School", [])

    edited = command.json(
        *("school", "edit", "hill", "--year-begins", "08-01", "--audit", "for-good", "--photos-of-leavers", "5"),
        *("--unknown-consent", "school_use=no", "--unknown-consent", "yearbook=yes", "--legal-basis", "Contract"),
    )

    assert (edited["name"], edited["timezone"], edited["year_begins"]) == ("Hill School", "Australia/Sydney", "08-01")
    assert edited["unknown_consent"]["school_use"] == NO
    assert edited["unknown_consent"]["yearbook"] == {"means": "yes", "legal_basis": "Contract"}
    assert edited["retention"] == {"photos_of_leavers_years": 5, "audit_years": None, "photo_views_years": 2}
    assert [(each.act, each.via) for each in Entry.objects.order_by("pk")] == [
        ("school.changed", "command-line"),
        ("retention.changed", "command-line"),
    ]


def test_school_edit_says_what_it_does(command: Commanding, school: School) -> None:
    lines = command("school", "edit", "HILL", "--name", "Hill College").out.splitlines()

    assert lines[0] == "School HILL was saved."
    assert lines[1].endswith("The same photos are current.")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "No change was given. Nothing was done. See: photosync school edit --help"),
        (
            ("--year-begins", "1 July"),
            '"1 July" is not a day on which an academic year begins. Nothing was saved. '
            "Write it as MM-DD, such as 01-27.",
        ),
        (
            ("--year-begins", "02-30"),
            "An academic year cannot begin on day 30 of month 2; nothing was saved. Choose a day of the calendar.",
        ),
        (
            ("--unknown-consent", "school_use=yes"),
            "Unknown consent cannot mean yes without a legal basis. Nothing was changed. "
            "Write down the legal basis, or let unknown mean no.",
        ),
        (
            ("--unknown-consent", "yearbook=maybe"),
            'Unknown consent means yes or no, not "maybe". Nothing was changed.',
        ),
        (
            ("--unknown-consent", "mugs=no"),
            '"mugs" is no purpose of consent. Nothing was changed. There are: school_use, online_publication, '
            "printed_publication, yearbook and media_release.",
        ),
        (
            ("--legal-basis", "Contract"),
            "A legal basis goes with --unknown-consent PURPOSE=yes, which was not given. Nothing was changed.",
        ),
        (
            ("--photos-of-leavers", "for-good"),
            '"for-good" is not a number of years for --photos-of-leavers. Nothing was changed. Give 1 to 99.',
        ),
        (
            ("--audit", "soon"),
            '"soon" is not a number of years for --audit. Nothing was changed. Give 1 to 99, or for-good.',
        ),
        (
            ("--audit", "0"),
            "Audit entries cannot be kept for 0 years. Nothing was saved. Choose 1 to 99 years.",
        ),
    ],
)
def test_school_edit_refused(command: Commanding, school: School, words: tuple[str, ...], message: str) -> None:
    assert command.refusal("school", "edit", "HILL", *words) == (2, message)
