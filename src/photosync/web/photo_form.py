"""What one enters to set a photo by hand: a picture, and then how it is turned and cut, in percents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from photosync.imaging import Adjustment
from photosync.web.pages_bridge import LARGEST_FILE_BYTES

FACE_WIDTH, FACE_HEIGHT = 4, 5
NEARLY = 0.02
"""How far a picture may be from 4:5, as a share of its width, and still be taken as a whole."""
PICTURES = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/tiff,image/bmp,image/gif,.heic,.heif"
_FILE_ATTRIBUTES = {
    "accept": PICTURES,
    "data-largest-bytes": LARGEST_FILE_BYTES,
    "data-too-large": _("The file is larger than 30 MB."),
}


class PictureForm(forms.Form):
    """A picture, chosen or taken now with the camera of a phone."""

    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG, WebP, HEIC, TIFF, BMP or GIF, up to 30 MB. You cut it on the next page."),
        widget=forms.FileInput(attrs=_FILE_ATTRIBUTES),
        error_messages={"empty": _("The file is empty. Nothing was saved. Choose another.")},
    )
    camera = forms.FileField(
        label=_("Or take a photo now"),
        required=False,
        widget=forms.FileInput(attrs=_FILE_ATTRIBUTES | {"capture": "environment"}),
        error_messages={"empty": _("The file is empty. Nothing was saved. Choose another.")},
    )

    def clean(self) -> dict[str, Any]:
        file = self.file
        if file is None and not self.errors:
            self.add_error("picture", _g("Choose a picture. Nothing was saved."))
        elif file is not None and (file.size or 0) > LARGEST_FILE_BYTES:
            self.add_error("picture", _g("The file is larger than 30 MB. Nothing was saved. Save the photo smaller."))
        return self.cleaned_data

    @property
    def file(self) -> UploadedFile | None:
        found: UploadedFile | None = self.cleaned_data.get("picture") or self.cleaned_data.get("camera")
        return found


class CutForm(forms.Form):
    """How a picture is turned and cut. The part is in percents of the picture after it was turned."""

    turn = forms.TypedChoiceField(
        label=_("Turn"),
        coerce=int,
        choices=((0, _("as it is")), (1, _("right")), (2, _("upside down")), (3, _("left"))),
        error_messages={"invalid_choice": _("Choose a turn from the list."), "required": _("Choose a turn.")},
    )
    left = forms.FloatField(label=_("From the left"))
    top = forms.FloatField(label=_("From the top"))
    width = forms.FloatField(label=_("Width"))
    height = forms.FloatField(label=_("Height"))
    year = forms.TypedChoiceField(
        label=_("Photo of the year"),
        coerce=int,
        error_messages={"invalid_choice": _("Choose a year from the list."), "required": _("Choose a year.")},
    )

    def __init__(self, years: Sequence[int], data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["year"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - made above
        field.choices = [(year, str(year)) for year in years]
        for name in ("left", "top", "width", "height"):
            self.fields[name].error_messages |= {
                "required": _g("Enter a number from 0 to 100."),
                "invalid": _g("Enter a number from 0 to 100."),
            }
            self.fields[name].widget.attrs |= {"step": "any", "min": "0", "max": "100"}

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            try:
                self.cleaned_data["adjustment"] = Adjustment(
                    quarter_turns=self.cleaned_data["turn"],
                    **{name: self.cleaned_data[name] / 100 for name in ("left", "top", "width", "height")},
                )
            except ValueError:
                self.add_error(None, _g("The part lies outside the picture. Nothing was saved. Choose a part of it."))
        return self.cleaned_data

    @property
    def adjustment(self) -> Adjustment:
        found: Adjustment = self.cleaned_data["adjustment"]
        return found


def face_part(width_px: int, height_px: int) -> dict[str, float]:
    """Return the largest part of the shape of a face, 4:5, from the middle and rather the top, in percents."""
    wanted_px = height_px * FACE_WIDTH / FACE_HEIGHT
    if abs(width_px - wanted_px) <= NEARLY * width_px:
        return {"left": 0, "top": 0, "width": 100, "height": 100}
    if width_px > wanted_px:
        share = round(100 * wanted_px / width_px, 2)
        return {"left": round((100 - share) / 2, 2), "top": 0, "width": share, "height": 100}
    share = round(100 * width_px * FACE_HEIGHT / FACE_WIDTH / height_px, 2)
    return {"left": 0, "top": round((100 - share) / 4, 2), "width": 100, "height": share}
