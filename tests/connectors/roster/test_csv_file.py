"""A CSV file that is read again and again."""

from pathlib import Path

import pytest

from photosync.connectors.registry import Guard
from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.connectors.roster.csv_file import CSV_FILE, CsvRoster
from photosync.connectors.roster.registry import kind_document, open_roster, roster_kind
from photosync.core.errors import Refused, SourceUnavailable, WrongUse
from photosync.core.people import PersonKind
from tests.connectors.roster.test_conformance import TODAY

STUDENT = PersonKind.STUDENT


def test_delimiter_and_encoding_are_found_out(tmp_path: Path) -> None:
    path = tmp_path / "students.csv"
    for text, recognised in (
        ("code;name\n0417;Zoë\n".encode("cp1252"), "CSV with semicolons, Windows-1252"),
        ("code\tname\n0417\tZoë\n".encode("utf-16"), "CSV with tabs, UTF-16"),
        ("code,name\n0417,Zoë\n".encode("utf-8-sig"), "CSV with commas, UTF-8"),
        ("code|name\n0417|Zoë\n".encode(), "CSV with vertical bars, UTF-8"),
        ("sep=:\ncode:name\n0417:Zoë\n".encode(), 'CSV with ":" between its cells, UTF-8'),
    ):
        path.write_bytes(text)
        roster = CsvRoster(path)
        table = roster.table(STUDENT)
        (row,) = table
        assert isinstance(row, Row)
        assert (list(table.columns), list(row.cells)) == (["code", "name"], ["0417", "Zoë"])
        assert roster.recognised == recognised


def test_line_with_a_fault_is_told_and_the_next_go_on(tmp_path: Path) -> None:
    path = tmp_path / "students.csv"
    path.write_text('code,name\n1,a\n2\n3,b,,\n"4,c\n')
    assert list(CsvRoster(path).table(STUDENT)) == [
        Row(2, ["1", "a"]),
        UnreadableLine(3, "It has only 1 cell, but there are 2 columns."),
        Row(4, ["3", "b"]),
        UnreadableLine(5, "A quotation mark in it is opened and not closed, or stands in the middle of a cell."),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read (No such file or directory). {nothing} See that the school's system has put it there"),
        (b"", "The CSV file is empty. {nothing} Its first line must name the columns."),
        (b"PK\x03\x04", "is a zip file or a spreadsheet, not text. {nothing} Save the sheet as CSV"),
    ],
)
def test_file_that_is_no_roster_is_told_in_words(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "students.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceUnavailable) as raised:
        CsvRoster(path).table(STUDENT)
    assert told.format(nothing="Nothing was concluded from it, so nothing was changed.") in raised.value.message


def test_file_outside_the_allowed_roots_is_refused(tmp_path: Path) -> None:
    guard = Guard(source_roots=(tmp_path / "srv",), data_folder=tmp_path / "data")
    with pytest.raises(Refused, match="is not under an allowed root"):
        open_roster("csv", {"path": str(tmp_path / "students.csv")}, guard=guard, today=TODAY)
    open_roster("csv", {"path": str(tmp_path / "srv/students.csv")}, guard=guard, today=TODAY).close()


def test_kind_and_options_that_there_are_not_are_told_with_those_that_there_are() -> None:
    with pytest.raises(WrongUse) as kind:
        roster_kind("sims")
    assert kind.value.message == (
        "There is no roster of kind 'sims'. Nothing was changed; the kinds are csv, oneroster, oneroster_rest, "
        "sif_files, sif_rest, sql, ldap."
    )
    with pytest.raises(WrongUse) as option:
        CSV_FILE.check({"path": "/x", "host": "y"})
    assert option.value.message == (
        "A roster of kind csv has no option 'host'. Nothing was changed; its options are path."
    )
    with pytest.raises(WrongUse) as missing:
        CSV_FILE.check({})
    assert missing.value.message == (
        "A roster of kind csv needs the option path (absolute path of the file). Nothing was changed; fill it in."
    )
    assert kind_document(CSV_FILE)["has_one_table"] is True
