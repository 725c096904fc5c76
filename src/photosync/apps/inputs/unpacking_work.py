"""Unpacking the ZIPs of a delivery: claimed by a worker, with progress, gone on with after a crash.

It can be repeated from its beginning: what an earlier attempt unpacked is found by its ZIP and put aside first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.inputs.archives import forget_archives, open_archive
from photosync.apps.inputs.content import refuse_beyond_limits
from photosync.apps.inputs.delivering import largest_file_bytes, note_refused, settle, still_stored, too_large
from photosync.apps.inputs.models import DeliveredArchive, DeliveredFile, Delivery
from photosync.apps.library.store import photo_store
from photosync.apps.runs.models import Worker
from photosync.apps.runs.schedule import is_silent
from photosync.apps.unpacking import FoundFile, ZipRules, files_in_zip, names_in_zip
from photosync.core.errors import FencedOut, PhotoSyncError, Refused, WrongUse
from photosync.core.input_names import InputPath, input_path

log = structlog.get_logger(__name__)

State = Delivery.State
Clock = Callable[[], datetime]
MOST_ATTEMPTS = 5
STORED_TOGETHER = 200
STORED_TOGETHER_BYTES = 32_000_000


@dataclass(slots=True)
class UnpackingWork:
    """A claimed delivery. Whoever had it before can write nothing from now on."""

    delivery: Delivery
    fence: int
    clock: Clock
    refused: list[tuple[InputPath, str]] = field(default_factory=list)

    @contextmanager
    def writing(self) -> Iterator[Delivery]:
        """Yield the delivery, locked and held by this worker, and save it. Raises FencedOut where it is not."""
        with transaction.atomic():
            rows = Delivery.objects.select_for_update(of=("self",)).select_related("input__school")
            stored = rows.filter(pk=self.delivery.pk).first()
            if stored is None or (stored.fence, stored.state) != (self.fence, State.RUNNING):
                raise FencedOut(f"Delivery {self.delivery.pk} is no longer held by this worker.")
            yield stored
            stored.save()


def queued_deliveries() -> list[int]:
    return list(Delivery.objects.filter(state=State.QUEUED).order_by("pk").values_list("pk", flat=True))


def claim_delivery(delivery_id: int, worker: Worker, clock: Clock) -> UnpackingWork | None:
    """Take a delivery that waits to be unpacked; None where someone else took it, or it was dropped."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("input__school")
        delivery = rows.filter(pk=delivery_id, state=State.QUEUED).first()
        if delivery is None:
            return None
        delivery.state, delivery.worker = State.RUNNING, worker
        delivery.fence += 1
        delivery.attempt += 1
        delivery.save(update_fields=("state", "worker", "fence", "attempt"))
    return UnpackingWork(delivery, delivery.fence, clock)


def take_back_deliveries(now: datetime, is_gone: Callable[[Worker], bool]) -> list[int]:
    """Queue again every delivery whose worker is gone; return their ids. One that never ends is opened again."""
    taken = []
    for each in Delivery.objects.select_related("worker").filter(state=State.RUNNING).order_by("pk"):
        if each.worker is not None and not is_silent(each.worker, now) and not is_gone(each.worker):
            continue
        held = Delivery.objects.filter(pk=each.pk, state=State.RUNNING, fence=each.fence)
        if each.attempt >= MOST_ATTEMPTS:
            words = _(
                "The process that unpacked it ended %(number)d times before that was done. Nothing was changed. Take "
                "the ZIP out, or look into the log for the reason, then finish it again."
            ) % {"number": MOST_ATTEMPTS}
            held.update(state=State.OPEN, fence=each.fence + 1, worker=None, attempt=0, explanation=words)
        elif held.update(state=State.QUEUED, fence=each.fence + 1, worker=None):
            taken.append(each.pk)
    return taken


def execute_delivery(work: UnpackingWork) -> None:
    """Unpack and apply. What goes wrong is told on the delivery, which is open again then; its input is as it was."""
    try:
        with acting_as(Actor(work.delivery.finished_by, Via.WORKER)):
            tokens = _unpack_and_apply(work)
    except FencedOut as error:
        log.info("fenced out", delivery=work.delivery.pk, explanation=error.message)
        return
    except PhotoSyncError as error:
        _open_again(work, error.message)
        return
    except Exception as error:
        log.exception("fault while a delivery was unpacked", delivery=work.delivery.pk)
        words = _("Photo Sync met a fault of its own (%(fault)s). Nothing was changed. The log has the details.")
        _open_again(work, words % {"fault": type(error).__name__})
        return
    forget_archives(tokens)


