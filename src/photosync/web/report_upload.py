"""Files of a form that become reports: each is written to the upload as it comes, and none is held in memory."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django import forms
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.utils.translation import gettext_lazy as _

from photosync.apps.reports.uploads import Upload
from photosync.core.errors import PhotoSyncError
from photosync.core.match_rules import MatchMode

INDEX_FIELD = "index"


class KeepReports(FileUploadHandler):
    """Writes every file into `upload`. What fails is in `error`; the rest of the form is then not read."""

    def __init__(self, upload: Upload) -> None:
        super().__init__()
        self.upload = upload
        self.index = ""
        """The name of the index file, where one was sent in its own field."""
        self.error: PhotoSyncError | None = None

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        self._try(lambda: self.upload.begin(file_name))
        if field_name == INDEX_FIELD:
            self.index = self.upload.names[-1]

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        self._try(lambda: self.upload.write(raw_data))

    def file_complete(self, file_size: int) -> UploadedFile:
        # Only that there is a file, and how it is called, is for the form.
        return InMemoryUploadedFile(
            BytesIO(), self.field_name, self.file_name or "", self.content_type, file_size, self.charset
        )

    def _try(self, step: Any) -> None:
        try:
            step()
        except PhotoSyncError as error:
            self.error = error
            raise StopUpload(connection_reset=False) from error


class ImportForm(forms.Form):
    """How the files find their people. The files themselves are with the upload."""

    match = forms.ChoiceField(
        label=_("How a file names its student"),
        choices=(
            (MatchMode.STEM.value, _("The whole file name is the code, such as 0417.pdf")),
            (MatchMode.PATTERN.value, _("A part of the file name, by a pattern")),
            (MatchMode.INDEX.value, _("An index file lists which file is whose")),
        ),
        initial=MatchMode.STEM.value,
        error_messages={"invalid_choice": _("Choose one of these. Nothing was uploaded.")},
    )
    pattern = forms.CharField(
        label=_("Pattern"),
        required=False,
        max_length=300,
        help_text=_("For example Report_{code}_{any}. Only for the second way."),
    )
    ignore_leading_zeros = forms.BooleanField(label=_("Leading zeros do not matter: 417 is 0417"), required=False)

    def named_by(self, index: str) -> dict[str, str]:
        """Return the options of the match; `index` is the name of the index file that was sent."""
        match = self.cleaned_data["match"]
        named = {"match": match}
        if match == MatchMode.PATTERN:
            named["pattern"] = self.cleaned_data["pattern"].strip()
        if match == MatchMode.INDEX:
            named["index"] = index
        if self.cleaned_data["ignore_leading_zeros"]:
            named["ignore_leading_zeros"] = "yes"
        return named
