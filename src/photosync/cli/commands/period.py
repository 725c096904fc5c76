"""photosync period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.core.errors import WrongUse
from photosync.core.people import quoted

if TYPE_CHECKING:
    from photosync.apps.timetable.models import TimetablePeriod
    from photosync.apps.timetable.queries import Effect

VIEWS = {
    "marks-book": "visible_in_marks_book",
    "students": "visible_to_students",
    "parents": "visible_to_parents",
}


@click.group("period")
def command() -> None:
    """Make, edit, copy, delete and list timetable periods."""


@command.command("add")
@click.argument("code")
@click.option("--description", metavar="T", required=True)
@click.option("--start", metavar="D", required=True, help="First day, YYYY-MM-DD.")
@click.option("--end", metavar="D", required=True, help="Last day, YYYY-MM-DD.")
@click.option("--group", metavar="N", type=int, help="Group number; by default the lowest that is unused.")
@click.option("--year", metavar="Y", type=int, help="Academic year; by default that of the first day.")
@click.option("--not-visible", metavar="VIEWS", default="", help="Of marks-book,students,parents.")
@click.option("--sync-only", is_flag=True, help="Hide it from every list but that of Manage Sync.")
@options.reporting
def add(
    code: str,
    description: str,
    start: str,
    end: str,
    group: int | None,
    year: int | None,
    not_visible: str,
    *,
    sync_only: bool,
) -> None:
    """Make a timetable period.

    Example: photosync period add 2026S2 --description "Semester 2" --start 2026-07-20 --end 2026-12-18
    """
    hidden = _hidden(not_visible)
    first, last = options.day_of(start, "--start"), options.day_of(end, "--end")
    installation.connect()
    from photosync.apps.timetable.services import add_period

    period = add_period(
        options.school(),
        code=code,
        description=description,
        start=first,
        end=last,
        group_number=group,
        academic_year=year,
        sync_only=sync_only,
        **dict.fromkeys(hidden, False),
    )
    _print_made(period)


@command.command("list")
@click.option("--year", metavar="Y", type=int, help="Only those of this academic year.")
@options.reporting
def list_(year: int | None) -> None:
    """List the timetable periods.

    Example: photosync period list --year 2026
    """
    installation.connect()
    from photosync.apps.timetable.queries import period_document, periods_of

    periods = periods_of(options.school())
    documents = [period_document(each) for each in (periods if year is None else periods.filter(academic_year=year))]
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        names = ("code", "description", "start", "end", "group", "year")
        rows = ([*(each[name] for name in names), ", ".join(each["used_by"])] for each in documents)
        output.print_table((*names, "used by"), rows)
    else:
        output.print_text("There is no timetable period yet.")


@command.command("show")
@click.argument("code")
@options.reporting
def show(code: str) -> None:
    """Show one timetable period.

    Example: photosync period show 2026S2
    """
    installation.connect()
    from photosync.apps.timetable.queries import period_coded, period_document

    _print_period(period_document(period_coded(options.school(), code)))


@command.command("edit")
@click.argument("code")
@click.option("--code", "new_code", metavar="CODE", help="A new code; fixed once a sync profile uses the period.")
@click.option("--description", metavar="T")
@click.option("--start", metavar="D", help="First day, YYYY-MM-DD.")
@click.option("--end", metavar="D", help="Last day, YYYY-MM-DD.")
@click.option("--group", metavar="N", type=int)
@click.option("--year", metavar="Y", type=int)
@click.option("--not-visible", metavar="VIEWS", help='Of marks-book,students,parents; "" for none.')
@click.option("--sync-only/--not-sync-only", "sync_only", default=None)
@click.option("--preview", is_flag=True, help="Say what it would do to each sync profile; save nothing.")
@options.reporting
def edit(code: str, *, preview: bool, **given: Any) -> None:
    """Change a timetable period, and say what that does to each sync profile that uses it.

    Example: photosync period edit 2026S2 --end 2026-12-11 --preview
    """
    changes = _changes(given)
    installation.connect()
    from photosync.apps.timetable.queries import effect_document, period_coded, period_document
    from photosync.apps.timetable.services import edit_period, preview_edit

    period = period_coded(options.school(), code)
    if preview:
        effects = preview_edit(period, now=options.right_now(), **changes)
    else:
        edited = edit_period(period, now=options.right_now(), **changes)
        period, effects = edited.period, edited.effects
    if output.wants_json():
        document = {"preview": preview, "effects": [effect_document(effect) for effect in effects]}
        output.print_json(period_document(period) | document)
        return
    output.print_text("Preview: nothing was saved." if preview else f"Timetable period {period.code} was saved.")
    _print_effects(effects)


@command.command("copy")
@click.argument("code")
@click.option("--code", "new_code", metavar="CODE", help="The code of the copy; by default with the next year.")
@options.reporting
def copy(code: str, new_code: str | None) -> None:
    """Copy a timetable period, its dates moved on by a year.

    Example: photosync period copy 2026S2
    """
    installation.connect()
    from photosync.apps.timetable.queries import period_coded
    from photosync.apps.timetable.services import copy_period

    _print_made(copy_period(period_coded(options.school(), code), code=new_code))


@command.command("delete")
@click.argument("code")
@options.reporting
def delete(code: str) -> None:
    """Delete a timetable period that no sync profile uses.

    Example: photosync period delete 2026S1
    """
    installation.connect()
    from photosync.apps.timetable.queries import period_coded
    from photosync.apps.timetable.services import delete_period

    period = period_coded(options.school(), code)
    delete_period(period)
    if output.wants_json():
        output.print_json({"code": period.code, "deleted": True})
    else:
        output.print_text(f"Timetable period {period.code} was deleted.")


def _hidden(views: str) -> list[str]:
    named = [view.strip().lower() for view in views.split(",") if view.strip()]
    for view in named:
        if view not in VIEWS:
            raise WrongUse(
                f"{quoted(view)} is not a view of timetable periods. Nothing was done. "
                f"Choose from: {', '.join(VIEWS)}."
            )
    return [VIEWS[view] for view in named]


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that were given, by the names that the rule has for them."""
    names = {"new_code": "code", "description": "description", "group": "group_number", "year": "academic_year"}
    changes = {names[name]: given[name] for name in names if given[name] is not None}
    changes |= {
        name: options.day_of(given[name], f"--{name}") for name in ("start", "end") if given[name] is not None
    }
    if given["not_visible"] is not None:
        hidden = _hidden(given["not_visible"])
        changes |= {field: field not in hidden for field in VIEWS.values()}
    if given["sync_only"] is not None:
        changes["sync_only"] = given["sync_only"]
    if not changes:
        raise WrongUse("No change was given. Nothing was done. See: photosync period edit --help")
    return changes


def _print_made(period: TimetablePeriod) -> None:
    from photosync.apps.timetable.queries import period_document
    from photosync.core.wording import date_words

    if output.wants_json():
        output.print_json(period_document(period))
        return
    output.print_text(
        f"Timetable period {period.code} was made: {date_words(period.start)} to {date_words(period.end)}, "
        f"group {period.group_number}, year {period.academic_year}."
    )


def _print_period(document: dict[str, Any]) -> None:
    if output.wants_json():
        output.print_json(document)
        return
    visible = [name.replace("_", " ") for name, is_visible in document["visible"].items() if is_visible]
    shown = {
        **document,
        "visible": ", ".join(visible) or "to no one",
        "sync_only": "yes" if document["sync_only"] else "no",
        "used_by": ", ".join(document["used_by"]) or "no sync profile",
    }
    output.print_facts((name.replace("_", " "), value) for name, value in shown.items())


def _print_effects(effects: tuple[Effect, ...]) -> None:
    for effect in effects:
        before, after = effect.status_before.value, effect.status_after.value
        became = f"stays {after}" if before == after else f"{before} becomes {after}"
        output.print_text(f"{effect.profile}: {became}. {effect.explanation_after}")
