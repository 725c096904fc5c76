"""What people decided in review. The runs follow it; a decision that was taken back stays as a record.

Rule: docs/decisions/0009-what-review-remembers.md
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from photosync.apps.library.models import Picture
from photosync.apps.people.models import Person
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.schools.models import School
from photosync.engine.names import joined_path, original_name, readable_path


class Verdict(models.TextChoices):
    MATCHED = "matched", _("Matched by hand")
    NOBODY = "nobody", _("Not a person here")
    PICTURE_OF = "picture-of", _("The picture is of one of them")
    PLACEHOLDER = "placeholder", _("The picture is nobody's")
    ACCEPTED = "accepted", _("Accepted for the year")
    DISMISSED = "dismissed", _("Dismissed for the year")
    REFUSAL_SEEN = "refusal-seen", _("Refused picture dismissed")


OF_FILES = (Verdict.MATCHED, Verdict.NOBODY)
"""Hold for a file of a source, whatever its bytes."""
OF_PICTURES = (Verdict.PICTURE_OF, Verdict.PLACEHOLDER)
"""Hold for a picture, wherever in the school it comes from."""
OF_PHOTOS = (Verdict.ACCEPTED, Verdict.DISMISSED)
"""Hold for a picture as one person's photo of one academic year."""


class ReviewDecision(models.Model):
    """One decision of a person. In force until `undone_at`."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict)
    profile = models.ForeignKey(SyncProfile, on_delete=models.CASCADE, null=True, related_name="+")
    file_key = models.CharField(max_length=64, blank=True, help_text=_("Of the file in its source, hashed."))
    folder = models.TextField(blank=True, help_text=_("As `engine.names` stores it."))
    name = models.TextField(blank=True, help_text=_("As `engine.names` stores it."))
    bytes_key = models.CharField(max_length=300, blank=True, help_text=_("The bytes that a refusal was seen of."))
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, null=True, related_name="+")
    academic_year = models.PositiveIntegerField(null=True)
    part_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="parts")
    reason_before = models.TextField(blank=True)
    code_before = models.CharField(max_length=32, blank=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    undone_by = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("profile", "file_key"),
                condition=Q(undone_at__isnull=True, verdict__in=OF_FILES),
                name="one_match_of_a_file",
            ),
            models.UniqueConstraint(
                fields=("profile", "file_key", "bytes_key"),
                condition=Q(undone_at__isnull=True, verdict=Verdict.REFUSAL_SEEN),
                name="one_refusal_seen_of_bytes",
            ),
            models.UniqueConstraint(
                fields=("school", "picture"),
                condition=Q(undone_at__isnull=True, verdict__in=OF_PICTURES),
                name="one_owner_of_a_picture",
            ),
            models.UniqueConstraint(
                fields=("person", "academic_year", "picture"),
                condition=Q(undone_at__isnull=True, verdict__in=OF_PHOTOS),
                name="one_verdict_on_a_photo",
            ),
        )
        indexes = (models.Index(fields=("school", "-id"), name="decisions_of_school"),)

    def __str__(self) -> str:
        return self.path or f"{self.verdict} {self.pk}"

    @property
    def path(self) -> str:
        """The file's path in its source, for people to read."""
        return readable_path(joined_path(original_name(self.folder), original_name(self.name)))
