"""Delivering files into an input: begun, sent file by file in any order, gone on with after a broken line, finished.

Everything here may be asked for twice, and by two clients at once: a file that is there is there, and a part of a ZIP
that has arrived is not written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.accounts.models import ApiToken
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.inputs.archives import forget_archives, forget_strays
from photosync.apps.inputs.completeness import refuse_incomplete, refuse_nothing
from photosync.apps.inputs.content import apply_delivery, differs_in_case, locked, refuse_beyond_limits
from photosync.apps.inputs.models import DeliveredArchive, DeliveredFile, Delivery, Input
from photosync.apps.inputs.storing import refuse_without_room, still_stored
from photosync.apps.library.store import photo_store
from photosync.apps.unpacking import ARCHIVE_HEADS, ZIP_HEADS, is_junk
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.input_names import InputPath, input_path
from photosync.core.people import quoted
from photosync.core.photos import BYTES_PER_MEGABYTE

State, Mode = Delivery.State, Delivery.Mode
KEPT_OPEN = timedelta(days=7)
"""How long a delivery that nothing more arrives for waits to be gone on with."""
KEPT_RECORD = timedelta(days=90)
MOST_OPEN = 50
MOST_REFUSED = 1_000
LARGEST_SENT_BYTES = 30_000_000
"""Of a file in one request: more is not let in by the front door."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one file. `reason` says why it was not taken; one that was `ignored` is nobody's photo."""

    path: str
    state: str
    reason: str = ""

    TAKEN, IGNORED, REFUSED = "taken", "ignored", "refused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a client has: what is to be sent is found by its path, size and, where it is given, its hash."""

    path: str
    size_bytes: int
    sha256: str = ""


def begin_delivery(
    found: Input, *, mode: str = Mode.ADD, by: str, now: datetime, token: ApiToken | None = None
) -> Delivery:
    """Return a new, open delivery. Raises WrongUse, and Refused where too many are open in the school."""
    if mode not in Mode.values:
        raise WrongUse(_("A delivery is add or replace, not %(mode)s. Nothing was begun.") % {"mode": quoted(mode)})
    with transaction.atomic():
        stored = locked(found)
        alive = Delivery.objects.filter(input__school=stored.school).exclude(state__in=(State.DONE, State.DROPPED))
        if alive.count() >= MOST_OPEN:
            words = _("There are %(most)d deliveries open. Nothing was begun. Finish or drop some of them first.")
            raise Refused(words % {"most": MOST_OPEN})
        return Delivery.objects.create(
            input=stored, mode=mode, began_at=now, began_by=by[:200], token=token, last_at=now
        )


def missing_of(delivery: Delivery, wanted: Iterable[Wanted]) -> list[str]:
    """Return the paths of those files that are still to be sent, in the order given; junk is never asked for."""
    asked = [(each, _place(each.path)) for each in wanted]
    keys = {place.key for _each, place in asked if place}  # not all that is there, for each part of a long question
    rows = DeliveredFile.objects.filter(delivery=delivery, path_key__in=keys)
    there = {each.path.composed: each for each in rows}
    found = []
    for each, place in asked:
        own = there.get(place.composed) if place else None
        is_there = own is not None and own.size_bytes == each.size_bytes and each.sha256 in ("", own.sha256)
        if not is_there and not is_junk(each.path):
            found.append(each.path)
    return found


def _place(path: str) -> InputPath | None:
    try:
        return input_path(path)
    except WrongUse:
        return None


def deliver_file(delivery: Delivery, path: str, content: bytes, *, now: datetime) -> Sent:
    """Take one file with all its bytes; the same path again replaces it. Raises Refused, StorageUnavailable."""
    return deliver_files(delivery, [(path, content)], now=now)[0]


def deliver_files(delivery: Delivery, files: Sequence[tuple[str, bytes]], *, now: datetime) -> list[Sent]:
    """Take some files (path, bytes) together, and return what became of each, in their order. Raises as above."""
    looked = [_looked_at(path, content) for path, content in files]
    taken = (len(content) for (_, state, _), (_, content) in zip(looked, files, strict=True) if state == Sent.TAKEN)
    _refuse_before_storing(delivery, next(taken, None))
    with photo_store().batch() as batch:
        hashes = [
            batch.add(content) if place and not why else ""
            for (place, _state, why), (_path, content) in zip(looked, files, strict=True)
        ]
        batch.commit()
    found = []
    with open_delivery(delivery) as stored:
        for (place, state, why), (path, content), sha256 in zip(looked, files, hashes, strict=True):
            if place and sha256:
                why = _put(stored, place, len(content), sha256)
                state = Sent.REFUSED if why else Sent.TAKEN
                note_refused(stored, [(place, why)] if why else [])
            elif place:
                note_refused(stored, [(place, why)])
            found.append(Sent(place.path if place else path, state, why))
        stored.last_at = now
        contents = [content for _path, content in files]
        still_stored({sha256: content for sha256, content in zip(hashes, contents, strict=True) if sha256})
    return found


