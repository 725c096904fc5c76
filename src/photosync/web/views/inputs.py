"""Administration > Sync UI > Inputs: the containers that photos are delivered into."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.inputs import services
from photosync.apps.inputs.matching import how_matched, try_input
from photosync.apps.inputs.models import Delivery, Input
from photosync.apps.inputs.queries import files_of, input_numbered, inputs_of, profiles_reading
from photosync.core.errors import NotFound, PhotoSyncError
from photosync.core.input_names import LONGEST_DESCRIPTION, LONGEST_INPUT_NAME
from photosync.core.people import quoted
from photosync.core.wording import list_words
from photosync.web.input_shown import delivery_shown, files_shown, inputs_shown
from photosync.web.page import Crumb, Words, render_page
from photosync.web.workplace import Workplace, in_workplace

FILES_PER_PAGE = 50
DELIVERIES_SHOWN = 10
LONGEST_SEARCH = 100
LARGEST_ID = 2**63


class InputForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_INPUT_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Type in a name. Nothing was saved.")},
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        help_text=gettext_lazy("What it is for, or whose photos come into it. May be left out."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CloneForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the clone"),
        max_length=LONGEST_INPUT_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Type in a name. Nothing was saved.")},
    )


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def inputs(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """List the inputs of the school."""
    school = workplace.the_school
    shown = inputs_shown(list(inputs_of(school)), school, datetime.now(UTC))
    return input_page(request, workplace, "web/inputs.html", {"inputs": shown}, title=_("Inputs"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def new_input(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    form = InputForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            made = services.add_input(
                workplace.the_school,
                given["name"],
                description=given["description"],
                by=request.user.get_username(),
                now=datetime.now(UTC),
            )
        except PhotoSyncError as error:
            form.add_error("name", error.message)
        else:
            messages.success(request, _("%(input)s was made. Now deliver photos into it.") % {"input": made.name})
            return HttpResponseRedirect(reverse("input-deliver", args=[made.pk]))
    return input_page(request, workplace, "web/input_form.html", {"form": form}, title=_("New input"))


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def one_input(request: HttpRequest, workplace: Workplace, input_id: int) -> HttpResponse:
    """What is in it, and whom that matches."""
    found = the_input(workplace, input_id)
    now = datetime.now(UTC)
    search = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    files = files_of(found)
    if search:
        files = files.filter(name__icontains=search)
    number = page_number(request)
    start = (number - 1) * FILES_PER_PAGE
    rows = list(files[start : start + FILES_PER_PAGE + 1])
    how = how_matched(found)
    shown, problem = files_shown(found, how, rows[:FILES_PER_PAGE], now, workplace.hidden_names())
    if search:
        # What was found by a name has that name.
        shown = [each for each in shown if not each.is_hidden]
    deliveries = Delivery.objects.filter(input=found).select_related("input__school")
    (head,) = inputs_shown([found], found.school, now)
    context: dict[str, Any] = {
        "found": found,
        "head": head,
        "how": how,
        "sees_photos": workplace.may_see_photos,
        "files": shown,
        "match_problem": problem,
        "search": search,
        "first_shown": start + 1,
        "last_shown": start + len(shown),
        "previous": number - 1,
        "next": number + 1 if len(rows) > FILES_PER_PAGE else 0,
        "open": [delivery_shown(each, found.school, now) for each in deliveries if each.is_alive],
        "ended": [
            delivery_shown(each, found.school, now)
            for each in deliveries.filter(state=Delivery.State.DONE)[:DELIVERIES_SHOWN]
        ],
        **(_checked(found) if "check" in request.GET else {}),
    }
    return input_page(request, workplace, "web/input.html", context, Crumb(found.name), title=found.name)


def _checked(found: Input) -> dict[str, Any]:
    """Return whom all of the files match, as the page tells it."""
    try:
        return {"tried": try_input(found, how_matched(found))}
    except PhotoSyncError as error:
        return {"tried_refusal": error.message}


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def edit_input(request: HttpRequest, workplace: Workplace, input_id: int) -> HttpResponse:
    found = the_input(workplace, input_id)
    stored = {"name": found.name, "description": found.description}
    form = InputForm(request.POST if request.method == "POST" else None, initial=stored)
    if form.is_bound and form.is_valid():
        try:
            changed = services.change_input(found, **form.cleaned_data)
        except PhotoSyncError as error:
            form.add_error("name", error.message)
        else:
            messages.success(request, _("%(input)s was saved.") % {"input": changed.name})
            return HttpResponseRedirect(reverse("input", args=[found.pk]))
    return _of_input(request, workplace, "web/input_form.html", found, {"form": form}, title=_("Rename or describe"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def clone(request: HttpRequest, workplace: Workplace, input_id: int) -> HttpResponse:
    found = the_input(workplace, input_id)
    suggested = _("%(input)s (clone)") % {"input": found.name}
    form = CloneForm(
        request.POST if request.method == "POST" else None, initial={"name": suggested[:LONGEST_INPUT_NAME]}
    )
    if form.is_bound and form.is_valid():
        by, now = request.user.get_username(), datetime.now(UTC)
        try:
            made = services.clone_input(found, form.cleaned_data["name"], by=by, now=now)
        except PhotoSyncError as error:
            form.add_error("name", error.message)
        else:
            told = _("%(clone)s was made, with the files of %(input)s.")
            messages.success(request, told % {"clone": made.name, "input": found.name})
            return HttpResponseRedirect(reverse("input", args=[made.pk]))
    return _of_input(request, workplace, "web/input_form.html", found, {"form": form}, title=_("Clone"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def clear(request: HttpRequest, workplace: Workplace, input_id: int) -> HttpResponse:
    """Ask before every file is taken out."""
    found = the_input(workplace, input_id)
    if request.method == "POST":
        count = services.clear_input(found, by=request.user.get_username(), now=datetime.now(UTC))
        told = ngettext("%(number)d file was taken out.", "%(number)d files were taken out.", count)
        messages.success(request, told % {"number": count})
        return HttpResponseRedirect(reverse("input", args=[found.pk]))
    return _of_input(request, workplace, "web/input_act.html", found, {"act": "clear"}, title=_("Clear"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def delete(request: HttpRequest, workplace: Workplace, input_id: int) -> HttpResponse:
    """Ask before the input is deleted; one that is in use says by what."""
    found = the_input(workplace, input_id)
    refusal = ""
    if request.method == "POST":
        try:
            services.delete_input(found)
        except PhotoSyncError as error:
            refusal = error.message
        else:
            messages.success(request, _("%(input)s was deleted.") % {"input": found.name})
            return HttpResponseRedirect(reverse("inputs"))
    context = {"act": "delete", "refusal": refusal}
    return _of_input(request, workplace, "web/input_act.html", found, context, title=_("Delete"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def remove(request: HttpRequest, workplace: Workplace, input_id: int, held_file_id: int) -> HttpResponse:
    """Ask before one file is taken out."""
    found = the_input(workplace, input_id)
    file = files_of(found).filter(pk=min(held_file_id, LARGEST_ID - 1)).first()
    if file is None:
        raise Http404
    path = quoted(workplace.hidden_names().path(file.path.path))
    if request.method == "POST":
        try:
            services.remove_file(found, file.pk, by=request.user.get_username(), now=datetime.now(UTC))
        except PhotoSyncError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("%(file)s was taken out.") % {"file": path})
        return HttpResponseRedirect(reverse("input", args=[found.pk]))
    context = {"act": "remove", "path": path}
    return _of_input(request, workplace, "web/input_act.html", found, context, title=_("Take a file out"))


def the_input(workplace: Workplace, input_id: int) -> Input:
    try:
        return input_numbered(min(input_id, LARGEST_ID - 1), workplace.the_school)
    except NotFound as error:
        raise Http404 from error


def page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _of_input(
    request: HttpRequest,
    workplace: Workplace,
    template: str,
    found: Input,
    context: dict[str, Any],
    *,
    title: Words,
) -> HttpResponse:
    (head,) = inputs_shown([found], found.school, datetime.now(UTC))
    around = {"found": found, "head": head, "profiles": list_words(profiles_reading(found))}
    crumbs = (Crumb(found.name, reverse("input", args=[found.pk])), Crumb(title))
    return input_page(request, workplace, template, around | context, *crumbs, title=title)


def input_page(
    request: HttpRequest,
    workplace: Workplace,
    template: str,
    context: dict[str, Any],
    *further: Crumb,
    title: Words,
) -> HttpResponse:
    """Return a page of Sync UI, with the way to it."""
    is_first = template == "web/inputs.html"
    crumbs = [
        Crumb(_("Administration Workspace"), reverse("administration")),
        Crumb(_("Sync UI")),
        Crumb(_("Inputs"), "" if is_first else reverse("inputs")),
        *(further or ([] if is_first else [Crumb(title)])),
    ]
    may_change = {"may_change": Permission.SYNC_MANAGE in workplace.permissions}
    return render_page(
        request,
        template,
        may_change | context,
        title=title,
        workspace="administration",
        crumbs=crumbs,
        workplace=workplace,
    )
