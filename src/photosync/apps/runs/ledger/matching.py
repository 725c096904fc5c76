"""What the match phase asks and remembers: files without a person, and people by identifier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from photosync.apps.people.models import Identifier
from photosync.apps.people.queries import FOLDED
from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.ledger.observing import decide_again
from photosync.apps.sources.models import ListedFile, Listing
from photosync.core.matching import Candidate, KeyReader
from photosync.core.people import PersonKind
from photosync.engine.names import original_name
from photosync.engine.ports import FileToMatch, MatchOutcome

State = ListedFile.State
FILES_AT_ONCE = 2_000
_FIELDS = ("pk", "page__folder", "name", "person_id", "reason", "state")


class MatchRows:
    """The files of one listing that wait to be matched, or all of them."""

    def __init__(self, fence: Fence, listing: Listing, school_id: int, matched_with: str) -> None:
        self._fence = fence
        self._listing = listing
        self._school_id = school_id
        self._matched_with = matched_with

    def files_to_match(self, *, everything: bool) -> Iterator[Sequence[FileToMatch]]:
        rows = ListedFile.objects.filter(profile_id=self._listing.profile_id).order_by("pk")
        if not everything:
            rows = rows.filter(state=State.TO_MATCH)
        last = 0
        while batch := list(rows.filter(pk__gt=last).values_list(*_FIELDS)[:FILES_AT_ONCE]):
            last = batch[-1][0]
            yield [
                FileToMatch(
                    pk, original_name(folder), original_name(name), person_id, reason, state == State.TO_MATCH
                )
                for pk, folder, name, person_id, reason, state in batch
            ]

    def people_by_key(self, values: Sequence[str], reader: KeyReader) -> Mapping[str, Sequence[Candidate]]:
        """Return the people known by each value. The folded form finds them; the rule's own form decides."""
        folded = {FOLDED.form(value) for value in values}
        rows = Identifier.objects.filter(
            school_id=self._school_id, folded__in=folded, key__in=[str(key) for key in reader.keys]
        ).select_related("person")
        found: dict[str, list[Candidate]] = defaultdict(list)
        for row in rows:
            person = row.person
            candidate = Candidate(
                person.pk, PersonKind(person.kind), str(person), person.status == person.Status.LEFT
            )
            found[reader.comparison.form(row.value)].append(candidate)
        return found

    def write_matches(self, outcomes: Sequence[MatchOutcome]) -> None:
        if not outcomes:
            return
        with self._fence.writing():
            before = ListedFile.objects.in_bulk([outcome.file_id for outcome in outcomes])
            decide_again(self._listing.profile_id, [file.person_id for file in before.values()])
            for outcome in outcomes:
                self._apply(before[outcome.file_id], outcome)
            ListedFile.objects.bulk_update(
                before.values(),
                (
                    "person",
                    "key_value",
                    "academic_year",
                    "state",
                    "reason_code",
                    "reason",
                    "decided_sha256",
                    "noted_in_run",
                ),
                batch_size=200,
            )

    def _apply(self, file: ListedFile, outcome: MatchOutcome) -> None:
        """Set what the outcome says. A file that changes hands is decided anew, without a new fetch if staged."""
        if outcome.person_id != file.person_id:
            file.decided_sha256 = ""
        file.person_id = outcome.person_id
        file.key_value = outcome.key_value
        file.academic_year = outcome.academic_year
        file.reason_code, file.reason = outcome.reason_code, outcome.reason
        file.noted_in_run = self._fence.run_id
        if outcome.person_id is not None:
            fetched = file.picture_id is not None and file.state != State.TO_MATCH
            file.state = State.TO_DECIDE if fetched else State.TO_FETCH
        else:
            file.state = State.REVIEW if outcome.to_review else State.UNMATCHED

    def finish_matching(self) -> None:
        if self._listing.matched_with == self._matched_with:
            return
        with self._fence.writing():
            Listing.objects.filter(pk=self._listing.pk).update(
                matched_with=self._matched_with, missing_unchecked=True
            )
            self._listing.matched_with = self._matched_with
            self._listing.missing_unchecked = True
