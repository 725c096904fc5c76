"""How people and their groups are written where there is little room."""

from __future__ import annotations

from django.utils.translation import gettext as _

from photosync.apps.people.models import Person


def level_words(level: str) -> str:
    """Return "Year 7" for a bare number, and every other year level as it is written."""
    if not level:
        return _("No year level")
    return _("Year %(level)s") % {"level": level.lstrip("0") or "0"} if level.isdecimal() else level


def initials_of(person: Person) -> str:
    names = (person.preferred_name or person.given_name, person.family_name)
    return "".join(name[0].upper() for name in names if name) or person.code[:2].upper()
