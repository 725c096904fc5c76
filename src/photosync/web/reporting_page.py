"""One reporting cycle on its page: its facts, progress per roll group as bars, and who is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.apps.people.models import Person
from photosync.apps.people.wording import level_words
from photosync.apps.reports.models import CycleMember, ReportingCycle
from photosync.apps.reports.queries import (
    ARCHIVED,
    LEFT,
    MEMBER_STATES,
    MISSING,
    RELEASED,
    STORED,
    GroupProgress,
    MembersWanted,
    member_state,
    members_of,
)
from photosync.core.reporting import Progress
from photosync.core.wording import date_words
from photosync.web.badge import Badge
from photosync.web.day_scale import percent
from photosync.web.faces_wall import DEEPEST_PAGE, LONGEST_SEARCH
from photosync.web.run_words import moment_words

ROWS_PER_PAGE = 50
MOST_BARS = 80
LONGEST_VALUE = 32
NO_VALUE = "-"
"""In the address: who has no year level or roll group."""
STATE_WORDS: dict[str, Any] = {
    MISSING: gettext_lazy("No report yet"),
    STORED: gettext_lazy("Report not archived"),
    ARCHIVED: gettext_lazy("Archived"),
    RELEASED: gettext_lazy("Released"),
    LEFT: gettext_lazy("Left, not archived"),
}
STATE_KINDS = {MISSING: "disabled", STORED: "waiting", ARCHIVED: "active", RELEASED: "ended"}
PARTS = (
    ("archived", gettext_lazy("archived")),
    ("stored", gettext_lazy("with a report")),
    ("none", gettext_lazy("without")),
)


def cycle_badges(cycle: ReportingCycle) -> list[Badge]:
    if cycle.state == ReportingCycle.State.ARCHIVED:
        return [Badge("disabled", _("Closed"))]
    released = [Badge("ended", _("Released"))] if cycle.released_at is not None else []
    return [Badge("active", _("Open")), *released]


@dataclass(frozen=True, slots=True)
class Fact:
    words: str
    value: str


def facts_of(cycle: ReportingCycle) -> list[Fact]:
    zone = cycle.school.zone

    def by(at: Any, who: str, why: str) -> str:
        told = _("%(when)s, by %(who)s") % {"when": moment_words(at, zone), "who": who}
        return f"{told}: {why}" if why else told

    facts = [Fact(_("Academic year"), str(cycle.academic_year))]
    if cycle.semester:
        facts.append(Fact(_("Semester"), cycle.semester))
    facts += [
        Fact(_("Staff see it from"), _day(cycle.staff_from)),
        Fact(_("Students see it from"), _day(cycle.students_from)),
        Fact(_("Parents see it from"), _day(cycle.parents_from)),
        Fact(_("Opened"), by(cycle.opened_at, cycle.opened_by, "")),
    ]
    if cycle.released_at is not None:
        facts.append(Fact(_("Released"), by(cycle.released_at, cycle.released_by, cycle.released_reason)))
    if cycle.archived_at is not None:
        facts.append(Fact(_("Closed"), by(cycle.archived_at, cycle.archived_by, cycle.archived_note)))
    return facts


def _day(day: date | None) -> str:
    return _("no date set") if day is None else date_words(day)


@dataclass(frozen=True, slots=True)
class Part:
    slug: str
    words: Any
    number: int
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One roll group, or all of the cycle. `url` lists its members."""

    words: str
    url: str
    progress: Progress
    parts: tuple[Part, ...]

    @property
    def told(self) -> str:
        parts = ", ".join(f"{part.number} {part.words}" for part in self.parts if part.number)
        return f"{self.words}: {self.progress.percent} %. {parts}."


def bar_of(words: str, url: str, progress: Progress) -> Bar:
    numbers = (progress.archived, progress.with_report - progress.archived, progress.members - progress.with_report)
    parts, begun = [], 0
    for (slug, part_words), number in zip(PARTS, numbers, strict=True):
        whole = progress.members or 1
        parts.append(Part(slug, part_words, number, percent(100 * begun / whole), percent(100 * number / whole)))
        begun += number
    return Bar(words, url, progress, tuple(parts))


def bars_of(cycle: ReportingCycle, groups: Sequence[GroupProgress]) -> list[Bar]:
    address = reverse("reporting-cycle", args=[cycle.pk])
    return [bar_of(_group_words(each), f"{address}{_group_query(each)}#members", each.progress) for each in groups]


def _group_words(group: GroupProgress) -> str:
    return group.roll_group or _("%(level)s, no roll group") % {"level": level_words(group.year_level)}


