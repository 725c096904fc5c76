"""Kinds of sources and their options."""

import pytest

from photosync.connectors.registry import Guard, check_options, kinds, open_source
from photosync.core.errors import Refused, WrongUse


@pytest.fixture
def guard(tmp_path):
    (tmp_path / "roots/photos").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    return Guard(source_roots=(tmp_path / "roots",), data_folder=tmp_path / "data")


def test_kinds_that_are_shipped():
    assert [(kind.name, [option.name for option in kind.options]) for kind in kinds()] == [
        ("folder", ["path", "match", "pattern", "index", "key", "ignore_case", "ignore_leading_zeros"])
    ]


def test_defaults_are_filled_in():
    assert check_options("folder", {"path": "/srv/photos"}) == {
        "path": "/srv/photos",
        "match": "stem",
        "pattern": "",
        "index": "",
        "key": "",
        "ignore_case": "no",
        "ignore_leading_zeros": "no",
    }


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (
            "ftp",
            {},
            "There is no source of kind 'ftp'. Nothing was changed; the kinds are folder.",
        ),
        (
            "folder",
            {"path": "/a", "paht": "/b"},
            "A source of kind folder has no option 'paht'. Nothing was changed; its options are "
            "path, match, pattern, index, key, ignore_case, ignore_leading_zeros.",
        ),
        (
            "folder",
            {"match": "stem"},
            "A source of kind folder needs the option path (absolute path of the folder). "
            "Nothing was changed; fill it in.",
        ),
        (
            "folder",
            {"path": "/a", "match": "guess"},
            "The option match of a source of kind folder cannot be 'guess'. "
            "Nothing was changed; it is one of stem, pattern, index.",
        ),
    ],
)
def test_wrong_kind_or_option(guard, kind, options, message):
    with pytest.raises(WrongUse) as caught:
        open_source(kind, options, guard=guard)
    assert caught.value.message == message


def test_open_folder(guard):
    path = guard.source_roots[0] / "photos"
    (path / "1.jpg").write_bytes(b"one")
    (path / "index.csv").write_bytes(b"2082,1.jpg\n")
    options = {"path": str(path), "match": "index", "index": "index.csv"}
    with open_source("folder", options, guard=guard) as source:
        assert [(page.folder, page.entry_count) for page in source.pages()] == [("", 1)]
        assert source.fetch("", "1.jpg", limit_bytes=100).content == b"one"


def test_open_folder_with_match_index_needs_the_index(guard):
    path = str(guard.source_roots[0] / "photos")
    with pytest.raises(WrongUse) as missing:
        open_source("folder", {"path": path, "match": "index"}, guard=guard)
    assert missing.value.message == (
        "Matching by an index file needs the option index, the index file inside the folder. Nothing was changed; "
        "fill it in."
    )
    for index in ("../index.csv", "/etc/passwd", ".", "./index.csv", "a//b"):
        with pytest.raises(WrongUse, match="is not a path inside the source folder"):
            open_source("folder", {"path": path, "match": "index", "index": index}, guard=guard)


def test_open_folder_outside_the_roots(guard, tmp_path):
    with pytest.raises(Refused, match="is not under an allowed root"):
        open_source("folder", {"path": str(tmp_path)[:-1]}, guard=guard)
