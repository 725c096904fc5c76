"""Prints everything of an installation that must not depend on when its processes died, as JSON.

Started as a program in the installation's environment: the test's own process has another database.
"""

import json
import os
from typing import Any


def dump() -> dict[str, Any]:
    from photosync.apps.library.models import PhotoVersion, Pin, Withdrawal, YearPhoto
    from photosync.apps.runs.models import Occurrence, PlanItem, Run
    from photosync.apps.sources.models import ListedFile

    def rows(query: Any, *fields: str) -> list[list[Any]]:
        return sorted([str(value) for value in row] for row in query.values_list(*fields))

    # A run whose acceptance was cut off leaves a gap in the numbers of PostgreSQL, so runs are named by their place.
    place = {run_id: number for number, run_id in enumerate(Run.objects.order_by("pk").values_list("pk", flat=True))}
    person = ("person__kind", "person__code")
    picture = ("picture__full_sha256", "picture__card_sha256", "picture__thumb_sha256")
    return {
        "versions": rows(
            PhotoVersion.objects, *person, "academic_year", "ordinal", *picture, "origin", "source_sha256"
        ),
        "current": rows(YearPhoto.objects, *person, "academic_year", "version__ordinal"),
        "withdrawals": rows(Withdrawal.objects, *person),
        "pins": rows(Pin.objects, *person, "academic_year", "picture__full_sha256"),
        "files": rows(ListedFile.objects, "page__folder", "name", "state", "sha256", "reason"),
        "published": sorted(
            [place[run_id], *map(str, row)]
            for run_id, *row in PlanItem.objects.filter(state="published").values_list(
                "run_id", "action", *person, "academic_year", "reason"
            )
        ),
        "runs": [list(map(str, row)) for row in Run.objects.order_by("pk").values_list("trigger", "state", "due_at")],
        "counts": [counts for _, counts in sorted(Run.objects.values_list("pk", "counts"))],
        "occurrences": sorted(
            [str(due_at), outcome, place.get(run_id, -1)]
            for due_at, outcome, run_id in Occurrence.objects.values_list("due_at", "outcome", "run_id")
        ),
    }


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
    import django

    django.setup()
    print(json.dumps(dump()))
