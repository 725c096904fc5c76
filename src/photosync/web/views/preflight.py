"""Manage Sync > a profile > what the photographer is to mend: the pre-flight report, to read and to send."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs.preflight import preflight_of
from photosync.apps.runs.preflight_document import about, file_name, left_out_words, nothing_to_mend, preflight_file
from photosync.core.errors import PhotoSyncError
from photosync.printing import printing_available
from photosync.web.page import Crumb, render_page
from photosync.web.pdf_answer import pdf_answer
from photosync.web.views.administration import administration_crumbs
from photosync.web.workplace import Workplace, in_workplace


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def profile_preflight(request: HttpRequest, workplace: Workplace, profile_id: int) -> HttpResponse:
    found = _profile(workplace, profile_id)
    context: dict[str, object] = {"profile": found, "can_print": printing_available()}
    try:
        report = preflight_of(found, datetime.now(UTC))
    except PhotoSyncError as error:
        context["refusal"] = error.message
    else:
        context |= {"report": report, "about": about(report), "nothing": nothing_to_mend()}
        context["groups"] = [(group, left_out_words(group)) for group in report.groups]
    title = _("What to mend in the photos")
    crumbs = (
        Crumb(_("Manage Sync"), reverse("manage-sync")),
        Crumb(found.name, reverse("profile", args=[found.pk])),
        Crumb(title),
    )
    return render_page(
        request,
        "web/preflight.html",
        context,
        title=title,
        workspace="administration",
        crumbs=administration_crumbs(*crumbs),
        workplace=workplace,
    )


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def profile_preflight_file(request: HttpRequest, workplace: Workplace, profile_id: int, suffix: str) -> HttpResponse:
    """The report as a file to send, `html` or `pdf`. It is saved, never shown from here."""
    found = _profile(workplace, profile_id)
    try:
        report = preflight_of(found, datetime.now(UTC))
        content = preflight_file(report, f".{suffix}")
    except PhotoSyncError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("profile-preflight", args=[found.pk]))
    name = file_name(report, f".{suffix}")
    if suffix == "pdf":
        return pdf_answer(content, name, is_download=True)
    response = HttpResponse(content, content_type="text/html; charset=utf-8")
    response.headers["Content-Disposition"] = str(content_disposition_header(True, name))  # noqa: FBT003
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _profile(workplace: Workplace, profile_id: int) -> SyncProfile:
    profiles = SyncProfile.objects.select_related("school")
    return get_object_or_404(profiles, school=workplace.the_school, pk=profile_id)
