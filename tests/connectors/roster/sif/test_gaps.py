"""What is left open by SIF: enrolments without a school, schools that nobody knows, dates that cannot be, doubles."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.connectors.roster.contract import Row
from photosync.connectors.roster.sif.roster import SifRoster
from tests.connectors.roster.sif.schools import (
    HILL,
    MIA,
    MIA_NOW,
    SCHOOLS,
    STAFF,
    STUDENT,
    VALE,
    by_code,
    on_files,
    rows,
    unreadable,
)
from tests.services.sif import document, enrollment, guid, school_info, staff, student

PAST = {"EntryDate": "2025-01-28", "ExitDate": "2025-12-10", "TimeFrame": "H"}

ENROLLED_NOWHERE = (
    "Students with a StudentSchoolEnrollment that names no school, or one that is no SchoolInfo (SchoolInfoRefId): "
    "1. It was read as one of the school that was chosen, and no one was taken to have left by not being in the "
    "roster. Have that filled in, or name no school here."
)
NO_SCHOOL = (
    "StudentPersonal objects that do not say of which school they are, or name one that is no SchoolInfo: 1. They "
    "were left as they are, and no one was taken to have left by not being in the roster. Have that corrected, or "
    "name no school here."
)
OF_NOBODY = (
    "StudentSchoolEnrollment objects that name no student (StudentPersonalRefId): 1. It is not known whose they are. "
    "So year levels, roll groups and houses were left as they are, and no one was taken to have left by enrolments, "
    "or by not being in the roster. Have that filled in."
)


@pytest.mark.parametrize("counts", ["exits", "required"])
@pytest.mark.parametrize("past", ["", HILL, VALE])
def test_enrolment_of_now_that_names_no_school_makes_nobody_a_leaver(tmp_path: Path, counts: str, past: str) -> None:
    given = [MIA, enrollment(guid("now"), guid("mia"), YearLevel="7")]
    if past:
        given.append(enrollment(guid("past"), guid("mia"), past, YearLevel="6", **PAST))
    with on_files(tmp_path, *SCHOOLS, *given, school="Hill Campus", counts=counts) as roster:
        assert by_code(roster, "status") == {"002082": "active"}
        assert by_code(roster, "year_level") == {"002082": "7"}
        assert not roster.names_everyone(STUDENT)
        assert roster.warnings() == (ENROLLED_NOWHERE,)
    with on_files(tmp_path, counts=counts) as roster:
        assert by_code(roster, "status") == {"002082": "active"}
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (True, ())


def test_enrolment_without_a_school_of_a_student_who_is_not_there_shows_that_others_may_be_missing(
    tmp_path: Path,
) -> None:
    mia, gone = enrollment(guid("e"), guid("mia"), HILL), enrollment(guid("g"), guid("gone"))
    with on_files(tmp_path, *SCHOOLS, MIA, mia, gone, school="Hill Campus") as roster:
        assert by_code(roster, "status") == {"002082": "active"}
        assert not roster.names_everyone(STUDENT)
        assert roster.warnings() == (
            "Students with a StudentSchoolEnrollment, but without a StudentPersonal: 1. So others may be missing as "
            "well, and no one was taken to have left by not being in the roster. Have every StudentPersonal given.",
        )


def test_enrolment_of_now_at_no_known_school_may_be_at_the_one_that_is_asked_for(tmp_path: Path) -> None:
    """Whatever the last school was: whoever moves is at the new one, which may be this."""
    last = student(guid("tom"), "0002", recent="<SchoolLocalId>02</SchoolLocalId>")
    for at in ("", guid("nobody's")):
        now, past = enrollment(guid("t"), guid("tom"), at), enrollment(guid("t"), guid("tom"), at, **PAST)
        with on_files(tmp_path, *SCHOOLS, MIA, MIA_NOW, last, now, school="Hill Campus") as roster:
            assert by_code(roster, "status") == {"002082": "active"}
            assert (roster.names_everyone(STUDENT), roster.warnings()) == (False, (NO_SCHOOL,))
        with on_files(tmp_path, *SCHOOLS, MIA, MIA_NOW, last, past, school="Hill Campus") as roster:
            assert by_code(roster, "status") == {"002082": "active"}
            assert (roster.names_everyone(STUDENT), roster.warnings()) == (True, ())


def test_enrolment_of_now_at_no_known_school_keeps_whoever_was_at_the_one_that_is_asked_for(tmp_path: Path) -> None:
    given = [MIA, enrollment(guid("p"), guid("mia"), HILL, **PAST)]
    now = enrollment(guid("n"), guid("mia"), guid("nobody's"))
    with on_files(tmp_path, *SCHOOLS, *given, now, school="Hill Campus") as roster:
        assert by_code(roster, "status") == {"002082": "active"}
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (False, (ENROLLED_NOWHERE,))
    former = enrollment(guid("n"), guid("mia"), guid("nobody's"), **PAST)
    with on_files(tmp_path, *SCHOOLS, MIA, MIA_NOW, former, school="Hill Campus") as roster:
        assert by_code(roster, "status") == {"002082": "active"}
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (True, ())


def test_enrolment_that_names_no_student_may_be_of_anyone(tmp_path: Path) -> None:
    """Tom's exit may not be the last thing that is said of Tom."""
    tom = [student(guid("tom"), "0002"), enrollment(guid("t"), guid("tom"), HILL, ExitDate="2026-03-01")]
    nobodys = enrollment(guid("x"), "", HILL, YearLevel="8", House="Waratah")
    with on_files(tmp_path, *SCHOOLS, MIA, MIA_NOW, *tom, nobodys) as roster:
        table = roster.table(STUDENT)
        assert not {"year_level", "roll_group", "house"} & set(table.columns)
        told = ["Enrolments name no student, so that it is not known whether this one has left."]
        assert (by_code_of_readable(roster), unreadable(roster)) == ({"002082": "active"}, told)
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (False, (OF_NOBODY,))
    with on_files(tmp_path, school="Vale Campus") as roster:
        list(roster.table(STUDENT))
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (True, ())
    with on_files(tmp_path, counts="none") as roster:
        assert by_code(roster, "year_level") == {"002082": "6", "0002": ""}
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (True, ())


