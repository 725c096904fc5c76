"""What people say of the articles, and which robot checks are used up."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from photosync.apps.schools.models import School


class Reason(models.TextChoices):
    """Why an article did not help. What is stored is the first text; it never changes."""

    OTHER_SUBJECT = "other-subject", _("It is not about what I was looking for")
    INCOMPLETE = "incomplete", _("Something that I need is missing")
    UNCLEAR = "unclear", _("I could not follow it")
    DIFFERS = "differs", _("A page or a name is not as it says")
    DID_NOT_WORK = "did-not-work", _("I did what it says, and it did not work")
    SOMETHING_ELSE = "something-else", _("Something else")


class Feedback(models.Model):
    """One answer to "Was this article helpful?". The account and its name are as they were then."""

    article = models.CharField(max_length=60)
    is_helpful = models.BooleanField()
    reasons = models.JSONField(default=list)
    comment = models.TextField(blank=True)
    school = models.ForeignKey(School, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    said_by = models.CharField(max_length=200)
    said_at = models.DateTimeField()
    without_script = models.BooleanField(default=False)
    dealt_with_at = models.DateTimeField(null=True, blank=True)
    dealt_with_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("article", "is_helpful"), name="feedback_of_article"),
            models.Index(fields=("user", "said_at"), name="feedback_by_user"),
            models.Index(fields=("is_helpful", "dealt_with_at", "-id"), name="feedback_to_deal_with"),
        )

    def __str__(self) -> str:
        return f"{self.article} #{self.pk}"


class UsedCheck(models.Model):
    """A robot check that was accepted; it is forgotten once it would have expired anyway."""

    seed = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.seed
