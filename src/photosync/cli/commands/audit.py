"""photosync audit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import short_moment
from photosync.core.errors import NotFound, WrongUse
from photosync.core.instants import first_instant_of
from photosync.core.people import quoted

if TYPE_CHECKING:
    from photosync.apps.schools.models import School

SHOWN = 50


@click.group("audit")
def command() -> None:
    """Who did what, and who saw whose photo."""


@command.command("list")
@click.option("--since", metavar="DATE", help="From this day on, in the school's time zone.")
@click.option("--until", metavar="DATE", help="To this day.")
@click.option("--by", metavar="NAME", default="", help="The account, or the system's user.")
@click.option(
    "--act", metavar="ACT", default="", help="An act, such as period.changed, or what acts are about: period."
)
@click.option("--person", metavar="CODE", help="Only what concerns this person, also what runs did with the photo.")
@click.option("--search", metavar="TEXT", default="", help="Words that an entry must have.")
@click.option("--limit", metavar="N", type=options.number_from(1), default=SHOWN, show_default=True)
@options.reporting
def list_(
    since: str | None, until: str | None, by: str, act: str, person: str | None, search: str, limit: int
) -> None:
    """List what was done, the newest first: of every school, or with --school of one.

    Example: photosync audit list --since 2026-11-01 --act period
    """
    installation.connect()
    from photosync.apps.audit.documents import entry_document
    from photosync.apps.audit.queries import EntriesWanted, photo_changes

    school = _school(needed=person is not None)
    zone = _zone(school)
    first, last = _days(since, until)
    about, _stop, of_act = act.strip().partition(".")
    ids = None if person is None or school is None else _person_ids(school, person)
    wanted = EntriesWanted(
        school_id=school.pk if school else None,
        person_ids=ids,
        actor=by.strip(),
        about=about,
        act=act.strip() if of_act else "",
        search=search,
        since=first_instant_of(first, zone) if first else None,
        before=first_instant_of(last + timedelta(days=1), zone) if last else None,
    )
    rows = [entry_document(each, zone) for each in islice(wanted.all(), limit)]
    if ids is not None and not (act or search or by or since or until):
        rows += [entry_document(each, zone) for each in photo_changes(ids)]
        rows = sorted(rows, key=lambda row: datetime.fromisoformat(row["at"]), reverse=True)[:limit]
    if output.wants_json():
        output.print_json(rows)
        return
    output.print_table(
        ("when", "via", "what was done"),
        ((short_moment(row["at"]), row["via"], row["sentence"]) for row in rows),
    )


@command.command("views")
@click.option("--since", metavar="DATE", help="From this day on.")
@click.option("--until", metavar="DATE", help="To this day.")
@click.option("--by", metavar="NAME", help="Only what this account saw.")
@click.option("--person", metavar="CODE", help="Only who saw this person's photo.")
@click.option("--limit", metavar="N", type=options.number_from(1), default=SHOWN, show_default=True)
@options.reporting
def views(since: str | None, until: str | None, by: str | None, person: str | None, limit: int) -> None:
    """List who saw whose photo, the latest day first: of every school, or with --school of one.

    Example: photosync audit views --person 002082
    """
    installation.connect()
    from photosync.apps.accounts.queries import user_named
    from photosync.apps.audit.documents import view_document
    from photosync.apps.audit.queries import ViewsWanted
    from photosync.apps.audit.view_words import told_views

    school = _school(needed=person is not None)
    first, last = _days(since, until)
    wanted = ViewsWanted(
        school_id=school.pk if school else None,
        person_ids=None if person is None or school is None else _person_ids(school, person),
        account_id=None if by is None else user_named(by).pk,
        first_day=first,
        last_day=last,
    )
    rows = [view_document(each) for each in told_views(islice(wanted.all(), limit))]
    if output.wants_json():
        output.print_json(rows)
        return
    output.print_table(
        ("day", "who saw it", "whose photo", "times", "in full size"),
        ((row["day"], row["viewer"], row["person"], row["times"], row["full_times"]) for row in rows),
    )


def _school(*, needed: bool) -> School | None:
    """Return the school that is said; a person needs one, which may be left out where there is only one."""
    return options.school() if needed or options.asked().school_code is not None else None


def _zone(school: School | None) -> ZoneInfo:
    from photosync.apps.schools.models import School

    known = school or School.objects.first()
    return known.zone if known else ZoneInfo("UTC")


def _days(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    first = None if since is None else options.day_of(since, "--since")
    last = None if until is None else options.day_of(until, "--until")
    if first and last and last < first:
        raise WrongUse("--until is before --since. Nothing was listed. Give the earlier day with --since.")
    return first, last


def _person_ids(school: School, code: str) -> tuple[int, ...]:
    """Return the people with this code: a student, a member of staff, or both."""
    from photosync.apps.people.models import Person

    found = tuple(Person.objects.filter(school=school, code=code.strip()).values_list("pk", flat=True))
    if not found:
        raise NotFound(f"There is no one with the code {quoted(code)} in {school.code}. Nothing was listed.")
    return found
