"""How often a profile runs in one timetable period, as fields instead of the command line's text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.apps.profiles.models import ProfilePeriod
from photosync.core.errors import PhotoSyncError
from photosync.core.frequency import (
    HOUR_STEPS,
    MINUTE_STEPS,
    WEEKDAY_NAMES,
    Cron,
    Daily,
    EveryHours,
    EveryMinutes,
    Nightly,
    OnWeekdays,
    parse_frequency,
)
from photosync.core.wording import WEEKDAYS, time_words

NIGHT, DAY, WEEKDAY, MINUTES, HOURS, CRON = "night", "day", "weekday", "minutes", "hours", "cron"
SORTS = (
    (NIGHT, gettext_lazy("every night at 00:00")),
    (DAY, gettext_lazy("every day at")),
    (WEEKDAY, gettext_lazy("on weekdays at")),
    (MINUTES, gettext_lazy("every few minutes")),
    (HOURS, gettext_lazy("every few hours")),
    (CRON, gettext_lazy("by a cron expression")),
)
USUAL_TIME = "06:30"
WORKING_DAYS = list(WEEKDAY_NAMES[:5])


class FrequencyForm(forms.Form):
    """One assigned period: its frequency and mode. `text` is the frequency as the command line writes it."""

    sort = forms.ChoiceField(label=gettext_lazy("Frequency"), choices=SORTS, initial=NIGHT)
    wall_time = forms.CharField(
        label=gettext_lazy("Time"),
        required=False,
        max_length=8,
        initial=USUAL_TIME,
        widget=forms.TextInput(attrs={"type": "time", "step": "60"}),
    )
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        required=False,
        choices=list(zip(WEEKDAY_NAMES, WEEKDAYS, strict=True)),
        initial=WORKING_DAYS,
        widget=forms.CheckboxSelectMultiple,
    )
    minutes = forms.ChoiceField(
        label=gettext_lazy("Minutes"), required=False, choices=[(str(n), str(n)) for n in MINUTE_STEPS], initial="15"
    )
    hours = forms.ChoiceField(
        label=gettext_lazy("Hours"), required=False, choices=[(str(n), str(n)) for n in HOUR_STEPS], initial="2"
    )
    cron = forms.CharField(
        label=gettext_lazy("Cron expression"),
        required=False,
        max_length=100,
        initial="0 0 * * 1-5",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Mode"), choices=ProfilePeriod.Mode.choices, initial=ProfilePeriod.Mode.FULL
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.text = parse_frequency(self._written(cleaned)).text
            except PhotoSyncError as error:
                self.add_error(_FIELD_OF.get(cleaned["sort"], "sort"), error.message)
        return cleaned

    @staticmethod
    def _written(cleaned: dict[str, Any]) -> str:
        wall_time = cleaned["wall_time"][:5]
        match cleaned["sort"]:
            case "day":
                return f"daily@{wall_time}"
            case "weekday":
                if not cleaned["weekdays"]:
                    raise PhotoSyncError(_("Choose at least one weekday. Nothing was saved."))
                return f"{','.join(cleaned['weekdays'])}@{wall_time}"
            case "minutes":
                return f"every {cleaned['minutes'] or 15}m"
            case "hours":
                return f"every {cleaned['hours'] or 2}h"
            case "cron":
                return f"cron:{cleaned['cron']}"
            case _:
                return "nightly"


_FIELD_OF = {DAY: "wall_time", WEEKDAY: "weekdays", MINUTES: "minutes", HOURS: "hours", CRON: "cron"}


def initial_of(frequency: str, mode: str) -> dict[str, Any]:
    """Return what the fields show for a stored frequency and mode."""
    fields: dict[str, Any] = {"sort": NIGHT}
    match parse_frequency(frequency):
        case Nightly():
            pass
        case Daily(wall_time):
            fields = {"sort": DAY, "wall_time": time_words(wall_time)}
        case OnWeekdays(weekdays, wall_time):
            days = [WEEKDAY_NAMES[day] for day in weekdays]
            fields = {"sort": WEEKDAY, "weekdays": days, "wall_time": time_words(wall_time)}
        case EveryMinutes(minutes):
            fields = {"sort": MINUTES, "minutes": str(minutes)}
        case EveryHours(hours):
            fields = {"sort": HOURS, "hours": str(hours)}
        case Cron(expression):
            fields = {"sort": CRON, "cron": expression.fields}
    return fields | {"mode": mode}
