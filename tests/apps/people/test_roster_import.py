from pathlib import Path
from typing import Any

import pytest

from photosync.apps.people.models import Person, RosterColumns
from photosync.apps.people.queries import identifier_documents, people_of, person_coded, person_document
from photosync.apps.people.roster.columns import parse_map
from photosync.apps.people.services import import_roster, mark_left
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import NotFound, PhotoSyncError, Refused, WrongUse
from photosync.core.people import PersonKind
from tests.apps.people.rosters import NOW, counted, day, identifiers, import_text, people, refused
from tests.connectors.roster.packages import USERS_1_1, manifest, table, write_zip

pytestmark = pytest.mark.django_db

THREE = (
    "Student Code,First Name,Surname,Year Level\n002082,Mia,Chen,Year 7\n0417,Ada,Okafor,Year 8\n0418,Bo,Lee,Year 8\n"
)


@pytest.fixture
def school(db: None) -> School:
    return add_school("HILL", "Hill School", "Australia/Sydney")


def revision(school: School) -> int:
    school.refresh_from_db()
    return school.identifier_revision


def test_columns_of_one_purpose_are_consent_and_empty_cells_say_nothing(school: School, tmp_path: Path) -> None:
    header = "student_code,Yearbook,Website consent,Media Consent,consent\n"

    first = import_text(school, tmp_path, f"{header}1,Yes,n,,school_use=yes;yearbook=no\n2,,,maybe,\n3,,,,\n")
    second = import_text(school, tmp_path, f"{header}1,,U,,\n")

    assert (counted(first), counted(second)) == (
        {"rows": 3, "new": 2, "refused": 1},
        {"rows": 1, "changed": 1, "absent": 1},
    )
    assert [each.reason for each in first.refusals] == [
        '"maybe" is no answer about consent. Write yes, no or unknown (or Y, N, U, X).'
    ]
    assert {person.code: person.consent for person in Person.objects.all()} == {
        "1": {"school_use": "yes", "yearbook": "yes", "online_publication": "unknown"},
        "3": {},
    }


def test_names_keep_the_joiners_that_their_script_needs(school: School, tmp_path: Path) -> None:
    report = import_text(school, tmp_path, "student_code,given_name\n1,می\u200cنا\n2\u200c,Mia\n")

    assert counted(report) == {"rows": 2, "new": 1, "refused": 1}
    assert [(each.line, each.reason) for each in report.refusals] == [
        (3, 'The student code "2\ufffd" has characters that are not text.')
    ]
    assert Person.objects.get().given_name == "می\u200cنا"


def test_people_are_imported_with_every_field(school: School, tmp_path: Path) -> None:
    text = (
        "student_code,alternate_id,given_name,family_name,preferred_name,username,email,year_level,"
        "roll_group,house,campus,status,consent,Shoe size\n"
        '="002082",A1;B2,Mia,Chen,Mi,mchen,M@x.edu,Year 7,7A,Red,Main,Enrolled,school_use=yes;online=no,38\n'
    )

    report = import_text(school, tmp_path, text)

    assert counted(report) == {"rows": 1, "new": 1}
    assert report.unknown_columns == ("Shoe size",)
    assert person_document(Person.objects.get()) == {
        "code": "002082",
        "kind": "student",
        "given_name": "Mia",
        "family_name": "Chen",
        "preferred_name": "Mi",
        "year_level": "Year 7",
        "roll_group": "7A",
        "house": "Red",
        "campus": "Main",
        "status": "active",
        "left_on": None,
        "protected": False,
        "keeps_no_photo": False,
        "consent": {"school_use": "yes", "online_publication": "no"},
    }
    assert identifiers("002082") == [
        ("alternate_id", "A1", "a1"),
        ("alternate_id", "B2", "b2"),
        ("email", "M@x.edu", "m@x.edu"),
        ("student_code", "002082", "2082"),
        ("username", "mchen", "mchen"),
    ]
    assert identifier_documents(Person.objects.get())[0] == {"key": "alternate_id", "value": "A1"}


