"""Databases that name photos by the paths of files: they are read from one folder, and from nowhere else."""

import os

import pytest

from photosync.connectors.contract import NO_PHOTO
from photosync.connectors.registry import open_source
from photosync.connectors.sql.files import PhotoFolder
from photosync.connectors.testing.conformance import entries_of, fetched, raised
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from tests.connectors.sql.schools import guard_of
from tests.services.bad_network import bad_network

LIST = "SELECT code AS id, CONVERT_FROM(photo, 'UTF8') AS path FROM photo"
ONE = "SELECT CONVERT_FROM(photo, 'UTF8') AS path FROM photo WHERE code = :id"


@pytest.fixture
def place(tmp_path):
    guard_of(tmp_path)
    (tmp_path / "roots/photos/2026").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def files(place):
    return place / "roots/photos"


@pytest.fixture
def opened(postgresql_school, place, files):
    """The source on a table with paths, written as bytes in the column of photos."""
    options = postgresql_school.options(students=LIST, student_photo=ONE, path=str(files))
    with open_source("sql", options, guard=guard_of(place)) as source:
        yield source


@pytest.fixture
def named(postgresql_school):
    """Let a student's photo be the file at this path."""
    return lambda code, path: postgresql_school.put(code, None if path is None else path.encode())


def test_files_by_their_paths(opened, named, files):
    (files / "2026/1.jpg").write_bytes(b"one")
    (files / "2.jpg").write_bytes(b"two two")
    for code, path in (("1", "2026/1.jpg"), ("2", "./2.jpg"), ("3", "2026\\1.jpg"), ("4", f"{files}/2.jpg")):
        named(code, path)
    named("5", None)
    found = entries_of(opened)
    assert {path: entry.size_bytes for path, entry in found.items()} == {
        "students/1": 3,
        "students/2": 7,
        "students/3": 3,
        "students/4": 7,
        "students/5": 0,
    }
    assert found.pop("students/5").stamp == NO_PHOTO
    assert {path: fetched(opened, path) for path in found} == {
        "students/1": b"one",
        "students/2": b"two two",
        "students/3": b"one",
        "students/4": b"two two",
    }
    assert opened.fetch("students", "1", limit_bytes=10).stamp == found["students/1"].stamp


def test_change_of_the_file_or_of_the_path_is_a_change(opened, named, files):
    (files / "1.jpg").write_bytes(b"one")
    os.link(files / "1.jpg", files / "same.jpg")
    named("1", "1.jpg")
    stamps = [entries_of(opened)["students/1"].stamp]
    (files / "1.jpg").write_bytes(b"two")
    stamps.append(entries_of(opened)["students/1"].stamp)
    named("1", "same.jpg")
    stamps.append(entries_of(opened)["students/1"].stamp)
    assert len(set(stamps)) == 3


def test_file_that_is_not_there_is_listed_and_read_later(opened, named, files):
    """It is not gone from the source: the database still names it."""
    named("1", "missing.jpg")
    assert entries_of(opened)["students/1"].size_bytes == 0
    assert raised(TryLater, lambda: fetched(opened, "students/1")).message == (
        "missing.jpg was no longer there when it was to be read. It was left as it is; the next run looks again."
    )
    (files / "missing.jpg").write_bytes(b"there")
    assert fetched(opened, "students/1") == b"there"


@pytest.mark.parametrize(
    "path", ["../../data/secret", "/etc/passwd", "2026/../../x", "C:/../x", "\\\\nas\\x.jpg", ".."]
)
def test_path_that_leads_out(opened, named, path):
    named("1", path)
    assert entries_of(opened)["students/1"].size_bytes == 0
    assert raised(ItemRejected, lambda: fetched(opened, "students/1")).code == "outside_source"


@pytest.mark.parametrize("path", ["2026\0/1.jpg", "1\0.jpg"])
def test_path_with_a_zero_byte_breaks_no_listing(files, path):
    """MySQL has such text."""
    with PhotoFolder(str(files)) as folder:
        assert folder.size_and_stamp(path)[0] == 0
    assert raised(ItemRejected, lambda: folder.fetch(path, limit_bytes=9)).code == "outside_source"


def test_link_that_leads_out(opened, named, files, place):
    (place / "secret").write_bytes(b"secret")
    (files / "link.jpg").symlink_to(place / "secret")
    (files / "elsewhere").symlink_to(place)
    named("1", "link.jpg")
    named("2", "elsewhere/secret")
    assert set(entries_of(opened)) == {"students/1", "students/2"}
    assert raised(ItemRejected, lambda: fetched(opened, "students/1")).code == "outside_source"
    assert raised(TryLater, lambda: fetched(opened, "students/2")).message.startswith(
        "elsewhere/secret was no longer"
    )


def test_file_that_is_too_large(opened, named, files):
    (files / "1.jpg").write_bytes(bytes(11))
    named("1", "1.jpg")
    assert raised(ItemRejected, lambda: fetched(opened, "students/1", limit_bytes=10)).code == "too_many_bytes"


def test_folder_that_is_not_there(opened, named, files):
    """A mount that is missing is no reason to look for every file in vain."""
    named("1", "1.jpg")
    (files / "2026").rmdir()
    files.rmdir()
    assert raised(SourceUnavailable, lambda: list(opened.pages())).message == (
        f"The folder of the photo files {files} cannot be opened: No such file or directory. The listing is "
        "incomplete, so nothing was changed. Check that it is there and mounted, then run again."
    )


def test_paths_of_everyone_are_not_read_for_one(school, place, files):
    """A query that forgot whose path it is to give would fill memory with all of them."""
    for number in range(100):
        school.put(str(number), b"x" * 50_000)
    one = "SELECT {} AS path FROM photo WHERE code = :id OR code <> ''"
    text = "CONVERT_FROM(photo, 'UTF8')" if school.flavour == "postgresql" else "CONVERT(photo USING utf8mb4)"
    with bad_network(school.port) as network:
        options = school.options(student_photo=one.format(text), path=str(files), port=str(network.port))
        with open_source("sql", options, guard=guard_of(place)) as source:
            assert "gives more than one row" in raised(TryLater, lambda: fetched(source, "students/7")).message
        assert network.down_bytes < 500_000


def test_list_of_paths_without_the_column(postgresql_school, place, files):
    options = postgresql_school.options(path=str(files))
    with open_source("sql", options, guard=guard_of(place)) as source:
        assert "has no column path; it has" in raised(SourceUnavailable, lambda: list(source.pages())).message
