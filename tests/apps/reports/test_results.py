"""Results from files: what is stored of them, what is said beforehand, and what is refused line by line."""

from pathlib import Path

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.reports.models import ArchivedReport, ReportingCycle, ReportResults
from photosync.apps.reports.results import Unmatched, store_results
from photosync.apps.reports.results_file import MOST_SUBJECTS, cleaned, parse_map
from photosync.core.errors import Refused, WrongUse
from tests.apps.reports.school_of_reports import NOW, member_of, person_of, school_of_reports, stored
from tests.web.pages import make_person

pytestmark = pytest.mark.django_db
WHOLE = (
    "Student Code,Subject,Mark,Grade,Effort,Comment,Teacher,Days Absent,Times Late,General Comment,Year Adviser\n"
    "1001,English,78,B,High,Reads widely.,Ms Wu,3,,,\n"
    "1001,Science,91,A,High,,Mr Lee,3,1,A fine year.,Ms Ali\n"
    "1002,English,55,D,Low,,Ms Wu,,,,\n"
)


@pytest.fixture
def cycle() -> ReportingCycle:
    return school_of_reports("1001", "1002", "1003")


def kept(cycle: ReportingCycle, code: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    results = ReportResults.objects.get(member=member_of(cycle, code))
    return results.subjects, results.remarks


def test_results_are_stored_for_each_person(cycle: ReportingCycle, tmp_path: Path) -> None:
    report = stored(cycle, tmp_path, WHOLE)

    assert report.document() == {
        "preview": False,
        "columns": {
            "Student Code": "student_code",
            "Subject": "subject",
            "Mark": "mark",
            "Grade": "grade",
            "Effort": "effort",
            "Comment": "comment",
            "Teacher": "teacher",
            "Days Absent": "absences",
            "Times Late": "late",
            "General Comment": "general_comment",
            "Year Adviser": "year_adviser",
        },
        "unknown_columns": [],
        "counts": {
            "rows": 3,
            "subjects": 3,
            "people": 2,
            "new": 2,
            "changed": 0,
            "unchanged": 0,
            "unmatched": 0,
            "refused": 0,
            "with_results": 2,
            "without_results": 1,
        },
        "refused": [],
        "unmatched": [],
        "without_results": ["Ada Nguyen 1003 (1003)"],
    }
    assert kept(cycle, "1001") == (
        [
            {
                "subject": "English",
                "mark": "78",
                "grade": "B",
                "effort": "High",
                "comment": "Reads widely.",
                "teacher": "Ms Wu",
            },
            {"subject": "Science", "mark": "91", "grade": "A", "effort": "High", "teacher": "Mr Lee"},
        ],
        {"absences": "3", "late": "1", "general_comment": "A fine year.", "year_adviser": "Ms Ali"},
    )
    entry = Entry.objects.get(act="report.results-stored")
    assert (entry.subject, entry.changes) == ("2026 Semester 2", [["new", None, "2"]])


def test_preview_of_results_writes_nothing(cycle: ReportingCycle, tmp_path: Path) -> None:
    report = stored(cycle, tmp_path, WHOLE, preview=True)

    assert (report.new, report.with_results, report.without_results) == (2, 2, 1)
    assert not ReportResults.objects.exists()
    assert not Entry.objects.filter(act="report.results-stored").exists()


def test_second_file_adds_its_subjects_and_replaces_those_of_the_same_name(
    cycle: ReportingCycle, tmp_path: Path
) -> None:
    stored(cycle, tmp_path, WHOLE)

    report = stored(cycle, tmp_path, "code,subject,mark,late\n1001,ENGLISH,80,2\n1001,Art,70,\n1002,English,55,\n")

    assert (report.new, report.changed, report.unchanged) == (0, 2, 0)
    subjects, remarks = kept(cycle, "1001")
    assert [each["subject"] for each in subjects] == ["ENGLISH", "Science", "Art"]
    assert subjects[0] == {"subject": "ENGLISH", "mark": "80"}
    assert remarks == {"absences": "3", "late": "2", "general_comment": "A fine year.", "year_adviser": "Ms Ali"}


def test_second_file_that_replaces_is_all_there_is_of_its_people(cycle: ReportingCycle, tmp_path: Path) -> None:
    stored(cycle, tmp_path, WHOLE)

    stored(cycle, tmp_path, "code,subject,mark\n1001,Art,70\n", replace=True)

    assert kept(cycle, "1001") == ([{"subject": "Art", "mark": "70"}], {})
    assert kept(cycle, "1002")[0][0]["subject"] == "English"


def test_same_file_again_changes_nothing(cycle: ReportingCycle, tmp_path: Path) -> None:
    stored(cycle, tmp_path, WHOLE)
    before = list(ReportResults.objects.order_by("pk").values())

    report = stored(cycle, tmp_path, WHOLE)

    assert (report.new, report.changed, report.unchanged) == (0, 0, 2)
    assert list(ReportResults.objects.order_by("pk").values()) == before
    assert Entry.objects.filter(act="report.results-stored").count() == 1


def test_lines_that_cannot_be_used_are_refused_with_their_numbers(cycle: ReportingCycle, tmp_path: Path) -> None:
    report = stored(
        cycle,
        tmp_path,
        "code,subject,mark,absences\n"
        ",English,70,\n"
        "1001,,70,\n"
        "1001,,,\n"
        "1001,English,70,3\n"
        "1001,english,71,\n"
        "1001,Science,71,4\n"
        f"1001,{'x' * 101},71,\n"
        "1001,Art\n"
        '1001,"Art,70,\n'
        "1001,Drama,70,\n",
    )

    assert [(row.line, row.code, row.reason) for row in report.refusals] == [
        (2, "", "It has no student code."),
        (3, "1001", "It has results, but no subject."),
        (4, "1001", "It has a code and nothing else."),
        (6, "1001", 'It is the second line of this person for "english".'),
        (7, "1001", "Its absences differs from that of an earlier line of the same person."),
        (8, "1001", "Its subject is longer than 100 characters."),
        (9, "", "It has only 2 cells, but there are 4 columns."),
        (10, "", "A quotation mark in it is opened and not closed, or stands in the middle of a cell."),
    ]
    assert [each["subject"] for each in kept(cycle, "1001")[0]] == ["English", "Drama"]


def test_more_subjects_than_a_report_has_room_for_are_refused(cycle: ReportingCycle, tmp_path: Path) -> None:
    lines = "".join(f"1001,Subject {number},70\n" for number in range(MOST_SUBJECTS + 1))

    report = stored(cycle, tmp_path, f"code,subject,mark\n{lines}")

    assert [(row.line, row.reason) for row in report.refusals] == [
        (MOST_SUBJECTS + 2, "It is one subject more than the 40 that a report may have.")
    ]


def test_codes_without_a_person_in_the_cycle_are_told_with_the_reason(cycle: ReportingCycle, tmp_path: Path) -> None:
    make_person(cycle.school, "2000")
    archive(cycle, "1002")

    report = stored(cycle, tmp_path, "code,subject\n9999,Art\n2000,Art\n1002,Art\n9999,Music\n0999,Art\n")

    assert report.unmatched_shown == [
        Unmatched("9999", 2, 2, "No student has this code."),
        Unmatched("2000", 3, 1, "Ada Nguyen 2000 is not in 2026 Semester 2."),
        Unmatched("1002", 4, 1, "The report of Ada Nguyen 1002 (1002) is archived; it does not change any more."),
        Unmatched("0999", 6, 1, "No student has this code."),
    ]
    assert not ReportResults.objects.exists()


def archive(cycle: ReportingCycle, code: str) -> None:
    member = member_of(cycle, code)
    member.archived = ArchivedReport.objects.create(
        school=cycle.school,
        number=1,
        cycle=cycle,
        cycle_name=cycle.name,
        academic_year=2026,
        person=person_of(cycle, code),
        person_code=code,
        person_name=f"Ada Nguyen {code}",
        sort_name=f"nguyen {code}",
        pdf_sha256="a" * 64,
        pdf_bytes=1,
        origin="made",
        archived_at=NOW,
        archived_by="kim",
        seal="b" * 64,
    )
    member.save()


@pytest.mark.parametrize(
    ("content", "first"),
    [
        ("code;subject;comment\n1001;Français;Très bien – «ça»\n".encode("cp1252"), "Français"),
        ("code\tsubject\n1001\tΦυσική\n".encode("utf-16"), "Φυσική"),
        (b'\xef\xbb\xbfcode,subject\n"=""1001""",Art\n', "Art"),
    ],
)
def test_results_are_read_in_whatever_encoding_they_are(
    cycle: ReportingCycle, tmp_path: Path, content: bytes, first: str
) -> None:
    stored(cycle, tmp_path, content)

    assert kept(cycle, "1001")[0][0]["subject"] == first


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The results file is empty. Nothing was imported. Its first line must name the columns."),
        (
            b"name,subject\nAda,Art\n",
            "No column of the results file is known to hold the student code. Nothing was stored. Name it Student "
            'code, or say which it is, as COLUMN=student_code. Its columns are: "name", "subject".',
        ),
        (
            b"code,nothing\n1,2\n",
            "No column of the results file holds results. Nothing was stored. Name the columns as results are named "
            "(subject, mark, grade, effort, comment, teacher, absences, late, general_comment, year_adviser), or map "
            'them. Its columns are: "code", "nothing".',
        ),
        (
            b"code,mark,score\n1,2,3\n",
            'Two columns hold the same field (mark): "mark" and "score". Nothing was stored. Map one of them to '
            "ignore.",
        ),
        (
            b"PK\x03\x04rest",
            '"results.csv" is a zip file or a spreadsheet, not text. Nothing was imported. Save the sheet as CSV, '
            "then import that.",
        ),
    ],
)
def test_file_that_holds_no_results_is_refused(
    cycle: ReportingCycle, tmp_path: Path, content: bytes, told: str
) -> None:
    with pytest.raises(WrongUse) as refused:
        stored(cycle, tmp_path, content)

    assert refused.value.message == told