def test_import_again_changes_nothing(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, THREE)
    before = revision(school)

    report = import_text(school, tmp_path, THREE)

    assert counted(report) == {"rows": 3, "unchanged": 3}
    assert revision(school) == before


def test_preview_counts_and_writes_nothing(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, THREE)
    rows = list(Person.objects.order_by("pk").values())
    before = revision(school)
    changed = (
        "Student Code,First Name,Surname,Year Level,Status\n"
        "002082,Mia,Chen,Year 8,active\n0417,Ada,Okafor,Year 8,left\n0500,Cy,Roe,Year 7,active\n"
        "0501,Old,Timer,,Leaver\n,No,Code,,active\n"
    )

    report = import_text(school, tmp_path, changed, preview=True, leavers_by_absence=False)

    assert counted(report) == {
        "rows": 5,
        "new": 1,
        "changed": 1,
        "left": 1,
        "skipped": 1,
        "refused": 1,
        "absent": 1,
    }
    assert list(Person.objects.order_by("pk").values()) == rows
    assert revision(school) == before
    assert "Status" not in RosterColumns.objects.get().mapping


def test_status_column_marks_leavers_and_brings_them_back(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, THREE)
    before = revision(school)

    left = import_text(school, tmp_path, "Student code,Status\n0417,EXITED\n")

    assert counted(left) == {"rows": 1, "left": 1, "absent": 2}
    gone = Person.objects.get(code="0417")
    assert (gone.status, gone.left_on, gone.given_name) == ("left", day("2026-08-03"), "Ada")
    assert revision(school) == before + 1

    back = import_text(school, tmp_path, "Student code\n0417\n")

    assert counted(back) == {"rows": 1, "returned": 1, "absent": 2}
    gone.refresh_from_db()
    assert (gone.status, gone.left_on) == ("active", None)


def test_absent_people_stay_without_confirmation_and_leave_with_it(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, THREE)
    fewer = THREE.replace("0418,Bo,Lee,Year 8\n", "")

    assert counted(import_text(school, tmp_path, fewer)) == {"rows": 2, "unchanged": 2, "absent": 1}
    assert Person.objects.get(code="0418").status == "active"

    report = import_text(school, tmp_path, fewer, leavers_by_absence=True)

    assert counted(report) == {"rows": 2, "unchanged": 2, "absent": 1, "absent_left": 1}
    assert report.leaving == 1
    assert Person.objects.get(code="0418").status == "left"
    assert people_of(school, left=False).count() == 2


def test_absence_concerns_the_kind_of_the_file_only(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, THREE)
    import_text(school, tmp_path, "Staff code\n0417\n", kind="staff")

    report = import_text(school, tmp_path, "Staff code\nT1\n", kind="staff", leavers_by_absence=True)

    assert counted(report) == {"rows": 1, "new": 1, "absent": 1, "absent_left": 1}
    assert people_of(school, kind=PersonKind.STUDENT, left=False).count() == 3


def test_absence_is_not_concluded_from_a_file_with_unreadable_rows(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, THREE)

    with pytest.raises(Refused) as error:
        import_text(school, tmp_path, "Student code,Name\n002082\n", leavers_by_absence=True)

    assert error.value.message == (
        "1 rows of the roster could not be read, so that no one can be said to be absent from it. Nothing "
        "was imported. Correct them (a preview without leavers by absence lists them), then import again."
    )


