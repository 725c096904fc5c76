"""Finding the record of one person again, to read its photo: the list is read once, not once for each photo."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

from photosync.connectors.json_api.lists import ListPage, PeopleList
from photosync.connectors.json_api.mapping import Told, told_by
from photosync.connectors.json_api.paths import Unfit
from photosync.connectors.json_api.photos import Sort
from photosync.connectors.recordwise import Whose

GOOD_FOR_S = 600.0
"""What was read of a list is looked up for so long: a link may run out."""
PAGE_GOOD_FOR_S = 60.0
"""A photo that came with its record is taken from the page that was read last for so long."""
SURELY_SO_FOR_S = 10.0
"""What a list that was begun so lately does not have is not looked for again."""
Key = tuple[Whose, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a photo stands that is too large to be kept: on which page, the how many-th record of this person."""

    people: PeopleList
    asked: str
    number: int
    nth_on_page: int


@dataclass
class Lookup:
    """Reads `lists` as far as is needed. Holds what is short of every record, and the photos of one page."""

    lists: Sequence[PeopleList]
    clock_s: Callable[[], float] = time.monotonic
    _lock: Lock = field(default_factory=Lock)
    _coming: Iterator[tuple[PeopleList, ListPage]] | None = None
    _begun_s: float = 0.0
    _found: dict[Key, Told | _Place] = field(default_factory=dict)
    _marks: set[bytes] = field(default_factory=set)
    _again: Counter[Whose] = field(default_factory=Counter)
    _photos: dict[Key, Told] = field(default_factory=dict)
    _photos_s: float = 0.0

    def find(self, whose: Whose, nth: int) -> Told | None:
        """Return the `nth` record of `whose`, or None where the lists have none now. Raises SourceUnavailable."""
        with self._lock:
            now_s = self.clock_s()
            if now_s - self._photos_s > PAGE_GOOD_FOR_S:
                self._photos = {}
            if self._coming is None or now_s - self._begun_s > GOOD_FOR_S:
                self._begin(now_s)
            found = self._look((whose, nth))
            if found is None and now_s - self._begun_s > SURELY_SO_FOR_S:
                # It may have come, or moved to another page, since the list was read.
                self._begin(now_s)
                found = self._look((whose, nth))
            return found

    def _look(self, key: Key) -> Told | None:
        while key not in self._found and self._read_on():
            pass
        found = self._found.get(key)
        if not isinstance(found, _Place):
            return found
        return self._photos.get(key) or self._read_again(key, found)

    def _begin(self, now_s: float) -> None:
        self._coming = ((people, page) for people in self.lists for page in people.pages())
        self._begun_s = now_s
        self._found, self._marks, self._again = {}, set(), Counter()

    def _read_on(self) -> bool:
        """Read one page more; False where there is none."""
        try:
            came = next(self._coming, None) if self._coming else None
        except BaseException:
            self._coming = None  # what it did not come to is not known to be gone
            raise
        if came is None:
            return False
        people, page = came
        self._photos, self._photos_s = {}, self.clock_s()
        here: Counter[Whose] = Counter()
        for told in told_on(people, page):
            if told.whose is None or told.mark in self._marks:
                continue
            self._marks.add(told.mark)
            here[told.whose] += 1
            self._again[told.whose] += 1
            key = (told.whose, self._again[told.whose])
            if told.photo.sort is Sort.INLINE:
                self._photos[key] = told
                self._found[key] = _Place(people, page.asked, page.number, here[told.whose])
            else:
                self._found[key] = told
        return True

    def _read_again(self, key: Key, place: _Place) -> Told | None:
        """Read the page again that a photo was on; keep all photos of it, for the next are on it mostly."""
        page = place.people.page(place.asked, place.number)
        self._photos, self._photos_s = {}, self.clock_s()
        here: Counter[Whose] = Counter()
        marks: set[bytes] = set()
        found: Told | None = None
        for told in told_on(place.people, page):
            if told.whose is None or told.mark in marks:
                continue
            marks.add(told.mark)
            here[told.whose] += 1
            if (told.whose, here[told.whose]) == (key[0], place.nth_on_page):
                found = told
            if here[told.whose] == 1 and self._again[told.whose] == 1:
                self._photos[told.whose, 1] = told
        return found


def told_on(people: PeopleList, page: ListPage) -> Iterator[Told]:
    """Yield what each record of a page says. Raises SourceUnavailable where a JSONPath cannot be followed."""
    for record in page.records:
        try:
            yield told_by(record, people.settings.mapped, people.kind)
        except Unfit as error:
            raise people.api.unavailable(f"Reading {people.called}", error.words) from error
