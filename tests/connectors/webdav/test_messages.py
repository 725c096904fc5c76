"""What a person reads where a WebDAV folder cannot be read."""

import itertools

import pytest

from photosync.connectors.registry import open_source
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater, WrongUse
from tests.connectors.webdav.opened import (
    GUARD,
    failed,
    file_at,
    folder_at,
    multistatus,
    options,
    source,
    without_properties,
)
from tests.services.web_server import Reply, web_server

UNCHANGED = "Nothing was concluded from it, so nothing was changed."
NEXTCLOUD = "at Nextcloud it looks like https://cloud.school.example/remote.php/dav/files/USER/FOLDER."
ASK = "Check the address, and ask who runs the server."
NO_WEBDAV = "it does not speak WebDAV at this address"


def message_of(kind, action):
    with pytest.raises(kind) as raised:
        action()
    assert type(raised.value) is kind
    return raised.value.message


def listing_message(answer, path="/dav/", **given):
    reply = answer if callable(answer) else lambda asked: answer
    with web_server(reply) as web, source(f"{web.address}{path}", **given) as opened:
        return message_of(SourceUnavailable, lambda: list(opened.pages())).replace(f"{web.port}", "PORT")


@pytest.mark.parametrize(
    ("answer", "reason", "do"),
    [
        (
            Reply(401, b"", {"WWW-Authenticate": 'Basic realm="Nextcloud"'}),
            "it does not accept this user and password",
            "Enter them again. Where signing in needs a second step, as it may at Nextcloud, make an app password "
            "for Photo Sync and enter that.",
        ),
        (Reply(403), "this user may not read it", "Allow the user to read this folder and all that is in it."),
        (Reply(404), "there is no such folder", f"Check the address; {NEXTCLOUD}"),
        (Reply(405), NO_WEBDAV, f"Check the address; {NEXTCLOUD}"),
        (Reply(200, b"<html>A web page</html>"), NO_WEBDAV, f"Check the address; {NEXTCLOUD}"),
        (Reply(207, b"<html>A web page</html>"), NO_WEBDAV, f"Check the address; {NEXTCLOUD}"),
        (Reply(207, b""), NO_WEBDAV, f"Check the address; {NEXTCLOUD}"),
        (
            Reply(207, multistatus(folder_at("/dav/"), file_at("/dav/1.jpg")).content[:-30]),
            NO_WEBDAV,
            f"Check the address; {NEXTCLOUD}",
        ),
        (
            Reply(207, b'<!DOCTYPE a [<!ENTITY b "b">]><multistatus xmlns="DAV:">&b;</multistatus>'),
            NO_WEBDAV,
            f"Check the address; {NEXTCLOUD}",
        ),
        (Reply(500), "it answered 500", ASK),
        (multistatus(), "it did not list the folder that was asked for", ASK),
        (multistatus(file_at("/dav/1.jpg")), "it did not list the folder that was asked for", ASK),
        (multistatus(file_at("/dav")), "it is a file and not a folder", "Write the folder's address."),
        (multistatus(failed("/dav/", "403 Forbidden")), "it answered 403", ASK),
        (
            multistatus(folder_at("/dav/"), failed("/dav/2026/", "403 Forbidden")),
            "it answered 403 of the folder 2026 in it",
            "Allow the user to read that folder and all that is in it, or move it elsewhere.",
        ),
        (
            multistatus(folder_at("/dav/"), failed("/dav/2026/", "404 Not Found")),
            "it answered 404 of the folder 2026 in it",
            "Allow the user to read that folder and all that is in it, or move it elsewhere.",
        ),
        (multistatus(without_properties("/dav/")), "it says nothing of the folder that was asked for", ASK),
        (multistatus(folder_at("/dav/"), *[file_at("/dav/1.jpg")] * 2), "it lists 1.jpg twice", ASK),
    ],
)
def test_listing_that_fails_says_why(answer, reason, do):
    assert listing_message(answer) == (
        f"Listing the folder failed on the WebDAV server 127.0.0.1 (port PORT): {reason}. {UNCHANGED} {do}"
    )


