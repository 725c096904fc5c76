"""What is read of a real directory, and what is said of it."""

import itertools
import subprocess
import sys
from uuid import UUID

import pytest

from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.connectors.testing.roster_conformance import read
from photosync.core.errors import Refused, SourceUnavailable, WrongUse
from photosync.core.people import PersonKind
from photosync.outgoing import AllowedRanges
from tests.connectors.roster.ldap.directories import (
    LOOPBACK,
    STAFF,
    STUDENTS,
    entry,
    many,
    options,
    person,
    roster,
)
from tests.services.slapd import READER, SUFFIX

STUDENT, STAFF_MEMBER = PersonKind.STUDENT, PersonKind.STAFF
CONCLUDED = "Nothing was concluded from it, so nothing was changed."
GUID = UUID("2f6a0b3c-1d4e-4f50-8a61-b2c3d4e5f607")
SID = bytes.fromhex("010500000000000515000000a065cf7e784b9b5fe77c8770910c0000")


def told(server, **changes):
    """Return what is said where reading students fails."""
    with pytest.raises(SourceUnavailable) as raised, roster(options(server, **changes)) as opened:
        list(opened.table(STUDENT))
    return raised.value.message


def at(server):
    return f"the LDAP directory 127.0.0.1 (port {server.port})"


def test_people_are_found_page_by_page_in_either_place(directory):
    directory.fill(many(25) + person("T01", STAFF, mail="t01@school.example"))
    with roster(options(directory, page_size="10")) as opened:
        students, staff = opened.table(STUDENT), opened.table(STAFF_MEMBER)
        assert [row["student_code"] for row in read(students)] == [f"{number:04d}" for number in range(1, 26)]
        assert list(staff.columns) == ["staff_code", "given_name", "family_name", "username", "email"]
        assert list(staff) == [Row(1, ["T01", "Given", "Family", "uT01", "t01@school.example"])]
        assert opened.names_everyone(STUDENT)


def test_filter_and_attributes_are_those_that_are_chosen(directory):
    directory.fill(
        person("1", employeeType="student", departmentNumber="7", roomNumber="7A", mail="a@school.example")
        + person("2", employeeType="guest")
        + person("3", employeeType="student")
    )
    chosen = options(
        directory,
        students_filter="(&\n  (objectClass=inetOrgPerson)\n  (employeeType=student)\n)",
        attributes="year_level=departmentNumber, roll_group = roomNumber\nemail=\nemployeeType",
    )
    with roster(chosen) as opened:
        assert read(opened.table(STUDENT)) == [
            {
                "student_code": code,
                "given_name": "Given",
                "family_name": "Family",
                "username": f"u{code}",
                "year_level": year,
                "roll_group": group,
                "employeeType": "student",
            }
            for code, year, group in (("1", "7", "7A"), ("3", "", ""))
        ]
        assert opened.warnings() == []


def test_active_directory_has_its_own_attributes_and_says_who_is_disabled(directory):
    def user(code, control, **more):
        names = {"cn": code, "sn": "Family", "givenName": "Given", "sAMAccountName": f"s{code}", "employeeID": code}
        needed = {"instanceType": "4", "nTSecurityDescriptor": "x", "objectCategory": f"cn=person,{SUFFIX}"}
        all_of_it = {**names, **needed, "userAccountControl": control, **more}
        return entry(f"u{code}", STUDENTS, "user", "extensibleObject", **all_of_it)

    directory.fill(user("002082", "512", objectGUID=GUID.bytes_le, objectSid=SID) + user("2082", "514"))
    chosen = {"directory": "active_directory", "students_filter": "(objectClass=user)"}
    chosen["attributes"] = "alternate_id=objectGUID, objectSid"
    with roster(options(directory, **chosen, disabled="left")) as opened:
        first, second = read(opened.table(STUDENT))
    assert first == {
        "student_code": "002082",
        "given_name": "Given",
        "family_name": "Family",
        "username": "s002082",
        "alternate_id": str(GUID),
        "objectSid": "S-1-5-21-2127521184-1604012920-1887927527-3217",
        "status": "active",
    }
    assert (second["student_code"], second["status"], second["alternate_id"]) == ("2082", "left", "")
    with roster(options(directory, **chosen)) as opened:
        assert "status" not in opened.table(STUDENT).columns


def test_right_to_see_who_is_disabled_that_was_taken_away_concludes_nothing(directory):
    """Nobody would be disabled then, and whoever has left would be back."""
    directory.fill(many(12))
    chosen = {"directory": "active_directory", "students_filter": "(objectClass=inetOrgPerson)", "page_size": "10"}
    assert told(directory, **chosen, disabled="left") == (
        "None of the students has the attribute userAccountControl, which says who is disabled, and so who has left. "
        f"{CONCLUDED} Let the user of the roster read it, or choose that who is disabled stays (disabled)."
    )
    with roster(options(directory, **chosen)) as opened:
        assert len(list(opened.table(STUDENT))) == 12


