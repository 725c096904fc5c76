"""Servers that answer what no server should, and what Active Directory says where it does not let someone in."""

import itertools
import time

import pytest

from photosync.connectors.roster.contract import UnreadableLine
from photosync.connectors.roster.ldap import line
from photosync.core.errors import SourceUnavailable
from photosync.core.people import PersonKind
from tests.connectors.roster.ldap.directories import options, roster
from tests.services.rogue_ldap import BIND, BOUND, DONE, done, found, message, result, rogue_ldap, text, tlv
from tests.services.slapd import Slapd

STUDENT = PersonKind.STUDENT
CONCLUDED = "Nothing was concluded from it, so nothing was changed."
QUICK = {"connect_s": 2.0, "answer_s": 0.5}
PERSON = {"employeeNumber": b"1", "givenName": b"G", "sn": b"F", "uid": b"u", "mail": b"m"}


def rostered(port, **changes):
    server = Slapd(folder=None, port=port, password="geheim")
    return roster(options(server, **({"user": "photosync@school.example"} | changes)), **QUICK)


def told(answer, *, lets_in=True, **changes):
    with rogue_ldap(answer, lets_in=lets_in) as rogue, rostered(rogue.port, **changes) as opened:
        with pytest.raises(SourceUnavailable) as raised:
            list(opened.table(STUDENT))
        return raised.value.message.replace(f"the LDAP directory 127.0.0.1 (port {rogue.port})", "IT")


def searching(reason, do):
    return f"Searching for students failed on IT: {reason}. {CONCLUDED} {do}"


@pytest.mark.parametrize(
    ("data", "reason", "do"),
    [
        (
            "525",
            "it does not know the user",
            "Check how the user is written; at Active Directory user@domain will do.",
        ),
        ("52e", "the user or the password is wrong", "Check both, and enter the password again."),
        ("530", "the user may not sign in at this time of day", "Have the user's logon hours extended."),
        ("531", "the user may not sign in from here", "Have sign-in from this server allowed for the user."),
        ("532", "the user's password has expired", "Have a new one set, and enter it here."),
        ("533", "the user's account is disabled", "Have it enabled, or choose another user."),
        ("701", "the user's account has expired", "Have it extended, or choose another user."),
        (
            "773",
            "the user must change the password first",
            "Have a new one set that need not be changed, and enter it here.",
        ),
        ("775", "the user's account is locked", "Have it unlocked, and see who tries it with wrong passwords."),
    ],
)
def test_what_active_directory_says_of_a_user_is_told_in_words(data, reason, do):
    said = f"80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data {data}, v4563\0"
    assert told(lambda asked, _operation: [result(asked, BOUND, 49, said)], lets_in=False) == (
        f"Signing in as photosync@school.example failed on IT: {reason}. {CONCLUDED} {do}"
    )


@pytest.mark.parametrize(
    ("code", "said", "reason", "do"),
    [
        (
            1,
            "000004DC: LdapErr: in order to perform this operation a successful bind must be completed",
            "it could not do it (000004DC: LdapErr: in order to perform this operation a successful bind must be "
            "completed)",
            "See what it says: at Active Directory, that nobody has signed in, or a wrong base.",
        ),
        (2, "", "it did not understand the question", "Check that it is an LDAP server of version 3."),
        (
            3,
            "",
            "the search took longer than its time limit allows",
            "Narrow the base or the filter, let it use indexed attributes, or have the limit raised for this user.",
        ),
        (
            4,
            "",
            "it gives no more than its size limit allows",
            "Let whoever runs the directory raise the limit for this user, also for paged results, or narrow the "
            "filter.",
        ),
        (
            12,
            "",
            "it cannot give its list page by page (RFC 2696)",
            "Have paged results switched on, also for this user: ask whoever runs it.",
        ),
        (18, "", "it cannot compare an attribute as the filter asks for", "Correct the filter."),
        (
            34,
            "invalid DN",
            "the name is not well formed (invalid DN)",
            "Correct it: a DN looks like ou=people,dc=school,dc=example.",
        ),
        (
            50,
            "",
            "this user may not do that",
            "Let the user search and read below the base, or choose another user.",
        ),
        (51, "", "it is busy or not available", "Read again later."),
        (52, "", "it is busy or not available", "Read again later."),
        (
            53,
            "no global superior knowledge",
            "it is unwilling to do that (no global superior knowledge)",
            "See what it says; often encryption is asked for, or this user may not search so.",
        ),
        (80, "a\nb", "it answered 80 other (a b)", "Look into what it says, then read again."),
    ],
)
def test_what_a_search_ends_with_is_told_in_words(code, said, reason, do):
    assert told(lambda asked, _operation: [found(asked, "uid=a", **PERSON), result(asked, DONE, code, said)]) == (
        searching(reason, do)
    )


