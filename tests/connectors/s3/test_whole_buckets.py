"""Buckets as schools have them, at a store that checks keys as Amazon does."""

from pathlib import Path

import pytest

from photosync.connectors.registry import open_source
from photosync.connectors.testing.conformance import entries_of
from photosync.core.errors import SourceUnavailable, TryLater
from tests.connectors.s3.plain_store import (
    GUARD,
    LAST_MODIFIED,
    answering,
    contents,
    listing,
    options,
    plain_store,
    query_of,
    source,
)
from tests.services.web_server import Reply, made_certificate, web_server

READING = ("s3:ListBucket", "s3:GetObject")


@pytest.fixture
def bucket(store, request):
    name = request.node.name.replace("_", "-")[:60].strip("-")
    store.make_bucket(name)
    return name


def test_key_that_may_read_reads(store, bucket):
    store.fill(bucket, {"2082.jpg": b"one", "b c+d%2F~/\u00e9.jpg": b"two"})
    key_id, secret = store.user("reader", *READING)
    given = options(store.address, bucket=bucket, access_key_id=f" {key_id}\n", secret_access_key=f"{secret} ")
    with store.checks_keys(), open_source("s3", given, guard=GUARD) as opened:
        assert set(entries_of(opened)) == {"2082.jpg", "b c+d%2F~/\u00e9.jpg"}
        assert opened.fetch("b c+d%2F~", "\u00e9.jpg", limit_bytes=10).content == b"two"


def test_wrong_secret_is_told_and_not_shown(store, bucket):
    key_id, secret = store.user("mistyped", *READING)
    with (
        store.checks_keys(),
        source(store.address, bucket=bucket, access_key_id=key_id, secret_access_key=secret[::-1]) as opened,
        pytest.raises(SourceUnavailable, match="the secret access key is not that of the access key ID") as raised,
    ):
        list(opened.pages())
    assert secret[::-1] not in raised.value.message


def test_key_that_is_unknown_is_told(store, bucket):
    with (
        store.checks_keys(),
        source(store.address, bucket=bucket) as opened,
        pytest.raises(SourceUnavailable, match="it does not know this access key ID"),
    ):
        list(opened.pages())


def test_key_that_may_list_only_is_told_of_each_object(store, bucket):
    store.fill(bucket, {"2082.jpg": b"one"})
    key_id, secret = store.user("lister", "s3:ListBucket")
    with (
        store.checks_keys(),
        source(store.address, bucket=bucket, access_key_id=key_id, secret_access_key=secret) as opened,
    ):
        assert set(entries_of(opened)) == {"2082.jpg"}
        with pytest.raises(TryLater, match="this key may not read it"):
            opened.fetch("", "2082.jpg", limit_bytes=10)


