"""What a OneRoster service says of people: 1.1 and 1.2, found out, signed in to and read to the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from photosync.connectors.registry import Guard
from photosync.connectors.roster.contract import UnreadableLine
from photosync.connectors.roster.oneroster.rest_kind import ONEROSTER_REST
from photosync.connectors.roster.oneroster.rest_service import places_of
from photosync.connectors.roster.registry import open_roster
from photosync.connectors.testing.roster_conformance import read
from photosync.core.errors import Refused, SourceUnavailable, WrongUse
from photosync.core.people import PersonKind
from tests.connectors.roster.services import (
    MIA,
    SAM,
    STAFF,
    STUDENT,
    TODAY,
    codes,
    enrolled,
    opened,
    rows,
    school,
    student,
)
from tests.services.oneroster_service import SCOPES, SECRET, OneRosterService, role
from tests.services.web_server import Reply

NOTHING = "Nothing was concluded from it, so nothing was changed."


@pytest.fixture
def service() -> Iterator[OneRosterService]:
    with school() as made:
        yield made


def told(service: OneRosterService, kind: PersonKind = STUDENT, **options: str) -> str:
    """Return why the roster cannot be read."""
    with pytest.raises(SourceUnavailable) as raised:
        rows(service, kind, **options)
    assert SECRET not in raised.value.message
    assert "token-" not in raised.value.message
    return raised.value.message.replace(f"the API 127.0.0.1 (port {service.web.port})", "the API")


def test_student_has_every_field_that_the_service_says(service: OneRosterService) -> None:
    assert rows(service) == [
        {
            "student_code": "002082",
            "alternate_id": "u1;m-1;cn-mchen;S77",
            "given_name": "Mia",
            "family_name": "Chen",
            "username": "mchen",
            "status": "active",
            "preferred_name": "Mimi",
            "email": "mia@hill.example",
            "campus": "Hill Campus",
            "year_level": "07",
            "roll_group": "7A",
        }
    ]


def test_service_of_1_1_says_the_same_but_for_what_1_2_brought(service: OneRosterService) -> None:
    by_1_2 = rows(service)[0]
    service.versions = {"1.1"}
    assert rows(service) == [
        {name: cell for name, cell in by_1_2.items() if name != "preferred_name"}
        | {"alternate_id": "u1;cn-mchen;S77"}
    ]


def test_staff_are_every_role_but_families_in_both_versions(service: OneRosterService) -> None:
    for versions in ({"1.2"}, {"1.1"}):
        service.versions = versions
        found = rows(service, STAFF)
        assert [(each["staff_code"], each["campus"]) for each in found] == [("T01", "Vale Campus")]
        assert "roll_group" not in found[0]


def test_roles_are_of_an_org_each_and_may_be_over(service: OneRosterService) -> None:
    both = {**SAM, "sourcedId": "u9", "identifier": "9"}
    both["roles"] = [role("teacher", "o2", endDate="2026-11-23"), role("student", "o1", primary=False)]
    service.records["users"].append(both)
    staff = {row["staff_code"]: row for row in rows(service, STAFF)}
    assert (staff["9"]["status"], staff["9"]["campus"]) == ("left", "Vale Campus")
    students = {row["student_code"]: row for row in rows(service)}
    assert (students["9"]["status"], students["9"]["campus"]) == ("active", "Hill Campus")
    assert codes(service, org="HC") == ["002082", "9"]
    assert codes(service, STAFF, org="o1") == []


def test_who_has_left_the_school_that_is_asked_for_has_left_whatever_they_are_in_another(
    service: OneRosterService,
) -> None:
    ended = role("student", "o1", endDate="2026-06-30")
    service.records["users"] = [student(8, roles=[ended, role("student", "o2")])]
    told = [[row["status"] for row in rows(service, org=org)] for org in ("o1", "o2", "")]
    assert told == [["left"], ["active"], ["active"]]


def test_role_in_an_org_that_is_not_among_the_orgs_may_be_of_the_one_that_is_asked_for(
    service: OneRosterService,
) -> None:
    service.records["users"].append(student(9, roles=[role("student", "o9")]))
    with opened(service, org="o1") as roster:
        assert [row["student_code"] for row in read(roster.table(STUDENT))] == ["002082"]
        assert not roster.names_everyone(STUDENT)
        assert [each[:67] for each in roster.warnings()] == [
            "Users with a role that names no org, or one that is not among the o"
        ]


def test_end_that_cannot_be_is_none_and_is_told(service: OneRosterService) -> None:
    service.records["users"] = [student(8, roles=[role("student", "o1", endDate="0001-01-01")])]
    with opened(service) as roster:
        assert [row["status"] for row in read(roster.table(STUDENT))] == ["active"]
        assert roster.warnings() == (
            "Records with an endDate that cannot be, such as one before the beginDate: 1. They were read as if that "
            "date were not there. Have it corrected where it comes from.",
        )


def test_user_that_is_to_be_deleted_has_left(service: OneRosterService) -> None:
    service.records["users"] = [{**MIA, "status": "tobedeleted"}]
    assert rows(service)[0]["status"] == "left"


def test_options_choose_the_code_the_roll_group_and_the_school(service: OneRosterService) -> None:
    assert codes(service, code="sourcedId") == ["u1"]
    assert rows(service, roll_group="code")[0]["roll_group"] == "HR7A"
    assert "roll_group" not in rows(service, roll_group="none")[0]
    for wanted, found in (("VC", []), ("hill campus", ["002082"]), ("o1", ["002082"])):
        assert codes(service, org=wanted) == found
    assert told(service, org="Sea Campus") == (
        f'There is no org "Sea Campus" in the OneRoster service. {NOTHING} Its orgs are: "The District", '
        '"Hill Campus", "Vale Campus". Choose one of them for the option org, or leave it empty.'
    )


def test_roll_group_is_the_homeroom_that_goes_on_now(service: OneRosterService) -> None:
    service.records["enrollments"] = enrolled("u1", "c6")
    assert rows(service)[0]["roll_group"] == "6B"
    service.records["enrollments"] = enrolled("u1", "c7", status="tobedeleted")
    assert "roll_group" not in rows(service)[0]


def test_what_nobody_has_is_no_column_and_what_somebody_has_is_one(service: OneRosterService) -> None:
    service.records["users"] = [student(1), student(2)]
    assert not {"email", "preferred_name", "year_level"} & set(rows(service)[0])
    service.records["users"].append(student(3, email="c@hill.example"))
    assert [row["email"] for row in rows(service)] == ["", "", "c@hill.example"]


def test_only_what_is_used_is_asked_for(service: OneRosterService) -> None:
    rows(service)
    fields = {
        urlsplit(path).path.rpartition("/")[2]: parse_qs(urlsplit(path).query).get("fields", [""])[0]
        for path in service.asked()
    }
    assert sorted(fields) == ["academicSessions", "classes", "enrollments", "orgs", "students"]
    assert all(fields.values())
    assert "password" not in fields["students"]


def test_newest_version_is_found_and_another_is_taken_where_it_is_not(service: OneRosterService) -> None:
    for versions, recognised in (({"1.1", "1.2"}, "OneRoster 1.2"), ({"1.1"}, "OneRoster 1.1")):
        service.versions = versions
        with opened(service) as roster:
            assert roster.recognised == recognised
            assert roster.names_everyone(STUDENT)
    service.versions = {"1.1", "1.2"}
    with opened(service, version="1.1") as roster:
        roster.table(STUDENT)
        assert roster.recognised == "OneRoster 1.1"
    service.grants = {SCOPES["1.1"]}
    with opened(service) as roster:
        assert roster.recognised == "OneRoster 1.1"


def test_service_that_is_of_no_version_is_told(service: OneRosterService) -> None:
    service.versions = set()
    assert told(service) == (
        "Finding out which version of OneRoster there is failed on the API: there is neither OneRoster 1.2 nor 1.1 "
        f"at this address (404). {NOTHING} Check the address. If the service is at another path, write all of it, up "
        "to v1p1 or v1p2."
    )
    assert told(service, version="1.1") == (
        f"Reading orgs failed on the API: there is nothing at this address (404). {NOTHING} Check the address and "
        "the version."
    ).replace("orgs", "students")


def test_fault_that_passes_is_no_reason_to_read_another_version(service: OneRosterService) -> None:
    service.replies["students"] = [Reply(500)]
    assert "it has a fault of its own, or is being maintained (500)" in told(service)
    assert not service.asked("/v1p1")


@pytest.mark.parametrize("end", ["", "/", "/ims/oneroster", "/ims/oneroster/rostering/", "/ims/oneroster/v1p1"])
def test_address_may_end_before_the_version_or_with_it(service: OneRosterService, end: str) -> None:
    assert codes(service, address=service.address + end, version="1.1") == ["002082"]


def test_addresses_of_a_service_below_a_path_are_made_of_it() -> None:
    assert [place for _, place in places_of("https://sis.example/api/", "auto")] == [
        "https://sis.example/api/ims/oneroster/rostering/v1p2",
        "https://sis.example/api/ims/oneroster/v1p1",
    ]
    assert [place for _, place in places_of("https://sis.example/roster/V1P2", "auto")] == [
        "https://sis.example/roster/V1P2"
    ]


def test_address_that_contradicts_the_version_or_is_none_is_refused(service: OneRosterService) -> None:
    with pytest.raises(WrongUse) as raised:
        opened(service, address="https://sis.example/ims/oneroster/v1p1", version="1.2")
    assert raised.value.message == (
        'The address "https://sis.example/ims/oneroster/v1p1" is that of OneRoster 1.1, and the version is 1.2. '
        "Nothing was changed. Choose the version 1.1, or leave v1p1 away."
    )
    for option in ("address", "token_address"):
        with pytest.raises(WrongUse, match="is not a web address"):
            opened(service, **{option: "sis.example"})
    with pytest.raises(WrongUse, match=r"cannot have a \? or # in it"):
        opened(service, address="https://sis.example/?school=1")
    with pytest.raises(WrongUse, match="The client secret has a space, a line break or letters that cannot be sent"):
        opened(service, secret="two words")


def test_private_address_is_refused_unless_it_is_allowed(service: OneRosterService) -> None:
    guard = Guard(source_roots=(), data_folder=Path("/nowhere"))
    with (
        open_roster("oneroster_rest", service.options(), guard=guard, today=TODAY) as roster,
        pytest.raises(Refused, match=r"127\.0\.0\.1"),
    ):
        roster.table(STUDENT)
    assert not service.web.asked


def test_scope_is_that_of_the_version_unless_another_is_said(service: OneRosterService) -> None:
    rows(service)
    assert set(service.tokens.values()) == {SCOPES["1.2"]}
    service.grants = {""}
    assert told(service) == (
        "Signing in failed on the token server 127.0.0.1 "
        f"(port {service.web.port}): it does not grant the scope that is asked for (invalid_scope). {NOTHING} Check "
        "the client ID, the client secret and the scope."
    )
    assert codes(service, scope="none") == ["002082"]


def test_sign_in_that_is_refused_is_told(service: OneRosterService) -> None:
    assert "it does not know this client ID, or the client secret is another (invalid_client)" in told(
        service, client_id="somebody"
    )
    with pytest.raises(SourceUnavailable) as raised:
        rows(service, secret="an-other-secret")
    assert "an-other-secret" not in raised.value.message
    assert "it does not accept the sign-in (401), unauthorisedrequest" in told(
        service, version="1.2", scope=SCOPES["1.1"]
    )


def test_token_that_runs_out_meanwhile_is_renewed(service: OneRosterService) -> None:
    service.records["users"] = [student(number) for number in range(350)]
    asked = []

    def forget(_asked: object) -> None:
        asked.append(1)
        if len(asked) == 8:
            service.tokens.clear()

    service.before = forget
    assert len(codes(service)) == 350
    assert len([each for each in service.web.asked if each.path == "/token"]) == 2


def test_collections_that_are_withheld_leave_their_fields_as_they_are(service: OneRosterService) -> None:
    for name in ("classes", "enrollments", "academicSessions"):
        service.withheld = {name}
        with opened(service) as roster:
            assert "roll_group" not in roster.table(STUDENT).columns
            assert roster.warnings() == (
                "The service does not give classes, enrollments and academic sessions to this client. Roll groups "
                "were left as they are. Ask who runs it to grant them, or choose none for the roll group.",
            )
    service.withheld = {"orgs"}
    with opened(service) as roster:
        assert "campus" not in roster.table(STUDENT).columns
        assert "campus" not in roster.table(STAFF).columns
        assert roster.warnings() == (
            "The service does not give its orgs to this client. Campuses were left as they are. Ask who runs it to "
            "grant them.",
        )
    assert told(service, org="o1") == (
        f"Reading orgs failed on the API: this client may not read it (403), forbidden. {NOTHING} Ask who runs the "
        "service to grant this client the scope roster-core.readonly."
    )
    service.withheld = {"students"}
    assert "Reading students failed on the API: this client may not read it (403)" in told(service, version="1.1")


def test_service_without_orgs_empties_no_campus(service: OneRosterService) -> None:
    service.records["orgs"] = []
    assert "campus" not in rows(service)[0]


def test_users_without_a_role_are_told(service: OneRosterService) -> None:
    service.records["users"].append({"sourcedId": "u7", "identifier": "7", "roles": []})
    with opened(service) as roster:
        list(roster.table(STUDENT))
        list(roster.table(STAFF))
        assert roster.warnings() == (
            "1 users came without a role, so that it is not known whether they are students or staff. They were left "
            "as they are, and no one was taken to have left by not being in the roster. Give them a role in the "
            "school's system.",
        )
        assert (roster.names_everyone(STUDENT), roster.names_everyone(STAFF)) == (False, False)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_user_whose_role_names_no_org_may_be_of_the_one_that_is_asked_for(
    service: OneRosterService, version: str
) -> None:
    service.versions = {version}
    nowhere = {
        "role": "student",
        "roleType": "primary",
        "org": {"href": "https://sis.example/orgs/o1", "type": "org"},
    }
    service.records["users"] += [student(7, roles=[nowhere]), student(8, roles=[nowhere], status="tobedeleted")]
    with opened(service, org="Hill Campus") as roster:
        assert [row["student_code"] for row in read(roster.table(STUDENT))] == ["002082"]
        assert read(roster.table(STAFF)) == []
        assert roster.warnings() == (
            "Users with a role that names no org, or one that is not among the orgs: 1. It is not known whether they "
            "are of the school that was chosen. They were left as they are, and no one was taken to have left by not "
            "being in the roster. Have the org named where it comes from, or name no school here.",
        )
        assert (roster.names_everyone(STUDENT), roster.names_everyone(STAFF)) == (False, True)
    with opened(service) as roster:
        assert [row["student_code"] for row in read(roster.table(STUDENT))] == ["00007", "00008", "002082"]
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (True, ())


def test_role_that_names_no_org_makes_nobody_a_leaver_of_the_one_that_is_asked_for(service: OneRosterService) -> None:
    ended, nowhere = role("student", "o1", endDate="2026-01-01"), {"role": "student", "roleType": "secondary"}
    service.records["users"] = [
        student(7, roles=[ended, nowhere]),
        student(8, roles=[role("student", "o1"), nowhere]),
    ]
    with opened(service, org="Hill Campus") as roster:
        found = list(roster.table(STUDENT))
        assert roster.warnings() == ()
    assert [each.reason if isinstance(each, UnreadableLine) else each.cells[0] for each in found] == [
        "A role of this user names no org, or one that is not known, so that it is not known whether this user has "
        "left.",
        "00008",
    ]


def test_record_that_cannot_be_used_changes_no_roll_group_and_no_campus(service: OneRosterService) -> None:
    service.records["enrollments"].append({"sourcedId": "e9", "role": "student", "user": {}, "class": {}})
    with opened(service) as roster:
        assert "roll_group" not in roster.table(STUDENT).columns
        assert roster.warnings() == (
            "1 record of enrollments cannot be used (record 4: It has no userSourcedId). Roll groups were left as "
            "they are. Ask who runs the service to correct it.",
        )
    service.records["orgs"] += [{"name": "Nowhere"}, "none", *({"name": str(number)} for number in range(3))]
    service.sorts = False
    with opened(service, roll_group="none") as roster:
        assert "campus" not in roster.table(STAFF).columns
        assert roster.warnings() == (
            "5 records of orgs cannot be used (record 4: It has no sourcedId; record 5: It is no JSON object; record "
            "6: It has no sourcedId; and 2 more). Campuses were left as they are. Ask who runs the service to "
            "correct it.",
        )


def test_user_with_a_role_that_cannot_be_used_is_a_row_that_cannot_be(service: OneRosterService) -> None:
    ended = role("student", "o1", endDate="2026-01-01")
    service.records["users"] = [
        student(1, roles=[ended, {**role("student", "o1"), "role": "x" * 1_001}]),
        student(2, roles=[ended, "student"]),
        student(3, roles=[role("student", "o1")] * 1_001),
        {**MIA, "roles": [], "status": "tobedeleted"},
    ]
    with opened(service) as roster:
        found = list(roster.table(STUDENT))
        assert roster.names_everyone(STUDENT)
    assert [each.reason for each in found if isinstance(each, UnreadableLine)] == [
        "It has more than 1,000 characters in role.",
        "It has a role that is no JSON object.",
        "It has more than 1,000 values in roles.",
    ]


def test_record_that_cannot_be_used_does_not_stop_the_others(service: OneRosterService) -> None:
    service.sorts = False
    service.records["users"] = [
        student(1),
        {"identifier": "2", "roles": [role("student", "o1")]},
        student(3, givenName="x" * 1_001),
        student(4, familyName="a\0b"),
        student(5, userIds=[{"type": "x", "identifier": str(number)} for number in range(1_001)]),
        student(6, identifier=6, grades="08,09", userIds=None, username={"a": 1}, email=["x"]),
        "nobody",
    ]
    with opened(service) as roster:
        found = list(roster.table(STUDENT))
    assert [each.reason for each in found if isinstance(each, UnreadableLine)] == [
        "It has no sourcedId.",
        "It has more than 1,000 characters in givenName.",
        "It has a NUL in familyName, which no text has.",
        "It has more than 1,000 values in userIds.",
        "It is no JSON object.",
    ]
    assert [each.line for each in found] == [1, 2, 3, 4, 5, 6, 7]


def test_lists_that_are_no_lists_and_numbers_are_read_as_they_are(service: OneRosterService) -> None:
    service.records["users"] = [student(6, identifier=6, grades="08,09", username={"a": 1}, email=["x"])]
    (row,) = rows(service)
    assert (row["student_code"], row["year_level"], row["username"]) == ("6", "08", "")


def test_password_of_a_user_is_never_in_a_row(service: OneRosterService) -> None:
    service.sorts = False
    with opened(service) as roster:
        assert "do-not-read" not in repr(list(roster.table(STUDENT)))


def test_kind_says_where_its_secret_goes() -> None:
    assert ONEROSTER_REST.secrets == {"secret"}
    assert ONEROSTER_REST.secrets_go_to == ("address", "token_address", "ca_pem")
    with pytest.raises(WrongUse, match="needs the option secret"):
        ONEROSTER_REST.check({"address": "https://a.example", "token_address": "https://a.example", "client_id": "x"})
