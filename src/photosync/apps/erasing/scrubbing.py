"""Taking an erased person's name out of records that stay: the audit, and the plans of runs.

Who did what stays. Whom it concerned does not, and neither does what was entered about the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.audit.recording import searchable
from photosync.apps.people.models import Person
from photosync.apps.rosters.models import RosterChange, RosterReading
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.sources.models import ListedFile
from photosync.core.people import quoted
from photosync.core.run_states import ALIVE, RunState, Trigger

ERASED_PERSON = "an erased person"
ERASED_PHOTO = "an erased photo"
AT_ONCE = 500


def scrub_plans(person: Person) -> None:
    """Empty the lines of plans that are about `person`: what was planned is dropped, what was done stays counted."""
    lines = PlanItem.objects.filter(person=person)
    lines.filter(state=PlanItem.State.PLANNED).update(state=PlanItem.State.DROPPED)
    lines.update(
        person=None,
        file=None,
        file_path="",
        reason=f"This line was about {ERASED_PHOTO}.",
        picture=None,
        source_sha256="",
        shown_before=None,
        version_before=None,
        version_after=None,
    )


def end_undos_of(person: Person, now: datetime) -> None:
    """End undo runs of this person alone: without the person, they would undo everyone's photos."""
    runs = Run.objects.filter(undoes_person=person)
    runs.filter(state__in=(*ALIVE, RunState.HELD)).update(
        state=RunState.CANCELLED, finished_at=now, explanation=f"It was about {ERASED_PERSON}."
    )
    runs.filter(trigger=Trigger.UNDO).update(undoes=None, undoes_person=None)


def scrub_mentions(person: Person, pictures: Iterable[int]) -> None:
    """Take the name out of what is said about other people's files and lines: "the same picture as ...".

    Where it may be: lines with one of the person's `pictures`, files that wait for a person, and whom an approval
    left out.
    """
    named, ids = str(person), list(pictures)
    lines = PlanItem.objects.filter(Q(picture_id__in=ids) | Q(shown_before_id__in=ids), reason__contains=named)
    for line in lines.only("reason"):
        PlanItem.objects.filter(pk=line.pk).update(reason=line.reason.replace(named, ERASED_PERSON))
    waiting = (ListedFile.State.REVIEW, ListedFile.State.UNMATCHED, ListedFile.State.WAITING)
    files = ListedFile.objects.filter(
        profile__school_id=person.school_id, state__in=waiting, reason__contains=named
    ).exclude(person=person)
    for file in files.only("reason"):
        ListedFile.objects.filter(pk=file.pk).update(reason=file.reason.replace(named, ERASED_PERSON))
    approvals = Entry.objects.filter(school_id=person.school_id, about="run", note__contains=named)
    for entry in approvals:
        entry.note = entry.note.replace(named, ERASED_PERSON)
        _reword(entry)


def scrub_rosters(person: Person) -> None:
    """Leave of each reading of a roster how many people it concerned, and forget that this was one of them."""
    of_school = RosterChange.objects.filter(reading__roster__school=person.school_id)
    of_school.filter(kind=person.kind, code=person.code).update(code="", name=ERASED_PERSON, changes=[])
    readings = RosterReading.objects.filter(roster__school=person.school_id).exclude(refused=[])
    for reading in readings.only("refused").iterator(chunk_size=AT_ONCE):
        kept = [
            [kind, line, "", ERASED_PERSON] if _tells_of(person, kind, code, reason) else [kind, line, code, reason]
            for kind, line, code, reason in reading.refused
        ]
        if kept != reading.refused:
            RosterReading.objects.filter(pk=reading.pk).update(refused=kept)


def _tells_of(person: Person, kind: str, code: str, reason: str) -> bool:
    return kind == person.kind and (code == person.code or quoted(person.code) in reason)


def scrub_audit(person: Person) -> None:
    """Leave of each entry about `person` who did what and when, and forget who saw the photos."""
    entries = Entry.objects.filter(person_id_of=person.pk).order_by("pk")
    while batch := list(entries[:AT_ONCE]):
        for entry in batch:
            if entry.about != "run":
                entry.subject, entry.subject_id = ERASED_PERSON, None
            entry.changes = [
                change
                for change in entry.changes
                if entry.about == "run" and change[0] in ("profile", "undone_by_run")
            ]
            entry.note, entry.person_id_of = "", None
            _reword(entry)
    PhotoView.objects.filter(person_id_of=person.pk).delete()


def _reword(entry: Entry) -> None:
    told = [text for change in entry.changes for text in change if text]
    entry.words = searchable(" ".join([entry.actor, entry.subject, entry.note, *told]))
    entry.save(update_fields=("subject", "subject_id", "changes", "note", "person_id_of", "words"))


def without_name(person: Person, text: str) -> str:
    """Return `text`, a reason that someone gave, without the person's name and code."""
    for name in sorted({str(person), person.label, person.code}, key=len, reverse=True):
        text = text.replace(name, ERASED_PERSON)
    return text
