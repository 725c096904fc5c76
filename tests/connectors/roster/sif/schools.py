"""A school in SIF, as XML files and as a service, and rosters that read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from photosync.connectors.registry import Guard
from photosync.connectors.roster.contract import UnreadableLine
from photosync.connectors.roster.registry import open_roster
from photosync.connectors.roster.sif.enrollments import Counts
from photosync.connectors.roster.sif.reading import FileObjects, ServiceObjects
from photosync.connectors.roster.sif.roster import Choice, SifRoster
from photosync.connectors.sif.documents import FolderDocuments
from photosync.connectors.sif.objects import PersonId
from photosync.connectors.sif.service import Place, SifService, SignIn
from photosync.connectors.testing.roster_conformance import read
from photosync.core.people import PersonKind
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Asking, HttpClient, Limits
from tests.services.sif import SifServer, document, enrollment, guid, school_info, staff, student

TODAY = date(2026, 8, 3)
STUDENT, STAFF = PersonKind.STUDENT, PersonKind.STAFF
LOOPBACK = AllowedRanges.parse("127.0.0.1/32", setting="test")
PATIENT = Limits(connect_s=30.0, silent_s=30.0, whole_s=60.0)
SECRET = "kept-to-itself"
COLLECTIONS = ("SchoolInfo", "StudentSchoolEnrollment", "StudentPersonal", "StaffPersonal")
HILL, VALE = guid("hill"), guid("vale")
SCHOOLS = (
    school_info(HILL, "Hill Campus", "01", acara_id="40001"),
    school_info(VALE, "Vale Campus", "02", acara_id="40002"),
)
MIA = student(
    guid("mia"),
    "002082",
    ids=(
        "<StateProvinceId>ABC 123</StateProvinceId><ElectronicIdList><ElectronicId Type='03'>CARD-9</ElectronicId>"
        "</ElectronicIdList><OtherIdList><OtherId Type='0004'>7788</OtherId><OtherId Type='9999'>FAM-1</OtherId>"
        "</OtherIdList>"
    ),
    name="<PreferredGivenName>Mimi </PreferredGivenName>",
    info=(
        "<PhoneNumberList><PhoneNumber Type='0096'><Number>03</Number></PhoneNumber></PhoneNumberList><EmailList>"
        "<Email Type='02'>home@example.org</Email><Email Type='01'>mia@hill.example</Email></EmailList>"
    ),
    recent="<SchoolLocalId>01</SchoolLocalId><YearLevel><Code>6</Code></YearLevel><Homegroup>6B</Homegroup>",
)
SAM = staff(guid("sam"), "T01", info="<EmailList><Email Type='01'>sam@hill.example</Email></EmailList>")
MIA_NOW = enrollment(guid("of mia"), guid("mia").upper(), HILL, YearLevel="7", Homegroup="7A", House="Banksia")


def everyone(number: int, start: int = 0) -> list[str]:
    """Return so many students, each enrolled."""
    found = []
    for each in range(start, start + number):
        found.append(student(guid(f"s{each}"), f"{each:04d}", f"Given{each}", f"Family{each}"))
        found.append(enrollment(guid(f"e{each}"), guid(f"s{each}"), HILL, YearLevel="7"))
    return found


def collections_of(objects: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {f"{name}s": [] for name in COLLECTIONS}
    for each in objects:
        found[f"{each[1:].partition(' ')[0]}s"].append(each)
    return found


def server_of(objects: Sequence[str] | Callable[[], Sequence[str]], **given: object) -> SifServer:
    """Return a service with these objects; a function is asked anew with each request."""
    given = {"secret": SECRET, **given}
    return SifServer(lambda: collections_of(objects() if callable(objects) else objects), **given)  # type: ignore[arg-type]


def choice_of(counts: str = "exits", school: str = "", person_id: PersonId | None = None) -> Choice:
    return Choice(person_id or PersonId(), Counts(counts), school)


def on_files(folder: Path, *objects: str, **chosen: str) -> SifRoster:
    if objects:
        (folder / "all.xml").write_bytes(document("SIF_Objects", objects))
    return SifRoster(FileObjects(FolderDocuments(str(folder))), choice_of(**chosen), TODAY)


def on_service(address: str, *, limits: Limits = PATIENT, page_size: int = 3, **chosen: str) -> SifRoster:
    base = f"{address}/requests"
    client = HttpClient(Asking(base), LOOPBACK, limits=limits)
    sign_in = SignIn("SIF_HMACSHA256", "a-session", SECRET)
    service = SifService(client, Place(base), sign_in, page_size=page_size)
    return SifRoster(ServiceObjects(service), choice_of(**chosen), TODAY)


def guard_of(place: Path) -> Guard:
    return Guard(source_roots=(place,), data_folder=Path("/nowhere"), allowed_ranges=LOOPBACK)


def opened(kind: str, place: Path, **options: str) -> SifRoster:
    """Open a roster as the product does."""
    roster = open_roster(kind, options, guard=guard_of(place), today=TODAY)
    assert isinstance(roster, SifRoster)
    return roster


def rows(roster: SifRoster, kind: PersonKind = STUDENT) -> list[dict[str, str]]:
    return read(roster.table(kind))


def by_code(roster: SifRoster, field: str) -> dict[str, str]:
    """Return one field of the students by their codes; "" where there is no such column."""
    return {row["student_code"]: row.get(field, "") for row in rows(roster)}


def unreadable(roster: SifRoster, kind: PersonKind = STUDENT) -> list[str]:
    return [each.reason for each in roster.table(kind) if isinstance(each, UnreadableLine)]


def options_of(address: str, **changes: str) -> dict[str, str]:
    return {"address": f"{address}/requests", "user": "a-session", "secret": SECRET, "page_size": "10", **changes}


Fields = Mapping[str, str]


def objects_of(people: Mapping[PersonKind, Sequence[Fields]]) -> list[str]:
    """Return the objects of the people of the conformance suite."""
    found = []
    for kind, listed in people.items():
        for each in listed:
            code = each.get("student_code") or each["staff_code"]
            if kind is STAFF:
                found.append(staff(guid(f"staff {code}"), code, each["given_name"], each["family_name"]))
            else:
                found.append(student(guid(code), code, each["given_name"], each["family_name"]))
                found.append(enrollment(guid(f"e {code}"), guid(code)))
    return found
