"""Where every request arrives: photo addresses go to the gate, everything else to Django.

One object for each process; its event loop is the server's. Django's view of a photo address gives the same
answers (`views/photo.py`), for any other WSGI server and for what the gate does not recognise.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import IO, Any

import structlog
from django.db import DatabaseError

from photosync.core.errors import PhotoSyncError
from photosync.web.downloads import Download, WrittenFile, write_download
from photosync.web.pages_bridge import (
    LARGEST_BODY_BYTES,
    LARGEST_REPORTS_BYTES,
    LARGEST_UPLOAD_BYTES,
    BodyBrokenOff,
    BodyTooLarge,
    Scope,
    Wsgi,
    body_in_file,
    read_body,
    run_pages,
    wsgi_environ,
)
from photosync.web.photo_address import LONGEST_PATH, PhotoAddress, ShownPhoto, parse_photo_path
from photosync.web.photo_gate import NOT_FOUND, Headers, PhotoAnswer, PhotoGate, PhotoQuestions, Right

PAGE_THREADS = 8
PHOTO_THREADS = 3
DOWNLOAD_THREADS = 2
"""As many downloads are written at a time; others wait, and no page waits for them."""
OPENED_WITHIN_S = 30.0
"""The server opens a file that it is given within milliseconds; it stays there for this long."""
BODY_WITHIN_S = 30.0
REPORTS_WITHIN_S = 1_800.0
SERVER_THREADS_END_WITHIN_S = 1.5
LONGEST_COOKIE_HEADER = 4096
LONGEST_SESSION_KEY = 64
TAKES_FILES = re.compile(
    r"/data-management/(?:import|people/[1-9][0-9]{0,17}/photo)/"
    r"|/academic-reports/reporting/(?:design|[1-9][0-9]{0,17}/results)/"
)
"""Where a file may be sent to, by those who are signed in."""
API_ROOT = "/api/"
API_TAKES_FILES = re.compile(
    r"/api/v1/(?:people/(?:import|[1-9][0-9]{0,17}/photo)"
    r"|reporting-cycles/[1-9][0-9]{0,17}/results|report-design/crest)"
)
"""Where a file may be sent to with an API token."""
TAKES_REPORTS = re.compile(
    r"(?:/academic-reports/reporting/[1-9][0-9]{0,17}/import/|/api/v1/reporting-cycles/[1-9][0-9]{0,17}/imports"
    r"|/administration/sync-ui/inputs/[1-9][0-9]{0,17}/deliver/)"
)
"""Where many files may be sent to at once, by those who are signed in or have an API token."""
_DELIVERY = r"inputs/[1-9][0-9]{0,17}/deliveries/[1-9][0-9]{0,17}/"
TAKES_DELIVERED = re.compile(
    rf"/api/v1/{_DELIVERY}(?:file|archives/[1-9][0-9]{{0,17}})"
    rf"|/administration/sync-ui/{_DELIVERY}(?:file|archives/[1-9][0-9]{{0,17}})/"
)
"""Where the files of a delivery are sent to, one by one: each may come as slowly as the line is."""
LONGEST_AUTHORIZATION = 200
TOLD_EVERY_S = 1.0

log = structlog.get_logger(__name__)


class FrontDoor:
    """The RSGI application. Django is loaded when the server starts it, not when this module is read."""

    def __init__(self) -> None:
        self._pages: Wsgi = _not_started
        self._page_threads = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="page")
        self._photo_threads = ThreadPoolExecutor(PHOTO_THREADS, thread_name_prefix="photo")
        self._download_threads = ThreadPoolExecutor(DOWNLOAD_THREADS, thread_name_prefix="download")
        self._folder = Path()
        self._gate = PhotoGate(photo_questions(), self._photo_threads)
        self._cookie_name = ""
        self._threads_before: frozenset[int] = frozenset()
        self._answered: Counter[int] = Counter()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        import django
        from django.conf import settings

        django.setup(set_prefix=False)
        from photosync.apps.audit.viewing import start_noting

        start_noting()
        self._threads_before = _native_threads()
        self._pages = django_pages()
        self._cookie_name = settings.SESSION_COOKIE_NAME
        self._folder = settings.PHOTOSYNC_DATA
        loop.call_later(TOLD_EVERY_S, self._tell_answered, loop)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        for threads in (self._page_threads, self._photo_threads, self._download_threads):
            threads.shutdown(wait=False, cancel_futures=True)
        from photosync.apps.audit.viewing import stop_noting

        stop_noting()
        _wait_for_native_threads(self._threads_before)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        path = scope.path
        if path.startswith("/photos/") and len(path) <= LONGEST_PATH and scope.method in ("GET", "HEAD"):
            address = parse_photo_path(path)
            headers = scope.headers
            if address is not None and is_own_host(headers.get("host") or ""):
                session_key = session_key_in(headers.get("cookie") or "", self._cookie_name)
                answer: PhotoAnswer | Awaitable[PhotoAnswer] = NOT_FOUND
                if session_key:
                    if_none_match = headers.get("if-none-match") or ""
                    is_shown = scope.method == "GET"
                    answer = self._gate.answer(address, session_key, if_none_match, is_shown=is_shown)
                if not isinstance(answer, PhotoAnswer):
                    answer = await _awaited(answer)
                self._answered[answer.status] += 1
                _send(protocol, scope.method, answer.status, answer.headers, answer.body)
                return
        await self._answer_page(scope, protocol)

    def _tell_answered(self, loop: asyncio.AbstractEventLoop) -> None:
        """Count what the gate has answered: now and then, so that it costs a photo next to nothing."""
        from photosync.web.metrics import note_gate_answers

        if self._answered:
            answered, self._answered = self._answered, Counter()
            note_gate_answers(answered)
        loop.call_later(TOLD_EVERY_S, self._tell_answered, loop)

    async def _answer_page(self, scope: Scope, protocol: Any) -> None:
        try:
            body = await self._body(scope, protocol)
        except (BodyBrokenOff, BodyTooLarge, TimeoutError, OSError) as error:
            status = {BodyBrokenOff: 400, BodyTooLarge: 413, TimeoutError: 408}.get(type(error), 503)
            if status == 503:
                log.error("what was sent could not be kept", reason=str(error))  # noqa: TRY400  # it says it all
            if scope.path.startswith(API_ROOT):
                # The API says it in its own form.
                await self._answer_from_django(scope, protocol, wsgi_environ(scope, b"") | {REFUSED: status})
                return
            _send(protocol, scope.method, status, _PLAIN, _NOT_READ[status])
            return
        try:
            await self._answer_from_django(scope, protocol, wsgi_environ(scope, body))
        finally:
            if not isinstance(body, bytes):
                body.close()

    async def _body(self, scope: Scope, protocol: Any) -> bytes | IO[bytes]:
        largest, on_disk = await self._room_for(scope)
        if not on_disk:
            async with asyncio.timeout(BODY_WITHIN_S):
                return await read_body(scope, protocol, largest=largest)
        async with asyncio.timeout(REPORTS_WITHIN_S):
            return await body_in_file(scope, protocol, self._folder, self._download_threads, largest=largest)

    async def _answer_from_django(self, scope: Scope, protocol: Any, environ: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        try:
            page = await loop.run_in_executor(self._page_threads, run_pages, self._pages, environ)
            if isinstance(page, Download):
                await self._send_download(protocol, page)
                return
        except Exception:
            log.exception("a page could not be made", path=scope.path[:200])
            _send(protocol, scope.method, 500, _PLAIN, _WENT_WRONG)
            return
        _send(protocol, scope.method, page.status, page.headers, page.body)

    async def _send_download(self, protocol: Any, download: Download) -> None:
        loop = asyncio.get_running_loop()
        written = await loop.run_in_executor(self._download_threads, _written, download, self._folder)
        headers = [each for each in download.headers if each[0] != "content-length"]
        headers.append(("content-length", str(written.size)))
        if written.size:
            protocol.response_file(download.status, headers, written.path)
        else:
            protocol.response_empty(download.status, headers)
        loop.call_later(OPENED_WITHIN_S, written.file.close)

    async def _room_for(self, scope: Scope) -> tuple[int, bool]:
        """Return how many bytes the body may have, and whether it is kept on the disk, for as long as it takes."""
        path = scope.path
        if scope.method not in ("POST", "PUT"):
            return LARGEST_BODY_BYTES, False
        ask: Callable[[str], bool]
        of_reports = bool(TAKES_REPORTS.fullmatch(path))
        on_disk = of_reports or bool(TAKES_DELIVERED.fullmatch(path))
        if path.startswith(API_ROOT):
            takes_files = on_disk or bool(API_TAKES_FILES.fullmatch(path))
            ask, by = has_token, scope.headers.get("authorization") or ""
        else:
            takes_files = on_disk or bool(TAKES_FILES.fullmatch(path))
            ask, by = is_signed_in, session_key_in(scope.headers.get("cookie") or "", self._cookie_name)
        loop = asyncio.get_running_loop()
        if not takes_files or not by or not await loop.run_in_executor(self._page_threads, ask, by):
            return LARGEST_BODY_BYTES, False
        return LARGEST_REPORTS_BYTES if of_reports else LARGEST_UPLOAD_BYTES, on_disk


def _written(download: Download, folder: Path) -> WrittenFile:
    from django.db import close_old_connections

    close_old_connections()
    return write_download(download, folder)


def is_signed_in(session_key: str) -> bool:
    """Return whether someone is signed in with this session; not where the database does not answer."""
    from django.db import close_old_connections

    from photosync.web.photo_rights import session_user

    close_old_connections()
    try:
        return session_user(session_key) is not None
    except DatabaseError:
        return False


def has_token(authorization: str) -> bool:
    """Return whether the header names an API token that counts; not where the database does not answer."""
    from django.db import close_old_connections

    from photosync.apps.accounts.tokens import token_of_secret

    scheme, _, secret = authorization[:LONGEST_AUTHORIZATION].partition(" ")
    if scheme.lower() != "bearer":
        return False
    close_old_connections()
    try:
        return token_of_secret(secret.strip(), datetime.now(UTC)) is not None
    except DatabaseError:
        return False


def _native_threads() -> frozenset[int]:
    """Return the ids of this process's threads that are not Python's own; none where they cannot be seen."""
    try:
        running = {int(task.name) for task in Path("/proc/self/task").iterdir()}
    except OSError:
        return frozenset()
    return frozenset(running - {thread.native_id for thread in threading.enumerate()})


def _wait_for_native_threads(before: frozenset[int]) -> None:
    """Wait for the threads that the server itself started.

    They outlive its end by some milliseconds; Python must not end in between, or they abort the process.
    """
    time.sleep(0.05)
    give_up_at = time.monotonic() + SERVER_THREADS_END_WITHIN_S
    while _native_threads() - before and time.monotonic() < give_up_at:
        time.sleep(0.01)


def _not_started(_environ: dict[str, Any], _start_response: Any) -> list[bytes]:
    raise RuntimeError("The server has not started this application yet.")


_PLAIN: Headers = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")]
_NOT_READ = {
    400: b"The request broke off. Nothing was changed.\n",
    413: b"What was sent is too large. Nothing was changed.\n",
    408: b"The request did not arrive in time. Nothing was changed.\n",
    503: b"What was sent could not be kept on the server. Nothing was changed. See that its disk has room.\n",
}
REFUSED = "photosync.refused"
"""In the WSGI environment: the status with which the API refuses a request whose body was not read."""
_WENT_WRONG = b"Something went wrong here; the log says what. Nothing was changed by looking.\n"


async def _awaited(answer: Awaitable[PhotoAnswer]) -> PhotoAnswer:
    try:
        return await answer
    except (PhotoSyncError, DatabaseError) as error:
        # A blob that is missing or damaged, a database that is away: this one picture fails, and the log says why.
        log.error("a photo could not be read", reason=str(error))  # noqa: TRY400  # the reason says it all
        return PhotoAnswer(503, [*_PLAIN, ("retry-after", "10")], b"This photo cannot be read now.\n")


def _send(protocol: Any, method: str, status: int, headers: Headers, body: bytes) -> None:
    if method == "HEAD" or status in (204, 304):
        protocol.response_empty(status, headers)
    else:
        protocol.response_bytes(status, headers, body)


def session_key_in(cookies: str, name: str) -> str:
    """Return the session key in a Cookie header; empty where there is none that could be one."""
    if len(cookies) > LONGEST_COOKIE_HEADER:
        return ""
    for cookie in cookies.split(";"):
        key, _, value = cookie.strip().partition("=")
        if key == name:
            return value if len(value) <= LONGEST_SESSION_KEY and value.isalnum() and value.isascii() else ""
    return ""


@lru_cache(maxsize=256)
def is_own_host(host: str) -> bool:
    """Return whether Django would answer for this Host header."""
    from django.conf import settings
    from django.http.request import split_domain_port, validate_host

    domain, _ = split_domain_port(host[:300])
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def photo_questions() -> PhotoQuestions:
    """Return the real questions, on the database and the store. Django is asked for when the first one is put."""
    from django.db import close_old_connections

    def photos(addresses: Sequence[PhotoAddress]) -> Mapping[PhotoAddress, ShownPhoto | None]:
        from photosync.web import photo_rights

        close_old_connections()
        return photo_rights.shown_photos(addresses, datetime.now(UTC))

    def viewers(rights: Sequence[Right]) -> Mapping[Right, int]:
        from photosync.web import photo_rights

        close_old_connections()
        return {right: photo_rights.session_viewer(*right[:2], is_planned=right[2]) for right in rights}

    def blob(sha256: str) -> bytes:
        from photosync.apps.library.store import photo_store

        return photo_store().read(sha256)

    def seen(account_id: int, person_id: int, school_id: int, *, full: bool) -> None:
        from photosync.apps.audit import viewing

        viewing.note_view(account_id, person_id, school_id=school_id, full=full)

    return PhotoQuestions(photos=photos, viewers=viewers, blob=blob, clock=time.monotonic, seen=seen)


@cache
def django_pages() -> Wsgi:
    from django.core.handlers.wsgi import WSGIHandler

    return WSGIHandler()


front_door = FrontDoor()
