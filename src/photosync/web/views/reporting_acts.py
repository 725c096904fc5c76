"""Closing a reporting cycle, opening it again, and letting photos not wait for it; each asks first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from photosync.apps.accounts.permissions import Permission
from photosync.apps.reports.cycles import close_cycle, reopen_cycle
from photosync.apps.reports.holding import by_cycle, hold_again, release_cycle, waiting_photos
from photosync.apps.reports.models import ReportingCycle
from photosync.apps.reports.queries import progress_of
from photosync.core.errors import PhotoSyncError
from photosync.web.page import Crumb
from photosync.web.reporting_form import ReasonForm
from photosync.web.views.reporting import cycle_crumbs, reporting_page, the_cycle
from photosync.web.workplace import Workplace, in_workplace


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def close(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """Close the cycle; where reports are missing, say why."""
    found = the_cycle(workplace, cycle_id)
    progress = progress_of([found])[found.pk]
    is_complete = progress.members > 0 and not progress.missing
    waiting = by_cycle(waiting_photos(found.school)).get(found.pk, 0)
    if is_complete:
        told = _("Every report of %(cycle)s is archived. Closing it changes no report and no photo.")
    elif not progress.members:
        told = _("No one is in %(cycle)s. Say why it is closed all the same.")
    else:
        told = _(
            "%(missing)d of %(members)d reports of %(cycle)s are not archived. Say why it is closed without them. "
            "From then on no photo waits for them: the next run decides on what waits now (%(waiting)d)."
        )
    told %= {"cycle": found.name, "missing": progress.missing, "members": progress.members, "waiting": waiting}
    return asking(
        request,
        workplace,
        found,
        lambda reason: close_cycle(found, reason=reason, by=request.user.get_username(), now=datetime.now(UTC)),
        title=_("Close %(cycle)s") % {"cycle": found.name},
        told=told,
        button=_("Close it"),
        done=_("%(cycle)s was closed.") % {"cycle": found.name},
        asks_why=not is_complete,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def reopen(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    found = the_cycle(workplace, cycle_id)
    told = _(
        "%(cycle)s is open again then. What is archived stays archived and never changes. The photo of everyone "
        "whose report is not archived waits again."
    )
    return asking(
        request,
        workplace,
        found,
        lambda reason: reopen_cycle(found, reason=reason),
        title=_("Open %(cycle)s again") % {"cycle": found.name},
        told=told % {"cycle": found.name},
        button=_("Open it again"),
        done=_("%(cycle)s is open again.") % {"cycle": found.name},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def release(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """Let no photo wait for the cycle any more, although reports are missing."""
    found = the_cycle(workplace, cycle_id)
    waiting = by_cycle(waiting_photos(found.school)).get(found.pk, 0)
    missing = progress_of([found])[found.pk].missing
    reports = ngettext("%(number)d report is not archived.", "%(number)d reports are not archived.", missing) % {
        "number": missing
    }
    photos = ngettext(
        "%(number)d photo waits now; the next run of its sync profile decides on it.",
        "%(number)d photos wait now; the next run of each sync profile decides on them.",
        waiting,
    ) % {"number": waiting}
    warning = _("Reports that are archived afterwards may show the new face.")
    return asking(
        request,
        workplace,
        found,
        lambda reason: release_cycle(found, reason=reason, by=request.user.get_username(), now=datetime.now(UTC)),
        title=_("Release the photos of %(cycle)s") % {"cycle": found.name},
        told=f"{reports} {photos} {warning}",
        button=_("Release all of it"),
        done=_("No photo waits for %(cycle)s any more. The next run of each sync profile decides.")
        % {"cycle": found.name},
    )


@require_POST
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def hold(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """Take the release of the whole cycle back."""
    found = the_cycle(workplace, cycle_id)
    try:
        hold_again(found)
    except PhotoSyncError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Photos wait for %(cycle)s again.") % {"cycle": found.name})
    return HttpResponseRedirect(reverse("reporting-cycle", args=[found.pk]))


def asking(
    request: HttpRequest,
    workplace: Workplace,
    found: ReportingCycle,
    act: Callable[[str], object],
    *,
    title: str,
    told: str,
    button: str,
    done: str,
    asks_why: bool = True,
) -> HttpResponse:
    """Ask, and where the form is sent, do `act` with its reason, say `done`, and go back to the cycle."""
    form = ReasonForm(request.POST if request.method == "POST" else None, needed=asks_why)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, done)
            return HttpResponseRedirect(reverse("reporting-cycle", args=[found.pk]))
    return reporting_page(
        request,
        workplace,
        "web/reporting_act.html",
        {"cycle": found, "form": form, "told": told, "button": button, "asks_why": asks_why},
        crumbs=cycle_crumbs(found, Crumb(button)),
        title=title,
    )
