"""A person's photo decided on by hand: set, an earlier version made current again, withdrawn, shown again.

Each decision is one transaction that locks the person, as publishing does. What a run planned for that photo before
does not fit any more: the run leaves it alone, and a held one plans again.
Rule: PRODUCT.md, "Runs": a photo set by hand pins the person's photo of that year.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.library.models import PhotoVersion, Picture, Pin, Withdrawal, YearPhoto
from photosync.apps.library.originals import KeptBytes, remember_originals
from photosync.apps.library.pictures import keep_renditions, picture_row, render_content
from photosync.apps.library.queries import pins_in_force
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Person
from photosync.apps.schools.queries import academic_year_now
from photosync.apps.sources.models import ListedFile
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.matching import no_photo_is_kept
from photosync.core.photos import photo_for_year
from photosync.core.wording import one_line
from photosync.imaging import Adjustment

EARLIEST, LATEST = -5, 1
"""The academic years, counted from today's, whose photo may be set by hand."""
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class DecidedByHand:
    """The version that is the photo of its year from now on. `pinned`: pictures that no run uses for it again."""

    person: Person
    version: PhotoVersion
    this_year: int
    pinned: int
    is_withdrawn: bool

    @property
    def explanation(self) -> str:
        """What comes of it, as sentences."""
        year = self.version.academic_year
        told = [f"It is the photo of {year} now."]
        if self.is_withdrawn:
            told.append("It is not shown, because the photo is withdrawn.")
        elif year > self.this_year:
            told.append(f"It is shown from the first day of {year} on.")
        if self.pinned:
            told.append(f"The sync does not use the picture that it had for {year} again, until the pin is released.")
        told.append("A new picture in the source replaces it.")
        return " ".join(told)


def years_by_hand(person: Person, now: datetime) -> list[int]:
    """Return the academic years whose photo may be set by hand, today's first."""
    this_year = academic_year_now(person.school, now)
    later = range(this_year + 1, this_year + LATEST + 1)
    return [this_year, *later, *range(this_year - 1, this_year + EARLIEST - 1, -1)]


def set_photo(
    person: Person,
    content: bytes,
    *,
    by: str,
    now: datetime,
    year: int | None = None,
    origin: str = "",
    adjustment: Adjustment | None = None,
) -> DecidedByHand:
    """Make a picture the person's photo of an academic year (None: today's), turned and cut as asked.

    Where the school keeps original files, `content` is kept. Raises ItemRejected for what is no usable picture,
    Refused where it is the photo already or someone else's, WrongUse for a year too far away.
    """
    chosen = _chosen_year(person, year, now)
    original = content if person.school.keeps_originals else None
    return _set(person, content, chosen, by=by, now=now, origin=origin, adjustment=adjustment, original=original)


def _set(
    person: Person,
    content: bytes,
    chosen: int,
    *,
    by: str,
    now: datetime,
    origin: str,
    adjustment: Adjustment | None,
    original: bytes | None,
) -> DecidedByHand:
    _refuse_erased(person)
    rendered = render_content(content, adjustment)
    staged = keep_renditions(rendered, original=original)
    with transaction.atomic():
        _refuse_erased(_locked(person))
        picture = picture_row(staged)
        before = _current(person, chosen)
        if before is not None and before.picture_id == picture.pk:
            raise Refused(f"This is the photo of {person} for {chosen} already. Nothing was changed.")
        _refuse_anothers(person, picture)
        last = PhotoVersion.objects.filter(person=person, academic_year=chosen).aggregate(last=Max("ordinal"))["last"]
        version = PhotoVersion.objects.create(
            person=person,
            academic_year=chosen,
            ordinal=(last or 0) + 1,
            picture=picture,
            source_sha256=rendered.source_sha256,
            origin=one_line(origin)[:1024],
            made_by=by,
            created_at=now,
        )
        decided = _make_current(person, version, before, f"{by} set the photo of {chosen} by hand.", by, now)
        if original is not None:
            kept = KeptBytes(picture.pk, rendered.format_name, rendered.source_sha256, len(original))
            remember_originals(person.school_id, [kept])
        _record(Act.PHOTO_SET, person, version, before, version.origin)
    return decided


def adjust_photo(
    person: Person, version: PhotoVersion, adjustment: Adjustment, *, by: str, now: datetime
) -> DecidedByHand:
    """Turn or cut a photo that is in the library: the result is a new version of the same year, with no original."""
    if adjustment.changes_nothing:
        raise Refused("The photo was neither turned nor cut. Nothing was changed.")
    content = photo_store().read_verified(version.picture.full_sha256)
    year = version.academic_year
    origin = f"Turned or cut, from version {version.ordinal} of {year}"
    chosen = _chosen_year(person, year, now)
    return _set(person, content, chosen, by=by, now=now, origin=origin, adjustment=adjustment, original=None)


