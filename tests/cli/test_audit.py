"""photosync audit: who did what, and who saw whose photo."""

import os
import pwd
from datetime import UTC, date, datetime

from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from tests.cli.commanding import Commanding

ME = pwd.getpwuid(os.getuid()).pw_name
S2 = ("2026S2", "--description", "", "--start", "2026-07-20", "--end", "2026-12-18")


def acts(command: Commanding, *words: str) -> list[tuple[str, str]]:
    return [(row["act"], row["subject"]) for row in command.json("audit", "list", *words)]


def test_what_commands_do_is_listed_with_their_user(command: Commanding, school: School) -> None:
    Entry.objects.all().delete()
    command("period", "add", *S2)
    command("period", "edit", "2026S2", "--end", "2027-01-08")

    changed, added = command.json("audit", "list")
    assert (changed["actor"].split(" ")[0], changed["via"], changed["school"]) == (ME, "command-line", "HILL")
    assert changed["changes"] == [{"field": "end", "before": "2026-12-18", "after": "2027-01-08"}]
    assert changed["sentence"] == (
        f"{changed['actor']} changed timetable period 2026S2: End from Friday 18 December 2026 to "
        "Friday 8 January 2027."
    )
    assert added["act"] == "period.added"
    assert "changed timetable period 2026S2" in command("audit", "list").out


def test_list_is_narrowed(command: Commanding, school: School) -> None:
    Entry.objects.all().delete()
    command("period", "add", *S2)
    command("school", "add", "VALE", "--name", "Vale", "--timezone", "UTC")
    Entry.objects.filter(act="period.added").update(at=datetime(2026, 3, 1, tzinfo=UTC), actor="robin")

    period, vale = ("period.added", "2026S2"), ("school.added", "VALE Vale")
    assert acts(command) == [vale, period]
    assert acts(command, "--limit", "1") == [vale]
    assert acts(command, "--act", "period") == [period]
    assert acts(command, "--act", "school.added") == [vale]
    assert acts(command, "--by", "robin") == [period]
    assert acts(command, "--search", "vale") == [vale]
    assert acts(command, "--until", "2026-03-01") == [period]
    assert acts(command, "--since", "2026-03-02") == [vale]
    assert acts(command, "--school", "HILL") == [period]


def test_views_are_listed(command: Commanding, school: School) -> None:
    ada = Person.objects.create(school=school, kind="student", code="1", given_name="Ada")
    noon = datetime(2026, 11, 24, 1, tzinfo=UTC)
    PhotoView.objects.create(
        school=school, account_id=0, person_id_of=ada.pk, day=date(2026, 11, 24), first_at=noon, last_at=noon, times=2
    )

    assert command.json("audit", "views", "--person", "1") == [
        {
            "day": "2026-11-24",
            "viewer": "someone with a signed link",
            "person": "Ada (1)",
            "school": "HILL",
            "first_at": "2026-11-24T12:00:00+11:00",
            "last_at": "2026-11-24T12:00:00+11:00",
            "times": 2,
            "full_times": 0,
        }
    ]
    assert command.json("audit", "views", "--since", "2026-11-25") == []


def test_refusals_say_what_to_do(command: Commanding, school: School) -> None:
    assert command.refusal("audit", "list", "--person", "zzz") == (
        2,
        'There is no one with the code "zzz" in HILL. Nothing was listed.',
    )
    assert command.refusal("audit", "views", "--since", "2026-02-01", "--until", "2026-01-01") == (
        2,
        "--until is before --since. Nothing was listed. Give the earlier day with --since.",
    )
