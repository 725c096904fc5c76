"""Reading saved rosters and their readings."""

from __future__ import annotations

from django.db.models import QuerySet

from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound
from photosync.core.people import quoted


def rosters_of(school: School) -> QuerySet[SavedRoster]:
    return SavedRoster.objects.filter(school=school).select_related("school")


def roster_called(school: School, name: str) -> SavedRoster:
    """Return the roster. Raises NotFound with those that there are."""
    name = " ".join(name.split())
    found = rosters_of(school).filter(name__iexact=name).first()
    if found is None:
        names = ", ".join(quoted(each.name) for each in rosters_of(school)[:20]) or "none"
        raise NotFound(
            f"School {school.code} has no roster {quoted(name)}. Nothing was done. There are: {names}.",
            command_line="" if names != "none" else "photosync roster add NAME",
        )
    return found


def held_reading(roster: SavedRoster) -> RosterReading | None:
    return RosterReading.objects.filter(roster=roster, state=RosterReading.State.HELD).first()


def reading_numbered(roster: SavedRoster, number: int) -> RosterReading:
    """Return the reading of this roster. Raises NotFound."""
    found = RosterReading.objects.filter(roster=roster, pk=number).select_related("roster__school").first()
    if found is None:
        raise NotFound(f"The roster {quoted(roster.name)} has no reading {number}. Nothing was done.")
    return found
