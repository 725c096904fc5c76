"""What the plan phase asks and remembers: undecided files with their people's photos, and the plan as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from photosync.apps.library.models import SuspectPicture, YearPhoto
from photosync.apps.library.queries import PhotoState, photo_states, pins_in_force
from photosync.apps.people.models import Person
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.review.remembered import PictureDecisions, hand_matches, pictures_of
from photosync.apps.runs.ledger.doubting import Doubts
from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.ledger.updating import update_each
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.sources.models import ListedFile, Listing
from photosync.apps.sources.queries import files_in, holds_unknown_people
from photosync.core.guard import ComponentTotals
from photosync.core.people import PersonKind
from photosync.core.plan import PUBLISHED, Action, PersonPhotos, Reason
from photosync.core.run_states import RunState, Trigger
from photosync.core.status import Mode
from photosync.engine.names import joined_path, original_name, readable_path
from photosync.engine.ports import Holders, PersonToDecide, PlannedChange, UndecidedFile

State = ListedFile.State
PEOPLE_AT_ONCE = 400
HOLDERS_COUNTED_ONCE_FROM = 50
GUARD_WINDOW = timedelta(days=7)
_STATE_AFTER = {
    Action.KEEP: State.SETTLED,
    Action.REVIEW: State.REVIEW,
    Action.WAITING: State.WAITING,
}


@dataclass(slots=True)
class PlanRows:
    """The plan of one run, as rows."""

    fence: Fence
    listing: Listing
    profile: SyncProfile
    mode: Mode
    today_year: int
    now: datetime
    _states: dict[int, PhotoState] = field(default_factory=dict)
    _decisions: PictureDecisions = field(default_factory=PictureDecisions)
    _shared: dict[int, Holders] = field(default_factory=dict)
    """Pictures of many people: who they are does not change while a plan is made."""

    def clear_plan(self) -> None:
        """Forget what an earlier attempt planned. What it published or settled for good stays in the record."""
        items = PlanItem.objects.filter(run_id=self.fence.run_id)
        if not items.exists():
            return
        planned_anew = Q(file__isnull=True) | Q(file__state__in=(State.TO_DECIDE, State.WAITING))
        noted = Q(state=PlanItem.State.NOTED, action__in=(Action.KEEP, Action.REVIEW, Action.WAITING))
        with self.fence.writing():
            items.filter(
                Q(state__in=(PlanItem.State.PLANNED, PlanItem.State.DROPPED)) | noted & planned_anew
            ).delete()

    def people_to_decide(self) -> Iterator[Sequence[PersonToDecide]]:
        states = [State.TO_DECIDE] + [State.WAITING] * (self.mode is Mode.FULL)
        undecided = files_in(self.profile.pk, states).filter(person__isnull=False, picture__isnull=False)
        last = 0
        while people := self._next_people(undecided, states, last):
            last = people[-1]
            rows = list(_in_order(undecided.filter(person_id__in=people)))
            self._decisions = PictureDecisions.of(self.profile.school, people, pictures_of(rows))
            files = self._files_by_person(rows)
            self._states = photo_states(people, self.today_year)
            yield [self._person(pk, files[pk]) for pk in people if pk in files]

    def _person(self, person_id: int, files: Sequence[UndecidedFile]) -> PersonToDecide:
        state, contents = self._states[person_id], {file.picture_id: file.content for file in files}
        photos = PersonPhotos(
            person_id=person_id,
            label=state.label,
            years=state.years,
            known=state.known,
            blocked=state.blocked,
            dismissed=self._decisions.dismissed(person_id, contents),
            accepted=self._decisions.accepted(person_id, contents),
            withdrawn=state.withdrawn,
            withdrawn_by_hand=state.withdrawn_by_hand,
        )
        return PersonToDecide(photos, files)

    @staticmethod
    def _next_people(undecided: QuerySet[ListedFile], states: Sequence[str], last: int) -> list[int]:
        """Return the next people with undecided files. State by state, so that the index gives them in order."""
        people: set[int] = set()
        for state in states:
            rows = undecided.filter(state=state, person_id__gt=last).order_by("person_id")
            found = rows.values_list("person_id", flat=True).distinct()[:PEOPLE_AT_ONCE]
            people.update(found)
        return sorted(people)[:PEOPLE_AT_ONCE]

    def _files_by_person(self, rows: Sequence[ListedFile]) -> dict[int, list[UndecidedFile]]:
        places = [(row.pk, row.page.folder, row.name) for row in rows]
        by_hand = hand_matches(self.listing, places, self.profile.school.zone)
        files: dict[int, list[UndecidedFile]] = defaultdict(list)
        for row in rows:
            if row.person_id is None or row.picture is None:
                continue  # the query asked for both; types cannot know
            year = row.academic_year or self.today_year
            note = [by_hand[row.pk].told] if row.pk in by_hand else []
            note.append(self._decisions.note(row.person_id, year, row.picture.pk))
            files[row.person_id].append(
                UndecidedFile(
                    row.pk,
                    joined_path(original_name(row.page.folder), original_name(row.name)),
                    row.picture.pk,
                    row.picture.full_sha256,
                    row.sha256,
                    row.academic_year,
                    is_theirs=self._decisions.is_theirs(row.person_id, row.picture.pk),
                    note=" ".join(filter(None, note)),
                )
            )
        return files

    def people_with(self, picture_ids: Sequence[int]) -> Mapping[int, Holders]:
        """See `engine.ports`. The first few are two at the most: whoever is asked for, one other is named."""
        unknown = [pk for pk in picture_ids if pk not in self._shared]
        named = self._named_holders(unknown)
        suspects = set(
            SuspectPicture.objects.filter(school_id=self.profile.school_id, picture_id__in=unknown).values_list(
                "picture_id", flat=True
            )
        )
        found = {pk: self._shared[pk] for pk in picture_ids if pk in self._shared}
        for pk in unknown:
            people, total = named.get(pk, ([], 0))
            found[pk] = Holders(people, total, suspect=pk in suspects)
            if total > HOLDERS_COUNTED_ONCE_FROM:
                self._shared[pk] = found[pk]
        return found

    def _named_holders(self, picture_ids: Sequence[int]) -> dict[int, tuple[list[tuple[int, str]], int]]:
        """Return the first and the last person of each picture, and how many there are, counted by the database."""
        ends: dict[int, set[int]] = defaultdict(set)
        totals: dict[int, int] = defaultdict(int)
        for rows in self._holders(picture_ids):
            for picture_id, first, last, total in rows:
                ends[picture_id] |= {first, last}
                totals[picture_id] += total
        people = Person.objects.in_bulk({pk for pair in ends.values() for pk in pair})
        return {
            pk: ([(person, str(people[person])) for person in sorted(pair)], totals[pk]) for pk, pair in ends.items()
        }

    def _holders(self, picture_ids: Sequence[int]) -> Iterator[QuerySet[Any, tuple[int, int, int, int]]]:
        """(picture, least person, greatest person, people): by files of this source, then of others by photos."""
        files = ListedFile.objects.filter(profile=self.profile, person__isnull=False)
        yield (
            files.filter(picture_id__in=picture_ids)
            .order_by()
            .values_list("picture_id")
            .annotate(Min("person_id"), Max("person_id"), Count("person_id", distinct=True))
        )
        yield (
            YearPhoto.objects.filter(
                ~Exists(files.filter(picture=OuterRef("version__picture"), person=OuterRef("person"))),
                version__picture_id__in=picture_ids,
                person__school_id=self.profile.school_id,
            )
            .order_by()
            .values_list("version__picture_id")
            .annotate(Min("person_id"), Max("person_id"), Count("person_id", distinct=True))
        )

    def write_plan(self, changes: Sequence[PlannedChange]) -> None:
        if not changes:
            return
        with self.fence.writing():
            changes = _not_erased_since(changes)
            PlanItem.objects.bulk_create([self._item(change) for change in changes], batch_size=200)
            self._settle(changes)
            self._decide_again_on(changes)
            SuspectPicture.objects.bulk_create(
                (
                    SuspectPicture(school_id=self.profile.school_id, picture_id=change.file.picture_id)
                    for change in changes
                    if change.file and change.reason_code in (Reason.OTHER_PERSON, Reason.PLACEHOLDER)
                ),
                ignore_conflicts=True,
                batch_size=400,
            )

    def _item(self, change: PlannedChange) -> PlanItem:
        before = self._states[change.person_id]
        published = change.action in PUBLISHED or change.action == Action.WITHDRAW
        return PlanItem(
            run_id=self.fence.run_id,
            person_id=change.person_id,
            file_id=change.file.file_id if change.file else None,
            file_path=readable_path(change.file.path) if change.file else "",
            action=change.action,
            academic_year=change.academic_year,
            reason_code=change.reason_code,
            reason=change.reason,
            picture_id=change.file.picture_id if change.file else None,
            source_sha256=change.file.source_sha256 if change.file else "",
            shown_before_id=before.shown_picture_id,
            version_before_id=before.version_of(change.academic_year),
            withdrawn_before=before.withdrawn,
            withdrawn_after=change.action == Action.WITHDRAW or (before.withdrawn and not change.changes_face),
            changes_face=change.changes_face,
            state=PlanItem.State.PLANNED if published else PlanItem.State.NOTED,
        )

    def _settle(self, changes: Sequence[PlannedChange]) -> None:
        """Give the files that will not be published the state that the decision puts them in."""
        files = []
        for change in changes:
            if change.file is None or change.action in PUBLISHED:
                continue
            state = _STATE_AFTER[Action(change.action)]
            files.append(
                ListedFile(
                    pk=change.file.file_id,
                    state=state,
                    reason_code=change.reason_code,
                    reason=change.reason,
                    decided_sha256=change.file.source_sha256 if state == State.SETTLED else "",
                    noted_in_run=self.fence.run_id,
                )
            )
        update_each(files, ("state", "reason_code", "reason", "decided_sha256", "noted_in_run"))

    def _decide_again_on(self, changes: Sequence[PlannedChange]) -> None:
        """Leave to the next run the files on whose picture someone decided while these lines were planned."""
        files = [change.file for change in changes if change.file is not None]
        if not files:
            return
        before, people = self._decisions, {change.person_id for change in changes}
        now = PictureDecisions.of(self.profile.school, people, {file.picture_id for file in files})
        if now.ids == before.ids:
            return
        pictures = {*now.owners, *before.owners, *(key[2] for key in (*now.photos, *before.photos))}
        again = [change.file.file_id for change in changes if change.file and change.action not in PUBLISHED]
        ListedFile.objects.filter(pk__in=again, picture_id__in=pictures).update(
            state=State.TO_DECIDE, decided_sha256=""
        )

    def people_without_file(self) -> Iterator[Sequence[tuple[int, int]]]:
        if not self.listing.missing_unchecked or holds_unknown_people(self.profile.pk):
            return
        last = 0
        while people := list(self._shown_without_file().filter(person_id__gt=last)[:PEOPLE_AT_ONCE]):
            last = people[-1][0]
            self._states = photo_states([pk for pk, _ in people], self.today_year)
            yield people

    def _shown_without_file(self) -> QuerySet[YearPhoto, tuple[int, int]]:
        """(person, shown year) of everyone shown with a photo from this source that has no file of them now."""
        later = YearPhoto.objects.filter(
            person=OuterRef("person"), academic_year__gt=OuterRef("academic_year"), academic_year__lte=self.today_year
        )
        files = ListedFile.objects.filter(person=OuterRef("person"), profile=self.profile)
        spared = pins_in_force().filter(
            person=OuterRef("person"), academic_year=OuterRef("academic_year"), picture__isnull=True
        )
        return (
            YearPhoto.objects.filter(
                version__profile_id_of_origin=self.profile.pk,
                academic_year__lte=self.today_year,
                person__kind__in=self.profile.components,
                person__status=Person.Status.ACTIVE,
                person__withdrawal__isnull=True,
            )
            .filter(~Exists(later), ~Exists(files), ~Exists(spared))
            .order_by("person_id")
            .values_list("person_id", "academic_year")
        )

    def component_totals(self) -> Sequence[ComponentTotals]:
        planned = self._people_by_change(PlanItem.objects.filter(run_id=self.fence.run_id, state="planned"))
        if not planned:
            return []
        recent = self._people_by_change(self._published_lately())
        shown = (
            Person.objects.filter(
                school_id=self.profile.school_id, status=Person.Status.ACTIVE, withdrawal__isnull=True
            )
            .filter(Exists(YearPhoto.objects.filter(person=OuterRef("pk"), academic_year__lte=self.today_year)))
            .values_list("kind")
            .annotate(Count("pk"))
            .order_by()
        )
        with_photo = dict(shown)
        return [
            ComponentTotals(
                component=PersonKind(kind),
                with_photo_before=with_photo.get(kind, 0),
                replacements=planned.get((kind, Action.REPLACE), 0),
                withdrawals=planned.get((kind, Action.WITHDRAW), 0),
                replaced_last_7_days=recent.get((kind, Action.REPLACE), 0),
                withdrawn_last_7_days=recent.get((kind, Action.WITHDRAW), 0),
            )
            for kind in self.profile.components
        ]

    def _published_lately(self) -> QuerySet[PlanItem]:
        """What the profile published by itself in the last 7 days. What a person approved or undid was seen."""
        undone = Run.objects.filter(undoes=OuterRef("run"), undoes_person__isnull=True, state=RunState.DONE)
        return PlanItem.objects.filter(
            ~Exists(undone),
            run__profile=self.profile,
            run__accepted_at__gte=self.now - GUARD_WINDOW,
            run__approved_at__isnull=True,
            state=PlanItem.State.PUBLISHED,
        ).exclude(run__trigger=Trigger.UNDO)

    @staticmethod
    def _people_by_change(items: QuerySet[PlanItem]) -> dict[tuple[str, str], int]:
        rows = (
            items.filter(action__in=(Action.REPLACE, Action.WITHDRAW))
            .values_list("person__kind", "action")
            .annotate(people=Count("person", distinct=True))
            .order_by()
        )
        return {(kind, action): people for kind, action, people in rows}

    def finish_plan(self) -> None:
        """The plan is its rows; how doubtful each is can be told now that all are there."""
        Doubts(self.fence, self.listing, self.today_year).note()


def _in_order(files: QuerySet[ListedFile]) -> QuerySet[ListedFile]:
    return files.select_related("page", "picture").order_by("person_id", "page__folder", "name")


def _not_erased_since(changes: Sequence[PlannedChange]) -> Sequence[PlannedChange]:
    """Leave out what concerns people who were erased, or whose photos were, while these lines were planned.

    An erasure waits for the run's row, which is held here, and takes the files from their person.
    """
    ids = [change.file.file_id for change in changes if change.file is not None]
    of_files = dict(ListedFile.objects.filter(pk__in=ids).values_list("pk", "person_id")) if ids else {}
    fileless = {change.person_id for change in changes if change.file is None}
    there = set(fileless)
    if fileless:
        people = Person.objects.filter(pk__in=fileless, keeps_no_photo=False)
        there = set(people.values_list("pk", flat=True))
    return [
        change
        for change in changes
        if (change.file is None and change.person_id in there)
        or (change.file is not None and of_files.get(change.file.file_id) == change.person_id)
    ]
