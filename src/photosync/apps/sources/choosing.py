"""Live counts: what the choices on Manage Sync would match, while one makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photosync.apps.profiles.matching import rule_from
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.places import has_leave, options_now
from photosync.apps.profiles.settings import (
    ProfileSettings,
    component_kinds,
    source_guard,
    wanted_source,
)
from photosync.apps.sources.counting import Counted, count
from photosync.apps.sources.listed_lately import listed_lately
from photosync.apps.sources.opening import index_for
from photosync.apps.sources.surveying import listed_in, survey_of
from photosync.apps.sources.time_limit import WITHIN_S, told_out_of_time
from photosync.connectors import registry
from photosync.connectors.attending import listed_within
from photosync.core.match_rules import MatchMode
from photosync.core.name_matching import Said
from photosync.core.people import PersonKind


def matches_document(profile: SyncProfile, changes: ProfileSettings) -> dict[str, Any]:
    """Return what `count_matches` counts as the API shows it: {"counted": {...} or None}. Raises as it does."""
    counted = count_matches(profile, changes)
    return {"counted": counted.document() if counted is not None else None}


def count_matches(profile: SyncProfile, changes: ProfileSettings) -> Counted | None:
    """Count what `changes` would match among the files that were listed last; None where none were of late.

    Only an index is read from the source, and a photographer's delivery is listed where that was not done of late.
    Raises WrongUse, Refused, SourceUnavailable, OutOfTime.
    """
    kind, given = wanted_source(profile, changes)
    components = profile.components if changes.components is None else component_kinds(changes.components)
    rule = rule_from(given, components)
    listed = listed_lately(profile, kind.name, given)
    if listed is None:
        return None
    may_override = has_leave(options_now(profile), given, granted=profile.source_may_be_anywhere)
    guard = source_guard(profile.school, may_override=may_override)
    index: Mapping[str, Said] = {}
    if rule.mode is MatchMode.PHOTOGRAPHER:
        with told_out_of_time():
            survey = survey_of(profile.school_id, kind.name, given, guard=guard, within_s=WITHIN_S)
        if survey is not None:
            index, listed = survey.said, listed_in(survey)
    elif rule.mode is MatchMode.INDEX:
        with (
            told_out_of_time(),
            registry.open_source(kind.name, given, guard=guard) as source,
            listed_within(source, WITHIN_S),
        ):
            index = index_for(source, rule, given, listed.among).read()
    return count(profile.school_id, rule, [PersonKind(each) for each in components], listed, index)
