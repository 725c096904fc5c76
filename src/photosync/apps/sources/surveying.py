"""What a photographer's delivery says of its files: listed once, and kept for a while for whoever asked."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.apps.sources.counting import Listed
from photosync.apps.sources.listed_lately import keep_listed, kept_lately
from photosync.connectors import registry
from photosync.connectors.attending import listed_within
from photosync.connectors.photographer.source import DeliverySource
from photosync.connectors.photographer.survey import Survey


def survey_of(
    school_id: int,
    kind: str,
    options: Mapping[str, str],
    *,
    guard: registry.Guard,
    after_run: int = 0,
    within_s: float | None = None,
) -> Survey | None:
    """Return what was said when the same person listed the source last, or list it now; None where it is no delivery.

    With `after_run`, what was listed for the same is all that counts: after a later run it is listed anew. `options`
    are all of them, secrets among them. Raises WrongUse, Refused, SourceUnavailable, OutOfTime.
    """
    # Opened in any case: whether that is allowed may have changed.
    with registry.open_source(kind, options, guard=guard) as source:
        if not isinstance(source, DeliverySource):
            return None
        kept = kept_lately(school_id, kind, options, after_run=after_run)
        if kept is not None and kept.survey is not None:
            return kept.survey
        with listed_within(source, within_s):
            survey = source.survey()
    keep_listed(school_id, kind, options, listed_in(survey), survey, after_run=after_run)
    return survey


def listed_in(survey: Survey) -> Listed:
    return Listed(survey.files, is_whole=survey.file_count <= len(survey.files))
