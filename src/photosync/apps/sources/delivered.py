"""A photographer's delivery, row by row: what was found of each image, and whose it is or why it is nobody's.

For a report that goes back to the photographer. Nothing is saved, and no photo is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from photosync.apps.people.models import Person
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import match_rule
from photosync.apps.profiles.settings import source_guard
from photosync.apps.profiles.source_secrets import source_options
from photosync.apps.sources.opening import DeliveryIndex
from photosync.apps.sources.surveying import survey_of
from photosync.apps.sources.trying import outcomes_of
from photosync.connectors.photographer.survey import SurveyedRow
from photosync.core.errors import Refused
from photosync.core.match_rules import MatchRule
from photosync.core.people import PersonKind, quoted
from photosync.engine.names import readable_path
from photosync.engine.observe import batches

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class DeliveredPhoto:
    """One row of an index. `size_bytes` is None where the image is missing, 0 where it is empty, -1 where
    the source does not say it.
    """

    volume: str
    """The folder of the volume in the source; "" is its root."""
    index: str
    line: int
    path: str
    last_name: str
    first_name: str
    grade: str
    home_room: str
    size: str
    """SMALL, LARGE, or empty where the index does not say."""
    size_bytes: int | None
    counts: bool
    """False for a row of an INDEX file beside a MASTER file."""
    person: Person | None
    reason_code: str
    """Empty with a person; `dismissed` where another row counts instead, else why nobody was found."""
    reason: str


def delivered_rows(
    profile: SyncProfile, *, after_run: int, within_s: float | None = None
) -> Iterator[DeliveredPhoto]:
    """Yield every row of the delivery that `profile` reads, in the order of its index files.

    Where the same person listed it of late, after this run, it is not listed again.

    Decisions by hand play no part: the photographer is told what the delivery itself says. Raises Refused where the
    profile reads no delivery, SourceUnavailable where it cannot be read, OutOfTime.
    """
    rule = match_rule(profile)
    kinds = [PersonKind(each) for each in profile.components]
    guard = source_guard(profile.school, may_override=profile.source_may_be_anywhere)
    survey = survey_of(
        profile.school_id,
        profile.source_kind,
        source_options(profile),
        guard=guard,
        after_run=after_run,
        within_s=within_s,
    )
    if survey is None:
        raise Refused(
            f"The sync profile {quoted(profile.name)} does not read a photographer's delivery. Nothing was done. "
            "Set match=photographer if it does."
        )
    for rows in batches(survey.rows, ROWS_AT_ONCE):
        yield from _told(profile.school_id, rule, kinds, DeliveryIndex(survey), rows)


def _told(
    school_id: int, rule: MatchRule, kinds: list[PersonKind], index: DeliveryIndex, rows: list[SurveyedRow]
) -> Iterator[DeliveredPhoto]:
    places = [each.path.rpartition("/") for each in rows]
    outcomes = outcomes_of(school_id, rule, kinds, index, [(folder, name) for folder, _, name in places])
    people = Person.objects.in_bulk([each.person_id for each in outcomes if each.person_id is not None])
    for each, outcome in zip(rows, outcomes, strict=True):
        row = each.row
        yield DeliveredPhoto(
            volume=readable_path(row.folder),
            index=readable_path(row.index),
            line=row.line,
            path=readable_path(each.path),
            last_name=row.last_name,
            first_name=row.first_name,
            grade=row.grade,
            home_room=row.home_room,
            size=row.size.value,
            size_bytes=each.size_bytes,
            counts=each.counts,
            person=None if outcome.person_id is None else people[outcome.person_id],
            reason_code=outcome.reason_code,
            reason=outcome.reason,
        )
