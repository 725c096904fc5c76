"""The options of a share: how they may be written, and what is said of those that cannot be."""

import sys

import pytest

from photosync.connectors.registry import Guard, check_options, open_source, shipped
from photosync.connectors.smb.place import place_from, server_name
from photosync.core.errors import Refused, WrongUse
from tests.connectors.smb.reaching import LOOPBACK

GIVEN = {"host": "127.0.0.1", "share": "photos", "username": "photographer", "password": "Sesame-7"}


def guard(tmp_path, **others):
    return Guard(source_roots=(), data_folder=tmp_path, **others)


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("", ""),
        ("2026", "2026"),
        ("2026/Portraits", "2026/Portraits"),
        (r"\2026\Portraits" + "\\", "2026/Portraits"),
        (" /2026/ ", "2026"),
    ],
)
def test_folder_may_be_written_as_windows_shows_it(folder, path):
    assert place_from({"host": "files", "port": "", "share": "photos", "folder": folder}).folder == path


def test_place_is_a_share_of_a_server():
    place = place_from({"host": "files.school.example", "port": "", "share": "photos$", "folder": "2026"})
    assert (place.unc, str(place.endpoint)) == (
        r"\\files.school.example\photos$",
        "the SMB server files.school.example (port 445)",
    )
    assert place.path("a/é.jpg") == "2026\\a\\é.jpg".encode("utf-16-le")


def test_ipv6_address_stands_in_a_path_as_windows_writes_it():
    assert [server_name(host) for host in ("fd00::25", "10.0.0.7", "files")] == [
        "fd00--25.ipv6-literal.net",
        "10.0.0.7",
        "files",
    ]


@pytest.mark.parametrize("share", [r"\\files\photos", "photos/2026", "*", "a:b", "..", "x" * 81])
def test_share_that_is_no_name_is_refused(share, tmp_path):
    with pytest.raises(WrongUse) as raised:
        open_source("smb", {**GIVEN, "share": share}, guard=guard(tmp_path))
    shown = share if len(share) <= 60 else share[:59] + "…"
    assert raised.value.message == (
        f'"{shown}" is not the name of a share. Nothing was changed. Write its name alone, such as photos; the '
        "server belongs under host and a folder in the share under folder."
    )


@pytest.mark.parametrize("folder", ["../private", "2026/../..", "a//b", "C:/photos", "what?"])
def test_folder_that_is_no_path_is_refused(folder, tmp_path):
    with pytest.raises(WrongUse) as raised:
        open_source("smb", {**GIVEN, "folder": folder}, guard=guard(tmp_path))
    assert raised.value.message == (
        f'"{folder}" is not the path of a folder in a share. Nothing was changed. Write it from the top of the '
        "share, such as 2026/Portraits, or leave it empty for the whole share."
    )


def test_address_of_the_servers_own_network_is_refused_at_once(tmp_path):
    with pytest.raises(Refused) as raised:
        open_source("smb", GIVEN, guard=guard(tmp_path))
    assert raised.value.message == (
        '"127.0.0.1" is at 127.0.0.1, an address inside this server\'s own network, so nothing was sent. Use an '
        "address on the public internet, or ask the operator of the server to allow this one with "
        "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES."
    )


def test_host_that_cannot_be_found_now_may_be_saved(tmp_path):
    open_source("smb", {**GIVEN, "host": "nothing.invalid"}, guard=guard(tmp_path)).close()


def test_index_file_may_be_written_as_windows_shows_it(tmp_path):
    options = {**GIVEN, "match": "index", "index": r"lists\idlink.txt"}
    open_source("smb", options, guard=guard(tmp_path, allowed_ranges=LOOPBACK)).close()


def test_missing_extra_is_named_when_a_source_is_opened(tmp_path, monkeypatch):
    """The kind is known all the same, with its options."""
    for name in [name for name in sys.modules if name.startswith("photosync.connectors.smb.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "smbprotocol", None)
    assert check_options("smb", GIVEN)["encryption"] == "auto"
    with pytest.raises(Refused) as raised:
        open_source("smb", GIVEN, guard=guard(tmp_path, allowed_ranges=LOOPBACK))
    assert raised.value.message == (
        "Reading a Windows share needs the extra smb, which is not installed. Nothing was changed. Have it installed "
        "where Photo Sync runs (pip install 'photosync[smb]')."
    )


def test_password_is_needed_and_secret():
    assert shipped().kind("smb").secrets == {"password"}
    with pytest.raises(WrongUse) as raised:
        check_options("smb", {name: value for name, value in GIVEN.items() if name != "password"})
    assert raised.value.message == (
        "A source of kind smb needs the option password (password of the account). Nothing was changed; fill it in."
    )
