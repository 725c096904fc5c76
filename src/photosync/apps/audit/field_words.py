"""The fields of entries, and their values, in words."""

from __future__ import annotations

import re
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from photosync.core.errors import PhotoSyncError
from photosync.core.frequency import parse_frequency
from photosync.core.retention import FOR_GOOD
from photosync.core.wording import MONTHS, date_words

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FIELDS: dict[str, str | Promise] = {
    "name": lazy("Name"),
    "time_zone": lazy("Time zone"),
    "academic_year_begins": lazy("First day of the academic year"),
    "code": lazy("Code"),
    "description": lazy("Description"),
    "start": lazy("Start"),
    "end": lazy("End"),
    "group_number": lazy("Group number"),
    "academic_year": lazy("Year"),
    "visible_in_marks_book": lazy("Visible in Marks Book"),
    "visible_to_students": lazy("Visible to Students"),
    "visible_to_parents": lazy("Visible to Parents"),
    "sync_only": lazy("For sync only"),
    "scheduled_sync_enabled": lazy("Scheduled Sync Enabled"),
    "source": lazy("Data source"),
    "source_may_be_anywhere": lazy("Source outside the allowed folders"),
    "components": lazy("Components"),
    "when_missing": lazy("When the source no longer has a photo"),
    "replace_share_percent": lazy("Held from this share of replaced photos (%)"),
    "replace_number": lazy("Held from this number of replaced photos"),
    "withdraw_share_percent": lazy("Held from this share of withdrawn photos (%)"),
    "withdraw_number": lazy("Held from this number of withdrawn photos"),
    "ping_address": lazy("Ping address"),
    "address": lazy("Address"),
    "told": lazy("Told"),
    "hold_until_archived": lazy("Hold until reports are archived"),
    "semester": lazy("Semester"),
    "staff_from": lazy("Staff see it from"),
    "students_from": lazy("Students see it from"),
    "parents_from": lazy("Parents see it from"),
    "reporting_cycle": lazy("Reporting cycle"),
    "people_added": lazy("People"),
    "reports_archived": lazy("Reports archived"),
    "reports_missing": lazy("Reports not archived"),
    "work": lazy("Work"),
    "photo_day": lazy("Photo day"),
    "period": lazy("Timetable period"),
    "frequency": lazy("Frequency"),
    "mode": lazy("Mode"),
    "profile": lazy("Sync profile"),
    "trigger": lazy("Trigger"),
    "publish_as_year": lazy("Published as photos of"),
    "undone_by_run": lazy("by run"),
    "person": lazy("for"),
    "versions": lazy("Photos"),
    "pictures": lazy("Pictures"),
    "archived_reports_kept": lazy("Reports that the archive keeps"),
    "blobs": lazy("Stored pictures"),
    "size_bytes": lazy("Bytes"),
    "erasures": lazy("Erasures applied again"),
    "kind": lazy("Kind"),
    "new": lazy("New"),
    "changed": lazy("Changed"),
    "left": lazy("Left"),
    "returned": lazy("Returned"),
    "absent_left": lazy("Left, being absent from the file"),
    "is_whole": lazy("Names everyone"),
    "missing_leave": lazy("Who is not in it any more has left"),
    "leave_share_percent": lazy("Held from this share of leavers (%)"),
    "leave_number": lazy("Held from this number of leavers"),
    "pins": lazy("Pins"),
    "roles": lazy("Roles"),
    "email": lazy("E-mail"),
    "school_use": lazy("School use"),
    "online_publication": lazy("Online publication"),
    "printed_publication": lazy("Printed publication"),
    "yearbook": lazy("Yearbook"),
    "media_release": lazy("Media release"),
    "unknown_school_use": lazy("Unknown consent for school use"),
    "unknown_online_publication": lazy("Unknown consent for online publication"),
    "unknown_printed_publication": lazy("Unknown consent for printed publication"),
    "unknown_yearbook": lazy("Unknown consent for the yearbook"),
    "unknown_media_release": lazy("Unknown consent for media release"),
    "keeps_originals": lazy("Keep original files"),
    "originals": lazy("Original files"),
    "photos_of_leavers_years": lazy("Photos of leavers kept"),
    "audit_years": lazy("Audit entries kept"),
    "photo_views_years": lazy("Photo views kept"),
    "protected": lazy("Protected"),
    "views": lazy("Views"),
    "calendar_link": lazy("Calendar link"),
    "crest": lazy("Crest"),
    "heading": lazy("Heading"),
    "footer": lazy("Footer"),
    "signatories": lazy("Lines to sign on"),
    "unchanged": lazy("Unchanged"),
    "unmatched": lazy("Codes without a match"),
    "refused": lazy("Refused lines"),
}
VALUES: dict[tuple[str, str], str | Promise] = {
    ("mode", "full"): lazy("Full"),
    ("mode", "add"): lazy("Add to what is there"),
    ("mode", "replace"): lazy("Replace everything"),
    ("mode", "additions"): lazy("Additions only"),
    ("when_missing", "keep"): lazy("keep it"),
    ("when_missing", "withdraw"): lazy("withdraw it"),
    ("kind", "student"): lazy("students"),
    ("kind", "staff"): lazy("staff"),
    ("audit_years", FOR_GOOD): lazy("for good"),
    ("photo_views_years", FOR_GOOD): lazy("for good"),
}


def field_words(field: str) -> str:
    """Return the field's name as pages write it; one that is not known here, without its underscores."""
    known = FIELDS.get(field)
    if known is not None:
        return str(known)
    name = field.replace("_", " ").strip()
    return name[:1].upper() + name[1:]


def value_words(field: str, value: str | None) -> str:
    if not value:
        return _("nothing")
    known = VALUES.get((field, value))
    if known is not None:
        return str(known)
    if field == "frequency":
        return _frequency(value)
    if field == "academic_year_begins":
        month, _dash, day = value.partition("-")
        known_month = month.isdecimal() and 1 <= int(month) <= 12 and day.isdecimal()
        return f"{int(day)} {MONTHS[int(month) - 1]}" if known_month else value
    return _day(value) if _DAY.fullmatch(value) else value


def _frequency(value: str) -> str:
    try:
        return parse_frequency(value).phrase
    except PhotoSyncError:
        return value


def _day(value: str) -> str:
    try:
        return date_words(date.fromisoformat(value))
    except ValueError:
        return value
