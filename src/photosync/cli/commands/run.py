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
    from photosync.apps.runs.parts import Part

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
    from photosync.apps.runs.queries import change_documents, changed_since, latest_look, put_off_to, run_document

    run = _numbered(run_id)
    gone = changed_since(run)
    put_off = put_off_to(run)
    document = run_document(run) | {"changed_since": gone, "put_off_to": put_off}
    changes = change_documents(run)
    if output.wants_json():
        output.print_json_rows(changes, head=document, name="changes")
        return
    print_run(document)
    shown, more = output.limited(changes, CHANGES_PRINTED)
    if shown:
        output.print_table(("action", "who", "year", "file", "doubt", "reason"), map(_change_row, shown))
    if put_off is not None:
        output.print_text(f"The rest was put off. See it with: photosync run show {put_off}")
    if more:
        output.print_text(f"Only the first {CHANGES_PRINTED} are shown; see them all with --json.")
    if gone:
        what = "1 file that this run counted has" if gone == 1 else f"{gone} files that this run counted have"
        see = f"See what stands now with: photosync run show {latest_look(run)}"
        output.print_text(f"{what} changed since and cannot be listed. {see}")


@command.command("approve")
@click.argument("run_id", metavar="ID", type=int)
@click.option(
    "--as-year",
    "--year",
    "as_year",
    metavar="Y",
    type=int,
    help="Publish as photos of this academic year or the next.",
)
@click.option("--leave-out", metavar="CODE", multiple=True, help="Decide against this person's change.")
@click.option("--kind", "kinds", type=click.Choice([kind.value for kind in PersonKind]), multiple=True)
@click.option("--year-level", "year_levels", metavar="LEVEL", multiple=True, help="Only people of this year level.")
@click.option("--roll-group", "roll_groups", metavar="GROUP", multiple=True, help="Only people of this roll group.")
@click.option("--only", metavar="CODE", multiple=True, help="Only this person.")
@click.option("--not-now", metavar="CODE", multiple=True, help="Put this person's change off: it stays held.")
@click.option(
    "--but-most-doubtful", metavar="N", type=options.number_from(0), default=0, help="Put the N most doubtful off."
)
@options.reporting
def approve(run_id: int, as_year: int | None, leave_out: tuple[str, ...], **wishes: Any) -> None:
    """Approve a held run, or a part of it: publish what is chosen, wait, and report.

    What is not chosen is put off: it stays held, as a run of its own.

    Example: photosync run approve 12 --year-level 7 --leave-out 002082
    """
    installation.connect()
    from photosync.apps.people.queries import person_coded
    from photosync.apps.runs import services

    run = _numbered(run_id)
    people = [person_coded(run.profile.school, code).pk for code in leave_out]
    part = _part(run, **wishes)
    _wait(
        lambda: services.approve(
            run.pk,
            by=options.STARTED_BY,
            now=options.right_now(),
            publish_as_year=as_year,
            leave_out=people,
            part=part,
        )
    )


def _part(
    run: Run,
    *,
    kinds: tuple[str, ...],
    year_levels: tuple[str, ...],
    roll_groups: tuple[str, ...],
    only: tuple[str, ...],
    not_now: tuple[str, ...],
    but_most_doubtful: int,
) -> Part:
    from photosync.apps.people.queries import person_coded
    from photosync.apps.runs.parts import Part

    def coded(codes: tuple[str, ...]) -> frozenset[int]:
        return frozenset(person_coded(run.profile.school, code).pk for code in codes)

    return Part(
        kinds=frozenset(kinds),
        year_levels=frozenset(year_levels),
        roll_groups=frozenset(roll_groups),
        people=coded(only),
        not_now=coded(not_now),
        but_most_doubtful=but_most_doubtful,
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
    reasons = " ".join((change["reason"], *change["doubt_reasons"]))
    return change["action"], who, change.get("year"), change["file"], change["doubt"], reasons