def _refuse_before_storing(delivery: Delivery, size_bytes: int | None) -> None:
    """Raise as `open_delivery` and `_put` would for a first file: what is refused once it is stored fills the disk.

    Nothing is locked here, so it is asked again there. Raises StorageUnavailable where there is no room.
    """
    if size_bytes is None:
        return
    refuse_without_room()
    stored = _open(Delivery.objects.select_related("input").filter(pk=delivery.pk).first())
    refuse_beyond_limits(stored.input, stored.file_count + 1, stored.size_bytes + size_bytes)


def note_too_large(delivery: Delivery, path: str, *, now: datetime) -> Sent:
    """Note a file that its client has seen to be larger than any photo, so that its bytes need not be sent."""
    try:
        place = input_path(path)
    except WrongUse as error:
        return Sent(path, Sent.REFUSED, error.message)
    why = too_large(largest_file_bytes())
    with open_delivery(delivery) as stored:
        note_refused(stored, [(place, why)])
        stored.last_at = now
    return Sent(place.path, Sent.REFUSED, why)


def set_mode(delivery: Delivery, mode: str) -> None:
    """Say what the open delivery will do with what is in the input already. Raises WrongUse, Refused."""
    if mode not in Mode.values:
        raise WrongUse(_("A delivery is add or replace, not %(mode)s. Nothing was changed.") % {"mode": quoted(mode)})
    with open_delivery(delivery) as stored:
        stored.mode = mode
    delivery.mode = mode


def _looked_at(path: str, content: bytes) -> tuple[InputPath | None, str, str]:
    """Return where the file goes, and why it does not, as far as it says itself."""
    if is_junk(path):
        return None, Sent.IGNORED, _("It is no photo: systems put it beside people's files.")
    try:
        place = input_path(path)
    except WrongUse as error:
        return None, Sent.REFUSED, error.message
    why = refusal_of(content)
    return place, Sent.REFUSED if why else Sent.TAKEN, why


def _put(stored: Delivery, place: InputPath, size_bytes: int, sha256: str) -> str:
    """Let the file be in the locked delivery; return why not, or ""."""
    there = DeliveredFile.objects.filter(delivery=stored, path_key=place.key).first()
    if there is not None and there.path.composed != place.composed:
        return differs_in_case(there.path.path)
    refuse_beyond_limits(stored.input, stored.file_count + 1, stored.size_bytes + size_bytes)
    if there is None:
        there = DeliveredFile(delivery=stored, folder=place.folder, name=place.name, path_key=place.key)
        stored.file_count += 1
    else:
        stored.size_bytes -= there.size_bytes
    there.size_bytes, there.sha256, there.archive = size_bytes, sha256, None
    there.save()
    stored.size_bytes += size_bytes
    stored.refused = [each for each in stored.refused if each[0] != place.path]
    return ""


def refusal_of(content: bytes) -> str:
    """Return why `content` is no file of an input; "" where it may be one. Whether it is a photo, a run decides."""
    largest = largest_file_bytes()
    if len(content) > largest:
        return too_large(largest)
    if content.startswith(ZIP_HEADS):
        return _("It is a ZIP. Send it as an archive, so that it is unpacked.")
    if content.startswith(ARCHIVE_HEADS):
        return _("It is an archive of another kind than ZIP. Send a ZIP, or the files in it.")
    return ""


def largest_file_bytes() -> int:
    return min(int(settings.PHOTOSYNC_PHOTO_LIMITS.max_bytes), LARGEST_SENT_BYTES)


