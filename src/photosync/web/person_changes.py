"""Who changed what about one person: the newest entries, and what runs did with the photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from photosync.apps.accounts.permissions import may_read_audit
from photosync.apps.audit.queries import EntriesWanted, told_of_people
from photosync.apps.people.models import Person
from photosync.core.wording import short_date_words, time_words
from photosync.web.audit_filter import Asked
from photosync.web.workplace import Workplace

CHANGES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ChangeShown:
    day: str
    time: str
    sentence: str


def changes_context(person: Person, workplace: Workplace) -> dict[str, Any]:
    """Return what `parts/person_changes.html` shows; the link into the audit for those who may read it."""
    wanted = EntriesWanted(school_id=person.school_id, person_ids=(person.pk,))
    told, _walked = told_of_people(wanted, (person.pk,), None, CHANGES_SHOWN)
    shown = []
    for each in told[:CHANGES_SHOWN]:
        at = each.at.astimezone(person.school.zone)
        shown.append(ChangeShown(short_date_words(at.date()), time_words(at), each.sentence))
    query = Asked(person=str(person)).query() if may_read_audit(workplace.permissions) else ""
    return {"person_changes": shown, "person_audit_query": query}
