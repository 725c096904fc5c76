"""What one types in on Settings > School and Settings > Retention. The rules are the services' and the core's."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from photosync.apps.schools.models import School
from photosync.apps.schools.queries import zone_named
from photosync.apps.schools.services import LONGEST_LEGAL_BASIS, LONGEST_NAME, checked_legal_basis
from photosync.core.consent import Purpose, UnknownMeans
from photosync.core.errors import WrongUse
from photosync.core.periods import AcademicYearRule
from photosync.core.retention import LONGEST_YEARS
from photosync.core.wording import MONTHS
from photosync.web.number_field import whole_number

NO, YES = "no", "yes"
MEANINGS = ((NO, _("no: the photo is not used")), (YES, _("yes: the photo is used")))
PURPOSE_WORDS = {
    Purpose.SCHOOL_USE: _("School use"),
    Purpose.ONLINE_PUBLICATION: _("Online publication"),
    Purpose.PRINTED_PUBLICATION: _("Printed publication"),
    Purpose.YEARBOOK: _("Yearbook"),
    Purpose.MEDIA_RELEASE: _("Media release"),
}
SAVED = ("name", "time_zone", "year_begins", "unknown", "keeps_originals")
PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class SchoolBasics(forms.Form):
    """Name, time zone and academic year."""

    use_required_attribute = True

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type in a name. Nothing was saved.")},
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        help_text=_(
            "Type a city and choose, such as Australia/Sydney. All dates and times of the school are read in it."
        ),
        widget=forms.TextInput(attrs={**PLAIN, "list": "zones", "autocapitalize": "none"}),
        error_messages={"required": _("Type in a time zone. Nothing was saved.")},
    )
    begins_month = forms.TypedChoiceField(
        label=_("Month"), choices=tuple(enumerate(MONTHS, start=1)), coerce=int, initial=1
    )
    begins_day = whole_number(
        _("Day"),
        least=1,
        most=31,
        empty=_("Type in a day. Nothing was saved."),
        initial=1,
    )

    def clean_time_zone(self) -> str:
        try:
            return zone_named(self.cleaned_data["time_zone"]).key
        except WrongUse as error:
            raise forms.ValidationError(error.message) from error

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = dict(super().clean() or {})
        if {"begins_month", "begins_day"} <= given.keys():
            try:
                given["year_begins"] = AcademicYearRule(given["begins_month"], given["begins_day"])
            except WrongUse as error:
                self.add_error("begins_day", error.message)
        return given


class NewSchoolForm(SchoolBasics):
    code = forms.CharField(
        label=_("Code"),
        max_length=16,
        help_text=_("Up to 16 of A-Z, 0-9, full stop, underscore and hyphen. It cannot be changed later."),
        widget=forms.TextInput(attrs={**PLAIN, "autocapitalize": "characters"}),
        error_messages={"required": _("Type in a code. Nothing was saved.")},
    )
    field_order = ("code", "name", "time_zone", "begins_month", "begins_day")


class SchoolForm(SchoolBasics):
    """All of a school's settings but its retention; for each purpose what unknown means, and on what legal basis."""

    keeps_originals = forms.BooleanField(
        label=_("Keep original files"),
        required=False,
        help_text=_(
            "Besides the photo, the file that it was made from is kept as it came, with all that the camera wrote "
            "into it: often when, and sometimes where, it was taken. Only those who may set photos can download it. "
            "Off unless the school has a reason, such as a yearbook in print."
        ),
    )

    def __init__(self, data: Any = None, *, school: School) -> None:
        super().__init__(data, initial=_initial(school))
        for purpose, words in PURPOSE_WORDS.items():
            self.fields[f"means_{purpose.value}"] = forms.ChoiceField(label=words, choices=MEANINGS)
            self.fields[f"basis_{purpose.value}"] = forms.CharField(
                label=_("Legal basis for yes"),
                required=False,
                max_length=LONGEST_LEGAL_BASIS,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    @property
    def purposes(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"means_{purpose.value}"], self[f"basis_{purpose.value}"]) for purpose in PURPOSE_WORDS]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        unknown = {}
        for purpose in PURPOSE_WORDS:
            basis = f"basis_{purpose.value}"
            try:
                text = checked_legal_basis(given.get(basis, ""))
                unknown[purpose] = UnknownMeans(yes=given.get(f"means_{purpose.value}") == YES, legal_basis=text)
            except WrongUse as error:
                self.add_error(basis, error.message)
        return given | {"unknown": unknown}

    @property
    def changes(self) -> dict[str, Any]:
        """What `change_school` takes, of a form that is valid."""
        return {name: self.cleaned_data[name] for name in SAVED}


def _initial(school: School) -> dict[str, Any]:
    basics = {
        "name": school.name,
        "time_zone": school.time_zone,
        "begins_month": school.academic_year_begins_month,
        "begins_day": school.academic_year_begins_day,
        "keeps_originals": school.keeps_originals,
    }
    means = {f"means_{purpose.value}": YES if each.yes else NO for purpose, each in school.unknown_means.items()}
    bases = {f"basis_{purpose.value}": each.legal_basis for purpose, each in school.unknown_means.items()}
    return basics | means | bases


def _years(label: Any, help_text: Any, *, required: bool) -> forms.IntegerField:
    return whole_number(
        label,
        least=1,
        most=LONGEST_YEARS,
        empty=_("Type in a number of years. Nothing was saved."),
        required=required,
        help_text=help_text,
    )


class RetentionForm(forms.Form):
    use_required_attribute = True

    photos_of_leavers_years = _years(
        _("Photos of leavers, in years"),
        _("How long photos stay in the library after someone has left."),
        required=True,
    )
    audit_years = _years(
        _("Audit entries, in years"),
        _("Who changed what. Leave it empty to keep them for good."),
        required=False,
    )
    photo_views_years = _years(
        _("Photo views, in years"),
        _("Who saw whose photo on which day. Leave it empty to keep them for good."),
        required=False,
    )

    @classmethod
    def of(cls, school: School, data: Any = None) -> RetentionForm:
        return cls(data, initial=asdict(school.retention))
