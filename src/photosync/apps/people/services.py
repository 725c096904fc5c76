"""Importing a roster: who the students or staff of a school are. Also: marking a person as left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
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
from photosync.apps.people.roster.merging import UNSHARED, bump_revision, merge_chunk, write_merge
from photosync.apps.people.roster.report import MOST_ABSENT_NAMED, RosterReport
from photosync.apps.people.roster.rows import RosterPerson, RowRefused, person_of
from photosync.apps.people.roster.text import RosterText, Row, UnreadableLine, check_file, encoding_of
from photosync.apps.schools.models import School
from photosync.core.errors import Refused, WrongUse
from photosync.core.instants import local_date
from photosync.core.people import PersonKind, quoted

CHUNK_ROWS = 1_000
Item = TypeVar("Item")


@dataclass(slots=True)
class _Named:
    """Whom a file names. First pass: everything that two rows of the file may disagree on."""

    lines: dict[str, int] = field(default_factory=dict)
    """Code to the line that decides; every code that could be read is here, also of refused rows."""
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Line to (code, reason)."""
    unreadable: int = 0


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
    check_file(path)
    encoding = encoding_of(path)
    given = dict(given_columns or {})
    try:
        named, columns = _first_pass(school, path, encoding, kind, given)
        report = RosterReport(kind, preview, columns.mapping, columns.unknown)
        _check_absence(named, leavers_by_absence=leavers_by_absence)
        today = local_date(now, school.zone)
        with _recorded(school, report):
            _merge_all(school, path, encoding, columns, named, report, today)
            _mark_absent(school, kind, named, report, today, leavers_by_absence=leavers_by_absence)
    except UnicodeDecodeError as exc:
        raise _no_text(path) from exc
    if not preview:
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
    check_file(path)
    encoding = encoding_of(path)
    remembered = RosterColumns.objects.filter(school=school, kind=kind).first()
    usual = usual_names(kind)
    try:
        with path.open(encoding=encoding, newline="") as file:
            text = RosterText(file, prefers=lambda header: _known(header, usual, {}))
            found = islice((row.cells for row in text if isinstance(row, Row)), rows)
            shown = tuple(tuple((cells + [""] * len(text.header))[: len(text.header)]) for cells in found)
    except UnicodeDecodeError as exc:
        raise _no_text(path) from exc
    fields = suggested_fields(text.header, kind, remembered.mapping if remembered else {})
    return RosterStart(tuple(text.header), tuple(fields), shown)


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
    school: School, path: Path, encoding: str, kind: PersonKind, given: Mapping[str, str]
) -> tuple[_Named, Columns]:
    remembered = RosterColumns.objects.filter(school=school, kind=kind).first()
    usual = usual_names(kind)
    with path.open(encoding=encoding, newline="") as file:
        text = RosterText(file, prefers=lambda header: _known(header, usual, given))
        columns = recognise(text.header, kind, given=given, remembered=remembered.mapping if remembered else {})
        named = _Named()
        owners: dict[tuple[str, str], str] = {}
        for item in _people(text, columns, kind):
            _note(item, named, owners)
    return named, columns


def _known(header: list[str], usual: Mapping[str, str], given: Mapping[str, str]) -> int:
    plain = ("".join(char for char in name.casefold() if char.isalnum()) for name in header)
    return sum(name in usual for name in plain) + 2 * sum(name.strip() in given for name in header)


def _people(
    text: RosterText, columns: Columns, kind: PersonKind
) -> Iterator[RosterPerson | UnreadableLine | tuple[int, RowRefused]]:
    for row in text:
        if isinstance(row, UnreadableLine):
            yield row
            continue
        try:
            yield person_of(row.line, row.cells, columns, kind)
        except RowRefused as refused:
            yield row.line, refused


def _note(
    item: RosterPerson | UnreadableLine | tuple[int, RowRefused],
    named: _Named,
    owners: dict[tuple[str, str], str],
) -> None:
    if isinstance(item, UnreadableLine):
        named.unreadable += 1
        named.refused[item.line] = ("", item.reason)
        return
    if not isinstance(item, RosterPerson):
        line, refused = item
        named.unreadable += not refused.code
        named.refused[line] = (refused.code, str(refused))
        if refused.code:
            named.lines.setdefault(refused.code, line)
        return
    first = named.lines.setdefault(item.code, item.line)
    if first != item.line:
        named.refused[item.line] = (item.code, f"The code {quoted(item.code)} is on line {first} already.")
        return
    for key in UNSHARED:
        for value in item.identifiers.get(key, ()):
            owner = owners.setdefault((key, value), item.code)
            if owner != item.code:
                words = key.replace("_", " ")
                reason = f"The {words} {quoted(value)} is that of {quoted(owner)} on line {named.lines[owner]}."
                named.refused[item.line] = (item.code, reason)
                return


def _check_absence(named: _Named, *, leavers_by_absence: bool) -> None:
    if not leavers_by_absence:
        return
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
    path: Path,
    encoding: str,
    columns: Columns,
    named: _Named,
    report: RosterReport,
    today: date,
) -> None:
    with path.open(encoding=encoding, newline="") as file:
        text = RosterText(file, prefers=lambda header: len(set(header) & set(columns.mapping)))
        people = _accepted(_people(text, columns, report.kind), named, report)
        while chunk := list(islice(people, CHUNK_ROWS)):
            with transaction.atomic():
                if not report.preview:
                    School.objects.select_for_update().get(pk=school.pk)
                merge = merge_chunk(school, report.kind, chunk, named.lines, report, today)
                if not report.preview:
                    write_merge(school, merge)


def _accepted(
    items: Iterator[RosterPerson | UnreadableLine | tuple[int, RowRefused]],
    named: _Named,
    report: RosterReport,
) -> Iterator[RosterPerson]:
    for item in items:
        report.rows += 1
        line = item[0] if isinstance(item, tuple) else item.line
        if line in named.refused:
            report.refuse(line, *named.refused[line])
        elif isinstance(item, RosterPerson):
            yield item


def _mark_absent(
    school: School,
    kind: PersonKind,
    named: _Named,
    report: RosterReport,
    today: date,
    *,
    leavers_by_absence: bool,
) -> None:
    active = Person.objects.filter(school=school, kind=kind, status=Person.Status.ACTIVE).order_by()
    absent = (pk for pk, code in active.values_list("pk", "code").iterator(2_000) if code not in named.lines)
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