@pytest.mark.parametrize(
    "href",
    [
        "http://other.example/dav/1.jpg",
        "https://127.0.0.1/dav/1.jpg",
        "//other.example/dav/1.jpg",
        "/1.jpg",
        "/dav/a/1.jpg",
        "/dav/a/../../1.jpg",
        "/davx/1.jpg",
    ],
)
def test_address_elsewhere_ends_the_listing(href):
    assert listing_message(multistatus(folder_at("/dav/"), file_at(href))) == (
        f"Listing the folder failed on the WebDAV server 127.0.0.1 (port PORT): it listed {href}, which is not in "
        f"the folder that was asked for. {UNCHANGED} Write the address that the server itself uses: a proxy in front "
        "of it may have another name."
    )


def test_server_that_asks_for_a_user_is_told():
    assert listing_message(Reply(401), user="", password="") == (
        "Listing the folder failed on the WebDAV server 127.0.0.1 (port PORT): it asks for a user and a password. "
        f"{UNCHANGED} Enter both."
    )


def test_server_that_is_busy_is_asked_again():
    answers = iter([Reply(503), multistatus(folder_at("/"), file_at("/1.jpg"))])
    with web_server(lambda asked: next(answers)) as web, source(web.address) as opened:
        assert [page.entry_count for page in opened.pages()] == [1]


def test_server_in_maintenance_is_told(monkeypatch):
    monkeypatch.setattr("photosync.outgoing.http._PAUSES_S", ())
    assert listing_message(Reply(503)) == (
        "Listing the folder failed on the WebDAV server 127.0.0.1 (port PORT): it is too busy, or in maintenance. "
        f"{UNCHANGED} The next run tries again."
    )


def test_folder_that_moved_is_told_and_the_password_stays_here():
    with web_server(lambda asked: multistatus(folder_at("/new/"))) as other:
        message = listing_message(Reply(301, b"", {"Location": f"{other.address}/new/"}))
        assert message.replace(f"{other.port}", "OTHER") == (
            "Listing the folder failed on the WebDAV server 127.0.0.1 (port PORT): it sent the request on to "
            f'"http://127.0.0.1:OTHER/new/". {UNCHANGED} If that is where the folder is now, write that address.'
        )
        assert ["authorization" in asked.headers for asked in other.asked] == [False]


def test_folder_with_more_than_may_be_is_told():
    many = multistatus(folder_at("/dav/"), *(file_at(f"/dav/{number}.jpg") for number in range(6)))
    assert listing_message(many, most_in_a_folder=5) == (
        "Listing the folder failed on the WebDAV server 127.0.0.1 (port PORT): it holds more than 5 files. "
        f"{UNCHANGED} Divide them among folders."
    )


def endless(piece):
    return Reply(207, itertools.chain([b'<multistatus xmlns="DAV:">'], itertools.repeat(piece)))


@pytest.mark.parametrize(
    "answer",
    [
        lambda asked: endless(b" " * 100_000),
        lambda asked: endless(b"<response><href>" + b"a" * 100_000),
        lambda asked: endless(b"<a>" * 1_000),
    ],
)
def test_answer_without_an_end_is_not_read_for_ever(answer, monkeypatch):
    monkeypatch.setattr("photosync.connectors.webdav.asking.LISTING_BYTES", 5_000_000)
    message = listing_message(answer)
    assert "the answer is longer than 5,000,000 bytes" in message


@pytest.mark.parametrize(
    "inside",
    [
        b"<response><href>" + b"a" * 20_000 + b"</href></response>",
        b"<a>" * 40 + b"</a>" * 40,
        b"<" + b"a" * 4_000_000 + b"/>",
        b"<response><href>/dav/</href></response>",
        b"<response><href>/dav/</href><status>all is well</status></response>",
    ],
    ids=["long address", "deep", "long tag", "no status", "no number"],
)
def test_answer_that_would_fill_memory_is_none(inside):
    message = listing_message(Reply(207, b'<multistatus xmlns="DAV:">' + inside + b"</multistatus>"))
    assert NO_WEBDAV in message


