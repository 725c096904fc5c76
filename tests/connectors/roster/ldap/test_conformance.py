"""The suite of rosters, against a real directory."""

import pytest

from photosync.connectors.testing.roster_conformance import RosterConformance
from photosync.core.people import PersonKind
from tests.connectors.roster.ldap.directories import STAFF, STUDENTS, entry, options, roster


class TestLdap(RosterConformance):
    kind = "ldap"

    @pytest.fixture(autouse=True)
    def _server(self, directory):
        self.server = directory

    def make(self, place, people):
        self.server.fill("".join(self.ldif(kind, each) for kind, listed in people.items() for each in listed))
        return roster(options(self.server))

    def ldif(self, kind, fields):
        code = fields.get("student_code") or fields["staff_code"]
        return entry(
            fields["username"],
            STUDENTS if kind is PersonKind.STUDENT else STAFF,
            "inetOrgPerson",
            cn=code,
            sn=fields["family_name"],
            givenName=fields["given_name"],
            employeeNumber=code,
        )

    def make_unavailable(self, place, roster):
        self.server.stop()
