"""Help > Feedback: what those said whom an article did not help, for administrators."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.help.articles import articles
from photosync.apps.help.models import Reason
from photosync.apps.help.queries import counts_by_article
from photosync.apps.help.services import set_dealt_with
from photosync.core.errors import NotFound
from photosync.web.help_list import DEALT_WITH, OPEN, FeedbackFilter, feedback_csv_lines, feedback_page
from photosync.web.page import Crumb, render_page
from photosync.web.workplace import Workplace, in_workplace


@require_safe
@in_workplace(needs=Permission.SYSTEM_MANAGE)
def feedback_list(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """How often each article helped, and what was said where it did not."""
    wanted = FeedbackFilter.of(request.GET)
    in_part = request.htmx and request.htmx.target == "feedback-list"  # type: ignore[attr-defined]  # by its middleware
    response = render_page(
        request,
        "web/parts/help_feedback_rows.html" if in_part else "web/help_feedback_list.html",
        {
            "page": feedback_page(wanted, request.GET, _zone(workplace)),
            "wanted": wanted,
            "query": wanted.as_query(),
            "counts": counts_by_article(),
            "articles": articles().values(),
            "reasons": Reason.choices,
            "states": [(OPEN, _("Open")), (DEALT_WITH, _("Dealt with"))],
            "here": request.get_full_path(),
        },
        title=_("Feedback on the articles"),
        workspace="help",
        crumbs=(Crumb(_("Help"), reverse("help")), Crumb(_("Feedback on the articles"))),
        workplace=workplace,
    )
    response.headers["Vary"] = "Cookie, HX-Request"
    return response


@require_POST
@in_workplace(needs=Permission.SYSTEM_MANAGE)
def deal_with(request: HttpRequest, workplace: Workplace, feedback_id: int) -> HttpResponse:
    """Mark one as dealt with, or as open again, and go back to the list as it was filtered."""
    del workplace
    try:
        set_dealt_with(feedback_id, dealt_with=request.POST.get("dealt_with") == "yes", now=datetime.now(UTC))
    except NotFound as exc:
        raise Http404 from exc
    query = FeedbackFilter.of(request.POST).as_query()
    return HttpResponseRedirect(f"{reverse('help-feedback')}{f'?{query}' if query else ''}")


@require_safe
@in_workplace(needs=Permission.SYSTEM_MANAGE)
def feedback_csv(request: HttpRequest, workplace: Workplace) -> HttpResponseBase:
    """The list as a file for a spreadsheet, filtered as asked."""
    response = StreamingHttpResponse(
        feedback_csv_lines(FeedbackFilter.of(request.GET), _zone(workplace)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="help-feedback.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _zone(workplace: Workplace) -> ZoneInfo:
    return workplace.school.zone if workplace.school is not None else ZoneInfo("UTC")
