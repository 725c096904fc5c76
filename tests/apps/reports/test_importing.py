"""Importing reports: what is accepted, whose it is, what is decided by hand, and what is replaced."""

import io
import shutil
import struct
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.library.store import photo_store
from photosync.apps.reports import importing, unpacking, uploads
from photosync.apps.reports.models import CycleMember, Report, ReportImport, ReportJob, UploadedReport
from photosync.apps.reports.pdf_check import refusal_of_pdf
from photosync.connectors.testing.zips import Zipped, zip_bytes
from photosync.core.errors import NotFound, Refused, WrongUse
from tests.apps.reports.archive_school import NOW, ReportSchool, pdf

pytestmark = pytest.mark.django_db
State = UploadedReport.State


@pytest.fixture
def school() -> ReportSchool:
    shutil.rmtree(uploads._folder(), ignore_errors=True)  # what other tests sent
    school = ReportSchool()
    for number in range(1, 5):
        school.member(f"{number:04d}")
    return school


def sent(files: Mapping[str, bytes]) -> str:
    with uploads.Upload() as upload:
        for name, content in files.items():
            upload.add(name, [content[:7], content[7:]])
        return upload.keep()


def zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def read(school: ReportSchool, files: Mapping[str, bytes], **named_by: str) -> ReportImport:
    made, job = importing.begin_import(school.cycle, sent(files), named_by, by="kim", now=NOW)
    school.do(job)
    made.refresh_from_db()
    return made


def found(made: ReportImport) -> dict[str, tuple[str, str, str]]:
    """Return per file: its state, the code of its person, and the reason."""
    rows = UploadedReport.objects.filter(upload=made).select_related("member__person")
    return {row.name: (row.state, row.member.person.code if row.member else "", row.reason) for row in rows}


def taken(school: ReportSchool, made: ReportImport) -> dict[str, Any]:
    return school.do(importing.request_import(made, by="kim", now=NOW)).outcome


def test_files_become_reports_by_their_names(school: ReportSchool) -> None:
    made = read(school, {"0001.pdf": pdf("one"), "Year 7/0002.PDF": pdf("two"), "9999.pdf": pdf("nobody")})
    assert made.state == "previewed"
    assert found(made) == {
        "0001.pdf": ("matched", "0001", ""),
        "Year 7/0002.PDF": ("matched", "0002", ""),
        "9999.pdf": ("unmatched", "", 'No student has the code "9999".'),
    }
    assert not Report.objects.exists()

    assert taken(school, made) == {"imported": 2, "replaced": 0, "unchanged": 0, "refused": 0}

    rows = {row.member.person.code: row for row in Report.objects.select_related("member__person")}
    assert {code: photo_store().read(row.pdf_sha256) for code, row in rows.items()} == {
        "0001": pdf("one"),
        "0002": pdf("two"),
    }
    assert (rows["0002"].file_name, rows["0002"].origin, rows["0002"].stored_by) == (
        "Year 7/0002.PDF",
        "imported",
        "kim",
    )
    made.refresh_from_db()
    assert (made.state, made.imported_at) == ("imported", NOW)
    acts = Entry.objects.filter(about="report").order_by("pk").values_list("act", "actor", "subject", "changes")
    assert list(acts)[-1] == ("report.imported", "kim", "2026 Semester 2", [["imported", None, "2"]])
    assert list((Path(uploads._folder())).iterdir()) == []


def test_pattern_and_index_find_people_too(school: ReportSchool) -> None:
    by_pattern = read(
        school, {"Report_0003_final.pdf": pdf("x"), "0003.pdf": pdf("y")}, pattern="Report_{code}_{any}"
    )
    assert found(by_pattern) == {
        "Report_0003_final.pdf": ("matched", "0003", ""),
        "0003.pdf": ("unmatched", "", 'The file name "0003" does not fit the pattern "Report_{code}_{any}".'),
    }
    files = {
        "out/index.csv": b"file,code\r\na.pdf,0001\r\nb.pdf,0002\r\n",
        "out/a.pdf": pdf("a"),
        "out/c.pdf": pdf("c"),
    }
    by_index = read(school, {"all.zip": zipped(files)}, index="index.csv")
    assert found(by_index) == {
        "out/a.pdf": ("matched", "0001", ""),
        "out/c.pdf": ("unmatched", "", 'The index file does not list "c.pdf".'),
    }