def version_numbered(person: Person, ordinal: int, year: int) -> PhotoVersion:
    """Return a version of a year. Raises NotFound, saying which there are."""
    versions = PhotoVersion.objects.filter(person=person, academic_year=year).select_related("picture")
    found = versions.filter(ordinal=ordinal).first()
    if found is not None:
        return found
    count = versions.count()
    there = f"There are {count}." if count else "There is no photo of that year."
    raise NotFound(f"{person} has no version {ordinal} for {year}. Nothing was changed. {there}")


def current_version(person: Person, year: int | None, now: datetime) -> PhotoVersion:
    """Return the photo of an academic year (None: today's). Raises NotFound where that year has none."""
    chosen = academic_year_now(person.school, now) if year is None else year
    found = _current(person, chosen)
    if found is None:
        raise NotFound(f"{person} has no photo for {chosen}. Nothing was changed.")
    return found


def restore_version(person: Person, version: PhotoVersion, *, by: str, now: datetime) -> DecidedByHand:
    """Make an earlier version the photo of its year again. Raises Refused where it is."""
    year = version.academic_year
    with transaction.atomic():
        _lock(person)
        before = _current(person, year)
        if before is not None and before.pk == version.pk:
            raise Refused(f"Version {version.ordinal} is the photo of {person} for {year}. Nothing was changed.")
        reason = f"{by} made version {version.ordinal} of {year} current again."
        decided = _make_current(person, version, before, reason, by, now)
        _record(Act.PHOTO_CHANGED, person, version, before, "Made current again.")
    return decided


def take_off_photo(person: Person, year: int, *, by: str, now: datetime) -> str:
    """Let an academic year have no photo again, and return what is shown from now on, as a sentence.

    The versions stay; what the year had, and what a source has for it, is pinned. Raises NotFound where the year
    has none.
    """
    this_year = academic_year_now(person.school, now)
    with transaction.atomic():
        _lock(person)
        before = current_version(person, year, now)
        YearPhoto.objects.filter(person=person, academic_year=year).delete()
        pictures = _pictures_of_source(person, year, this_year) | {before.picture_id}
        _pin(person, year, pictures, f"{by} took the photo of {year} off.", now)
        change = (f"photo of {year}", f"version {before.ordinal}", None)
        record(Act.PHOTO_CHANGED, person, school=person.school, person_id=person.pk, changes=[change])
        left = YearPhoto.objects.filter(person=person).values_list("academic_year", "academic_year")
        found = photo_for_year(dict(left), this_year)
    shown = f"The photo of {found[1]} is the latest now." if found else "There is no photo to show now."
    return f"There is no photo of {year} any more; its versions are kept. {shown}"


def withdraw_photo(person: Person, *, reason: str, by: str, now: datetime) -> Withdrawal:
    """Neither show nor deliver the person's photo, until someone shows it again: no run does.

    Raises WrongUse without a reason, Refused where there is no photo or someone has withdrawn it already.
    """
    told = one_line(reason)
    if not told:
        raise WrongUse("Say why the photo is withdrawn. Nothing was changed.")
    if len(told) > LONGEST_REASON:
        raise WrongUse(f"The reason is longer than {LONGEST_REASON} characters. Nothing was changed. Shorten it.")
    with transaction.atomic():
        _lock(person)
        existing = Withdrawal.objects.filter(person=person).first()
        if existing is not None and existing.decided_by:
            raise Refused(f"The photo of {person} is withdrawn already: {existing.reason} Nothing was changed.")
        if not YearPhoto.objects.filter(person=person).exists():
            raise Refused(f"{person} has no photo of any year, so there is nothing to withdraw. Nothing was changed.")
        values = {"reason": told, "decided_by": by, "created_at": now}
        withdrawal, _made = Withdrawal.objects.update_or_create(person=person, defaults=values)
        record(Act.PHOTO_WITHDRAWN, person, school=person.school, person_id=person.pk, note=told)
    return withdrawal


