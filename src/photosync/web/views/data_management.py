"""Data Management: students and staff, as lists and one by one.

SYNC: VIEW reads all of it: whom the sync knows, and by what, is part of what it does. PHOTO: VIEW alone does not open
it, for that is held by everyone who may look at faces. DATA: MANAGE, which no role has without SYNC: VIEW, imports
rosters, and alone sees people who are protected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.library.models import Pin
from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.privacy import answer_of, purposes_of
from photosync.apps.people.queries import GROUPINGS
from photosync.apps.people.wording import level_words
from photosync.apps.schools.queries import academic_year_now
from photosync.core.consent import Consent, Purpose
from photosync.core.people import PersonKind
from photosync.core.wording import date_words
from photosync.web.faces_wall import face_of
from photosync.web.page import Crumb, Words, render_page
from photosync.web.people_list import (
    EARLIER,
    EVERYONE,
    LEFT,
    NONE,
    THIS_YEAR,
    WITHDRAWN,
    Asked,
    PeopleList,
)
from photosync.web.person_changes import changes_context
from photosync.web.photo_history import history_of, runs_of_versions
from photosync.web.place import Place
from photosync.web.workplace import Workplace, in_workplace


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def data_management(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    places = [
        Place(_("Students"), reverse("students"), _("Every student: codes, year level, house, consent and photos.")),
        Place(_("Staff"), reverse("staff"), _("Every staff member: codes, campus, consent and photos.")),
    ]
    if Permission.DATA_MANAGE in workplace.permissions:
        places.append(
            Place(
                _("Import a roster"),
                reverse("roster-import"),
                _("Bring students or staff in line with a CSV file; you see what changes beforehand."),
            )
        )
        places += [
            Place(
                _("Rosters"),
                reverse("rosters"),
                _("Where the school's systems say who its people are; read again and again."),
            ),
            Place(_("Leavers"), reverse("leavers"), _("Who has left, and from which day on each one is erased.")),
            Place(_("Erasures"), reverse("erasures"), _("What was erased, why, and what the archive keeps.")),
        ]
    return render_page(
        request,
        "web/places.html",
        {"parts": [(None, places)]},
        title=_("Data Management"),
        workspace="data-management",
        crumbs=(Crumb(_("Data Management")),),
        workplace=workplace,
    )


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def students(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    return _people(request, workplace, PersonKind.STUDENT)


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def staff(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    return _people(request, workplace, PersonKind.STAFF)


def kind_words(kind: PersonKind) -> str:
    return _("Students") if kind is PersonKind.STUDENT else _("Staff")


def list_url(kind: PersonKind) -> str:
    return reverse("students" if kind is PersonKind.STUDENT else "staff")


def data_crumbs(*further: Crumb) -> tuple[Crumb, ...]:
    return (Crumb(_("Data Management"), reverse("data-management")), *further)


@dataclass(frozen=True, slots=True)
class Filter:
    """A drop-down of the list: its choices as (value, words), the first one being everything."""

    name: str
    words: str
    choices: tuple[tuple[str, str], ...]
    chosen: str


def _people(request: HttpRequest, workplace: Workplace, kind: PersonKind) -> HttpResponse:
    school = workplace.the_school
    asked = Asked.of(request.GET.dict())
    year = academic_year_now(school, datetime.now(UTC))
    may_change = Permission.DATA_MANAGE in workplace.permissions
    people = PeopleList(school, kind, asked, year, shows_protected=may_change)
    page = people.page()
    in_part = bool(request.htmx) and request.htmx.target == "people"  # type: ignore[attr-defined]  # by its middleware
    address = list_url(kind)
    response = render_page(
        request,
        "web/parts/people.html" if in_part else "web/people.html",
        {
            "page": page,
            "asked": asked,
            "kind": kind.value,
            "address": address,
            "filters": () if in_part else _filters(asked, people.choices(), year),
            "may_change": may_change,
            "previous_url": f"{address}{asked.query(page.number - 1)}" if page.number > 1 else "",
            "next_url": f"{address}{asked.query(page.number + 1)}" if page.has_next else "",
        },
        title=kind_words(kind),
        workspace="data-management",
        crumbs=data_crumbs(Crumb(kind_words(kind))),
        workplace=workplace,
    )
    response.headers["Vary"] = "Cookie, HX-Request"
    if in_part:
        response.headers["HX-Replace-Url"] = f"{address}{asked.query(asked.page)}"
    return response


def _filters(asked: Asked, choices: Mapping[str, list[str]], year: int) -> list[Filter]:
    """Return the drop-downs; one that has nothing to choose is left out."""
    words = {
        "year_level": _("Year level"),
        "roll_group": _("Roll group"),
        "house": _("House"),
        "campus": _("Campus"),
    }
    found = [_grouping(name, words[name], choices[name], getattr(asked, name)) for name in GROUPINGS]
    status = (("", _("Current")), (LEFT, _("Left")), (EVERYONE, _("Current and left")))
    photo = (
        ("", _("Any")),
        (THIS_YEAR, _("Of %(year)s") % {"year": year}),
        (EARLIER, _("Of an earlier year")),
        (NONE, _("None")),
        (WITHDRAWN, _("Withdrawn")),
    )
    sort = (("", _("Name")), ("code", _("Code")), ("level", _("Year level")))
    return [
        *(each for each in found if len(each.choices) > 1),
        Filter("status", _("Status"), status, asked.status),
        Filter("photo", _("Photo"), photo, asked.photo),
        Filter("sort", _("Sort by"), sort if len(choices["year_level"]) > 1 else sort[:2], asked.sort),
    ]


def _grouping(name: str, words: str, values: list[str], chosen: str) -> Filter:
    shown = level_words if name == "year_level" else str
    listed = values if not chosen or chosen in values else [*values, chosen]
    return Filter(name, words, (("", _("All")), *((value, shown(value)) for value in listed)), chosen)


def the_person(workplace: Workplace, person_id: int) -> Person:
    """Return the person. What one may not see does not exist: protected people, other schools. Raises Http404."""
    found = Person.objects.select_related("school").filter(school=workplace.the_school, pk=person_id).first()
    if found is None or (found.protected and Permission.DATA_MANAGE not in workplace.permissions):
        raise Http404
    return found


def person_crumbs(person: Person, *further: Crumb) -> tuple[Crumb, ...]:
    kind = PersonKind(person.kind)
    own = reverse("data-person", args=[person.pk]) if further else ""
    return data_crumbs(Crumb(kind_words(kind), list_url(kind)), Crumb(person.label, own), *further)


@dataclass(frozen=True, slots=True)
class PinShown:
    """A pin in words. One that is released stays in the history; `released` says by whom and when."""

    year: int
    words: str
    reason: str
    released: str


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def data_person(request: HttpRequest, workplace: Workplace, person_id: int) -> HttpResponse:
    """Everything that is stored of a person."""
    found = the_person(workplace, person_id)
    history = history_of(found, datetime.now(UTC))
    may_change = Permission.DATA_MANAGE in workplace.permissions
    protected = _("The person is protected, so that no page shows the photo.") if found.protected else ""
    return render_page(
        request,
        "web/data_person.html",
        {
            "person": found,
            "face": face_of(found, None if found.protected else history.shown_year, history.current_year),
            "history": history,
            "hidden_because": protected or history.withdrawn_because,
            "shows_origin": True,
            **changes_context(found, workplace),
            "runs_here": runs_of_versions(found),
            "identifiers": list(Identifier.objects.filter(person=found).order_by("key", "value")),
            "consent": consent_answers(found),
            "answers": ANSWERS,
            "pins": [
                _pin(pin, found.school.zone)
                for pin in Pin.objects.filter(person=found).order_by("-academic_year", "pk")
            ],
            "may_manage_photo": Permission.PHOTO_MANAGE in workplace.permissions,
            "may_change": may_change,
        },
        title=found.label,
        workspace="data-management",
        crumbs=person_crumbs(found),
        workplace=workplace,
    )


PURPOSES: dict[str, Words] = {
    Purpose.SCHOOL_USE.value: gettext_lazy("School use"),
    Purpose.ONLINE_PUBLICATION.value: gettext_lazy("Online publication"),
    Purpose.PRINTED_PUBLICATION.value: gettext_lazy("Printed publication"),
    Purpose.YEARBOOK.value: gettext_lazy("Yearbook"),
    Purpose.MEDIA_RELEASE.value: gettext_lazy("Media release"),
}
ANSWERS: dict[str, Words] = {
    Consent.YES.value: gettext_lazy("yes"),
    Consent.NO.value: gettext_lazy("no"),
    Consent.UNKNOWN.value: gettext_lazy("unknown"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is stored for a purpose; what nothing is stored of is unknown."""

    purpose: str
    words: Words
    answer: str
    answer_words: Words


def consent_answers(person: Person) -> list[Answer]:
    return [
        Answer(purpose, PURPOSES.get(purpose, purpose), answer.value, ANSWERS[answer.value])
        for purpose in purposes_of(person)
        for answer in (answer_of(person, purpose),)
    ]


def _pin(pin: Pin, zone: ZoneInfo) -> PinShown:
    if pin.picture_id is None:
        words = _("The photo is not withdrawn, whatever the source says.")
    else:
        words = _("A picture of the source is not planned again until new bytes come or the pin is released.")
    released = ""
    if pin.released_at is not None:
        day = date_words(pin.released_at.astimezone(zone).date())
        released = _("Released by %(who)s on %(day)s.") % {"who": pin.released_by, "day": day}
    return PinShown(pin.academic_year, words, pin.reason, released)