def test_paths_of_an_index_may_count_from_its_own_folder(school: ReportSchool) -> None:
    files = {
        "out/index.csv": b"7/a.pdf,0001\r\nout/7/b.pdf,0002\r\n7/c.pdf,0001\r\nout/7/c.pdf,0002\r\n",
        "out/7/a.pdf": pdf("a"),
        "out/7/b.pdf": pdf("b"),
        "out/7/c.pdf": pdf("c"),
    }
    by_index = read(school, {"all.zip": zipped(files)}, index="index.csv")
    assert found(by_index) == {
        "out/7/a.pdf": ("matched", "0001", ""),
        "out/7/b.pdf": ("matched", "0002", ""),
        "out/7/c.pdf": (
            "unmatched",
            "",
            'The index file has several rows for "out/7/c.pdf" that do not agree on whose it is. A path counts from '
            "the top of the source, and from the folder of the index file. Correct the index file.",
        ),
    }


def test_report_is_not_found_by_a_name(school: ReportSchool) -> None:
    with pytest.raises(WrongUse) as refusal:
        read(school, {"Chen_Mia.pdf": pdf("x")}, pattern="{last_name}_{first_name}")
    assert (refusal.value.option, refusal.value.message) == (
        "pattern",
        'The file-name pattern "{last_name}_{first_name}" finds people by name, and a report is found by a code. '
        "Nothing was imported. Name where the code stands, such as {code}_{any}.",
    )
    assert not ReportImport.objects.exists()


def test_index_that_was_not_sent_fails_the_import_in_words(school: ReportSchool) -> None:
    made = read(school, {"a.pdf": pdf("a")}, index="index.csv")
    assert (made.state, made.explanation) == (
        "failed",
        'The index file "index.csv" was not sent. Nothing was imported.',
    )
    cut_off = zipped({"index.csv": b"file,code\r\na.pdf,0001\r\n", "a.pdf": pdf("a")})[:-30]
    assert read(school, {"all.zip": cut_off}, index="index.csv").explanation == (
        'The index file "index.csv" was not sent. Nothing was imported. Not read was all.zip: The ZIP cannot be '
        "read: it is damaged, or not whole. Make it again."
    )


def test_zip_that_holds_too_much_says_so_and_nothing_of_it_is_imported(school: ReportSchool) -> None:
    vast = Zipped("film.pdf", b"", 0, size_bytes=25_000_000, packed_bytes=25_000_000)
    made = read(
        school, {"all.zip": zip_bytes([Zipped("0001.pdf", pdf("one")), *[vast] * 321]), "0002.pdf": pdf("two")}
    )
    assert found(made) == {
        "all.zip": ("refused", "", "The ZIP unpacks to more than 8 GB. Make several ZIPs of it."),
        "0002.pdf": ("matched", "0002", ""),
    }
    assert ReportJob.objects.get().done == 2


def test_person_who_is_not_in_the_cycle_or_whose_report_is_archived_gets_none(school: ReportSchool) -> None:
    school.student("0009")
    school.report(CycleMember.objects.get(person__code="0001"))
    school.archive()
    made = read(school, {"0001.pdf": pdf("new"), "0009.pdf": pdf("x"), "0002.pdf": pdf("two")})
    assert found(made) == {
        "0001.pdf": (
            "refused",
            "",
            "The report of Ada Nguyen 0001 (0001) is archived already, and an archived report never changes.",
        ),
        "0009.pdf": ("unmatched", "", "Ada Nguyen 0009 (0009) is not in 2026 Semester 2."),
        "0002.pdf": ("matched", "0002", ""),
    }


