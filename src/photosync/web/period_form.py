"""What one types in on Cycle/Period setup, and what is wrong with each field. The rules are those of core."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.services import LONGEST_DESCRIPTION
from photosync.core.errors import WrongUse
from photosync.core.periods import EARLIEST_YEAR, HIGHEST_GROUP_NUMBER, end_before_start, normal_code
from photosync.web.number_field import whole_number

LONGEST_CODE = 16
VISIBLE = ("visible_in_marks_book", "visible_to_students", "visible_to_parents")
TOO_LONG = _("This is longer than %(limit_value)d characters. Nothing was saved. Shorten it.")
NO_DATE = _("This is not a date. Nothing was saved. Choose a day of the calendar.")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date", "data-day": ""}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": NO_DATE, "required": _("Choose a date. Nothing was saved.")},
    )


class NewPeriodForm(forms.Form):
    """New Timetable Period, in the order of the fields that its users know."""

    use_required_attribute = True

    code = forms.CharField(
        label=_("Code"),
        max_length=LONGEST_CODE,
        help_text=_("Up to 16 of A-Z, 0-9, full stop, underscore and hyphen, for example PHOTO or 2027S1."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={
            "required": _("Type in a code. Nothing was saved."),
            "max_length": TOO_LONG,
        },
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=LONGEST_DESCRIPTION,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Type in a description. Nothing was saved."),
            "max_length": TOO_LONG,
        },
    )
    start = _day(_("Start date"))
    end = _day(_("End date"))
    visible_in_marks_book = forms.BooleanField(label=_("Visible in Marks Book"), required=False)
    visible_to_students = forms.BooleanField(label=_("Visible to Students"), required=False)
    visible_to_parents = forms.BooleanField(label=_("Visible to Parents"), required=False)
    sync_only = forms.BooleanField(
        label=_("For sync only"),
        required=False,
        help_text=_("Hides the period from every drop-down except the one on Manage Sync."),
    )

    def clean(self) -> dict[str, Any]:
        """Return what was read. What breaks a rule is said beside its field, all of it at once."""
        read: dict[str, Any] = super().clean() or {}
        self.broken_rules: list[str] = []
        code, start, end = read.get("code", ""), read.get("start"), read.get("end")
        if code:
            try:
                code = normal_code(code)
            except WrongUse as error:
                self._break("code", error.message)
        if start and end and end < start:
            self._break("end", end_before_start(code or str(_("(no code yet)")), start, end))
        return read

    def _break(self, field: str, message: str) -> None:
        self.add_error(field, message)
        self.broken_rules.append(message)

    @property
    def day_fields(self) -> list[forms.BoundField]:
        return [self["start"], self["end"]]

    @property
    def switches(self) -> list[forms.BoundField]:
        return [self[name] for name in (*VISIBLE, "sync_only")]


class PeriodForm(NewPeriodForm):
    """A period that exists: its group number and year too."""

    group_number = whole_number(
        _("Group number"),
        least=1,
        most=HIGHEST_GROUP_NUMBER,
        empty=_("Type in a group number. Nothing was saved."),
        help_text=_("Periods of one group follow one another; they may not share a day."),
    )
    academic_year = whole_number(
        _("Year"),
        least=EARLIEST_YEAR,
        most=9999,
        empty=_("Type in a year. Nothing was saved."),
        help_text=_("The academic year that this period is considered to belong to."),
    )

    @classmethod
    def of(cls, period: TimetablePeriod, data: Any = None) -> PeriodForm:
        return cls(data, initial={name: getattr(period, name) for name in cls.base_fields})


def new_form(data: Any = None) -> NewPeriodForm:
    return NewPeriodForm(data, initial=dict.fromkeys(VISIBLE, True))
