"""Every kind of roster passes the suite that is shipped with the product."""

import csv
from collections.abc import Iterator
from datetime import date

import pytest

from photosync.connectors.roster.csv_file import CsvRoster
from photosync.connectors.roster.kept_rows import KeptRows
from photosync.connectors.roster.oneroster.kind import ONEROSTER_ZIP, OneRosterZip
from photosync.connectors.testing.roster_conformance import RosterConformance
from photosync.core.errors import SourceUnavailable
from photosync.core.people import PersonKind
from tests.connectors.roster.databases import make_people, roster_on
from tests.connectors.roster.packages import USERS_1_1, manifest, table, write_zip
from tests.connectors.roster.services import ORGS, opened
from tests.connectors.sql.schools import School
from tests.services.bad_network import BadNetwork, Faults, bad_network
from tests.services.oneroster_service import OneRosterService, oneroster_service, role
from tests.services.web_server import Reply

TODAY = date(2026, 11, 24)
FIELDS = ["student_code", "staff_code", "given_name", "family_name", "username"]


class TestCsvFile(RosterConformance):
    kind = "csv"

    def make(self, place, people):
        ((kind, rows),) = people.items()
        names = [name for name in FIELDS if name != f"{'staff' if kind is PersonKind.STUDENT else 'student'}_code"]
        with (place / "people.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        return CsvRoster(place / "people.csv")

    def make_unavailable(self, place, roster):
        (place / "people.csv").unlink()


class TestCsvFileThatIsWrittenToMeanwhile(TestCsvFile):
    def break_off(self, place, roster):
        with (place / "people.csv").open("a", encoding="utf-8") as file:
            file.write("009999,Neu,Mann,nm\n")


class TestOneRosterZip(RosterConformance):
    kind = "oneroster"

    def make(self, place, people):
        rows = [self.user(kind, person) for kind, listed in people.items() for person in listed]
        files = {"manifest.csv": manifest("1.1", users="bulk"), "users.csv": table(USERS_1_1, rows)}
        path = write_zip(place / "oneroster.zip", files)
        return OneRosterZip(path, ONEROSTER_ZIP.check({"path": str(path)}), TODAY)

    def user(self, kind, person):
        code = person.get("student_code") or person["staff_code"]
        return {
            "sourcedId": f"u{code}",
            "role": "student" if kind is PersonKind.STUDENT else "teacher",
            "orgSourcedIds": "o1",
            "identifier": code,
            "username": person["username"],
            "givenName": person["given_name"],
            "familyName": person["family_name"],
        }

    def make_unavailable(self, place, _roster):
        (place / "oneroster.zip").unlink(missing_ok=True)

    def test_reading_that_breaks_off_does_not_end_quietly(self, tmp_path, monkeypatch):
        """It is read to its end before its first row, so that it breaks off before that, or not at all."""
        people = {PersonKind.STUDENT: self._many(PersonKind.STUDENT)}
        for break_off in (self.make_unavailable, self.replace, self.damage):
            with self.make(tmp_path, people) as roster, monkeypatch.context() as patched:
                acts = iter((break_off,))
                patched.setattr(KeptRows, "add", lambda *_row: [act(tmp_path, None) for act in acts])  # noqa: B023
                self._raised(SourceUnavailable, lambda: roster.table(PersonKind.STUDENT))
            with self.make(tmp_path, people) as roster:
                rows = iter(roster.table(PersonKind.STUDENT))
                next(rows)
                break_off(tmp_path, roster)
                assert len(list(rows)) == len(people[PersonKind.STUDENT]) - 1

    def replace(self, place, _roster):
        self.make(place, {PersonKind.STUDENT: ()})

    def damage(self, place, _roster):
        path = place / "oneroster.zip"
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)


class OnDatabase(RosterConformance):
    """Over a line that breaks when it has brought the beginning of what is many."""

    kind = "sql"

    school: School
    network: BadNetwork

    def make(self, place, people):
        queries = {}
        for kind, rows in people.items():
            make_people(self.school, kind, rows)
            queries[f"{kind.component}_query"] = f"SELECT * FROM {kind.component}"
            if len(rows) > 100:
                self.network.disturb(down=Faults(cut_after=40_000))
        return roster_on(self.school, port=self.network.port, **queries)

    def make_unavailable(self, place, roster):
        self.network.lose()

    def break_off(self, place, roster):
        """It was arranged when it was made: what has come already is in nobody's hand."""


class TestPostgreSql(OnDatabase):
    @pytest.fixture(autouse=True)
    def _school(self, postgresql_school):
        self.school = postgresql_school
        with bad_network(self.school.port) as self.network:
            yield


class TestMariaDb(OnDatabase):
    @pytest.fixture(autouse=True)
    def _school(self, mariadb_school):
        self.school = mariadb_school
        with bad_network(self.school.port) as self.network:
            yield


class TestOneRosterService(RosterConformance):
    kind = "oneroster_rest"
    version = "1.2"

    @pytest.fixture(autouse=True)
    def _service(self) -> Iterator[None]:
        with oneroster_service(versions={self.version}, most_on_a_page=500) as service:
            self.service: OneRosterService = service
            yield

    def make(self, place, people):
        self.service.records |= {"orgs": ORGS, "users": []}
        self.service.replies = {}
        for kind, listed in people.items():
            self.service.records["users"] += [self.user(kind, person) for person in listed]
        return opened(self.service)

    def user(self, kind, person):
        code = person.get("student_code") or person["staff_code"]
        return {
            "sourcedId": f"u{code}",
            "roles": [role("student" if kind is PersonKind.STUDENT else "aide", "o1")],
            "identifier": code,
            "username": person["username"],
            "givenName": person["given_name"],
            "familyName": person["family_name"],
        }

    def make_unavailable(self, place, roster):
        self.service.replies = {name: [Reply(500)] * 9 for name in ("students", "users")}

    def test_reading_that_breaks_off_does_not_end_quietly(self, tmp_path):
        """It is read to its end before its first row, so that it breaks off before that, or not at all."""
        for kind in self.kinds:
            with self.make(tmp_path, {kind: self._many(kind)}) as roster:
                self.service.replies = {name: [None, None, None, Reply(500)] for name in ("students", "users")}
                self._raised(SourceUnavailable, lambda: roster.table(kind))  # noqa: B023 - called at once
            with self.make(tmp_path, {kind: self._many(kind)}) as roster:
                rows = iter(roster.table(kind))
                next(rows)
                self.make_unavailable(tmp_path, roster)
                assert len(list(rows)) == len(self._many(kind)) - 1


class TestOneRosterServiceOf11(TestOneRosterService):
    version = "1.1"