@pytest.mark.parametrize(
    ("code", "reason", "do"),
    [
        (7, "it does not let anybody sign in with a password", "Have simple sign-in allowed for this user."),
        (8, "it asks for encryption", "Choose the encryption ldaps or starttls."),
        (48, "this user cannot sign in with a password", "Give the user a password, or choose another user."),
    ],
)
def test_sign_in_that_is_refused_is_told_in_words(code, reason, do):
    assert told(lambda asked, _operation: [result(asked, BOUND, code)], lets_in=False) == (
        f"Signing in as photosync@school.example failed on IT: {reason}. {CONCLUDED} {do}"
    )


def test_server_that_does_not_begin_to_encrypt_gets_no_password():
    asked_for = []

    def answer(asked, operation):
        asked_for.append(operation)
        return [result(asked, 0x78, 2, "unsupported extended operation")]

    assert told(answer, lets_in=False, encryption="starttls") == (
        "Starting encryption failed on IT: it does not begin to encrypt: it did not understand the question "
        f"(unsupported extended operation). {CONCLUDED} Choose the encryption ldaps, or have STARTTLS switched on "
        "there."
    )
    assert BIND not in asked_for


def test_end_that_does_not_say_whether_there_are_more_is_no_end():
    assert told(lambda asked, _operation: [found(asked, "uid=a", **PERSON), result(asked, DONE, 0)]) == searching(
        "it did not say whether that was everyone",
        "The server must be able to give its list page by page (RFC 2696): ask whoever runs it.",
    )


def test_pages_without_anyone_and_without_end_are_given_up():
    assert told(lambda asked, _operation: [done(asked, b"more")]) == searching(
        "it gave page after page without anyone on it", "Check that the host is the directory, then read again."
    )


def test_page_with_more_people_than_were_asked_for_is_no_page():
    assert told(
        lambda asked, _operation: [*(found(asked, f"uid={each}", **PERSON) for each in range(11)), done(asked)],
        page_size="10",
    ) == searching(
        "it sent more on one page than it was asked for", "Check that the host is the directory, then read again."
    )


def test_page_that_never_ends_is_given_up():
    def answer(asked, _operation):
        return (found(asked, "uid=a") for _ in itertools.count())

    assert "it sent more on one page than it was asked for" in told(answer)


def test_list_that_never_ends_is_held_in_no_memory():
    def answer(asked, _operation):
        return [found(asked, "uid=a", **PERSON), done(asked, b"more")]

    with rogue_ldap(answer) as rogue, rostered(rogue.port) as opened:
        rows = opened.table(STUDENT)
        # It is the reader who says when it is enough.
        assert [row.cells[0] for row in itertools.islice(rows, 200)] == ["1"] * 200


def test_answer_that_is_far_too_large_is_not_kept(monkeypatch):
    monkeypatch.setattr(line, "LARGEST_ANSWER_BYTES", 1 << 20)

    def answer(_asked, _operation):
        yield b"\x30\x84\x7f\xff\xff\xff"
        for _ in range(400):
            yield b"x" * 65_536

    assert told(answer) == searching(
        "one answer is larger than 16 MB", "Choose a smaller page_size, and attributes that are short text."
    )


def test_value_that_is_far_too_long_is_a_row_that_cannot_be_used():
    def answer(asked, _operation):
        return [found(asked, "uid=a", **{**PERSON, "uid": b"x" * 1_000_000}), done(asked)]

    with rogue_ldap(answer) as rogue, rostered(rogue.port) as opened:
        (row,) = opened.table(STUDENT)
    assert row == UnreadableLine(1, 'The attribute uid of "uid=a" has more than 1000 characters.')


@pytest.mark.parametrize(
    "spoilt",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n" + b" " * 100,
        b"\x30\x03\x02\x01\x63",
        tlv(0x30, tlv(0x02, b""), tlv(DONE, b"")),
        b"\x30\x80" + b"\0" * 40,
    ],
)
def test_what_is_no_ldap_is_told(spoilt):
    said = told(lambda _asked, _operation: [spoilt])
    assert said.startswith("Searching for students failed on IT: ")
    assert CONCLUDED in said


def test_nesting_without_end_is_told():
    nested = b""
    for _ in range(3_000):
        nested = tlv(0x30, nested)
    assert told(lambda asked, _operation: [message(asked, tlv(0x64, text("uid=a"), nested))]) == searching(
        "what it sent is not an answer of an LDAP server, or is damaged",
        "Check the host and its port, then read again.",
    )


def test_server_that_ends_the_connection_is_told():
    notice = message(0, tlv(0x78, b"\x0a\x01\x34", text(""), text("down"), tlv(0x8A, b"1.3.6.1.4.1.1466.20036")))
    assert told(lambda _asked, _operation: [notice]) == searching(
        "it ended the connection", "Look into the log of the server, then read again."
    )


def test_answer_that_comes_byte_by_byte_is_not_waited_for_without_end(monkeypatch):
    monkeypatch.setattr(line, "LONGEST_ANSWER", 2)

    def answer(_asked, _operation):
        for byte in b"\x30\x84\x00\xff\xff\xff" + b"x" * 10_000:
            time.sleep(0.05)
            yield bytes([byte])

    assert told(answer) == searching(
        "there was no answer within 1 seconds", "Check the network and the server, then read again."
    )