def test_keys_of_the_server_are_never_used(store, bucket, monkeypatch):
    """Nor its files, its proxy or its endpoint: what a school enters is all that counts."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "of-the-server")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with plain_store({b"1.jpg": b"one"}) as web, source(web.address) as opened:
        assert opened.fetch("", "1.jpg", limit_bytes=9).content == b"one"
        assert "of-the-server" not in str(web.asked)


def test_archived_object_is_told_and_listed(store, bucket):
    store.put(bucket, "2082.jpg", b"one", StorageClass="GLACIER")
    with source(store.address, bucket=bucket) as opened:
        assert set(entries_of(opened)) == {"2082.jpg"}
        with pytest.raises(TryLater, match="it was moved to an archive"):
            opened.fetch("", "2082.jpg", limit_bytes=10)


def test_versions_that_are_old_or_deleted_are_not_seen(store, bucket):
    store.client().put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for content in (b"old", b"newest"):
        store.put(bucket, "2082.jpg", content)
    store.put(bucket, "2083.jpg", b"gone")
    store.remove(bucket, "2083.jpg")
    with source(store.address, bucket=bucket) as opened:
        assert {path: entry.size_bytes for path, entry in entries_of(opened).items()} == {"2082.jpg": 6}
        assert opened.fetch("", "2082.jpg", limit_bytes=10).content == b"newest"


def test_prefix_is_the_root_and_ends_at_a_folder(store, bucket):
    store.fill(bucket, {"2026/a/1.jpg": b"one", "2026/2.jpg": b"two", "2026-old/3.jpg": b"old", "4.jpg": b"four"})
    with source(store.address, bucket=bucket, prefix="2026") as opened:
        assert set(entries_of(opened)) == {"a/1.jpg", "2.jpg"}
        assert opened.fetch("a", "1.jpg", limit_bytes=10).content == b"one"


def test_marks_of_folders_and_what_systems_add_are_left_out(store, bucket):
    junk = ["2026/", "empty/", "a/.DS_Store", "Thumbs.db", "__MACOSX/a/1.jpg", "a/._1.jpg", "a/desktop.ini"]
    store.fill(bucket, dict.fromkeys([*junk, "a/1.jpg"], b""))
    with source(store.address, bucket=bucket) as opened:
        assert set(entries_of(opened)) == {"a/1.jpg"}


def test_index_file_is_read_and_not_listed(store, bucket):
    store.fill(bucket, {"2026/idlink.txt": b"2082,1.jpg\n", "2026/1.jpg": b"one"})
    with source(store.address, bucket=bucket, prefix="2026", match="index", index="idlink.txt") as opened:
        assert set(entries_of(opened)) == {"1.jpg"}
        assert opened.fetch("", "idlink.txt", limit_bytes=100).content == b"2082,1.jpg\n"


def test_keys_with_empty_parts_are_each_their_own():
    keys = ["1.jpg", "/1.jpg", "//1.jpg", "a/1.jpg", "a//1.jpg", "/a/1.jpg"]
    with plain_store({key.encode(): key.encode() for key in keys}) as web, source(web.address) as opened:
        found = {
            (page.folder, entry.name): opened.fetch(page.folder, entry.name, limit_bytes=10).content.decode()
            for page, entries in opened.entries(list(opened.pages()))
            for entry in entries
        }
        assert found == {
            ("", "1.jpg"): "1.jpg",
            ("/", "1.jpg"): "/1.jpg",
            ("//", "1.jpg"): "//1.jpg",
            ("a", "1.jpg"): "a/1.jpg",
            ("a/", "1.jpg"): "a//1.jpg",
            ("//a", "1.jpg"): "/a/1.jpg",
        }


def test_key_with_a_zero_byte_is_left_out_and_told():
    with plain_store({b"1\0.jpg": b"one", b"2.jpg": b"two"}) as web, source(web.address) as opened:
        assert set(entries_of(opened)) == {"2.jpg"}
        assert opened.warnings() == [
            "1 object has a zero byte in the key and could not be read. Use other keys for what is to be read."
        ]


def test_listing_of_a_thousand_folders_is_three_requests():
    """One flat listing, a thousand keys at a time, and no photo is read."""
    files = [(b"%04d/photo.jpg" % number, b"%d" % number) for number in range(2_500)]

    def answer(asked):
        first = int(query_of(asked).get("continuation-token", "0"))
        token = str(first + 1_000) if first + 1_000 < len(files) else ""
        return listing(*(contents(*each) for each in files[first : first + 1_000]), token=token)

    with web_server(answer) as web, source(web.address) as opened:
        assert len(list(opened.pages({}))) == 2_500
        assert [query_of(asked).get("continuation-token") for asked in web.asked] == [None, "1000", "2000"]


def test_store_that_does_not_encode_keys_is_read():
    page = listing(contents(b"a+b.jpg", b"one").replace("%2B", "+"), encoding="")
    with web_server(lambda asked: page) as web, source(web.address) as opened:
        assert set(entries_of(opened)) == {"a+b.jpg"}


def test_stamp_of_a_listing_is_that_of_an_answer_whatever_the_seconds_parts():
    with plain_store({b"1.jpg": b"one"}) as web, source(web.address) as opened:
        stamp = entries_of(opened)["1.jpg"].stamp
        assert (
            stamp == opened.fetch("", "1.jpg", limit_bytes=9).stamp == "f97c5d29941bfb1b2fdab0874906ab82.1795898587"
        )


@pytest.mark.parametrize(("dropped", "listings"), [((), 0), (("Last-Modified",), 1), (("ETag",), 1)])
def test_stamp_is_asked_for_where_a_proxy_drops_the_headers_that_tell_it(dropped, listings):
    store = answering({b"1.jpg": b"one", b"1.jpg.bak": b"other"})

    def answer(asked):
        reply = store(asked)
        return Reply(reply.status, reply.content, {k: v for k, v in reply.headers.items() if k not in dropped})

    with web_server(answer) as web, source(web.address) as opened:
        fetched = opened.fetch("", "1.jpg", limit_bytes=9)
        assert [query_of(asked).get("prefix") for asked in web.asked][1:] == ["1.jpg"] * listings
        assert fetched.stamp == entries_of(opened)["1.jpg"].stamp


def test_object_that_is_replaced_while_it_is_read_has_another_stamp_than_was_listed():
    """Also where its stamp is asked for: afterwards, when the store lists what is there now."""
    files = {b"1.jpg": b"one"}
    store = answering(files)

    def answer(asked):
        reply = store(asked)
        if "?" in asked.path:
            return reply
        files[b"1.jpg"] = b"two"
        return Reply(reply.status, reply.content, {})

    with web_server(answer) as web, source(web.address) as opened:
        listed = entries_of(opened)["1.jpg"].stamp
        fetched = opened.fetch("", "1.jpg", limit_bytes=9)
        assert fetched.content == b"one"
        assert fetched.stamp != listed
        assert fetched.stamp == entries_of(opened)["1.jpg"].stamp


def test_session_token_goes_with_each_request_and_is_signed():
    with plain_store({b"1.jpg": b"one"}) as web, source(web.address, session_token="token/of+it=") as opened:
        list(opened.pages())
        opened.fetch("", "1.jpg", limit_bytes=9)
        assert [asked.headers["x-amz-security-token"] for asked in web.asked] == ["token/of+it="] * 2
        assert all("x-amz-security-token" in asked.headers["authorization"] for asked in web.asked)


def test_object_of_which_the_store_repeats_how_it_was_uploaded_is_read():
    answer = Reply(200, b"one", {"Content-Encoding": "aws-chunked", "ETag": '"1"', "Last-Modified": LAST_MODIFIED})
    with web_server(lambda asked: answer) as web, source(web.address) as opened:
        assert opened.fetch("", "1.jpg", limit_bytes=9).content == b"one"


def test_store_with_a_certificate_of_the_schools_own(tmp_path: Path):
    certificate = made_certificate(tmp_path)
    pem = certificate.read_text()
    ca_pem = pem[pem.index("-----BEGIN CERTIFICATE") :]
    with web_server(lambda asked: listing(contents(b"1.jpg", b"one")), certificate=certificate) as web:
        with open_source("s3", options(web.address, ca_pem=ca_pem), guard=GUARD) as opened:
            assert [page.entry_count for page in opened.pages()] == [1]
        with (
            open_source("s3", options(web.address), guard=GUARD) as opened,
            pytest.raises(SourceUnavailable, match="its certificate is not to be trusted"),
        ):
            list(opened.pages())
