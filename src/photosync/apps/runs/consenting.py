"""Taking over what a source of photos says about consent, as far as the profile allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from photosync.apps.audit.acting import ITSELF, acting_as
from photosync.apps.audit.acts import Act
from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import answer_of, set_consent
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import match_rule
from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.ledger.matching import people_known_by
from photosync.connectors.contract import Source
from photosync.connectors.recordwise import ReportsConsent, Whose
from photosync.core.consent import USUALLY_TAKEN, Consent, ConsentTaken, Purpose, taken_over
from photosync.core.keys import Key, KeyReader
from photosync.core.matching import Matched, resolve
from photosync.core.people import PersonKind
from photosync.core.record_names import record_folder, record_name
from photosync.engine.observe import batches

PEOPLE_AT_ONCE = 500
NOTE_BEGINS = "As the data source of "
"""By this such an answer is told in the audit from one that the program took from a roster."""
NOTE = NOTE_BEGINS + "{profile} says it."
Said = tuple[Whose, Mapping[Purpose, Consent]]


def take_over_consent(source: Source, profile: SyncProfile, fence: Fence) -> int:
    """Store what `source` says about consent, as far as the profile's option `consent` allows; return for how many.

    People are found as their photos are. Each change is recorded as the program's own. Raises SourceUnavailable.
    """
    taken = ConsentTaken(str(profile.options.get("consent") or USUALLY_TAKEN))
    if taken is ConsentTaken.NOTHING or not isinstance(source, ReportsConsent):
        return 0
    reader = KeyReader(match_rule(profile))
    changed = 0
    for said in batches(source.consents(), PEOPLE_AT_ONCE):
        for person, answers in _found(said, profile, reader):
            if _wanted(person, answers, taken):
                with fence.writing(), acting_as(ITSELF):
                    # Someone may have answered here meanwhile.
                    locked = Person.objects.select_for_update().filter(pk=person.pk).first()
                    if locked is not None:
                        wanted = _wanted(locked, answers, taken)
                        changed += bool(set_consent(locked, wanted, note=NOTE.format(profile=profile.name)))
    return changed


def _found(
    said: Sequence[Said], profile: SyncProfile, reader: KeyReader
) -> list[tuple[Person, Mapping[Purpose, Consent]]]:
    """Return the person of each answer that is one person's beyond doubt."""
    kinds = [PersonKind(kind) for kind in profile.components]
    keys = [reader.read(record_folder(whose.kind), record_name(whose.identifier)) for whose, _ in said]
    people = people_known_by(profile.school_id, [key.value for key in keys if isinstance(key, Key)], reader)
    found: list[tuple[int, Mapping[Purpose, Consent]]] = []
    for key, (_, answers) in zip(keys, said, strict=True):
        if isinstance(key, Key):
            outcome = resolve(key, people.get(reader.comparison.form(key.value), ()), kinds=kinds)
            if isinstance(outcome, Matched):
                found.append((outcome.person_id, answers))
    rows = Person.objects.in_bulk([person_id for person_id, _ in found])
    return [(rows[person_id], answers) for person_id, answers in found if person_id in rows]


def _wanted(person: Person, answers: Mapping[Purpose, Consent], taken: ConsentTaken) -> dict[str, str]:
    """Return the answers of `person` that become others."""
    stored = {purpose: answer_of(person, purpose) for purpose in answers}
    differing = [purpose for purpose in answers if stored[purpose] is not answers[purpose]]
    from_source = _from_source(person, differing) if differing and taken is ConsentTaken.ALL else frozenset()
    wanted = {
        purpose: taken_over(stored[purpose], answers[purpose], taken, is_from_source=purpose in from_source)
        for purpose in differing
    }
    return {str(purpose): str(answer) for purpose, answer in wanted.items() if answer is not stored[purpose]}


def _from_source(person: Person, purposes: Sequence[Purpose]) -> frozenset[Purpose]:
    """Return those of `purposes` that were answered last by a source of photos, as the audit has it.

    A roster that is read by itself speaks for the school's office.
    """
    left = {str(purpose): purpose for purpose in purposes}
    found = set()
    entries = Entry.objects.filter(person_id_of=person.pk, act=Act.PERSON_CONSENT)
    for via, note, changes in entries.order_by("-at", "-pk").values_list("via", "note", "changes"):
        for field, _, _ in changes:
            purpose = left.pop(field, None)
            if purpose is not None and via == ITSELF.via and note.startswith(NOTE_BEGINS):
                found.add(purpose)
        if not left:
            break
    return frozenset(found)
