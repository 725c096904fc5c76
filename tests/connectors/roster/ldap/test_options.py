"""The options of a directory, and its filters, before anything is sent."""

import pytest

from photosync.apps.people.roster.columns import FIELDS as PERSON_FIELDS
from photosync.connectors.roster.ldap.filters import checked_filter
from photosync.connectors.roster.ldap.kind import LDAP
from photosync.connectors.roster.ldap.settings import FIELDS, Sort, attributes_of, login_of, settings_of
from photosync.connectors.roster.ldap.values import text_of
from photosync.core.errors import WrongUse
from photosync.core.people import PersonKind

NEEDED = {"host": "dc1.school.example", "user": "photosync@school.example", "password": "geheim"}
BASE = {"students_base": "OU=Students,DC=school,DC=example"}


def checked(**given):
    return LDAP.check({**NEEDED, **given})


def wrong(act):
    with pytest.raises(WrongUse) as raised:
        act()
    assert "Nothing was changed" in raised.value.message
    return raised.value.message


def test_fields_are_those_of_people():
    assert FIELDS == PERSON_FIELDS


def test_usual_attributes_differ_from_directory_to_directory():
    assert settings_of(checked(**BASE)).columns(PersonKind.STUDENT) == {
        "student_code": "employeeID",
        "given_name": "givenName",
        "family_name": "sn",
        "username": "sAMAccountName",
        "email": "mail",
    }
    found = settings_of(checked(directory="inetorgperson", attributes="roll_group=ou", staff_base="ou=staff,dc=x"))
    assert found.columns(PersonKind.STAFF) == {
        "staff_code": "employeeNumber",
        "given_name": "givenName",
        "family_name": "sn",
        "username": "uid",
        "email": "mail",
    }
    assert {kind: place.filter for kind, place in found.places.items()} == {
        PersonKind.STAFF: "(objectClass=inetOrgPerson)"
    }
    assert (found.page_entries, login_of(checked()).endpoint.port) == (500, 636)
    assert login_of(checked(encryption="starttls")).endpoint.port == 389


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "There is no base. "),
        ({"students_filter": "(a=b)"}, "There is a filter for students, but no base (students_base). "),
        ({"students_base": "Students"}, "The base for students is not a DN. "),
        ({**BASE, "page_size": "5000"}, '"5000" is not a size of pages. '),
        ({**BASE, "disabled": "left", "attributes": "status=employeeType"}, "Who is disabled can only count as left"),
        ({**BASE, "disabled": "left", "directory": "inetorgperson"}, "Who is disabled can only count as left"),
        ({**BASE, "attributes": "surname=sn"}, '"surname" is not a field of a person. '),
        ({**BASE, "attributes": "house=my house"}, '"my house" is not the name of an attribute. '),
        ({**BASE, "attributes": "student_code="}, '"student_code=" is not the name of an attribute. '),
        ({**BASE, "attributes": "(cn=*)"}, '"(cn" is not a field of a person. '),
        ({**BASE, "attributes": "house=a,house=b"}, 'The option attributes says "house" twice. '),
        ({**BASE, "attributes": ",".join(f"a{n}" for n in range(61))}, "More than 60 attributes are too many. "),
    ],
)
def test_option_that_will_not_do_is_told(given, said):
    assert wrong(lambda: settings_of(checked(**given))).startswith(said)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"host": "ldaps://dc1.school.example"}, '"ldaps://dc1.school.example" is not the name of a host. '),
        ({"ca_pem": "certificate"}, "The certificate of the authority (ca_pem) cannot be read. "),
        ({"user": "cn=a\x00b"}, "The option user has characters that are not text. "),
    ],
)
def test_place_that_will_not_do_is_told(given, said):
    assert wrong(lambda: login_of(checked(**given))).startswith(said)


def test_password_is_never_left_away():
    # Without one, servers let anybody in as nobody, who sees less: everyone else would seem to have left.
    said = wrong(lambda: LDAP.check({"host": "h", "user": "u"}))
    assert said.startswith("A roster of kind ldap needs the option password (of that user). ")