def test_absence_is_not_concluded_from_an_empty_roster(school: School, tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        import_text(school, tmp_path, "Student code\n", leavers_by_absence=True)

    assert error.value.message == (
        "The roster names no one, and everyone would have left. Nothing was imported. Check the file."
    )


def test_refused_row_is_not_absent(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, THREE)
    text = THREE.replace("0418,Bo,", f"0418,{'x' * 101},")

    report = import_text(school, tmp_path, text, leavers_by_absence=True)

    assert counted(report) == {"rows": 3, "unchanged": 2, "refused": 1}
    assert Person.objects.get(code="0418").status == "active"


@pytest.mark.parametrize(
    ("row", "code", "reason"),
    [
        (",Mia,,,", "", "It has no student code."),
        ("0417,ADA,,,", "0417", 'The code "0417" is on line 2 already.'),
        ("9,Mia,,chen,", "9", 'The username "chen" is that of "0417" on line 2.'),
        (f"9,{'x' * 101},,,", "9", "The given name is longer than 100 characters."),
        (f"{'9' * 65},,,,", "", "The student code is longer than 64 characters."),
        ("9,a\u200bb,,,", "9", 'The given name "a\ufffdb" has characters that are not text.'),
        (
            "9,Mia,perhaps,,",
            "9",
            'The status "perhaps" is not understood. Write active or left (also: current, enrolled; '
            "leaver, inactive, exited, withdrawn, transferred, graduated).",
        ),
        (
            "9,Mia,,,tiktok=yes",
            "9",
            'The consent "tiktok=yes" is not understood. Write it like school_use=yes;online=no; the '
            "purposes are school_use, online_publication, printed_publication, yearbook, media_release.",
        ),
        (
            "9,Mia,,,Yes",
            "9",
            'The consent "Yes" does not say what it is for. Choose a purpose for this column, such as '
            "Consent: School use (consent_school_use), or write the purpose into it, like school_use=yes;online=no.",
        ),
        (
            "9,Mia,,,online=maybe",
            "9",
            '"maybe" is no answer about consent. Write yes, no or unknown (or Y, N, U, X).',
        ),
        ("9", "", "It has only 1 cell, but there are 5 columns."),
        ("9,Mia", "", "It has only 2 cells, but there are 5 columns."),
        ("9,Mia,,,,,x", "", "It has 7 cells, but there are 5 columns."),
        ("9,Mi\0a,,,", "", "It has a NUL byte in it, which no text has."),
        (
            '9,"Mia,,,',
            "",
            "A quotation mark in it is opened and not closed, or stands in the middle of a cell.",
        ),
        (
            '9,"Mi"a,,,',
            "",
            "A quotation mark in it is opened and not closed, or stands in the middle of a cell.",
        ),
        (f"9,{'x' * 1001},,,", "", "It has a cell with more than 1000 characters."),
        ("9," + "x," * 11_000, "", "It is longer than 20000 characters."),
        ("9," + "x," * 400, "", "It has more than 300 cells."),
    ],
)
def test_row_is_refused_with_its_line_and_the_others_go_on(
    row: str, code: str, reason: str, school: School, tmp_path: Path
) -> None:
    text = f"Student code,First name,Status,Username,Consent\n0417,Ada,,chen,\n{row}\n0418,Bo,,,\n"

    report = import_text(school, tmp_path, text)

    assert refused(report) == [(3, code, reason)]
    assert people() == {"0417": "Ada", "0418": "Bo"}


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ("Mia,Chen,left", "Mia,Chen,active", "statuses"),
        ("Mia,Chen,active", "Mia,Chen,left", "statuses"),
        ("Ada,Okafor,", "Mia,Chen,", "names"),
        ("Ada,Okafor,left", "Mia,Chen,", "names and statuses"),
    ],
)
def test_two_rows_of_one_code_that_contradict_each_other_are_both_left_out(
    first: str, second: str, what: str, school: School, tmp_path: Path
) -> None:
    """The first of them is that of a former enrolment, or of another child, as often as not."""
    import_text(school, tmp_path, THREE)
    text = f"Student code,First name,Surname,Status\n002082,{first}\n0417,Ada,Okafor,\n002082,{second}\n"

    report = import_text(school, tmp_path, text, leavers_by_absence=True)

    told = f'The code "002082" is on lines 2 and 4, with different {what}, so that neither counts.'
    assert refused(report) == [(2, "002082", told), (4, "002082", told)]
    assert counted(report) == {"rows": 3, "refused": 2, "unchanged": 1, "absent": 1, "absent_left": 1}
    assert Person.objects.get(code="002082").status == "active"
    assert people()["002082"] == "Mia Chen"


