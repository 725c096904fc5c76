"""What a person reads where a bucket cannot be read."""

import pytest

from photosync.connectors.registry import open_source
from photosync.connectors.s3.place import FIRST_REGION
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater, WrongUse
from tests.connectors.s3.plain_store import GUARD, contents, error, listing, options, plain_store, source
from tests.services.web_server import Reply, web_server

UNCHANGED = "Nothing was concluded from it, so nothing was changed."
REGION = "<Region>eu-west-1</Region>"


def message_of(kind, action):
    with pytest.raises(kind) as raised:
        action()
    assert type(raised.value) is kind
    return raised.value.message


def listing_message(answer, **given):
    with web_server(lambda asked: answer) as web, source(web.address, **given) as opened:
        return message_of(SourceUnavailable, lambda: list(opened.pages())).replace(f"{web.port}", "PORT")


@pytest.mark.parametrize(
    ("answer", "reason", "do"),
    [
        (
            error(404, "NoSuchBucket"),
            "it has no bucket photos",
            "Check the name of the bucket, the region and the endpoint.",
        ),
        (
            error(403, "InvalidAccessKeyId"),
            "it does not know this access key ID",
            "Make a new key for a user who may list and read the bucket, and enter both of its parts.",
        ),
        (
            error(403, "SignatureDoesNotMatch"),
            "the secret access key is not that of the access key ID",
            "Enter the secret access key again, whole and without spaces; if it is lost, make a new key.",
        ),
        (
            error(403, "AccessDenied"),
            "this key may not list the bucket photos",
            "Allow its user s3:ListBucket on the bucket and s3:GetObject on what is in it.",
        ),
        (
            error(400, "ExpiredToken"),
            "its session token is not valid or no longer so",
            "Session tokens last for hours: use a key of a user, without a token, or enter a new token.",
        ),
        (
            error(403, "RequestTimeTooSkewed", "<ServerTime>2026-11-28T10:00:00Z</ServerTime>"),
            "the clock of this server and that of the store differ by more than 15 minutes",
            "Ask who runs this server to set its clock by a time server (NTP).",
        ),
        (
            error(400, "AuthorizationHeaderMalformed", REGION),
            "the bucket photos is in the region eu-west-1, and not in ap-southeast-2",
            "Write eu-west-1 as region, and if there is an endpoint, that of this region.",
        ),
        (
            error(301, "PermanentRedirect", x_amz_bucket_region="eu-west-1"),
            "the bucket photos is in the region eu-west-1, and not in ap-southeast-2",
            "Write eu-west-1 as region, and if there is an endpoint, that of this region.",
        ),
        (
            error(301, "PermanentRedirect"),
            "the bucket photos is at another address, where the request was not sent on to",
            "Write the region and the endpoint that the bucket has.",
        ),
        (
            error(400, "InvalidArgument"),
            "it answered 400 InvalidArgument",
            "Check the endpoint and the region, and ask who runs the store.",
        ),
        (error(500, "InternalError"), "it answered 500 InternalError", "If this goes on, ask who runs the store."),
        (
            Reply(400, b"<html>What?</html>"),
            "it answered 400",
            "Check the endpoint and the region, and ask who runs the store.",
        ),
        (
            error(400, "<Code>A sentence of the store, with secrets.</Code>"),
            "it answered 400",
            "Check the endpoint and the region, and ask who runs the store.",
        ),
        (
            Reply(200, b"<html>MinIO Console</html>"),
            "what it answered is no list of a bucket",
            "Check the endpoint: it is the address of the store itself, and not that of its web pages.",
        ),
        (
            Reply(200, b'<!DOCTYPE a [<!ENTITY b "b">]><ListBucketResult>&b;</ListBucketResult>'),
            "what it answered is no list of a bucket",
            "Check the endpoint: it is the address of the store itself, and not that of its web pages.",
        ),
    ],
)
def test_listing_that_fails_says_why(answer, reason, do):
    assert listing_message(answer) == (
        f"Listing the bucket photos failed on the S3 store 127.0.0.1 (port PORT): {reason}. {UNCHANGED} {do}"
    )


def test_prefix_without_anything_is_told():
    assert listing_message(listing(), prefix="2026") == (
        "Listing 2026 in the bucket photos failed on the S3 store 127.0.0.1 (port PORT): there is nothing there. "
        f"{UNCHANGED} Check the prefix."
    )


