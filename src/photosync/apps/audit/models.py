"""The record of who did what. Rows are added and, when their time is over, removed; never changed."""

from __future__ import annotations

from django.db import models

from photosync.apps.audit.acting import Via
from photosync.apps.audit.acts import Act
from photosync.apps.schools.models import School


class Entry(models.Model):
    """One act. `subject` and the names are as they were then; the ids may lead to nothing by now.

    `changes` is a list of [field, before, after], each text or null; `note` is what else is to be said,
    a reason that was given for instance.
    """

    at = models.DateTimeField()
    school = models.ForeignKey(School, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    actor = models.CharField(max_length=200)
    actor_user_id = models.PositiveBigIntegerField(null=True)
    via = models.CharField(max_length=16, choices=Via)
    act = models.CharField(max_length=40, choices=Act)
    subject = models.CharField(max_length=300, blank=True)
    subject_id = models.PositiveBigIntegerField(null=True)
    person_id_of = models.PositiveBigIntegerField(null=True, db_index=True)
    changes = models.JSONField(default=list)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("school", "-at"), name="entry_of_school"),
            models.Index(fields=("actor_user_id", "-at"), name="entry_by_actor"),
            models.Index(fields=("act", "-at"), name="entry_by_act"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.act}"
