"""Reading schools: the one that is meant, and the time zones there are."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, WrongUse
from photosync.core.instants import local_date
from photosync.core.people import quoted

_NOT_ZONES = frozenset({"Factory", "localtime"})
_SHOWN = 20
ADDS_A_SCHOOL = "photosync school add"
_FORMER_NAMES = ("Brazil/", "Canada/", "Chile/", "Etc/", "Mexico/", "SystemV/", "US/")
"""Beginnings of names that were given up for those of places, and of zones that are no place."""


def school_named(code: str | None) -> School:
    """Return the school with this code; without a code the only one. Raises WrongUse, listing them."""
    if code is not None:
        school = School.objects.filter(code=code.strip().upper()).first()
        if school is None:
            known = _known_schools()
            raise NotFound(
                f"There is no school {quoted(code)}. Nothing was done. {known or 'There is none yet: make one.'}",
                command_line="" if known else ADDS_A_SCHOOL,
            )
        return school
    schools = list(School.objects.all()[:2])
    if not schools:
        raise WrongUse(
            "There is no school yet. Nothing was done. Make one.",
            command_line=f"{ADDS_A_SCHOOL} CODE --name TEXT --timezone ZONE",
        )
    if len(schools) > 1:
        raise WrongUse(
            f"Which school is meant? Nothing was done. {_known_schools()} Give its code.",
            command_line="--school CODE",
        )
    return schools[0]


def _known_schools() -> str:
    """Return a sentence that lists the codes; "" where there is no school."""
    codes = list(School.objects.values_list("code", flat=True)[: _SHOWN + 1])
    if not codes:
        return ""
    more = f" and {School.objects.count() - _SHOWN} more" if len(codes) > _SHOWN else ""
    return f"There are: {', '.join(codes[:_SHOWN])}{more}."


def academic_year_now(school: School, now: datetime) -> int:
    """Return the academic year in which `now` falls at the school."""
    return school.academic_year_rule.academic_year_of(local_date(now, school.zone))


def zone_named(name: str) -> ZoneInfo:
    """Return the IANA time zone; letter case does not matter. Raises WrongUse, naming near ones."""
    known = available_timezones() - _NOT_ZONES
    folded = {zone.casefold(): zone for zone in known}
    wanted = name.strip().casefold()
    if wanted in folded:
        return ZoneInfo(folded[wanted])
    near = [folded[each] for each in _near(wanted, sorted(folded))]
    hint = f"Did you mean {' or '.join(near)}?" if near else "Write it like Australia/Sydney."
    raise WrongUse(f"{quoted(name)} is not a time zone. Nothing was saved. {hint}")


def _near(wanted: str, zones: list[str]) -> list[str]:
    """Return up to three zones that `wanted` may mean: the same city, else a similar spelling."""
    if not wanted:
        return []
    place = wanted.replace(" ", "_").rpartition("/")[2]
    by_city = [zone for zone in zones if zone.rpartition("/")[2] == place]
    similar = get_close_matches(wanted.replace(" ", "_"), zones, n=3, cutoff=0.85)
    cities = get_close_matches(place, {zone.rpartition("/")[2] for zone in zones}, n=2, cutoff=0.8)
    by_similar_city = [zone for city in cities for zone in zones if zone.rpartition("/")[2] == city]
    return list(dict.fromkeys([*by_city, *similar, *by_similar_city]))[:3]


def zone_names() -> list[str]:
    """Return the time zones to choose from: those of places, and UTC. Others are accepted too."""
    places = (zone for zone in available_timezones() - _NOT_ZONES if "/" in zone)
    return ["UTC", *sorted(zone for zone in places if not zone.startswith(_FORMER_NAMES))]


def school_document(school: School) -> dict[str, Any]:
    month, day = school.academic_year_begins_month, school.academic_year_begins_day
    return {
        "code": school.code,
        "name": school.name,
        "timezone": school.time_zone,
        "year_begins": f"{month:02}-{day:02}",
        "unknown_consent": {
            purpose.value: {"means": "yes" if means.yes else "no", "legal_basis": means.legal_basis}
            for purpose, means in school.unknown_means.items()
        },
        "keep_originals": school.keeps_originals,
        "retention": asdict(school.retention),
    }
