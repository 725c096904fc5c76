"""Reading listings."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from photosync.apps.sources.models import ListedFile


def files_in(profile_id: int, states: Collection[ListedFile.State]) -> QuerySet[ListedFile]:
    """Return the files of a profile in one of `states`, none of which may be Settled, by the index `unsettled_file`.

    SQLite uses an index of a part of the rows only where the query repeats, word for word, which part that is.
    """
    rows = ListedFile.objects.filter(~Q(state=ListedFile.State.SETTLED), profile_id=profile_id)
    return rows.filter(state__in=states)
