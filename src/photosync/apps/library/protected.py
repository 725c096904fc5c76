"""Pictures that are of someone who is protected too: whoever else they came for, they are shown to no one.

Rule: docs/decisions/0009-what-review-remembers.md
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from photosync.apps.library.models import PhotoVersion, Picture
from photosync.apps.sources.models import ListedFile


def of_protected(picture: OuterRef, school: OuterRef | int) -> Q:
    """Return what holds of a row whose `picture` is that of a protected person of `school` (an id)."""
    theirs = {"picture": picture, "person__protected": True, "person__school": school}
    return Q(Exists(ListedFile.objects.filter(**theirs))) | Q(Exists(PhotoVersion.objects.filter(**theirs)))


def pictures_of_protected(picture_ids: Collection[int], school_id: int) -> set[int]:
    """Return which of the pictures are those of a protected person of the school, in one query."""
    if not picture_ids:
        return set()
    rows = Picture.objects.filter(of_protected(OuterRef("pk"), school_id), pk__in=picture_ids).order_by()
    return set(rows.values_list("pk", flat=True))
