"""Files matched by hand whose names have come to fit someone else."""

from __future__ import annotations

from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.queries import match_rule
from photosync.apps.review.models import ReviewDecision, Verdict
from photosync.apps.review.remembered import candidate
from photosync.core.keys import Key, KeyReader
from photosync.core.match_rules import MatchMode
from photosync.core.matching import Matched, resolve
from photosync.core.people import PersonKind
from photosync.engine.names import original_name


def fits_now(made: ReviewDecision) -> Person | None:
    """Return whom the rules would match the file of a match by hand to, where that is someone else.

    Not told where files are matched by an index file, which only a run reads.
    """
    if made.verdict != Verdict.MATCHED or made.profile is None:
        return None
    rule = match_rule(made.profile)
    if rule.mode in (MatchMode.INDEX, MatchMode.PHOTOGRAPHER):
        return None
    reader = KeyReader(rule)
    key = reader.read(original_name(made.folder), original_name(made.name))
    if not isinstance(key, Key):
        return None
    form = reader.comparison.form(key.value)
    rows = Identifier.objects.filter(
        school=made.school_id, folded=FOLDED.form(key.value), key__in=[str(each) for each in reader.keys]
    ).select_related("person")
    people = {row.person.pk: row.person for row in rows if reader.comparison.form(row.value) == form}
    kinds = [PersonKind(kind) for kind in made.profile.components]
    found = resolve(key, [candidate(person) for person in people.values()], kinds=kinds)
    if not isinstance(found, Matched) or found.person_id == made.person_id:
        return None
    return people[found.person_id]
