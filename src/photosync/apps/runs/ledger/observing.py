"""What the observe phase remembers: pages with their digests, and the files on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from django.db.models import Q, QuerySet

from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.ledger.updating import insert_rows, update_each, update_rows
from photosync.apps.runs.models import Run
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.connectors.contract import Entry, Page, PageKey
from photosync.core.plan import Reason
from photosync.engine.names import original_name, stored_name
from photosync.engine.ports import KnownPage, PageChange, Recorded

State = ListedFile.State
T = TypeVar("T")

WHOLE_FOLDER = -1
DIGEST_BYTES = 16
ROWS_AT_ONCE = 400
FILES_FORGOTTEN_AT_ONCE = 2_000


class ObserveRows:
    """The listing of one profile, as rows."""

    def __init__(self, fence: Fence, listing: Listing) -> None:
        self._fence = fence
        self._listing = listing
        self._pages_of_folder: dict[str, list[int]] = {}
        """The recorded pages of the folders last asked for."""

    def recorded_digests(self, *, most: int) -> dict[PageKey, bytes] | None:
        rows = self._pages().values_list("folder", "bucket", "digest")[: most + 1]
        found: dict[PageKey, bytes] = {
            (original_name(folder), None if bucket == WHOLE_FOLDER else bucket): bytes(digest)
            for folder, bucket, digest in rows
        }
        return found if len(found) <= most else None

    def known_pages(self, pages: Sequence[Page]) -> list[KnownPage | None]:
        folders = {stored_name(page.folder) for page in pages}
        rows = ListedPage.objects.filter(listing=self._listing, folder__in=folders)
        known = {
            (folder, bucket): KnownPage(pk, ordinal, bytes(digest), count)
            for pk, ordinal, folder, bucket, digest, count in rows.values_list(
                "pk", "ordinal", "folder", "bucket", "digest", "entry_count"
            )
        }
        self._pages_of_folder = defaultdict(list)
        for (folder, _), page in known.items():
            self._pages_of_folder[folder].append(page.page_id)
        return [known.get(_key(page)) for page in pages]

    def known_files(self, known: KnownPage) -> dict[Recorded, int]:
        return _recorded(ListedFile.objects.filter(page_id=known.page_id))

    def files_on_other_pages(self, page: Page, names: Sequence[str]) -> dict[Recorded, int]:
        pages = self._pages_of_folder.get(stored_name(page.folder))
        if not pages:
            return {}
        found: dict[Recorded, int] = {}
        for part in _parts([stored_name(name) for name in names]):
            found |= _recorded(ListedFile.objects.filter(page_id__in=pages, name__in=part))
        return found

    def write_pages(self, changes: Sequence[PageChange]) -> list[int]:
        with self._fence.writing():
            pages = self._write_page_rows(changes)
            self._move_files(zip(pages, changes, strict=True))
            vanished = [pk for change in changes for pk in change.vanished]
            self._forget_files(vanished)
            changed = [pair for change in changes for pair in change.changed]
            self._write_changed(changed)
            insert_rows(
                ListedFile,
                ("page", "name", "size_bytes", "stamp"),
                (
                    (page.pk, stored_name(entry.name), entry.size_bytes, entry.stamp)
                    for page, change in zip(pages, changes, strict=True)
                    for entry in change.added
                ),
                {"profile": self._listing.profile_id},
            )
        return [page.ordinal for page in pages]

    def _write_page_rows(self, changes: Sequence[PageChange]) -> list[ListedPage]:
        """Update or create the page rows, with the digest of the entries that are being recorded."""
        pages = []
        new = []
        ordinal = self._listing.next_ordinal
        for change in changes:
            folder, bucket = _key(change.page)
            page = ListedPage(
                listing=self._listing,
                folder=folder,
                bucket=bucket,
                digest=change.digest,
                entry_count=change.entry_count,
            )
            if change.known is None:
                page.ordinal = ordinal
                ordinal += 1
                new.append(page)
            else:
                page.pk, page.ordinal = change.known.page_id, change.known.ordinal
            pages.append(page)
        if new:
            ListedPage.objects.bulk_create(new, batch_size=ROWS_AT_ONCE)
            Listing.objects.filter(pk=self._listing.pk).update(next_ordinal=ordinal)
            self._listing.next_ordinal = ordinal
        known = [page for page, change in zip(pages, changes, strict=True) if change.known is not None]
        update_each(known, ("digest", "entry_count"))
        return pages

    @staticmethod
    def _move_files(changes: Iterable[tuple[ListedPage, PageChange]]) -> None:
        """Give files that are listed on another page of their folder now to that page, with all that is known."""
        for page, change in changes:
            for part in _parts(change.moved):
                files = ListedFile.objects.filter(pk__in=part)
                # The page that they leave must not be taken for unchanged, should it ever be listed again.
                ListedPage.objects.filter(files__in=files).update(digest=bytes(DIGEST_BYTES))
                files.update(page=page)

    def _write_changed(self, changed: Sequence[tuple[int, Entry]]) -> None:
        """Note the new stamps. A file that matches someone is fetched again; the others are matched again."""
        if not changed:
            return
        stamps = ((pk, entry.size_bytes, entry.stamp) for pk, entry in changed)
        update_rows(ListedFile, ("size_bytes", "stamp"), stamps)
        for part in _parts([pk for pk, _ in changed]):
            rows = ListedFile.objects.filter(pk__in=part)
            # What was noted of its bytes was noted under the former stamp.
            rows.filter(person__isnull=False).update(state=State.TO_FETCH, reason_code="")
            rows.filter(person__isnull=True).update(state=State.TO_MATCH)

    def page_ordinals(self) -> Iterator[tuple[int, int]]:
        return self._pages().values_list("pk", "ordinal").iterator(chunk_size=10_000)

    def page_count(self) -> int:
        return self._pages().count()

    def drop_pages(self, page_ids: Sequence[int]) -> None:
        """Forget pages and their files, so many at a time; a page goes last, so that this can be repeated."""
        files = ListedFile.objects.filter(page_id__in=page_ids).order_by("pk")
        while ids := list(files.values_list("pk", flat=True)[:FILES_FORGOTTEN_AT_ONCE]):
            with self._fence.writing():
                self._forget_files(ids)
        with self._fence.writing():
            ListedPage.objects.filter(pk__in=page_ids).delete()

    def finish_listing(self, *, observed: int) -> None:
        with self._fence.writing():
            Run.objects.filter(pk=self._fence.run_id).update(observed_count=observed)
            if self._listing.file_count != observed:
                Listing.objects.filter(pk=self._listing.pk).update(file_count=observed)

    def _forget_files(self, file_ids: Sequence[int]) -> None:
        """Delete files that have gone; what was ambiguous only because of them is decided again."""
        if not file_ids:
            return
        for part in _parts(file_ids):
            gone = ListedFile.objects.filter(pk__in=part)
            decide_again(self._listing.profile_id, list(gone.values_list("person_id", flat=True)))
            gone.delete()
        if not self._listing.missing_unchecked:
            Listing.objects.filter(pk=self._listing.pk).update(missing_unchecked=True)
            self._listing.missing_unchecked = True

    def _pages(self) -> QuerySet[ListedPage]:
        return ListedPage.objects.filter(listing=self._listing)


def decide_again(profile_id: int, person_ids: Sequence[int | None]) -> None:
    """Decide anew on what was decided by comparing the files of a person, now that one of them is another."""
    people = {person_id for person_id in person_ids if person_id is not None}
    for part in _parts(sorted(people)):
        ListedFile.objects.filter(
            Q(state=State.REVIEW, reason_code=Reason.TWO_PICTURES)
            | Q(state=State.SETTLED, reason_code=Reason.SAME_AS_OTHER_FILE),
            profile_id=profile_id,
            person_id__in=part,
        ).update(state=State.TO_DECIDE)


def _recorded(files: QuerySet[ListedFile]) -> dict[Recorded, int]:
    """Return name, size and stamp to file id. Where one file in a hundred changed, this loop is most of the work."""
    rows = files.values_list("pk", "name", "size_bytes", "stamp")
    return {(original_name(name) if "\\" in name else name, size, stamp): pk for pk, name, size, stamp in rows}


def _key(page: Page) -> tuple[str, int]:
    return stored_name(page.folder), WHOLE_FOLDER if page.bucket is None else page.bucket


def _parts(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(ids), ROWS_AT_ONCE):
        yield ids[start : start + ROWS_AT_ONCE]
