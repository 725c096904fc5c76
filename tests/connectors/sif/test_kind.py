"""How SIF files are opened: a folder, a ZIP or one file, where the operator allows it."""

import zipfile
from pathlib import Path

import pytest

from photosync.connectors.registry import Guard, check_options, open_source
from photosync.connectors.testing.conformance import entries_of, raised
from photosync.core.errors import Refused, SourceUnavailable, WrongUse
from tests.services.sif import School

XML = School({"students/2026/0417": b"mia"}).document()


def opened(tmp_path: Path, path: Path, **options: str):
    guard = Guard((tmp_path / "allowed",), data_folder=tmp_path / "data")
    return open_source("sif_files", {"path": str(path), **options}, guard=guard)


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed"
    (folder / "sif").mkdir(parents=True)
    (folder / "sif" / "all.xml").write_bytes(XML)
    with zipfile.ZipFile(folder / "sif.ZIP", "w") as packed:
        packed.writestr("all.xml", XML)
    return folder


@pytest.mark.parametrize("name", ["sif", "sif/all.xml", "sif.ZIP"])
def test_folder_file_and_zip_are_read(tmp_path: Path, allowed: Path, name: str) -> None:
    with opened(tmp_path, allowed / name) as source:
        assert set(entries_of(source)) == {"students/2026/0417"}


def test_folder_that_is_called_like_a_zip_is_a_folder(tmp_path: Path, allowed: Path) -> None:
    (allowed / "sif").rename(allowed / "old.zip")
    with opened(tmp_path, allowed / "old.zip") as source:
        assert set(entries_of(source)) == {"students/2026/0417"}


def test_what_is_not_there_is_a_matter_of_the_run(tmp_path: Path, allowed: Path) -> None:
    for name in ("no", "no.zip", "no.xml"):
        with opened(tmp_path, allowed / name) as source:
            assert raised(SourceUnavailable, lambda it=source: list(it.pages())).message


def test_other_places_are_refused(tmp_path: Path, allowed: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (allowed / "link").symlink_to(elsewhere)
    for path in (elsewhere, elsewhere / "a.zip", elsewhere / "a.xml", allowed / "link"):
        assert "is not under an allowed root" in raised(Refused, lambda it=path: opened(tmp_path, it)).message
    assert raised(WrongUse, lambda: opened(tmp_path, Path("sif"))).message == (
        "The folder, ZIP or XML file of SIF 'sif' is not an absolute path. Nothing was changed; write it from the "
        "root, for example path=/srv/sif."
    )


def test_refusals_are_taken_over_unless_chosen_otherwise() -> None:
    assert check_options("sif_files", {"path": "/srv/sif"}) == {
        "path": "/srv/sif",
        "identifier": "LocalId",
        "identifier_type": "",
        "match": "column",
        "key": "",
        "ignore_case": "no",
        "ignore_leading_zeros": "no",
        "consent": "refusals",
    }
