"""The field that takes a CSV file, and how a file's name is shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from photosync.web.page import Words
from photosync.web.pages_bridge import LARGEST_FILE_BYTES

LONGEST_NAME = 100


class CsvField(forms.FileField):
    """`undone` is the sentence of its refusals that says what was not done, such as "Nothing was imported."."""

    def __init__(self, *, undone: Words, help_text: Any) -> None:
        self._undone = undone
        choose = format_lazy("{} {}", _("Choose a file."), undone)
        super().__init__(
            label=_("CSV file"),
            help_text=help_text,
            widget=forms.FileInput(
                attrs={
                    "accept": ".csv,.txt,.tsv,text/csv,text/plain",
                    "data-largest-bytes": LARGEST_FILE_BYTES,
                    "data-too-large": _("The file is larger than 30 MB."),
                }
            ),
            error_messages={
                "required": choose,
                "missing": choose,
                "invalid": choose,
                "empty": format_lazy(
                    "{} {} {}", _("The file is empty."), undone, _("Its first line must name the columns.")
                ),
            },
        )

    def clean(self, data: Any, initial: Any = None) -> UploadedFile:
        file: UploadedFile = super().clean(data, initial)
        if (file.size or 0) > LARGEST_FILE_BYTES:
            parts = (_g("The file is larger than 30 MB."), self._undone, _g("Split it into several files."))
            raise forms.ValidationError(" ".join(map(str, parts)))
        return file


def shown_name(file: UploadedFile) -> str:
    """Return the file's name, fit to be shown. It is used for nothing else."""
    name = "".join(char for char in file.name or "" if char.isprintable())
    return name[-LONGEST_NAME:] or _g("roster")
