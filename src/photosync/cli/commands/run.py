"""photosync run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import short_moment
from photosync.cli.processes import processes
from photosync.cli.progress import RunProgress
from photosync.cli.run_report import end_with, print_run
from photosync.core.people import PersonKind

if TYPE_CHECKING:
    from photosync.apps.runs.models import Run

RUNS_LISTED = 20
CHANGES_PRINTED = 200


@click.group("run")
def command() -> None:
    """Look at runs, and decide on them."""


@command.command("list")
@click.option("--profile", "name", metavar="NAME", help="Only the runs of this sync profile.")
@click.option("--limit", metavar="N", type=options.number_from(1), default=RUNS_LISTED, show_default=True)
@options.reporting
def list_(name: str | None, limit: int) -> None:
    """List the latest runs.

    Example: photosync run list --limit 50
    """
    installation.connect()
    from photosync.apps.profiles.queries import profile_named
    from photosync.apps.runs.queries import run_document, runs_of

    school = options.school()
    profile = None if name is None else profile_named(school, name)
    documents = [run_document(run) for run in runs_of(school, profile)[:limit]]
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        columns = ("run", "profile", "trigger", "state", "started", "seconds", "explanation")
        output.print_table(columns, map(_run_row, documents))
    else:
        output.print_text("There has been no run yet.")


@command.command("show")
@click.argument("run_id", metavar="ID", type=int)
@options.reporting
def show(run_id: int) -> None:
    """Show a run and every change of it, with its reason, and the files that it could not use.

    Example: photosync run show 12 --json
    """
    installation.connect()
    from photosync.apps.runs.queries import change_documents, changed_since, latest_look, run_document

    run = _numbered(run_id)
    gone = changed_since(run)
    document, changes = run_document(run) | {"changed_since": gone}, change_documents(run)
    if output.wants_json():
        output.print_json_rows(changes, head=document, name="changes")
        return
    print_run(document)
    shown, more = output.limited(changes, CHANGES_PRINTED)
    if shown:
        output.print_table(("action", "who", "year", "file", "reason"), map(_change_row, shown))
    if more:
        output.print_text(f"Only the first {CHANGES_PRINTED} are shown; see them all with --json.")
    if gone:
        what = "1 file that this run counted has" if gone == 1 else f"{gone} files that this run counted have"
        see = f"See what stands now with: photosync run show {latest_look(run)}"
        output.print_text(f"{what} changed since and cannot be listed. {see}")


@command.command("approve")
@click.argument("run_id", metavar="ID", type=int)
@click.option("--as-year", metavar="Y", type=int, help="Publish as photos of this academic year or the next.")
@click.option("--leave-out", metavar="CODE", multiple=True, help="Leave out this person's change.")
@options.reporting
def approve(run_id: int, as_year: int | None, leave_out: tuple[str, ...]) -> None:
    """Approve a held run: publish what it planned, wait, and report.

    Example: photosync run approve 12 --leave-out 002082
    """
    installation.connect()
    from photosync.apps.people.queries import person_coded
    from photosync.apps.runs import services

    run = _numbered(run_id)
    people = [person_coded(run.profile.school, code).pk for code in leave_out]
    _wait(
        lambda: services.approve(
            run.pk,
            by=options.STARTED_BY,
            now=options.right_now(),
            publish_as_year=as_year,
            leave_out=people,
        )
    )


@command.command("discard")
@click.argument("run_id", metavar="ID", type=int)
@options.reporting
def discard(run_id: int) -> None:
    """Discard a held run: nothing is published, and the same pictures are not planned again.

    Example: photosync run discard 12
    """
    installation.connect()
    from photosync.apps.runs import services

    _print(services.discard(_numbered(run_id).pk, by=options.STARTED_BY, now=options.right_now()))


@command.command("undo")
@click.argument("run_id", metavar="ID", type=int)
@click.option("--person", "code", metavar="CODE", help="Only this person's photo.")
@click.option("--kind", type=click.Choice([kind.value for kind in PersonKind]))
@options.reporting
def undo(run_id: int, code: str | None, kind: str | None) -> None:
    """Undo a run, as a whole or for one person: the former photos become current again.

    Example: photosync run undo 12 --person 002082
    """
    installation.connect()
    from photosync.apps.people.queries import person_coded
    from photosync.apps.runs import services

    run = _numbered(run_id)
    person_kind = None if kind is None else PersonKind(kind)
    person = None if code is None else person_coded(run.profile.school, code, person_kind)
    _wait(lambda: services.undo(run.pk, by=options.STARTED_BY, now=options.right_now(), person=person))


@command.command("cancel")
@click.argument("run_id", metavar="ID", type=int)
@options.reporting
def cancel(run_id: int) -> None:
    """Cancel a run that is queued or running. What it has published stays.

    Example: photosync run cancel 12
    """
    installation.connect()
    from photosync.apps.runs import services

    _print(services.cancel(_numbered(run_id).pk, by=options.STARTED_BY, now=options.right_now()))


def _numbered(run_id: int) -> Run:
    from photosync.apps.runs.services import run_numbered

    code = options.asked().school_code
    return run_numbered(run_id, None if code is None else [options.school().pk])


def _wait(asked: Callable[[], Run]) -> None:
    with RunProgress() as progress:
        run = processes().execute_or_follow(asked, progress.show)
    end_with(run)


def _print(run: Run) -> None:
    from photosync.apps.runs.queries import run_document

    document = run_document(run)
    if output.wants_json():
        output.print_json(document)
    else:
        print_run(document)


def _run_row(run: dict[str, Any]) -> tuple[object, ...]:
    started = short_moment(run["started"])
    return run["run"], run["profile"], run["trigger"], run["state"], started, run["duration_s"], run["explanation"]


def _change_row(change: dict[str, Any]) -> tuple[object, ...]:
    person = change["person"]
    who = "" if person is None else f"{person['name']} ({person['code']})"
    return change["action"], who, change.get("year"), change["file"], change["reason"]
