"""Reports made here: with the right photo, once, never an archived one, and gone on with after a stop."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from photosync.apps.audit.models import Entry
from photosync.apps.library.models import Withdrawal
from photosync.apps.library.store import photo_store
from photosync.apps.reports import making as making_module
from photosync.apps.reports.design import Design, save_design
from photosync.apps.reports.jobs import cancel_job, execute_job
from photosync.apps.reports.making import Making, preview_report, request_making
from photosync.apps.reports.models import Report, ReportingCycle
from photosync.core.errors import NotFound, Refused, TryLater
from photosync.printing import ManyPress, SetDocument
from tests.apps.reports.school_of_reports import (
    NOW,
    claimed,
    join,
    made,
    member_of,
    person_of,
    school_of_reports,
    stored,
)
from tests.apps.reports.test_results import archive
from tests.web.pages import give_photo, make_person, make_picture

pytestmark = pytest.mark.django_db
CODES = ("1001", "1002", "1003")
RESULTS = "code,subject,mark,comment,general comment\n" + "".join(
    f"{code},English,7{code[-1]},Reads {code}.,A fine year {code}.\n" for code in CODES
)


@pytest.fixture
def cycle(tmp_path: Path) -> ReportingCycle:
    found = school_of_reports(*CODES)
    stored(found, tmp_path, RESULTS)
    return found


def report_of(cycle: ReportingCycle, code: str) -> Report:
    return Report.objects.get(member=member_of(cycle, code))


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def pdf_of(cycle: ReportingCycle, code: str) -> bytes:
    report = report_of(cycle, code)
    content = photo_store().read_verified(report.pdf_sha256)
    assert len(content) == report.pdf_bytes
    return content


def rows(cycle: ReportingCycle) -> list[Mapping[str, object]]:
    return list(Report.objects.filter(member__cycle=cycle).order_by("member_id").values())


def test_reports_are_made_of_all_who_have_results(cycle: ReportingCycle) -> None:
    join(cycle, make_person(cycle.school, "1004"))
    version = give_photo(person_of(cycle, "1001"), 2026, make_picture())

    job = made(cycle)

    assert (job.state, job.done, job.total, job.outcome) == ("done", 3, 3, {"made": 3, "without_photo": 2})
    report = report_of(cycle, "1001")
    assert (report.origin, report.stored_by, report.photo_sha256, report.photo_version, report.photo_year) == (
        "made",
        "kim",
        version.picture.full_sha256,
        version.pk,
        2026,
    )
    said = text_of(pdf_of(cycle, "1001"))
    for words in ("Pelican Harbour High School", "Ada Nguyen 1001", "Year 7", "7A", "English", "71", "Reads 1001."):
        assert words in said
    assert not Report.objects.filter(member=member_of(cycle, "1004")).exists()
    entry = Entry.objects.get(act="report.making-requested")
    assert (entry.subject, entry.note) == ("2026 Semester 2", "All with results")


def test_photo_is_that_of_the_year_of_the_cycle_or_of_an_earlier_one_which_is_said(cycle: ReportingCycle) -> None:
    earlier, later = make_picture((1, 2, 3)), make_picture((200, 2, 3))
    for code in ("1001", "1002"):
        give_photo(person_of(cycle, code), 2025, earlier)
        give_photo(person_of(cycle, code), 2027, later)
    of_year = give_photo(person_of(cycle, "1002"), 2026, make_picture((9, 99, 9)))

    made(cycle)

    assert [(row.photo_year, row.photo_sha256) for row in (report_of(cycle, "1001"), report_of(cycle, "1002"))] == [
        (2025, earlier.full_sha256),
        (2026, of_year.picture.full_sha256),
    ]
    assert "Photo of 2025" in text_of(pdf_of(cycle, "1001"))
    assert "Photo of" not in text_of(pdf_of(cycle, "1002"))


def test_photo_that_may_not_be_shown_is_not_printed(cycle: ReportingCycle) -> None:
    for code, values in (("1001", {"consent": {"school_use": "no"}}), ("1002", {"protected": True}), ("1003", {})):
        person = person_of(cycle, code)
        give_photo(person, 2026, make_picture())
        for name, value in values.items():
            setattr(person, name, value)
        person.save()
    Withdrawal.objects.create(person=person_of(cycle, "1003"), reason="Asked for.", created_at=NOW)

    job = made(cycle)

    assert job.outcome == {"made": 3, "without_photo": 3}
    assert set(Report.objects.values_list("photo_sha256", "photo_version", "photo_year")) == {("", None, None)}


def test_making_again_makes_only_what_has_changed(cycle: ReportingCycle, tmp_path: Path) -> None:
    made(cycle)
    before = rows(cycle)

    assert made(cycle).outcome == {"made": 0, "unchanged": 3}
    assert rows(cycle) == before

    stored(cycle, tmp_path, "code,subject,mark\n1002,English,99\n")
    give_photo(person_of(cycle, "1003"), 2026, make_picture())
    assert made(cycle).outcome == {"made": 2, "unchanged": 1, "without_photo": 1}
    assert rows(cycle)[0] == before[0]
    assert "99" in text_of(pdf_of(cycle, "1002"))

    save_design(cycle.school, Design(heading="Half-year report"))
    assert made(cycle, Making(roll_group="7A")).outcome == {"made": 2, "without_photo": 1}
    assert "Half-year report" in text_of(pdf_of(cycle, "1001"))


def test_same_report_made_anew_has_the_same_bytes(cycle: ReportingCycle) -> None:
    give_photo(person_of(cycle, "1001"), 2026, make_picture())
    made(cycle)
    before = [row["pdf_sha256"] for row in rows(cycle)]
    Report.objects.all().delete()

    made(cycle)

    assert [row["pdf_sha256"] for row in rows(cycle)] == before


def test_only_those_without_a_report(cycle: ReportingCycle) -> None:
    made(cycle, Making(roll_group="7B"))
    assert list(Report.objects.values_list("member__person__code", flat=True)) == ["1002"]

    job = made(cycle, Making(only_missing=True))

    assert (job.total, job.outcome) == (2, {"made": 2, "without_photo": 2})


def test_imported_report_is_replaced_only_where_it_is_asked_for(cycle: ReportingCycle) -> None:
    imported = Report.objects.create(
        member=member_of(cycle, "1001"),
        pdf_sha256="a" * 64,
        pdf_bytes=5,
        origin="imported",
        file_name="1001.pdf",
        stored_at=NOW,
        stored_by="lee",
    )

    assert made(cycle).total == 2
    imported.refresh_from_db()
    assert imported.pdf_sha256 == "a" * 64

    assert made(cycle, Making(replace_imported=True)).outcome["made"] == 1
    imported.refresh_from_db()
    assert (imported.origin, imported.file_name, imported.stored_by) == ("made", "", "kim")


def test_archived_report_is_never_touched(cycle: ReportingCycle) -> None:
    archive(cycle, "1001")

    assert made(cycle).total == 2
    assert not Report.objects.filter(member=member_of(cycle, "1001")).exists()


def test_report_that_was_archived_meanwhile_is_not_touched(
    cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = making_module._store

    def archiving(*given: Any) -> None:
        archive(cycle, "1003")
        real(*given)

    monkeypatch.setattr(making_module, "_store", archiving)
    made(cycle)

    assert list(Report.objects.order_by("pk").values_list("member__person__code", flat=True)) == ["1001", "1002"]


def test_work_that_was_cancelled_keeps_what_it_made_and_goes_on_when_asked_again(
    cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making_module, "AT_ONCE", 1)
    job = request_making(cycle, Making(), by="kim", now=NOW)
    work = claimed(job)
    cancel_job(job, by="lee", now=NOW)
    execute_job(work)
    job.refresh_from_db()
    assert (job.state, job.done, job.explanation) == (
        "cancelled",
        1,
        "Cancelled by lee. What was done before stays.",
    )

    assert made(cycle).outcome == {"made": 2, "unchanged": 1, "without_photo": 2}


def failing(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    real = ManyPress.set

    def some_fail(
        self: ManyPress, data: Mapping[str, object], files: Mapping[str, bytes], **rest: bool
    ) -> SetDocument:
        if data["name"] in names:
            raise TryLater("The document could not be made (no room). Nothing was made.")
        return real(self, data, files, **rest)

    monkeypatch.setattr(ManyPress, "set", some_fail)


def test_report_that_cannot_be_made_does_not_stop_the_others(
    cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "Ada Nguyen 1002")

    job = made(cycle)

    assert (job.state, job.explanation) == (
        "failed",
        "1 report could not be made (Ada Nguyen 1002 (1002)). The document could not be made (no room). Nothing was "
        "made. The others, 2, were made and are stored.",
    )
    assert Report.objects.count() == 2


def test_making_ends_where_one_after_the_other_fails(cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making_module, "MOST_FAILURES_IN_A_ROW", 2)
    failing(monkeypatch, *(f"Ada Nguyen {code}" for code in CODES))

    job = made(cycle)

    assert (job.state, job.explanation) == (
        "failed",
        "The document could not be made (no room). Nothing was made.",
    )


def test_making_of_no_one_is_refused(cycle: ReportingCycle) -> None:
    with pytest.raises(NotFound) as refused:
        request_making(cycle, Making(roll_group="9Z"), by="kim", now=NOW)
    assert refused.value.message == (
        "No one in 2026 Semester 2 has a report to be made (9Z). Nothing was started. Upload results first, or "
        "choose others."
    )


def test_making_in_an_archived_cycle_is_refused(cycle: ReportingCycle) -> None:
    cycle.state = ReportingCycle.State.ARCHIVED
    with pytest.raises(Refused, match="2026 Semester 2 is closed"):
        request_making(cycle, Making(), by="kim", now=NOW)


def test_preview_is_one_report_and_stores_nothing(cycle: ReportingCycle) -> None:
    person = person_of(cycle, "1002")
    give_photo(person, 2026, make_picture())

    shown = preview_report(cycle, "1002")

    assert (shown.name, shown.shown_person_id) == ("2026-Semester-2-1002.pdf", person.pk)
    assert "Reads 1002." in text_of(shown.content)
    assert not Report.objects.exists()
    made(cycle)
    assert pdf_of(cycle, "1002") == shown.content
    assert preview_report(cycle, "").name == "2026-Semester-2-1001.pdf"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "1009",
            'No one with the code "1009" has results in 2026 Semester 2. Nothing was made. Upload results first.',
        ),
        ("", "No one in 2026 Semester 2 has results yet. Nothing was made. Upload results first."),
    ],
)
def test_preview_without_results_is_refused(code: str, told: str) -> None:
    cycle = school_of_reports("1001")
    with pytest.raises(NotFound) as refused:
        preview_report(cycle, code)
    assert refused.value.message == told


def test_long_report_goes_on_to_a_second_page_with_whose_it_is(cycle: ReportingCycle, tmp_path: Path) -> None:
    lines = "".join(f"1001,Subject {number},70,{'Works with care. ' * 12}\n" for number in range(20))
    stored(cycle, tmp_path, f"code,subject,mark,comment\n{lines}", replace=True)

    said = text_of(preview_report(cycle, "1001").content)

    assert said.count("Ada Nguyen 1001 (1001)") >= 1
    assert "Page 1 of 3" in said or "Page 1 of 2" in said
    assert "Page 2 of" in said


@pytest.mark.parametrize(
    "name",
    ["Ελένη Παπαδοπούλου", "محمد عبد الله", "Ольга Ивановна", "李小龍", "𓂀", "x" * 90, '#panic("a") $x$ @b <c>'],
)
def test_report_is_made_of_a_name_in_any_script(cycle: ReportingCycle, name: str) -> None:
    person = person_of(cycle, "1001")
    person.given_name = name
    person.save()

    assert preview_report(cycle, "1001").content.startswith(b"%PDF-")


def test_reports_are_made_anew_where_other_fonts_or_another_program_would_set_them(
    cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(cycle)
    assert made(cycle).outcome == {"made": 0, "unchanged": 3}
    before = rows(cycle)

    monkeypatch.setattr(ManyPress, "made_with", lambda _press: "with other fonts")

    assert made(cycle).outcome == {"made": 3, "without_photo": 3}
    assert [row["pdf_sha256"] for row in rows(cycle)] == [row["pdf_sha256"] for row in before]
    assert made(cycle).outcome == {"made": 0, "unchanged": 3}