def test_store_that_is_busy_is_asked_again():
    answers = iter([error(503, "SlowDown"), listing(contents(b"1.jpg", b"one"))])
    with web_server(lambda asked: next(answers)) as web, source(web.address) as opened:
        assert [page.entry_count for page in opened.pages()] == [1]


def fetch_message(answer, kind, path="2082.jpg"):
    with web_server(lambda asked: answer) as web, source(web.address) as opened:
        return message_of(kind, lambda: opened.fetch("", path, limit_bytes=1_000)).replace(f"{web.port}", "PORT")


@pytest.mark.parametrize(
    ("answer", "reason", "do"),
    [
        (
            error(403, "InvalidObjectState", "<StorageClass>GLACIER</StorageClass>"),
            "it was moved to an archive (such as Glacier), from where it cannot be read at once",
            "Restore it, or copy it to a storage class that can be read; the next run reads it then.",
        ),
        (error(404, "NoSuchKey"), "it was no longer there when it was to be read", "The next run looks again."),
        (
            error(403, "AccessDenied"),
            "this key may not read it",
            "Allow its user s3:GetObject on it, and the use of the key that it is encrypted with (kms:Decrypt); the "
            "next run reads it then.",
        ),
        (error(500, "InternalError"), "the store answered 500 InternalError", "The next run reads it again."),
    ],
)
def test_object_that_cannot_be_read_says_why(answer, reason, do):
    assert fetch_message(answer, TryLater) == (
        f"2082.jpg could not be read from the S3 store 127.0.0.1 (port PORT): {reason}. It was left as it is. {do}"
    )


def test_object_whose_bucket_is_gone_says_so():
    assert fetch_message(error(404, "NoSuchBucket"), SourceUnavailable) == (
        "Reading 2082.jpg failed on the S3 store 127.0.0.1 (port PORT): it has no bucket photos. "
        f"{UNCHANGED} Check the name of the bucket, the region and the endpoint."
    )


def test_object_that_is_too_large_is_not_read():
    def body():
        raise AssertionError
        yield b""

    answer = Reply(200, body(), {"Content-Length": "1001"})
    assert fetch_message(answer, ItemRejected) == (
        "2082.jpg is larger than 0.001 MB, so it was not read. Save it smaller, or raise the limit in the settings."
    )


@pytest.mark.parametrize("folder", ["a/..", "..", "./b"])
def test_key_with_dots_is_listed_and_refused(folder):
    with plain_store({f"{folder}/1.jpg".encode(): b"one"}) as web, source(web.address) as opened:
        assert [(page.folder, page.entry_count) for page in opened.pages()] == [(folder, 1)]
        asked = len(web.asked)
        assert message_of(ItemRejected, lambda: opened.fetch(folder, "1.jpg", limit_bytes=9)) == (
            f"{folder}/1.jpg has a part . or .. in its key, which servers on the way may change into another key. "
            "It was not read. Give the object another key."
        )
        assert len(web.asked) == asked


def test_certificate_that_is_none_is_told():
    message = message_of(WrongUse, lambda: open_source("s3", options("https://127.0.0.1", ca_pem="x"), guard=GUARD))
    assert message == (
        "The certificate of the authority cannot be read. Nothing was sent. Paste it as text that begins with "
        "-----BEGIN CERTIFICATE-----."
    )


@pytest.mark.parametrize(
    ("option", "called"), [("access_key_id", "access key ID"), ("session_token", "session token")]
)
@pytest.mark.parametrize("pasted", ["AKID\u00e9", "AKID\nAKID", "AKID AKID"])
def test_key_that_cannot_be_sent_is_told_and_not_shown(option, called, pasted):
    wrong = options("https://127.0.0.1", **{option: pasted})
    assert message_of(WrongUse, lambda: open_source("s3", wrong, guard=GUARD)) == (
        f"The {called} has a space, a line break or letters that cannot be sent. Nothing was changed. Copy it again, "
        "without what stands before and after it."
    )


def test_index_that_leads_out_is_told():
    wrong = options("https://127.0.0.1", match="index", index="../idlink.txt")
    assert message_of(WrongUse, lambda: open_source("s3", wrong, guard=GUARD)) == (
        'The index file "../idlink.txt" is not a path inside the part of the bucket that is read. Nothing was '
        "changed; give it relative to the part of the bucket that is read, for example idlink.txt."
    )


def test_region_is_in_what_is_signed():
    with plain_store({}) as web, source(web.address, region="") as opened:
        list(opened.pages())
        assert f"/{FIRST_REGION}/s3/aws4_request" in web.asked[0].headers["authorization"]
