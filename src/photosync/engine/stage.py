"""Stage: fetch what is new or has changed, validate and render it into the store, where no one sees it yet.

Bytes that were seen before are not decoded again, under whatever name or time stamp they come. What
cannot be fetched is recorded and tried again in the next run; what is refused for its content is not.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from photosync.connectors.contract import Source
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.engine.ports import FileToFetch, KnownContent, Progress, Rein, Staged, StagedPicture, StageLedger
from photosync.imaging import Rendered, RenderPool, RenderSettings
from photosync.storage.contract import Store

PHOTOS_PER_WRITE = 24
FILES_PER_WRITE = 500
CONTENTS_REMEMBERED = 256
FAILURES_IN_A_ROW = 25
"""After so many failed fetches in a row the source is looked at: should it be gone, the run stops."""

WORTH_ANOTHER_TRY = frozenset({"too_slow", "too_much_memory"})
"""Refusals that may be the busy machine's fault rather than the picture's."""


@dataclass(frozen=True, slots=True)
class StageTask:
    source: Source
    pool: RenderPool
    store: Store
    settings: RenderSettings


def stage(task: StageTask, ledger: StageLedger, rein: Rein) -> int:
    """Fetch and render everything that waits for it; return how many files were looked at."""
    stager = _Stager(task, ledger, rein, Progress("stage", total=ledger.fetch_count()))
    for file, result in task.pool.imap(stager.unknown_contents(), task.settings):
        stager.take(file, result)
    stager.flush()
    return stager.progress.done


@dataclass(slots=True)
class _Stager:
    task: StageTask
    ledger: StageLedger
    rein: Rein
    progress: Progress
    ready: list[tuple[Staged, Rendered | None]] = field(default_factory=list)
    renderings: int = 0
    failures_in_a_row: int = 0
    twins: dict[str, list[tuple[FileToFetch, int]]] = field(default_factory=dict)
    shas: dict[int, tuple[str, int]] = field(default_factory=dict)
    unwritten: dict[str, Rendered | ItemRejected] = field(default_factory=dict)
    """What the pool made of contents whose rows are not written yet."""
    recent: OrderedDict[str, KnownContent] = field(default_factory=OrderedDict)

    def unknown_contents(self) -> Iterator[tuple[FileToFetch, bytes]]:
        """Fetch file after file; settle what is known already and yield the bytes of what is not."""
        for file in self.ledger.files_to_fetch():
            content = self._fetched(file)
            if content is None:
                continue
            digest = sha256(content).hexdigest()
            known = self._known(digest)
            if known is not None:
                self._add(Staged(file.file_id, digest, len(content), known=known))
            elif digest in self.unwritten:
                self._add_result(file, digest, len(content), self.unwritten[digest])
            elif digest in self.twins:
                self.twins[digest].append((file, len(content)))
            else:
                self.twins[digest] = []
                self.shas[file.file_id] = (digest, len(content))
                yield file, content

    def take(self, file: FileToFetch, result: Rendered | ItemRejected) -> None:
        """Take what the pool made of one file's bytes, for that file and every file of the same bytes."""
        digest, size_bytes = self.shas.pop(file.file_id)
        self.renderings += not isinstance(result, ItemRejected)
        self.unwritten[digest] = result
        for twin, size in ((file, size_bytes), *self.twins.pop(digest)):
            self._add_result(twin, digest, size, result)

    def _add_result(self, file: FileToFetch, digest: str, size_bytes: int, result: Rendered | ItemRejected) -> None:
        if isinstance(result, ItemRejected):
            self._add(Staged(file.file_id, digest, size_bytes, rejection=(result.code, result.message)))
        else:
            self._add(Staged(file.file_id, digest, size_bytes, picture=StagedPicture.of(result)), result)

    def flush(self) -> None:
        """Make the pictures durable in the store, then record what became of the files."""
        if not self.ready:
            return
        with self.task.store.batch() as batch:
            for rendered in {id(r): r for _, r in self.ready if r is not None}.values():
                for rendition in rendered.renditions:
                    batch.add(rendition.content, sha256=rendition.sha256)
            batch.commit()
        self.ledger.write_staged([staged for staged, _ in self.ready])
        self.ready = []
        self.unwritten = {}
        self.renderings = 0
        self.rein.checkpoint(self.progress)

    def _fetched(self, file: FileToFetch) -> bytes | None:
        try:
            fetched = self.task.source.fetch(file.folder, file.name, limit_bytes=self.task.settings.max_bytes)
        except SourceUnavailable:
            raise
        except TryLater as error:
            self.failures_in_a_row += 1
            if self.failures_in_a_row % FAILURES_IN_A_ROW == 0:
                self._see_that_the_source_is_there()
            self._add(Staged(file.file_id, failure=error.message))
            return None
        except ItemRejected as error:
            self._add(Staged(file.file_id, rejection=(error.code, error.message)))
            return None
        self.failures_in_a_row = 0
        return fetched.content

    def _see_that_the_source_is_there(self) -> None:
        """Begin to list the source: it raises SourceUnavailable where it is gone, and the run stops."""
        pages = self.task.source.pages()
        next(pages, None)
        if isinstance(pages, Generator):
            pages.close()

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
        self.ready.append((staged, rendered))
        self.progress.done += 1
        if self.renderings >= PHOTOS_PER_WRITE or len(self.ready) >= FILES_PER_WRITE:
            self.flush()
