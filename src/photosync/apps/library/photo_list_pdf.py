"""A photo list as a PDF document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.library.photo_lists import Listed, ListOf, checked_people, list_year, listed
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Person
from photosync.apps.people.wording import initials_of, level_words
from photosync.apps.schools.models import School
from photosync.apps.timetable.choices import Audience
from photosync.core.errors import Damaged
from photosync.core.instants import local_date
from photosync.core.people import PersonKind
from photosync.core.wording import date_words
from photosync.printing import PrintJob, make_pdf

TEMPLATE = "photo_list.typ"
LARGE_UNTIL = 250
"""People up to whom the pictures are printed from their larger rendition; beyond, the document would be too large."""
TINTS = 6
_LONG_WORD = re.compile(r"\S{14}(?=\S)")
_MAY_BREAK_HERE = "\u200b"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ListPdf:
    """The document, for how many people, and of whom a photo is on it."""

    title: str
    content: bytes
    people: int
    shown: tuple[int, ...]
    year: int


def photo_list_pdf(school: School, wanted: ListOf, now: datetime) -> ListPdf:
    """Make the list as PDF, and record that it was made.

    Raises WrongUse for a list that names no group, NotFound where no one is on it, Refused without the extra
    `reports`, TryLater where it cannot be made now.
    """
    people = checked_people(school, wanted)
    year = list_year(school, wanted.period, now)
    rows = listed(school, people, wanted.audience, year)
    title = list_title(wanted)
    pictures = _pictures(rows)
    document = {
        "title": title,
        "school": school.name,
        "date": date_words(local_date(now, school.zone)),
        "count": ngettext("%(number)d person", "%(number)d people", len(rows)) % {"number": len(rows)},
        "about": about_words(wanted, year),
        "footer": confidential_words(school, wanted.audience),
        "page": _("Page {page} of {pages}"),
        "note": earlier_note(rows, year),
        "people": [_person(row, wanted, year, pictures) for row in rows],
    }
    files = {picture.sha256: picture.content for picture in pictures.values()}
    content = make_pdf(PrintJob(TEMPLATE, document, files.items()))
    record_list(school, wanted, len(rows), "PDF")
    shown = tuple(row.person.pk for row in rows if row.picture is not None)
    return ListPdf(title, content, len(rows), shown, year)


def record_list(school: School, wanted: ListOf, people: int, made: str) -> None:
    """Record that a list was made, of whom, for whom and how."""
    period = f", {wanted.period.code}" if wanted.period is not None else ""
    note = f"{made}: {people} people, for {wanted.audience.value}{period}"
    record(Act.PHOTO_LIST_PRINTED, list_title(wanted), school=school, note=note)


def list_title(wanted: ListOf) -> str:
    """Return for instance "Year 7, 7B, house Red"."""
    parts = [_("Staff")] if wanted.kind is PersonKind.STAFF else []
    if wanted.year_level:
        parts.append(level_words(wanted.year_level))
    if wanted.roll_group:
        parts.append(wanted.roll_group)
    if wanted.house:
        parts.append(_("house %(house)s") % {"house": wanted.house})
    if wanted.campus:
        parts.append(_("campus %(campus)s") % {"campus": wanted.campus})
    title = ", ".join(parts)
    return title[:1].upper() + title[1:]


def about_words(wanted: ListOf, year: int) -> str:
    """Return the period and whose photos these are: "2026S2, Semester 2 · photos of 2026"."""
    photos = _("photos of %(year)d") % {"year": year}
    if wanted.period is None:
        return photos[:1].upper() + photos[1:]
    description = f", {wanted.period.description}" if wanted.period.description != wanted.period.code else ""
    return f"{wanted.period.code}{description} · {photos}"


def confidential_words(school: School, audience: Audience) -> str:
    words = {
        Audience.STAFF: _("Confidential: for staff of %(school)s only. Do not publish; destroy it when out of date."),
        Audience.MARKS_BOOK: _(
            "Confidential: for teachers of %(school)s only. Do not publish; destroy it when out of date."
        ),
        Audience.STUDENTS: _(
            "Confidential: for these students of %(school)s. Do not publish; destroy it when out of date."
        ),
        Audience.PARENTS: _(
            "Confidential: for parents of these students of %(school)s. Do not publish; destroy it when out of date."
        ),
    }
    return words[audience] % {"school": school.name}


def earlier_note(rows: Sequence[Listed], year: int) -> str | None:
    """Return what the marks in the corners mean, where there are any."""
    if not any(row.photo_year is not None and row.photo_year < year for row in rows):
        return None
    return _("A year in the corner: there is no photo of %(year)d yet, and this is the photo of that year.") % {
        "year": year
    }


@dataclass(frozen=True, slots=True)
class _Printed:
    sha256: str
    content: bytes


def _person(row: Listed, wanted: ListOf, year: int, pictures: Mapping[int, _Printed]) -> dict[str, object]:
    person = row.person
    picture = pictures.get(row.picture.pk) if row.picture is not None else None
    line = " · ".join(part for part in (person.code if wanted.codes else "", _group_of(person, wanted)) if part)
    is_earlier = row.photo_year is not None and row.photo_year < year
    return {
        "name": _breakable(person.label),
        "line": _breakable(line) or None,
        "initials": initials_of(person),
        "tint": person.pk % TINTS,
        "picture": None if picture is None else picture.sha256,
        "mark": str(row.photo_year) if is_earlier else None,
    }


def _group_of(person: Person, wanted: ListOf) -> str:
    """Return the roll group where the list is of several."""
    return "" if wanted.roll_group or wanted.kind is PersonKind.STAFF else person.roll_group


def _breakable(text: str) -> str:
    """Let words that are wider than a face be broken."""
    return _LONG_WORD.sub(rf"\g<0>{_MAY_BREAK_HERE}", text)


def _pictures(rows: Sequence[Listed]) -> dict[int, _Printed]:
    """Return the pictures of a list, by their rows' ids; one that is missing or damaged is left out and logged."""
    store = photo_store()
    found: dict[int, _Printed] = {}
    for row in rows:
        if row.picture is None or row.picture.pk in found:
            continue
        sha256 = row.picture.card_sha256 if len(rows) <= LARGE_UNTIL else row.picture.thumb_sha256
        try:
            found[row.picture.pk] = _Printed(sha256, store.read_verified(sha256))
        except Damaged as error:
            log.error("a photo is missing on a list", reason=error.message)  # noqa: TRY400  # it says it all
    return found
