"""Reporting > Design of reports: crest, heading, footer and lines to sign on, with a sample beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.reports.design import Design, design_of, save_design
from photosync.apps.reports.making import design_picture
from photosync.apps.schools.queries import academic_year_now
from photosync.core.errors import PhotoSyncError
from photosync.printing import printing_available
from photosync.web.page import Crumb, render_page
from photosync.web.report_results_form import DesignForm
from photosync.web.views.academic_reports import report_crumbs
from photosync.web.workplace import Workplace, in_workplace


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def design(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Show and change the design. HTMX asks for the sample of what is typed, and nothing is saved then."""
    school = workplace.the_school
    kept = design_of(school)
    posted = request.method == "POST"
    form = DesignForm(request.POST, request.FILES, design=kept) if posted else DesignForm(design=kept)
    only_looks = posted and (bool(request.htmx) or "preview" in request.POST)  # type: ignore[attr-defined]
    shown = kept
    if posted and form.is_valid():
        try:
            typed = form.design
            if not only_looks:
                file = form.cleaned_data.get("crest")
                remove = bool(form.cleaned_data.get("no_crest"))
                save_design(school, typed, crest=file.read() if file else None, remove_crest=remove)
                messages.success(request, _("The design was saved. Reports that were made before stay as they are."))
                return HttpResponseRedirect(reverse("report-design"))
            shown = Design(
                heading=typed.heading,
                footer=typed.footer,
                signatories=typed.signatories,
                crest_sha256="" if form.cleaned_data.get("no_crest") else kept.crest_sha256,
            )
        except PhotoSyncError as error:
            form.add_error("crest" if "crest" in request.FILES else None, error.message)
    in_part = only_looks and bool(request.htmx)  # type: ignore[attr-defined]  # by its middleware
    return render_page(
        request,
        "web/parts/report_sample.html" if in_part else "web/report_design.html",
        {
            "form": form,
            "has_crest": bool(kept.crest_sha256),
            "can_print": printing_available(),
            "sample_url": f"{reverse('report-design-sample')}?{urlencode(_query(shown), doseq=True)}",
        },
        title=_("Design of reports"),
        workspace="academic-reports",
        crumbs=report_crumbs(Crumb(_("Reporting"), reverse("reporting")), Crumb(_("Design of reports"))),
        workplace=workplace,
    )


@require_safe
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def sample(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The first page of a report of nobody, with the texts of the address and the crest that is kept."""
    school = workplace.the_school
    asked = request.GET
    try:
        typed = Design.checked(asked.get("heading", ""), asked.get("footer", ""), asked.getlist("sign"))
        crest = "" if "no_crest" in asked else design_of(school).crest_sha256
        shown = Design(heading=typed.heading, footer=typed.footer, signatories=typed.signatories, crest_sha256=crest)
        content = design_picture(school, shown, academic_year_now(school, datetime.now(UTC)))
    except PhotoSyncError as error:
        return HttpResponse(error.message, status=409, content_type="text/plain; charset=utf-8")
    response = HttpResponse(content, content_type="image/png")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _query(design: Design) -> dict[str, object]:
    """Return the design as the address of its sample has it; `crest` only makes the address another one."""
    texts: dict[str, object] = {"heading": design.heading, "footer": design.footer, "sign": list(design.signatories)}
    return texts | ({"crest": design.crest_sha256[:12]} if design.crest_sha256 else {"no_crest": "1"})
