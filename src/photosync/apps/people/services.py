"""Importing a roster: who the students or staff of a school are. Also: marking a person as left."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record, record_each
from photosync.apps.people.models import Person, RosterColumns
from photosync.apps.people.roster.columns import Columns, recognise, suggested_fields, usual_names
from photosync.apps.people.roster.file import RosterFile, roster_file
from photosync.apps.people.roster.merging import bump_revision, merge_chunk, write_merge
from photosync.apps.people.roster.naming import Named, accepted, note, people_of_rows, settle_years
from photosync.apps.people.roster.report import MOST_ABSENT_NAMED, RosterReport
from photosync.apps.schools.models import School
from photosync.connectors.roster.contract import Row
from photosync.core.errors import Refused, WrongUse
from photosync.core.instants import local_date
from photosync.core.people import PersonKind, quoted

CHUNK_ROWS = 1_000
Item = TypeVar("Item")


def import_roster(
    school: School,
    path: Path,
    kind: PersonKind,
    *,
    given_columns: Mapping[str, str] | None = None,
    leavers_by_absence: bool = False,
    preview: bool = False,
    now: datetime,
) -> RosterReport:
    """Bring the people of `kind` in line with the roster, 1,000 rows to a transaction; return what changed.

    `given_columns` maps column names to fields. With `leavers_by_absence`, active people whom the file does
    not name are marked as left; without it they stay and are only counted. A preview writes nothing. A row
    that is refused does not stop the others. Raises WrongUse for a file that cannot be read as a roster,
    Refused where leavers by absence cannot be concluded from it.
    """
    today = local_date(now, school.zone)
    file = roster_file(path, today)
    given = dict(given_columns or {})
    try:
        named, columns = _first_pass(school, file, kind, given)
        report = RosterReport(kind, preview, columns.mapping, columns.unknown, recognised=file.recognised)
        report.warnings += file.warnings
        _check_absence(named, file, leavers_by_absence=leavers_by_absence)
        with _recorded(school, report):
            kept_from = _merge_all(school, file, columns, named, report, today)
            there = named.lines.keys() | kept_from
            _mark_absent(school, kind, there, report, today, leavers_by_absence=leavers_by_absence)
    except UnicodeDecodeError as exc:
        raise _no_text(path) from exc
    if not preview and not file.is_oneroster:
        RosterColumns.objects.update_or_create(school=school, kind=kind, defaults={"mapping": dict(columns.mapping)})
    return report


@contextmanager
def _recorded(school: School, report: RosterReport) -> Iterator[None]:
    """Record the import once it is done, or has broken off: the rows that are written by then stay."""
    try:
        yield
    except BaseException:
        _record_import(school, report, _("It broke off. What was written until then stays."))
        raise
    _record_import(school, report, "")


def _record_import(school: School, report: RosterReport, note: str) -> None:
    told = {name: getattr(report, name) for name in ("new", "changed", "left", "returned", "absent_left")}
    if not report.preview and any(told.values()):
        counts = [("kind", report.kind.value, report.kind.value)]
        counts += [(name, str(number), str(number)) for name, number in told.items() if number]
        record(Act.ROSTER_IMPORTED, school, school=school, changes=counts, note=note)


@dataclass(frozen=True, slots=True)
class RosterStart:
    """How a roster begins. `fields` as of `suggested_fields`; each row has a cell for each column."""

    header: tuple[str, ...]
    fields: tuple[str | None, ...]
    rows: tuple[tuple[str, ...], ...]


def start_of_roster(school: School, path: Path, kind: PersonKind, *, rows: int = 3) -> RosterStart:
    """Return the columns of the roster, what each is likely to hold, and the first rows that can be read.

    Raises WrongUse for a file that cannot be read as a roster.
    """
    file = roster_file(path, date.max)
    remembered = _remembered(school, file, kind)
    usual = usual_names(kind)
    try:
        with file.opened(kind, lambda header: _known(header, usual, {})) as (header, text):
            found = islice((row.cells for row in text if isinstance(row, Row)), rows)
            shown = tuple(tuple((list(cells) + [""] * len(header))[: len(header)]) for cells in found)
    except UnicodeDecodeError as exc:
        raise _no_text(path) from exc
    return RosterStart(tuple(header), tuple(suggested_fields(header, kind, remembered)), shown)


def _no_text(path: Path) -> WrongUse:
    return WrongUse(
        f"The roster {quoted(path.name)} is neither UTF-8, UTF-16 nor Windows-1252 text. "
        "Nothing was imported. Save it again as CSV in UTF-8."
    )


def mark_left(person: Person, *, now: datetime) -> None:
    """Mark `person` as left today; who has left already stays so."""
    with transaction.atomic():
        stored = Person.objects.select_for_update().get(pk=person.pk)
        if stored.status != Person.Status.LEFT:
            stored.status = Person.Status.LEFT
            stored.left_on = local_date(now, person.school.zone)
            stored.save(update_fields=("status", "left_on"))
            bump_revision(person.school)
            record(Act.PERSON_LEFT, stored, school=person.school, person_id=person.pk)
    person.status, person.left_on = stored.status, stored.left_on


def _first_pass(
    school: School, file: RosterFile, kind: PersonKind, given: Mapping[str, str]
) -> tuple[Named, Columns]:
    usual = usual_names(kind)
    with file.opened(kind, lambda header: _known(header, usual, given)) as (header, text):
        columns = recognise(header, kind, given=given, remembered=_remembered(school, file, kind))
        named = Named()
        owners: dict[tuple[str, str], str] = {}
        for item in people_of_rows(text, columns, kind):
            note(item, named, owners)
    settle_years(school, kind, named)
    return named, columns


def _remembered(school: School, file: RosterFile, kind: PersonKind) -> Mapping[str, str]:
    """Return the mapping of the last CSV file; the columns of OneRoster are known."""
    if file.is_oneroster:
        return {}
    found = RosterColumns.objects.filter(school=school, kind=kind).first()
    return found.mapping if found is not None else {}


def _known(header: Sequence[str], usual: Mapping[str, str], given: Mapping[str, str]) -> int:
    plain = ("".join(char for char in name.casefold() if char.isalnum()) for name in header)
    return sum(name in usual for name in plain) + 2 * sum(name.strip() in given for name in header)


def _check_absence(named: Named, file: RosterFile, *, leavers_by_absence: bool) -> None:
    if not leavers_by_absence:
        return
    if file.holds_changes_only:
        raise Refused(
            "The file says of itself that it holds changes only, so that no one can be said to be absent from it. "
            "Nothing was imported. Import it without leavers by absence, or use an export of everyone (bulk)."
        )
    if not file.names_everyone:
        raise Refused(
            "The file does not say of all of its users whether they are students or staff, so that no one can be "
            "said to be absent from it. Nothing was imported. Import it without leavers by absence, or have the "
            "export corrected: each user needs a role."
        )
    if named.unreadable:
        raise Refused(
            f"{named.unreadable} rows of the roster could not be read, so that no one can be said to be "
            "absent from it. Nothing was imported. Correct them (a preview without leavers by absence lists them), "
            "then import again."
        )
    if not named.lines:
        raise Refused("The roster names no one, and everyone would have left. Nothing was imported. Check the file.")


def _merge_all(
    school: School,
    file: RosterFile,
    columns: Columns,
    named: Named,
    report: RosterReport,
    today: date,
) -> set[str]:
    """Bring people in line with the file; return whom a refused row may be under another code."""
    kept_from: set[str] = set()
    with file.opened(report.kind, lambda header: len(set(header) & set(columns.mapping))) as (_header, text):
        people = accepted(people_of_rows(text, columns, report.kind), named, report)
        while chunk := list(islice(people, CHUNK_ROWS)):
            with transaction.atomic():
                if not report.preview:
                    School.objects.select_for_update().get(pk=school.pk)
                merge = merge_chunk(school, report.kind, chunk, named.lines, report, today)
                if not report.preview:
                    write_merge(school, merge)
            kept_from |= merge.kept_from
    return kept_from


def _mark_absent(
    school: School,
    kind: PersonKind,
    there: Collection[str],
    report: RosterReport,
    today: date,
    *,
    leavers_by_absence: bool,
) -> None:
    active = Person.objects.filter(school=school, kind=kind, status=Person.Status.ACTIVE).order_by()
    absent = (pk for pk, code in active.values_list("pk", "code").iterator(2_000) if code not in there)
    for chunk in _chunks(absent):
        if not report.absent:
            first = Person.objects.filter(pk__in=chunk[:MOST_ABSENT_NAMED])
            report.absent_named = sorted(str(person) for person in first)
        report.absent += len(chunk)
        if not leavers_by_absence:
            continue
        report.absent_left += len(chunk)
        if not report.preview:
            with transaction.atomic():
                leavers = Person.objects.filter(pk__in=chunk)
                record_each(Act.PERSON_LEFT, ((person, ()) for person in leavers), school=school, note=_absent())
                leavers.update(status=Person.Status.LEFT, left_on=today)
                bump_revision(school)


def _absent() -> str:
    return _("The roster that was imported did not name this person.")


def _chunks(items: Iterator[Item]) -> Iterator[list[Item]]:
    while chunk := list(islice(items, CHUNK_ROWS)):
        yield chunk
