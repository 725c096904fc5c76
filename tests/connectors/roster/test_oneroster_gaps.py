"""OneRoster ZIPs in which a line beside the users is broken, and exports of changes of one school among several."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.connectors.roster.contract import UnreadableLine
from photosync.connectors.testing.roster_conformance import read
from photosync.core.errors import SourceUnavailable
from tests.connectors.roster.packages import ENROLLMENTS, ORGS, ROLES, USERS_1_1, USERS_1_2, manifest, table
from tests.connectors.roster.test_oneroster import HILL, MIA, SAM, STAFF, STUDENT, VALE, enrolled, opened, whole

ROLL_GROUPS = "Roll groups were left as they are. Have the export corrected."
BROKEN = "e9,active,,c7,o1\n"
"""A line with too few cells."""


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("enrollments.csv", BROKEN, "line 5: It has only 5 cells, but there are 10 columns"),
        ("enrollments.csv", "e9,active,,c7,o1,,student,,,\n", "line 5: It has no userSourcedId"),
        ("classes.csv", ",active,,7B,,,HR7B,homeroom,,o1,t26,,,\n", "line 5: It has no sourcedId"),
        (
            "academicSessions.csv",
            't9,"2026\n',
            "line 4: A quotation mark in it is opened and not closed, or stands in",
        ),
    ],
    ids=["enrollment", "enrollment of nobody", "class", "session"],
)
def test_broken_line_changes_no_roll_group_and_is_named(tmp_path: Path, name: str, line: str, reason: str) -> None:
    files = whole()
    files[name] += line
    with opened(tmp_path, files) as roster:
        (row,) = read(roster.table(STUDENT))
        (warning,) = roster.warnings()
        assert ("roll_group" in row, row["campus"], roster.names_everyone(STUDENT)) == (False, "Hill Campus", True)
    assert warning.startswith(f"1 line of {name.lower()} cannot be used ({reason}")
    assert warning.endswith(ROLL_GROUPS)
    with opened(tmp_path, files, roll_group="none") as roster:
        read(roster.table(STUDENT))
        assert roster.warnings() == ()


def test_many_broken_lines_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    files = whole(**{"enrollments.csv": table(ENROLLMENTS, enrolled("c7")) + BROKEN * 1_200})
    with opened(tmp_path, files) as roster:
        read(roster.table(STUDENT))
        read(roster.table(STAFF))
        few = "It has only 5 cells, but there are 10 columns"
        assert roster.warnings() == (
            f"1,200 lines of enrollments.csv cannot be used (line 3: {few}; line 4: {few}; line 5: {few}; and 1,197 "
            f"more). {ROLL_GROUPS}",
        )


def test_broken_line_of_the_orgs_changes_no_campus(tmp_path: Path) -> None:
    files = whole(**{"orgs.csv": table(ORGS, [HILL, VALE]) + "o3,active\n"})
    with opened(tmp_path, files, org="Hill Campus") as roster:
        (row,) = read(roster.table(STUDENT))
        assert ("campus" in row, row["roll_group"]) == (False, "7A")
        assert roster.warnings() == (
            "1 line of orgs.csv cannot be used (line 4: It has only 2 cells, but there are 7 columns). Campuses were "
            "left as they are. Have the export corrected.",
        )


def test_broken_line_of_the_roles_makes_nobody_a_leaver(tmp_path: Path) -> None:
    ended = {"role": "student", "orgSourcedId": "o1", "endDate": "2026-01-01"}
    roles = [
        {"userSourcedId": "u8", **ended},
        {"userSourcedId": "u9", **ended, "endDate": ""},
        {"userSourcedId": "u7", **ended},
    ]
    users = [
        {"sourcedId": "u7", "identifier": "7", "status": "tobedeleted"},
        {"sourcedId": "u8", "identifier": "8"},
        {"sourcedId": "u9", "identifier": "9"},
    ]
    files = {
        "manifest.csv": manifest("1.2", users="bulk", roles="bulk", orgs="bulk"),
        "orgs.csv": table(ORGS, [HILL]),
        "roles.csv": table(ROLES, roles) + "r9,active,,,primary,student,,,o1\n",
        "users.csv": table(USERS_1_2, users),
    }
    with opened(tmp_path, files) as roster:
        found = list(roster.table(STUDENT))
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (
            False,
            (
                "1 line of roles.csv cannot be used (line 5: It has no userSourcedId). Campuses were left as they "
                "are, and no one was taken to have left by their roles, or by not being in the roster. Have the "
                "export corrected.",
            ),
        )
    assert [each.reason for each in found if isinstance(each, UnreadableLine)] == [
        "Lines of roles.csv cannot be used, so that it is not known whether this user has left."
    ]
    assert [row.cells[0] for row in found if not isinstance(row, UnreadableLine)] == ["7", "9"]


def changes(**more: str) -> dict[str, str]:
    """Return an export of changes of two schools, which does not name them."""
    ada = {**MIA, "sourcedId": "u5", "identifier": "5", "orgSourcedIds": "o2", "userIds": "", "username": "a"}
    return {"manifest.csv": manifest("1.1", users="delta"), "users.csv": table(USERS_1_1, [MIA, ada, SAM])} | more


def test_changes_of_one_school_are_found_by_its_sourced_id(tmp_path: Path) -> None:
    with opened(tmp_path, changes(), org="o2") as roster:
        assert [row["student_code"] for row in read(roster.table(STUDENT))] == ["5"]
        assert [row["staff_code"] for row in read(roster.table(STAFF))] == ["T01"]
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (False, ())


def test_changes_of_one_school_are_found_by_its_name_where_they_name_it(tmp_path: Path) -> None:
    named = {"manifest.csv": manifest("1.1", users="delta", orgs="delta"), "orgs.csv": table(ORGS, [VALE])}
    with opened(tmp_path, changes(**named), org="vale campus") as roster:
        assert [row["student_code"] for row in read(roster.table(STUDENT))] == ["5"]
        assert roster.warnings() == ()


def test_school_that_is_in_no_change_is_told_and_concludes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, changes(), org="Hill Campus") as roster:
        assert read(roster.table(STUDENT)) == []
        assert roster.warnings() == (
            'No one in this export of changes is in the org "Hill Campus", and the export does not name its orgs. If '
            "that is not the sourcedId of your school, write the sourcedId for the option org: names and identifiers "
            "are in an export of everyone only.",
        )
    nobody = changes(**{"users.csv": table(USERS_1_1, [])})
    with opened(tmp_path, nobody, org="Hill Campus") as roster:
        assert (read(roster.table(STUDENT)), roster.warnings()) == ([], ())


def test_export_of_everyone_without_orgs_is_read_by_the_sourced_id_alone(tmp_path: Path) -> None:
    files = {"manifest.csv": manifest("1.1", users="bulk"), "users.csv": table(USERS_1_1, [MIA, SAM])}
    with opened(tmp_path, files, org="o1") as roster:
        assert [row["student_code"] for row in read(roster.table(STUDENT))] == ["002082"]
    with (
        opened(tmp_path, files, org="Hill Campus") as roster,
        pytest.raises(SourceUnavailable, match='There is no org "Hill Campus" in the OneRoster file'),
    ):
        read(roster.table(STUDENT))


NOWHERE = (
    "Users with a role that names no org, or one that is not among the orgs: 1. It is not known whether they are of "
    "the school that was chosen. They were left as they are, and no one was taken to have left by not being in the "
    "roster. Have the org named where it comes from, or name no school here."
)


def of_no_org(version: str) -> dict[str, str]:
    """Return an export of Hill and Vale in which the student 5, and the parent 6, are of no org."""
    codes = {"4": "o1", "5": "", "6": "", "7": "o2", "8": ""}
    users = [{"sourcedId": f"u{code}", "identifier": code} for code in codes]
    users[-1]["status"] = "tobedeleted"
    roles = [
        {"userSourcedId": f"u{code}", "role": "parent" if code == "6" else "student", "orgSourcedId": org}
        for code, org in codes.items()
    ]
    files = {"orgs.csv": table(ORGS, [HILL, VALE])}
    if version == "1.1":
        said = [
            {**user, "role": each["role"], "orgSourcedIds": each["orgSourcedId"]}
            for user, each in zip(users, roles, strict=True)
        ]
        return files | {
            "manifest.csv": manifest("1.1", users="bulk", orgs="bulk"),
            "users.csv": table(USERS_1_1, said),
        }
    files |= {"users.csv": table(USERS_1_2, users), "roles.csv": table(ROLES, roles)}
    return files | {"manifest.csv": manifest("1.2", users="bulk", roles="bulk", orgs="bulk")}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_user_whose_role_names_no_org_may_be_of_the_one_that_is_asked_for(tmp_path: Path, version: str) -> None:
    with opened(tmp_path, of_no_org(version), org="Hill Campus") as roster:
        assert [row["student_code"] for row in read(roster.table(STUDENT))] == ["4"]
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (False, (NOWHERE,))
    with opened(tmp_path, of_no_org(version)) as roster:
        assert [row["student_code"] for row in read(roster.table(STUDENT))] == ["4", "5", "7", "8"]
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (True, ())


def test_role_that_names_no_org_makes_nobody_a_leaver_of_the_one_that_is_asked_for(tmp_path: Path) -> None:
    ended = {"userSourcedId": "u4", "role": "student", "orgSourcedId": "o1", "endDate": "2026-01-01"}
    goes_on = {"userSourcedId": "u4", "role": "student"}
    now = [each | {"userSourcedId": "u9", "endDate": ""} for each in (ended, goes_on)]
    files = of_no_org("1.2") | {"roles.csv": table(ROLES, [ended, goes_on, *now])}
    files["users.csv"] = table(USERS_1_2, [{"sourcedId": f"u{code}", "identifier": code} for code in "49"])
    with opened(tmp_path, files, org="Hill Campus") as roster:
        found = list(roster.table(STUDENT))
        assert roster.warnings() == ()
    assert [each.reason if isinstance(each, UnreadableLine) else each.cells[0] for each in found] == [
        "A role of this user names no org, or one that is not known, so that it is not known whether this user has "
        "left.",
        "9",
    ]


def test_role_of_an_org_that_is_not_among_the_orgs_may_be_of_the_one_that_is_asked_for(tmp_path: Path) -> None:
    for version in ("1.1", "1.2"):
        files = of_no_org(version)
        files["orgs.csv"] = table(ORGS, [HILL])
        with opened(tmp_path, files, org="Hill Campus") as roster:
            assert [row["student_code"] for row in read(roster.table(STUDENT))] == ["4"]
            assert (roster.names_everyone(STUDENT), roster.warnings()) == (False, (NOWHERE.replace(": 1.", ": 2."),))


def test_doubt_about_students_is_none_about_staff_but_that_of_a_user_without_a_role_is(tmp_path: Path) -> None:
    files = of_no_org("1.2")
    with opened(tmp_path, files, org="Hill Campus") as roster:
        for kind in (STUDENT, STAFF):
            read(roster.table(kind))
        assert (roster.names_everyone(STUDENT), roster.names_everyone(STAFF)) == (False, True)
    files["users.csv"] += table(USERS_1_2, [{"sourcedId": "u99", "identifier": "99"}]).split("\n", 1)[1]
    with opened(tmp_path, files) as roster:
        for kind in (STUDENT, STAFF):
            read(roster.table(kind))
        assert (roster.names_everyone(STUDENT), roster.names_everyone(STAFF)) == (False, False)
