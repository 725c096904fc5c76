"""photosync report job; and what every command does that asks for long work: see it through, and report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import rich_click as click
from click.exceptions import Exit

from photosync.cli import installation, options, output
from photosync.cli.dates import short_moment
from photosync.cli.outcome import FAILED, say_error
from photosync.cli.processes import processes
from photosync.cli.progress import RunProgress

if TYPE_CHECKING:
    from photosync.apps.reports.models import ReportingCycle, ReportJob

WORDS = {"failed": "The work failed.", "cancelled": "The work was cancelled."}


def see_through(job: ReportJob) -> dict[str, Any]:
    """Have a queued or running job done, by a worker or here, with a progress bar; return its document.

    One that did not end well is reported here, and ends the command.
    """
    from photosync.apps.reports.documents import job_document

    kind = str(job.get_kind_display())
    with RunProgress() as progress:
        ended = processes().execute_or_follow_job(job, lambda each: progress.update(kind, each.done, each.total))
    document = job_document(ended)
    if ended.state == ended.State.DONE:
        return document
    if output.wants_json():
        output.print_json(document)
    else:
        print_job(document)
    say_error(f"{WORDS[ended.state]} {ended.explanation}".strip())
    raise Exit(FAILED)


def gone_on_with(cycle: ReportingCycle, kind: str, asked: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """Finish the work on `cycle` that a process of this host left behind as it died, if there is any.

    Return its document where it is what this command was asked for: `kind` with just these values. Other work is
    finished too, as nothing could begin before, and said on standard error; then, and where there was none, None.
    """
    job = processes().abandoned_job(cycle)
    if job is None:
        return None
    if job.kind == kind and job.asked == asked:
        return see_through(job)
    with RunProgress() as progress:
        words = str(job.get_kind_display())
        ended = processes().execute_or_follow_job(job, lambda each: progress.update(words, each.done, each.total))
    told = f"Work {job.pk} on {cycle.name} ({words}) had been cut off and was gone on with first: {ended.state}."
    output.print_note(f"{told} {ended.explanation}".strip())
    return None


def print_job(document: dict[str, Any]) -> None:
    output.print_text(f"Work {document['job']} on {document['cycle']} ({document['kind']}): {document['state']}.")
    if document["explanation"]:
        output.print_text(document["explanation"])
    output.print_facts(
        (
            ("done", f"{document['done']} of {document['total']}" if document["total"] else None),
            ("asked for by", document["started_by"]),
            ("asked for", short_moment(document["accepted_at"])),
            ("ended", short_moment(document["finished_at"])),
            *((name.replace("_", " "), value) for name, value in document["outcome"].items()),
        )
    )


@click.group("job")
def command() -> None:
    """Look at long work on a reporting cycle, follow or cancel it."""


@command.command("list")
@click.argument("cycle")
@click.option("--limit", metavar="N", type=options.number_from(1), default=20, show_default=True)
@options.reporting
def list_(cycle: str, limit: int) -> None:
    """List the long work on a reporting cycle, the latest first.

    Example: photosync report job list "2026 Semester 2"
    """
    installation.connect()
    from photosync.apps.reports.documents import job_document
    from photosync.apps.reports.queries import cycle_named, jobs_of

    found = cycle_named(options.school(), cycle)
    documents = [job_document(each) for each in jobs_of(found)[:limit]]
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        columns = ("job", "kind", "state", "done", "total", "started_by", "accepted_at")
        rows = ([*(each[name] for name in columns[:-1]), short_moment(each["accepted_at"])] for each in documents)
        output.print_table([name.replace("_", " ") for name in columns], rows)
    else:
        output.print_text(f"There was no long work on {found.name} yet.")


@command.command("follow")
@click.argument("cycle")
@click.argument("number", type=int)
@options.reporting
def follow(cycle: str, number: int) -> None:
    """Wait until long work on a reporting cycle has ended, and report; where no worker does it, do it here.

    Example: photosync report job follow "2026 Semester 2" 7
    """
    document = see_through(_job(cycle, number))
    if output.wants_json():
        output.print_json(document)
    else:
        print_job(document)


@command.command("cancel")
@click.argument("cycle")
@click.argument("number", type=int)
@options.reporting
def cancel(cycle: str, number: int) -> None:
    """Cancel long work on a reporting cycle. What was done before stays.

    Example: photosync report job cancel "2026 Semester 2" 7
    """
    job = _job(cycle, number)
    from photosync.apps.reports.documents import job_document
    from photosync.apps.reports.working import cancel_work

    document = job_document(cancel_work(job, by=options.STARTED_BY, now=options.right_now()))
    if output.wants_json():
        output.print_json(document)
    elif document["state"] == "cancelled":
        print_job(document)
    else:
        output.print_text("It ends after its next step. What was done before stays.")


def _job(cycle: str, number: int) -> ReportJob:
    installation.connect()
    from photosync.apps.reports.jobs import job_numbered
    from photosync.apps.reports.queries import cycle_named

    return job_numbered(number, cycle_named(options.school(), cycle))
