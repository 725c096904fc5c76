"""Reporting cycles with the people in them, and the reports on the way into the archive (`archive_models`)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from photosync.apps.long_work import LongWork
from photosync.apps.people.models import Person
from photosync.apps.reports.archive_models import ArchivedReport, ArchiveHead, Origin
from photosync.apps.schools.models import School

__all__ = [
    "ArchiveHead",
    "ArchivedReport",
    "CycleMember",
    "Origin",
    "PhotoDay",
    "Report",
    "ReportDesign",
    "ReportImport",
    "ReportJob",
    "ReportResults",
    "ReportingCycle",
    "UploadedReport",
]


class ReportingCycle(models.Model):
    """One round of academic reports, such as 2026 Semester 2: open, then archived.

    While it is open, the face of whoever is in it and whose report is not archived waits, where the profile says so.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ARCHIVED = "archived", _("Archived")

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="reporting_cycles")
    name = models.CharField(_("name"), max_length=100)
    academic_year = models.PositiveIntegerField(_("academic year"))
    semester = models.CharField(_("semester"), max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    archived_at = models.DateTimeField(null=True)
    archived_by = models.CharField(max_length=200, blank=True)
    archived_note = models.TextField(blank=True, help_text=_("Why it was closed although reports were missing."))
    staff_from = models.DateField(_("staff see it from"), null=True, blank=True)
    students_from = models.DateField(_("students see it from"), null=True, blank=True)
    parents_from = models.DateField(_("parents see it from"), null=True, blank=True)
    released_at = models.DateTimeField(null=True, help_text=_("From then on, no face waits for this cycle."))
    released_by = models.CharField(max_length=200, blank=True)
    released_reason = models.TextField(blank=True)
    chosen = models.JSONField(
        default=list, help_text=_("The groups whose students were taken in: per choice, values by year_level, ...")
    )

    class Meta:
        ordering = ("-academic_year", "-id")
        constraints = (models.UniqueConstraint(fields=("school", "name"), name="one_cycle_per_name"),)
        indexes = (models.Index(fields=("school", "state"), name="cycles_in_state"),)
        verbose_name = _("reporting cycle")
        verbose_name_plural = _("reporting cycles")

    def __str__(self) -> str:
        return self.name


class CycleMember(models.Model):
    """A person in a reporting cycle, with the classes as they were when the person came into it."""

    cycle = models.ForeignKey(ReportingCycle, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    year_level = models.CharField(max_length=32, blank=True)
    roll_group = models.CharField(max_length=32, blank=True)
    archived = models.OneToOneField(
        ArchivedReport,
        on_delete=models.PROTECT,
        null=True,
        related_name="member",
        help_text=_("Once it is archived."),
    )
    released_at = models.DateTimeField(
        null=True, help_text=_("From then on, this face does not wait for the report.")
    )
    released_by = models.CharField(max_length=200, blank=True)
    released_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("cycle", "year_level", "roll_group", "person__family_name", "person__given_name", "person_id")
        constraints = (models.UniqueConstraint(fields=("cycle", "person"), name="a_person_is_in_a_cycle_once"),)
        indexes = (
            # Shorter first, so that Year 7 comes before Year 10. The last two let it count alone how far a cycle is.
            models.Index(
                "cycle",
                Length("year_level"),
                "year_level",
                "roll_group",
                "archived",
                "released_at",
                name="members_by_group",
            ),
            # The plan of every run asks it for everyone whose face would change.
            models.Index(
                fields=("person", "cycle"),
                condition=Q(archived__isnull=True, released_at__isnull=True),
                name="members_not_archived",
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.person_id}"


class Report(models.Model):
    """A member's report before it is archived. It may be replaced until then."""

    member = models.OneToOneField(CycleMember, on_delete=models.CASCADE, related_name="report")
    pdf_sha256 = models.CharField(max_length=64, db_index=True)
    pdf_bytes = models.PositiveIntegerField()
    origin = models.CharField(max_length=8, choices=Origin)
    file_name = models.CharField(max_length=500, blank=True, help_text=_("Of an imported report."))
    made_from = models.CharField(
        max_length=64, blank=True, help_text=_("SHA-256 of all that is on it, of a report that was made here.")
    )
    photo_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("The full rendition of the photo that was printed; empty without one.")
    )
    photo_version = models.PositiveBigIntegerField(null=True)
    photo_year = models.PositiveIntegerField(null=True)
    stored_at = models.DateTimeField()
    stored_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.member_id}"


class ReportResults(models.Model):
    """What a report is made from: the lines of a results file for one member."""

    member = models.OneToOneField(CycleMember, on_delete=models.CASCADE, related_name="results")
    subjects = models.JSONField(
        default=list, help_text=_("Per subject: subject, mark, grade, effort, comment, teacher.")
    )
    remarks = models.JSONField(
        default=dict, help_text=_("Once per person: absences, late, general comment, year adviser.")
    )
    stored_at = models.DateTimeField()
    stored_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.member_id}"


