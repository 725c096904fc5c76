"""A person's photos of all years: every version, where it came from, and what is shown now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from photosync.apps.library.models import PhotoVersion, Withdrawal, YearPhoto
from photosync.apps.library.originals import kept_sizes
from photosync.apps.people.models import Person
from photosync.apps.runs.models import Run
from photosync.core.instants import local_date
from photosync.core.photos import photo_for_year
from photosync.core.wording import date_words, time_words


@dataclass(frozen=True, slots=True)
class VersionShown:
    """`is_current`: it is the photo of its year. `original_bytes`: how large the original file is that is kept."""

    version_id: int
    ordinal: int
    is_current: bool
    origin: str
    run: int | None
    made_by: str
    made_at: str
    width_px: int
    height_px: int
    original_bytes: int | None


@dataclass(frozen=True, slots=True)
class YearShown:
    year: int
    versions: tuple[VersionShown, ...]


@dataclass(frozen=True, slots=True)
class PhotoHistory:
    """`shown_year` is None without a photo, and while it is withdrawn. `sentence` says which photo is shown."""

    current_year: int
    shown_year: int | None
    sentence: str
    withdrawn_because: str
    years: tuple[YearShown, ...]


def history_of(person: Person, now: datetime) -> PhotoHistory:
    school = person.school
    current_year = school.academic_year_rule.academic_year_of(local_date(now, school.zone))
    current = dict(YearPhoto.objects.filter(person=person).values_list("academic_year", "version_id"))
    withdrawal = Withdrawal.objects.filter(person=person).first()
    found = None if withdrawal else photo_for_year(current, current_year)
    shown_year = found[1] if found else None
    versions = PhotoVersion.objects.filter(person=person).select_related("picture")
    newest_first = list(versions.order_by("-academic_year", "-ordinal"))
    originals = kept_sizes(newest_first, person.school_id)
    by_year: dict[int, list[VersionShown]] = {}
    for version in newest_first:
        is_current = current.get(version.academic_year) == version.pk
        shown = _version(version, school.zone, is_current=is_current, original_bytes=originals.get(version.pk))
        by_year.setdefault(version.academic_year, []).append(shown)
    return PhotoHistory(
        current_year=current_year,
        shown_year=shown_year,
        sentence=_sentence(current_year, shown_year, max(current, default=None), withdrawn=withdrawal is not None),
        withdrawn_because=withdrawal.reason if withdrawal else "",
        years=tuple(YearShown(year, tuple(rows)) for year, rows in by_year.items()),
    )


def runs_of_versions(person: Person) -> set[int]:
    """Return the runs that made a photo of `person` and are still in the record."""
    made = PhotoVersion.objects.filter(person=person).order_by().values("run_id_of_origin")
    return set(Run.objects.filter(pk__in=made, profile__school=person.school).values_list("pk", flat=True))


def _sentence(current_year: int, shown_year: int | None, latest: int | None, *, withdrawn: bool) -> str:
    if withdrawn:
        return _("The photo is withdrawn: it is neither shown nor delivered. Its versions are kept.")
    if shown_year == current_year:
        return _("The photo of %(year)d.") % {"year": current_year}
    if shown_year is not None:
        return _("No photo for %(year)d yet; this is %(shown)d's.") % {"year": current_year, "shown": shown_year}
    if latest is not None:
        return _("No photo for %(year)d yet. There is one for %(later)d, which becomes current then.") % {
            "year": current_year,
            "later": latest,
        }
    return _("No photo of any year yet.")


def _version(version: PhotoVersion, zone: ZoneInfo, *, is_current: bool, original_bytes: int | None) -> VersionShown:
    made = version.created_at.astimezone(zone)
    return VersionShown(
        version_id=version.pk,
        ordinal=version.ordinal,
        is_current=is_current,
        origin=version.origin,
        run=version.run_id_of_origin,
        made_by=version.made_by,
        made_at=f"{date_words(made.date())} {time_words(made)}",
        width_px=version.picture.full_width_px,
        height_px=version.picture.full_height_px,
        original_bytes=original_bytes,
    )
