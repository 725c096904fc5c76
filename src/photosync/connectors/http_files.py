"""What sources share whose files are read over HTTP, each by one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from time import monotonic
from typing import BinaryIO, Final

from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Fetched
from photosync.connectors.file_words import too_many_bytes
from photosync.connectors.folder.fetching import shown
from photosync.connectors.folderwise import FolderwiseSource
from photosync.connectors.http_sums import ANOTHER_SUM, Arrival, Sum
from photosync.connectors.http_words import NOTHING_FOR_A_FILE, PAGE_FOR_A_FILE, is_web_page
from photosync.connectors.network import Endpoint, Words
from photosync.connectors.silences import Silences
from photosync.core.errors import PhotoSyncError
from photosync.outgoing.http import Answer, NoAnswer, TooLarge

CLOSED: Final = Words("it is no longer being read", "Run again.")


LOOK_AT_IT: Final = "Check the server and the network; the next run tries again."


class HttpFileSource(FolderwiseSource):
    """A source at `endpoint`.

    `index` is the path of the index file, which is not listed; `fetch()` still gives it.
    """

    def __init__(
        self, endpoint: Endpoint, *, index: str | None = None, window_entries: int = PAGE_WINDOW_ENTRIES
    ) -> None:
        super().__init__(window_entries=window_entries)
        self._endpoint = endpoint
        self._index = index
        self._left_out = 0
        """How many names of the last listing are possible there and not here."""
        self._is_closed = False
        self._silences = Silences()

    def close(self) -> None:
        self._is_closed = True

    def _tried(self, path: str, ask: Callable[[Arrival], Fetched], check: Callable[[str], None]) -> Fetched:
        """Return what `ask` gives for a file; it is asked once more where the line was cut, or a byte was turned.

        All that is asked for the file belongs into `ask`, so that whatever is lost of it concerns this file alone.
        `check` is asked, with the step, whether anything can be read now.
        Raises ItemRejected, TryLater, SourceUnavailable, and what both raise but for NoAnswer.
        """
        step, begun_s, arrival = reading_step(path), monotonic(), Arrival()
        for is_last in (False, True):
            if self._is_closed:
                raise self._endpoint.unavailable(step, *CLOSED)
            try:
                fetched = ask(arrival)
            except NoAnswer as error:
                # A silent server is not waited for twice.
                if is_last or error.is_silence:
                    if self._silences.are_the_servers(is_silence=error.is_silence, begun_s=begun_s):
                        raise self._endpoint.unavailable(step, error.reason, LOOK_AT_IT) from error
                    # Is it this file alone?
                    check(step)
                    raise self._endpoint.not_fetched(shown(path), error.reason) from error
            except PhotoSyncError:
                self._silences.heard()
                raise
            else:
                self._silences.heard()
                return fetched
        raise AssertionError

    def _whole(
        self,
        path: str,
        read: Callable[[BinaryIO], Answer],
        arrival: Arrival,
        *,
        sum_told: Callable[[Mapping[str, str]], Sum | None],
        limit_bytes: int,
    ) -> tuple[bytes, Answer]:
        """Return a file, which `read` writes into what it is given, and the answer that it came with.

        Raises ItemRejected, NoAnswer, and what `read` raises.
        """
        content = BytesIO()
        try:
            answer = read(content)
        except TooLarge as error:
            raise too_many_bytes(shown(path), limit_bytes) from error
        if not arrival.is_whole(content.getvalue(), sum_told(answer.headers)):
            raise NoAnswer(self._endpoint.host, ANOTHER_SUM)
        return content.getvalue(), answer

    def _see_that_it_is_the_file(
        self, path: str, content: bytes, answer: Answer, listed_bytes: Callable[[], int | None]
    ) -> None:
        """Raise TryLater where a page of something on the way, or nothing, came with 200 in place of a file.

        What is as long as the server lists it, which `listed_bytes` asks for, is the file: it may be a page itself,
        or empty.
        """
        is_page = is_web_page(replace(answer, content=content))
        if (is_page or not content) and listed_bytes() != len(content):
            words = PAGE_FOR_A_FILE if content else NOTHING_FOR_A_FILE
            raise self._endpoint.not_fetched(shown(path), *words)


def reading_step(path: str) -> str:
    return f"Reading {shown(path)}"
