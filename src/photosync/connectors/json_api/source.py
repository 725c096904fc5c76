"""The source json_api: the people of an API, listed page by page, with the photo of each."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field

from photosync.connectors.attending import heed
from photosync.connectors.contract import NO_IDENTIFIER, NO_PHOTO, PAGE_WINDOW_ENTRIES, Fetched
from photosync.connectors.http_api import Api
from photosync.connectors.json_api.asking import PhotoAsker, Probed, no_photo
from photosync.connectors.json_api.lists import MOST_PAGES, MOST_RECORDS, Bulk, ListPage, PeopleList
from photosync.connectors.json_api.lookup import Lookup, told_on
from photosync.connectors.json_api.mapping import Told
from photosync.connectors.json_api.paths import names_in
from photosync.connectors.json_api.photos import ABSENT
from photosync.connectors.json_api.settings import Settings
from photosync.connectors.json_api.ways import Way
from photosync.connectors.recordwise import Record, RecordSource, Whose
from photosync.core.errors import TryLater
from photosync.core.people import quoted

AT_ONCE = 4
FAILURES_IN_A_ROW = 10
"""After so many photos in a row that cannot be looked at, it is the API and not the photos."""
MOST_KINDS_TOLD = 5


@dataclass
class _Counted:
    """What one list held, for the warnings."""

    called: str
    records: int = 0
    without_photo: int = 0
    without_identifier: int = 0
    other_kinds: dict[str, int] = field(default_factory=dict)
    others: int = 0

    def note_other(self, kind: str) -> None:
        self.others += 1
        if kind in self.other_kinds or len(self.other_kinds) < MOST_KINDS_TOLD:
            self.other_kinds[kind] = self.other_kinds.get(kind, 0) + 1


class JsonApiSource(RecordSource):
    """Lists and reads the people of `api` as `settings` say; it closes `api`."""

    fetches_at_once = AT_ONCE

    def __init__(
        self,
        api: Api,
        settings: Settings,
        *,
        window_entries: int = PAGE_WINDOW_ENTRIES,
        most_pages: int = MOST_PAGES,
        most_records: int = MOST_RECORDS,
    ) -> None:
        super().__init__(window_entries=window_entries)
        self._api = api
        self._settings = settings
        self._bulk = Bulk(settings.bulk)
        self._asker = PhotoAsker(api, settings)
        self._lists = tuple(
            PeopleList(api, settings, path, kind, self._bulk, most_pages, most_records)
            for path, kind in settings.lists
        )
        for people in self._lists:
            api.address_of(people.path)
        # Photos are read by their path where that needs nothing of the list.
        self._reads_by_path = settings.mapped.person_id is None
        self._lookup = Lookup(self._lists)
        self._counted: list[_Counted] = []
        self._closing = threading.Lock()

    def records(self) -> Iterator[Record]:
        """Yield every record, also those without a photo or identifier: null never means delete."""
        self._counted = []
        marks: set[bytes] = set()
        read = 0
        with ThreadPoolExecutor(AT_ONCE, "probe") as pool:
            for people in self._lists:
                counted = _Counted(people.called)
                self._counted.append(counted)
                failures = 0
                for page in people.pages():
                    heed(read)
                    read += len(page.records)
                    new = []
                    for told in told_on(people, page):
                        # The same record twice is one that moved to the next page while the list was read.
                        if told.mark not in marks:
                            marks.add(told.mark)
                            new.append(told)
                    for told, probed in self._probed(pool, new):
                        failures = failures + 1 if probed.failure else 0
                        if probed.failure and failures >= FAILURES_IN_A_ROW:
                            server = probed.server or self._api.endpoint
                            raise server.unavailable("Looking at the photos, one after the other,", *probed.failure)
                        yield from self._record(told, probed, counted)

    def _probed(self, pool: ThreadPoolExecutor, page: Sequence[Told]) -> Iterator[tuple[Told, Probed]]:
        """Yield the stamps of a page's photos in order; several are asked for at the same time."""
        waiting: list[tuple[Told, Future[Probed]]] = []
        try:
            for at in range(0, len(page), AT_ONCE * 2):
                # Each in a context of its own: the time that is left is said there.
                some = page[at : at + AT_ONCE * 2]
                waiting = [(told, pool.submit(copy_context().run, self._stamp, told)) for told in some]
                for told, future in waiting:
                    yield told, future.result()
        finally:
            for _, future in waiting:
                future.cancel()

    def _stamp(self, told: Told) -> Probed:
        if told.whose is None:
            return Probed(NO_PHOTO)
        return self._asker.probe(told) if told.whose.identifier.strip() else Probed(NO_IDENTIFIER)

    @staticmethod
    def _record(told: Told, probed: Probed, counted: _Counted) -> Iterator[Record]:
        if told.whose is None:
            counted.note_other(told.other_kind)
            return
        counted.records += 1
        counted.without_photo += probed.stamp == NO_PHOTO
        counted.without_identifier += probed.stamp == NO_IDENTIFIER
        yield Record(told.whose, probed.size_bytes, probed.stamp)

    def read_photo(self, whose: Whose, nth: int, *, limit_bytes: int) -> Fetched:
        if not whose.identifier:
            raise no_photo("a record without an identifier")
        told = Told(whose, ABSENT, person_id=whose.identifier)
        if not self._reads_by_path or not self._asker.has_one(told):
            found = self._lookup.find(whose, nth)
            if found is None:
                raise TryLater(
                    f"{quoted(whose.identifier)} was no longer in the list when the photo was to be read. It was "
                    "left as it is; the next run looks again."
                )
            told = found
        return self._asker.fetch(told, limit_bytes=limit_bytes)

    def warnings(self) -> list[str]:
        """Return what was strange in the lists, as they were read last."""
        told = [sentence for counted in self._counted for sentence in _warnings(counted)]
        told += [_lone_page(people, people.lone_page) for people in self._lists if people.lone_page is not None]
        if self._bulk.failed and self._counted:
            told.append(
                f"The large answer (bulk) did not come from {self._api.endpoint}: {self._bulk.failed}. The list was "
                "read without it, and each photo by itself, which takes longer. Ask for smaller pages, or leave bulk "
                "out."
            )
        return told

    def close(self) -> None:
        with self._closing:
            self._api.close()


