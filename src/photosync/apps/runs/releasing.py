"""Releasing pins: what someone decided against may be planned again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.library.models import Pin
from photosync.apps.library.photos import pin_document
from photosync.apps.library.queries import pins_in_force
from photosync.apps.people.models import Person
from photosync.apps.runs.models import Run
from photosync.apps.schools.queries import academic_year_now
from photosync.apps.sources.models import ListedFile, Listing
from photosync.core.errors import NotFound, Refused
from photosync.core.plan import Reason
from photosync.core.run_states import RunState
from photosync.core.wording import list_words

State = ListedFile.State


@dataclass(frozen=True, slots=True)
class Release:
    """Pins that were released. `files` is the number of files that the next run decides on again."""

    person: Person
    year: int
    pins: tuple[Pin, ...]
    files: int

    @property
    def explanation(self) -> str:
        """What comes of it, as sentences."""
        told = []
        if self.files:
            what = "1 file" if self.files == 1 else f"{self.files} files"
            told.append(f"The next run decides again on {what}.")
        elif any(pin.picture_id is not None for pin in self.pins):
            told.append(f"No file for {self.year} has a picture that was pinned; one that comes is planned again.")
        if any(pin.picture_id is None for pin in self.pins):
            told.append("The next run looks again whether the source still has a photo of this person.")
        return " ".join(told)


def release_pins(person: Person, *, by: str, now: datetime, year: int | None = None) -> Release:
    """Release all pins of a person's photo of an academic year (None: today's).

    The next run decides again on the files with the pinned pictures, also where the source has not changed.
    Raises NotFound where nothing is pinned for that year, Refused while a run of the school is deciding.
    """
    this_year = academic_year_now(person.school, now)
    chosen = this_year if year is None else year
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        rows = pins_in_force().filter(person=person, academic_year=chosen).select_related("picture")
        pins = tuple(rows.order_by("pk"))
        if not pins:
            raise _nothing_pinned(person, chosen)
        _refuse_while_deciding(person)
        Pin.objects.filter(pk__in=[pin.pk for pin in pins]).update(released_at=now, released_by=by)
        for pin in pins:
            pin.released_at, pin.released_by = now, by
        files = _decide_again_on_pictures(person, [pin.picture_id for pin in pins], chosen, this_year)
        if any(pin.picture_id is None for pin in pins):
            Listing.objects.filter(profile__school=person.school).update(missing_unchecked=True)
        changes = [("academic_year", str(chosen), str(chosen)), ("pins", str(len(pins)), "0")]
        record(Act.PHOTO_PINS_RELEASED, person, school=person.school, person_id=person.pk, changes=changes)
    return Release(person, chosen, pins, files)


def _nothing_pinned(person: Person, year: int) -> NotFound:
    years = sorted(set(pins_in_force().filter(person=person).values_list("academic_year", flat=True)))
    told = f"Nothing is pinned for {person} and {year}. Nothing was released."
    if not years:
        return NotFound(f"{told} See what there is.", command_line=f"photosync photo history {person.code}")
    known = list_words([str(each) for each in years])
    return NotFound(f"{told} There are pins for {known}. Say which year is meant.", command_line="--year Y")


def _refuse_while_deciding(person: Person) -> None:
    """A run that has read the pins may settle a file after them, and the release would be lost."""
    running = Run.objects.filter(profile__school=person.school, state=RunState.RUNNING).first()
    if running is not None:
        raise Refused(
            f"Run {running.pk} is running and may be deciding on {person} with the pins as they are. Nothing was "
            "released. Wait for it, or cancel it.",
            command_line=f"photosync run cancel {running.pk}",
        )


def _decide_again_on_pictures(person: Person, picture_ids: list[int | None], year: int, this_year: int) -> int:
    """Let the next run decide on the files whose decision rested on the pins; return how many there are.

    A file that does not say its year is never decided on for this year because of a pin of a past one: the
    source still holds last year's files, and they are not this year's photos.
    """
    files = ListedFile.objects.filter(person=person, picture__in=[pk for pk in picture_ids if pk is not None])
    of_the_year = Q(academic_year=year)
    if year >= this_year:
        of_the_year |= Q(academic_year__isnull=True)
    settled = files.filter(of_the_year, state=State.SETTLED)
    # A picture that was pinned for an earlier year than it is offered for waits in review.
    reviewed = files.filter(state=State.REVIEW, reason_code=Reason.OLD_PHOTO)
    # Those that are to be fetched again, a new time stamp or a failed read, must not find their bytes decided on.
    files.filter(of_the_year).exclude(state=State.SETTLED).update(decided_sha256="")
    again = {"state": State.TO_DECIDE, "decided_sha256": "", "reason_code": "", "reason": ""}
    return settled.update(**again) + reviewed.update(**again)


def release_document(release: Release) -> dict[str, Any]:
    """Return the release as the command line's `--json` shows it."""
    person = release.person
    return {
        "code": person.code,
        "kind": person.kind,
        "name": person.label,
        "year": release.year,
        "released": [pin_document(pin, person.school.zone) for pin in release.pins],
        "files": release.files,
        "explanation": release.explanation,
    }
