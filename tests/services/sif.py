"""People and pictures as SIF AU has them: as XML, and as a SIF 3 service that gives them page by page."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from tests.services.web_server import Asked, Reply

AU_3_4 = "http://www.sifassociation.org/au/datamodel/3.4"
OBJECTS = {"students": "StudentPersonal", "staff": "StaffPersonal"}


def guid(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text))


def person(ref_id: str, local_id: str, *, of: str = "StudentPersonal", more: str = "") -> str:
    """Return a person; `more` is XML behind the LocalId."""
    return f'<{of} RefId="{ref_id}"><LocalId>{escape(local_id)}</LocalId>{more}<PersonInfo/></{of}>'


def student(
    ref_id: str,
    local_id: str,
    given: str = "Mia",
    family: str = "Chen",
    *,
    ids: str = "",
    name: str = "",
    info: str = "",
    recent: str = "",
    of: str = "StudentPersonal",
) -> str:
    """Return a person as a school's system gives it. The rest is XML of identifiers, name, PersonInfo, MostRecent."""
    return (
        f'<{of} RefId="{ref_id}"><LocalId>{escape(local_id)}</LocalId>{ids}<PersonInfo><Name Type="LGL">'
        f"<FamilyName>{escape(family)}</FamilyName><GivenName>{escape(given)}</GivenName>{name}</Name>"
        f"<Demographics><Sex>2</Sex></Demographics>{info}</PersonInfo>"
        + (f"<MostRecent>{recent}</MostRecent>" if recent else "")
        + f"</{of}>"
    )


def staff(
    ref_id: str, local_id: str, given: str = "Sam", family: str = "Okafor", *, status: str = "A", **more: str
) -> str:
    found = student(ref_id, local_id, given, family, of="StaffPersonal", **more)
    return found.replace("</PersonInfo>", f"</PersonInfo><EmploymentStatus>{status}</EmploymentStatus>")


def enrollment(ref_id: str, parent: str, school: str = "", **values: str) -> str:
    """Return a StudentSchoolEnrollment of the student `parent`; values by element, such as `ExitDate`."""
    given = {"MembershipType": "01", "TimeFrame": "C", "SchoolYear": "2026", "EntryDate": "2026-01-27", **values}
    elements = "".join(
        f"<YearLevel><Code>{escape(value)}</Code></YearLevel>"
        if name == "YearLevel"
        else f"<{name}>{escape(value)}</{name}>"
        for name, value in given.items()
    )
    return (
        f'<StudentSchoolEnrollment RefId="{ref_id}"><StudentPersonalRefId>{parent}</StudentPersonalRefId>'
        f"<SchoolInfoRefId>{school}</SchoolInfoRefId>{elements}</StudentSchoolEnrollment>"
    )


def school_info(ref_id: str, name: str, local_id: str, *, campus: str = "", acara_id: str = "") -> str:
    return (
        f'<SchoolInfo RefId="{ref_id}"><LocalId>{local_id}</LocalId>'
        + (f"<ACARAId>{acara_id}</ACARAId>" if acara_id else "")
        + f"<SchoolName>{escape(name)}</SchoolName>"
        + (f"<Campus><SchoolCampusId>{campus}</SchoolCampusId></Campus>" if campus else "")
        + "</SchoolInfo>"
    )


def picture(
    ref_id: str,
    parent: str,
    source: bytes | str,
    *,
    of: str = "StudentPersonal",
    year: str = "",
    type_code: str = "02",
    more: str = "",
) -> str:
    """Return a picture; `source` are its bytes, or its text."""
    text = source if isinstance(source, str) else base64.encodebytes(source).decode()
    return (
        f'<PersonPicture RefId="{ref_id}"><ParentObjectRefId SIF_RefObject="{of}">{parent} \n</ParentObjectRefId>'
        + (f"<SchoolYear>{year}</SchoolYear>" if year else "")
        + f"<PictureSource Type={quoteattr(type_code)}>{text}</PictureSource>{more}</PersonPicture>"
    )