def _lone_page(people: PeopleList, page: ListPage) -> str:
    paging = people.settings.paging
    if paging.way is Way.NONE:
        return (
            f"The answer for {people.called} has {len(page.records):,} records, as many as APIs often give at once, "
            "and no further page is asked for, as the paging of the data source is none. If there are more people, "
            "they were not read. Choose how this API gives its pages, or give the JSONPath of the number of records "
            "(total), so that none is ever missed unnoticed."
        )
    if paging.way is Way.LINK or paging.next is None:
        absent, check = "has no header Link that leads to a next page", "how this API gives its pages"
    else:
        has = f"; it has {names_in(page.answer)}" if isinstance(page.answer, dict) and page.answer else ""
        absent, check = f"has nothing at {paging.next.text}, where the next page should be{has}", "the option next"
    return (
        f"The first page of {people.called} has {len(page.records):,} records, which looks like a full page, and its "
        f"answer {absent}. If there are more people, they were not read. Check {check}, or give the JSONPath of the "
        "number of records (total), so that none is ever missed unnoticed."
    )


def _warnings(counted: _Counted) -> Iterator[str]:
    if counted.records and counted.without_photo == counted.records:
        yield (
            f"None of the {counted.records:,} records in {counted.called} has a photo. Nothing was withdrawn for it. "
            "Check the JSONPath of the photo and the path of one person, and whether photos may be read with this "
            "token or password."
        )
    if counted.without_identifier:
        yield (
            f"Records without an identifier in {counted.called}: {counted.without_identifier:,} of "
            f"{counted.records:,}. They were left out, and while there are any, no photo is withdrawn as gone. Have "
            "the identifier filled in, or leave such records out with a JSONPath such as $.data[?@.code != null]."
        )
    if counted.others:
        kinds = ", ".join(f"{quoted(kind)} ({number:,})" for kind, number in counted.other_kinds.items())
        yield (
            f"Records of neither students nor staff in {counted.called}: {kinds}. They were left out. If some of "
            "these words mean students or staff, add them to student_words or staff_words."
        )