@pytest.mark.parametrize("first_is_it", [True, False])
def test_of_two_rows_of_one_code_the_one_that_says_a_status_counts(
    first_is_it: bool, school: School, tmp_path: Path
) -> None:
    """As where a student's record was made anew in the school's system, and the former one is still given."""
    rows = ["002082,Mia,active,8", "002082,Mia,unchanged,"]
    lines = rows if first_is_it else rows[::-1]

    report = import_text(school, tmp_path, "\n".join(["Student code,First name,Status,Year level", *lines, ""]))

    told = 'The code "002082" is on line 3 too, which says whether they have left: that one counts.'
    again = 'The code "002082" is on line 2 already.'
    assert refused(report) == [(3, "002082", again) if first_is_it else (2, "002082", told)]
    assert Person.objects.get().year_level == "8"


def test_third_row_that_says_the_same_as_the_first_does_not_make_it_count(school: School, tmp_path: Path) -> None:
    rows = "1,Mia,active\n1,MIA,active\n1,Mia,left\n1,,active\n"

    report = import_text(school, tmp_path, f"Student code,First name,Status\n{rows}")

    assert (counted(report), people()) == ({"rows": 4, "refused": 4}, {})


def test_username_of_someone_the_file_does_not_name_is_refused(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, "Student code,Username\n1,mia\n2,bo\n")

    report = import_text(school, tmp_path, "Student code,Username\n3,mia\n")

    assert refused(report) == [(2, "3", 'The username "mia" is that of "1", whom the file does not name.')]


def test_whose_code_changed_is_not_marked_as_left(school: School, tmp_path: Path) -> None:
    """The row cannot be used, as it has the username of somebody; who has it may be its person."""
    import_text(school, tmp_path, "Student code,Username,Alternate id\n1,mia,A1\n2,bo,B1\n3,cy,C1\n")
    text = "Student code,Username,Alternate id\nX1,mia,\nX2,new,B1\n"

    for preview in (True, False):
        report = import_text(school, tmp_path, text, leavers_by_absence=True, preview=preview)
        assert counted(report) == {"rows": 2, "refused": 2, "absent": 1, "absent_left": 1}
    assert dict(Person.objects.values_list("code", "status")) == {"1": "active", "2": "active", "3": "left"}


def test_username_of_who_has_left_goes_on_to_who_has_it_now_and_a_card_does_not(
    school: School, tmp_path: Path
) -> None:
    header = "Student code,Username,Alternate id,Status\n"
    import_text(school, tmp_path, f"{header}1,mia,A1,active\n")
    import_text(school, tmp_path, f"{header}1,mia,A1,left\n")
    before = revision(school)

    preview = import_text(school, tmp_path, f"{header}3,mia,,\n", preview=True)
    assert ("username", "mia", "mia") in identifiers("1")
    gone = import_text(school, tmp_path, f"{header}3,mia,,left\n")
    assert (counted(preview), counted(gone)) == ({"rows": 1, "new": 1}, {"rows": 1, "skipped": 1})
    assert ("username", "mia", "mia") in identifiers("1")

    report = import_text(school, tmp_path, f"{header}3,mia,,\n4,,A1,\n")

    assert refused(report) == [(3, "4", 'The alternate id "A1" is that of "1", whom the file does not name.')]
    assert identifiers("3") == [("student_code", "3", "3"), ("username", "mia", "mia")]
    assert identifiers("1") == [("alternate_id", "A1", "a1"), ("student_code", "1", "1")]
    assert revision(school) == before + 1


def years(school: School) -> dict[str, str]:
    return dict(Person.objects.filter(school=school).values_list("code", "year_level"))


def test_year_levels_are_written_as_most_of_the_schools_are(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, "Student code,Year\n1,Year 7\n2,Year 7\n3,07\n4,Year 8\n5,Prep\n6,Special\n")
    assert years(school) == {
        "1": "Year 7",
        "2": "Year 7",
        "3": "Year 7",
        "4": "Year 8",
        "5": "Prep",
        "6": "Special",
    }
    text = "Student code,Year\n1,07\n2,7\n3,Year 7\n4,09\n5,Foundation\n6,special\n7,08\n"

    preview = import_text(school, tmp_path, text, preview=True)
    report = import_text(school, tmp_path, text)

    assert counted(preview) == counted(report) == {"rows": 7, "new": 1, "changed": 3, "unchanged": 3}
    assert years(school) == {
        "1": "Year 7",
        "2": "Year 7",
        "3": "Year 7",
        "4": "09",
        "5": "Foundation",
        "6": "special",
        "7": "Year 8",
    }