def test_report_that_was_archived_after_the_preview_is_left_alone(school: ReportSchool) -> None:
    made = read(school, {"0001.pdf": pdf("late"), "0002.pdf": pdf("two")})
    school.report(CycleMember.objects.get(person__code="0001"), "in time")
    school.archive()
    assert taken(school, made) == {"imported": 1, "replaced": 0, "unchanged": 0, "refused": 1}
    assert found(made)["0001.pdf"][0] == "refused"


def test_leaver_who_is_in_the_cycle_still_gets_the_report(school: ReportSchool) -> None:
    school.people["0001"].status = "left"
    school.people["0001"].save()
    assert found(read(school, {"0001.pdf": pdf("one")}))["0001.pdf"][0] == "matched"


def test_several_files_for_one_person_wait_for_a_decision(school: ReportSchool) -> None:
    made = read(
        school,
        {"0001.pdf": pdf("one"), "b/0001.pdf": pdf("other"), "0002.pdf": pdf("two"), "b/0002.pdf": pdf("two")},
    )
    two_files = "2 files are of the same person (0001.pdf and b/0001.pdf). Match the right one by hand."
    assert found(made) == {
        "0001.pdf": ("duplicate", "", two_files),
        "b/0001.pdf": ("duplicate", "", two_files),
        "0002.pdf": ("matched", "0002", ""),
        "b/0002.pdf": ("duplicate", "", "The same PDF as 0002.pdf."),
    }
    one, other = UploadedReport.objects.filter(name__endswith="0001.pdf").order_by("name")
    member = CycleMember.objects.get(person__code="0001")
    importing.match_by_hand(other, member, by="kim")
    with pytest.raises(Refused) as refused:
        importing.match_by_hand(one, member, by="kim")
    assert refused.value.message == (
        "b/0001.pdf is matched with Ada Nguyen 0001 (0001) already. Nothing was changed. Dismiss that file first, if "
        "this one is the right one."
    )
    importing.dismiss_file(one, by="kim")
    assert found(made)["0001.pdf"] == ("dismissed", "", "Dismissed by kim.")
    assert taken(school, made)["imported"] == 2
    with pytest.raises(Refused) as late:
        importing.dismiss_file(other, by="kim")
    assert late.value.message == "b/0001.pdf is imported already, or was refused. Nothing was changed."


def test_same_pdf_for_several_people_is_not_imported_by_itself(school: ReportSchool) -> None:
    made = read(school, {"0001.pdf": pdf("same"), "0002.pdf": pdf("same")})
    told = "The same PDF came for 2 people. Look whose it is."
    assert found(made) == {"0001.pdf": ("duplicate", "", told), "0002.pdf": ("duplicate", "", told)}


def test_second_import_replaces_and_says_how_many(school: ReportSchool) -> None:
    assert taken(school, read(school, {"0001.pdf": pdf("draft"), "0002.pdf": pdf("two")}))["imported"] == 2
    made = read(school, {"0001.pdf": pdf("final"), "0002.pdf": pdf("two"), "0003.pdf": pdf("three")})
    assert taken(school, made) == {"imported": 1, "replaced": 1, "unchanged": 1, "refused": 0}
    assert photo_store().read(Report.objects.get(member__person__code="0001").pdf_sha256) == pdf("final")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty."),
        (b"\xff\xd8\xff\xe0 a photo", "It is not a PDF: its content does not begin as one."),
        (pdf("half")[:-30], "It is not whole: the end of the PDF is missing. Export it again."),
        (
            pdf("secret").replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 9 0 R"),
            "It is encrypted. Export it without a password.",
        ),
        (
            pdf("secret").replace(b"4 0 obj", b"4 0 obj<</Encrypt 9 0 R/W[1 2 1]/Type/XRef>>stream "),
            "It is encrypted. Export it without a password.",
        ),
        (pdf("large", 3_000_000), "It is larger than 2 MB."),
    ],
)
def test_what_is_no_acceptable_pdf_is_refused_in_words(content: bytes, told: str) -> None:
    assert refusal_of_pdf(content, largest_bytes=2_000_000) == told


