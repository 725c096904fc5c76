"""Rosters, their readings and what was found in them, as the command line prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from photosync.cli import options, output
from photosync.cli.dates import short_moment

if TYPE_CHECKING:
    from photosync.apps.rosters.models import RosterReading, SavedRoster
    from photosync.apps.rosters.trying import TriedRoster

REFUSED_PRINTED = 20
CHANGES_PRINTED = 200


def print_roster(roster: SavedRoster, told: str, *, readings: int = 0) -> None:
    from photosync.apps.rosters.documents import reading_document, roster_document
    from photosync.apps.rosters.models import RosterReading

    document = roster_document(roster, options.right_now())
    rows = RosterReading.objects.filter(roster=roster).select_related("roster__school")[:readings]
    last = [reading_document(each) for each in rows]
    if output.wants_json():
        output.print_json(document | {"readings": last} if readings else document)
        return
    if told:
        output.print_text(told)
        return
    health = document.pop("health")
    output.print_facts((name.replace("_", " "), _plain(value)) for name, value in document.items())
    output.print_text(health["explanation"])
    if last:
        output.print_table(
            ("reading", "asked", "how", "state", "outcome"),
            (
                (each["reading"], short_moment(each["asked"]), each["trigger"], each["state"], each["explanation"])
                for each in last
            ),
        )


def print_tried(tried: TriedRoster) -> None:
    if output.wants_json():
        output.print_json(tried.document())
        return
    output.print_text(tried.sentence)
    if tried.recognised:
        output.print_text(f"Recognised as {tried.recognised}.")
    for each in tried.warnings:
        output.print_note(f"Warning: {each}")
    for part in tried.parts:
        if part.problem:
            output.print_note(part.problem)
        elif part.columns is not None:
            used = ", ".join(f"{name} = {field}" for name, field in part.columns.mapping.items())
            output.print_text(f"Columns of the {part.kind.component}: {used}")
    if tried.shown:
        rows = ((row.line, row.person or row.reason, row.details) for row in tried.shown)
        output.print_table(("line", "person", ""), rows)


def print_reading(reading: RosterReading) -> None:
    from photosync.apps.rosters.documents import reading_document

    document = reading_document(reading)
    if output.wants_json():
        output.print_json(document)
        return
    output.print_text(f"Reading {reading.pk} of {reading.roster.name}: {reading.state}. {reading.explanation}")
    for each in document["warnings"]:
        output.print_note(f"Warning: {each}")
    for each in document["refused"][:REFUSED_PRINTED]:
        output.print_text(f"Line {each['line']} ({each['component']}) was not used: {each['reason']}")
    if len(document["refused"]) > REFUSED_PRINTED:
        output.print_text(f"... and {len(document['refused']) - REFUSED_PRINTED} more; see them all with --json.")
    if not reading.is_alive:
        output.print_text(f"Whom it concerns: photosync roster show {reading.roster.name!r} --reading {reading.pk}")


def print_changes(reading: RosterReading) -> None:
    """Print a reading with everyone whom it changed, or would change."""
    from photosync.apps.rosters.documents import change_document, reading_document
    from photosync.apps.rosters.models import RosterChange

    rows = RosterChange.objects.filter(reading=reading)
    if output.wants_json():
        found = map(change_document, rows.iterator(chunk_size=2_000))
        output.print_json_rows(found, head=reading_document(reading), name="changes")
        return
    print_reading(reading)
    documents = [change_document(each) for each in rows[:CHANGES_PRINTED]]
    output.print_table(
        ("person", "kind", "becomes", "what changes"),
        ((each["name"], each["kind"], each["becomes"], _said(each)) for each in documents),
    )
    if len(documents) == CHANGES_PRINTED:
        output.print_text(f"These are the first {CHANGES_PRINTED}; see them all with --json.")


def _said(document: dict[str, Any]) -> str:
    told = [f"{each['field']}: {each['before'] or '-'} > {each['after'] or '-'}" for each in document["changes"]]
    if document["disputed_with"]:
        told.append(f"roster {document['disputed_with']} says otherwise")
    return "; ".join(told)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return ", ".join(f"{name} = {each}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return ("yes" if value else "no") if isinstance(value, bool) else value