def test_student_without_a_ref_id_has_no_enrolments_that_could_be_told(tmp_path: Path) -> None:
    with on_files(tmp_path, MIA, MIA_NOW, student("", "0002"), counts="required") as roster:
        told = ["It has no RefId, so that its enrolments cannot be told."]
        assert (by_code_of_readable(roster), unreadable(roster)) == ({"002082": "active"}, told)
    with on_files(tmp_path, counts="none") as roster:
        assert list(by_code(roster, "status")) == ["002082", "0002"]


def test_school_that_nobody_knows_may_be_the_one_that_is_asked_for(tmp_path: Path) -> None:
    hill = school_info(HILL, "Hill", "77").replace("</LocalId>", "</LocalId><StateProvinceId>4201</StateProvinceId>")
    vale = school_info(VALE, "Vale", "88").replace("</LocalId>", "</LocalId><CommonwealthId>77</CommonwealthId>")
    codes = {"T1": "77", "T2": "4201", "T3": "88"}
    people = [staff(guid(code), code, recent=f"<SchoolLocalId>{at}</SchoolLocalId>") for code, at in codes.items()]
    with on_files(tmp_path, vale, hill, *people, school="Hill") as roster:
        found = {row["staff_code"]: row["campus"] for row in rows(roster, STAFF)}
        assert found == {"T1": "Hill", "T2": "Hill"}
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (True, ())
    odd = staff(guid("T4"), "T4", recent="<SchoolLocalId>0077</SchoolLocalId>")
    with on_files(tmp_path, vale, hill, *people, odd, school="Hill") as roster:
        assert [row["staff_code"] for row in rows(roster, STAFF)] == ["T1", "T2"]
        assert (roster.names_everyone(STAFF), roster.names_everyone(STUDENT)) == (False, True)
        assert roster.warnings() == (
            "StaffPersonal objects that do not say of which school they are, or name one that is no SchoolInfo: 1. "
            "They were left as they are, and no one was taken to have left by not being in the roster. Have that "
            "corrected, or name no school here.",
        )


@pytest.mark.parametrize(
    ("elsewhere", "status"),
    [
        ({"EntryDate": "2026-07-01"}, "left"),
        ({"EntryDate": "2026-07-01", "MembershipType": "02"}, "unchanged"),
        ({"EntryDate": "2020-01-28"}, "unchanged"),
        ({"EntryDate": ""}, "unchanged"),
    ],
)
def test_only_who_is_at_home_in_another_school_since_has_gone_on_there(
    tmp_path: Path, elsewhere: dict[str, str], status: str
) -> None:
    """Not who learns a language there besides, or whom a former school never closed."""
    here = enrollment(guid("here"), guid("mia"), HILL, **PAST, RecordClosureReason="EndOfYear")
    there = enrollment(guid("there"), guid("mia"), VALE, **elsewhere)
    with on_files(tmp_path, *SCHOOLS, MIA, here, there, school="Hill Campus") as roster:
        assert by_code(roster, "status") == {"002082": status}


