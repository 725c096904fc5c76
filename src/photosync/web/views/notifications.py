"""Settings > Notifications: who is told before a sync stops, and when one ends, is held or fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.notifications.models import Kind, Message, NotificationAddress
from photosync.apps.notifications.queries import MESSAGES_SHOWN, address_numbered, addresses_of, messages_of
from photosync.apps.notifications.services import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    add_address,
    change_address,
    remove_address,
    test_address,
)
from photosync.core.errors import NotFound, PhotoSyncError
from photosync.web.badge import Badge
from photosync.web.page import Crumb, Words, render_page
from photosync.web.short_dates import short_moment
from photosync.web.views.settings import settings_crumbs
from photosync.web.workplace import Workplace, in_workplace

CALENDAR_PART = "web/parts/calendar_link.html"


@dataclass(frozen=True, slots=True)
class AddressShown:
    address: NotificationAddress
    told: str
    last_sent: str
    last_failed: str


@dataclass(frozen=True, slots=True)
class MessageShown:
    message: Message
    badge: Badge
    when: str
    tries_again: str


class EditedAddressForm(forms.Form):
    """What can be changed of an address. The rules are the service's."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("By which you will know it, such as Office. May be left out."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told"),
        choices=Kind.choices,
        initial=Kind.values,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one. Nothing was saved.")},
    )


class AddressForm(EditedAddressForm):
    """What is asked for a new address."""

    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=LONGEST_ADDRESS,
        help_text=gettext_lazy(
            "An e-mail address, or the address of a service as Apprise writes it: for Slack it begins with slack://. "
            "It is kept encrypted and not shown again."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={"required": gettext_lazy("Type in an address. Nothing was saved.")},
    )
    field_order = ("address", "name", "kinds")


@require_safe
@in_workplace(needs=Permission.SYNC_MANAGE)
def notifications(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    school = workplace.the_school
    now = datetime.now(school.zone)
    return render_page(
        request,
        "web/notifications.html",
        {
            "addresses": [_address_shown(each, now) for each in addresses_of(school)],
            "sent": [_message_shown(each, now) for each in messages_of(school)[:MESSAGES_SHOWN]],
            "has_mail_server": settings.PHOTOSYNC_MAIL_SERVER is not None,
            "has_public_url": bool(settings.PHOTOSYNC_PUBLIC_URL),
            "calendar_part": _calendar_part(),
        },
        title=_("Notifications"),
        workspace="settings",
        crumbs=settings_crumbs(Crumb(_("Notifications"))),
        workplace=workplace,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def new_notification(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            added = add_address(
                workplace.the_school,
                given["address"],
                name=given["name"],
                kinds=given["kinds"],
                by=request.user.get_username(),
                now=datetime.now(UTC),
            )
        except PhotoSyncError as error:
            form.add_error("address", error.message)
        else:
            messages.success(
                request, _("%(address)s was added. Send a test to see that it works.") % {"address": added}
            )
            return HttpResponseRedirect(reverse("notifications"))
    return _form_page(request, workplace, "web/notification_new.html", {"form": form}, _("Add an address"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def edit_notification(request: HttpRequest, workplace: Workplace, address_id: int) -> HttpResponse:
    """Change the name of an address, and what it is told."""
    address = _address(workplace, address_id)
    initial = {"name": address.name, "kinds": address.kinds or Kind.values}
    form = EditedAddressForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_address(address, **form.cleaned_data)
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            told = {"address": changed, "told": _told(changed)}
            messages.success(request, _("%(address)s was saved. It is told: %(told)s.") % told)
            return HttpResponseRedirect(reverse("notifications"))
    context = {"form": form, "address": address}
    return _form_page(request, workplace, "web/notification_edit.html", context, _("Edit an address"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def remove_notification(request: HttpRequest, workplace: Workplace, address_id: int) -> HttpResponse:
    """Ask before an address is removed."""
    address = _address(workplace, address_id)
    if request.method == "POST":
        remove_address(address, now=datetime.now(UTC))
        messages.success(request, _("%(address)s was removed and is told nothing more.") % {"address": address})
        return HttpResponseRedirect(reverse("notifications"))
    is_last = not addresses_of(workplace.the_school).exclude(pk=address.pk).exists()
    context = {"address": address, "is_last": is_last}
    return _form_page(request, workplace, "web/notification_remove.html", context, _("Remove an address"))


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
def test_notification(request: HttpRequest, workplace: Workplace, address_id: int) -> HttpResponse:
    """Send a test now and tell what came of it."""
    address = _address(workplace, address_id)
    try:
        sent = test_address(address, by=request.user.get_username(), clock=lambda: datetime.now(UTC))
    except PhotoSyncError as error:
        messages.error(request, error.message)
    else:
        told = {"address": address, "reason": sent.reason}
        if sent.state == Message.State.SENT:
            messages.success(request, _("A test was sent to %(address)s. See whether it arrives.") % told)
        else:
            messages.error(request, _("The test did not go out to %(address)s. %(reason)s") % told)
    return HttpResponseRedirect(reverse("notifications"))


def _form_page(
    request: HttpRequest, workplace: Workplace, template: str, context: dict[str, object], title: Words
) -> HttpResponse:
    crumbs = settings_crumbs(Crumb(_("Notifications"), reverse("notifications")), Crumb(title))
    return render_page(
        request, template, context, title=title, workspace="settings", crumbs=crumbs, workplace=workplace
    )


def _address(workplace: Workplace, address_id: int) -> NotificationAddress:
    try:
        return address_numbered(workplace.the_school, address_id)
    except NotFound as error:
        raise Http404 from error


def _calendar_part() -> str:
    """Return the part with the calendar feed's link, or nothing where this version has none."""
    try:
        get_template(CALENDAR_PART)
    except TemplateDoesNotExist:
        return ""
    return CALENDAR_PART


def _address_shown(address: NotificationAddress, now: datetime) -> AddressShown:
    last_sent, last_failed = (getattr(address, name) for name in ("last_sent", "last_failed"))
    return AddressShown(address, _told(address), _when(last_sent, now), _when(last_failed, now))


def _told(address: NotificationAddress) -> str:
    return _("everything") if not address.kinds else "; ".join(str(Kind(each).label) for each in address.kinds)


def _message_shown(message: Message, now: datetime) -> MessageShown:
    kind, word = _BADGES[message.state]
    again = message.next_attempt_at if message.reason else None
    return MessageShown(message, Badge(kind, str(word)), _when(message.created_at, now), _when(again, now))


def _when(instant: datetime | None, now: datetime) -> str:
    zone = now.tzinfo if isinstance(now.tzinfo, ZoneInfo) else UTC
    return "" if instant is None else short_moment(instant.astimezone(zone), now)


_BADGES = {
    Message.State.WAITING.value: ("waiting", Message.State.WAITING.label),
    Message.State.SENT.value: ("active", Message.State.SENT.label),
    Message.State.FAILED.value: ("failing", Message.State.FAILED.label),
    Message.State.DROPPED.value: ("disabled", Message.State.DROPPED.label),
}
