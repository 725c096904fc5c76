"""What is put in order from time to time: pictures and blobs that nothing refers to, and workers long gone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from photosync.apps.accounts.kept_answers import forget_old as forget_old_answers
from photosync.apps.audit.retention import remove_what_is_over
from photosync.apps.inputs.delivering import forget_old_deliveries
from photosync.apps.inputs.references import referenced_by_inputs
from photosync.apps.library.models import Original, PhotoVersion, Picture, Pin
from photosync.apps.library.originals import originals_named
from photosync.apps.library.store import photo_store
from photosync.apps.notifications.keeping import forget_old_messages
from photosync.apps.people.roster.uploads import forget_old_uploads
from photosync.apps.reports.importing import forget_old_imports
from photosync.apps.reports.references import referenced_by_reports
from photosync.apps.reports.uploads import forget_old_report_uploads
from photosync.apps.review.models import ReviewDecision
from photosync.apps.runs.models import PlanItem, Worker
from photosync.apps.sources.models import ListedFile

log = structlog.get_logger(__name__)

EVERY_S = 6 * 3600.0
GRACE = timedelta(hours=24)
PICTURES_AT_ONCE = 500
WORKERS_KEPT = timedelta(days=7)


class Housekeeper:
    """Keeps house once in six hours; at the first call it only begins to count."""

    def __init__(self) -> None:
        self._kept_at_s: float | None = None

    def keep_house(self, now: datetime) -> None:
        clock_s = time.monotonic()
        if self._kept_at_s is None:
            self._kept_at_s = clock_s
        if clock_s - self._kept_at_s < EVERY_S:
            return
        self._kept_at_s = clock_s
        keep_house(now)


def keep_house(now: datetime) -> None:
    """Forget what nothing refers to any more: pictures, originals, blobs, commands that ended long ago, rosters,
    reports and deliveries that nobody went on with.

    And what the schools' retention lets go of the audit and of the views of photos.
    """
    forget_old_uploads(now)
    forget_old_report_uploads(now)
    forget_old_imports(now)
    forget_old_deliveries(now)
    forget_old_answers(now)
    forget_old_messages(now)
    Worker.objects.filter(kind=Worker.Kind.COMMAND, heartbeat_at__lt=now - WORKERS_KEPT).delete()
    forgotten = forget_unused_pictures(now)
    forget_unused_originals(now)
    collected = photo_store().collect(referenced_blobs, grace_s=GRACE.total_seconds(), now=now)
    removed = remove_what_is_over(now)
    log.info(
        "kept house",
        pictures=forgotten,
        blobs=collected.blobs,
        size_bytes=collected.size_bytes,
        audit_entries=removed.entries,
        photo_views=removed.views,
    )


def forget_unused_pictures(now: datetime) -> int:
    """Delete picture rows that no version, pin, plan or listed file refers to and that are a day old."""
    users = (
        (PhotoVersion, "picture"),
        (Pin, "picture"),
        (ListedFile, "picture"),
        (PlanItem, "picture"),
        (PlanItem, "shown_before"),
        (ReviewDecision, "picture"),
    )
    unused = Picture.objects.filter(created_at__lt=now - GRACE)
    for model, field in users:
        unused = unused.filter(~Exists(model.objects.filter(**{field: OuterRef("pk")})))
    count = 0
    while ids := list(unused.values_list("pk", flat=True)[:PICTURES_AT_ONCE]):
        with transaction.atomic():
            count += unused.filter(pk__in=ids).delete()[0]
    return count


def forget_unused_originals(now: datetime) -> int:
    """Delete rows of originals that no version, listed file or plan of their school names and that are a day old."""
    unused = Original.objects.filter(kept_at__lt=now - GRACE)
    for holders in holders_of_original():
        unused = unused.filter(~Exists(holders))
    count = 0
    while ids := list(unused.values_list("pk", flat=True)[:PICTURES_AT_ONCE]):
        with transaction.atomic():
            count += unused.filter(pk__in=ids).delete()[0]
    return count


def holders_of_original() -> list[QuerySet[Any]]:
    """Return, to be asked of each original, the rows with its picture and its hash that hold it for its school."""
    rows: tuple[tuple[QuerySet[Any], str, str], ...] = (
        (PhotoVersion.objects.order_by(), "source_sha256", "person__school"),
        (ListedFile.objects.all(), "sha256", "profile__school"),
        (PlanItem.objects.filter(state=PlanItem.State.PLANNED), "source_sha256", "run__profile__school"),
    )
    picture, sha256, school = (OuterRef(name) for name in ("picture", "sha256", "school"))
    return [holders.filter(**{"picture": picture, its: sha256, of: school}) for holders, its, of in rows]


def referenced_blobs(sha256s: Sequence[str]) -> set[str]:
    """Return those of the blobs that a picture, an input, an original, a report or the archive refers to.

    Pictures first: the archive takes over the photo of one that is forgotten meanwhile.
    """
    names = set(sha256s)
    rows = Picture.objects.filter(
        Q(full_sha256__in=names) | Q(card_sha256__in=names) | Q(thumb_sha256__in=names)
    ).values_list("full_sha256", "card_sha256", "thumb_sha256")
    of_pictures = {sha256 for row in rows for sha256 in row if sha256 in names}
    return of_pictures | referenced_by_inputs(sha256s) | originals_named(names) | referenced_by_reports(sha256s)