def test_word_encrypt_in_the_text_of_a_report_is_no_encryption() -> None:
    assert refusal_of_pdf(pdf("We learned to /Encrypt 9 0 R messages"), largest_bytes=30_000_000) == ""


def test_pdf_made_to_be_slow_is_decided() -> None:
    hostile = b"%PDF-1.4\n" + b"trailer<</Type /XRef " * 1_000_000 + b"\nstartxref\n0\n%%EOF\n"
    assert refusal_of_pdf(hostile, largest_bytes=30_000_000) == ""


def files_of(content: bytes, tmp_path: Path, *, largest_bytes: int = 1_000_000) -> dict[str, str]:
    """Return what is found in a ZIP: each name with why it is refused."""
    path = tmp_path / "00001"
    path.write_bytes(content)
    return {
        each.name: each.refusal for each in unpacking.found_files([("all.zip", path)], largest_bytes=largest_bytes)
    }


def test_names_in_a_zip_are_only_names_and_junk_is_left_out(tmp_path: Path) -> None:
    files = dict.fromkeys(
        (
            "a/b/0001.pdf", "../../0002.pdf", "/etc/0003.pdf", "C:\\out\\0004.pdf", "__MACOSX/a/._0001.pdf",
            "._0001.pdf", "a/.DS_Store", "Thumbs.db", "Ngũgĩ.pdf",
        ),
        b"x",
    )  # fmt: skip
    assert list(files_of(zipped(files), tmp_path)) == [
        "a/b/0001.pdf", "0002.pdf", "etc/0003.pdf", "C:/out/0004.pdf", "Ngũgĩ.pdf",
    ]  # fmt: skip


@pytest.mark.parametrize(("raw", "name"), [("Zoë.pdf".encode(), "Zoë.pdf"), (b"Zo\x89.pdf", "Zoë.pdf")])
def test_name_without_a_mark_is_utf8_or_cp437(raw: bytes, name: str, tmp_path: Path) -> None:
    content = zipped({"X" * len(raw): b"x"}).replace(b"X" * len(raw), raw)
    assert list(files_of(content, tmp_path)) == [name]


def test_same_name_twice_gets_a_number(tmp_path: Path) -> None:
    with warnings.catch_warnings(action="ignore"):
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            archive.writestr("a.pdf", b"1")
            archive.writestr("a.pdf", b"2")
    assert list(files_of(written.getvalue(), tmp_path)) == ["a.pdf", "a.pdf (2)"]


def test_hostile_entries_are_refused_by_name_and_the_others_are_read(tmp_path: Path) -> None:
    files = {
        "bomb.pdf": b"\0" * 900_000_0,
        "large.pdf": bytes(range(256)) * 50_000,
        "nested.pdf": zipped({"x.pdf": b"x"}),
        "good.pdf": pdf("good"),
        "secret.pdf": b"secret",
        "broken.pdf": b"12345" * 10,
    }
    content = bytearray(zipped(files))
    _mark(content, b"secret.pdf", flags=1)
    at = content.index(b"broken.pdf") + len(b"broken.pdf")
    content[at : at + 4] = b"\xff\xff\xff\xff"
    assert files_of(bytes(content), tmp_path, largest_bytes=11_000_000) == {
        "bomb.pdf": "It unpacks to far more than any report. It was not read.",
        "large.pdf": "It is larger than 11 MB.",
        "nested.pdf": "It is an archive inside the ZIP. Put the PDFs in directly.",
        "good.pdf": "",
        "secret.pdf": "It is encrypted in the ZIP. Make the ZIP without a password.",
        "broken.pdf": "It is damaged in the ZIP. Make the ZIP again.",
    }


def _mark(content: bytearray, name: bytes, *, flags: int) -> None:
    for head, flags_at, name_at in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        at = content.index(head)
        while content[at + name_at : at + name_at + len(name)] != name:
            at = content.index(head, at + 1)
        content[at + flags_at] |= flags


