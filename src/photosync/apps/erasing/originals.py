"""Erasing all original files that a school keeps. The photos that were made from them stay."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.erasing.blobs import to_be_dropped
from photosync.apps.erasing.services import all_dropped
from photosync.apps.library.models import Original
from photosync.apps.library.originals import originals_of
from photosync.apps.schools.models import School
from photosync.core.errors import Refused


@dataclass(frozen=True, slots=True)
class OriginalsErased:
    """`size_bytes`: of the files that are gone from the store, or go from it once it can be used (`blobs_left`).

    What another school keeps too stays in the store for that school.
    """

    count: int
    size_bytes: int
    blobs_left: bool


def erase_originals(school: School) -> OriginalsErased:
    """Erase every original file that the school keeps. Raises Refused where it keeps none."""
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        kept = originals_of(school)
        if not kept["count"]:
            raise Refused(_("%(school)s keeps no original file. Nothing was erased.") % {"school": school})
        rows = Original.objects.filter(school=school)
        to_be_dropped(rows.order_by().values_list("sha256", flat=True))
        rows.delete()
        counts = [(name, str(number), str(number)) for name, number in _told(kept).items()]
        record(Act.ORIGINALS_ERASED, school, school=school, changes=counts)
    return OriginalsErased(kept["count"], kept["size_bytes"], blobs_left=not all_dropped())


def erased_words(erased: OriginalsErased) -> list[str]:
    """Return what was erased, and what is left to do, as sentences."""
    told = [
        ngettext(
            "%(number)d original file was erased. The photo stays.",
            "%(number)d original files were erased. The photos stay.",
            erased.count,
        )
        % {"number": erased.count}
    ]
    if erased.blobs_left:
        told.append(_("The photo store could not be written: the files go as soon as it can be."))
    return told


def _told(kept: dict[str, int]) -> dict[str, int]:
    return {"originals": kept["count"], "size_bytes": kept["size_bytes"]}
