"""The original file of a photo, as a download for those who may set photos. It is never shown in a page.

It holds whatever the camera wrote into it, the place for instance, and may be hostile: no browser opens it.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.viewing import note_view
from photosync.apps.library.models import PhotoVersion
from photosync.apps.library.originals import original_of
from photosync.core.errors import NotFound, PhotoSyncError, Refused
from photosync.web.views.data_management import the_person
from photosync.web.workplace import Workplace, in_workplace


@require_safe
@in_workplace(needs=Permission.PHOTO_MANAGE)
def photo_original(request: HttpRequest, workplace: Workplace, person_id: int, version_id: int) -> HttpResponse:
    person = the_person(workplace, person_id)
    versions = PhotoVersion.objects.select_related("person__school").filter(person=person, pk=version_id)
    version = versions.first()
    if version is None or person.protected:
        raise Http404
    try:
        file = original_of(version)
        content = file.content()
    except (NotFound, Refused) as error:
        raise Http404 from error
    except PhotoSyncError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("data-person", args=[person.pk]))
    if request.method == "GET":
        note_view(request.user.pk, person.pk, school_id=person.school_id, full=True)
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = str(content_disposition_header(True, file.name))  # noqa: FBT003
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
