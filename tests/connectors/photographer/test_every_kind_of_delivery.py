"""Every kind that offers to be read as a photographer's delivery, at its real server: listed and surveyed once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.apps.inputs.shelf import SchoolInputs
from photosync.connectors.contract import Source
from photosync.connectors.photographer.source import DeliverySource
from photosync.connectors.registry import PHOTOGRAPHER, Guard, kinds, open_source
from photosync.connectors.testing.conformance import entries_of, fetched
from photosync.connectors.testing.zips import Zipped, zip_bytes
from photosync.outgoing import AllowedRanges
from tests.apps.inputs.delivered import make_input
from tests.connectors import on_disk
from tests.connectors.photographer.volumes import columns, table
from tests.connectors.s3.plain_store import options as s3_options
from tests.connectors.webdav.opened import options as webdav_options
from tests.services import samba, sftp
from tests.services.object_store import object_store
from tests.services.webdav_server import webdav_server
from tests.web.pages import make_school

MIA = columns("0001.jpg", "Chen", "Mia", grade="7", room="7A")
LEO = columns("0002.jpg", "Ng", "Leo", grade="8")
VOLUME = {
    "Vol/INDEX.TXT": table(MIA, LEO).encode(),
    "Vol/COPYRIGHT.TXT": b"Yearbook pages only.",
    "Vol/IMAGES/0001.jpg": b"mia",
    "Vol/IMAGES/0002.jpg": b"leo!",
}
NEEDS_DATABASE = {"input"}
Opening = tuple[dict[str, str], Guard]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(os.path.realpath(tmp_path))


@pytest.fixture
def guard(root: Path) -> Guard:
    loopback = AllowedRanges.parse("127.0.0.1", setting="TEST")
    return Guard(source_roots=(root,), data_folder=root / "data", allowed_ranges=loopback)


def put_volume(folder: Path) -> None:
    for path, content in VOLUME.items():
        on_disk.put(folder, path, content)


@pytest.fixture
def in_folder(root: Path, guard: Guard) -> Opening:
    put_volume(root / "photos")
    return {"path": str(root / "photos")}, guard


@pytest.fixture
def in_archive(root: Path, guard: Guard) -> Opening:
    (root / "photos.zip").write_bytes(zip_bytes([Zipped(path, content) for path, content in VOLUME.items()]))
    return {"path": str(root / "photos.zip")}, guard


@pytest.fixture
def in_input(root: Path) -> Opening:
    made = make_input(make_school(), files=VOLUME)
    return {"input": made.option}, Guard((), root / "data", inputs=SchoolInputs(made.school))


@pytest.fixture
def in_sftp(root: Path, guard: Guard) -> Iterator[Opening]:
    put_volume(root / "photos")
    with sftp.sftp_server(root / "photos") as server:
        sign_in = {"username": sftp.USERNAME, "password": sftp.PASSWORD, "host_key": server.host_key}
        yield {"host": "127.0.0.1", "port": str(server.port)} | sign_in, guard


@pytest.fixture
def in_smb(smbd: str, guard: Guard) -> Iterator[Opening]:
    with samba.running() as server:
        put_volume(server.files / "2026")
        where = {"host": "127.0.0.1", "port": str(server.port), "share": samba.SHARE, "folder": "2026"}
        yield where | {"username": samba.USER, "password": server.password}, guard


@pytest.fixture
def in_s3(guard: Guard) -> Iterator[Opening]:
    with object_store() as store:
        store.make_bucket("photos")
        store.fill("photos", {f"2026/{path}": content for path, content in VOLUME.items()})
        yield s3_options(store.address, prefix="2026"), guard


@pytest.fixture
def in_webdav(guard: Guard) -> Iterator[Opening]:
    with webdav_server() as server:
        put_volume(server.files)
        yield webdav_options(server.address), guard


def offered() -> list[object]:
    """Return every kind that can be read so; one without a fixture here fails."""
    found = [
        kind.name
        for kind in kinds()
        if any(option.name == "match" and PHOTOGRAPHER in option.choices for option in kind.options)
    ]
    return [pytest.param(name, marks=[pytest.mark.django_db] if name in NEEDS_DATABASE else []) for name in found]


@pytest.fixture(params=offered())
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(kind: str, request: pytest.FixtureRequest) -> Iterator[Source]:
    options, guard = request.getfixturevalue(f"in_{kind}")
    with open_source(kind, options | {"match": PHOTOGRAPHER}, guard=guard) as source:
        yield source


def test_every_kind_with_folders_can_be_read_so(kind: str, opened: Source) -> None:
    assert isinstance(opened, DeliverySource)
    assert {path: fetched(opened, path) for path in entries_of(opened)} == {
        "Vol/IMAGES/0001.jpg": b"mia",
        "Vol/IMAGES/0002.jpg": b"leo!",
    }
    survey = opened.survey()
    assert [(each.path, each.size_bytes, each.row.first_name) for each in survey.rows] == [
        ("Vol/IMAGES/0001.jpg", 3, "Mia"),
        ("Vol/IMAGES/0002.jpg", 4, "Leo"),
    ]
    assert survey.warnings == []
    assert [(each.path, each.text) for each in opened.licences()] == [("Vol/COPYRIGHT.TXT", "Yearbook pages only.")]
    # What is far away is fetched several at a time, so that photos come while others are decoded.
    if kind in ("sftp", "smb", "s3", "webdav"):
        assert opened.fetches_at_once >= 4


def test_file_matched_otherwise_is_no_delivery(in_folder: Opening) -> None:
    options, guard = in_folder
    with open_source("folder", options | {"match": "stem"}, guard=guard) as source:
        assert not isinstance(source, DeliverySource)
        assert set(entries_of(source)) == set(VOLUME)