def too_large(largest_bytes: int) -> str:
    words = _("It is larger than %(most)d MB, which no photo may be. It was not taken.")
    return words % {"most": largest_bytes // BYTES_PER_MEGABYTE}


def note_refused(stored: Delivery, refusals: Iterable[tuple[InputPath, str]]) -> None:
    """Remember in the locked delivery which files were sent and not taken. Raises Refused for far too many."""
    by_path = {each[0]: each for each in stored.refused}
    for place, why in refusals:
        by_path[place.path] = [place.path, why, place.key]
    if len(by_path) > MOST_REFUSED:
        words = _(
            "More than %(most)d files of this delivery cannot be taken. Nothing was changed. See that the right "
            "files are sent."
        )
        raise Refused(words % {"most": MOST_REFUSED})
    stored.refused = list(by_path.values())


@contextmanager
def open_delivery(delivery: Delivery) -> Iterator[Delivery]:
    """Yield the delivery, locked, and save it. Raises Refused where it is not open any more, NotFound."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("input__school")
        stored = _open(rows.filter(pk=delivery.pk).first())
        yield stored
        stored.save()


def _open(stored: Delivery | None) -> Delivery:
    if stored is None:
        raise NotFound(_("This delivery is no longer there. Nothing was done. Begin another."))
    if stored.state != State.OPEN:
        words = _("This delivery is not open any more (%(state)s). Nothing was done. Begin another.")
        raise Refused(words % {"state": stored.get_state_display().lower()})
    return stored


# Ending


def finish_delivery(delivery: Delivery, *, by: str, now: datetime) -> Delivery:
    """Let what was delivered be in the input, all of it at once; where there are ZIPs, a worker unpacks them first.

    One that is finished stays so, without another effect. Raises Refused.
    """
    with transaction.atomic():
        stored = _of_any_state(delivery)
        if stored.state in (State.DONE, State.QUEUED, State.RUNNING):
            return stored
        with open_delivery(stored) as opened:
            refuse_incomplete(opened)
            opened.explanation = ""
            opened.finished_by = by[:200]
            if opened.archives.exists():
                opened.state, opened.done, opened.total = State.QUEUED, 0, 0
                return opened
            settle(opened, by=by, now=now)
    return opened


def settle(stored: Delivery, *, by: str, now: datetime) -> None:
    """Apply the locked delivery to its input and let it be finished; the caller saves it.

    Raises Refused, also where it holds no file: to replace everything by nothing would be to clear.
    """
    refuse_nothing(stored)
    found = locked(stored.input)
    applied = apply_delivery(found, stored, by=by, now=now)
    stored.state, stored.finished_at, stored.finished_by = State.DONE, now, by[:200]
    stored.explanation, stored.worker = "", None
    stored.outcome = applied.counts()
    stored.refused = [[path, why, ""] for path, why in applied.refused]
    told = {**applied.counts(), "refused": 0, "not_taken": len(applied.refused)}
    counts = [(name, str(number), str(number)) for name, number in told.items() if number]
    record(Act.INPUT_DELIVERED, found, school=found.school, changes=[("mode", stored.mode, stored.mode), *counts])
    DeliveredFile.objects.filter(delivery=stored).delete()


def drop_delivery(delivery: Delivery, *, by: str, now: datetime) -> Delivery:
    """End a delivery without a change of its input, and forget what arrived. One that is finished: Refused."""
    with transaction.atomic():
        stored = _of_any_state(delivery)
        if stored.state == State.DONE:
            raise Refused(_("This delivery is finished already, so it cannot be dropped. Nothing was changed."))
        tokens = _forget_content(stored)
        stored.state, stored.worker, stored.fence = State.DROPPED, None, stored.fence + 1
        stored.finished_at, stored.finished_by = now, by[:200]
        stored.save()
    forget_archives(tokens)
    return stored


def _of_any_state(delivery: Delivery) -> Delivery:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("input__school")
    stored = rows.filter(pk=delivery.pk).first()
    if stored is None:
        raise NotFound(_("This delivery is no longer there. Nothing was done. Begin another."))
    return stored


def _forget_content(stored: Delivery) -> list[str]:
    tokens = list(stored.archives.values_list("token", flat=True))
    DeliveredFile.objects.filter(delivery=stored).delete()
    stored.archives.all().delete()
    return tokens


def forget_old_deliveries(now: datetime) -> int:
    """Drop deliveries that nothing arrives for any more, and forget old records; return how many were dropped."""
    dropped = 0
    for each in Delivery.objects.filter(state=State.OPEN, last_at__lt=now - KEPT_OPEN).select_related("input"):
        drop_delivery(each, by="Photo Sync", now=now)
        dropped += 1
    Delivery.objects.filter(state__in=(State.DONE, State.DROPPED), finished_at__lt=now - KEPT_RECORD).delete()
    forget_strays(set(DeliveredArchive.objects.values_list("token", flat=True)), now - timedelta(days=1))
    return dropped
