"""photosync report end-of-year."""

from __future__ import annotations

from typing import Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import short_date

BOXES = {"done": "[x]", "to do": "[ ]", "warning": "[!]", "not needed": "[-]"}


@click.command("end-of-year")
@click.option("--at", metavar="TIME", help="As it looks at that time; whether syncs run is said as of now.")
@options.reporting
def command(at: str | None) -> None:
    """Say what will happen until the first weeks of next year, and what is to be done before this one ends.

    Example: photosync report end-of-year --at 2026-12-01T09:00
    """
    installation.connect()
    from photosync.apps.reports.end_of_year import end_of_year, end_of_year_document

    school = options.school()
    asked = None if at is None else options.instant_said(at, school.zone)
    document = end_of_year_document(end_of_year(school, options.right_now(), at=asked), school)
    if output.wants_json():
        output.print_json(document)
    else:
        _print(document)


def _print(document: dict[str, Any]) -> None:
    output.print_text(document["headline"], "", "What will happen")
    for event in document["events"]:
        output.print_text(f"  {short_date(event['on'])}  {event['sentence']}")
    counts = document["counts"]
    output.print_text("", f"Checklist: {counts['to do']} to do, {counts['warning']} to look at")
    for item in document["checklist"]:
        remedy = f" ({item['concerns']}: {item['remedy']})" if item["remedy"] and item["state"] != "done" else ""
        output.print_text(f"  {BOXES[item['state']]} {item['sentence']}{remedy}")
