"""What the match phase asks and remembers: files without a person, and people by identifier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from photosync.apps.library.models import PhotoVersion
from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED
from photosync.apps.review.remembered import candidate, hand_matches, named_candidate
from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.ledger.observing import decide_again
from photosync.apps.runs.ledger.settling import forget_what_was_noted
from photosync.apps.runs.ledger.updating import update_each
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile, Listing
from photosync.apps.sources.queries import files_in
from photosync.connectors.contract import NO_IDENTIFIER, NO_PHOTO
from photosync.core.keys import KeyReader
from photosync.core.matching import Candidate
from photosync.core.name_matching import NamedCandidate
from photosync.engine.names import original_name
from photosync.engine.observe import batches
from photosync.engine.ports import FileToMatch, MatchOutcome

State = ListedFile.State
WITHOUT_PHOTO = frozenset({NO_PHOTO, NO_IDENTIFIER})
FILES_AT_ONCE = 2_000
FORMS_AT_ONCE = 5_000
_FIELDS = ("pk", "page__folder", "name", "person_id", "academic_year", "reason", "state")
_WRITTEN = (
    "person",
    "key_value",
    "academic_year",
    "state",
    "picture",
    "reason_code",
    "reason",
    "decided_sha256",
    "noted_in_run",
)
_BYTES_ARE_NEWS = (State.TO_MATCH, State.TO_FETCH, State.FAILED)


def people_known_by(school_id: int, values: Sequence[str], reader: KeyReader) -> Mapping[str, Sequence[Candidate]]:
    """Return the people known by each value. The folded form finds them; the rule's own form decides."""
    folded = {FOLDED.form(value) for value in values}
    rows = Identifier.objects.filter(
        school_id=school_id, folded__in=folded, key__in=[str(key) for key in reader.keys]
    ).select_related("person")
    found: dict[str, list[Candidate]] = defaultdict(list)
    for row in rows:
        found[reader.comparison.form(row.value)].append(candidate(row.person))
    return found


def people_called(school_id: int, forms: Iterable[str]) -> Mapping[str, Sequence[NamedCandidate]]:
    """Return the people who are called so, by `core.names.sought_form` of their names; the exact rule decides."""
    found: dict[str, list[NamedCandidate]] = defaultdict(list)
    # A name in one piece is sought in dozens of forms: more than a database takes in one question.
    for asked in batches(iter(set(forms)), FORMS_AT_ONCE):
        # Two questions, each answered by its index: databases like no "or" between two columns.
        for column in ("sought_as", "sought_also_as"):
            for person in Person.objects.filter(school_id=school_id, **{f"{column}__in": asked}).order_by():
                found[getattr(person, column)].append(named_candidate(person))
    return found


@dataclass
class SchoolPeople:
    """The people of one school, as the match phase asks for them."""

    school_id: int

    def people_by_key(self, values: Sequence[str], reader: KeyReader) -> Mapping[str, Sequence[Candidate]]:
        return people_known_by(self.school_id, values, reader)

    def people_by_name(self, forms: Sequence[str]) -> Mapping[str, Sequence[NamedCandidate]]:
        return people_called(self.school_id, forms)


