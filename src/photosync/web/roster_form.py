"""What one types in to import a roster. The rules are the service's; this knows columns and choices only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from photosync.apps.people.roster.columns import ALTERNATE_ID, IGNORE, code_field, fields_for
from photosync.apps.people.services import RosterStart
from photosync.core.people import PersonKind
from photosync.web.csv_field import CsvField
from photosync.web.page import Words

KINDS = ((PersonKind.STUDENT.value, _("Students")), (PersonKind.STAFF.value, _("Staff")))
FIELD_WORDS: dict[str, Words] = {
    "student_code": _("Student code"),
    "staff_code": _("Staff code"),
    ALTERNATE_ID: _("Alternate identifier"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "preferred_name": _("Preferred name"),
    "username": _("Username"),
    "email": _("E-mail"),
    "year_level": _("Year level"),
    "roll_group": _("Roll group"),
    "house": _("House"),
    "campus": _("Campus"),
    "status": _("Status (current or left)"),
    "consent": _("Consent, purposes in the cell"),
    "consent_school_use": _("Consent: School use"),
    "consent_online_publication": _("Consent: Online publication"),
    "consent_printed_publication": _("Consent: Printed publication"),
    "consent_yearbook": _("Consent: Yearbook"),
    "consent_media_release": _("Consent: Media release"),
    IGNORE: _("Not used"),
}


class UploadForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Whom the file lists"),
        choices=KINDS,
        error_messages={
            "required": _("Choose students or staff. Nothing was imported."),
            "invalid_choice": _("Choose students or staff. Nothing was imported."),
        },
    )
    file = CsvField(
        undone=_("Nothing was imported."),
        help_text=_(
            "Its first line names the columns. Up to 30 MB. Nothing is imported before you have seen a preview."
        ),
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its name, what stands in its first rows, and the choice of a field where there is one."""

    name: str
    samples: tuple[str, ...]
    field: forms.BoundField | None


class ColumnsForm(forms.Form):
    """Which column holds which field. Columns that cannot be chosen have no field here."""

    def __init__(self, start: RosterStart, kind: PersonKind, data: Any = None) -> None:
        super().__init__(data)
        self.start, self.kind = start, kind
        choices = [(IGNORE, FIELD_WORDS[IGNORE]), *((name, FIELD_WORDS[name]) for name in fields_for(kind))]
        for place, (name, field) in enumerate(zip(start.header, start.fields, strict=True)):
            if field is not None:
                self.fields[f"column_{place}"] = forms.ChoiceField(
                    label=_g("Field of %(column)s") % {"column": name},
                    choices=choices,
                    initial=field,
                    error_messages={
                        "required": _("Choose a field from the list. Nothing was imported."),
                        "invalid_choice": _("Choose a field from the list. Nothing was imported."),
                    },
                )

    @property
    def columns(self) -> list[Column]:
        cells: Sequence[Sequence[str]] = self.start.rows
        return [
            Column(
                name,
                tuple(row[place].strip() for row in cells),
                self[f"column_{place}"] if f"column_{place}" in self.fields else None,
            )
            for place, name in enumerate(self.start.header)
        ]

    @property
    def mapping(self) -> dict[str, str]:
        """Column name to field, as the service wants it."""
        return {
            name: str(self.cleaned_data[f"column_{place}"])
            for place, name in enumerate(self.start.header)
            if f"column_{place}" in self.cleaned_data
        }

    def clean(self) -> None:
        taken: dict[str, str] = {}
        for name, field in self.mapping.items():
            if field in taken and field not in (IGNORE, ALTERNATE_ID):
                self.add_error(
                    None,
                    _g(
                        "Two columns hold the same field (%(field)s): %(one)s and %(other)s. Nothing was imported. "
                        "Set one of them to Not used."
                    )
                    % {"field": FIELD_WORDS[field], "one": taken[field], "other": name},
                )
            taken.setdefault(field, name)
        code = code_field(self.kind)
        if not self.errors and code not in taken:
            self.add_error(
                None,
                _g("No column holds the field %(field)s. Nothing was imported. Choose the column that does.")
                % {"field": FIELD_WORDS[code]},
            )
