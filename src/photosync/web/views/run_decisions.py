"""What a person may decide about a run: approve, discard, undo, cancel. Each asks first and names what happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from photosync.apps.accounts.permissions import Permission
from photosync.apps.people.models import Person
from photosync.apps.runs import services
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.parts import Part
from photosync.apps.runs.undoing import standing_items, undoable_items
from photosync.core.errors import PhotoSyncError
from photosync.core.run_states import RunState
from photosync.web.page import Crumb
from photosync.web.run_page import new_year_sentence
from photosync.web.run_parts import choices_of, part_of, people_in
from photosync.web.run_words import planned_year
from photosync.web.runs_list import number_in
from photosync.web.views.runs import run_page, run_title, the_run
from photosync.web.workplace import Workplace, in_workplace

LEFT_OUT_NAMED = 60

asked_or_done = require_http_methods(["GET", "HEAD", "POST"])


@asked_or_done
@in_workplace(needs=Permission.SYNC_APPROVE)
def approve(request: HttpRequest, workplace: Workplace, run_id: int) -> HttpResponse:
    """Approve a held run, without the people who were left out; of a new year's delivery the year is chosen."""
    found = the_run(workplace, run_id)
    sent = request.POST if request.method == "POST" else request.GET
    rows = _planned(found).filter(person_id__in=people_in(sent, "out")).order_by("person_id")
    out = list(rows.values_list("person_id", flat=True).distinct())
    part = part_of(sent)
    chosen = number_in(sent.get("year", ""))
    if found.rest_of is not None and "year" not in sent:
        chosen = found.rest_of.publish_as_year
    refusal = ""
    if request.method == "POST":
        refusal = _not_yet(found, sent, chosen, part.items(found, without=out).count())
        if not refusal:
            done = _do(
                request,
                lambda by, now: services.approve(
                    found.pk, by=by, now=now, publish_as_year=chosen, leave_out=out, part=part
                ),
                _("Run %(number)d was approved. It begins within a second or two, and this page follows it."),
            )
            if isinstance(done, HttpResponse):
                return done
            refusal = done
            found.refresh_from_db()
    context = _what_approving_does(found, out, part) | {"chosen": chosen, "refusal": refusal}
    return _decision(request, workplace, "web/run_approve.html", found, context, title=_("Approve"))


def _not_yet(found: Run, sent: QueryDict, year: int | None, number: int) -> str:
    """Return what must be chosen or looked at before the run is approved; empty where nothing must."""
    if found.state != RunState.HELD:
        return ""
    if found.new_year_delivery and year is None:
        return _("Choose of which year these photos are. Nothing was approved.")
    seen = number_in(sent.get("seen", ""))
    if seen is not None and seen != number:
        return ngettext(
            "What is chosen is %(number)d change now, not what the page said. Nothing was approved. Look at it and "
            "approve it then.",
            "What is chosen is %(number)d changes now, not what the page said. Nothing was approved. Look at it and "
            "approve it then.",
            number,
        ) % {"number": number}
    return ""


def _what_approving_does(found: Run, out: Sequence[int], part: Part) -> dict[str, Any]:
    year = planned_year(found)
    total = part.items(found, without=out).count()
    planned = _planned(found).count() - _planned(found).filter(person_id__in=out).count()
    return {
        "is_held": found.state == RunState.HELD,
        "total": total,
        "put_off": planned - total,
        "choices": choices_of(found, part),
        "later_people": _named(sorted(part.not_now)[:LEFT_OUT_NAMED]),
        "later_unnamed": max(len(part.not_now) - LEFT_OUT_NAMED, 0),
        "out": out,
        "out_people": _named(out[:LEFT_OUT_NAMED]),
        "out_unnamed": max(len(out) - LEFT_OUT_NAMED, 0),
        "years": (year, year + 1) if found.new_year_delivery else (),
        "new_year": new_year_sentence(found),
    }


