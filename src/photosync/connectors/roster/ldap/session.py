"""Asking a directory: signed in over a checked line, page by page, with no referral followed.

ldap3 makes and reads the messages, and nothing else: the socket, TLS and all limits are `line.Line`'s.
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Self, cast

from photosync.connectors.network import ANSWER_WITHIN_S, CONNECT_WITHIN_S
from photosync.connectors.roster.ldap.line import Line, LineFailed, connected
from photosync.connectors.roster.ldap.results import (
    NO_END,
    NO_PAGES,
    REFERRAL,
    SIZE_LIMIT,
    SUCCESS,
    TOO_MANY,
    UNREADABLE,
    Failure,
    failure_of,
    one_line,
)
from photosync.connectors.roster.ldap.settings import Encryption, Login, Place
from photosync.connectors.roster.ldap.values import Entry
from photosync.connectors.sql.login import system_authorities
from photosync.core.errors import PhotoSyncError
from photosync.outgoing import AllowedRanges

with warnings.catch_warnings():
    # ldap3 takes names of pyasn1 that are to go one day; the versions of both are locked.
    warnings.simplefilter("ignore", DeprecationWarning)
    import ldap3
    from ldap3.strategy.sync import SyncStrategy

PAGED_RESULTS = "1.2.840.113556.1.4.319"
START_TLS = "1.3.6.1.4.1.1466.20037"
MOST_REFERENCES = 1_000
"""To other places, on one page."""
MOST_EMPTY_PAGES = 100
READ_BYTES = 65_536


class _TooMany(Exception):
    """More messages came for one question than can be right."""


class _Counted(SyncStrategy):
    """ldap3's way of waiting for each answer, which lets no more messages through than were asked for."""

    most = 10
    seen = 0

    def decode_response_fast(self, ldap_message: Any) -> Any:
        self.seen += 1
        if self.seen > self.most:
            raise _TooMany
        return super().decode_response_fast(ldap_message)  # type: ignore[no-untyped-call]


