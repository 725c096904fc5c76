"""What one types in on Reporting. The rules are the services' and the core's; this reads dates, numbers and lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from photosync.apps.people.queries import GROUPINGS, values_in_use
from photosync.apps.people.wording import level_words
from photosync.apps.reports.cycles import FIELDS
from photosync.apps.reports.models import ReportingCycle
from photosync.apps.reports.roster import Choice
from photosync.apps.schools.models import School
from photosync.core.errors import WrongUse
from photosync.core.people import PersonKind
from photosync.core.reporting import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    LONGEST_NAME,
    LONGEST_REASON,
    LONGEST_SEMESTER,
    codes_in,
)
from photosync.web.faces_wall import natural_order
from photosync.web.number_field import whole_number
from photosync.web.period_form import NO_DATE

LARGEST_LIST_BYTES = 4_000_000
LONGEST_LIST = 1_000_000
GROUP_WORDS: dict[str, Any] = {
    "year_level": _("Year levels"),
    "roll_group": _("Roll groups"),
    "house": _("Houses"),
    "campus": _("Campuses"),
}


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "data-day": ""}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": NO_DATE},
    )


class CycleForm(forms.Form):
    """The name of a reporting cycle, its year, and from when each audience sees the archived reports."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("As it is written on reports, for example 2026 Semester 2."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type in a name. Nothing was saved.")},
    )
    academic_year = whole_number(
        _("Academic year"),
        least=EARLIEST_YEAR,
        most=LATEST_YEAR,
        empty=_("Type in a year. Nothing was saved."),
        help_text=_("The photos of this year stand on the reports."),
    )
    semester = forms.CharField(
        label=_("Semester"),
        max_length=LONGEST_SEMESTER,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    staff_from = _day(_("Staff see it from"))
    students_from = _day(_("Students see it from"))
    parents_from = _day(_("Parents see it from"))

    @property
    def basics(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "academic_year", "semester")]

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[name] for name in ("staff_from", "students_from", "parents_from")]

    @classmethod
    def of(cls, cycle: ReportingCycle, data: Any = None) -> CycleForm:
        return cls(data, initial={name: getattr(cycle, name) for name in FIELDS})


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of group to choose from: each value with its words, and whether it is ticked."""

    name: str
    words: Any
    choices: tuple[tuple[str, str, bool], ...]

    @property
    def is_open(self) -> bool:
        return self.name == "year_level" or any(ticked for _value, _words, ticked in self.choices)


class PeopleForm(forms.Form):
    """Students by their groups, by a list of codes that is typed in, and by one in a file."""

    codes = forms.CharField(
        label=_("Student codes"),
        required=False,
        max_length=LONGEST_LIST,
        help_text=_("One on each line, or with commas between. They are taken in besides the groups."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("Or a file with student codes"),
        required=False,
        help_text=_("A text or CSV file with one column, the student code."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )

    def __init__(self, school: School, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        for name in GROUPINGS:
            values = sorted(values_in_use(school, PersonKind.STUDENT, name), key=natural_order)
            shown = level_words if name == "year_level" else str
            self.fields[name] = forms.MultipleChoiceField(
                label=GROUP_WORDS[name],
                required=False,
                choices=[(value, shown(value)) for value in values],
                error_messages={"invalid_choice": _("%(value)s is not there any more. Nothing was saved.")},
            )

    @property
    def groups(self) -> list[Group]:
        """What there is to choose from; a kind of group that the school does not use is left out."""
        found = []
        for name in GROUPINGS:
            ticked = set(self[name].value() or ())
            choices: Any = getattr(self.fields[name], "choices", ())
            shown = tuple((value, str(words), value in ticked) for value, words in choices)
            if shown:
                found.append(Group(name, GROUP_WORDS[name], shown))
        return found

    def clean_file(self) -> tuple[str, ...]:
        sent: UploadedFile | None = self.cleaned_data.get("file")
        if sent is None:
            return ()
        if (sent.size or 0) > LARGEST_LIST_BYTES:
            raise forms.ValidationError(_now("The file is larger than 4 MB. Nothing was saved. Split it."))
        try:
            return _codes(sent.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            told = _now("The file is not text in UTF-8. Nothing was saved. Save it as UTF-8, or paste its codes.")
            raise forms.ValidationError(told) from error

    def clean_codes(self) -> tuple[str, ...]:
        return _codes(self.cleaned_data["codes"])

    def choice(self) -> Choice:
        cleaned: Mapping[str, Any] = self.cleaned_data
        codes = tuple(dict.fromkeys([*cleaned["codes"], *cleaned["file"]]))
        return Choice(**{name: tuple(cleaned[name]) for name in GROUPINGS}, codes=codes)


def _codes(text: str) -> tuple[str, ...]:
    try:
        return codes_in(text)
    except WrongUse as error:
        raise forms.ValidationError(error.message) from error


class ReasonForm(forms.Form):
    """Why something is done although it is not the usual way."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("It is kept in the audit, with your name."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write in a few words why. Nothing was changed.")},
    )

    def __init__(self, data: Any = None, *, needed: bool = True) -> None:
        super().__init__(data)
        self.fields["reason"].required = needed