def _unpack_and_apply(work: UnpackingWork) -> list[str]:
    archives = list(work.delivery.archives.all())
    total = 0
    for each in archives:
        with open_archive(each.token, each.name) as file:
            total += len(names_in_zip(file) or ())
    with work.writing() as stored:
        stored.done, stored.total = 0, total
        for old in archives:
            _put_aside(stored, old)
    for each in archives:
        _Unpacker(work, each).unpack()
    with work.writing() as stored:
        note_refused(stored, work.refused)
        settle(stored, by=stored.finished_by, now=work.clock())
        stored.done = stored.total
        DeliveredArchive.objects.filter(delivery=stored).delete()
    return [each.token for each in archives]


def _put_aside(stored: Delivery, archive: DeliveredArchive) -> None:
    rows = DeliveredFile.objects.filter(delivery=stored, archive=archive)
    for size_bytes in rows.values_list("size_bytes", flat=True):
        stored.file_count -= 1
        stored.size_bytes -= size_bytes
    rows.delete()


@dataclass(slots=True)
class _Unpacker:
    """Takes the files of one ZIP, and stores them in batches: first the bytes, then the rows that refer to them."""

    work: UnpackingWork
    archive: DeliveredArchive
    _paths: list[InputPath] = field(default_factory=list)
    _contents: list[bytes] = field(default_factory=list)
    _size_bytes: int = 0
    _seen: int = 0

    def unpack(self) -> None:
        with open_archive(self.archive.token, self.archive.name) as file:
            for found in files_in_zip(file, _rules()):
                if found.refusal and not found.name:
                    raise Refused(
                        _("%(name)s: %(why)s Nothing was changed. Take it out, then send it again.")
                        % {"name": self.archive.name, "why": found.refusal}
                    )
                self._take(found)
        self._store()

    def _take(self, found: FoundFile) -> None:
        self._seen += 1
        try:
            place = input_path(found.name)
        except WrongUse as error:
            self.work.refused.append((InputPath("", found.name[:200].replace("\0", "")), error.message))
            return
        if found.refusal:
            self.work.refused.append((place, found.refusal))
            return
        self._paths.append(place)
        self._contents.append(found.content)
        self._size_bytes += len(found.content)
        if len(self._paths) >= STORED_TOGETHER or self._size_bytes >= STORED_TOGETHER_BYTES:
            self._store()

    def _store(self) -> None:
        with photo_store().batch() as batch:
            names = [batch.add(content) for content in self._contents]
            batch.commit()
        with self.work.writing() as stored:
            keys = [each.key for each in self._paths]
            there = {each.path_key: each for each in DeliveredFile.objects.filter(delivery=stored, path_key__in=keys)}
            rows: dict[str, DeliveredFile] = {}
            for place, content, sha256 in zip(self._paths, self._contents, names, strict=True):
                other = there.get(place.key) or rows.get(place.key)
                if other is None:
                    rows[place.key] = self._row(stored, place, len(content), sha256)
                elif (other.path, other.sha256) != (place, sha256):
                    self.work.refused.append((place, _comes_twice()))
            stored.file_count += len(rows)
            stored.size_bytes += sum(each.size_bytes for each in rows.values())
            refuse_beyond_limits(stored.input, stored.file_count, stored.size_bytes)
            DeliveredFile.objects.bulk_create(rows.values())
            still_stored(dict(zip(names, self._contents, strict=True)))
            stored.done += self._seen
        self._paths, self._contents, self._size_bytes, self._seen = [], [], 0, 0

    def _row(self, stored: Delivery, place: InputPath, size_bytes: int, sha256: str) -> DeliveredFile:
        return DeliveredFile(
            delivery=stored,
            archive=self.archive,
            folder=place.folder,
            name=place.name,
            path_key=place.key,
            size_bytes=size_bytes,
            sha256=sha256,
        )


def _comes_twice() -> str:
    return _("It comes twice in this delivery, with other content. The first one was taken.")


def _rules() -> ZipRules:
    largest = largest_file_bytes()
    return ZipRules(
        largest,
        too_large(largest),
        unpacks_to_more=_("It unpacks to far more than any photo. It was not taken."),
        archive_inside=_("It is an archive inside the ZIP. Put the files in directly. It was not taken."),
    )


def _open_again(work: UnpackingWork, explanation: str) -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    held = Delivery.objects.filter(pk=work.delivery.pk, fence=work.fence, state=State.RUNNING)
    try:
        held.update(state=State.OPEN, explanation=explanation, worker=None, last_at=work.clock())
    except (DatabaseError, InterfaceError):
        # The next worker takes it up again once this one is silent.
        log.exception("the end of unpacking a delivery could not be recorded", delivery=work.delivery.pk)
