"""Stage: fetch what is new or has changed, validate and render it into the store, where no one sees it yet.

Bytes that were seen before are not decoded again, under whatever name or time stamp they come. What
cannot be fetched is recorded and tried again in the next run; what is refused for its content is not, unless the
machine may be at fault (`core.refusals`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256

from photosync.connectors.attending import attended
from photosync.connectors.contract import NO_PHOTO_CODE, Fetched, Source, see_that_it_is_there, tells_nothing
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.core.refusals import CHANGED
from photosync.engine.fetch_ahead import fetched_ahead
from photosync.engine.ports import FileToFetch, KnownContent, Progress, Rein, Staged, StagedPicture, StageLedger
from photosync.imaging import Rendered, RenderPool, RenderSettings
from photosync.storage.contract import Store

AS_IF_CUT = frozenset({"damaged", "empty", "not_an_image"})
"""Refusals of what a photo looks like of which only the beginning came."""
MAY_BE_CUT = (
    "What came is damaged or no photo, and the server did not say how long the file is, so it may have broken off on "
    "its way. It was left as it is; the next run reads it again."
)
PHOTOS_PER_WRITE = 24
FILES_PER_WRITE = 500
ORIGINAL_BYTES_PER_WRITE = 64 * 2**20
CONTENTS_REMEMBERED = 256
FAILURES_IN_A_ROW = 25
"""After so many failed fetches in a row the source is looked at, and after twice as many each time from there.

Should it be gone, the run stops.
"""

CHANGED_MEANWHILE = "It was changed while it was read. It is read in the next run."
TOO_LITTLE_TOLD = (
    "The data source does not say when this file was changed, or how long it is, so it is not certain that the index "
    "speaks of what was read. It is used if the next run reads the same."
)


@dataclass(frozen=True, slots=True)
class StageTask:
    source: Source
    pool: RenderPool
    store: Store
    settings: RenderSettings
    keeps_originals: bool = False
    """Whether the bytes that gave a picture are kept in the store too."""
    named_elsewhere: bool = False
    """Whose a file is says an index, and not its own name. Under the same name it may be another person's by now."""


def stage(task: StageTask, ledger: StageLedger, rein: Rein) -> int:
    """Fetch and render everything that waits for it; return how many files were looked at.

    Raises SourceUnavailable where the source is gone, after what came before that was kept. Not while what failed in
    an earlier run is asked for again, which comes last: else a few photos that never come would end every run.
    """
    with ThreadPoolExecutor(1, "keep") as keeper:
        stager = _Stager(task, ledger, rein, keeper, Progress("stage", total=ledger.fetch_count()))
        for file, result in task.pool.imap(stager.unknown_contents(), task.settings):
            stager.take(file, result)
        stager.flush()
        stager.record_kept()
    if stager.gone is not None:
        if not stager.is_at_second_tries:
            raise stager.gone
        ledger.leave_what_failed_before(stager.gone.message)
    return stager.progress.done


@dataclass(frozen=True, slots=True)
class _Batch:
    """Files whose pictures are being made durable; their rows are written once `kept` is done."""

    kept: Future[None]
    staged: Sequence[Staged]
    unwritten: Mapping[str, Rendered | ItemRejected]


