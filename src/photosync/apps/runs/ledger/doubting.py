"""How doubtful each planned replacement is, written on the plan once it is whole."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Max

from photosync.apps.library.looks import looks_of
from photosync.apps.library.models import YearPhoto
from photosync.apps.people.models import Identifier, Person
from photosync.apps.review.remembered import hand_matches
from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.ledger.updating import update_rows
from photosync.apps.runs.models import PlanItem
from photosync.apps.sources.models import Listing
from photosync.core.doubt import (
    Doubt,
    Pair,
    Spread,
    difference_of,
    doubt_of,
    doubt_of_anothers,
    doubt_of_swapped,
    spread_of,
)
from photosync.core.plan import Action
from photosync.core.swaps import LOOKED_AT_FROM, DoubtfulPair, find_swaps
from photosync.engine.names import original_name
from photosync.engine.observe import batches

ITEMS_AT_ONCE = 400
PAIRS_MEASURED = 400
MOST_LOOKED_FOR = 20_000
"""Of so many pairs, those that look most different, it is asked whether they are swapped."""

NameOf = tuple[str, str]


@dataclass(slots=True)
class Doubts:
    """The doubts of one plan."""

    fence: Fence
    listing: Listing
    today_year: int
    _namesakes: Mapping[NameOf, int] = field(default_factory=dict)
    _doubtful: list[tuple[float, int, DoubtfulPair, Doubt]] = field(default_factory=list)

    def note(self) -> None:
        """Write the doubt of every planned replacement of a face. Can be repeated."""
        items = PlanItem.objects.filter(
            run_id=self.fence.run_id,
            action=Action.REPLACE,
            state=PlanItem.State.PLANNED,
            picture__isnull=False,
            shown_before__isnull=False,
        )
        ids = list(items.order_by("file_path", "pk").values_list("pk", flat=True))
        if not ids:
            return
        self._namesakes = _namesakes(self.listing.profile.school_id)
        spread = self._spread(ids)
        for start, part in _numbered(batches(ids, ITEMS_AT_ONCE)):
            self._note_part(_items(part), start, spread)
        self._note_swaps(spread)

    def _spread(self, ids: Sequence[int]) -> Spread:
        sample = ids[:: max(1, len(ids) // PAIRS_MEASURED)][:PAIRS_MEASURED]
        pictures = list(PlanItem.objects.filter(pk__in=sample).values_list("shown_before_id", "picture_id"))
        looks = self._looks({pk for pair in pictures for pk in pair})
        pairs = ((looks.get(before), looks.get(after)) for before, after in pictures)
        return spread_of([(before, after) for before, after in pairs if before and after])

    def _looks(self, picture_ids: set[int]) -> dict[int, bytes]:
        with self.fence.writing():
            return looks_of(picture_ids)

    def _note_part(self, items: Sequence[PlanItem], start: int, spread: Spread) -> None:
        pairs = self._pairs(items)
        rows = []
        for place, (item, pair) in enumerate(zip(items, pairs, strict=True), start):
            differs = difference_of(pair, spread)
            doubt = doubt_of(pair, differs)
            rows.append(_row(item.pk, doubt))
            if differs is not None and differs >= LOOKED_AT_FROM:
                self._remember(item, place, pair, differs, doubt)
        with self.fence.writing():
            update_rows(PlanItem, ("doubt", "doubt_reasons"), rows)

    def _remember(self, item: PlanItem, place: int, pair: Pair, differs: float, doubt: Doubt) -> None:
        person, before, after = item.person, pair.before, pair.after
        if person is None or before is None or after is None:
            return
        group = f"{person.kind} {person.roll_group}" if person.roll_group else ""
        doubtful = DoubtfulPair(item.pk, place, before, after, differs, group, person.family_name.casefold())
        remember = heapq.heappush if len(self._doubtful) < MOST_LOOKED_FOR else heapq.heappushpop
        remember(self._doubtful, (differs, item.pk, doubtful, doubt))

    def _pairs(self, items: Sequence[PlanItem]) -> list[Pair]:
        looks = self._looks(
            {pk for item in items for pk in (item.shown_before_id, item.picture_id) if pk is not None}
        )
        people = [item.person_id for item in items if item.person_id is not None]
        names = _names(people)
        shown_years = _shown_years(people, self.today_year)
        places = [(item.file.pk, item.file.page.folder, item.file.name) for item in items if item.file]
        by_hand = hand_matches(self.listing, places, self.listing.profile.school.zone)
        found = []
        for item in items:
            person, year = item.person, item.academic_year or self.today_year
            found.append(
                Pair(
                    before=looks.get(item.shown_before_id or 0),
                    after=looks.get(item.picture_id or 0),
                    years_apart=max(year - shown_years.get(item.person_id or 0, year), 0),
                    matched_by_hand=item.file_id in by_hand,
                    namesakes=self._namesakes.get(_name_of(person), 1) - 1 if person else 0,
                    file_name=original_name(item.file.name) if item.file else "",
                    names=names.get(item.person_id or 0, ()),
                )
            )
        return found

    def _note_swaps(self, spread: Spread) -> None:
        doubts = {pk: doubt for _, pk, _, doubt in self._doubtful}
        found = find_swaps([pair for _, _, pair, _ in self._doubtful], spread)
        for part in batches(found, ITEMS_AT_ONCE):
            people = PlanItem.objects.select_related("person").in_bulk([one.other for one in part])
            rows = []
            for one in part:
                whose = _called(people[one.other].person)
                more = doubt_of_swapped if one.mutual else doubt_of_anothers
                rows.append(_row(one.ref, more(doubts[one.ref], whose)))
            with self.fence.writing():
                update_rows(PlanItem, ("doubt", "doubt_reasons"), rows)


def _items(ids: Sequence[int]) -> list[PlanItem]:
    found = PlanItem.objects.select_related("person", "file__page").in_bulk(ids)
    return [found[pk] for pk in ids]


def _numbered(parts: Iterable[Sequence[int]]) -> Iterator[tuple[int, Sequence[int]]]:
    start = 0
    for part in parts:
        yield start, part
        start += len(part)


def _row(item_id: int, doubt: Doubt) -> tuple[int, int, str]:
    return item_id, doubt.points, json.dumps(doubt.reasons)


def _called(person: Person | None) -> str:
    return "a protected person" if person is None or person.protected else str(person)


def _name_of(person: Person) -> NameOf:
    return person.given_name.casefold(), person.family_name.casefold()


def _namesakes(school_id: int) -> dict[NameOf, int]:
    """Return the names that several active people of the school have, and how many."""
    people = Person.objects.filter(school_id=school_id, status=Person.Status.ACTIVE).exclude(family_name="")
    rows = people.values_list("given_name", "family_name").annotate(number=Count("pk")).order_by()
    found: dict[NameOf, int] = {}
    for given, family, number in rows.filter(number__gt=1):
        found[given.casefold(), family.casefold()] = number
    return found


def _names(people: Sequence[int]) -> dict[int, list[str]]:
    """Return every text by which each of the people may be called in a file name."""
    found: dict[int, list[str]] = {}
    columns = ("pk", "given_name", "preferred_name", "family_name", "code")
    for pk, *texts in Person.objects.filter(pk__in=people).values_list(*columns):
        found[pk] = texts
    for pk, value in Identifier.objects.filter(person__in=people).values_list("person_id", "value"):
        found[pk].append(value)
    return found


def _shown_years(people: Sequence[int], today_year: int) -> dict[int, int]:
    rows = YearPhoto.objects.filter(person__in=people, academic_year__lte=today_year).order_by()
    return dict(rows.values_list("person_id").annotate(Max("academic_year")))