def test_columns_with_other_names_are_mapped(cycle: ReportingCycle, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("Kennzahl,Fach,Score,Mark\n1001,Art,70,x\n")
    given = parse_map(["Kennzahl=student_code", "Fach=subject", "Mark=ignore"])

    report = store_results(cycle, path, given_columns=given, by="kim", now=NOW)

    assert report.columns == {"Kennzahl": "student_code", "Fach": "subject", "Score": "mark"}
    assert report.unknown_columns == ("Mark",)
    assert kept(cycle, "1001")[0] == [{"subject": "Art", "mark": "70"}]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        (
            "Mark",
            '"Mark" does not map a column. Nothing was stored. Write it as COLUMN=FIELD, such as '
            '"Final result=mark".',
        ),
        (
            "Mark=points",
            '"points" is not a field of results. Nothing was stored. Choose from: student_code, subject, mark, '
            "grade, effort, comment, teacher, absences, late, general_comment, year_adviser, ignore.",
        ),
    ],
)
def test_map_that_makes_no_sense_is_refused(word: str, told: str) -> None:
    with pytest.raises(WrongUse) as refused:
        parse_map([word])
    assert refused.value.message == told


def test_map_of_a_column_that_is_not_there_is_refused(cycle: ReportingCycle, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("code,subject\n1001,Art\n")

    with pytest.raises(WrongUse) as refused:
        store_results(cycle, path, given_columns={"Points": "mark"}, by="kim", now=NOW)

    assert refused.value.message == (
        'The results file has no column "Points". Nothing was stored. Its columns are: "code", "subject".'
    )


def test_results_of_an_archived_cycle_are_refused(cycle: ReportingCycle, tmp_path: Path) -> None:
    ReportingCycle.objects.update(state="archived")

    with pytest.raises(Refused) as refused:
        stored(cycle, tmp_path, WHOLE)

    assert refused.value.message == (
        "2026 Semester 2 is closed. Nothing was changed. Open it again first, with a reason."
    )


def test_text_is_cleaned_of_what_is_not_printed() -> None:
    assert cleaned(' \u202eevil\x00\x07\tx \r\n  two \u2028"q" e\u0301 ') == 'evil x\n  two\n"q" \xe9'
