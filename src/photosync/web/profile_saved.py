"""What is stored of a profile where the page holds something else, for who must decide between the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.saving import WantedPeriod
from photosync.core.frequency import parse_frequency
from photosync.web.profile_form import AssignedRow, ProfileForm


@dataclass(frozen=True, slots=True)
class SavedOtherwise:
    what: Any
    saved: str


def saved_otherwise(profile: SyncProfile, form: ProfileForm, rows: Sequence[AssignedRow]) -> list[SavedOtherwise]:
    """Return each field that is stored otherwise than `form` has it, and each timetable period than in `rows`."""
    stored = ProfileForm(None, profile, school=profile.school, may_change=True)  # only who may change it saves it
    fields = [
        SavedOtherwise(field.label, _words(field))
        for field in stored
        if field.name not in form.fields or _value(field) != _value(form[field.name])
    ]
    return [*fields, *_periods(profile, rows)]


def _periods(profile: SyncProfile, rows: Sequence[AssignedRow]) -> list[SavedOtherwise]:
    on_page = {row.period.code: _told(row.wanted()) for row in rows}
    stored = {
        each.period.code: _told(WantedPeriod(each.period, each.frequency, each.mode))
        for each in profile.assigned.select_related("period")
    }
    return [
        SavedOtherwise(code, stored.get(code) or _("not among its timetable periods"))
        for code in sorted(on_page.keys() | stored.keys())
        if on_page.get(code) != stored.get(code)
    ]


def _told(wanted: WantedPeriod | None) -> str:
    return "" if wanted is None else f"{parse_frequency(wanted.frequency).phrase}, {wanted.mode}"


def _value(field: forms.BoundField) -> str:
    value = field.value()
    return str(bool(value)) if isinstance(field.field, forms.BooleanField) else str("" if value is None else value)


def _words(field: forms.BoundField) -> str:
    if isinstance(field.field, forms.BooleanField):
        return _("on") if field.value() else _("off")
    choices = {str(key): str(words) for key, words in getattr(field.field, "choices", ())}
    value = _value(field)
    return choices.get(value, value) or _("nothing")
