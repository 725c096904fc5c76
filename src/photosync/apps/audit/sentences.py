"""An entry in a sentence that people understand: who did what, from what to what."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from photosync.apps.audit.acts import Act
from photosync.apps.audit.field_words import field_words, value_words
from photosync.apps.audit.models import Entry

HEADS: dict[str, str | Promise] = {
    Act.SCHOOL_ADDED: lazy("%(who)s added school %(what)s"),
    Act.SCHOOL_CHANGED: lazy("%(who)s changed school %(what)s"),
    Act.ORIGINALS_ERASED: lazy("%(who)s erased the original files that school %(what)s kept"),
    Act.PERIOD_ADDED: lazy("%(who)s added timetable period %(what)s"),
    Act.PERIOD_CHANGED: lazy("%(who)s changed timetable period %(what)s"),
    Act.PERIOD_DELETED: lazy("%(who)s deleted timetable period %(what)s"),
    Act.PHOTO_DAY_SET: lazy("%(who)s set the photo day of %(what)s"),
    Act.PHOTO_DAY_CLEARED: lazy("%(who)s cleared the photo day of %(what)s"),
    Act.PROFILE_ADDED: lazy("%(who)s added sync profile %(what)s"),
    Act.PROFILE_CHANGED: lazy("%(who)s changed sync profile %(what)s"),
    Act.PROFILE_LICENCE_ACCEPTED: lazy("%(who)s accepted a licence for sync profile %(what)s"),
    Act.PROFILE_PERIOD_ASSIGNED: lazy("%(who)s assigned a timetable period to sync profile %(what)s"),
    Act.PROFILE_PERIOD_CHANGED: lazy("%(who)s changed when sync profile %(what)s runs"),
    Act.PROFILE_PERIOD_UNASSIGNED: lazy("%(who)s took a timetable period off sync profile %(what)s"),
    Act.INPUT_ADDED: lazy("%(who)s made input %(what)s"),
    Act.INPUT_CHANGED: lazy("%(who)s renamed or described input %(what)s"),
    Act.INPUT_CLONED: lazy("%(who)s cloned an input as %(what)s"),
    Act.INPUT_DELIVERED: lazy("%(who)s delivered files into input %(what)s"),
    Act.INPUT_FILE_REMOVED: lazy("%(who)s removed a file from input %(what)s"),
    Act.INPUT_CLEARED: lazy("%(who)s cleared input %(what)s"),
    Act.INPUT_DELETED: lazy("%(who)s deleted input %(what)s"),
    Act.RUN_REQUESTED: lazy("%(who)s asked for run %(what)s"),
    Act.RUN_APPROVED: lazy("%(who)s approved run %(what)s"),
    Act.RUN_DISCARDED: lazy("%(who)s discarded run %(what)s"),
    Act.RUN_UNDONE: lazy("%(who)s had run %(what)s undone"),
    Act.RUN_CANCELLED: lazy("%(who)s cancelled run %(what)s"),
    Act.ROSTER_IMPORTED: lazy("%(who)s imported a roster of school %(what)s"),
    Act.ROSTER_ADDED: lazy("%(who)s saved the roster %(what)s"),
    Act.ROSTER_CHANGED: lazy("%(who)s changed the saved roster %(what)s"),
    Act.ROSTER_DELETED: lazy("%(who)s deleted the saved roster %(what)s"),
    Act.ROSTER_READ: lazy("%(who)s read the roster %(what)s"),
    Act.ROSTER_HELD: lazy("%(who)s held a reading of the roster %(what)s"),
    Act.ROSTER_APPROVED: lazy("%(who)s approved a held reading of the roster %(what)s"),
    Act.ROSTER_DISCARDED: lazy("%(who)s discarded a held reading of the roster %(what)s"),
    Act.PERSON_LEFT: lazy("%(who)s marked %(what)s as left"),
    Act.PERSON_RETURNED: lazy("%(who)s marked %(what)s as returned"),
    Act.PERSON_CONSENT: lazy("%(who)s changed the consent of %(what)s"),
    Act.PERSON_PROTECTED: lazy("%(who)s changed the protection of %(what)s"),
    Act.PERSON_ERASED: lazy("%(who)s erased a person"),
    Act.PERSON_PHOTOS_ERASED: lazy("%(who)s erased the photos of %(what)s"),
    Act.PERSON_PHOTOS_ALLOWED: lazy("%(who)s let photos of %(what)s be kept again"),
    Act.PHOTO_SET: lazy("%(who)s set the photo of %(what)s by hand"),
    Act.PHOTO_CHANGED: lazy("%(who)s changed the photo of %(what)s"),
    Act.PHOTO_WITHDRAWN: lazy("%(who)s withdrew the photo of %(what)s"),
    Act.PHOTO_SHOWN_AGAIN: lazy("%(who)s let the photo of %(what)s be shown again"),
    Act.PHOTO_PINS_RELEASED: lazy("%(who)s released pins of %(what)s"),
    Act.PREFLIGHT_MADE: lazy("%(who)s made the pre-flight report of the sync profile %(what)s"),
    Act.PHOTO_LIST_PRINTED: lazy("%(who)s made the photo list %(what)s"),
    Act.PHOTO_LINK_MADE: lazy("%(who)s made a link to the photo of %(what)s"),
    Act.VIEWS_LOST: lazy("%(who)s could not record who saw photos"),
    Act.REVIEW_MATCHED: lazy("%(who)s matched by hand: %(what)s"),
    Act.REVIEW_DISMISSED: lazy("%(who)s dismissed in review: %(what)s"),
    Act.REVIEW_UNDONE: lazy("%(who)s took back what was decided in review: %(what)s"),
    Act.CYCLE_OPENED: lazy("%(who)s opened reporting cycle %(what)s"),
    Act.CYCLE_CHANGED: lazy("%(who)s changed reporting cycle %(what)s"),
    Act.CYCLE_PEOPLE_ADDED: lazy("%(who)s took people into reporting cycle %(what)s"),
    Act.CYCLE_PERSON_REMOVED: lazy("%(who)s took %(what)s out of a reporting cycle"),
    Act.CYCLE_RELEASED: lazy("%(who)s let no photo wait for reporting cycle %(what)s any more"),
    Act.CYCLE_HELD_AGAIN: lazy("%(who)s let photos wait for reporting cycle %(what)s again"),
    Act.CYCLE_PERSON_RELEASED: lazy("%(who)s let the photo of %(what)s not wait for the report"),
    Act.CYCLE_PERSON_HELD_AGAIN: lazy("%(who)s let the photo of %(what)s wait for the report again"),
    Act.CYCLE_CLOSED: lazy("%(who)s closed reporting cycle %(what)s"),
    Act.CYCLE_REOPENED: lazy("%(who)s opened reporting cycle %(what)s again"),
    Act.CYCLE_WORK_CANCELLED: lazy("%(who)s cancelled work on reporting cycle %(what)s"),
    Act.REPORTS_UPLOADED: lazy("%(who)s uploaded reports for %(what)s"),
    Act.REPORT_MATCHED: lazy("%(who)s matched an uploaded report by hand with %(what)s"),
    Act.REPORT_DISMISSED: lazy("%(who)s dismissed the uploaded report %(what)s"),
    Act.REPORTS_IMPORTED: lazy("%(who)s imported reports of %(what)s"),
    Act.REPORTS_DROPPED: lazy("%(who)s dropped uploaded reports for %(what)s"),
    Act.REPORTS_ARCHIVING: lazy("%(who)s asked for the reports of %(what)s to be archived"),
    Act.REPORT_ARCHIVED: lazy("%(who)s archived the report of %(what)s"),
    Act.REPORT_OPENED: lazy("%(who)s opened the archived report of %(what)s"),
    Act.STORED_OPENED: lazy("%(who)s opened the report of %(what)s, which is not archived yet"),
    Act.UPLOADED_OPENED: lazy("%(who)s opened the uploaded report %(what)s"),
    Act.REPORTS_DOWNLOADED: lazy("%(who)s downloaded archived reports of %(what)s"),
    Act.ARCHIVE_VERIFIED: lazy("%(who)s verified the report archive of %(what)s"),
    Act.USER_ADDED: lazy("%(who)s added account %(what)s"),
    Act.USER_CHANGED: lazy("%(who)s changed account %(what)s"),
    Act.USER_ROLES: lazy("%(who)s changed the roles of account %(what)s"),
    Act.USER_LINK_MADE: lazy("%(who)s made a link to set the password of account %(what)s"),
    Act.USER_PASSWORD: lazy("%(who)s set the password of account %(what)s"),
    Act.USER_SECOND_FACTOR: lazy("%(who)s changed the second factor of account %(what)s"),
    Act.USER_DEACTIVATED: lazy("%(who)s switched off account %(what)s"),
    Act.USER_ACTIVATED: lazy("%(who)s switched on account %(what)s"),
    Act.USER_UNLOCKED: lazy("%(who)s unlocked account %(what)s"),
    Act.USER_SESSION_ENDED: lazy("%(who)s ended a session of account %(what)s"),
    Act.SIGNED_IN: lazy("%(what)s signed in"),
    Act.SIGN_IN_FAILED: lazy("A sign-in as %(what)s failed"),
    Act.SIGNED_OUT: lazy("%(what)s signed out"),
    Act.TOKEN_MADE: lazy("%(who)s made API token %(what)s"),
    Act.TOKEN_REVOKED: lazy("%(who)s revoked API token %(what)s"),
    Act.BACKUP_MADE: lazy("%(who)s made a backup"),
    Act.BACKUP_RESTORED: lazy("%(who)s restored a backup"),
    Act.RETENTION_CHANGED: lazy("%(who)s changed how long records and photos of school %(what)s are kept"),
    Act.CALENDAR_LINK_CHANGED: lazy("%(who)s changed the calendar link of account %(what)s"),
    Act.REPORT_RESULTS_STORED: lazy("%(who)s stored results for the reports of %(what)s"),
    Act.REPORT_DESIGN_CHANGED: lazy("%(who)s changed the design of the reports of school %(what)s"),
    Act.REPORT_MAKING_REQUESTED: lazy("%(who)s had reports of %(what)s made"),
}
"""What an act without words here is told with is its name, for instance "Notification addresses changed"."""
ABOUT: dict[str, str | Promise] = {
    "period": lazy("Timetable periods"),
    "photo-day": lazy("Photo days"),
    "profile": lazy("Sync profiles"),
    "input": lazy("Inputs"),
    "run": lazy("Runs"),
    "review": lazy("Review"),
    "photo": lazy("Photos"),
    "report": lazy("Academic reports"),
    "person": lazy("People"),
    "people": lazy("Imported rosters"),
    "roster": lazy("Saved rosters"),
    "cycle": lazy("Reporting cycles"),
    "user": lazy("Accounts and sign-in"),
    "token": lazy("API tokens"),
    "school": lazy("Schools"),
    "backup": lazy("Backups"),
    "notifications": lazy("Notifications"),
    "calendar": lazy("Calendar feed"),
    "retention": lazy("Retention"),
    "feedback": lazy("Help feedback"),
}
"""What acts are about, in the order in which one chooses."""


_TELLS_WHAT_IS_NEW = (
    *(".added", "-added", "-assigned", ".opened", ".closed"),
    *(".approved", ".downloaded", ".uploaded", ".imported", "-stored", ".dropped"),
)


def sentence_of(entry: Entry) -> str:
    """Return for instance "kim changed timetable period 2026S2: End from Friday 18 December 2026 to ...\""""
    head = head_of(entry)
    told = "; ".join(change_words(entry.changes, is_new=entry.act.endswith(_TELLS_WHAT_IS_NEW)))
    sentence = _("%(head)s: %(changes)s") % {"head": head, "changes": told} if told else head
    sentence = sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
    return f"{sentence} {_as_sentence(entry.note)}".strip()


