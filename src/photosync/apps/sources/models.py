"""What was last seen in the source of a profile, and what was made of it.

A row here is a memory of the source, not of the library: it may be deleted and listed anew at any
time. What was decided about a picture is in the library.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from photosync.apps.library.models import Picture
from photosync.apps.people.models import Person
from photosync.apps.profiles.models import SyncProfile


class Listing(models.Model):
    """The state of a profile's whole listing."""

    profile = models.OneToOneField(SyncProfile, on_delete=models.CASCADE, related_name="listing")
    source_fingerprint = models.CharField(max_length=64, help_text=_("Of the settings that say what is listed."))
    matched_with = models.TextField(
        blank=True, help_text=_("Rules and identifiers that the files were last matched with.")
    )
    rendered_with = models.CharField(max_length=64, blank=True)
    next_ordinal = models.PositiveIntegerField(default=0)
    file_count = models.PositiveIntegerField(default=0)
    missing_unchecked = models.BooleanField(
        default=False, help_text=_("Files have gone since people without a file were last looked for.")
    )

    def __str__(self) -> str:
        return f"{self.profile_id}"


class ListedPage(models.Model):
    """One page of a listing with its digest. An equal digest means: nothing on it has changed."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="pages")
    ordinal = models.PositiveIntegerField(help_text=_("Numbers the pages of a listing, for a bitmap of those seen."))
    folder = models.TextField(help_text=_("As `engine.names` stores it."))
    bucket = models.SmallIntegerField(default=-1, help_text=_("-1 when the page is a whole folder."))
    digest = models.BinaryField(max_length=16)
    entry_count = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("listing", "folder", "bucket"), name="one_page_per_folder_and_bucket"),
            models.UniqueConstraint(fields=("listing", "ordinal"), name="pages_are_numbered"),
        )

    def __str__(self) -> str:
        return f"{self.folder}/{self.bucket}"


class ListedFile(models.Model):
    """One file of a source as last seen, the person it matches, and what became of it."""

    class State(models.TextChoices):
        TO_MATCH = "to_match", _("To be matched")
        TO_FETCH = "to_fetch", _("To be fetched")
        TO_DECIDE = "to_decide", _("To be decided")
        SETTLED = "settled", _("Settled")
        UNMATCHED = "unmatched", _("Unmatched")
        REVIEW = "review", _("In review")
        REJECTED = "rejected", _("Rejected")
        FAILED = "failed", _("Failed, will be tried again")
        WAITING = "waiting", _("Waiting")
        DISMISSED = "dismissed", _("Dismissed in review")

    profile = models.ForeignKey(SyncProfile, on_delete=models.CASCADE, related_name="+")
    # The three keys without an index of their own are the first columns of those below. One less is a quarter of
    # the time that a million files take to be listed first.
    page = models.ForeignKey(ListedPage, on_delete=models.CASCADE, related_name="files", db_index=False)
    name = models.TextField(help_text=_("As `engine.names` stores it."))
    size_bytes = models.PositiveBigIntegerField()
    stamp = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.TO_MATCH)
    key_value = models.CharField(max_length=254, blank=True)
    academic_year = models.PositiveIntegerField(null=True, help_text=_("Where the source says it; else the run's."))
    person = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, related_name="listed_files", db_index=False
    )
    sha256 = models.CharField(max_length=64, blank=True)
    decided_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("The bytes that were last decided on; while they stay, so does that.")
    )
    picture = models.ForeignKey(
        Picture, on_delete=models.SET_NULL, null=True, related_name="listed_files", db_index=False
    )
    reason_code = models.CharField(max_length=32, blank=True)
    reason = models.TextField(blank=True)
    noted_in_run = models.PositiveBigIntegerField(null=True, help_text=_("The run that came to this state."))

    class Meta:
        constraints = (models.UniqueConstraint(fields=("page", "name"), name="one_file_per_page_and_name"),)
        indexes = (
            models.Index(fields=("profile", "state", "person"), name="unsettled_file", condition=~Q(state="settled")),
            models.Index(fields=("person", "profile"), name="file_of_person", condition=Q(person__isnull=False)),
            models.Index(fields=("picture", "profile"), name="file_of_picture", condition=Q(picture__isnull=False)),
        )

    def __str__(self) -> str:
        return self.name
