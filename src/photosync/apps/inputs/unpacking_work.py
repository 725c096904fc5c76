"""Unpacking the ZIPs of a delivery: long work, with progress, gone on with after a crash.

It can be repeated from its beginning: what an earlier attempt unpacked is found by its ZIP and put aside first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.inputs.archives import forget_archives, open_archive
from photosync.apps.inputs.content import refuse_beyond_limits
from photosync.apps.inputs.delivering import largest_file_bytes, note_refused, settle, too_large
from photosync.apps.inputs.delivering_zips import put_aside
from photosync.apps.inputs.models import DeliveredArchive, DeliveredFile, Delivery
from photosync.apps.inputs.storing import refuse_without_room, still_stored
from photosync.apps.library.store import photo_store
from photosync.apps.long_work import ClaimedWork
from photosync.apps.unpacking import FoundFile, ZipRules, files_in_zip, names_in_zip
from photosync.core.errors import Refused, WrongUse
from photosync.core.input_names import InputPath, input_path

State = Delivery.State
MOST_ATTEMPTS = 5
STORED_TOGETHER = 200
STORED_TOGETHER_BYTES = 32_000_000


@dataclass
class UnpackingWork(ClaimedWork[Delivery]):
    """A claimed delivery. Where its unpacking breaks off it is open again, and its input is as it was."""

    refused: list[tuple[InputPath, str]] = field(default_factory=list, init=False)

    called = "Delivery"
    model = Delivery
    related = ("input__school",)
    most_attempts = MOST_ATTEMPTS

    @property
    def delivery(self) -> Delivery:
        return self.row

    @contextmanager
    def writing(self) -> Iterator[Delivery]:
        """Yield the delivery, locked and held by this worker, and save it. Raises FencedOut where it is not."""
        with super().writing() as stored:
            yield stored
            stored.save()

    def break_off(self, explanation: str) -> None:
        # Whoever finishes it again has mended something: the attempts until then do not count against it.
        self.end(state=State.OPEN, explanation=explanation, attempt=0, last_at=self.clock())

    @staticmethod
    def words_when_given_up() -> str:
        return _(
            "The process that unpacked it ended %(number)d times before that was done. Nothing was changed. Take "
            "the ZIP out, or look into the log for the reason, then finish it again."
        ) % {"number": MOST_ATTEMPTS}

    @staticmethod
    def words_of_fault(error: Exception) -> str:
        words = _("Photo Sync met a fault of its own (%(fault)s). Nothing was changed. The log has the details.")
        return words % {"fault": type(error).__name__}


def execute_delivery(work: UnpackingWork) -> None:
    """Unpack and apply. What goes wrong is told on the delivery, which is open again then; its input is as it was."""
    with work.carried_out():
        with acting_as(Actor(work.delivery.finished_by, Via.WORKER)):
            tokens = _unpack_and_apply(work)
        forget_archives(tokens)


def _unpack_and_apply(work: UnpackingWork) -> list[str]:
    archives = list(work.delivery.archives.all())
    total = 0
    for each in archives:
        with open_archive(each.token, each.name) as file:
            total += len(names_in_zip(file, _rules()) or ())
    with work.writing() as stored:
        stored.done, stored.total = 0, total
        for old in archives:
            put_aside(stored, old)
    for each in archives:
        _Unpacker(work, each).unpack()
    with work.writing() as stored:
        note_refused(stored, work.refused)
        settle(stored, by=stored.finished_by, now=work.clock())
        stored.done = stored.total
        DeliveredArchive.objects.filter(delivery=stored).delete()
    return [each.token for each in archives]


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
            self.work.refused.append((InputPath("", _shown(found.name)), error.message))
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
        refuse_without_room()
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
                elif (other.path.composed, other.sha256) != (place.composed, sha256):
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


def _shown(name: str) -> str:
    """Return a name that was refused so that the database takes it: without zero bytes and broken letters."""
    return name[:200].encode("utf-8", "replace").decode().replace("\0", "")
