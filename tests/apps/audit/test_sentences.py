"""Entries as sentences."""

import pytest

from photosync.apps.audit.acts import Act
from photosync.apps.audit.models import Entry
from photosync.apps.audit.sentences import ABOUT, HEADS, sentence_of


def sentence(act: str, subject: str = "", *changes: list[str | None], note: str = "") -> str:
    return sentence_of(Entry(actor="kim", act=act, subject=subject, changes=list(changes), note=note))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            ("period.changed", "2026S2", ["end", "2026-12-18", "2027-01-08"], ["sync_only", "no", "yes"]),
            "kim changed timetable period 2026S2: End from Friday 18 December 2026 to Friday 8 January 2027; "
            "For sync only from no to yes.",
        ),
        (
            ("profile.period-changed", "Photo Sync", ["period", "S2", "S2"], ["frequency", "nightly", "every 15m"]),
            "kim changed when sync profile Photo Sync runs: Timetable period S2; Frequency from every night at 00:00 "
            "to every 15 minutes.",
        ),
        (
            ("profile.changed", "Photo Sync", ["option key", "student_code", None], ["option path", None, "/srv"]),
            "kim changed sync profile Photo Sync: Option key taken away, was student_code; Option path set to /srv.",
        ),
        (
            ("school.added", "PHS Pelican", ["academic_year_begins", None, "02-01"]),
            "kim added school PHS Pelican: First day of the academic year 1 February.",
        ),
        (
            ("period.changed", "S", ["end", "2026-99-99", ""]),
            "kim changed timetable period S: End from 2026-99-99 to nothing.",
        ),
        (
            ("profile.changed", "P", ["frequency", "odd", "odder"]),
            "kim changed sync profile P: Frequency from odd to odder.",
        ),
        (("calendar.link-changed", "lee"), "kim changed the calendar link of account lee."),
        (
            (
                *("retention.changed", "PHS Pelican", ["audit_years", "7 years", "for good"]),
                ["photos_of_leavers_years", "7 years", "5 years"],
            ),
            "kim changed how long records and photos of school PHS Pelican are kept: Audit entries kept from 7 years "
            "to for good; Photos of leavers kept from 7 years to 5 years.",
        ),
        (("an.act-of-later", "thing"), "kim: an.act-of-later, thing."),
    ],
)
def test_entry_in_words(entry: tuple[str, str, list[str | None]], said: str) -> None:
    assert sentence(*entry) == said


def test_what_an_approval_and_a_download_chose_is_not_a_change() -> None:
    assert sentence("run.approved", "4", ["publish_as_year", None, "2027"]) == (
        "kim approved run 4: Published as photos of 2027."
    )
    assert sentence("report.downloaded", "2026 Semester 2", ["reports", None, "20"], note="8A") == (
        "kim downloaded archived reports of 2026 Semester 2: Reports 20. 8A."
    )
    assert sentence("report.imported", "2026 Semester 2", ["replaced", None, "1"]) == (
        "kim imported reports of 2026 Semester 2: Replaced 1."
    )


def test_act_without_words_of_its_own_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry of a later version, or an act that no one gave words to, is told all the same."""
    assert sentence("drone.landed", "the roof") == "kim: drone.landed, the roof."
    assert sentence("drone.landed") == "kim: drone.landed."
    monkeypatch.delitem(HEADS, Act.RUN_UNDONE)
    assert sentence(Act.RUN_UNDONE, "41", note="two faces were swapped") == (
        f"kim: {Act.RUN_UNDONE.label}, 41. Two faces were swapped."
    )


def test_note_follows_as_a_sentence_of_its_own() -> None:
    assert sentence("run.approved", "41", note="left out: Ada") == "kim approved run 41. Left out: Ada."


@pytest.mark.parametrize("act", list(Act))
def test_every_act_can_be_told_and_chosen(act: Act) -> None:
    assert sentence(act, "it").endswith(".")
    assert act.partition(".")[0] in ABOUT
