"""What one types in to upload results and to set the design of reports. The rules are the services'."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from photosync.apps.reports.design import (
    LONGEST_FOOTER,
    LONGEST_HEADING,
    LONGEST_SIGNATORY,
    MOST_SIGNATORIES,
    Design,
)
from photosync.apps.reports.results_file import parse_map
from photosync.core.errors import WrongUse
from photosync.web.csv_field import CsvField
from photosync.web.pages_bridge import LARGEST_FILE_BYTES

ADD, REPLACE = "add", "replace"


class ResultsForm(forms.Form):
    file = CsvField(
        undone=_("Nothing was stored."),
        help_text=_(
            "A line for each subject of a student, its first line naming the columns. Up to 30 MB. Nothing is stored "
            "before you have seen a preview."
        ),
    )
    what = forms.ChoiceField(
        label=_("What is stored already of the students in the file"),
        choices=(
            (ADD, _("stays: the file adds subjects, and replaces those of the same name")),
            (REPLACE, _("is replaced: the file is all there is of each of them")),
        ),
        initial=ADD,
        error_messages={
            "required": _("Choose one of the two. Nothing was stored."),
            "invalid_choice": _("Choose one of the two. Nothing was stored."),
        },
    )
    columns = forms.CharField(
        label=_("Columns with other names"),
        required=False,
        max_length=4_000,
        help_text=_(
            "Usual names are recognised. For others, one on each line, such as Final result=mark; =ignore leaves a "
            "column out."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_columns(self) -> dict[str, str]:
        try:
            return parse_map(line for line in self.cleaned_data["columns"].splitlines() if line.strip())
        except WrongUse as error:
            raise forms.ValidationError(error.message) from error


class DesignForm(forms.Form):
    heading = forms.CharField(
        label=_("Heading"),
        required=False,
        max_length=LONGEST_HEADING,
        help_text=_("Beside the crest, under the name of the school. Academic report, if it is empty."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    footer = forms.CharField(
        label=_("Footer"),
        required=False,
        max_length=LONGEST_FOOTER,
        help_text=_("At the foot of each page. The name of the school, if it is empty."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, files: Any = None, *, design: Design) -> None:
        super().__init__(data, files, initial={"heading": design.heading, "footer": design.footer})
        for number in range(MOST_SIGNATORIES):
            self.fields[f"sign_{number + 1}"] = forms.CharField(
                label=_g("Line to sign on, %(number)d") % {"number": number + 1},
                required=False,
                max_length=LONGEST_SIGNATORY,
                help_text=_g("Such as Principal; no line where it is empty.") if number == 0 else "",
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
                initial=design.signatories[number] if number < len(design.signatories) else "",
            )
        self.fields["crest"] = forms.FileField(
            label=_g("Crest"),
            required=False,
            help_text=_g("A PNG or JPEG picture, at least 60 pixels wide and high. What was chosen before stays."),
            widget=forms.FileInput(
                attrs={
                    "accept": "image/png,image/jpeg",
                    "data-largest-bytes": LARGEST_FILE_BYTES,
                    "data-too-large": _g("The picture is larger than 30 MB."),
                }
            ),
            error_messages={"empty": _g("The file is empty. Nothing was saved. Choose a PNG or JPEG picture.")},
        )
        if design.crest_sha256:
            self.fields["no_crest"] = forms.BooleanField(label=_g("Print no crest any more"), required=False)

    @property
    def design(self) -> Design:
        """Return what was typed. Raises WrongUse."""
        given = self.cleaned_data
        signs = [given[f"sign_{number + 1}"] for number in range(MOST_SIGNATORIES)]
        return Design.checked(given["heading"], given["footer"], signs)
