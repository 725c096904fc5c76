"""What can be recorded, each with the words for it. What is stored is the first text; it never changes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    """The part before the full stop is what it was done to."""

    SCHOOL_ADDED = "school.added", _("School added")
    SCHOOL_CHANGED = "school.changed", _("School changed")
    ORIGINALS_ERASED = "school.originals-erased", _("Original files erased")

    PERIOD_ADDED = "period.added", _("Timetable period added")
    PERIOD_CHANGED = "period.changed", _("Timetable period changed")
    PERIOD_DELETED = "period.deleted", _("Timetable period deleted")

    PHOTO_DAY_SET = "photo-day.set", _("Photo day set")
    PHOTO_DAY_CLEARED = "photo-day.cleared", _("Photo day cleared")

    PROFILE_ADDED = "profile.added", _("Sync profile added")
    PROFILE_CHANGED = "profile.changed", _("Sync profile changed")
    PROFILE_LICENCE_ACCEPTED = "profile.licence-accepted", _("Licence of a delivery accepted")
    PROFILE_PERIOD_ASSIGNED = "profile.period-assigned", _("Timetable period assigned to a sync profile")
    PROFILE_PERIOD_CHANGED = "profile.period-changed", _("Frequency or mode in a timetable period changed")
    PROFILE_PERIOD_UNASSIGNED = "profile.period-unassigned", _("Timetable period taken off a sync profile")

    PREFLIGHT_MADE = "profile.preflight-made", _("Pre-flight report made")

    INPUT_ADDED = "input.added", _("Input made")
    INPUT_CHANGED = "input.changed", _("Input renamed or described")
    INPUT_CLONED = "input.cloned", _("Input cloned")
    INPUT_DELIVERED = "input.delivered", _("Files delivered into an input")
    INPUT_FILE_REMOVED = "input.file-removed", _("File removed from an input")
    INPUT_CLEARED = "input.cleared", _("Input cleared")
    INPUT_DELETED = "input.deleted", _("Input deleted")

    RUN_REQUESTED = "run.requested", _("Run asked for")
    RUN_APPROVED = "run.approved", _("Held run approved")
    RUN_DISCARDED = "run.discarded", _("Held run discarded")
    RUN_UNDONE = "run.undone", _("Run undone")
    RUN_CANCELLED = "run.cancelled", _("Run cancelled")

    ROSTER_IMPORTED = "people.imported", _("Roster imported")
    ROSTER_ADDED = "roster.added", _("Roster saved")
    ROSTER_CHANGED = "roster.changed", _("Saved roster changed")
    ROSTER_DELETED = "roster.deleted", _("Saved roster deleted")
    ROSTER_READ = "roster.read", _("Saved roster read")
    ROSTER_HELD = "roster.held", _("Reading of a roster held")
    ROSTER_APPROVED = "roster.approved", _("Held reading of a roster approved")
    ROSTER_DISCARDED = "roster.discarded", _("Held reading of a roster discarded")
    PERSON_LEFT = "person.left", _("Person marked as left")
    PERSON_RETURNED = "person.returned", _("Person marked as returned")
    PERSON_CONSENT = "person.consent", _("Consent changed")
    PERSON_PROTECTED = "person.protected", _("Protection changed")
    PERSON_ERASED = "person.erased", _("Person erased")
    PERSON_PHOTOS_ERASED = "person.photos-erased", _("Photos erased")
    PERSON_PHOTOS_ALLOWED = "person.photos-allowed", _("Photos allowed again")

    PHOTO_SET = "photo.set", _("Photo set by hand")
    PHOTO_CHANGED = "photo.changed", _("Photo changed")
    PHOTO_WITHDRAWN = "photo.withdrawn", _("Photo withdrawn")
    PHOTO_SHOWN_AGAIN = "photo.shown-again", _("Photo shown again")
    PHOTO_PINS_RELEASED = "photo.pins-released", _("Pins released")
    PHOTO_LIST_PRINTED = "photo.list-printed", _("Photo list made")
    VIEWS_LOST = "photo.views-lost", _("Views of photos not recorded")
    PHOTO_LINK_MADE = "photo.link-made", _("Link to a photo made")

    REPORT_RESULTS_STORED = "report.results-stored", _("Results for reports stored")
    REPORT_DESIGN_CHANGED = "report.design-changed", _("Design of reports changed")
    REPORT_MAKING_REQUESTED = "report.making-requested", _("Making of reports asked for")

    REVIEW_MATCHED = "review.matched", _("File matched by hand")
    REVIEW_DISMISSED = "review.dismissed", _("File dismissed in review")
    REVIEW_UNDONE = "review.undone", _("Decision in review taken back")

    CYCLE_OPENED = "cycle.opened", _("Reporting cycle opened")
    CYCLE_CHANGED = "cycle.changed", _("Reporting cycle changed")
    CYCLE_PEOPLE_ADDED = "cycle.people-added", _("People taken into a reporting cycle")
    CYCLE_PERSON_REMOVED = "cycle.person-removed", _("Person taken out of a reporting cycle")
    CYCLE_RELEASED = "cycle.released", _("Reporting cycle released")
    CYCLE_HELD_AGAIN = "cycle.held-again", _("Release of a reporting cycle taken back")
    CYCLE_PERSON_RELEASED = "cycle.person-released", _("Photo of one person released")
    CYCLE_PERSON_HELD_AGAIN = "cycle.person-held-again", _("Release of one person taken back")
    CYCLE_CLOSED = "cycle.closed", _("Reporting cycle closed")
    CYCLE_REOPENED = "cycle.reopened", _("Reporting cycle opened again")
    CYCLE_WORK_CANCELLED = "cycle.work-cancelled", _("Work on a reporting cycle cancelled")
    REPORTS_UPLOADED = "report.uploaded", _("Reports uploaded")
    REPORT_MATCHED = "report.matched", _("Report matched by hand")
    REPORT_DISMISSED = "report.dismissed", _("Uploaded report dismissed")
    REPORTS_IMPORTED = "report.imported", _("Reports imported")
    REPORTS_DROPPED = "report.dropped", _("Uploaded reports dropped")
    REPORTS_ARCHIVING = "report.archiving", _("Archiving of reports asked for")
    REPORT_ARCHIVED = "report.archived", _("Report archived")
    REPORT_OPENED = "report.opened", _("Archived report opened")
    STORED_OPENED = "report.stored-opened", _("Report opened before it is archived")
    UPLOADED_OPENED = "report.uploaded-opened", _("Uploaded report opened")
    REPORTS_DOWNLOADED = "report.downloaded", _("Archived reports downloaded")
    ARCHIVE_VERIFIED = "report.verified", _("Report archive verified")

    USER_ADDED = "user.added", _("Account added")
    USER_CHANGED = "user.changed", _("Account changed")
    USER_ROLES = "user.roles", _("Roles changed")
    USER_LINK_MADE = "user.link-made", _("Link to set a password made")  # words, not a password
    USER_PASSWORD = "user.password", _("Password set")  # words, not a password
    USER_SECOND_FACTOR = "user.second-factor", _("Second factor changed")
    USER_DEACTIVATED = "user.deactivated", _("Account switched off")
    USER_ACTIVATED = "user.activated", _("Account switched on")
    USER_UNLOCKED = "user.unlocked", _("Account unlocked")
    USER_SESSION_ENDED = "user.session-ended", _("Session ended")
    SIGNED_IN = "user.signed-in", _("Signed in")
    SIGN_IN_FAILED = "user.sign-in-failed", _("Sign-in failed")
    SIGNED_OUT = "user.signed-out", _("Signed out")

    TOKEN_MADE = "token.made", _("API token made")  # words, not a password
    TOKEN_REVOKED = "token.revoked", _("API token revoked")  # words, not a password

    BACKUP_MADE = "backup.made", _("Backup made")
    BACKUP_RESTORED = "backup.restored", _("Backup restored")
    NOTIFICATIONS_CHANGED = "notifications.changed", _("Notification addresses changed")
    CALENDAR_LINK_CHANGED = "calendar.link-changed", _("Calendar link changed")
    RETENTION_CHANGED = "retention.changed", _("Retention changed")
    FEEDBACK_DEALT_WITH = "feedback.dealt-with", _("Help feedback dealt with")