@dataclass(slots=True)
class _Stager:
    task: StageTask
    ledger: StageLedger
    rein: Rein
    keeper: Executor
    progress: Progress
    ready: list[tuple[Staged, Rendered | None]] = field(default_factory=list)
    renderings: int = 0
    originals: dict[str, bytes] = field(default_factory=dict)
    """The bytes to keep of what is `ready`, by their hash."""
    original_bytes: int = 0
    in_the_pool: dict[str, bytes] = field(default_factory=dict)
    """The bytes of what the pool works on, where they are to be kept."""
    failures_in_a_row: int = 0
    looks_at: int = field(default_factory=lambda: FAILURES_IN_A_ROW)
    """After so many of them the source is looked at next."""
    twins: dict[str, list[tuple[FileToFetch, int]]] = field(default_factory=dict)
    shas: dict[int, tuple[str, int]] = field(default_factory=dict)
    unwritten: dict[str, Rendered | ItemRejected] = field(default_factory=dict)
    """What the pool made of contents whose rows are not written yet, but for those of `batch`."""
    may_be_cut: set[int] = field(default_factory=set)
    """Files whose bytes may have broken off unseen, until it is known what is in them."""
    batch: _Batch | None = None
    recent: OrderedDict[str, KnownContent] = field(default_factory=OrderedDict)
    gone: SourceUnavailable | None = None
    """Why no more is fetched; what came before that is rendered and kept first."""
    is_at_second_tries: bool = False

    def unknown_contents(self) -> Iterator[tuple[FileToFetch, bytes]]:
        """Fetch file after file, what failed in an earlier run last; yield the bytes of what is not known."""
        try:
            yield from self._fetched(self.ledger.files_to_fetch())
            self.is_at_second_tries = True
            yield from self._fetched(self.ledger.files_that_failed_before())
        except SourceUnavailable as error:
            self.gone = error

    def _fetched(self, files: Iterator[FileToFetch]) -> Iterator[tuple[FileToFetch, bytes]]:
        for file, fetched in fetched_ahead(
            self.task.source,
            files,
            self.task.settings.max_bytes,
            meanwhile=lambda: self.rein.checkpoint(self.progress),
        ):
            content = self._taken(file, fetched)
            if content is None:
                continue
            if isinstance(fetched, Fetched) and fetched.may_be_cut:
                self.may_be_cut.add(file.file_id)
            digest = sha256(content).hexdigest()
            known = self._known(digest)
            if known is not None:
                has_original = known.picture_id is not None and self._keep_original(digest, content)
                self._add(Staged(file.file_id, digest, len(content), known=known, has_original=has_original))
            elif (result := self._unwritten(digest)) is not None:
                self._add_result(file, digest, len(content), result, content)
            elif digest in self.twins:
                self.twins[digest].append((file, len(content)))
            else:
                self.twins[digest] = []
                self.shas[file.file_id] = (digest, len(content))
                if self.task.keeps_originals:
                    self.in_the_pool[digest] = content
                yield file, content

    def take(self, file: FileToFetch, result: Rendered | ItemRejected) -> None:
        """Take what the pool made of one file's bytes, for that file and every file of the same bytes."""
        digest, size_bytes = self.shas.pop(file.file_id)
        self.renderings += not isinstance(result, ItemRejected)
        self.unwritten[digest] = result
        content = self.in_the_pool.pop(digest, b"")
        for twin, size in ((file, size_bytes), *self.twins.pop(digest)):
            self._add_result(twin, digest, size, result, content)

    def _add_result(
        self, file: FileToFetch, digest: str, size_bytes: int, result: Rendered | ItemRejected, content: bytes
    ) -> None:
        if isinstance(result, ItemRejected):
            self._add(Staged(file.file_id, digest, size_bytes, rejection=(result.code, result.message)))
            return
        picture, has_original = StagedPicture.of(result), self._keep_original(digest, content)
        self._add(Staged(file.file_id, digest, size_bytes, picture=picture, has_original=has_original), result)

    def _keep_original(self, digest: str, content: bytes) -> bool:
        """Let the next write keep the bytes of a picture, where originals are kept; return whether they are."""
        if self.task.keeps_originals and digest not in self.originals:
            self.originals[digest] = content
            self.original_bytes += len(content)
        return self.task.keeps_originals

    def flush(self) -> None:
        """Begin to make the pictures durable in the store, while others are rendered; record the batch before."""
        self.record_kept()
        if not self.ready:
            return
        rendered = list({id(r): r for _, r in self.ready if r is not None}.values())
        kept = self.keeper.submit(_keep, self.task.store, rendered, self.originals)
        self.batch = _Batch(kept, [staged for staged, _ in self.ready], self.unwritten)
        self.ready = []
        self.unwritten = {}
        self.renderings = 0
        self.originals = {}
        self.original_bytes = 0

    def record_kept(self) -> None:
        """Wait until the batch that is being kept is durable, then record what became of its files."""
        if self.batch is None:
            return
        self.batch.kept.result()
        self.ledger.write_staged(self.batch.staged)
        self.batch = None
        self.rein.checkpoint(self.progress)

    def _unwritten(self, digest: str) -> Rendered | ItemRejected | None:
        found = self.unwritten.get(digest)
        return self.batch.unwritten.get(digest) if found is None and self.batch else found

    def _taken(self, file: FileToFetch, fetched: Fetched | TryLater | ItemRejected) -> bytes | None:
        if isinstance(fetched, TryLater):
            self.failures_in_a_row += 1
            if self.failures_in_a_row == self.looks_at:
                self.looks_at *= 2
                # It may take as long as a listing.
                with attended(lambda _: self.rein.checkpoint(self.progress)):
                    see_that_it_is_there(self.task.source)
            self._add(Staged(file.file_id, failure=fetched.message))
            return None
        if isinstance(fetched, ItemRejected) and fetched.code == NO_PHOTO_CODE:
            self._note_success()
            self._add(Staged(file.file_id, absence=fetched.message))
            return None
        if isinstance(fetched, ItemRejected):
            self._add(Staged(file.file_id, rejection=(fetched.code, fetched.message)))
            return None
        self._note_success()
        return fetched.content if self._is_the_one_listed(file, fetched) else None

    def _is_the_one_listed(self, file: FileToFetch, fetched: Fetched) -> bool:
        """Whether the index speaks of these bytes. Which they were is kept where it may not, for the next run."""
        if not self.task.named_elsewhere or fetched.is_as_listed(file.size_bytes, file.stamp):
            return True
        digest = sha256(fetched.content).hexdigest()
        if digest == file.came_before:
            return True
        is_told = file.size_bytes and not tells_nothing(file.stamp)
        failure = CHANGED_MEANWHILE if is_told else TOO_LITTLE_TOLD
        self._add(Staged(file.file_id, digest, len(fetched.content), failure=failure, failure_code=CHANGED))
        return False

    def _note_success(self) -> None:
        self.failures_in_a_row, self.looks_at = 0, FAILURES_IN_A_ROW

    def _known(self, digest: str) -> KnownContent | None:
        known = self.recent.get(digest)
        if known is None:
            known = self.ledger.known_contents([digest]).get(digest)
            if known is not None:
                self.recent[digest] = known
                if len(self.recent) > CONTENTS_REMEMBERED:
                    self.recent.popitem(last=False)
        return known

    def _add(self, staged: Staged, rendered: Rendered | None = None) -> None:
        if staged.file_id in self.may_be_cut:
            self.may_be_cut.remove(staged.file_id)
            staged = _left_open(staged)
        self.ready.append((staged, rendered))
        self.progress.done += 1
        if (
            self.renderings >= PHOTOS_PER_WRITE
            or len(self.ready) >= FILES_PER_WRITE
            or self.original_bytes >= ORIGINAL_BYTES_PER_WRITE
        ):
            self.flush()


def _left_open(staged: Staged) -> Staged:
    """Return what becomes of a file that may have broken off: what is damaged may be a photo of which half came."""
    code = staged.rejection[0] if staged.rejection else staged.known.rejection_code if staged.known else ""
    return Staged(staged.file_id, failure=MAY_BE_CUT) if code in AS_IF_CUT else staged


def _keep(store: Store, pictures: Sequence[Rendered], originals: Mapping[str, bytes]) -> None:
    """Make renditions and originals durable. Waits for the disk; the threads that render and record do not."""
    with store.batch() as batch:
        for picture in pictures:
            for rendition in picture.renditions:
                batch.add(rendition.content, sha256=rendition.sha256)
        for digest, content in originals.items():
            batch.add(content, sha256=digest)
        batch.commit()