def test_year_levels_of_who_has_left_and_of_staff_say_nothing_of_how_they_are_written(
    school: School, tmp_path: Path
) -> None:
    import_text(school, tmp_path, "Student code,Year,Status\n1,Year 7,active\n2,Year 7,active\n")
    import_text(school, tmp_path, "Student code,Year,Status\n1,Year 7,left\n2,Year 7,left\n")
    import_text(school, tmp_path, "Staff code,Year\nT1,Yr 7\n", kind="staff")

    import_text(school, tmp_path, "Student code,Year\n3,07\n")

    assert (years(school)["3"], years(school)["T1"]) == ("07", "Yr 7")


def test_usernames_may_be_exchanged_and_families_share_an_address(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, "Student code,Username,Email\n1,mia,x@y.z\n2,bo,x@y.z\n")

    report = import_text(school, tmp_path, "Student code,Username,Email\n1,bo,x@y.z\n2,mia,x@y.z\n")

    assert counted(report) == {"rows": 2, "changed": 2}
    assert ("username", "bo", "bo") in identifiers("1")
    assert ("username", "mia", "mia") in identifiers("2")


def test_empty_cell_clears_and_missing_column_leaves(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, "Student code,Username,House,Given name\n1,mia,Red,Mia\n")

    import_text(school, tmp_path, "Student code,Username,House\n1,,\n")

    assert identifiers("1") == [("student_code", "1", "1")]
    assert Person.objects.values_list("given_name", "house").get() == ("Mia", "")


@pytest.mark.parametrize(
    "content",
    [
        "Student code;Surname\n1;Grün\n".encode("utf-8-sig"),
        "Student code\tSurname\n1\tGrün\n".encode("utf-16"),
        "Student code,Surname\n1,Grün\n".encode("utf-16-le"),
        "Student code,Surname\n1,Grün\n".encode("utf-16-be"),
        "Student code|Surname\r\n1|Grün\r\n".encode("cp1252"),
        "Student code,Surname\r1,Gru\u0308n\r".encode(),
        b'sep=;\nStudent code;Surname\n1;"Gr\xc3\xbcn"\n',
        '\n\n"Student code","Surname"\n"1","Grün"\n'.encode(),
    ],
    ids=["utf-8 mark", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "old mac", "sep line", "blank lines"],
)
def test_encoding_and_delimiter_are_found(content: bytes, school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, content)

    assert people() == {"1": "Grün"}


def test_cell_over_several_lines_is_one_cell(school: School, tmp_path: Path) -> None:
    report = import_text(school, tmp_path, 'Student code,Surname\n1,"Van\nDyke"\n2,O"Brien\n,x\n"3","D""Arcy"\n')

    assert people() == {"1": "Van Dyke", "2": 'O"Brien', "3": 'D"Arcy'}
    assert refused(report) == [(5, "", "It has no student code.")]


