"""What a person may decide about another's photo and privacy. Each asks first and names what happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from photosync.apps.accounts.permissions import Permission
from photosync.apps.library.models import PhotoVersion, Withdrawal, YearPhoto
from photosync.apps.library.queries import pins_in_force
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import set_consent, set_protected
from photosync.apps.people.services import mark_left
from photosync.apps.runs.by_hand import (
    LONGEST_REASON,
    restore_version,
    show_photo,
    take_off_photo,
    withdraw_photo,
)
from photosync.apps.runs.releasing import release_pins
from photosync.core.errors import PhotoSyncError
from photosync.web.page import Crumb, render_page
from photosync.web.views.data_management import PURPOSES, person_crumbs, the_person
from photosync.web.workplace import Workplace, in_workplace

asked_or_done = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before it is done. `can` is empty, or says why it cannot be done."""

    title: str
    sentences: tuple[str, ...]
    button: str
    cannot: str = ""
    is_destructive: bool = False
    asks_reason: bool = False


@require_POST
@in_workplace(needs=Permission.DATA_MANAGE)
def consent(request: HttpRequest, workplace: Workplace, person_id: int) -> HttpResponse:
    """Save the answers that were given, and say what changed."""
    person = the_person(workplace, person_id)
    answers = {
        name.removeprefix("consent-"): value
        for name, value in request.POST.items()
        if name.startswith("consent-") and isinstance(value, str)
    }
    try:
        changed = set_consent(person, answers)
    except PhotoSyncError as error:
        messages.error(request, error.message)
    else:
        if changed:
            words = ", ".join(str(PURPOSES.get(name, name)) for name in changed)
            messages.success(request, _("Consent was saved: %(purposes)s.") % {"purposes": words})
        else:
            messages.success(request, _("Nothing was changed: the answers are as they were."))
    return _back(person)


@asked_or_done
@in_workplace(needs=Permission.DATA_MANAGE)
def protection(request: HttpRequest, workplace: Workplace, person_id: int) -> HttpResponse:
    person = the_person(workplace, person_id)
    if person.protected:
        asked = Question(
            _("End the protection of %(name)s") % {"name": person.label},
            (
                _("The photos are shown again within five seconds, on walls, lists and pages, as for everyone else."),
                _("Accounts that may see photos see them again."),
            ),
            _("End the protection"),
        )
    else:
        asked = Question(
            _("Protect %(name)s") % {"name": person.label},
            (
                _("Within five seconds, no page shows a photo of this person any more, not even one that is open."),
                _("The person is on no wall and no list, and goes to no destination. The photos are kept."),
                _("Only accounts that may change data see that the person is here at all."),
            ),
            _("Protect"),
            is_destructive=True,
        )
    wanted = not person.protected

    def do() -> str:
        set_protected(person, protected=wanted)
        return _("%(name)s is protected now.") % {"name": person.label} if wanted else _("The protection has ended.")

    return ask(request, workplace, person, asked, do)


@asked_or_done
@in_workplace(needs=Permission.DATA_MANAGE)
def leaving(request: HttpRequest, workplace: Workplace, person_id: int) -> HttpResponse:
    person = the_person(workplace, person_id)
    asked = Question(
        _("Mark %(name)s as left") % {"name": person.label},
        (
            _("The person is on no wall and no list from now on. Photos of all years are kept."),
            _("A file of the person in a source is not used any more. A roster that names the person undoes it."),
        ),
        _("Mark as left"),
        cannot=_("%(name)s has left already.") % {"name": person.label}
        if person.status == Person.Status.LEFT
        else "",
        is_destructive=True,
    )

    def do() -> str:
        mark_left(person, now=datetime.now(UTC))
        return _("%(name)s is marked as left.") % {"name": person.label}

    return ask(request, workplace, person, asked, do)


@asked_or_done
@in_workplace(needs=Permission.PHOTO_MANAGE)
def withdraw(request: HttpRequest, workplace: Workplace, person_id: int) -> HttpResponse:
    person = the_person(workplace, person_id)
    existing = Withdrawal.objects.filter(person=person).first()
    cannot = ""
    if existing is not None and existing.decided_by:
        cannot = _("The photo is withdrawn already: %(reason)s") % {"reason": existing.reason}
    elif not YearPhoto.objects.filter(person=person).exists():
        cannot = _("There is no photo of any year, so there is nothing to withdraw.")
    asked = Question(
        _("Withdraw the photo of %(name)s") % {"name": person.label},
        (
            _("Within five seconds, no page shows a photo of this person any more; initials stand in its place."),
            _("No sync shows it again, only a person does. The versions are kept."),
        ),
        _("Withdraw the photo"),
        cannot=cannot,
        is_destructive=True,
        asks_reason=True,
    )

    def do() -> str:
        reason = request.POST.get("reason", "")
        withdraw_photo(person, reason=reason, by=_by(request), now=datetime.now(UTC))
        return _("The photo is withdrawn.")

    return ask(request, workplace, person, asked, do)


