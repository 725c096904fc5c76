"""Reading listings."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from photosync.apps.sources.models import ListedFile
from photosync.connectors.contract import NO_IDENTIFIER


def files_in(profile_id: int, states: Collection[ListedFile.State]) -> QuerySet[ListedFile]:
    """Return the files of a profile in one of `states`, none of which may be Settled, by the index `unsettled_file`.

    SQLite uses an index of a part of the rows only where the query repeats, word for word, which part that is.
    """
    rows = ListedFile.objects.filter(~Q(state=ListedFile.State.SETTLED), profile_id=profile_id)
    return rows.filter(state__in=states)


def holds_unknown_people(profile_id: int) -> bool:
    """Whether the source lists a record that does not say whose it is: it may be of anyone who seems to be gone."""
    return ListedFile.objects.filter(profile_id=profile_id, stamp=NO_IDENTIFIER).exists()
