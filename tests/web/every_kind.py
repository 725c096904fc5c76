"""A place of each kind that photos or people come from, and what a new user types in to read it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Page

from photosync.core.people import PersonKind
from tests.connectors.roster import services as oneroster
from tests.connectors.roster.databases import make_people, options_on
from tests.connectors.roster.ldap import directories
from tests.connectors.roster.packages import ORGS, USERS_1_1, manifest, table, write_zip
from tests.connectors.roster.sif import schools as sif_rosters
from tests.connectors.sql.schools import MariaDbSchool
from tests.portraits import make_portrait
from tests.services import mariadb, samba, sftp, slapd
from tests.services import webdav_server as webdav
from tests.services.object_store import REGION, object_store
from tests.services.people_api import TOKEN, people_api
from tests.services.sif import School as SifSchool
from tests.services.sif import school_server, student
from tests.services.web_server import web_server

Place = Callable[[str, Path], AbstractContextManager[Mapping[str, str]]]
"""Given a student's code and a folder, a place that holds this student, running until it is left; the options."""


@dataclass(frozen=True)
class Typed:
    """Fills in the fields of a kind, by the names of its options."""

    page: Page

    def fill(self, options: Mapping[str, str]) -> None:
        for name, value in options.items():
            field = self.page.locator(f'[name="option-{name}"]')
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)


def photo(code: str) -> bytes:
    return make_portrait(int(code), 400, 500)


def _put(folder: Path, code: str) -> Path:
    path = folder / f"{code}.jpg"
    path.write_bytes(photo(code))
    return path


@contextmanager
def folder(code: str, place: Path) -> Iterator[Mapping[str, str]]:
    _put(place, code)
    yield {"path": str(place)}


@contextmanager
def archive(code: str, place: Path) -> Iterator[Mapping[str, str]]:
    with ZipFile(place / "photos.zip", "w") as file:
        file.writestr(f"2026/{code}.jpg", photo(code))
    yield {"path": str(place / "photos.zip")}


@contextmanager
def sftp_folder(code: str, place: Path) -> Iterator[Mapping[str, str]]:
    _put(place, code)
    with sftp.sftp_server(place) as server:
        signed = {"username": sftp.USERNAME, "password": sftp.PASSWORD, "host_key": server.fingerprint}
        yield {"host": "127.0.0.1", "port": str(server.port)} | signed


@contextmanager
def windows_share(code: str, _place: Path) -> Iterator[Mapping[str, str]]:
    with samba.running() as server:
        _put(server.files, code)
        signed = {"share": samba.SHARE, "username": samba.USER, "password": server.password}
        yield {"host": "127.0.0.1", "port": str(server.port)} | signed


@contextmanager
def bucket(code: str, _place: Path) -> Iterator[Mapping[str, str]]:
    with object_store() as store:
        store.make_bucket("photos")
        store.fill("photos", {f"2026/{code}.jpg": photo(code)})
        signed = {"access_key_id": "AKIDOFTHETESTS", "secret_access_key": "tide"}
        yield {"bucket": "photos", "region": REGION, "endpoint": store.address, "prefix": "2026"} | signed


@contextmanager
def webdav_folder(code: str, _place: Path) -> Iterator[Mapping[str, str]]:
    with webdav.webdav_server() as server:
        _put(server.files, code)
        yield {"address": server.address, "user": webdav.USER, "password": webdav.PASSWORD}


@contextmanager
def database(code: str, _place: Path) -> Iterator[Mapping[str, str]]:
    with mariadb.running() as server, MariaDbSchool.made(server) as school:
        school.put(code, photo(code))
        yield school.options()


@contextmanager
def sif_files(code: str, place: Path) -> Iterator[Mapping[str, str]]:
    (place / "all.xml").write_bytes(SifSchool({f"students/{code}": photo(code)}).document())
    yield {"path": str(place)}


