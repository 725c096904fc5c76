"""Entries and views as JSON documents: the command line's, the export's and the API's."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from photosync.apps.audit.models import Entry
from photosync.apps.audit.queries import Told
from photosync.apps.audit.sentences import sentence_of
from photosync.apps.audit.view_words import ViewTold


def entry_document(row: Entry | Told, zone: ZoneInfo) -> dict[str, Any]:
    """Return an entry, or what a run did; an entry's time is that of its own school, else of `zone`."""
    if isinstance(row, Told):
        told = {"at": row.at.astimezone(zone).isoformat(), "actor": row.actor, "via": row.via, "act": row.act}
        return told | {
            "school": None,
            "subject": str(row.run_id or ""),
            "changes": [],
            "note": "",
            "sentence": row.sentence,
        }
    school = row.school
    return {
        "at": row.at.astimezone(school.zone if school else zone).isoformat(),
        "actor": row.actor,
        "via": row.via,
        "act": row.act,
        "school": school.code if school else None,
        "subject": row.subject,
        "changes": [{"field": field, "before": before, "after": after} for field, before, after in row.changes],
        "note": row.note,
        "sentence": sentence_of(row),
    }


def view_document(view: ViewTold) -> dict[str, Any]:
    return {
        "day": view.day.isoformat(),
        "viewer": view.viewer,
        "person": view.person,
        "school": view.school_code,
        "first_at": view.first_at.isoformat(timespec="seconds"),
        "last_at": view.last_at.isoformat(timespec="seconds"),
        "times": view.times,
        "full_times": view.full_times,
    }