class Directory:
    """A directory that someone has signed in to. Use it as a context, or close it."""

    def __init__(
        self,
        login: Login,
        allowed: AllowedRanges,
        *,
        connect_s: float = CONNECT_WITHIN_S,
        answer_s: float = ANSWER_WITHIN_S,
    ) -> None:
        """Connect and sign in. Raises SourceUnavailable, Refused."""
        self.login = login
        self.references = 0
        """How many other places were referred to; `referred_to` is the first of them."""
        self.referred_to = ""
        self._connect_s, self._answer_s = connect_s, answer_s
        self._line: Line | None = None
        addresses = login.addresses(allowed)
        try:
            with self._told("Connecting"):
                self._line = Line(connected(addresses, login.endpoint.port, connect_s), answer_s)
                self._asking = _asking_over(self._line, login)
                if login.encryption is Encryption.LDAPS:
                    self._encrypt()
            if login.encryption is Encryption.STARTTLS:
                self._start_tls()
            self._sign_in()
        except BaseException:
            self.close()
            raise

    def entries(self, place: Place, attributes: Sequence[str], *, page_entries: int, step: str) -> Iterator[Entry]:
        """Yield everyone there is. Raises SourceUnavailable where the last page is not reached."""
        cookie, empty = b"", 0
        while True:
            found, cookie = self.page(place, attributes, cookie, page_entries=page_entries, step=step)
            yield from found
            if not cookie:
                return
            empty = 0 if found else empty + 1
            if empty > MOST_EMPTY_PAGES:
                raise self._unavailable(step, NO_END)

    def page(
        self, place: Place, attributes: Sequence[str], cookie: bytes, *, page_entries: int, step: str
    ) -> tuple[list[Entry], bytes]:
        """Return the entries of a page, and where the next begins; b"" for nowhere. Raises SourceUnavailable."""
        with self._told(step):
            answers, result = self._search(place.base, place.filter, attributes, page_entries, cookie, size_limit=0)
            if int(result["result"]) != SUCCESS:
                raise self._unavailable(step, failure_of(result, place.base))
            paging = (result.get("controls") or {}).get(PAGED_RESULTS)
            if paging is None:
                raise self._unavailable(step, NO_PAGES)
            self._note_references(answers)
            return _entries_of(answers), bytes(paging["value"]["cookie"] or b"")

    def has_anyone_with(self, place: Place, attribute: str, *, step: str) -> bool:
        """Whether anyone there has a value of `attribute` that may be read. Raises SourceUnavailable."""
        with self._told(step):
            asked = f"(&{place.filter}({attribute}=*))"
            answers, result = self._search(place.base, asked, [ldap3.NO_ATTRIBUTES], None, b"", size_limit=1)
            if int(result["result"]) not in (SUCCESS, SIZE_LIMIT):
                raise self._unavailable(step, failure_of(result, place.base))
            return bool(_entries_of(answers))

    def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            if line.fault is None and hasattr(self, "_asking"):
                with suppress(Exception):
                    self._asking.unbind()
            line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _search(
        self,
        base: str,
        asked: str,
        attributes: Sequence[str],
        page_entries: int | None,
        cookie: bytes,
        *,
        size_limit: int,
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        self._begin((page_entries or size_limit) + MOST_REFERENCES)
        self._asking.search(
            base,
            asked,
            ldap3.SUBTREE,
            dereference_aliases=ldap3.DEREF_NEVER,
            attributes=list(attributes),
            size_limit=size_limit,
            paged_size=page_entries,
            paged_criticality=True,
            paged_cookie=cookie or None,
        )
        answers = list(self._asking.response or ())
        if page_entries and sum(each["type"] == "searchResEntry" for each in answers) > page_entries:
            raise _TooMany
        return answers, self._asking.result

    def _start_tls(self) -> None:
        step = "Starting encryption"
        with self._told(step):
            self._begin(1)
            self._asking.extended(START_TLS)
            if int(self._asking.result["result"]) != SUCCESS:
                raise self._unavailable(step, _no_start_tls(self._asking.result))
            self._encrypt()

    def _encrypt(self) -> None:
        assert self._line is not None  # noqa: S101 - it was just connected
        if self.login.ca_pem:
            context = ssl.create_default_context(cadata=self.login.ca_pem)
        else:
            context = ssl.create_default_context(cafile=system_authorities())
        self._line.encrypt(context, self.login.endpoint.host, self._connect_s)

    def _sign_in(self) -> None:
        step = f"Signing in as {one_line(self.login.user)}"
        with self._told(step):
            self._begin(1)
            self._asking.bind(read_server_info=False)
            if int(self._asking.result["result"]) != SUCCESS:
                raise self._unavailable(step, failure_of(self._asking.result))

    def _begin(self, most: int) -> None:
        if self._line is None:
            raise LineFailed(Failure("it was closed meanwhile", "Read again."))
        self._line.begin()
        self._asking.strategy.seen, self._asking.strategy.most = 0, most + 1

    def _note_references(self, answers: Sequence[dict[str, Any]]) -> None:
        places = [each for each in answers if each["type"] == "searchResRef"]
        if places and not self.referred_to:
            named = places[0].get("uri") or [""]
            self.referred_to = one_line(str(named[0]))
        self.references += len(places)

    def _unavailable(self, step: str, failure: Failure) -> PhotoSyncError:
        return self.login.endpoint.unavailable(step, failure.reason, failure.do)

    @contextmanager
    def _told(self, step: str) -> Iterator[None]:
        """Tell what goes wrong inside as SourceUnavailable.

        That is any exception: ldap3 raises whatever an answer that is none makes its decoder stumble over.
        """
        try:
            yield
        except PhotoSyncError:
            raise
        except LineFailed as error:
            raise self._unavailable(step, error.failure) from error
        except _TooMany as error:
            raise self._unavailable(step, TOO_MANY) from error
        except Exception as error:
            fault = self._line.fault if self._line is not None else None
            raise self._unavailable(step, fault or _of_library(error)) from error


def _asking_over(line: Line, login: Login) -> Any:
    """Return ldap3's connection over a line that is there already."""
    # It never connects to this server: the line is given, and no address is asked for.
    server = ldap3.Server("directory.invalid", get_info=ldap3.NONE)
    asking: Any = ldap3.Connection(
        server,
        user=login.user,
        # As bytes it is sent as it is; from text ldap3 would make another one of some passwords.
        password=cast("str", login.password.encode()),
        client_strategy=ldap3.SYNC,
        auto_referrals=False,
        auto_range=False,
        check_names=False,
        read_only=True,
        return_empty_attributes=False,
        auto_escape=False,
    )
    strategy: Any = _Counted(asking)
    strategy.socket_size = READ_BYTES
    strategy._outstanding = {}
    asking.strategy, asking.socket = strategy, line
    for name in ("send", "open", "get_response", "post_send_single_response", "post_send_search"):
        setattr(asking, name, getattr(strategy, name))
    asking.closed, asking.listening = False, True
    return asking


def _of_library(error: Exception) -> Failure:
    if type(error).__name__ == "LDAPSessionTerminatedByServerError":
        return Failure("it ended the connection", "Look into the log of the server, then read again.")
    return UNREADABLE


def _no_start_tls(result: dict[str, Any]) -> Failure:
    told = failure_of(result) if int(result["result"]) != REFERRAL else UNREADABLE
    return Failure(
        f"it does not begin to encrypt: {told.reason}",
        "Choose the encryption ldaps, or have STARTTLS switched on there.",
    )


def _entries_of(answers: Sequence[dict[str, Any]]) -> list[Entry]:
    return [
        Entry(
            str(each["dn"]),
            {name.casefold(): values or () for name, values in each["raw_attributes"].items()},
        )
        for each in answers
        if each["type"] == "searchResEntry"
    ]