def document(name: str, objects: Iterable[str], *, namespace: str = AU_3_4) -> bytes:
    """Return objects in their collection, such as `PersonPictures`, or in any other element."""
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<{name}{xmlns}>{''.join(objects)}</{name}>".encode()


@dataclass
class School:
    """Photos by path, `students/[year/]code` or `staff/...`, as people and pictures."""

    photos: dict[str, bytes] = field(default_factory=dict)

    def people(self, of: str) -> list[str]:
        codes = {path.rpartition("/")[2]: None for path in self.photos if OBJECTS[path.split("/")[0]] == of}
        return [person(guid(f"{of}/{code}"), code, of=of) for code in codes]

    def pictures(self) -> list[str]:
        return [self.picture(path) for path in self.photos]

    def picture(self, path: str) -> str:
        component, *year, code = path.split("/")
        of = OBJECTS[component]
        return picture(guid(path), guid(f"{of}/{code}"), self.photos[path], of=of, year="".join(year))

    def document(self) -> bytes:
        people = [each for of in OBJECTS.values() for each in self.people(of)]
        return document("SIF_Objects", [*people, *self.pictures()])


@dataclass
class SifServer:
    """Answers for a web server (`tests.services.web_server`). The collections are made anew with each request."""

    collections: Callable[[], dict[str, list[str]]]
    user: str = "a-session"
    secret: str = "a secret"
    first_page: int = 0
    counts: bool = True
    available: bool = True
    """False: it answers 500."""
    gives_page_before_first: bool = False
    """Answers page 0 with page 1, where it counts from 1."""

    def __call__(self, asked: Asked) -> Reply:
        if not self.available:
            return Reply(500)
        if not self._is_signed(asked):
            return Reply(401)
        path, _, matrix = asked.path.partition(";")
        if matrix not in ("", "zoneId=Zone%20A;contextId=DEFAULT"):
            return Reply(404)
        name, _, ref_id = path.removeprefix("/requests/").partition("/")
        collection = self.collections().get(name)
        if collection is None:
            return Reply(404)
        if ref_id:
            return self._one(collection, ref_id)
        return self._page(name, collection, asked)

    def _one(self, collection: list[str], ref_id: str) -> Reply:
        found = next((each for each in collection if f'RefId="{ref_id}"' in each.partition(">")[0]), None)
        return Reply(404) if found is None else Reply(content=found.encode())

    def _page(self, name: str, collection: list[str], asked: Asked) -> Reply:
        if "navigationpagesize" not in asked.headers:
            return Reply(content=document(name, collection))
        size = int(asked.headers["navigationpagesize"])
        number = int(asked.headers["navigationpage"]) - self.first_page
        if number < 0 and not self.gives_page_before_first:
            return Reply(400)
        objects = collection[max(number, 0) * size : (max(number, 0) + 1) * size]
        if not objects:
            return Reply(204)
        headers = {"navigationId": "n-1"}
        if self.counts:
            headers["navigationCount"] = str(len(collection))
            headers["navigationLastPage"] = str(-(-len(collection) // size))
        return Reply(content=document(name, objects), headers=headers)

    def _is_signed(self, asked: Asked) -> bool:
        way, _, token = asked.headers.get("authorization", "").partition(" ")
        if way == "Bearer":
            return token == self.secret
        expected = f"{self.user}:{self.secret}"
        if way == "SIF_HMACSHA256":
            signed = f"{self.user}:{asked.headers['timestamp']}".encode()
            digest = hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()
            expected = f"{self.user}:{base64.b64encode(digest).decode()}"
        return base64.b64decode(token).decode() == expected


def school_server(school: School, **given: object) -> SifServer:
    def collections() -> dict[str, list[str]]:
        return {
            "StudentPersonals": school.people("StudentPersonal"),
            "StaffPersonals": school.people("StaffPersonal"),
            "PersonPictures": school.pictures(),
        }

    return SifServer(collections, **given)  # type: ignore[arg-type]
