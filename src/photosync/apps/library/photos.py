"""One person's photos: the file of a year in a size, and the history of every year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from photosync.apps.library.models import PhotoVersion, Picture, Pin, Withdrawal, YearPhoto
from photosync.apps.library.originals import kept_sizes
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Person
from photosync.apps.schools.queries import academic_year_now
from photosync.core.errors import NotFound, Refused
from photosync.core.photos import Rendition, photo_for_year


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A stored photo. `path` may be read at once; `explanation` says where `year` is not `asked_year`."""

    person: Person
    asked_year: int
    year: int
    rendition: Rendition
    sha256: str
    size_bytes: int
    path: Path
    explanation: str

    def content(self) -> bytes:
        """Return the bytes, checked against their hash. Raises Damaged, StorageUnavailable."""
        return photo_store().read_verified(self.sha256)


def photo_file(person: Person, rendition: Rendition, *, year: int | None = None, now: datetime) -> PhotoFile:
    """Return the photo of `person` for an academic year (None: today's), else of the latest earlier year.

    Raises NotFound where there is none, Refused while the photo is withdrawn.
    """
    this_year = academic_year_now(person.school, now)
    asked_year = this_year if year is None else year
    withdrawal = Withdrawal.objects.filter(person=person).first()
    if withdrawal is not None:
        raise Refused(
            f"The photo of {person} is withdrawn: {withdrawal.reason.rstrip('.')}. It was not given out. "
            "Its versions are kept; see the history.",
            command_line=f"photosync photo history {person.code}",
        )
    rows = YearPhoto.objects.filter(person=person).select_related("version__picture")
    found = photo_for_year({row.academic_year: row.version.picture for row in rows}, asked_year)
    if found is None:
        raise NotFound(
            f"{person} has no photo for {asked_year} or any earlier year. Nothing was written. See what there is.",
            command_line=f"photosync photo history {person.code}",
        )
    picture, actual_year = found
    sha256, size_bytes = blob_of(picture, rendition)
    explanation = "" if actual_year == asked_year else f"There is no photo for {asked_year}; this is {actual_year}'s."
    return PhotoFile(
        person, asked_year, actual_year, rendition, sha256, size_bytes, photo_store().path_of(sha256), explanation
    )


def blob_of(picture: Picture, rendition: Rendition) -> tuple[str, int]:
    """Return the name and size in bytes of a picture's rendition in the store."""
    if rendition is Rendition.FULL:
        return picture.full_sha256, picture.full_bytes
    if rendition is Rendition.CARD:
        return picture.card_sha256, picture.card_bytes
    return picture.thumb_sha256, picture.thumb_bytes


def photo_document(file: PhotoFile) -> dict[str, Any]:
    return {
        "code": file.person.code,
        "kind": file.person.kind,
        "name": file.person.label,
        "asked_year": file.asked_year,
        "year": file.year,
        "size": file.rendition.value,
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "explanation": file.explanation,
    }


def history_document(person: Person, now: datetime) -> dict[str, Any]:
    """Return every year and version of a person's photos, which one is shown, and every pin, the latest first."""
    school = person.school
    this_year = academic_year_now(school, now)
    current = dict(YearPhoto.objects.filter(person=person).values_list("academic_year", "version_id"))
    withdrawal = Withdrawal.objects.filter(person=person).first()
    shown = None if withdrawal else photo_for_year(current, this_year)
    versions = PhotoVersion.objects.filter(person=person).select_related("picture")
    years: dict[int, list[dict[str, Any]]] = {}
    newest_first = list(versions.order_by("-academic_year", "-ordinal"))
    originals = kept_sizes(newest_first, person.school_id)
    for version in newest_first:
        is_current = current.get(version.academic_year) == version.pk
        document = _version_document(version, school.zone, is_current=is_current)
        document["original_bytes"] = originals.get(version.pk)
        years.setdefault(version.academic_year, []).append(document)
    return {
        "code": person.code,
        "kind": person.kind,
        "name": person.label,
        "current_year": this_year,
        "shown_year": None if shown is None else shown[1],
        "withdrawn": None if withdrawal is None else withdrawal.reason,
        "years": [{"year": year, "versions": documents} for year, documents in years.items()],
        "pins": [pin_document(pin, school.zone) for pin in _pins_of(person)],
    }


def _pins_of(person: Person) -> QuerySet[Pin]:
    return Pin.objects.filter(person=person).select_related("picture").order_by("-academic_year", "-pk")


def pin_document(pin: Pin, zone: ZoneInfo) -> dict[str, Any]:
    """Return a pin; without `sha256` it is a withdrawal that is pinned. `released_at` is null while in force."""
    return {
        "year": pin.academic_year,
        "sha256": None if pin.picture is None else pin.picture.full_sha256,
        "reason": pin.reason,
        "run": pin.run_id_of_origin,
        "made_at": _moment(pin.created_at, zone),
        "released_at": None if pin.released_at is None else _moment(pin.released_at, zone),
        "released_by": pin.released_by or None,
    }


def _version_document(version: PhotoVersion, zone: ZoneInfo, *, is_current: bool) -> dict[str, Any]:
    return {
        "version": version.ordinal,
        "current": is_current,
        "sha256": version.picture.full_sha256,
        "width_px": version.picture.full_width_px,
        "height_px": version.picture.full_height_px,
        "made_at": _moment(version.created_at, zone),
        "made_by": version.made_by,
        "origin": version.origin,
        "run": version.run_id_of_origin,
    }


def _moment(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat(timespec="seconds")
