"""What was erased: counts, and by whose word; never the person's name or code.

Rule: docs/decisions/0016-erasure-and-backup.md
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from photosync.apps.people.models import Person
from photosync.apps.schools.models import School


class Scope(models.TextChoices):
    PHOTOS = "photos", _("Photos only")
    PERSON = "person", _("The person as a whole")


class Why(models.TextChoices):
    REQUEST = "request", _("On request")
    RETENTION = "retention", _("The time is over")


class Erasure(models.Model):
    """One erasure. `who` finds the person again, for who knows the code and has this installation's key."""

    mark = models.CharField(max_length=32, unique=True, help_text=_("Of this erasure, in every copy of its record."))
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="erasures")
    scope = models.CharField(max_length=6, choices=Scope)
    kind = models.CharField(max_length=8, choices=Person.Kind)
    who = models.CharField(max_length=64, help_text=_("The code, hashed with the installation's key."))
    person = models.ForeignKey(
        Person,
        on_delete=models.SET_NULL,
        null=True,
        related_name="erasures",
        help_text=_("Where only the photos were erased, as long as the person is here."),
    )
    why = models.CharField(max_length=9, choices=Why)
    note = models.TextField(blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
    versions = models.PositiveIntegerField(default=0)
    pictures = models.PositiveIntegerField(default=0)
    pictures_kept = models.PositiveIntegerField(default=0, help_text=_("Pictures that other people have too."))
    blobs = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    unarchived_reports = models.PositiveIntegerField(default=0)
    archived = models.JSONField(default=list, help_text=_("What the archive keeps: cycle and number of each report."))
    allowed_at = models.DateTimeField(null=True, help_text=_("Photos of the person are kept again from then on."))
    allowed_by = models.CharField(max_length=200, blank=True)
    applied_again_at = models.DateTimeField(null=True, help_text=_("After a backup from before it was restored."))
    is_journaled = models.BooleanField(default=False, help_text=_("Written to the journal beside the database."))

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("school", "-at", "-id"), name="erasures_of_school"),
            models.Index(fields=("school", "who"), name="erasures_of_someone"),
            models.Index(fields=("id",), name="erasures_to_journal", condition=models.Q(is_journaled=False)),
        )

    def __str__(self) -> str:
        return f"{self.pk}"


class BlobToDrop(models.Model):
    """A blob of the erased that is to go from the store. The row goes with it, so that a crash between is found."""

    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.sha256[:12]
