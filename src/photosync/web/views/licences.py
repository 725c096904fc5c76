"""The licences of a photographer's delivery, on Manage Sync: read anew, and accepted."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.sources.licences import accept_licence, read_licences
from photosync.core.errors import PhotoSyncError
from photosync.web.workplace import Workplace, in_workplace


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
def licences(request: HttpRequest, workplace: Workplace, profile_id: int) -> HttpResponse:
    """Accept the licence whose hash was sent; without one, read what the data source holds now."""
    found = SyncProfile.objects.select_related("school").filter(school=workplace.the_school, pk=profile_id).first()
    if found is None:
        raise Http404
    try:
        told = _done(request, found)
    except PhotoSyncError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, told)
    return HttpResponseRedirect(f"{reverse('profile', args=[found.pk])}#licences")


def _done(request: HttpRequest, found: SyncProfile) -> str:
    now = datetime.now(UTC)
    if "accept" in request.POST:
        row = accept_licence(found, request.POST["accept"], by=request.user.get_username(), now=now)
        return _("The licence %(path)s was accepted. Photos of this delivery may be synced.") % {"path": row.path}
    if read_licences(found, now):
        return _("The licence was read. Accept it below before the first sync, if nobody has yet.")
    return _("The delivery comes with no licence (COPYRIGHT.TXT). Nothing needs to be accepted.")
