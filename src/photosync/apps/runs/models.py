"""Runs, their plans, the due times that made them or did not, and the workers that execute them."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from photosync.apps.library.models import PhotoVersion, Picture
from photosync.apps.people.models import Person
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.sources.models import ListedFile
from photosync.core.run_states import RunState, Trigger


class Run(models.Model):
    """One execution of a profile."""

    profile = models.ForeignKey(SyncProfile, on_delete=models.CASCADE, related_name="runs")
    trigger = models.CharField(max_length=12, choices=[(t.value, t.value) for t in Trigger])
    mode = models.CharField(max_length=10, default="full")
    state = models.CharField(max_length=24, choices=[(s.value, s.value) for s in RunState], default=RunState.QUEUED)
    due_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=200)
    accepted_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    phase = models.CharField(max_length=12, blank=True)
    progress = models.JSONField(default=dict)
    observed_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    explanation = models.TextField(blank=True, help_text=_("Why it was held, failed or stopped."))
    warnings = models.JSONField(
        default=list, help_text=_("Sentences on what the run could not use, such as lines of an index file.")
    )
    index_warnings = models.JSONField(
        default=list, help_text=_("Those of the warnings that are of the index that was matched with last.")
    )
    matched_again = models.BooleanField(
        default=False,
        help_text=_("By an index that is newer than the listing: what is missing may only be unlisted."),
    )
    new_year_delivery = models.BooleanField(default=False)
    cancel_requested_by = models.CharField(max_length=200, blank=True)
    approved_by = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True)
    publish_as_year = models.PositiveIntegerField(null=True, help_text=_("The year chosen by whoever approved."))
    plan_fingerprint = models.CharField(
        max_length=64, blank=True, help_text=_("Of a held plan: the same while nothing in it changes.")
    )
    held_since = models.DateTimeField(null=True, help_text=_("Since when the same plan is held, run after run."))
    rest_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        related_name="rests",
        help_text=_("The run that was approved in part; this one holds what was put off."),
    )
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    undoes_person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    worker = models.ForeignKey("Worker", on_delete=models.SET_NULL, null=True, related_name="runs")
    attempt = models.PositiveIntegerField(
        default=0, help_text=_("Grows when the run is taken from a worker that is gone.")
    )
    fence = models.PositiveIntegerField(
        default=0, help_text=_("Only the holder of this number may write for the run.")
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("profile",), condition=Q(state__in=("queued", "running")), name="one_live_run_per_profile"
            ),
            models.UniqueConstraint(
                fields=("profile", "due_at"), condition=Q(due_at__isnull=False), name="one_run_per_due_time"
            ),
            models.UniqueConstraint(fields=("profile",), condition=Q(state="held"), name="one_held_run_per_profile"),
        )
        indexes = (
            models.Index(fields=("profile", "-id"), name="runs_of_profile"),
            models.Index(fields=("profile", "-finished_at", "-id"), name="runs_by_their_end"),
            models.Index(fields=("profile", "state"), name="runs_in_state"),
            models.Index(fields=("state", "-id"), name="runs_by_state"),
            models.Index(fields=("profile", "trigger", "-id"), name="runs_by_trigger"),
            models.Index(fields=("accepted_at", "id"), name="runs_by_acceptance"),
        )

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def duration(self) -> timedelta | None:
        """From the acceptance of the request to the record; None until then.

        For an approved run the request is the approval: how long it waited for a person is not its own.
        """
        return None if self.finished_at is None else self.finished_at - (self.approved_at or self.accepted_at)


class PlanItem(models.Model):
    """One line of a run's plan: what would become, or became, of one file or one person's photo."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        PUBLISHED = "published", _("Published")
        NOTED = "noted", _("Noted")
        LEFT_OUT = "left_out", _("Left out")
        DROPPED = "dropped", _("Dropped")
        FAILED = "failed", _("Failed")

    # The two keys without an index of their own are the first columns of those below.
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="items", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    file = models.ForeignKey(ListedFile, on_delete=models.SET_NULL, null=True, related_name="+")
    file_path = models.TextField(blank=True)
    action = models.CharField(max_length=10)
    academic_year = models.PositiveIntegerField(null=True)
    reason_code = models.CharField(max_length=32, blank=True)
    reason = models.TextField(blank=True)
    picture = models.ForeignKey(Picture, on_delete=models.SET_NULL, null=True, related_name="+")
    source_sha256 = models.CharField(max_length=64, blank=True)
    shown_before = models.ForeignKey(
        Picture, on_delete=models.SET_NULL, null=True, related_name="+", help_text=_("The face shown before.")
    )
    version_before = models.ForeignKey(
        PhotoVersion,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("The version of that academic year before; null when it had none."),
    )
    version_after = models.ForeignKey(PhotoVersion, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_before = models.BooleanField(default=False)
    withdrawn_after = models.BooleanField(default=False)
    changes_face = models.BooleanField(default=False)
    doubt = models.PositiveSmallIntegerField(
        null=True, help_text=_("Whether it shows the same person as before: 0 to 100; null with nothing to compare.")
    )
    doubt_reasons = models.JSONField(default=list, blank=True)
    put_off = models.BooleanField(
        default=False, help_text=_("Not now, said whoever approved the rest: no run publishes it by itself.")
    )
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("run", "state", "id"), name="items_of_run"),
            models.Index(fields=("run", "id"), name="items_of_run_in_order"),
            models.Index(fields=("person", "-id"), name="items_of_person"),
            models.Index(fields=("run", "-doubt", "id"), name="items_by_doubt"),
            models.Index(fields=("person", "picture"), condition=Q(put_off=True), name="items_put_off"),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.action} {self.person_id}"


class Occurrence(models.Model):
    """A due time of a profile and what came of it. Each is dealt with exactly once."""

    profile = models.ForeignKey(SyncProfile, on_delete=models.CASCADE, related_name="occurrences")
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=20)
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("profile", "due_at"), name="one_outcome_per_due_time"),)
        ordering = ("-due_at",)

    def __str__(self) -> str:
        return f"{self.profile_id} {self.due_at} {self.outcome}"


class Worker(models.Model):
    """A process that executes runs. Its heartbeat says that it lives."""

    class Kind(models.TextChoices):
        SERVE = "serve", _("serve")
        WORKER = "worker", _("worker")
        COMMAND = "command", _("command")

    executor_id = models.CharField(max_length=128, unique=True)
    host = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind)
    lock_path = models.TextField(blank=True)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    ticked_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.executor_id