def fetching(answer):
    """Return what answers files with `answer`, and lists the folder that they are in."""
    return lambda asked: answer if asked.method == "GET" else multistatus(folder_at("/"))


@pytest.mark.parametrize(
    ("answer", "reason", "do"),
    [
        (Reply(404), "it was no longer there when it was to be read", "The next run looks again."),
        (Reply(403), "this user may not read it", "Allow the user to read it; the next run reads it then."),
        (Reply(423), "it is locked", "The next run reads it again."),
        (Reply(500), "the server answered 500", "The next run reads it again."),
        (
            Reply(302, b"", {"Location": "https://elsewhere.example/2082.jpg"}),
            "the server sent the request on to another address (302), which was not asked",
            "Ask who runs the server for the address of the folder that gives its files itself, and write that one.",
        ),
    ],
)
def test_file_that_cannot_be_read_says_why(answer, reason, do):
    with web_server(fetching(answer)) as web, source(web.address) as opened:
        assert message_of(TryLater, lambda: opened.fetch("", "2082.jpg", limit_bytes=9)) == (
            f"2082.jpg could not be read from the WebDAV server 127.0.0.1 (port {web.port}): {reason}. "
            f"It was left as it is. {do}"
        )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_photo_is_not_read_from_where_the_server_sends_the_request(status):
    with web_server(lambda asked: Reply(200, b"one")) as other:
        sent_on = Reply(status, b"", {"Location": f"{other.address}/2082.jpg"})
        with web_server(fetching(sent_on)) as web, source(web.address) as opened:
            message_of(TryLater, lambda: opened.fetch("", "2082.jpg", limit_bytes=9))
        assert other.asked == []


def test_file_that_is_too_large_is_not_read():
    answer = Reply(200, bytes(10_000))
    with web_server(fetching(answer)) as web, source(web.address) as opened:
        assert message_of(ItemRejected, lambda: opened.fetch("", "2082.jpg", limit_bytes=9_000)) == (
            "2082.jpg is larger than 0.009 MB, so it was not read. "
            "Save it smaller, or raise the limit in the settings."
        )


@pytest.mark.parametrize("name", ["..", ".", "a\0b"])
def test_name_that_leads_out_is_refused(name):
    with web_server(fetching(Reply(200))) as web, source(web.address) as opened:
        with pytest.raises(ItemRejected, match="is not a name inside the source folder") as raised:
            opened.fetch("a", name, limit_bytes=9)
        assert (raised.value.code, web.asked) == ("outside_source", [])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"address": "https://cloud.school.example/apps/files/?dir=/photos"},
            '"https://cloud.school.example/apps/files/?dir=/photos" is the address of a page, and not of a folder. '
            "Nothing was changed. Write the WebDAV address; at Nextcloud it is in the settings of Files, and looks "
            "like https://cloud.school.example/remote.php/dav/files/USER/FOLDER.",
        ),
        (
            {"address": "https://me:secret@cloud.school.example/"},
            "This is not a web address. Nothing was sent. Write one such as https://api.school.example/v1, without a "
            "user name or password in it.",
        ),
        (
            {"user": "me:you"},
            "A user name cannot have a colon or control characters. Nothing was changed. Correct it.",
        ),
        (
            {"ca_pem": "x"},
            "The certificate of the authority cannot be read. Nothing was sent. Paste it as text that begins with "
            "-----BEGIN CERTIFICATE-----.",
        ),
        (
            {"match": "index", "index": "/etc/passwd"},
            'The index file "/etc/passwd" is not a path inside the folder on the server. Nothing was changed; '
            "give it relative to the folder on the server, for example idlink.txt.",
        ),
    ],
)
def test_options_that_can_be_none_are_told(given, message):
    wrong = options("https://cloud.school.example/dav") | given
    assert message_of(WrongUse, lambda: open_source("webdav", wrong, guard=GUARD)) == message
