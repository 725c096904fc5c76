"""A OneRoster service with a small school in it, and rosters that read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from photosync.connectors.registry import Guard
from photosync.connectors.roster.oneroster.rest import OneRosterRest, open_service
from photosync.connectors.roster.oneroster.rest_kind import ONEROSTER_REST
from photosync.connectors.testing.roster_conformance import read
from photosync.core.people import PersonKind
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Limits
from tests.services.oneroster_service import OneRosterService, oneroster_service, ref, role

TODAY = date(2026, 11, 24)
STUDENT, STAFF = PersonKind.STUDENT, PersonKind.STAFF
LOOPBACK = AllowedRanges.parse("127.0.0.1/32", setting="test")
PATIENT = Limits(connect_s=30.0, silent_s=30.0, whole_s=60.0)
ORGS = [
    {"sourcedId": "d", "status": "active", "name": "The District", "type": "district"},
    {"sourcedId": "o1", "status": "active", "name": "Hill Campus", "type": "school", "identifier": "HC"},
    {"sourcedId": "o2", "status": "active", "name": "Vale Campus", "type": "school", "identifier": "VC"},
]
MIA = {
    "sourcedId": "u1",
    "status": "active",
    "enabledUser": "true",
    "username": "mchen",
    "userIds": [{"type": "LDAP", "identifier": "cn-mchen"}, {"type": "SIS", "identifier": "S77"}],
    "givenName": "Mia",
    "familyName": "Chen",
    "preferredFirstName": "Mimi",
    "identifier": "002082",
    "userMasterIdentifier": "m-1",
    "email": "mia@hill.example",
    "grades": ["07"],
    "roles": [role("student", "d", primary=False), role("student", "o1")],
    "password": "do-not-read",
}
SAM = {
    "sourcedId": "u2",
    "status": "active",
    "identifier": "T01",
    "givenName": "Sam",
    "familyName": "Okafor",
    "username": "sokafor",
    "roles": [role("counselor", "o2")],
}
MUM = {"sourcedId": "u3", "status": "active", "identifier": "P1", "givenName": "Ann", "roles": [role("parent", "o1")]}
SESSIONS = [
    {"sourcedId": "t25", "status": "active", "startDate": "2025-01-27", "endDate": "2025-12-18", "type": "term"},
    {"sourcedId": "t26", "status": "active", "startDate": "2026-01-27", "endDate": "2026-12-18", "type": "term"},
]
CLASSES = [
    {
        "sourcedId": "c6",
        "title": "6B",
        "classCode": "HR6B",
        "classType": "homeroom",
        "terms": [ref("academicSession", "t25")],
    },
    {
        "sourcedId": "c7",
        "title": "7A",
        "classCode": "HR7A",
        "classType": "homeroom",
        "terms": [ref("academicSession", "t26")],
    },
    {"sourcedId": "cm", "title": "Maths", "classType": "scheduled", "terms": [ref("academicSession", "t26")]},
]


def enrolled(user: str, *classes: str, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "sourcedId": f"e-{user}-{each}",
            "role": "student",
            "user": ref("user", user),
            "class": ref("class", each),
            **more,
        }
        for each in classes
    ]


def student(number: int, **more: Any) -> dict[str, Any]:
    told = {"sourcedId": f"u{number:05d}", "status": "active", "identifier": f"{number:05d}", "givenName": "A"}
    return {**told, "familyName": "B", "username": f"u{number}", "roles": [role("student", "o1")], **more}


def fill(service: OneRosterService) -> None:
    service.records = {
        "users": [MIA, SAM, MUM],
        "orgs": list(ORGS),
        "academicSessions": list(SESSIONS),
        "classes": list(CLASSES),
        "enrollments": enrolled("u1", "cm", "c6", "c7"),
    }


@contextmanager
def school(**settings: Any) -> Iterator[OneRosterService]:
    with oneroster_service(**settings) as service:
        fill(service)
        yield service


def opened(service: OneRosterService, *, limits: Limits = PATIENT, **options: str) -> OneRosterRest:
    given = ONEROSTER_REST.check(service.options(**options))
    guard = Guard(source_roots=(), data_folder=Path("/nowhere"), allowed_ranges=LOOPBACK)
    return open_service(given, guard, TODAY, limits=limits)


def rows(service: OneRosterService, kind: PersonKind = STUDENT, **options: str) -> list[dict[str, str]]:
    with opened(service, **options) as roster:
        return read(roster.table(kind))


def codes(service: OneRosterService, kind: PersonKind = STUDENT, **options: str) -> list[str]:
    code = "student_code" if kind is STUDENT else "staff_code"
    return [row[code] for row in rows(service, kind, **options)]