def show_photo(person: Person, *, by: str, now: datetime) -> None:
    """Show and deliver a withdrawn photo again. Raises Refused where it is not withdrawn.

    Where a run had withdrawn it, that is pinned: the source still lacks it, and it would be withdrawn again.
    """
    this_year = academic_year_now(person.school, now)
    with transaction.atomic():
        _lock(person)
        withdrawal = Withdrawal.objects.filter(person=person).first()
        if withdrawal is None:
            raise Refused(f"The photo of {person} is not withdrawn. Nothing was changed.")
        if not withdrawal.decided_by:
            current = dict(YearPhoto.objects.filter(person=person).values_list("academic_year", "version_id"))
            found = photo_for_year(current, this_year)
            if found is not None:
                _pin(person, found[1], [None], f"{by} showed the photo again by hand.", now)
        withdrawal.delete()
        record(Act.PHOTO_SHOWN_AGAIN, person, school=person.school, person_id=person.pk, note=withdrawal.reason)


def _chosen_year(person: Person, year: int | None, now: datetime) -> int:
    this_year = academic_year_now(person.school, now)
    chosen = this_year if year is None else year
    first, last = this_year + EARLIEST, this_year + LATEST
    if not first <= chosen <= last:
        raise WrongUse(
            f"The photo of {chosen} cannot be set by hand. Nothing was saved. Choose a year from {first} to {last}."
        )
    return chosen


def _lock(person: Person) -> None:
    _locked(person)


def _locked(person: Person) -> Person:
    """Return the person as stored now. Raises NotFound where the person was erased meanwhile."""
    stored = Person.objects.select_for_update().filter(pk=person.pk).first()
    if stored is None:
        raise NotFound("The person was erased meanwhile. Nothing was changed.")
    return stored


def _refuse_erased(person: Person) -> None:
    if person.keeps_no_photo:
        raise Refused(
            f"{no_photo_is_kept(str(person))} Nothing was saved. Allow photos of the person again first, if that is "
            "right."
        )


def _current(person: Person, year: int) -> PhotoVersion | None:
    row = YearPhoto.objects.filter(person=person, academic_year=year).select_related("version__picture").first()
    return None if row is None else row.version


def _refuse_anothers(person: Person, picture: Picture) -> None:
    others = PhotoVersion.objects.filter(picture=picture, person__school=person.school).exclude(person=person)
    other = others.select_related("person").first()
    if other is None:
        return
    whose = "someone else" if other.person.protected else str(other.person)
    raise Refused(f"The same picture is a photo of {whose}. One of the two is wrong. Nothing was saved.")


def _make_current(
    person: Person, version: PhotoVersion, before: PhotoVersion | None, reason: str, by: str, now: datetime
) -> DecidedByHand:
    year = version.academic_year
    this_year = academic_year_now(person.school, now)
    YearPhoto.objects.update_or_create(person=person, academic_year=year, defaults={"version": version})
    pins_in_force().filter(person=person, academic_year=year, picture=version.picture_id).update(
        released_at=now, released_by=by
    )
    pictures = _pictures_of_source(person, year, this_year)
    if before is not None:
        pictures.add(before.picture_id)
    pictures.discard(version.picture_id)
    _pin(person, year, pictures, reason, now)
    withdrawn = Withdrawal.objects.filter(person=person).exists()
    return DecidedByHand(person, version, this_year, len(pictures), withdrawn)


def _pictures_of_source(person: Person, year: int, this_year: int) -> set[int]:
    """Return the pictures that sources hold of the person for `year`, published or still to be decided on."""
    of_the_year = Q(academic_year=year)
    if year == this_year:
        of_the_year |= Q(academic_year__isnull=True)
    files = ListedFile.objects.filter(of_the_year, person=person, picture__isnull=False)
    return set(files.values_list("picture_id", flat=True))


def _pin(person: Person, year: int, pictures: Collection[int | None], reason: str, now: datetime) -> None:
    Pin.objects.bulk_create(
        (
            Pin(person=person, academic_year=year, picture_id=picture_id, reason=reason, created_at=now)
            for picture_id in pictures
        ),
        ignore_conflicts=True,
    )


def _record(act: Act, person: Person, version: PhotoVersion, before: PhotoVersion | None, note: str) -> None:
    former = None if before is None else f"version {before.ordinal}"
    change = (f"photo of {version.academic_year}", former, f"version {version.ordinal}")
    record(act, person, school=person.school, person_id=person.pk, changes=[change], note=note)


def decided_document(decided: DecidedByHand) -> dict[str, Any]:
    """Return the decision as the command line's `--json` shows it."""
    return {
        "code": decided.person.code,
        "kind": decided.person.kind,
        "name": decided.person.label,
        "year": decided.version.academic_year,
        "version": decided.version.ordinal,
        "pinned": decided.pinned,
        "withdrawn": decided.is_withdrawn,
        "explanation": decided.explanation,
    }