def _planned(found: Run) -> QuerySet[PlanItem]:
    return found.items.filter(state=PlanItem.State.PLANNED)


def _named(person_ids: Sequence[int]) -> list[str]:
    people = Person.objects.filter(pk__in=person_ids)
    return [_("A protected person") if person.protected else str(person) for person in people]


@asked_or_done
@in_workplace(needs=Permission.SYNC_APPROVE)
def discard(request: HttpRequest, workplace: Workplace, run_id: int) -> HttpResponse:
    found = the_run(workplace, run_id)
    refusal = ""
    if request.method == "POST":
        done = _do(
            request,
            lambda by, now: services.discard(found.pk, by=by, now=now),
            _("Run %(number)d was discarded. Nothing was published, and the same pictures are not planned again."),
        )
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        found.refresh_from_db()
    context = {
        "can": found.state == RunState.HELD,
        "total": _planned(found).count(),
        "refusal": refusal,
    }
    return _decision(request, workplace, "web/run_discard.html", found, context, title=_("Discard"))


@asked_or_done
@in_workplace(needs=Permission.SYNC_MANAGE)
def undo(request: HttpRequest, workplace: Workplace, run_id: int) -> HttpResponse:
    """Make the former photos current again: of everyone whom the run changed, or of one person."""
    found = the_run(workplace, run_id)
    sent = request.POST if request.method == "POST" else request.GET
    person = _person_of(found, sent.get("person", ""))
    refusal = ""
    if request.method == "POST":
        done = _do(
            request,
            lambda by, now: services.undo(found.pk, by=by, now=now, person=person),
            _("Run %(number)d undoes it. It begins within a second or two, and this page follows it."),
        )
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    whose = person.pk if person else None
    changed, standing = undoable_items(found, whose).count(), standing_items(found, whose).count()
    context: dict[str, Any] = {"total": standing, "changed_since": changed - standing, "person": person}
    context |= {"refusal": refusal}
    if person is not None:
        context["who"] = _("a protected person") if person.protected else str(person)
    return _decision(request, workplace, "web/run_undo.html", found, context, title=_("Undo"))


def _person_of(found: Run, text: str) -> Person | None:
    """Return the person in the run whom `text` names; None where it names no one. Raises Http404."""
    if not text:
        return None
    item = found.items.filter(person_id=number_in(text) or 0).select_related("person").first()
    if item is None or item.person is None:
        raise Http404
    return item.person


@asked_or_done
@in_workplace(needs=Permission.SYNC_MANAGE)
def cancel(request: HttpRequest, workplace: Workplace, run_id: int) -> HttpResponse:
    found = the_run(workplace, run_id)
    refusal = ""
    if request.method == "POST":
        was_queued = found.state == RunState.QUEUED
        done = _do(
            request,
            lambda by, now: services.cancel(found.pk, by=by, now=now),
            _("Run %(number)d was cancelled before it began.")
            if was_queued
            else _("Run %(number)d was asked to stop: it ends at its next step."),
        )
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        found.refresh_from_db()
    context = {"can": RunState(found.state).alive, "refusal": refusal}
    return _decision(request, workplace, "web/run_cancel.html", found, context, title=_("Cancel"))


def _do(request: HttpRequest, decide: Callable[[str, datetime], Run], told: str) -> HttpResponseRedirect | str:
    """Do what was decided and go to the page of the run that comes of it; return the refusal where it is refused."""
    try:
        run = decide(request.user.get_username(), datetime.now(UTC))
    except PhotoSyncError as error:
        return error.message
    messages.success(request, told % {"number": run.pk})
    return HttpResponseRedirect(reverse("run", args=[run.pk]))


def _decision(
    request: HttpRequest,
    workplace: Workplace,
    template: str,
    found: Run,
    context: dict[str, Any],
    *,
    title: str,
) -> HttpResponse:
    way = (Crumb(run_title(found), reverse("run", args=[found.pk])),)
    return run_page(request, workplace, template, {"run": found} | context, title=title, further=way)