def test_mapping_is_remembered(school: School, tmp_path: Path) -> None:
    text = "Stud No,Familienname,House\n1,Chen,Red\n"
    given = parse_map(("Stud No=student_code", "Familienname=family_name", "House="), PersonKind.STUDENT)

    import_text(school, tmp_path, text, given_columns=given)
    report = import_text(school, tmp_path, text.replace("Chen", "Okafor"))

    assert report.columns == {
        "Stud No": "student_code",
        "Familienname": "family_name",
        "House": "ignore",
    }
    assert report.unknown_columns == ("House",)
    assert people() == {"1": "Okafor"}


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        (
            "Name,Form\nMia,7A\n",
            {},
            "No column of the roster is known to hold the student_code. Nothing was imported. Its "
            'columns are: "Name", "Form". Say which of them it is.',
        ),
        (
            "Student code,Form\n1,7A\n",
            {"Klasse": "roll_group"},
            'The roster has no column "Klasse". Nothing was imported. Its columns are: "Student code", "Form".',
        ),
        (
            "Student code,Form,Roll group\n1,7A,7B\n",
            {},
            'Two columns of the roster hold the roll_group: "Form" and "Roll group". Nothing was imported. '
            "Leave one out.",
        ),
        ("", {}, "The roster is empty. Nothing was imported. Its first line must name the columns."),
        (
            'Student code,"Form\n',
            {},
            "Line 1, which names the columns: A quotation mark in it is opened and not closed, or stands in "
            "the middle of a cell. Nothing was imported.",
        ),
        (
            b"PK\x03\x04whatever",
            {},
            '"roster.csv" is a zip file or a spreadsheet, not text. Nothing was imported. '
            "Save the sheet as CSV, then import that.",
        ),
        (
            b"Student code,Form\n1,\x81\xff\n",
            {},
            'The roster "roster.csv" is neither UTF-8, UTF-16 nor Windows-1252 text. Nothing was imported. '
            "Save it again as CSV in UTF-8.",
        ),
    ],
)
def test_file_is_refused(
    text: str | bytes, given: dict[str, str], message: str, school: School, tmp_path: Path
) -> None:
    with pytest.raises(WrongUse) as error:
        import_text(school, tmp_path, text, given_columns=given)

    assert error.value.message == message
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.csv", "The roster {path} cannot be read (No such file or directory). Nothing was imported."),
        (".", "The roster {path} is not a file. Nothing was imported. Name a CSV file."),
    ],
)
def test_path_is_refused(name: str, message: str, school: School, tmp_path: Path) -> None:
    from photosync.apps.people.services import import_roster

    path = Path("/") / name if name == "." else Path("/nowhere") / name

    with pytest.raises(WrongUse) as error:
        import_roster(school, path, PersonKind.STUDENT, now=NOW)

    assert error.value.message == message.format(path=f'"{path}"')


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            "Form",
            '"Form" does not map a column. Nothing was imported. Write it as COLUMN=FIELD, such as '
            '"Student No=student_code".',
        ),
        (
            "Form=staff_code",
            '"staff_code" is not a field of a student roster. Nothing was imported. Choose from: '
            "student_code, alternate_id, given_name, family_name, preferred_name, username, email, year_level, "
            "roll_group, house, campus, status, consent, consent_school_use, consent_online_publication, "
            "consent_printed_publication, consent_yearbook, consent_media_release, or ignore.",
        ),
    ],
)
def test_map_is_refused(word: str, message: str) -> None:
    with pytest.raises(WrongUse) as error:
        parse_map((word,), PersonKind.STUDENT)

    assert error.value.message == message


def test_rows_beyond_a_chunk_are_all_imported(school: School, tmp_path: Path) -> None:
    lines = "".join(f"{number:05},u{number}\n" for number in range(2_345))

    report = import_text(school, tmp_path, f"Student code,Username\n{lines}")

    assert counted(report) == {"rows": 2_345, "new": 2_345}
    assert Person.objects.count() == 2_345


def test_mark_left(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, THREE)
    person = person_coded(school, "0417")
    before = revision(school)

    mark_left(person, now=NOW)
    mark_left(person, now=NOW)

    assert (person.status, person.left_on) == ("left", day("2026-08-03"))
    assert revision(school) == before + 1


@pytest.mark.parametrize(
    ("code", "kind", "error", "message"),
    [
        (
            "2082",
            None,
            NotFound,
            'School HILL has no person with the code "2082". Nothing was done. Is it one of: "002082"?',
        ),
        (
            "xyz",
            PersonKind.STAFF,
            NotFound,
            'School HILL has no staff member with the code "xyz". Nothing was done. See the codes that there are.',
        ),
        (
            "0417",
            None,
            WrongUse,
            "The code \"0417\" is both a student's and a staff member's. Nothing was done. "
            "Say which of the two is meant.",
        ),
    ],
)
def test_person_not_found(
    code: str,
    kind: PersonKind | None,
    error: type[PhotoSyncError],
    message: str,
    school: School,
    tmp_path: Path,
) -> None:
    import_text(school, tmp_path, THREE)
    import_text(school, tmp_path, "Staff code\n0417\n", kind="staff")

    with pytest.raises(error) as refusal:
        person_coded(school, code, kind)

    assert refusal.value.message == message


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"search": "mia ch"}, ["002082"]),
        ({"search": "041"}, ["0418", "0417"]),
        ({"kind": PersonKind.STAFF}, []),
        ({}, ["002082", "0418", "0417"]),
    ],
)
def test_people_are_found(given: dict[str, Any], expected: list[str], school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, THREE)

    assert [person.code for person in people_of(school, **given)] == expected