@contextmanager
def sif_rest(code: str, _place: Path) -> Iterator[Mapping[str, str]]:
    with web_server(school_server(SifSchool({f"students/{code}": photo(code)}))) as web:
        signed = {"sign_in": "SIF_HMACSHA256", "user": "a-session", "secret": "a secret"}
        yield {"address": f"{web.address}/requests", "zone": "Zone A", "context": "DEFAULT"} | signed


@contextmanager
def json_api(code: str, _place: Path) -> Iterator[Mapping[str, str]]:
    with people_api(photos="link") as api:
        api.put(f"students/{code}", photo(code))
        mapped = {"students": "students", "records": "$.data", "id": "$.id", "photo": "$.photo"}
        yield {"address": api.address, "secret": TOKEN} | mapped


SOURCES: Mapping[str, Place] = {
    "folder": folder,
    "archive": archive,
    "sftp": sftp_folder,
    "smb": windows_share,
    "s3": bucket,
    "webdav": webdav_folder,
    "sql": database,
    "sif_files": sif_files,
    "sif_rest": sif_rest,
    "json_api": json_api,
}


@contextmanager
def csv_file(code: str, place: Path) -> Iterator[Mapping[str, str]]:
    (place / "students.csv").write_text(f"Student Code,Given Name,Family Name\n{code},Mia,Chen\n")
    yield {"path": str(place / "students.csv")}


@contextmanager
def oneroster_zip(code: str, place: Path) -> Iterator[Mapping[str, str]]:
    mia = {"sourcedId": "u1", "role": "student", "orgSourcedIds": "o1", "identifier": code, "username": "mia"}
    files = {
        "manifest.csv": manifest("1.1", users="bulk", orgs="bulk"),
        "users.csv": table(USERS_1_1, [mia | {"givenName": "Mia", "familyName": "Chen", "grades": "09"}]),
        "orgs.csv": table(ORGS, [{"sourcedId": "o1", "name": "Hill Campus", "type": "school"}]),
    }
    yield {"path": str(write_zip(place / "oneroster.zip", files)), "code": "identifier"}


@contextmanager
def oneroster_service(code: str, _place: Path) -> Iterator[Mapping[str, str]]:
    with oneroster.school() as service:
        service.records["users"] = [oneroster.student(int(code), identifier=code, givenName="Mia", familyName="Chen")]
        service.records["enrollments"] = []
        yield service.options()


@contextmanager
def sif_roster_files(code: str, place: Path) -> Iterator[Mapping[str, str]]:
    (place / "all.xml").write_bytes(sif_rosters.document("SIF_Objects", _sif_objects(code)))
    yield {"path": str(place)}


@contextmanager
def sif_roster_service(code: str, _place: Path) -> Iterator[Mapping[str, str]]:
    server = sif_rosters.server_of(_sif_objects(code))
    with web_server(server) as web:
        yield sif_rosters.options_of(web.address)


def _sif_objects(code: str) -> list[str]:
    ref_id = sif_rosters.guid(code)
    now = sif_rosters.enrollment(sif_rosters.guid(f"of {code}"), ref_id, sif_rosters.HILL, YearLevel="9")
    return [*sif_rosters.SCHOOLS, student(ref_id, code, "Mia", "Chen"), now]


@contextmanager
def table_of_students(code: str, _place: Path) -> Iterator[Mapping[str, str]]:
    with mariadb.running() as server, MariaDbSchool.made(server) as school:
        person = {"student_code": code, "given_name": "Mia", "family_name": "Chen", "username": f"m{code}"}
        make_people(school, PersonKind.STUDENT, [person])
        yield options_on(school, students_query="SELECT * FROM students")


@contextmanager
def directory(code: str, _place: Path) -> Iterator[Mapping[str, str]]:
    with slapd.running() as server:
        server.fill(directories.person(code, givenName="Mia", sn="Chen"))
        yield directories.options(server)


ROSTERS: Mapping[str, Place] = {
    "csv": csv_file,
    "oneroster": oneroster_zip,
    "oneroster_rest": oneroster_service,
    "sif_files": sif_roster_files,
    "sif_rest": sif_roster_service,
    "sql": table_of_students,
    "ldap": directory,
}
