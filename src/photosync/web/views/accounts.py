"""Choosing the school."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from photosync.apps.accounts.queries import schools_of
from photosync.web.page import Crumb, render_page
from photosync.web.workplace import Workplace, choose_school, in_workplace

SCHOOLS_SHOWN = 100


class SchoolSearch(forms.Form):
    q = forms.CharField(required=False, max_length=100, strip=True)


@require_http_methods(["GET", "POST"])
@in_workplace()
def schools(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The schools in which the account has a role, and the choice of one."""
    mine = schools_of(request.user)
    if request.method == "POST":
        school = get_object_or_404(mine, code=request.POST.get("school", "")[:100].replace("\0", ""))
        choose_school(request, school)
        return HttpResponseRedirect(reverse("overview"))
    form = SchoolSearch(request.GET)
    search = form.cleaned_data["q"] if form.is_valid() else ""
    if search:
        mine = mine.filter(name__icontains=search) | mine.filter(code__icontains=search)
    found = list(mine.order_by("name")[: SCHOOLS_SHOWN + 1])
    return render_page(
        request,
        "web/schools.html",
        {"schools": found[:SCHOOLS_SHOWN], "has_more": len(found) > SCHOOLS_SHOWN, "search": search},
        title=_("Schools"),
        crumbs=(Crumb(_("Schools")),),
        workplace=workplace,
    )