class ReportDesign(models.Model):
    """How the reports of a school look that are made here."""

    school = models.OneToOneField(School, on_delete=models.CASCADE, related_name="report_design")
    crest_sha256 = models.CharField(max_length=64, blank=True)
    crest_bytes = models.PositiveIntegerField(default=0)
    heading = models.CharField(max_length=200, blank=True)
    footer = models.CharField(max_length=300, blank=True)
    signatories = models.JSONField(default=list, help_text=_("Lines to sign on, at most three."))

    def __str__(self) -> str:
        return f"{self.school_id}"


class ReportImport(models.Model):
    """Files that were uploaded to become reports of a cycle: looked at first, then imported."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        PREVIEWED = "previewed", _("Waits to be imported")
        IMPORTED = "imported", _("Imported")
        DROPPED = "dropped", _("Dropped")
        FAILED = "failed", _("Failed")

    cycle = models.ForeignKey(ReportingCycle, on_delete=models.CASCADE, related_name="imports")
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    named_by = models.JSONField(default=dict, help_text=_("How files find their people: match, pattern, index, key."))
    explanation = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    imported_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.pk}"


class UploadedReport(models.Model):
    """One file of an import, whose it is, or why it is nobody's."""

    class State(models.TextChoices):
        MATCHED = "matched", _("Matched")
        BY_HAND = "by-hand", _("Matched by hand")
        UNMATCHED = "unmatched", _("Unmatched")
        DUPLICATE = "duplicate", _("A second report of the same person")
        REFUSED = "refused", _("Refused")
        DISMISSED = "dismissed", _("Dismissed")
        IMPORTED = "imported", _("Imported")

    upload = models.ForeignKey(ReportImport, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=500)
    pdf_sha256 = models.CharField(
        max_length=64, blank=True, db_index=True, help_text=_("Empty where it was refused.")
    )
    pdf_bytes = models.PositiveBigIntegerField(default=0)
    member = models.ForeignKey(CycleMember, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State)
    reason = models.TextField(blank=True)
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("upload", "name"), name="one_row_per_uploaded_file"),)
        indexes = (models.Index(fields=("upload", "state", "id"), name="uploaded_in_state"),)

    def __str__(self) -> str:
        return self.name


class ReportJob(LongWork):
    """Long work on a cycle, executed by a worker: it says how far it is, and goes on after a crash."""

    class Kind(models.TextChoices):
        READ_UPLOAD = "read-upload", _("Read uploaded reports")
        IMPORT = "import", _("Import reports")
        MAKE = "make", _("Make reports")
        ARCHIVE = "archive", _("Archive reports")
        VERIFY = "verify", _("Verify archived reports")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    cycle = models.ForeignKey(ReportingCycle, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=12, choices=Kind)
    asked = models.JSONField(default=dict, help_text=_("What exactly was asked for."))
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(default=dict, help_text=_("Counts, by what was counted."))
    explanation = models.TextField(blank=True)
    started_by = models.CharField(max_length=200)
    accepted_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    cancel_requested_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("cycle",), condition=Q(state__in=("queued", "running")), name="one_live_job_per_cycle"
            ),
        )
        indexes = (models.Index(fields=("state", "id"), name="jobs_in_state"),)

    def __str__(self) -> str:
        return f"{self.pk}"


class PhotoDay(models.Model):
    """The day on which the photographer comes, in one academic year."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="photo_days")
    academic_year = models.PositiveIntegerField()
    day = models.DateField()

    class Meta:
        ordering = ("day",)
        constraints = (models.UniqueConstraint(fields=("school", "academic_year"), name="one_photo_day_per_year"),)

    def __str__(self) -> str:
        return f"{self.day}"
