"""Whom a roster names: which of its rows can be used, and which contradict one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.db.models import Count

from photosync.apps.people.models import Person
from photosync.apps.people.roster.columns import Columns
from photosync.apps.people.roster.merging import UNSHARED
from photosync.apps.people.roster.report import RosterReport
from photosync.apps.people.roster.rows import RosterPerson, RowRefused, person_of
from photosync.apps.schools.models import School
from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.core.names import name_form, own_spellings
from photosync.core.people import PersonKind, quoted

RosterItem = RosterPerson | UnreadableLine | tuple[int, RowRefused]


@dataclass(slots=True)
class Named:
    """Whom a roster names. First pass: everything that two rows of the file may disagree on."""

    lines: dict[str, int] = field(default_factory=dict)
    """Code to the line that decides; every code that could be read is here, also of refused rows."""
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Line to (code, reason)."""
    said: dict[str, tuple[bool | None, str, str]] = field(default_factory=dict)
    """Code to what its first row says: whether the person has left, given name, family name."""
    unreadable: int = 0
    years: Counter[str] = field(default_factory=Counter)
    """The year levels as they are written, with how many rows have each."""
    respelled: Mapping[str, str] = field(default_factory=dict)
    """How year levels are to be written that the school writes otherwise; see `settle_years`."""


def people_of_rows(rows: Iterable[Row | UnreadableLine], columns: Columns, kind: PersonKind) -> Iterator[RosterItem]:
    """Yield what each row says, or why it cannot be used."""
    for row in rows:
        if isinstance(row, UnreadableLine):
            yield row
            continue
        try:
            yield person_of(row.line, row.cells, columns, kind)
        except RowRefused as refused:
            yield row.line, refused


def note(
    item: RosterItem,
    named: Named,
    owners: dict[tuple[str, str], str],
) -> None:
    """Take what one row says into `named`. `owners` are the unshared identifiers that came so far."""
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
    if first != item.line and not _takes_its_place(item, first, named):
        _note_double(item, first, named)
        return
    named.said[item.code] = _said(item)
    if year := item.fields.get("year_level"):
        named.years[year] += 1
    for key in UNSHARED:
        for value in item.identifiers.get(key, ()):
            owner = owners.setdefault((key, value), item.code)
            if owner != item.code:
                words = key.replace("_", " ")
                reason = f"The {words} {quoted(value)} is that of {quoted(owner)} on line {named.lines[owner]}."
                named.refused[item.line] = (item.code, reason)
                return


def _takes_its_place(item: RosterPerson, first: int, named: Named) -> bool:
    """Whether a row counts instead of the one on line `first`, which says nothing of whether the person has left.

    Of two records of one student in SIF, the one that is enrolled counts.
    """
    said = named.said.get(item.code)
    if said is None or said[0] is not None or item.left is None or _contradiction(said, _said(item)):
        return False
    code = quoted(item.code)
    reason = f"The code {code} is on line {item.line} too, which says whether they have left: that one counts."
    named.refused.setdefault(first, (item.code, reason))
    named.lines[item.code] = item.line
    return True


def _note_double(item: RosterPerson, first: int, named: Named) -> None:
    """Refuse a row whose code is on line `first` already, and that one too where the two contradict each other."""
    code = quoted(item.code)
    told = _contradiction(named.said[item.code], _said(item)) if item.code in named.said else ""
    if told:
        lines = f"{first} and {item.line}"
        reason = f"The code {code} is on lines {lines}, with different {told}, so that neither counts."
        named.refused.setdefault(first, (item.code, reason))
    else:
        reason = f"The code {code} is on line {first} already."
    named.refused[item.line] = (item.code, reason)


def _said(item: RosterPerson) -> tuple[bool | None, str, str]:
    return item.left, item.fields.get("given_name", ""), item.fields.get("family_name", "")


def _contradiction(one: tuple[bool | None, str, str], other: tuple[bool | None, str, str]) -> str:
    """Return in what two rows contradict each other, "" for nothing. A name or a status that is not said is none."""
    pairs = zip(one[1:], other[1:], strict=True)
    names = any(here and there and name_form(here) != name_form(there) for here, there in pairs)
    found = ["names"] * names + ["statuses"] * (None not in (one[0], other[0]) and one[0] != other[0])
    return " and ".join(found)


def accepted(
    items: Iterator[RosterItem],
    named: Named,
    report: RosterReport,
) -> Iterator[RosterPerson]:
    """Yield the people whose rows can be used; the others are refused in `report`, which counts every row."""
    for item in items:
        report.rows += 1
        line = item[0] if isinstance(item, tuple) else item.line
        if line in named.refused:
            report.refuse(line, *named.refused[line])
        elif isinstance(item, RosterPerson):
            yield _respelled(item, named.respelled)


def settle_years(school: School, kind: PersonKind, named: Named) -> None:
    """Settle how the year levels of a roster are written, once all of it is noted: as most of the school's are.

    `07`, `7` and `Year 7` would be three groups of one name. Rule: docs/decisions/0032-rosters-that-disagree.md
    """
    if kind is PersonKind.STUDENT and named.years:
        students = Person.objects.filter(school=school, kind=kind, status=Person.Status.ACTIVE).exclude(year_level="")
        in_use = students.order_by().values_list("year_level").annotate(Count("pk"))
        named.respelled = own_spellings(dict(in_use), named.years)


def _respelled(person: RosterPerson, respelled: Mapping[str, str]) -> RosterPerson:
    year = person.fields.get("year_level", "")
    return replace(person, fields={**person.fields, "year_level": respelled[year]}) if year in respelled else person