def test_names_with_marks_are_found_without_them_after_an_import(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, "student_code,given_name,family_name\n1,Jelena,Kovačević\n2,Jelena,Smith\n")

    def found(search: str) -> list[str]:
        return [person.code for person in people_of(school, search=search).order_by("code")]

    assert (found("jelena kovacevic"), found("KOVAČEVIĆ"), found("jelena")) == (["1"], ["1"], ["1", "2"])
    import_text(school, tmp_path, "student_code,given_name,family_name\n1,Jelena,Müller\n2,Jelena,Smith\n")
    assert (found("kovacevic"), found("muller")) == ([], ["1"])


def oneroster(folder: Path, mode: str = "bulk") -> Path:
    users = [
        {"sourcedId": "u1", "role": "student", "identifier": "0417", "givenName": "Mia", "grades": "07"},
        {"sourcedId": "u2", "role": "teacher", "identifier": "T1", "givenName": "Sam"},
    ]
    files = {"manifest.csv": manifest("1.1", users=mode), "users.csv": table(USERS_1_1, users)}
    return write_zip(folder / "export.zip", files)


def test_oneroster_zip_is_imported_as_a_file_is(school: School, tmp_path: Path) -> None:
    report = import_roster(school, oneroster(tmp_path), PersonKind.STUDENT, leavers_by_absence=True, now=NOW)
    import_roster(school, oneroster(tmp_path), PersonKind.STAFF, now=NOW)

    assert counted(report) == {"rows": 1, "new": 1}
    assert [(each.code, each.given_name, each.year_level) for each in Person.objects.order_by("code")] == [
        ("0417", "Mia", "07"),
        ("T1", "Sam", ""),
    ]
    assert RosterColumns.objects.count() == 0


def test_oneroster_export_in_which_a_user_has_no_role_has_no_one_absent(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, "Student code\n0417\n0418\n")
    users = [
        {"sourcedId": "u1", "role": "student", "identifier": "0417"},
        {"sourcedId": "u2", "role": "", "identifier": "0418"},
    ]
    files = {"manifest.csv": manifest("1.1", users="bulk"), "users.csv": table(USERS_1_1, users)}
    path = write_zip(tmp_path / "export.zip", files)

    with pytest.raises(Refused) as error:
        import_roster(school, path, PersonKind.STUDENT, leavers_by_absence=True, now=NOW)

    assert error.value.message == (
        "The file does not say of all of its users whether they are students or staff, so that no one can be said to "
        "be absent from it. Nothing was imported. Import it without leavers by absence, or have the export "
        "corrected: each user needs a role."
    )
    report = import_roster(school, path, PersonKind.STUDENT, now=NOW)
    assert report.warnings == [
        "1 users came without a role, so that it is not known whether they are students or staff. They were left as "
        "they are, and no one was taken to have left by not being in the roster. Give them a role in the school's "
        "system."
    ]
    assert (report.recognised, report.document()["recognised"]) == ("OneRoster 1.1, everyone (bulk)",) * 2
    assert set(Person.objects.values_list("status", flat=True)) == {"active"}


def test_import_says_what_the_file_was_recognised_as(school: School, tmp_path: Path) -> None:
    report = import_text(school, tmp_path, "Student code;Surname\n1;Grün\n".encode("cp1252"))
    assert report.recognised == "CSV with semicolons, Windows-1252"


def test_oneroster_delta_has_no_one_absent(school: School, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="The file says of itself that it holds changes only"):
        import_roster(school, oneroster(tmp_path, "delta"), PersonKind.STUDENT, leavers_by_absence=True, now=NOW)
    assert Person.objects.count() == 0
