"""ZIPs of a delivery: begun, sent in parts and gone on with, taken out again; and which of them is which."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256 as hash_of

from django.db.models import Sum
from django.utils.translation import gettext as _

from photosync.apps.inputs.archives import forget_archives, write_part
from photosync.apps.inputs.content import refuse_beyond_limits
from photosync.apps.inputs.delivering import open_delivery
from photosync.apps.inputs.models import DeliveredArchive, DeliveredFile, Delivery
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.input_names import InputPath, input_path
from photosync.core.people import quoted
from photosync.core.photos import BYTES_PER_MEGABYTE

LARGEST_ARCHIVE_BYTES = 8_000_000_000
LARGEST_PART_BYTES = 8_388_608
"""Of a ZIP in one request."""


def begin_archive(
    delivery: Delivery, path: str, size_bytes: int, *, mark: str = "", alone: bool = False, now: datetime
) -> DeliveredArchive:
    """Return the ZIP with this path, size and `mark` in the delivery, new or as far as it is.

    The mark is what its client tells it by from another of the same path and size: a hash where there is one. Without
    one, path and size say it. Raises WrongUse, Refused; also where it is to be `alone` under its path and is not.
    """
    place = input_path(path)
    if not 0 < size_bytes <= LARGEST_ARCHIVE_BYTES:
        words = _("%(name)s cannot be taken: a ZIP has 1 byte to %(most)d GB. Nothing was begun. Send it in parts.")
        most = LARGEST_ARCHIVE_BYTES // (1_000 * BYTES_PER_MEGABYTE)
        raise WrongUse(words % {"name": quoted(place.path), "most": most})
    with open_delivery(delivery) as stored:
        there = [each for each in stored.archives.all() if input_path(each.name).composed == place.composed]
        found = _same(there, size_bytes, mark)
        if found is not None:
            return found
        if alone and there:
            raise Refused(_another_is_there(place))
        coming = stored.archives.aggregate(total=Sum("size_bytes"))["total"] or 0
        refuse_beyond_limits(stored.input, stored.file_count, stored.size_bytes + coming + size_bytes)
        stored.last_at = now
        return DeliveredArchive.objects.create(
            delivery=stored, name=place.path, size_bytes=size_bytes, mark=mark, token=secrets.token_hex(16)
        )


def _same(there: Sequence[DeliveredArchive], size_bytes: int, mark: str) -> DeliveredArchive | None:
    alike = [each for each in there if each.size_bytes == size_bytes]
    marked = next((each for each in alike if each.mark == mark), None)
    return marked or next((each for each in alike if not (each.mark and mark)), None)


def _another_is_there(place: InputPath) -> str:
    words = _(
        "There is another %(name)s in this delivery, which is not the one that is sent now. Nothing was begun. Take "
        "that one out on the page of the delivery, or rename this one."
    )
    return words % {"name": quoted(place.path)}


def deliver_part(archive: DeliveredArchive, offset: int, content: bytes, *, sha256: str = "", now: datetime) -> int:
    """Take a part of a ZIP and return how many of its bytes are there now: where the next part begins.

    A part that is there already is not written again; one that leaves a gap is not taken, and the answer says where
    to go on. Raises WrongUse for a part that is not what `sha256` says, or goes beyond the ZIP's size; Refused.
    """
    if len(content) > LARGEST_PART_BYTES:
        words = _("A part of a ZIP has at most %(most)d bytes. It was not taken. Send smaller ones.")
        raise WrongUse(words % {"most": LARGEST_PART_BYTES})
    if sha256 and hash_of(content).hexdigest() != sha256.lower():
        raise WrongUse(_("This part arrived otherwise than it was sent. It was not taken. Send it again."))
    with open_delivery(archive.delivery) as stored:
        rows = DeliveredArchive.objects.select_for_update(of=("self",))
        own = rows.filter(pk=archive.pk, delivery=stored).first()
        if own is None:
            raise NotFound(_("This ZIP is no longer in the delivery. Nothing was done. Send it from the beginning."))
        if offset + len(content) > own.size_bytes:
            words = _("%(name)s was to have %(size)d bytes, and this goes beyond them. It was not taken.")
            raise WrongUse(words % {"name": own.name, "size": own.size_bytes})
        fresh = content[own.received_bytes - offset :] if offset <= own.received_bytes else b""
        if fresh:
            write_part(own.token, own.received_bytes, fresh)
            own.received_bytes += len(fresh)
            own.save(update_fields=("received_bytes",))
        stored.last_at = now
    return own.received_bytes


def take_out_archive(archive: DeliveredArchive) -> None:
    """Take a ZIP out of an open delivery. Raises Refused, NotFound."""
    with open_delivery(archive.delivery) as stored:
        put_aside(stored, archive)
        DeliveredArchive.objects.filter(pk=archive.pk).delete()
    forget_archives([archive.token])


def put_aside(stored: Delivery, archive: DeliveredArchive) -> None:
    """Take what an attempt to unpack the ZIP left out of the locked delivery; it does not count any more."""
    rows = DeliveredFile.objects.filter(delivery=stored, archive=archive)
    for size_bytes in rows.values_list("size_bytes", flat=True):
        stored.file_count -= 1
        stored.size_bytes -= size_bytes
    rows.delete()
