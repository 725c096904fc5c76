"""The archive: rows that are only ever added, each sealed together with the one before it.

Rule: docs/decisions/0015-the-report-archive.md
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from photosync.apps.people.models import Person
from photosync.apps.schools.models import School


class Origin(models.TextChoices):
    IMPORTED = "imported", _("Imported")
    MADE = "made", _("Made here")


class ArchivedReport(models.Model):
    """One archived report. Names and classes are as they were on that day; the photo is kept with it.

    `person` alone may become empty, when the person is erased: what is sealed does not depend on it.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="archived_reports")
    number = models.PositiveIntegerField(help_text=_("1 for the first of the school; without gaps."))
    cycle = models.ForeignKey("reports.ReportingCycle", on_delete=models.PROTECT, related_name="archived_reports")
    cycle_name = models.CharField(max_length=100)
    academic_year = models.PositiveIntegerField()
    semester = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="archived_reports")
    person_code = models.CharField(max_length=64)
    person_name = models.CharField(max_length=250)
    sort_name = models.CharField(
        max_length=250, help_text=_("Family name first, without letter case, to be found by.")
    )
    year_level = models.CharField(max_length=32, blank=True)
    roll_group = models.CharField(max_length=32, blank=True)
    pdf_sha256 = models.CharField(max_length=64, db_index=True)
    pdf_bytes = models.PositiveIntegerField()
    origin = models.CharField(max_length=8, choices=Origin)
    file_name = models.CharField(max_length=500, blank=True)
    photo_sha256 = models.CharField(
        max_length=64, blank=True, db_index=True, help_text=_("The full rendition of the photo; empty without one.")
    )
    photo_bytes = models.PositiveIntegerField(default=0)
    photo_version = models.PositiveBigIntegerField(null=True, help_text=_("Its number in the library then."))
    photo_year = models.PositiveIntegerField(null=True)
    photo_is_printed = models.BooleanField(
        default=False, help_text=_("Printed on it, as it was made here; else the photo that was current then.")
    )
    archived_at = models.DateTimeField()
    archived_by = models.CharField(max_length=200)
    seal_before = models.CharField(max_length=64, help_text=_("The seal of the report before; empty for the first."))
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ("school", "number")
        constraints = (
            models.UniqueConstraint(fields=("school", "number"), name="archived_reports_are_numbered"),
            models.UniqueConstraint(fields=("cycle", "person_code"), name="one_archived_report_per_cycle"),
        )
        indexes = (
            models.Index(fields=("school", "sort_name", "id"), name="archive_by_name"),
            models.Index(fields=("cycle", "year_level", "roll_group", "sort_name"), name="archive_by_group"),
            models.Index(fields=("school", "person_code", "-number"), name="archive_of_person"),
        )

    def __str__(self) -> str:
        return f"{self.cycle_name}, {self.person_name} ({self.person_code})"


class ArchiveHead(models.Model):
    """The number and seal of the report that a school archived last, so that removals at the end are noticed."""

    school = models.OneToOneField(School, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    seal = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.school_id} {self.number}"
