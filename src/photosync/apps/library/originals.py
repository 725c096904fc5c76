"""Original files: the bytes that photos were made from, where the school keeps them. Off by default.

They are kept beside a picture when it is taken in, and found again by the hash that the version names. They hold what
the camera wrote into them, the place for instance: they are given out one at a time, to those who may set photos.
Rule: PRODUCT.md, "Photos", and docs/decisions/0019-original-files.md
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from photosync.apps.library.models import Original, PhotoVersion, Withdrawal, YearPhoto
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.core.errors import NotFound, Refused, TryLater
from photosync.core.photos import photo_for_year

ENDINGS = {
    "JPEG": "jpg",
    "PNG": "png",
    "WebP": "webp",
    "HEIC": "heic",
    "TIFF": "tif",
    "BMP": "bmp",
    "GIF": "gif",
}
UNKNOWN_ENDING = "bin"


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """Bytes that are in the store, and the picture that they gave."""

    picture_id: int
    source_format: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """The original of a version. `name` is one to save it under."""

    version: PhotoVersion
    sha256: str
    size_bytes: int
    source_format: str

    @property
    def name(self) -> str:
        person, version = self.version.person, self.version
        code = "".join(each if each.isascii() and each.isalnum() else "_" for each in person.code)
        ending = ENDINGS.get(self.source_format, UNKNOWN_ENDING)
        return f"{code}-{version.academic_year}-{version.ordinal}-original.{ending}"

    def content(self) -> bytes:
        """Return the bytes, checked against their hash. Raises Damaged, StorageUnavailable."""
        return photo_store().read_verified(self.sha256)


def remember_originals(school_id: int, kept: Collection[KeptBytes]) -> None:
    """Let the school refer to originals. To be called in a transaction, after the rows of their pictures.

    Nothing is remembered where the school keeps none by now. Raises TryLater where one was dropped meanwhile, with
    the photo of an erased person.
    """
    if not kept or not School.objects.filter(pk=school_id, keeps_originals=True).exists():
        return
    Original.objects.bulk_create(
        (
            Original(
                school_id=school_id,
                picture_id=each.picture_id,
                sha256=each.sha256,
                size_bytes=each.size_bytes,
                source_format=each.source_format,
            )
            for each in kept
        ),
        ignore_conflicts=True,
    )
    if not all(photo_store().exists(each.sha256) for each in kept):
        raise TryLater(
            "An original file was dropped from the store while it was taken in, because a person was erased who had "
            "the same. It was not saved. Repeat this."
        )


def originals_named(sha256s: Collection[str]) -> set[str]:
    """Return those of the blobs that are originals."""
    return set(Original.objects.filter(sha256__in=sha256s).order_by().values_list("sha256", flat=True))


def originals_of(school: School) -> dict[str, int]:
    """Return how many originals the school keeps, and their size in bytes; the same bytes count once."""
    rows = Original.objects.filter(school=school).order_by().values("sha256", "size_bytes").distinct()
    found: dict[str, int] = rows.aggregate(count=Count("sha256"), size_bytes=Coalesce(Sum("size_bytes"), 0))
    return found


def kept_sizes(versions: Sequence[PhotoVersion], school_id: int) -> dict[int, int]:
    """Return the size in bytes of the original of each of `versions`, by the version; one without has none."""
    pictures = {version.picture_id for version in versions}
    rows = Original.objects.filter(school=school_id, picture__in=pictures).order_by()
    sizes = {(row.picture_id, row.sha256): row.size_bytes for row in rows}
    found = {version.pk: sizes.get((version.picture_id, version.source_sha256)) for version in versions}
    return {pk: size for pk, size in found.items() if size is not None}


def original_of(version: PhotoVersion) -> OriginalFile:
    """Return the original file of a version. Raises NotFound where none is kept, Refused while it is withdrawn."""
    person = version.person
    withdrawal = Withdrawal.objects.filter(person=person).first()
    if withdrawal is not None:
        raise Refused(
            _("The photo of %(person)s is withdrawn: %(reason)s. Its original file was not given out.")
            % {"person": person, "reason": withdrawal.reason.rstrip(".")}
        )
    rows = Original.objects.filter(school=person.school_id, picture=version.picture_id)
    row = rows.filter(sha256=version.source_sha256).first()
    if row is None:
        raise NotFound(
            _("No original file is kept of version %(number)d of %(year)d of %(person)s. Nothing was given out.")
            % {"number": version.ordinal, "year": version.academic_year, "person": person}
        )
    return OriginalFile(version, row.sha256, row.size_bytes, row.source_format)


def version_shown(person: Person, *, year: int | None, now: datetime) -> PhotoVersion:
    """Return the version that is the photo of an academic year (None: today's), else of the latest earlier year.

    Raises NotFound where there is none.
    """
    asked = academic_year_now(person.school, now) if year is None else year
    rows = YearPhoto.objects.filter(person=person).select_related("version__person__school", "version__picture")
    found = photo_for_year({row.academic_year: row.version for row in rows}, asked)
    if found is None:
        raise NotFound(
            _("%(person)s has no photo for %(year)d or any earlier year. Nothing was given out.")
            % {"person": person, "year": asked}
        )
    return found[0]


def original_document(file: OriginalFile) -> dict[str, Any]:
    """Return what the command line says of an original."""
    person, version = file.version.person, file.version
    return {
        "code": person.code,
        "kind": person.kind,
        "name": person.label,
        "year": version.academic_year,
        "version": version.ordinal,
        "format": file.source_format,
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
    }
