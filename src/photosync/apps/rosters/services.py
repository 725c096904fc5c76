"""Saving rosters, asking for readings of them, and deciding on those that are held."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences, record
from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.apps.rosters.outcome import without_decision
from photosync.apps.rosters.schedule import next_due
from photosync.apps.rosters.settings import RosterSettings, apply_settings, roster_seen, settings_told
from photosync.apps.schools.models import School
from photosync.core.errors import ChangedMeanwhile, Refused
from photosync.core.people import quoted

State, Trigger = RosterReading.State, RosterReading.Trigger
PREVIEWS_KEPT = timedelta(days=7)


def add_roster(
    school: School, name: str, settings: RosterSettings, *, now: datetime, anywhere: bool = False
) -> SavedRoster:
    """Save a new roster; `settings` has its kind. It is read when that is due. Raises WrongUse, Refused."""
    roster = SavedRoster(school=school, created_at=now)
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        apply_settings(roster, _named(settings, name), now=now, anywhere=anywhere)
        roster.next_due_at = next_due(roster, now)
        roster.save()
        record(Act.ROSTER_ADDED, roster, school=school, changes=differences({}, settings_told(roster)))
    return roster


def change_roster(
    roster: SavedRoster, changes: RosterSettings, *, now: datetime, anywhere: bool = False, seen: str = ""
) -> SavedRoster:
    """Save changes, all of them or none, and return the roster as it is then. Raises WrongUse, Refused.

    With `seen`, what `roster_seen` said when the caller looked, ChangedMeanwhile where it is another by now.
    """
    with transaction.atomic():
        School.objects.select_for_update().get(pk=roster.school_id)
        stored = SavedRoster.objects.select_related("school").get(pk=roster.pk)
        if seen and seen != roster_seen(stored):
            raise ChangedMeanwhile(
                _("This roster was changed since you opened the page. Nothing was saved. See what is saved now.")
            )
        before, frequency = settings_told(stored), stored.frequency
        place = _place(stored)
        apply_settings(stored, changes, now=now, anywhere=anywhere)
        if stored.frequency != frequency:
            stored.next_due_at = next_due(stored, now)
        if _place(stored) != place:
            stored.place_changed_at = now
        stored.save()
        after = settings_told(stored)
        gone = {name: None for name in before if name not in after}
        if changed := differences(before, {**after, **gone}):
            record(Act.ROSTER_CHANGED, stored, school=stored.school, changes=changed)
    return stored


def _place(roster: SavedRoster) -> tuple[object, ...]:
    """Return what says where the roster is and what its columns hold."""
    return roster.kind, dict(roster.options), dict(roster.mapping)


def delete_roster(roster: SavedRoster) -> None:
    """Delete a roster with the record of its readings. People stay as they are. Raises Refused while it is read."""
    with transaction.atomic():
        School.objects.select_for_update().get(pk=roster.school_id)
        if RosterReading.objects.filter(roster=roster, state__in=RosterReading.ALIVE).exists():
            raise Refused(_("The roster is being read. It was not deleted. Wait until that has ended."))
        record(Act.ROSTER_DELETED, roster, school=roster.school)
        roster.delete()


def request_reading(roster: SavedRoster, *, preview: bool, by: str, now: datetime) -> RosterReading:
    """Let the roster be read, or previewed, as soon as a worker takes it. Raises Refused while it is read."""
    old = RosterReading.objects.filter(roster=roster, trigger=Trigger.PREVIEW, asked_at__lt=now - PREVIEWS_KEPT)
    old.exclude(state__in=RosterReading.ALIVE).delete()
    return _queued(roster, Trigger.PREVIEW if preview else Trigger.ON_DEMAND, by, now)


def approve_reading(reading: RosterReading, *, by: str, now: datetime) -> RosterReading:
    """Read the roster again and let those leave whom the held reading names; return the new reading.

    Where others would leave by now, that one is held instead. Raises Refused, ChangedMeanwhile.
    """
    with transaction.atomic():
        held = _the_held(reading)
        queued = _queued(held.roster, Trigger.APPROVAL, by, now, approves=held)
        held.decided_by, held.decided_at = by, now
        held.save(update_fields=("decided_by", "decided_at"))
        record(Act.ROSTER_APPROVED, held.roster, school=held.roster.school, note=held.explanation)
    return queued


def discard_reading(reading: RosterReading, *, by: str, now: datetime) -> RosterReading:
    """Let a held reading change nothing. The next reading plans afresh. Raises Refused, ChangedMeanwhile."""
    with transaction.atomic():
        held = _the_held(reading)
        if RosterReading.objects.filter(approves=held, state__in=RosterReading.ALIVE).exists():
            raise Refused(_("The reading has been approved and is being done. It was not discarded."))
        held.state, held.decided_by, held.decided_at = State.DISCARDED, by, now
        held.explanation = without_decision(held.explanation, held.pk)
        held.save()
        record(Act.ROSTER_DISCARDED, held.roster, school=held.roster.school, note=held.explanation)
    return held


def _the_held(reading: RosterReading) -> RosterReading:
    rows = RosterReading.objects.select_for_update(of=("self",)).select_related("roster__school")
    held = rows.get(pk=reading.pk)
    if held.state != State.HELD:
        raise ChangedMeanwhile(
            _("Reading %(number)d is not held: %(state)s. Nothing was done. Look at the readings of the roster.")
            % {"number": held.pk, "state": str(State(held.state).label).lower()}
        )
    return held


def _queued(
    roster: SavedRoster,
    trigger: RosterReading.Trigger,
    by: str,
    now: datetime,
    *,
    approves: RosterReading | None = None,
) -> RosterReading:
    try:
        with transaction.atomic():
            return RosterReading.objects.create(
                roster=roster, trigger=trigger, started_by=by, asked_at=now, approves=approves
            )
    except IntegrityError as error:
        raise Refused(
            _("The roster %(name)s is being read already. Nothing was started. Wait until that has ended.")
            % {"name": quoted(roster.name)}
        ) from error


def _named(settings: RosterSettings, name: str) -> RosterSettings:
    return replace(settings, name=name, options=settings.options or {})
