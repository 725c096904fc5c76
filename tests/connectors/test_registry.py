"""Kinds of sources and their options."""

import pytest

from photosync.connectors.registry import ConnectorKind, Guard, check_options, kinds, open_source
from photosync.connectors.testing.zips import Zipped, zip_bytes
from photosync.core.errors import Refused, WrongUse

MATCHING = ("match", "pattern", "index", "by", "key", "ignore_case", "ignore_leading_zeros")
S3_PLACE = ("bucket", "region", "endpoint", "prefix")
JSON_API_OPTIONS = (
    *("address", "sign_in", "secret", "user", "header", "token_address", "scope", "ca_pem"),
    *("students", "staff", "people", "records"),
    *("paging", "page_size", "place_name", "size_name", "first_page", "next", "total"),
    *("id", "photo", "photo_is", "changed", "year", "kind", "student_words", "staff_words"),
    *("one_student", "one_staff", "person_id", "person_record", "bulk"),
)
SFTP_OPTIONS = ("host", "port", "username", "password", "private_key", "passphrase", "host_key", "folder")


@pytest.fixture
def guard(tmp_path):
    (tmp_path / "roots/photos").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    return Guard(source_roots=(tmp_path / "roots",), data_folder=tmp_path / "data")


SIF_PERSON = ("identifier", "identifier_type", "match", "key", "ignore_case", "ignore_leading_zeros", "consent")


def test_kinds_that_are_shipped():
    assert [(kind.name, [option.name for option in kind.options]) for kind in kinds()] == [
        ("folder", ["path", *MATCHING]),
        ("archive", ["path", *MATCHING, "names"]),
        ("input", ["input", *MATCHING]),
        ("sftp", [*SFTP_OPTIONS, *MATCHING]),
        ("smb", ["host", "port", "share", "folder", "username", "password", "encryption", *MATCHING]),
        (
            "s3",
            [*S3_PLACE, "access_key_id", "secret_access_key", "session_token", *MATCHING, "addressing", "ca_pem"],
        ),
        ("webdav", ["address", "user", "password", *MATCHING, "ca_pem"]),
        (
            "sql",
            [
                *("database_type", "host", "port", "database", "username", "password", "encryption"),
                *("ca_pem", "students", "student_photo", "staff", "staff_photo", "path"),
                *("match", "key", "ignore_case", "ignore_leading_zeros"),
            ],
        ),
        ("json_api", [*JSON_API_OPTIONS, "match", "key", "ignore_case", "ignore_leading_zeros"]),
        ("sif_files", ["path", *SIF_PERSON]),
        (
            "sif_rest",
            [
                *("address", "sign_in", "user", "secret", "zone", "context", "people", "page_size"),
                *SIF_PERSON,
                "ca_pem",
            ],
        ),
    ]


def test_defaults_are_filled_in():
    assert check_options("folder", {"path": "/srv/photos"}) == {
        "path": "/srv/photos",
        "match": "stem",
        "pattern": "",
        "index": "",
        "by": "name",
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
            "There is no source of kind 'ftp'. Nothing was changed; "
            f"the kinds are {', '.join(kind.name for kind in kinds())}.",
        ),
        (
            "folder",
            {"path": "/a", "paht": "/b"},
            "A source of kind folder has no option 'paht'. Nothing was changed; its options are "
            "path, match, pattern, index, by, key, ignore_case, ignore_leading_zeros.",
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
            "Nothing was changed; it is one of stem, pattern, index, photographer.",
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
        with pytest.raises(WrongUse, match="is not a path inside the folder"):
            open_source("folder", {"path": path, "match": "index", "index": index}, guard=guard)


def test_open_archive(guard):
    path = guard.source_roots[0] / "photos.zip"
    path.write_bytes(zip_bytes([Zipped("1.jpg", b"one"), Zipped("idlink.txt", b"2082,1.jpg\n")]))
    options = {"path": str(path), "match": "index", "index": "idlink.txt"}
    with open_source("archive", options, guard=guard) as source:
        assert [(page.folder, page.entry_count) for page in source.pages()] == [("", 1)]
        assert source.fetch("", "idlink.txt", limit_bytes=100).content == b"2082,1.jpg\n"


def test_open_archive_that_is_not_there_yet(guard):
    """Whether it can be read is a matter of the run: the photographer's delivery may come tomorrow."""
    open_source("archive", {"path": str(guard.source_roots[0] / "later.zip")}, guard=guard).close()


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        (
            {"path": "{roots}/1.zip", "match": "index"},
            WrongUse,
            "Matching by an index file needs the option index, the index file inside the ZIP file. "
            "Nothing was changed; fill it in.",
        ),
        (
            {"path": "{roots}/1.zip", "match": "index", "index": "../idlink.txt"},
            WrongUse,
            'The index file "../idlink.txt" is not a path inside the ZIP file. Nothing was changed; '
            "give it relative to the ZIP file, for example idlink.txt.",
        ),
        (
            {"path": "1.zip"},
            WrongUse,
            "The ZIP file '1.zip' is not an absolute path. Nothing was changed; "
            "write it from the root, for example path=/srv/photos.zip.",
        ),
        (
            {"path": "{place}/1.zip"},
            Refused,
            "The ZIP file {place}/1.zip is not under an allowed root ({roots}). Nothing was changed; "
            "move it there, or let the operator add its root to PHOTOSYNC_SOURCE_ROOTS.",
        ),
        (
            {"path": "{roots}/link.zip"},
            Refused,
            "The ZIP file {roots}/link.zip (that is {place}/secret.zip) is not under an allowed root ({roots}). "
            "Nothing was changed; move it there, or let the operator add its root to PHOTOSYNC_SOURCE_ROOTS.",
        ),
        (
            {"path": "{place}/data/uploads/1.zip"},
            Refused,
            "The ZIP file {place}/data/uploads/1.zip is in or above Photo Sync's own data folder {place}/data. "
            "Nothing was changed; choose a ZIP file apart from it.",
        ),
    ],
)
def test_archive_that_may_not_be_opened(guard, tmp_path, options, kind, message):
    place = tmp_path.resolve()
    (place / "secret.zip").write_bytes(zip_bytes([]))
    (place / "roots/link.zip").symlink_to(place / "secret.zip")
    words = {"place": place, "roots": place / "roots"}
    with pytest.raises(kind) as caught:
        open_source("archive", {name: value.format(**words) for name, value in options.items()}, guard=guard)
    assert caught.value.message == message.format(**words)


def test_open_folder_outside_the_roots(guard, tmp_path):
    with pytest.raises(Refused, match="is not under an allowed root"):
        open_source("folder", {"path": str(tmp_path)[:-1]}, guard=guard)


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind.secrets], ids=lambda kind: kind.name)
def test_secret_stays_with_the_server_that_it_was_entered_for(kind: ConnectorKind) -> None:
    """Who may change a profile did not see its password: where the server is another, it is entered again."""
    assert any(option.leads for option in kind.options)


def test_kinds_that_may_not_say_how_large_a_file_is() -> None:
    assert [kind.name for kind in kinds() if kind.omits_sizes] == [
        "webdav",
        "sql",
        "json_api",
        "sif_files",
        "sif_rest",
    ]