class MatchRows(SchoolPeople):
    """The files of one listing that wait to be matched, or all of them."""

    def __init__(
        self, fence: Fence, listing: Listing, school: School, matched_with: str, *, named_elsewhere: bool = False
    ) -> None:
        """With `named_elsewhere`, an index says whose a file is: see `engine.stage.StageTask`."""
        self._fence = fence
        self._listing = listing
        super().__init__(school.pk)
        self._zone = school.zone
        self._matched_with = matched_with
        self._named_elsewhere = named_elsewhere

    def files_to_match(self, *, everything: bool) -> Iterator[Sequence[FileToMatch]]:
        rows = ListedFile.objects.filter(profile_id=self._listing.profile_id)
        if everything:
            self._forget_what_was_matched_with()
        else:
            # They have no person yet; to say so lets the index give them in their order.
            rows = files_in(self._listing.profile_id, [State.TO_MATCH]).filter(person__isnull=True)
        rows = rows.order_by("pk")
        last = 0
        while batch := list(rows.filter(pk__gt=last).values_list(*_FIELDS)[:FILES_AT_ONCE]):
            last = batch[-1][0]
            by_hand = hand_matches(self._listing, [row[:3] for row in batch], self._zone)
            yield [
                FileToMatch(
                    pk,
                    original_name(folder),
                    original_name(name),
                    person_id,
                    academic_year,
                    reason,
                    state == State.TO_MATCH,
                    by_hand.get(pk),
                )
                for pk, folder, name, person_id, academic_year, reason, state in batch
            ]

    def _forget_what_was_matched_with(self) -> None:
        """Should this be broken off, some files are matched in the new way, though the former may come back."""
        if self._listing.matched_with:
            with self._fence.writing():
                Listing.objects.filter(pk=self._listing.pk).update(matched_with="")
            self._listing.matched_with = ""

    def write_matches(self, outcomes: Sequence[MatchOutcome]) -> None:
        if not outcomes:
            return
        with self._fence.writing():
            rows = ListedFile.objects.select_related("page")
            files = rows.in_bulk([outcome.file_id for outcome in outcomes])
            outcomes = self._not_decided_since(files, outcomes)
            files = {outcome.file_id: files[outcome.file_id] for outcome in outcomes}
            people = [file.person_id for file in files.values()] + [outcome.person_id for outcome in outcomes]
            decide_again(self._listing.profile_id, people)
            self._forget_what_was_noted(files, outcomes)
            settled_before = self._settled_before(files, outcomes)
            for outcome in outcomes:
                self._apply(files[outcome.file_id], outcome, settled_before=outcome.file_id in settled_before)
            update_each(files.values(), _WRITTEN)

    def _not_decided_since(
        self, files: Mapping[int, ListedFile], outcomes: Sequence[MatchOutcome]
    ) -> list[MatchOutcome]:
        """Leave out files that were decided on, or whose person was erased, meanwhile: the next run matches them."""
        places = [(file.pk, file.page.folder, file.name) for file in files.values()]
        there = _who_may_have_photos({outcome.person_id for outcome in outcomes})
        now = {pk: hand.decision_id for pk, hand in hand_matches(self._listing, places, self._zone).items()}
        return [
            outcome
            for outcome in outcomes
            if outcome.file_id in files
            and outcome.decided_by == now.get(outcome.file_id)
            and (outcome.person_id is None or outcome.person_id in there)
        ]

    def _forget_what_was_noted(self, files: Mapping[int, ListedFile], outcomes: Sequence[MatchOutcome]) -> None:
        """Of a file that changes hands, this run may have said that it was refused, as of someone else's."""
        before = {pk: file.person_id for pk, file in files.items() if file.person_id is not None}
        forget_what_was_noted(
            self._fence.run_id,
            [each.file_id for each in outcomes if each.person_id != before.get(each.file_id, each.person_id)],
        )

    @staticmethod
    def _settled_before(files: Mapping[int, ListedFile], outcomes: Sequence[MatchOutcome]) -> set[int]:
        """Return the files that lost their person for a while and whose bytes became a photo of that person."""
        back = {
            (outcome.person_id, files[outcome.file_id].decided_sha256): outcome.file_id
            for outcome in outcomes
            if outcome.person_id is not None
            and files[outcome.file_id].person_id is None
            and files[outcome.file_id].decided_sha256
        }
        if not back:
            return set()
        rows = PhotoVersion.objects.filter(
            person_id__in=[person_id for person_id, _ in back], source_sha256__in=[sha256 for _, sha256 in back]
        ).order_by()
        return {back[pair] for pair in rows.values_list("person_id", "source_sha256") if pair in back}

    def _apply(self, file: ListedFile, outcome: MatchOutcome, *, settled_before: bool) -> None:
        """Set what the outcome says. A file that changes hands is decided anew, without a new fetch if staged.

        Where an index says so it is fetched: the index may be newer than the listing, and so may be the file.
        """
        changes_hands = outcome.person_id != file.person_id and not settled_before
        if outcome.person_id is not None and (changes_hands or outcome.academic_year != file.academic_year):
            file.decided_sha256 = ""
        comes_anew = self._named_elsewhere and changes_hands and outcome.person_id is not None
        if file.state in _BYTES_ARE_NEWS or comes_anew:
            file.picture_id = None  # it is, or may be, of the former bytes
        file.person_id = outcome.person_id
        file.key_value = outcome.key_value
        file.academic_year = outcome.academic_year
        file.reason_code, file.reason = outcome.reason_code, outcome.reason
        file.noted_in_run = self._fence.run_id
        if outcome.person_id is None:
            waits = State.REVIEW if outcome.to_review else State.UNMATCHED
            # Without a photo there is nothing that anyone could decide on.
            file.state = State.DISMISSED if outcome.dismissed or file.stamp in WITHOUT_PHOTO else waits
        elif file.picture_id is None:
            file.state = State.TO_FETCH
        else:
            settled = file.decided_sha256 == file.sha256 != ""
            file.state = State.SETTLED if settled else State.TO_DECIDE

    def finish_matching(self) -> None:
        if self._listing.matched_with == self._matched_with:
            return
        with self._fence.writing():
            Listing.objects.filter(pk=self._listing.pk).update(
                matched_with=self._matched_with, missing_unchecked=True
            )
            self._listing.matched_with = self._matched_with
            self._listing.missing_unchecked = True


def _who_may_have_photos(person_ids: Collection[int | None]) -> set[int]:
    """Return who of them is still there and was not erased, nor the photos. To be called while the run is held."""
    ids = [pk for pk in person_ids if pk is not None]
    return set(Person.objects.filter(pk__in=ids, keeps_no_photo=False).values_list("pk", flat=True)) if ids else set()