def test_zip_that_lists_far_too_many_files_is_not_opened(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.pdf": b"a"}))
    at = content.rindex(b"PK\x05\x06")
    content[at + 8 : at + 12] = struct.pack("<HH", 60_000, 60_000)
    assert files_of(bytes(content), tmp_path) == {"all.zip": "The ZIP lists more than 20000 files. Send it in parts."}


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 not really", zipped({"a.pdf": b"a" * 99})[:-30]], ids=["no ZIP", "cut off"]
)
def test_zip_that_is_damaged_is_refused(content: bytes, tmp_path: Path) -> None:
    told = "The ZIP cannot be read: it is damaged, or not whole. Make it again."
    assert files_of(content, tmp_path) == {"all.zip": told}


def test_upload_that_is_not_kept_leaves_nothing(school: ReportSchool) -> None:
    with uploads.Upload() as upload:
        upload.begin("a.pdf")
    with pytest.raises(NotFound):
        uploads.uploaded_files(upload.token)
    with pytest.raises(NotFound) as gone:
        importing.begin_import(school.cycle, "../../etc", {}, by="kim", now=NOW)
    assert gone.value.message == (
        "These uploaded files are no longer here: they were read already, or are more than a day old. "
        "Nothing was imported. Upload them again."
    )


def test_old_uploads_and_imports_are_forgotten_and_reports_stay(school: ReportSchool) -> None:
    made = read(school, {"0001.pdf": pdf("one")})
    taken(school, made)
    token = sent({"a.pdf": b"x"})
    assert importing.forget_old_imports(NOW) == 0
    later = NOW.replace(year=2027)
    assert (importing.forget_old_imports(later), uploads.forget_old_report_uploads(later)) == (1, 1)
    assert Report.objects.count() == 1
    with pytest.raises(NotFound):
        uploads.uploaded_files(token)


def test_reading_that_was_killed_is_done_again_from_the_beginning(school: ReportSchool) -> None:
    files = {f"{number:04d}.pdf": pdf(str(number)) for number in range(1, 5)}
    made, job = importing.begin_import(school.cycle, sent(files), {}, by="kim", now=NOW)
    UploadedReport.objects.create(upload=made, name="0001.pdf", state=State.UNMATCHED)
    school.do(job)
    assert importing.counts_of(made) == {"matched": 4}


def test_nothing_is_imported_into_an_archived_cycle_or_without_a_match(school: ReportSchool) -> None:
    made = read(school, {"9999.pdf": pdf("nobody")})
    with pytest.raises(Refused) as nothing:
        importing.request_import(made, by="kim", now=NOW)
    assert nothing.value.message == (
        "No file of this import is matched with anyone. Nothing was imported. Match some by hand."
    )
    school.cycle.state = "archived"
    school.cycle.save()
    with pytest.raises(Refused) as archived:
        importing.begin_import(school.cycle, sent({"0001.pdf": pdf("x")}), {}, by="kim", now=NOW)
    assert archived.value.message == (
        "2026 Semester 2 is archived: no report is imported into it any more. Nothing was done."
    )
    importing.drop_import(made)
    made.refresh_from_db()
    assert (made.state, importing.counts_of(made)) == ("dropped", {})


def test_thousand_reports_take_few_statements(school: ReportSchool, django_assert_max_num_queries: Any) -> None:
    for number in range(5, 1_001):
        school.member(f"{number:04d}")
    files = {f"{number:04d}.pdf": pdf(str(number), 1_000) for number in range(1, 1_001)}
    made, job = importing.begin_import(school.cycle, sent({"all.zip": zipped(files)}), {}, by="kim", now=NOW)
    with django_assert_max_num_queries(150):
        school.do(job)
    with django_assert_max_num_queries(150):
        assert taken(school, made)["imported"] == 1_000
    assert ReportJob.objects.filter(state="done").count() == 2
