"""The record of who did what, and of who saw whose photo. Acts are added and, in time, removed; never changed."""

from __future__ import annotations

from django.db import models

from photosync.apps.audit.acting import Via
from photosync.apps.schools.models import School


class Entry(models.Model):
    """One act. `subject` and the names are as they were then; the ids may lead to nothing by now.

    `act` is one of `acts.Act` and `about` the part of it before the full stop. `changes` is a list of
    [field, before, after], each text or null; `note` is what else is to be said, a reason that was given for
    instance. `words` is all of it in one text without letter case, to be searched.
    """

    at = models.DateTimeField()
    school = models.ForeignKey(
        School, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    actor = models.CharField(max_length=200)
    actor_user_id = models.PositiveBigIntegerField(null=True)
    via = models.CharField(max_length=16, choices=Via)
    act = models.CharField(max_length=40)
    about = models.CharField(max_length=20)
    subject = models.CharField(max_length=300, blank=True)
    subject_id = models.PositiveBigIntegerField(null=True)
    person_id_of = models.PositiveBigIntegerField(null=True)
    changes = models.JSONField(default=list)
    note = models.TextField(blank=True)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        # Each is walked backwards, page by page, from where the page before ended.
        indexes = (
            models.Index(fields=("at", "id"), name="entries_in_order"),
            models.Index(fields=("school", "at", "id"), name="entries_of_school"),
            models.Index(fields=("actor", "at", "id"), name="entries_by_actor"),
            models.Index(fields=("about", "at", "id"), name="entries_about"),
            models.Index(
                fields=("person_id_of", "at", "id"),
                name="entries_on_person",
                condition=models.Q(person_id_of__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.act}"


class PhotoView(models.Model):
    """That one account saw one person's photo on one day of the school, and how often.

    `account_id` is 0 for whoever held a signed link. `times` counts answers, `full_times` those in the largest
    size. Names are not kept: they are those of the account and the person, as long as there are such.
    """

    # Without a constraint: one row that does not fit would keep all that are written with it.
    school = models.ForeignKey(
        School, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    account_id = models.PositiveBigIntegerField()
    person_id_of = models.PositiveBigIntegerField()
    day = models.DateField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField()
    full_times = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-day", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("person_id_of", "day", "account_id"), name="one_view_row_a_day"),
        )
        indexes = (
            models.Index(fields=("school", "day", "id"), name="views_of_school"),
            models.Index(fields=("account_id", "day", "id"), name="views_by_account"),
            models.Index(fields=("day", "id"), name="views_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.account_id} {self.person_id_of}"
