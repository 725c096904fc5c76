"""The photo library: every photo of every year. Nothing in it is overwritten.

A picture is what can be seen: three renditions in the store. A version says that a picture became a
person's photo of an academic year. Which version is current for a year is a row of its own, so that
publishing and undoing change rows only.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.core.doubt import LOOK_BYTES


class Picture(models.Model):
    """One accepted picture, known by the hash of its `full` rendition."""

    full_sha256 = models.CharField(max_length=64, unique=True)
    full_bytes = models.PositiveIntegerField()
    card_sha256 = models.CharField(max_length=64, db_index=True)
    card_bytes = models.PositiveIntegerField()
    thumb_sha256 = models.CharField(max_length=64, db_index=True)
    thumb_bytes = models.PositiveIntegerField()
    full_width_px = models.PositiveIntegerField()
    full_height_px = models.PositiveIntegerField()
    width_px = models.PositiveIntegerField(help_text=_("Of the source picture, upright."))
    height_px = models.PositiveIntegerField()
    look = models.BinaryField(
        null=True, max_length=LOOK_BYTES, help_text=_("How light and of what colour its middle is, coarsely.")
    )
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.full_sha256[:12]


class SourceContent(models.Model):
    """What certain source bytes gave under certain settings: a picture, or a reason why not.

    Bytes are decoded once. Rejected bytes are not decoded again until the bytes or the limits change.
    """

    sha256 = models.CharField(max_length=64)
    render_fingerprint = models.CharField(max_length=64)
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, null=True, related_name="source_contents")
    rejection_code = models.CharField(max_length=32, blank=True)
    rejection = models.TextField(blank=True)
    size_bytes = models.PositiveBigIntegerField()
    source_format = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("sha256", "render_fingerprint"), name="one_result_per_content"),
            models.CheckConstraint(
                condition=Q(picture__isnull=False, rejection_code="")
                | (Q(picture__isnull=True) & ~Q(rejection_code="")),
                name="content_is_a_picture_or_rejected",
            ),
        )

    def __str__(self) -> str:
        return self.sha256[:12]


class Original(models.Model):
    """The bytes that a picture was made from, kept for a school that keeps original files.

    A version of the same picture whose `source_sha256` they have was made from them. They hold whatever the camera
    wrote into them, so they are given to few, and never shown.
    """

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="originals", db_index=False)
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="originals")
    sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.PositiveBigIntegerField()
    source_format = models.CharField(max_length=16, blank=True)
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("school", "picture", "sha256"), name="one_original_per_school"),
        )

    def __str__(self) -> str:
        return self.sha256[:12]


class PhotoVersion(models.Model):
    """A picture that became the photo of a person for an academic year. Never changed, never reused."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="photo_versions")
    academic_year = models.PositiveIntegerField()
    ordinal = models.PositiveIntegerField(help_text=_("1 for the first version of that person and year."))
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="versions")
    source_sha256 = models.CharField(max_length=64, blank=True)
    origin = models.CharField(max_length=1024, blank=True, help_text=_("Where it came from: the file in its source."))
    profile_id_of_origin = models.PositiveBigIntegerField(null=True, db_index=True)
    run_id_of_origin = models.PositiveBigIntegerField(null=True)
    made_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person", "academic_year", "ordinal"), name="versions_are_numbered"),
        )
        ordering = ("person", "academic_year", "ordinal")

    def __str__(self) -> str:
        return f"{self.person_id} {self.academic_year}.{self.ordinal}"


class YearPhoto(models.Model):
    """Which version is a person's photo of an academic year."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="year_photos")
    academic_year = models.PositiveIntegerField()
    version = models.ForeignKey(PhotoVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "academic_year"), name="one_photo_per_year"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.academic_year}"


class SuspectPicture(models.Model):
    """A picture that came for several people of a school. It is never published by itself from then on."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("school", "picture"), name="a_picture_is_suspect_once"),)

    def __str__(self) -> str:
        return f"{self.school_id} {self.picture_id}"


class Withdrawal(models.Model):
    """The person's photo is neither shown nor delivered. The versions stay."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="withdrawal")
    reason = models.TextField()
    decided_by = models.CharField(
        max_length=200, blank=True, help_text=_("Who withdrew it by hand; no run shows it again. Empty: a run.")
    )
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id}"


class Pin(models.Model):
    """A picture that is not planned again for a person and year, until someone releases the pin.

    A released pin stays as a record of who did it, and has no effect.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="pins")
    academic_year = models.PositiveIntegerField()
    picture = models.ForeignKey(
        Picture,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text=_("Empty: do not withdraw the photo."),
    )
    reason = models.TextField()
    run_id_of_origin = models.PositiveBigIntegerField(null=True, db_index=True)
    created_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=200, blank=True)

    class Meta:
        # Two, because SQLite cannot take nulls for equal in one.
        constraints = (
            models.UniqueConstraint(
                fields=("person", "academic_year", "picture"),
                condition=Q(released_at__isnull=True, picture__isnull=False),
                name="one_pin_per_picture",
            ),
            models.UniqueConstraint(
                fields=("person", "academic_year"),
                condition=Q(released_at__isnull=True, picture__isnull=True),
                name="one_pinned_withdrawal",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.academic_year}"
