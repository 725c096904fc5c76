"""Photos: the wall of faces, and a person's page."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import showing_of
from photosync.apps.people.wording import level_words
from photosync.apps.schools.queries import academic_year_now
from photosync.core.consent import Purpose
from photosync.web.faces_wall import (
    LONGEST_SEARCH,
    WallPage,
    face_of,
    people_found,
    people_of_level,
    wall_page,
    year_levels,
)
from photosync.web.page import Crumb, render_page
from photosync.web.photo_history import history_of, runs_of_versions
from photosync.web.workplace import Workplace, in_workplace, workplace_of


@require_safe
@in_workplace(needs=Permission.PHOTO_VIEW)
def faces(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The wall: of one year level, of staff, or of those who are searched for."""
    school = workplace.school
    if school is None:
        raise Http404
    search = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    levels = year_levels(school)
    staff = request.GET.get("kind") == Person.Kind.STAFF or (not levels and not search)
    level = request.GET.get("level", levels[0] if levels else "").replace("\0", "")
    if search:
        people = people_found(school, search)
    else:
        people = people_of_level(school, Person.Kind.STAFF if staff else Person.Kind.STUDENT, level)
    year = academic_year_now(school, datetime.now(UTC))
    page = wall_page(school, people, _page_number(request.GET), year)
    in_part = request.htmx and request.htmx.target == "wall"  # type: ignore[attr-defined]  # by its middleware
    response = render_page(
        request,
        "web/parts/wall.html" if in_part else "web/faces.html",
        {
            "wall": page,
            "search": search,
            "levels": levels,
            "level": "" if staff or search else level,
            "is_staff": staff and not search,
            "year": year,
            "may_change_data": Permission.DATA_MANAGE in workplace.permissions,
            **_neighbours(request.GET, page),
        },
        title=_("Photos"),
        workspace="faces",
        crumbs=(Crumb(_("Photos")),),
        workplace=workplace,
    )
    response.headers["Vary"] = "Cookie, HX-Request"
    return response


def _page_number(query: QueryDict) -> int:
    text = query.get("page", "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _neighbours(query: QueryDict, page: WallPage) -> dict[str, str]:
    """Return the addresses of the page before and after, where there are any."""
    found = {}
    for name, number, exists in (
        ("previous_url", page.number - 1, page.number > 1),
        ("next_url", page.number + 1, page.has_next),
    ):
        if exists:
            other = query.copy()
            other["page"] = str(number)
            found[name] = f"{reverse('faces')}?{other.urlencode()}"
    return found


@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """A person's page. What one may not see does not exist: protected people, other schools."""
    if not request.user.is_authenticated:
        return redirect(f"{reverse('sign-in')}?next={request.path}")
    found = Person.objects.select_related("school").filter(pk=person_id, protected=False).first()
    if found is None:
        raise Http404
    workplace = workplace_of(request, found.school)
    if not workplace.may_see_photos:
        raise Http404
    history = history_of(found, datetime.now(UTC))
    may_open_data = workplace.may_see_sync and workplace_of(request).school == found.school
    hidden = _hidden_because(found)
    group = level_words(found.year_level) if found.kind == Person.Kind.STUDENT else _("Staff")
    query = QueryDict(mutable=True)
    query.update({"level": found.year_level} if found.kind == Person.Kind.STUDENT else {"kind": found.kind})
    return render_page(
        request,
        "web/person.html",
        {
            "person": found,
            "face": face_of(found, None if hidden else history.shown_year, history.current_year),
            "history": history,
            "hidden_because": history.withdrawn_because or hidden,
            "shows_origin": workplace.may_see_sync,
            "runs_here": runs_of_versions(found) if workplace.may_see_sync else (),
            # The pages of Data Management are those of the chosen school.
            "data_url": reverse("data-person", args=[found.pk]) if may_open_data else "",
            "may_manage_photo": Permission.PHOTO_MANAGE in workplace.permissions,
        },
        title=found.label,
        workspace="faces",
        crumbs=(
            Crumb(_("Photos"), reverse("faces")),
            Crumb(group, f"{reverse('faces')}?{query.urlencode()}"),
            Crumb(found.label),
        ),
        workplace=workplace,
    )


def _hidden_because(person: Person) -> str:
    showing = showing_of(person, Purpose.SCHOOL_USE, person.school)
    return "" if showing.allowed else _("%(reason)s No face is shown here.") % {"reason": showing.reason}
