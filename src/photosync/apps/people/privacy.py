"""What a person, or their parents, have said about their photo: consent per purpose, and protection."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences, record
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.core.consent import Consent, Purpose, Showing, consent_from_text, may_show
from photosync.core.errors import Refused, WrongUse
from photosync.core.people import quoted
from photosync.core.wording import list_words


def purposes_of(person: Person) -> list[str]:
    """Return the purposes that can be answered: those that every school has, then others that are stored."""
    known = [purpose.value for purpose in Purpose]
    return [*known, *(name for name in person.consent if name not in known)]


def answer_of(person: Person, purpose: str) -> Consent:
    """Return what is stored; what nothing is stored of, or what cannot be read, is unknown."""
    try:
        return Consent(str(person.consent.get(purpose, Consent.UNKNOWN)))
    except ValueError:
        return Consent.UNKNOWN


def showing_of(person: Person, purpose: Purpose, school: School) -> Showing:
    """Return whether a wall or list that serves `purpose` may show the photo, by what `school` lets unknown mean."""
    answers = {purpose: answer_of(person, purpose.value)}
    return may_show(purpose, answers, school.unknown_means, protected=person.protected)


def set_consent(person: Person, answers: Mapping[str, str], *, note: str = "") -> list[str]:
    """Store answers (yes, no, unknown) by purpose, and return the purposes whose answer changed.

    What is not mentioned stays. `note` is recorded with it. Raises WrongUse for a purpose or an answer that is none.
    """
    with transaction.atomic():
        stored = Person.objects.select_for_update().get(pk=person.pk)
        purposes = purposes_of(stored)
        wanted: dict[str, str] = {}
        for purpose, text in answers.items():
            if purpose not in purposes:
                raise WrongUse(
                    f"{quoted(purpose)} is no purpose of consent. Nothing was changed. "
                    f"There are: {list_words(purposes)}."
                )
            wanted[purpose] = consent_from_text(text).value
        before = {purpose: answer_of(stored, purpose).value for purpose in wanted}
        changed = [purpose for purpose in wanted if wanted[purpose] != before[purpose]]
        if changed:
            stored.consent = {**stored.consent, **{purpose: wanted[purpose] for purpose in changed}}
            stored.save(update_fields=("consent",))
            record(
                Act.PERSON_CONSENT,
                stored,
                school=stored.school,
                person_id=stored.pk,
                changes=differences(before, wanted),
                note=note,
            )
    person.consent = stored.consent
    return changed


def set_protected(person: Person, *, protected: bool) -> None:
    """Let the person appear on no wall or list and in no destination, or let them appear again.

    Raises Refused where it is so already.
    """
    with transaction.atomic():
        stored = Person.objects.select_for_update().get(pk=person.pk)
        if stored.protected == protected:
            state = "is protected already" if protected else "is not protected"
            raise Refused(f"{stored} {state}. Nothing was changed.")
        stored.protected = protected
        stored.save(update_fields=("protected",))
        change = differences({"protected": not protected}, {"protected": protected})
        record(Act.PERSON_PROTECTED, stored, school=stored.school, person_id=stored.pk, changes=change)
    person.protected = protected
