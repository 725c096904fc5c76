"""Files matched by hand whose names have come to fit someone else."""

from __future__ import annotations

from photosync.apps.people.models import Person
from photosync.apps.profiles.queries import match_rule
from photosync.apps.review.models import ReviewDecision, Verdict
from photosync.apps.runs.ledger.matching import SchoolPeople
from photosync.core.keys import KeyReader, NoKey
from photosync.core.matching import Matched
from photosync.core.people import PersonKind
from photosync.engine.asked import asked_of, found_for
from photosync.engine.names import original_name


def fits_now(made: ReviewDecision) -> Person | None:
    """Return whom the rules would match the file of a match by hand to, where that is someone else.

    Not told where files are matched by an index file, which only a run reads.
    """
    if made.verdict != Verdict.MATCHED or made.profile is None:
        return None
    rule = match_rule(made.profile)
    if rule.is_by_an_index:
        return None
    reader = KeyReader(rule)
    asked = asked_of(rule, reader, original_name(made.folder), original_name(made.name), {})
    if isinstance(asked.key, NoKey):
        return None
    kinds = [PersonKind(kind) for kind in made.profile.components]
    found = found_for([asked], reader, kinds, SchoolPeople(made.school_id)).resolution(asked)
    if not isinstance(found, Matched) or found.person_id == made.person_id:
        return None
    return Person.objects.filter(pk=found.person_id).first()
