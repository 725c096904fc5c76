"""Files whose bytes were decided on, by publishing them or by deciding against them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import F

from photosync.apps.runs.models import PlanItem
from photosync.apps.sources.models import ListedFile
from photosync.core.plan import Reason

State = ListedFile.State


def settle_files(items: Iterable[PlanItem]) -> None:
    """Settle the files of a few hundred `items`, decided on as the plan saw them.

    While a run was held its files may have got other bytes, or another person: those stay to be decided.
    """
    planned = {item.file_id: item for item in items if item.file_id is not None}
    if not planned:
        return
    rows = ListedFile.objects.filter(pk__in=planned, state__in=(State.TO_DECIDE, State.WAITING))
    settled = [
        pk
        for pk, person_id, sha256 in rows.values_list("pk", "person_id", "sha256")
        if (person_id, sha256) == (planned[pk].person_id, planned[pk].source_sha256)
    ]
    run_ids = {item.run_id for item in planned.values()}
    ListedFile.objects.filter(pk__in=settled).update(
        state=State.SETTLED, decided_sha256=F("sha256"), reason_code="", reason="", noted_in_run=max(run_ids)
    )
    # The further files of the same picture were settled when it was planned; from now on they stand alone.
    people = {item.person_id for item in planned.values() if item.person_id is not None}
    ListedFile.objects.filter(
        person_id__in=people, state=State.SETTLED, reason_code=Reason.SAME_AS_OTHER_FILE
    ).update(reason_code=Reason.SAME_PICTURE)


def forget_what_was_noted(run_id: int, file_ids: Collection[int]) -> None:
    """Delete the lines in which the run told where files stand, for it looks at them again: each has one in a run.

    What earlier runs said of them stays, and so does what was published.
    """
    if file_ids:
        PlanItem.objects.filter(run=run_id, file__in=file_ids, state=PlanItem.State.NOTED).delete()


def let_files_wait(items: Iterable[PlanItem]) -> None:
    """Let the files of `items` wait, with the reason of each, where they are still as the plan saw them."""
    for item in items:
        if item.file_id is None or item.person_id is None:
            continue
        still_so = ListedFile.objects.filter(
            pk=item.file_id, state=State.TO_DECIDE, person_id=item.person_id, sha256=item.source_sha256
        )
        still_so.update(
            state=State.WAITING, reason_code=Reason.REPORT_OPEN, reason=item.reason, noted_in_run=item.run_id
        )
