"""The licences of a delivery as Manage Sync shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.sources.licences import licence_document, licences_of
from photosync.web.badge import Badge
from photosync.web.short_dates import short_moment


def licences_shown(profile: SyncProfile) -> list[dict[str, Any]]:
    """Return what the data source held when it was last read, with a badge and the time of acceptance in words."""
    now = datetime.now(profile.school.zone)
    return [
        licence_document(each, profile)
        | {
            "badge": Badge("active", _("Accepted")) if each.accepted_at else Badge("held", _("To be accepted")),
            "when": short_moment(each.accepted_at.astimezone(profile.school.zone), now) if each.accepted_at else "",
        }
        for each in licences_of(profile)
    ]
