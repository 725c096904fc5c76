"""OneRoster ZIPs as schools' systems write them: 1.1 and 1.2, bulk and delta, whole and damaged."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from photosync.connectors.roster.contract import UnreadableLine
from photosync.connectors.roster.oneroster.kind import ONEROSTER_ZIP, OneRosterZip
from photosync.connectors.testing.roster_conformance import read
from photosync.core.errors import SourceUnavailable
from photosync.core.people import PersonKind
from tests.connectors.roster.packages import (
    CLASSES,
    ENROLLMENTS,
    ORGS,
    ROLES,
    SESSIONS,
    USERS_1_1,
    USERS_1_2,
    manifest,
    table,
    write_zip,
)

TODAY = date(2026, 11, 24)
STUDENT, STAFF = PersonKind.STUDENT, PersonKind.STAFF
HILL = {"sourcedId": "o1", "name": "Hill Campus", "type": "school", "identifier": "HC"}
VALE = {"sourcedId": "o2", "name": "Vale Campus", "type": "school", "identifier": "VC"}
DISTRICT = {"sourcedId": "d", "name": "The District", "type": "district"}
MIA = {
    "sourcedId": "u1",
    "orgSourcedIds": "d,o1",
    "role": "student",
    "username": "mchen",
    "userIds": "{LDAP:cn-mchen},{SIS:S77}",
    "givenName": "Mia",
    "familyName": "Chen",
    "identifier": "002082",
    "email": "mia@hill.example",
    "grades": "07",
    "password": "do-not-read",
}
SAM = {"sourcedId": "u2", "orgSourcedIds": "o2", "role": "teacher", "identifier": "T01", "givenName": "Sam"}
MUM = {"sourcedId": "u3", "orgSourcedIds": "o1", "role": "parent", "identifier": "P1", "givenName": "Ann"}
BULK = {"users": "bulk", "orgs": "bulk", "classes": "bulk", "enrollments": "bulk", "academicSessions": "bulk"}
TERM = {"sourcedId": "t26", "startDate": "2026-01-27", "endDate": "2026-12-18"}
LAST_TERM = {"sourcedId": "t25", "startDate": "2025-01-27", "endDate": "2025-12-18"}
CLASS_7A = {"sourcedId": "c7", "title": "7A", "classCode": "HR7A", "classType": "homeroom", "termSourcedIds": "t26"}
CLASS_6B = {"sourcedId": "c6", "title": "6B", "classCode": "HR6B", "classType": "homeroom", "termSourcedIds": "t25"}
MATHS = {"sourcedId": "cm", "title": "Maths", "classCode": "M1", "classType": "scheduled", "termSourcedIds": "t26"}

ODD_DATES = (
    "Records with an endDate that cannot be, such as one before the beginDate: 1. They were read as if that date "
    "were not there. Have it corrected where it comes from."
)


def enrolled(*classes: str, user: str = "u1", **more: str) -> list[dict[str, str]]:
    return [
        {"sourcedId": f"e{each}", "classSourcedId": each, "userSourcedId": user, "role": "student", **more}
        for each in classes
    ]


def whole(**changed: str) -> dict[str, str]:
    """Return the files of a 1.1 export of everyone."""
    files = {
        "manifest.csv": manifest("1.1", **BULK),
        "orgs.csv": table(ORGS, [DISTRICT, HILL, VALE]),
        "academicSessions.csv": table(SESSIONS, [LAST_TERM, TERM]),
        "classes.csv": table(CLASSES, [CLASS_7A, CLASS_6B, MATHS]),
        "enrollments.csv": table(ENROLLMENTS, enrolled("c7", "c6", "cm")),
        "users.csv": table(USERS_1_1, [MIA, SAM, MUM]),
    }
    return files | changed


def opened(place: Path, files: Mapping[str, str], **options: str) -> OneRosterZip:
    path = write_zip(place / "oneroster.zip", files)
    return OneRosterZip(path, ONEROSTER_ZIP.check({"path": str(path), **options}), TODAY)


def rows(place: Path, files: Mapping[str, str], kind: PersonKind = STUDENT, **options: str) -> list[dict[str, str]]:
    with opened(place, files, **options) as roster:
        return read(roster.table(kind))


def test_student_of_1_1_has_every_field_that_the_export_says(tmp_path: Path) -> None:
    assert rows(tmp_path, whole()) == [
        {
            "student_code": "002082",
            "alternate_id": "u1;cn-mchen;S77",
            "given_name": "Mia",
            "family_name": "Chen",
            "username": "mchen",
            "status": "active",
            "email": "mia@hill.example",
            "campus": "Hill Campus",
            "year_level": "07",
            "roll_group": "7A",
        }
    ]


def test_staff_are_every_role_but_families(tmp_path: Path) -> None:
    found = rows(tmp_path, whole(), STAFF)
    assert [(each["staff_code"], each["given_name"], each["campus"]) for each in found] == [
        ("T01", "Sam", "Vale Campus")
    ]
    assert "roll_group" not in found[0]


def test_options_choose_the_code_the_roll_group_and_the_school(tmp_path: Path) -> None:
    by_id = rows(tmp_path, whole(), code="sourcedId", roll_group="code")
    assert [(each["student_code"], each["alternate_id"], each["roll_group"]) for each in by_id] == [
        ("u1", "002082;cn-mchen;S77", "HR7A")
    ]
    assert "roll_group" not in rows(tmp_path, whole(), roll_group="none")[0]
    for wanted, codes in (("VC", []), ("hill campus", ["002082"]), ("o1", ["002082"])):
        assert [each["student_code"] for each in rows(tmp_path, whole(), org=wanted)] == codes


def test_org_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable) as told:
        rows(tmp_path, whole(), org="Sea Campus")
    assert told.value.message == (
        'There is no org "Sea Campus" in the OneRoster file. Nothing was concluded from it, so nothing was changed. '
        'Its orgs are: "The District", "Hill Campus", "Vale Campus". Choose one of them for the option org, or leave '
        "it empty."
    )


def test_roll_group_is_the_homeroom_that_goes_on_now_whatever_comes_first(tmp_path: Path) -> None:
    for order in (("c7", "c6"), ("c6", "c7")):
        files = whole(**{"enrollments.csv": table(ENROLLMENTS, enrolled(*order))})
        assert rows(tmp_path, files)[0]["roll_group"] == "7A"
    over = whole(**{"enrollments.csv": table(ENROLLMENTS, enrolled("c6"))})
    assert rows(tmp_path, over)[0]["roll_group"] == "6B"
    deleted = whole(**{"enrollments.csv": table(ENROLLMENTS, enrolled("c7", status="tobedeleted"))})
    # Nothing at all is said of roll groups then, rather than that no one has one.
    assert "roll_group" not in rows(tmp_path, deleted)[0]


def test_what_an_export_does_not_say_is_no_column(tmp_path: Path) -> None:
    files = {"manifest.csv": manifest("1.1", users="bulk"), "users.csv": "sourcedId,role,identifier\nu1,student,7\n"}
    assert rows(tmp_path, files) == [
        {
            "student_code": "7",
            "alternate_id": "u1",
            "given_name": "",
            "family_name": "",
            "username": "",
            "status": "active",
        }
    ]


def test_users_of_1_2_have_their_roles_in_a_file_of_their_own(tmp_path: Path) -> None:
    both = {
        "sourcedId": "u9",
        "identifier": "9",
        "givenName": "Bo",
        "preferredGivenName": "B",
        "primaryOrgSourcedId": "o1",
    }
    gone = {"sourcedId": "u8", "identifier": "8", "givenName": "Al"}
    roles = [
        {"userSourcedId": "u9", "role": "student", "roleType": "primary", "orgSourcedId": "o2"},
        {"userSourcedId": "u9", "role": "aide", "roleType": "secondary", "orgSourcedId": "o1"},
        {"userSourcedId": "u8", "role": "student", "orgSourcedId": "o1", "endDate": "2026-11-23"},
    ]
    files = {
        "manifest.csv": manifest("1.2", users="bulk", roles="bulk", orgs="bulk"),
        "orgs.csv": table(ORGS, [HILL, VALE]),
        "roles.csv": table(ROLES, roles),
        "users.csv": table(USERS_1_2, [both, gone]),
    }
    told = [
        (each["student_code"], each["preferred_name"], each["campus"], each["status"])
        for each in rows(tmp_path, files)
    ]
    assert told == [("9", "B", "Vale Campus", "active"), ("8", "", "Hill Campus", "left")]
    assert [each["staff_code"] for each in rows(tmp_path, files, STAFF)] == ["9"]


def test_delta_says_of_itself_that_it_does_not_name_everyone(tmp_path: Path) -> None:
    left = {**MIA, "status": "tobedeleted"}
    files = {
        "manifest.csv": manifest("1.1", users="delta", orgs="delta"),
        "users.csv": table(USERS_1_1, [left]),
        "orgs.csv": table(ORGS, []),
    }
    with opened(tmp_path, files) as roster:
        (row,) = read(roster.table(STUDENT))
        assert (roster.names_everyone(STUDENT), roster.recognised) == (False, "OneRoster 1.1, changes only (delta)")
    assert row["status"] == "left"
    assert "campus" not in row
    assert "roll_group" not in row
    with opened(tmp_path, whole()) as roster:
        read(roster.table(STUDENT))
        assert (roster.names_everyone(STUDENT), roster.recognised) == (True, "OneRoster 1.1, everyone (bulk)")


def test_delta_of_1_2_without_the_roles_of_a_user_says_so(tmp_path: Path) -> None:
    files = {
        "manifest.csv": manifest("1.2", users="delta", roles="delta"),
        "roles.csv": table(ROLES, []),
        "users.csv": table(USERS_1_2, [{"sourcedId": "u9", "identifier": "9"}]),
    }
    with opened(tmp_path, files) as roster:
        assert read(roster.table(STUDENT)) == []
        assert list(roster.warnings()) == [
            "1 users came without a role, so that it is not known whether they are students or staff. They were left "
            "as they are. An export of everyone (bulk) names their roles."
        ]


def test_bulk_in_which_a_user_has_no_role_does_not_name_everyone(tmp_path: Path) -> None:
    student = {"sourcedId": "r1", "userSourcedId": "u8", "role": "student", "orgSourcedId": "o1"}
    users = [{"sourcedId": "u8", "identifier": "8"}, {"sourcedId": "u9", "identifier": "9"}]
    files = {
        "manifest.csv": manifest("1.2", users="bulk", roles="bulk"),
        "roles.csv": table(ROLES, [student]),
        "users.csv": table(USERS_1_2, users),
    }
    with opened(tmp_path, files) as roster:
        assert [each["student_code"] for each in read(roster.table(STUDENT))] == ["8"]
        assert (roster.names_everyone(STUDENT), roster.recognised) == (False, "OneRoster 1.2, everyone (bulk)")
        assert list(roster.warnings()) == [
            "1 users came without a role, so that it is not known whether they are students or staff. They were left "
            "as they are, and no one was taken to have left by not being in the roster. Give them a role in the "
            "school's system."
        ]
    files["users.csv"] = table(USERS_1_2, [users[0], {**users[1], "status": "tobedeleted"}])
    with opened(tmp_path, files) as roster:
        assert [each["student_code"] for each in read(roster.table(STUDENT))] == ["8"]
        assert (roster.names_everyone(STUDENT), list(roster.warnings())) == (True, [])


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_content_is_told_however_it_is_packed(tmp_path: Path, packing: int) -> None:
    path = tmp_path / "oneroster.zip"
    with zipfile.ZipFile(path, "w", packing) as made:
        made.writestr("users.csv", table(USERS_1_1, [{**MIA, "identifier": str(number)} for number in range(200)]))
        offset = made.infolist()[0].header_offset + 30 + len("users.csv")
    content = bytearray(path.read_bytes())
    content[offset + 20 : offset + 200] = bytes(180)
    path.write_bytes(content)
    given = ONEROSTER_ZIP.check({"path": str(path)})
    with OneRosterZip(path, given, TODAY) as roster, pytest.raises(SourceUnavailable) as caught:
        read(roster.table(STUDENT))
    assert str(path) in caught.value.message


def test_name_that_is_empty_is_passed_over(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "oneroster.zip", {**whole(), "q" * 12: "x"})
    path.write_bytes(path.read_bytes().replace(b"q" * 12, bytes(12)))
    with OneRosterZip(path, ONEROSTER_ZIP.check({"path": str(path)}), TODAY) as roster:
        assert [each["student_code"] for each in read(roster.table(STUDENT))] == ["002082"]


def test_who_has_left_the_school_that_is_asked_for_has_left_whatever_they_are_in_another(tmp_path: Path) -> None:
    role = {"userSourcedId": "u8", "role": "student"}
    files = {
        "manifest.csv": manifest("1.2", users="bulk", roles="bulk", orgs="bulk"),
        "orgs.csv": table(ORGS, [HILL, VALE]),
        "roles.csv": table(
            ROLES,
            [
                {**role, "sourcedId": "r1", "orgSourcedId": "o1", "endDate": "2026-06-30"},
                {**role, "sourcedId": "r2", "orgSourcedId": "o2"},
            ],
        ),
        "users.csv": table(USERS_1_2, [{"sourcedId": "u8", "identifier": "8"}]),
    }
    told = [[each["status"] for each in rows(tmp_path, files, org=org)] for org in ("o1", "o2", "")]
    assert told == [["left"], ["active"], ["active"]]


def test_role_that_is_over_among_changes_makes_nobody_a_leaver_who_may_have_others(tmp_path: Path) -> None:
    ended = {"userSourcedId": "u8", "role": "student", "orgSourcedId": "o1", "endDate": "2026-06-30"}
    users = [{"sourcedId": "u8", "identifier": "8"}, {"sourcedId": "u9", "identifier": "9", "status": "tobedeleted"}]
    files = {
        "manifest.csv": manifest("1.2", users="delta", roles="delta"),
        "roles.csv": table(ROLES, [ended, {**ended, "userSourcedId": "u9"}]),
        "users.csv": table(USERS_1_2, users),
    }
    assert [each["status"] for each in rows(tmp_path, files)] == ["unchanged", "left"]
    files["manifest.csv"] = manifest("1.2", users="bulk", roles="bulk")
    assert [each["status"] for each in rows(tmp_path, files)] == ["left", "left"]


def of_roles(*roles: Mapping[str, str]) -> dict[str, str]:
    """Return an export in which user 8 is a student by each of `roles`."""
    given = [{"userSourcedId": "u8", "role": "student", "orgSourcedId": "o1", **each} for each in roles]
    return {
        "manifest.csv": manifest("1.2", users="bulk", roles="bulk"),
        "roles.csv": table(ROLES, given),
        "users.csv": table(USERS_1_2, [{"sourcedId": "u8", "identifier": "8"}]),
    }


@pytest.mark.parametrize(
    "dates",
    [
        {"endDate": "0001-01-01"},
        {"endDate": "1900-01-01"},
        {"beginDate": "2026-07-13", "endDate": "2026-07-12"},
        {"endDate": "30/06/2026"},
    ],
)
def test_end_that_cannot_be_is_none_and_is_told(tmp_path: Path, dates: Mapping[str, str]) -> None:
    with opened(tmp_path, of_roles(dates)) as roster:
        assert [each["status"] for each in read(roster.table(STUDENT))] == ["active"]
        assert roster.warnings() == (ODD_DATES,)
    files = whole(**{"enrollments.csv": table(ENROLLMENTS, enrolled("c7", **dates) + enrolled("c6"))})
    with opened(tmp_path, files) as roster:
        assert [each["roll_group"] for each in read(roster.table(STUDENT))] == ["7A"]
        assert roster.warnings() == (ODD_DATES,)


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"beginDate": "2027-01-27", "endDate": "2026-11-20"}, "left"),
        ({"beginDate": "2026-01-27", "endDate": "0001-01-01"}, "active"),
    ],
)
def test_cancelled_role_says_nothing_beside_another(tmp_path: Path, other: Mapping[str, str], status: str) -> None:
    with opened(tmp_path, of_roles({"beginDate": "2026-01-27", "endDate": "2026-06-30"}, other)) as roster:
        assert [each["status"] for each in read(roster.table(STUDENT))] == [status]


def test_end_on_the_day_of_the_beginning_is_one(tmp_path: Path) -> None:
    with opened(tmp_path, of_roles({"beginDate": "2026-07-13", "endDate": "2026-07-13"})) as roster:
        assert [each["status"] for each in read(roster.table(STUDENT))] == ["left"]
        assert roster.warnings() == ()


def test_what_is_inactive_is_gone_as_what_is_to_be_deleted(tmp_path: Path) -> None:
    for status in ("inactive", "tobedeleted"):
        assert rows(tmp_path, of_roles({"status": status}))[0]["status"] == "left"
        changed = {"enrollments.csv": table(ENROLLMENTS, [*enrolled("c7", status=status), *enrolled("c6")])}
        assert rows(tmp_path, whole(**changed))[0]["roll_group"] == "6B"
        changed = {"classes.csv": table(CLASSES, [{**CLASS_7A, "status": status}, CLASS_6B])}
        assert rows(tmp_path, whole(**changed))[0]["roll_group"] == "6B"


def test_column_that_is_empty_for_all_is_none(tmp_path: Path) -> None:
    users = [
        {**MIA, "email": "", "grades": ""},
        {**MIA, "sourcedId": "u5", "identifier": "5", "email": "", "grades": ""},
    ]
    found = rows(tmp_path, whole(**{"users.csv": table(USERS_1_1, users)}))
    assert not {"email", "year_level", "preferred_name"} & set(found[0])
    users[1]["email"] = "five@hill.example"
    found = rows(tmp_path, whole(**{"users.csv": table(USERS_1_1, users)}))
    assert [each["email"] for each in found] == ["", "five@hill.example"]


def test_export_without_a_manifest_is_read_with_a_warning(tmp_path: Path) -> None:
    files = {"users.csv": table(USERS_1_1, [MIA])}
    with opened(tmp_path, files) as roster:
        assert [each["student_code"] for each in read(roster.table(STUDENT))] == ["002082"]
        assert list(roster.warnings()) == [
            "The ZIP has no manifest.csv. It was taken for OneRoster 1.1 with everyone in it. Ask for an export with "
            "its manifest, which says so itself."
        ]


def test_export_in_a_folder_with_the_rubbish_of_a_mac_and_in_windows_letters_is_read(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"export/{name}": content for name, content in whole().items()}
    files["export/users.csv"] = table(USERS_1_1, [{**MIA, "givenName": "Zoë"}]).encode("cp1252")
    files["__MACOSX/export/._users.csv"] = b"\0\0"
    path = write_zip(tmp_path / "oneroster.zip", files)
    with OneRosterZip(path, ONEROSTER_ZIP.check({"path": str(path)}), TODAY) as roster:
        assert read(roster.table(STUDENT))[0]["given_name"] == "Zoë"


def test_line_that_is_broken_does_not_stop_the_others(tmp_path: Path) -> None:
    text = (
        table(USERS_1_1, [MIA])
        + "u4,,,true,o1,student,too,few\n"
        + table(USERS_1_1, [{**MIA, "identifier": "5"}]).split("\n", 1)[1]
    )
    with opened(tmp_path, whole(**{"users.csv": text})) as roster:
        found = list(roster.table(STUDENT))
    assert [each.reason for each in found if isinstance(each, UnreadableLine)] == [
        "It has only 8 cells, but there are 18 columns."
    ]
    assert [each.line for each in found] == [2, 3, 4]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"readme.txt": "x"},
            "holds no manifest.csv and no users.csv. {nothing} See that it is the OneRoster CSV export",
        ),
        ({"a/users.csv": "x", "b/users.csv": "x"}, "holds more than one OneRoster export. {nothing} See that it is"),
        (
            {"manifest.csv": manifest("2.0", users="bulk"), "users.csv": "x"},
            'says that it is OneRoster "2.0"; Photo Sync reads 1.1 and 1.2. {nothing} Choose one of those',
        ),
        (
            {"manifest.csv": manifest("1.1", users="absent"), "users.csv": "x"},
            "has no users.csv, or its manifest does not name it. {nothing} Export it again, with its users.",
        ),
    ],
)
def test_zip_that_is_no_export_is_told_in_words(tmp_path: Path, files: Mapping[str, str], told: str) -> None:
    with pytest.raises(SourceUnavailable) as raised:
        rows(tmp_path, files)
    nothing = "Nothing was concluded from it, so nothing was changed."
    assert f"oneroster.zip {told.format(nothing=nothing)}" in raised.value.message


def test_file_that_is_no_zip_and_one_with_a_password_are_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "oneroster.zip"
    path.write_bytes(b"PK\x03\x04 not written to its end")
    roster = OneRosterZip(path, ONEROSTER_ZIP.check({"path": str(path)}), TODAY)
    damaged = "is no ZIP that can be read: it is damaged, or not written to its end"
    with roster, pytest.raises(SourceUnavailable, match=damaged):
        roster.table(STUDENT)
    write_zip(path, whole())
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("users.csv")
    content[info.header_offset + 6] |= 1
    at = content.rindex(b"users.csv") - 46 + 8
    content[at] |= 1
    path.write_bytes(content)
    with roster, pytest.raises(SourceUnavailable, match=r"is encrypted \(users.csv\)"):
        roster.table(STUDENT)


def test_password_of_a_user_is_never_in_a_row(tmp_path: Path) -> None:
    with opened(tmp_path, whole()) as roster:
        assert "do-not-read" not in repr(list(roster.table(STUDENT)))