def _group_query(group: GroupProgress) -> str:
    asked = {"year_level": group.year_level or NO_VALUE, "roll_group": group.roll_group or NO_VALUE}
    return f"?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for of the members."""

    search: str = ""
    year_level: str = ""
    roll_group: str = ""
    state: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Return what a query string asks for; what it cannot ask for counts as not asked."""
        level, roll = (query.get(name, "").replace("\0", "")[:LONGEST_VALUE] for name in ("year_level", "roll_group"))
        state, page = query.get("state", ""), query.get("page", "")
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1
        return cls(
            query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
            level,
            roll,
            state if state in MEMBER_STATES else "",
            min(max(number, 1), DEEPEST_PAGE),
        )

    def query(self, page: int = 1) -> str:
        asked = {
            "q": self.search,
            "year_level": self.year_level,
            "roll_group": self.roll_group,
            "state": self.state,
            "page": str(page) if page > 1 else "",
        }
        given = {name: value for name, value in asked.items() if value}
        return f"?{urlencode(given)}" if given else ""

    @property
    def is_narrowed(self) -> bool:
        return any((self.search, self.year_level, self.roll_group, self.state))

    def wanted(self, *, sees_protected: bool) -> MembersWanted:
        def group(text: str) -> str | None:
            return ("" if text == NO_VALUE else text) if text else None

        return MembersWanted(
            search=self.search,
            year_level=group(self.year_level),
            roll_group=group(self.roll_group),
            state=self.state,
            sees_protected=sees_protected,
        )


@dataclass(frozen=True, slots=True)
class MemberRow:
    """`name` and `code` are empty words for a protected person whom the reader may not see.

    Of the two addresses of the report one is given at most, to who may open it.
    """

    member_id: int
    person_id: int | None
    name: str
    code: str
    year_level: str
    roll_group: str
    state: Badge
    has_left: bool
    note: str
    may_release: bool
    may_hold: bool
    may_remove: bool
    stored_url: str
    archived_url: str


@dataclass(frozen=True, slots=True)
class MembersPage:
    rows: tuple[MemberRow, ...]
    number: int
    has_next: bool


def members_page(cycle: ReportingCycle, asked: Asked, *, sees_protected: bool, may_change: bool) -> MembersPage:
    start = (asked.page - 1) * ROWS_PER_PAGE
    found = list(members_of(cycle, asked.wanted(sees_protected=sees_protected))[start : start + ROWS_PER_PAGE + 1])
    may_open = may_change
    may_change = may_change and cycle.state == ReportingCycle.State.OPEN
    released = cycle.released_at is not None
    rows = tuple(
        _row(
            each,
            hides=_hides(each.person, sees_protected),
            may=may_change,
            may_open=may_open,
            waits_for_none=released,
        )
        for each in found[:ROWS_PER_PAGE]
    )
    return MembersPage(rows, asked.page, len(found) > ROWS_PER_PAGE)


def _hides(person: Person, sees_protected: bool) -> bool:  # noqa: FBT001 - one of two facts that are compared
    return person.protected and not sees_protected


def member_label(member: CycleMember, *, sees_protected: bool) -> str:
    """Return the member's name and code, or that it is a protected person."""
    return _("a protected person") if _hides(member.person, sees_protected) else str(member.person)


def _row(member: CycleMember, *, hides: bool, may: bool, may_open: bool, waits_for_none: bool) -> MemberRow:
    """`waits_for_none`: the whole cycle is released."""
    state = member_state(member)
    person = member.person
    open_yet = member.archived_id is None
    return MemberRow(
        member_id=member.pk,
        person_id=None if hides else person.pk,
        name=_("A protected person") if hides else person.label,
        code="" if hides else person.code,
        year_level=member.year_level,
        roll_group=member.roll_group,
        state=Badge(STATE_KINDS[state], str(STATE_WORDS[state])),
        has_left=person.status == Person.Status.LEFT,
        note=member.released_reason if open_yet else "",
        may_release=may and open_yet and member.released_at is None and not waits_for_none,
        may_hold=may and open_yet and member.released_at is not None,
        may_remove=may and open_yet,
        stored_url=_stored_url(member) if may_open and not hides else "",
        archived_url=_archived_url(member) if may_open and not hides else "",
    )


def _archived_url(member: CycleMember) -> str:
    return "" if member.archived_id is None else reverse("archived-report", args=[member.archived_id])


def _stored_url(member: CycleMember) -> str:
    has_report = member.archived_id is None and hasattr(member, "report")
    return reverse("reporting-stored-pdf", args=[member.cycle_id, member.pk]) if has_report else ""


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    words: str
    choices: tuple[tuple[str, str], ...]
    chosen: str


def filters_of(groups: Sequence[GroupProgress], asked: Asked) -> list[Filter]:
    """Return the drop-downs; one that has nothing to choose is left out."""
    levels = list(dict.fromkeys(each.year_level for each in groups))
    inside = [each for each in groups if asked.year_level in ("", each.year_level or NO_VALUE)]
    rolls = list(dict.fromkeys(each.roll_group for each in inside))
    every = ("", _("All"))
    found = [
        Filter(
            "year_level",
            _("Year level"),
            (every, *((each or NO_VALUE, level_words(each)) for each in levels)),
            asked.year_level,
        ),
        Filter(
            "roll_group",
            _("Roll group"),
            (every, *((each or NO_VALUE, each or _("No roll group")) for each in rolls)),
            asked.roll_group,
        ),
    ]
    states = (every, *((state, str(words)) for state, words in STATE_WORDS.items()))
    return [*(each for each in found if len(each.choices) > 2), Filter("state", _("Report"), states, asked.state)]