@asked_or_done
@in_workplace(needs=Permission.PHOTO_MANAGE)
def show(request: HttpRequest, workplace: Workplace, person_id: int) -> HttpResponse:
    person = the_person(workplace, person_id)
    existing = Withdrawal.objects.filter(person=person).first()
    why = _("It was withdrawn: %(reason)s") % {"reason": existing.reason} if existing is not None else ""
    asked = Question(
        _("Show the photo of %(name)s again") % {"name": person.label},
        (why, _("Everyone who may see photos sees it again within five seconds.")),
        _("Show the photo again"),
        cannot="" if existing is not None else _("The photo is not withdrawn."),
    )

    def do() -> str:
        show_photo(person, by=_by(request), now=datetime.now(UTC))
        return _("The photo is shown again.")

    return ask(request, workplace, person, asked, do)


@asked_or_done
@in_workplace(needs=Permission.PHOTO_MANAGE)
def release(request: HttpRequest, workplace: Workplace, person_id: int, year: int) -> HttpResponse:
    person = the_person(workplace, person_id)
    reasons = list(pins_in_force().filter(person=person, academic_year=year).values_list("reason", flat=True))
    asked = Question(
        _("Release the pins of %(name)s for %(year)d") % {"name": person.label, "year": year},
        (
            *dict.fromkeys(reasons),
            ngettext(
                "The next run decides again on the picture that was pinned, and may publish it.",
                "The next run decides again on the pictures that were pinned, and may publish one of them.",
                len(reasons),
            ),
        ),
        _("Release"),
        cannot="" if reasons else _("Nothing is pinned for %(year)d.") % {"year": year},
    )

    def do() -> str:
        released = release_pins(person, by=_by(request), now=datetime.now(UTC), year=year)
        return _("Released. %(explanation)s") % {"explanation": released.explanation}

    return ask(request, workplace, person, asked, do)


@asked_or_done
@in_workplace(needs=Permission.PHOTO_MANAGE)
def restore(request: HttpRequest, workplace: Workplace, person_id: int, version_id: int) -> HttpResponse:
    """Make an earlier version current again, after seeing both."""
    person = the_person(workplace, person_id)
    version = PhotoVersion.objects.select_related("picture").filter(person=person, pk=version_id).first()
    if version is None:
        raise Http404
    year = version.academic_year
    row = YearPhoto.objects.filter(person=person, academic_year=year).select_related("version").first()
    is_current = row is not None and row.version_id == version.pk
    asked = Question(
        _("Make version %(number)d of %(year)d current again") % {"number": version.ordinal, "year": year},
        (
            _("It becomes the photo of %(year)d. The version that is current now is kept.") % {"year": year},
            _(
                "The sync does not use the picture that it has for %(year)d again, until the pin is released. A new "
                "picture in the source replaces it."
            )
            % {"year": year},
        ),
        _("Make it current"),
        cannot=_("Version %(number)d is the photo of %(year)d.") % {"number": version.ordinal, "year": year}
        if is_current
        else "",
    )

    def do() -> str:
        return restore_version(person, version, by=_by(request), now=datetime.now(UTC)).explanation

    hidden = person.protected or Withdrawal.objects.filter(person=person).exists()
    shots = {"before": row.version if row is not None else None, "after": version}
    return ask(request, workplace, person, asked, do, context={} if hidden or is_current else {"shots": shots})


@asked_or_done
@in_workplace(needs=Permission.PHOTO_MANAGE)
def take_off(request: HttpRequest, workplace: Workplace, person_id: int, year: int) -> HttpResponse:
    person = the_person(workplace, person_id)
    has_photo = YearPhoto.objects.filter(person=person, academic_year=year).exists()
    asked = Question(
        _("Take the photo of %(year)d off %(name)s") % {"year": year, "name": person.label},
        (
            _("The year has no photo then, and that of the latest earlier year is shown, or initials."),
            _(
                "The versions are kept, and one can be made current again. The sync does not use the picture that it "
                "has for %(year)d again, until the pin is released."
            )
            % {"year": year},
        ),
        _("Take it off"),
        cannot="" if has_photo else _("There is no photo of %(year)d.") % {"year": year},
        is_destructive=True,
    )

    def do() -> str:
        return take_off_photo(person, year, by=_by(request), now=datetime.now(UTC))

    return ask(request, workplace, person, asked, do)


def _by(request: HttpRequest) -> str:
    return request.user.get_username()


def _back(person: Person) -> HttpResponse:
    return HttpResponseRedirect(reverse("data-person", args=[person.pk]))


def ask(
    request: HttpRequest,
    workplace: Workplace,
    person: Person,
    asked: Question,
    do: Callable[[], str],
    *,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    refusal = ""
    if request.method == "POST":
        try:
            told = do()
        except PhotoSyncError as error:
            refusal = error.message
        else:
            messages.success(request, told)
            return _back(person)
    return render_page(
        request,
        "web/person_decision.html",
        {
            "person": person,
            "asked": asked,
            "refusal": refusal,
            "reason": request.POST.get("reason", ""),
            "longest_reason": LONGEST_REASON,
            **(context or {}),
        },
        title=asked.title,
        workspace="data-management",
        crumbs=person_crumbs(person, Crumb(asked.title)),
        workplace=workplace,
    )
