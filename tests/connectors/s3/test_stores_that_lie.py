"""S3 stores that lie, break off or send on: no listing ends quietly, and close ends what is under way."""

import itertools
import threading
import time

import pytest

from photosync.connectors.contract import Page
from photosync.core.errors import SourceUnavailable, TryLater
from tests.connectors.s3.plain_store import contents, error, listing, plain_store, query_of, source
from tests.services.web_server import Reply, web_server

UNCHANGED = "Nothing was concluded from it, so nothing was changed."


def listing_message(opened):
    with pytest.raises(SourceUnavailable) as raised:
        list(opened.pages())
    return raised.value.message


def test_close_ends_what_is_under_way():
    asked, may_end = threading.Event(), threading.Event()

    def answer(_):
        asked.set()
        may_end.wait(20)
        return Reply(200, b"one")

    with plain_store({}) as web, source(web.address, seconds=20) as opened:
        web.answer = answer
        errors = []

        def read():
            try:
                opened.fetch("", "1.jpg", limit_bytes=10)
            except SourceUnavailable as error:
                errors.append(error.message)

        thread = threading.Thread(target=read)
        thread.start()
        assert asked.wait(10)
        time.sleep(0.3)  # by now it waits
        began = time.monotonic()
        opened.close()
        thread.join(10)
        assert (thread.is_alive(), time.monotonic() - began < 10) == (False, True)
        may_end.set()
        assert errors == [
            f"Reading 1.jpg failed on the S3 store 127.0.0.1 (port {web.port}): it is no longer being read. "
            f"{UNCHANGED} Run again."
        ]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_request_is_never_sent_on_to_another_host(status):
    with plain_store({b"1.jpg": b"of another host"}) as other:
        sent_on = error(status, "TemporaryRedirect", Location=f"{other.address}/photos/1.jpg")
        with web_server(lambda asked: sent_on) as web, source(web.address) as opened:
            assert "where the request was not sent on to" in listing_message(opened)
            with pytest.raises(SourceUnavailable, match="where the request was not sent on to"):
                opened.fetch("", "1.jpg", limit_bytes=100)
        assert other.asked == []


def test_object_whose_listing_is_refused_is_tried_later():
    """A proxy dropped its headers, so that it is asked how the store lists it; the bucket itself can be listed."""

    def answer(asked):
        if "?" not in asked.path:
            return Reply(200, b"one")
        return error(500, "InternalError") if query_of(asked)["prefix"] else listing(contents(b"1.jpg", b"one"))

    with web_server(answer) as web, source(web.address) as opened:
        with pytest.raises(TryLater) as raised:
            opened.fetch("", "1.jpg", limit_bytes=10)
        assert type(raised.value) is TryLater
        assert raised.value.message == (
            f"1.jpg could not be read from the S3 store 127.0.0.1 (port {web.port}): the store answered 500 "
            "InternalError. It was left as it is. The next run reads it again."
        )


TOKENS = itertools.count()


def ends_never(asked):
    first = int(query_of(asked).get("continuation-token", "0"))
    return listing(contents(b"%09d.jpg" % first, b"one"), token=str(first + 1))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ends_never, "it holds more than 20 objects"),
        (lambda asked: listing(contents(b"1.jpg", b"one"), token="same"), "it does not give the keys in their order"),
        (lambda asked: listing(token="same"), "its list has no end"),
        (lambda asked: listing(token=str(next(TOKENS))), "its list has no end"),
        (
            lambda asked: listing(contents(b"b/1.jpg", b"one"), contents(b"a/1.jpg", b"one")),
            "it does not give the keys in their order",
        ),
        (
            lambda asked: listing(contents(b"a/1.jpg", b"one"), contents(b"a/1.jpg", b"two")),
            "it does not give the keys in their order",
        ),
        (lambda asked: listing("<IsTruncated>true</IsTruncated>").content, "what it answered is no list of a bucket"),
        (lambda asked: listing(contents(b"1.jpg", b"one")).content, "what it answered is no list of a bucket"),
        (
            lambda asked: listing(contents(b"1.jpg", b"one"), "<NextContinuationToken>2</NextContinuationToken>"),
            "what it answered is no list of a bucket",
        ),
        (lambda asked: listing("<Contents><Key></Key></Contents>"), "what it answered is no list of a bucket"),
        (
            lambda asked: listing("<Contents><Key>1.jpg</Key><Size>-1</Size></Contents>"),
            "what it answered is no list of a bucket",
        ),
        (lambda asked: Reply(200, itertools.repeat(b" " * 100_000)), "the answer is longer than 8,000,000 bytes"),
    ],
)
def test_listing_that_lies_is_none(answer, reason, monkeypatch):
    monkeypatch.setattr("photosync.connectors.s3.asking.MOST_EMPTY_ANSWERS", 5)

    def reply(asked):
        made = answer(asked)
        if isinstance(made, bytes):
            made = Reply(200, made.replace(b"<IsTruncated>false</IsTruncated>", b""))
        return made

    with web_server(reply) as web, source(web.address, most_objects=20) as opened:
        assert reason in listing_message(opened)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ends_never, "it holds more than 20 objects"),
        (
            lambda asked: listing(contents(b"2.jpg", b"two"), contents(b"1.jpg", b"one")),
            "it does not give the keys in their order",
        ),
    ],
)
def test_folder_that_is_read_again_and_lies_is_none(answer, reason):
    page = Page("", None, b"", 1)
    with web_server(answer) as web, source(web.address, most_objects=20) as opened:
        with pytest.raises(SourceUnavailable) as raised:
            list(opened.entries([page]))
        assert reason in raised.value.message


def test_keys_outside_of_the_prefix_are_no_listing():
    page = listing(contents(b"other/1.jpg", b"one"))
    with web_server(lambda asked: page) as web, source(web.address, prefix="2026") as opened:
        assert "it listed keys that were not asked for. " in listing_message(opened)


def test_listing_that_breaks_off_after_pages_raises():
    pages = iter(
        [listing(contents(b"a/1.jpg", b"one"), contents(b"b/1.jpg", b"one"), token="2"), error(403, "AccessDenied")]
    )
    with web_server(lambda asked: next(pages)) as web, source(web.address) as opened:
        came = []
        with pytest.raises(SourceUnavailable, match="this key may not list the bucket"):
            came.extend(opened.pages())
