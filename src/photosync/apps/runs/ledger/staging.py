"""What the stage phase asks and remembers: files to fetch, contents seen before, pictures in the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from photosync.apps.library.models import SourceContent
from photosync.apps.library.originals import KeptBytes, remember_originals
from photosync.apps.library.pictures import picture_row
from photosync.apps.review.remembered import bytes_key, refusals_seen
from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.ledger.observing import decide_again
from photosync.apps.runs.ledger.settling import forget_what_was_noted
from photosync.apps.runs.ledger.updating import update_each
from photosync.apps.runs.models import PlanItem
from photosync.apps.sources.models import ListedFile, Listing
from photosync.apps.sources.queries import files_in
from photosync.connectors.contract import NO_PHOTO, NO_PHOTO_CODE
from photosync.core.refusals import CHANGED, MAY_BE_BUSY, NOT_FETCHED, WORTH_ANOTHER_TRY, is_worth_another_try
from photosync.engine.names import joined_path, original_name, readable_path
from photosync.engine.ports import FileToFetch, KnownContent, Staged

State = ListedFile.State
FILES_AT_ONCE = 500
LISTED_WITHOUT_PHOTO = "The source has this record without a photo now. What was published from it stays."
LEFT = (
    "Photos that had not come in an earlier run either were asked for last, and {number:,} left for the next run: "
    "{why} All other photos were read before that."
)
_FAILED_BEFORE = Q(reason_code=NOT_FETCHED, noted_in_run__isnull=False)
"""Of what waits to be fetched: what did not come when it was asked for last.