def test_of_several_values_the_first_is_taken_and_that_is_said(directory):
    directory.fill(person("1", mail=["a@school.example", "b@school.example"], carLicense=["x1", "x2"]) + person("2"))
    with roster(options(directory, attributes="alternate_id=carLicense")) as opened:
        first, second = read(opened.table(STUDENT))
        assert (first["email"], first["alternate_id"], second["email"]) == ("a@school.example", "x1;x2", "")
        assert opened.warnings() == [
            "mail has several values at 1 of the students. The first that the directory gave was taken, and the "
            "others were not. Let it hold one value, or read another attribute."
        ]


def test_attribute_that_nobody_has_empties_no_field(directory):
    directory.fill(many(25) + person("9999", mail="last@school.example"))
    with roster(options(directory, page_size="10", attributes="house=roomNumber")) as opened:
        table = opened.table(STUDENT)
        assert list(table.columns) == ["student_code", "given_name", "family_name", "username", "email"]
        assert len(list(table)) == 26
        assert opened.warnings() == [
            "None of the students has the attribute roomNumber, so that nothing was taken from it: what is known as "
            "house stays. If they have one, let the user of the roster read it, or name the right attribute "
            "(attributes)."
        ]


def test_code_that_the_user_may_not_read_is_told(directory):
    rules = [f'access to attrs=employeeNumber by dn="{READER}" none', "access to * by * read"]
    directory.fill(person("1"), rules)
    with roster(options(directory)) as opened:
        assert read(opened.table(STUDENT))[0]["student_code"] == ""
        assert opened.warnings()[0] == (
            "None of the students has the attribute employeeNumber, which is to be the student_code. Let the user of "
            "the roster read it, or name the right attribute (attributes)."
        )


def test_value_that_is_no_text_or_far_too_long_is_a_row_that_cannot_be_used(directory):
    directory.fill(person("1", jpegPhoto=b"\xff\xd8\xff") + person("2", description="x" * 1_001) + person("3"))
    with roster(options(directory, attributes="jpegPhoto,description")) as opened:
        rows = list(opened.table(STUDENT))
    assert rows == [
        UnreadableLine(1, f'The attribute jpegPhoto of "uid=u1,{STUDENTS}" is not text.'),
        UnreadableLine(2, f'The attribute description of "uid=u2,{STUDENTS}" has more than 1000 characters.'),
        Row(3, ["3", "Given", "Family", "u3", "", ""]),
    ]


def test_other_places_that_are_referred_to_are_not_read_and_that_is_said(directory):
    away = f"dn: ou=away,{STUDENTS}\nobjectClass: referral\nobjectClass: extensibleObject\nou: away\n"
    directory.fill(many(2) + away + "ref: ldap://192.0.2.1/ou=away,dc=school,dc=example\n\n")
    with roster(options(directory)) as opened:
        assert len(read(opened.table(STUDENT))) == 2
        (said,) = [each for each in opened.warnings() if "refers" in each]
    assert said == (
        "The directory refers to other places for students (1), such as ldap://192.0.2.1/ou=away,dc=school,dc=example"
        "??sub. They were not read. If students are there, save a roster of that server too."
    )
    assert told(directory, students_base=f"ou=away,{STUDENTS}") == (
        f"Searching for students failed on {at(directory)}: it refers to another server, and Photo Sync follows no "
        f"referral. {CONCLUDED} Name the server that holds this base as the host, or correct the base."
    )


def test_size_limit_is_told_also_after_pages(directory):
    directory.fill(many(60), ["sizelimit size.soft=25 size.hard=25"])
    with roster(options(directory, page_size="10")) as opened:
        rows = iter(opened.table(STUDENT))
        assert [row.cells[0] for row in itertools.islice(rows, 20)] == [f"{number:04d}" for number in range(1, 21)]
        with pytest.raises(SourceUnavailable) as raised:
            list(rows)
    assert raised.value.message == (
        f"Searching for students failed on {at(directory)}: it gives no more than its size limit allows. {CONCLUDED} "
        "Let whoever runs the directory raise the limit for this user, also for paged results, or narrow the filter."
    )


def test_paged_results_that_are_switched_off_are_told(directory):
    directory.fill(many(2), ["limits users size.prtotal=disabled"])
    assert told(directory) == (
        f"Searching for students failed on {at(directory)}: one of its limits does not allow that (pagedResults "
        f"control not allowed). {CONCLUDED} Let whoever runs the directory raise the limit for this user, also for "
        "paged results, or narrow the filter."
    )


def test_base_that_is_not_there_is_told(directory):
    directory.fill("")
    assert told(directory, students_base=f"ou=pupils,{SUFFIX}") == (
        f'Searching for students failed on {at(directory)}: it has no entry "ou=pupils,{SUFFIX}", or this user may '
        f'not see it. {CONCLUDED} Correct the base, or let the user read it. It knows "{SUFFIX}".'
    )