def head_of(entry: Entry) -> str:
    template = HEADS.get(entry.act)
    if template is not None:
        return str(template) % {"who": entry.actor, "what": entry.subject}
    name = str(Act(entry.act).label) if entry.act in Act.values else entry.act
    told = {"who": entry.actor, "act": name, "what": entry.subject}
    return _("%(who)s: %(act)s, %(what)s") % told if entry.subject else _("%(who)s: %(act)s") % told


def change_words(changes: Iterable[Iterable[str | None]], *, is_new: bool = False) -> list[str]:
    """Return each change in words. One whose before and after are the same says which it was."""
    return [_change(*change, is_new=is_new) for change in changes]


def _change(field: str | None, before: str | None, after: str | None, *, is_new: bool) -> str:
    told = {
        "field": field_words(field or ""),
        "before": value_words(field or "", before),
        "after": value_words(field or "", after),
    }
    if before == after or (is_new and before is None):
        return _("%(field)s %(after)s") % told
    if before is None:
        return _("%(field)s set to %(after)s") % told
    if after is None:
        return _("%(field)s taken away, was %(before)s") % told
    return _("%(field)s from %(before)s to %(after)s") % told


def _as_sentence(note: str) -> str:
    note = note.strip()
    if not note:
        return ""
    note = note[0].upper() + note[1:]
    return note if note.endswith((".", "!", "?", ")")) else f"{note}."
