"""Which rows refer to blobs of the store, and dropping the blobs of the erased at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.models import Model

from photosync.apps.erasing.models import BlobToDrop
from photosync.apps.inputs.models import DeliveredFile, InputFile
from photosync.apps.library.models import Original, Picture
from photosync.apps.library.store import photo_store
from photosync.apps.reports.archive_models import ArchivedReport
from photosync.apps.reports.models import Report, ReportDesign, UploadedReport
from photosync.apps.runs.housekeeping import referenced_blobs

AT_ONCE = 300
BLOB_COLUMNS: tuple[tuple[type[Model], str], ...] = (
    (Picture, "full_sha256"),
    (Picture, "card_sha256"),
    (Picture, "thumb_sha256"),
    (Original, "sha256"),
    (DeliveredFile, "sha256"),
    (InputFile, "sha256"),
    (Report, "pdf_sha256"),
    (Report, "photo_sha256"),
    (UploadedReport, "pdf_sha256"),
    (ReportDesign, "crest_sha256"),
    (ArchivedReport, "pdf_sha256"),
    (ArchivedReport, "photo_sha256"),
)
"""Every column that names a blob. A backup takes what they name, and an erasure spares it."""


def still_referred(sha256s: Iterable[str]) -> set[str]:
    """Return those of the blobs that some row refers to."""
    names = set(sha256s)
    found: set[str] = referenced_blobs(sorted(names)) if names else set()
    for model, column in BLOB_COLUMNS:
        left = names - found
        if left:
            rows = model._default_manager.filter(**{f"{column}__in": left})
            found |= set(rows.values_list(column, flat=True))
    return found


def to_be_dropped(sha256s: Iterable[str]) -> None:
    """Remember blobs to drop once the transaction that calls this is over."""
    BlobToDrop.objects.bulk_create((BlobToDrop(sha256=each) for each in sorted(set(sha256s))), batch_size=AT_ONCE)


def drop_blobs() -> int:
    """Drop the blobs that erasures left to be dropped and that nothing refers to; return how many went.

    What an erasure that was killed left is dropped here too. Raises StorageUnavailable; the rest waits then.
    """
    dropped = 0
    while rows := list(BlobToDrop.objects.order_by("pk")[:AT_ONCE]):
        dropped += _drop(rows)
    return dropped


def _drop(rows: Sequence[BlobToDrop]) -> int:
    with transaction.atomic():
        # Whoever takes in a picture, an original or a file with such a blob either has its row by now, which is
        # seen here, or makes it after this and sees that the blob is gone (library/pictures.picture_row,
        # library/originals, and still_stored in inputs/storing). Who makes several makes them in this order too.
        if connection.vendor == "postgresql":
            models: tuple[type[Model], ...] = (Picture, Original, InputFile, DeliveredFile)
            with connection.cursor() as cursor:
                for model in models:
                    table = connection.ops.quote_name(model._meta.db_table)
                    cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        else:
            BlobToDrop.objects.filter(pk=rows[0].pk).update(sha256=rows[0].sha256)
        names = {row.sha256 for row in rows}
        gone = sum(photo_store().delete(name) for name in sorted(names - still_referred(names)))
        BlobToDrop.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return gone
