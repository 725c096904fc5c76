"""A run at its end: what it did, and the exit status that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from photosync.cli import output
from photosync.cli.dates import written_moment
from photosync.cli.outcome import FAILED, HELD, REFUSED, SOME_FAILED, say_error
from photosync.core.run_states import RunState

if TYPE_CHECKING:
    from photosync.apps.runs.models import Run

WARNINGS_PRINTED = 20
STATUSES = {
    RunState.DONE: 0,
    RunState.DONE_WITH_FAILURES: SOME_FAILED,
    RunState.HELD: HELD,
    RunState.STOPPED_BY_PERIOD_END: REFUSED,
    RunState.STOPPED_BY_DISABLED: REFUSED,
}


def end_with(run: Run) -> None:
    """Report `run` and end the command with its exit status; what is wrong goes to standard error too."""
    from photosync.apps.runs.queries import run_document

    document = run_document(run)
    if output.wants_json():
        output.print_json(document)
    else:
        print_run(document)
    status = STATUSES.get(RunState(run.state), FAILED)
    if status:
        say_error(_sentence(run))
        raise click.exceptions.Exit(status)


def _sentence(run: Run) -> str:
    explanation = run.explanation or _failed(run) or "Its record says why."
    if run.state == RunState.HELD:
        see = f"photosync run show {run.pk}, then photosync run approve {run.pk} or photosync run discard {run.pk}"
    else:
        see = f"photosync run show {run.pk}"
    ends = "" if explanation.endswith((".", "?", "!")) else "."
    return f"Run {run.pk} is {run.state}. {explanation}{ends} See: {see}"


def _failed(run: Run) -> str:
    """Return a sentence on the files that could not be read; empty where there are none."""
    failed = run.counts.get("failed", 0)
    if not failed:
        return ""
    files, them = ("1 file", "it") if failed == 1 else (f"{failed:,} files", "them")
    return f"{files} could not be read. Nothing was changed for {them}; the next run tries again."


def print_run(document: dict[str, Any]) -> None:
    output.print_text(f"Run {document['run']} of {document['profile']} ({document['trigger']}): {document['state']}.")
    if document["explanation"]:
        output.print_text(document["explanation"])
    output.print_facts(
        (
            ("started", written_moment(document["started"])),
            ("finished", written_moment(document["finished"])),
            ("seconds", document["duration_s"]),
            ("by", document.get("started_by")),
            *document["counts"].items(),
        )
    )
    warnings = document["warnings"]
    output.print_text(*(f"Warning: {warning}" for warning in warnings[:WARNINGS_PRINTED]))
    if len(warnings) > WARNINGS_PRINTED:
        output.print_text(f"Only the first {WARNINGS_PRINTED} warnings are shown; see them all with --json.")