def test_where_secrets_go_is_all_that_decides_who_can_read_them():
    assert LDAP.secrets_go_to == ("host", "port", "encryption", "ca_pem")
    assert LDAP.secrets == {"password"}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("(cn=*)", "(cn=*)"),
        (" ( & (a=b)\n  ( | (c>=d) (e~=f) ) (!(g<=1)) ) ", "(&(a=b)(|(c>=d)(e~=f))(!(g<=1)))"),
        ("(!(userAccountControl:1.2.840.113556.1.4.803:=2))", "(!(userAccountControl:1.2.840.113556.1.4.803:=2))"),
        ("(ou:dn:=x)", "(ou:dn:=x)"),
        (r"(cn=Zoë \28x\29 & = !)", r"(cn=Zoë \28x\29 & = !)"),
        ("(cn= a b )", r"(cn=\20a b\20)"),
        ("(2.5.4.3=x)", "(2.5.4.3=x)"),
        ("(cn;lang-en=)", "(cn;lang-en=)"),
    ],
)
def test_filter_means_the_same_without_blanks_between_its_parts(text, made):
    assert checked_filter(text, "students_filter") == made


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("cn=a", "an opening bracket is missing, at character 1"),
        ("", "an opening bracket is missing, at character 1"),
        ("(cn=a", "a closing bracket is missing, at character 6"),
        ("(a=b)(c=d)", "something follows after its last bracket; several conditions stand in (&...) or (|...), at"),
        ("(&(a=b)(c=d)", "a closing bracket is missing, at character 13"),
        ("(&)", "nothing follows &, at character 3"),
        ("(!(a=b)(c=d))", "! takes one condition; join several with (&...) or (|...), at character 13"),
        ("(=x)", "there is no condition such as attribute=value, at character 2"),
        ("(student)", "there is no condition such as attribute=value, at character 2"),
        (r"(cn=a\b)", r"\ is not followed by two hexadecimal digits, at character 6"),
        ("(cn=a\0b)", "a value has characters in it that are not text, at character 5"),
        ("(cn=a(b)", "a closing bracket is missing, at character 6"),
        ("(!" * 60 + "(a=b)" + ")" * 60, "it has more than 50 brackets in one another, at character"),
        (f"(cn={'x' * 10_000})", "it is longer than 10000 characters, at character"),
    ],
)
def test_filter_that_is_not_well_formed_is_told_with_the_place(text, why):
    said = wrong(lambda: checked_filter(text, "students_filter"))
    assert said.startswith(f"The filter students_filter is not well formed: {why}")


def test_filters_that_pass_are_understood_by_the_library():
    from photosync.connectors.roster.ldap import session  # ldap3 is loaded by it alone

    assert session.ldap3
    from ldap3.operation.search import compile_filter, parse_filter

    for text in (r"(cn=a\20)", "(&(a=b)(|(c>=d)(e~=f))(!(g<=1)))", "(a:1.2.3:=2)", "(cn=*)", "(cn=)", "(cn=a*b*c)"):
        node = parse_filter(
            checked_filter(text, "f"), None, auto_escape=False, auto_encode=True, validator=None, check_names=False
        )
        assert compile_filter(node.elements[0]) is not None


def test_values_are_text_as_administrators_know_them():
    guid = bytes.fromhex("3c0b6a2f4e1d504f8a61b2c3d4e5f607")
    assert text_of("objectGUID", guid) == "2f6a0b3c-1d4e-4f50-8a61-b2c3d4e5f607"
    assert text_of("objectSid", bytes.fromhex("0102000000000005200000002a020000")) == "S-1-5-32-554"
    assert text_of("employeeID", b"002082") == "002082"
    assert text_of("thumbnailPhoto", b"\xff\xd8") is None
    assert text_of("description", b"a\0b") is None
    assert text_of("objectGUID", b"\xff") is None


def test_attributes_alone_become_columns_of_their_own():
    found = attributes_of("email=\r\nextensionAttribute7\n student_code = employeeNumber ", Sort.ACTIVE_DIRECTORY)
    assert found == {
        "student_code": "employeeNumber",
        "staff_code": "employeeID",
        "given_name": "givenName",
        "family_name": "sn",
        "username": "sAMAccountName",
        "extensionAttribute7": "extensionAttribute7",
    }