def test_enrolment_of_two_exports_is_one_and_with_different_data_its_student_is_left_out(tmp_path: Path) -> None:
    tom = [student(guid("tom"), "0002"), enrollment(guid("t"), guid("tom"), HILL)]
    closed = enrollment(guid("of mia").upper(), guid("mia"), HILL, ExitDate="2026-03-01", TimeFrame="H")
    (tmp_path / "b.xml").write_bytes(document("All", [closed, tom[1].replace(guid("t"), guid("t").upper(), 1)]))
    with on_files(tmp_path, MIA, MIA_NOW, *tom) as roster:
        told = [f'The RefId "{guid("of mia")}" of an enrolment is there twice, with different data.']
        assert (by_code_of_readable(roster), unreadable(roster)) == ({"0002": "active"}, told)
    with on_files(tmp_path, *SCHOOLS, MIA, MIA_NOW, *tom, school="Vale Campus") as roster:
        assert (by_code_of_readable(roster), unreadable(roster)) == ({}, [])
    with on_files(tmp_path, MIA, MIA_NOW, *tom, counts="none") as roster:
        assert (by_code_of_readable(roster), unreadable(roster)) == ({"002082": "", "0002": ""}, [])


def test_enrolment_that_is_of_two_students_is_nobodys(tmp_path: Path) -> None:
    tom, both = student(guid("tom"), "0002"), enrollment(guid("of mia"), guid("tom"), HILL)
    with on_files(tmp_path, MIA, MIA_NOW, tom, both) as roster:
        assert (by_code_of_readable(roster), len(unreadable(roster))) == ({}, 2)


def test_more_enrolments_than_a_student_can_have_make_nobody_a_leaver(tmp_path: Path) -> None:
    past = [enrollment(guid(f"p{each}"), guid("mia"), HILL, House=str(each), **PAST) for each in range(200)]
    same = [MIA_NOW.replace(guid("of mia"), "")] * 3
    with on_files(tmp_path, MIA, *past[1:], *same) as roster:
        assert (by_code_of_readable(roster), unreadable(roster)) == ({"002082": "active"}, [])
    with on_files(tmp_path, MIA, *past, *same) as roster:
        assert (by_code_of_readable(roster), unreadable(roster)) == ({}, ["It has more than 200 enrolments."])


@pytest.mark.parametrize(
    "dates",
    [
        {"ExitDate": "0001-01-01"},
        {"ExitDate": "1900-01-01T00:00:00"},
        {"EntryDate": "", "ExitDate": "1900-01-01"},
        {"EntryDate": "2026-07-13", "ExitDate": "2026-07-12"},
    ],
    ids=["no date", "zero of a table", "without an entry", "exit of a former enrolment"],
)
def test_exit_that_cannot_be_makes_nobody_a_leaver(tmp_path: Path, dates: dict[str, str]) -> None:
    with on_files(tmp_path, MIA, enrollment(guid("e"), guid("mia"), **dates)) as roster:
        assert by_code(roster, "status") == {"002082": "active"}
        assert roster.warnings() == (
            "StudentSchoolEnrollment objects with an EntryDate or ExitDate that cannot be, such as an exit before "
            "the entry: 1. They were read as if that date were not there. Have it corrected where it comes from.",
        )


def test_exit_on_the_day_of_the_entry_is_an_exit(tmp_path: Path) -> None:
    given = enrollment(guid("e"), guid("mia"), EntryDate="2026-07-13", ExitDate="2026-07-13")
    with on_files(tmp_path, MIA, given) as roster:
        assert (by_code(roster, "status"), roster.warnings()) == ({"002082": "left"}, ())


def by_code_of_readable(roster: SifRoster) -> dict[str, str]:
    """Return the status of the students whose rows can be used, by their codes."""
    table = roster.table(STUDENT)
    found = [dict(zip(table.columns, row.cells, strict=True)) for row in table if isinstance(row, Row)]
    return {row["student_code"]: row.get("status", "") for row in found}
