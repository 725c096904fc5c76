"""Who is in a reporting cycle: taking people in and out, and letting the photo of one of them not wait."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.reports.archive import pdf_named
from photosync.apps.reports.holding import hold_person_again, release_person
from photosync.apps.reports.models import CycleMember, Report
from photosync.apps.reports.roster import Added, add_people, remove_people, take_in_newcomers
from photosync.apps.reports.stored_pdf import open_stored
from photosync.core.errors import PhotoSyncError
from photosync.web.page import Crumb
from photosync.web.pdf_answer import pdf_answer
from photosync.web.reporting_form import PeopleForm
from photosync.web.reporting_page import member_label
from photosync.web.views.reporting import cycle_crumbs, reporting_page, the_cycle
from photosync.web.views.reporting_acts import asking
from photosync.web.workplace import Workplace, in_workplace


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def add(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """Take students into the cycle, by groups and by codes."""
    found = the_cycle(workplace, cycle_id)
    sent = request.POST if request.method == "POST" else None
    form = PeopleForm(workplace.the_school, sent, request.FILES if sent is not None else None)
    if sent is not None and form.is_valid():
        try:
            added = add_people(found, form.choice())
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _added_words(added, found.name))
            return HttpResponseRedirect(reverse("reporting-cycle", args=[found.pk]))
    return reporting_page(
        request,
        workplace,
        "web/reporting_people.html",
        {"cycle": found, "form": form, "people": form},
        crumbs=cycle_crumbs(found, Crumb(_("Add people"))),
        title=_("Add people to %(cycle)s") % {"cycle": found.name},
    )


def _added_words(added: Added, name: str) -> str:
    came = ngettext(
        "%(number)d student came into %(cycle)s.", "%(number)d students came into %(cycle)s.", added.added
    )
    told = came % {"number": added.added, "cycle": name}
    if not added.already:
        return told
    were = ngettext("%(number)d was in it already.", "%(number)d were in it already.", added.already)
    return f"{told} {were % {'number': added.already}}"


@require_POST
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def newcomers(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """Take in everyone of the groups that were taken in before who is not in the cycle."""
    found = the_cycle(workplace, cycle_id)
    try:
        messages.success(request, _added_words(Added(take_in_newcomers(found), 0), found.name))
    except PhotoSyncError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("reporting-cycle", args=[found.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def remove(request: HttpRequest, workplace: Workplace, cycle_id: int, member_id: int) -> HttpResponse:
    """Ask before a person is taken out of the cycle."""
    member = _the_member(workplace, cycle_id, member_id)
    cycle, who = member.cycle, _label(workplace, member)
    told = _("%(person)s is not in %(cycle)s any more then, and the photo does not wait for it.")
    if Report.objects.filter(member=member).exists():
        told += " " + _("The report that is stored, and not archived, goes too.")
    return asking(
        request,
        workplace,
        cycle,
        lambda _reason: remove_people(cycle, [member.pk]),
        title=_("Take %(person)s out") % {"person": who},
        told=told % {"person": who[:1].upper() + who[1:], "cycle": cycle.name},
        button=_("Take out"),
        done=_("%(person)s was taken out of %(cycle)s.") % {"person": who[:1].upper() + who[1:], "cycle": cycle.name},
        asks_why=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def release(request: HttpRequest, workplace: Workplace, cycle_id: int, member_id: int) -> HttpResponse:
    """Let the photo of one person not wait for the report."""
    member = _the_member(workplace, cycle_id, member_id)
    who, words = _label(workplace, member), {"cycle": member.cycle.name}
    told = _(
        "The photo of %(person)s does not wait for %(cycle)s then: the next run decides on it. A report that is "
        "archived afterwards may show the new face."
    )
    return asking(
        request,
        workplace,
        member.cycle,
        lambda reason: release_person(member, reason=reason, by=request.user.get_username(), now=datetime.now(UTC)),
        title=_("Release the photo of %(person)s") % {"person": who},
        told=told % (words | {"person": who}),
        button=_("Release it"),
        done=_("The photo of %(person)s does not wait any more. The next run decides on it.") % {"person": who},
    )


@require_POST
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def hold(request: HttpRequest, workplace: Workplace, cycle_id: int, member_id: int) -> HttpResponse:
    """Take the release of one person back."""
    member = _the_member(workplace, cycle_id, member_id)
    try:
        hold_person_again(member)
    except PhotoSyncError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The photo of %(person)s waits again.") % {"person": _label(workplace, member)})
    return HttpResponseRedirect(f"{reverse('reporting-cycle', args=[cycle_id])}#members")


@require_safe
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def stored_pdf(request: HttpRequest, workplace: Workplace, cycle_id: int, member_id: int) -> HttpResponse:
    """The report of a member that is not archived yet, as PDF."""
    member = _the_member(workplace, cycle_id, member_id)
    if member.person.protected and Permission.DATA_MANAGE not in workplace.permissions:
        raise Http404
    try:
        _report, content = open_stored(member)
    except PhotoSyncError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(f"{reverse('reporting-cycle', args=[cycle_id])}#members")
    return pdf_answer(content, pdf_named(f"{member.person.code} {member.person.label}"))


def _label(workplace: Workplace, member: CycleMember) -> str:
    return member_label(member, sees_protected=Permission.DATA_MANAGE in workplace.permissions)


def _the_member(workplace: Workplace, cycle_id: int, member_id: int) -> CycleMember:
    cycle = the_cycle(workplace, cycle_id)
    members = CycleMember.objects.filter(cycle=cycle).select_related("person", "cycle__school")
    found = members.filter(pk=member_id).first() if member_id < 2**63 else None
    if found is None:
        raise Http404
    return found