A listing that shows another stamp takes the code off, and so does another match.
"""
_FIELDS = ("pk", "page__folder", "name", "size_bytes", "stamp", "reason_code", "noted_in_run")
_WRITTEN = ("state", "sha256", "picture", "reason_code", "reason", "noted_in_run")


class StageRows:
    """The files of one listing that wait to be fetched."""

    def __init__(self, fence: Fence, listing: Listing, render_fingerprint: str) -> None:
        self._fence = fence
        self._listing = listing
        self._render_fingerprint = render_fingerprint
        self.warnings: list[str] = []
        """What the run is to tell of what was not fetched."""

    def prepare(self) -> None:
        """Let what was refused under other limits, what failed and what had no photo be fetched again.

        A record that is listed without a photo is not: it is settled for this run.
        """
        self._fetch_what_was_absent()
        self._refetch()
        self._settle_without_photo()

    def _refetch(self) -> None:
        changed = self._listing.rendered_with != self._render_fingerprint
        again = [State.FAILED, State.REJECTED, State.DISMISSED] if changed else [State.FAILED]
        # A file that was dismissed with no person on it is refused by nobody's limits.
        rows = files_in(self._listing.profile_id, again).exclude(state=State.DISMISSED, person__isnull=True)
        if not changed and not rows.exists():
            return
        with self._fence.writing():
            rows.update(state=State.TO_FETCH)
            Listing.objects.filter(pk=self._listing.pk).update(rendered_with=self._render_fingerprint)
            self._listing.rendered_with = self._render_fingerprint

    def _fetch_what_was_absent(self) -> None:
        rows = files_in(self._listing.profile_id, [State.DISMISSED]).filter(
            reason_code=NO_PHOTO_CODE, person__isnull=False
        )
        rows = rows.exclude(stamp=NO_PHOTO)
        if rows.exists():
            with self._fence.writing():
                rows.update(state=State.TO_FETCH)

    def _settle_without_photo(self) -> None:
        """Note that there is nothing to fetch. What was decided on before is remembered, should it come back."""
        rows = self._to_fetch().filter(stamp=NO_PHOTO).order_by("pk")
        while ids := list(rows.values_list("pk", flat=True)[:FILES_AT_ONCE]):
            with self._fence.writing():
                files = ListedFile.objects.filter(pk__in=ids, state=State.TO_FETCH)
                decide_again(self._listing.profile_id, list(files.values_list("person_id", flat=True)))
                files.update(
                    state=State.DISMISSED,
                    reason_code=NO_PHOTO_CODE,
                    reason=LISTED_WITHOUT_PHOTO,
                    sha256="",
                    picture=None,
                    noted_in_run=self._fence.run_id,
                )

    def people_without_any_photo(self) -> int:
        """Return how many files match a person where the source has a photo for none of them now; else 0.

        Where its listing said so of all, the source itself has told it.
        """
        files = ListedFile.objects.filter(profile_id=self._listing.profile_id, person__isnull=False)
        if files.exclude(state=State.DISMISSED, reason_code=NO_PHOTO_CODE).exists():
            return 0
        if not files.exclude(stamp=NO_PHOTO).exists():
            return 0
        return files.count()

    def files_to_fetch(self) -> Iterator[FileToFetch]:
        waiting, last = self._to_fetch().filter(~_FAILED_BEFORE), 0
        while batch := list(waiting.filter(pk__gt=last).order_by("pk").values_list(*_FIELDS)[:FILES_AT_ONCE]):
            last = batch[-1][0]
            yield from self._given(batch)

    def files_that_failed_before(self) -> Iterator[FileToFetch]:
        # Where a few end the run, the next one begins behind them: who was asked for in it has its number.
        waiting, after = self._failed_before().order_by("noted_in_run", "pk"), Q()
        while batch := list(waiting.filter(after).values_list(*_FIELDS)[:FILES_AT_ONCE]):
            pk, noted_in = batch[-1][0], batch[-1][6]
            after = Q(noted_in_run=noted_in, pk__gt=pk) | Q(noted_in_run__gt=noted_in)
            yield from self._given(batch)

    def leave_what_failed_before(self, why: str) -> None:
        with self._fence.writing():
            # Which run noted what of them stays: it says when they were asked for.
            number = self._failed_before().update(state=State.FAILED)
        if number:
            self.warnings.append(LEFT.format(number=number, why=why))

    def _given(self, batch: Sequence[tuple[Any, ...]]) -> Iterator[FileToFetch]:
        came_before = self._came_before({row[0]: row[6] for row in batch if row[5] == CHANGED})
        for pk, folder, name, size_bytes, stamp, *_ in batch:
            before = came_before.get(pk, "")
            yield FileToFetch(pk, original_name(folder), original_name(name), size_bytes, stamp, before)

    def _came_before(self, noted_in: Mapping[int, int | None]) -> Mapping[int, str]:
        """Return the sha256 of what came of files with another stamp, in the run that noted so of each.

        A listing that shows another stamp takes the note off the file. A run that goes on after it was killed is
        no second one.
        """
        noted = {pk: run_id for pk, run_id in noted_in.items() if run_id != self._fence.run_id}
        if not noted:
            return {}
        lines = PlanItem.objects.filter(file__in=noted, run__in=set(noted.values()), reason_code=CHANGED)
        rows = lines.values_list("file_id", "run_id", "source_sha256")
        return {pk: sha256 for pk, run_id, sha256 in rows if noted[pk] == run_id}

    def fetch_count(self) -> int:
        return self._to_fetch().count()

    def known_contents(self, sha256s: Sequence[str]) -> Mapping[str, KnownContent]:
        rows = SourceContent.objects.filter(sha256__in=sha256s).order_by("pk")
        known: dict[str, KnownContent] = {}
        for row in rows:
            # A picture stays a picture under any settings; a refusal holds for its own limits only.
            if row.picture_id is not None:
                known[row.sha256] = KnownContent(row.picture_id, "", "", row.source_format)
            elif row.render_fingerprint == self._render_fingerprint:
                known.setdefault(row.sha256, KnownContent(None, row.rejection_code, row.rejection))
        return known

    def write_staged(self, staged: Sequence[Staged]) -> None:
        with self._fence.writing():
            files = ListedFile.objects.select_related("page").in_bulk([one.file_id for one in staged])
            tries = self._tries(staged)
            seen = refusals_seen(self._listing, [(pk, file.page.folder, file.name) for pk, file in files.items()])
            news: list[int | None] = []
            taken: set[int] = set()
            originals: set[KeptBytes] = set()
            for one in staged:
                file = files.get(one.file_id)
                if file is not None and _is_awaited(file):
                    other_bytes = bool(one.sha256) and file.sha256 not in ("", one.sha256)
                    picture = self._apply(file, one, tries[one.file_id, one.sha256] + 1)
                    taken.add(file.pk)
                    if one.has_original and picture is not None:
                        originals.add(KeptBytes(*picture, one.sha256, one.size_bytes))
                    if file.state == State.REJECTED and bytes_key(file) in seen.get(file.pk, ()):
                        file.state = State.DISMISSED
                    if (other_bytes and file.state != State.FAILED) or one.absence or file.state == State.TO_DECIDE:
                        news.append(file.person_id)
            if originals:
                remember_originals(self._listing.profile.school_id, originals)
            decide_again(self._listing.profile_id, news)
            awaited = [file for file in files.values() if file.pk in taken]
            update_each(awaited, _WRITTEN)
            self._note_refused(awaited, {one.file_id: one.sha256 for one in staged})

    def _tries(self, staged: Sequence[Staged]) -> Counter[tuple[int, str]]:
        """Return in how many earlier runs the bytes of a file were given up for what may be the machine's fault."""
        given_up = [one.file_id for one in staged if one.rejection and one.rejection[0] in WORTH_ANOTHER_TRY]
        if not given_up:
            return Counter()
        lines = PlanItem.objects.filter(file__in=given_up, action=State.FAILED, reason_code__in=WORTH_ANOTHER_TRY)
        return Counter(lines.exclude(run=self._fence.run_id).values_list("file_id", "source_sha256"))

    def _apply(self, file: ListedFile, staged: Staged, tries: int) -> tuple[int, str] | None:
        """Note on the file what became of its bytes; return the picture that they gave, and their format."""
        file.noted_in_run = self._fence.run_id
        file.reason_code = file.reason = ""
        if staged.failure:
            file.state, file.reason_code, file.reason = State.FAILED, staged.failure_code, staged.failure
            return None
        if staged.rejection and is_worth_another_try(staged.rejection[0], tries):
            code, reason = staged.rejection
            # Which bytes they were stands in the run's record: the file keeps those that are known of it.
            file.state, file.reason_code, file.reason = State.FAILED, code, f"{reason} {MAY_BE_BUSY}"
            return None
        if staged.absence:
            file.state, file.reason_code, file.reason = State.DISMISSED, NO_PHOTO_CODE, staged.absence
            file.sha256, file.picture = "", None
            return None
        content = staged.known or self._content(staged)
        file.sha256 = staged.sha256
        file.picture_id = content.picture_id
        if content.picture_id is None:
            file.state, file.reason_code, file.reason = State.REJECTED, content.rejection_code, content.rejection
            return None
        if file.decided_sha256 == staged.sha256:
            file.state = State.SETTLED
        else:
            file.state = State.TO_DECIDE
        return content.picture_id, content.source_format

    def _note_refused(self, files: Sequence[ListedFile], sha256s: Mapping[int, str]) -> None:
        """Keep a line for each file that was refused or could not be read, one even when the phase is repeated.

        What came after all has none any more.
        """
        forget_what_was_noted(self._fence.run_id, [file.pk for file in files])
        refused = [file for file in files if file.state in (State.REJECTED, State.FAILED)]
        if refused:
            PlanItem.objects.bulk_create(
                (self._noted(file, sha256s[file.pk] or file.sha256) for file in refused), batch_size=200
            )

    def _noted(self, file: ListedFile, sha256: str) -> PlanItem:
        """A line of the run's record for a file that was refused or could not be read."""
        path = joined_path(original_name(file.page.folder), original_name(file.name))
        return PlanItem(
            run_id=self._fence.run_id,
            person_id=file.person_id,
            file_id=file.pk,
            file_path=readable_path(path),
            action=file.state,
            reason_code=file.reason_code,
            reason=file.reason,
            source_sha256=sha256,
            state=PlanItem.State.NOTED,
        )

    def _content(self, staged: Staged) -> KnownContent:
        """Remember what the bytes gave, once for each content; a file too large to read has no hash to remember."""
        code, reason = staged.rejection or ("", "")
        if not staged.sha256:
            return KnownContent(None, code, reason)
        row, _ = SourceContent.objects.get_or_create(
            sha256=staged.sha256,
            render_fingerprint=self._render_fingerprint,
            defaults={
                "picture": picture_row(staged.picture) if staged.picture else None,
                "rejection_code": code,
                "rejection": reason,
                "size_bytes": staged.size_bytes,
                "source_format": staged.picture.source_format if staged.picture else "",
            },
        )
        return KnownContent(row.picture_id, row.rejection_code, row.rejection, row.source_format)

    def _to_fetch(self) -> QuerySet[ListedFile]:
        files = files_in(self._listing.profile_id, [State.TO_FETCH])
        return files.filter(person__isnull=False)

    def _failed_before(self) -> QuerySet[ListedFile]:
        return self._to_fetch().filter(_FAILED_BEFORE)


def _is_awaited(file: ListedFile) -> bool:
    """Whether the file still waits to be fetched: someone may have decided on it, or erased its person, meanwhile."""
    return file.state == State.TO_FETCH and file.person_id is not None