def test_access_that_is_not_given_is_told(directory):
    directory.fill("", ["access to attrs=userPassword by anonymous auth", "access to * by * search"])
    with roster(options(directory)) as opened:
        # OpenLDAP hides what may not be read; it says nothing of it.
        assert list(opened.table(STUDENT)) == []


def test_wrong_password_is_told_without_it(directory):
    directory.fill("")
    said = told(directory, password="not-the-password")
    assert said == (
        f"Signing in as {READER} failed on {at(directory)}: it did not accept the user and password. {CONCLUDED} "
        "Check both; the user is a DN such as cn=photosync,dc=school,dc=example, or at Active Directory user@domain."
    )
    assert "not-the-password" not in said


def test_sign_in_without_encryption_is_told_where_it_is_asked_for(directory):
    directory.fill("", ["security simple_bind=128"])
    assert told(directory) == (
        f"Signing in as {READER} failed on {at(directory)}: it asks for encryption (confidentiality required). "
        f"{CONCLUDED} Choose the encryption ldaps or starttls."
    )


def test_certificate_is_that_of_the_name_and_not_of_the_address(directory, certificate):
    directory.fill(many(3))
    pem = certificate.read_text()
    own = {"ca_pem": pem[pem.index("-----BEGIN CERTIFICATE-----") :]}
    for encryption, port in (("ldaps", directory.tls_port), ("starttls", directory.port)):
        place = {"encryption": encryption, "port": str(port)}
        with roster(options(directory, **place, **own, host="localhost"), LOCALHOST) as opened:
            assert len(read(opened.table(STUDENT))) == 3
        for wrong in ({**own, "host": "127.0.0.1"}, {"host": "127.0.0.1"}):
            said = told(directory, **place, **wrong)
            assert (
                f"failed on the LDAP directory 127.0.0.1 (port {port}): its certificate is not to be trusted" in said
            )
            assert said.endswith(
                f"{CONCLUDED} Name the host as its certificate does, or paste the certificate of the authority that "
                "issued it (ca_pem)."
            )


LOCALHOST = AllowedRanges.parse("127.0.0.1/32, ::1/128", setting="the tests")


def test_server_without_tls_is_told_before_the_password_is_sent(directory):
    directory.fill("")
    assert told(directory, encryption="ldaps") == (
        f"Connecting failed on {at(directory)}: it does not speak TLS there. {CONCLUDED} Check the port and "
        "encryption: ldaps is usually at 636, starttls at 389."
    )


def test_line_without_encryption_is_for_addresses_that_the_operator_named(directory):
    given = options(directory, host="9.9.9.9")
    with pytest.raises(Refused) as raised, roster(given, AllowedRanges()) as opened:
        opened.table(STUDENT)
    assert raised.value.message == (
        "9.9.9.9 is at 9.9.9.9, which the operator of the server has not named in "
        "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES. Nothing was sent: elsewhere the connection must be encrypted "
        "(encryption=ldaps or starttls)."
    )


def test_address_inside_the_servers_own_network_is_refused(directory):
    with pytest.raises(Refused, match="an address inside this server's own network, so nothing was sent"):
        roster(options(directory), AllowedRanges()).table(STUDENT)


def test_people_without_a_base_are_not_there(directory):
    directory.fill(many(1))
    with roster(options(directory, staff_base="")) as opened:
        assert len(read(opened.table(STUDENT))) == 1
        with pytest.raises(WrongUse) as raised:
            opened.table(STAFF_MEMBER)
    assert raised.value.message == (
        "It is not said where staff are in the directory. Nothing was changed. Fill in staff_base, or do not read "
        "staff from this roster."
    )


def test_roster_that_is_closed_meanwhile_does_not_end_quietly(directory):
    directory.fill(many(30))
    opened = roster(options(directory, page_size="10"))
    rows = iter(opened.table(STUDENT))
    next(rows)
    opened.close()
    with pytest.raises(SourceUnavailable, match="it was closed meanwhile"):
        list(rows)


def test_library_that_is_not_installed_is_named():
    program = """
import sys
from datetime import date
from pathlib import Path
sys.modules["ldap3"] = None
from photosync.connectors.registry import Guard
from photosync.connectors.roster.registry import kinds, open_roster
from photosync.core.errors import Refused
assert "ldap" in [kind.name for kind in kinds()]
options = {"host": "h", "user": "u", "password": "p", "students_base": "ou=x,dc=y"}
try:
    open_roster("ldap", options, guard=Guard((), Path("/tmp")), today=date(2026, 11, 28))
except Refused as refused:
    print(refused.message)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "Directories cannot be read by this installation: ldap3 is not installed. Nothing was changed. Let the "
        "operator of the server install Photo Sync with the extra ldap.\n"
    )


def test_library_is_not_loaded_before_a_roster_is_opened():
    program = "import sys, photosync.connectors.roster.registry as r; r.kinds(); print('ldap3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_secrets_are_in_nothing_that_can_be_shown(directory):
    opened = roster(options(directory), LOOPBACK)
    assert directory.password not in repr(opened.login)
