"""photosync school."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.core.consent import Purpose, UnknownMeans
from photosync.core.errors import WrongUse
from photosync.core.people import quoted
from photosync.core.retention import FOR_GOOD, LONGEST_YEARS, years_words
from photosync.core.wording import list_words

if TYPE_CHECKING:
    from photosync.apps.schools.changing import SchoolEffects

KEPT = {
    "photos_of_leavers": "photos_of_leavers_years",
    "audit": "audit_years",
    "photo_views": "photo_views_years",
}
FOREVER = "for-good"


@click.group("school")
def command() -> None:
    """Make, change and list schools."""


@command.command("add")
@click.argument("code")
@click.option("--name", metavar="TEXT", required=True)
@click.option("--timezone", "time_zone", metavar="ZONE", required=True, help="Such as Australia/Sydney.")
@click.option("--year-begins", metavar="MM-DD", default="01-01", show_default=True, help="Of its academic year.")
@options.as_json
@options.with_debug
def add(code: str, name: str, time_zone: str, year_begins: str) -> None:
    """Make a school.

    Example: photosync school add WGC --name "Wattle Grove College" --timezone Australia/Sydney
    """
    installation.connect()
    from photosync.apps.schools.queries import school_document
    from photosync.apps.schools.services import add_school, year_begins_said

    begins = year_begins_said(year_begins)
    school = add_school(
        code,
        name,
        time_zone,
        academic_year_begins_month=begins.begins_month,
        academic_year_begins_day=begins.begins_day,
    )
    if output.wants_json():
        output.print_json(school_document(school))
    else:
        output.print_text(f"School {school.code}, {school.name}, was made in {school.time_zone}.")


@command.command("list")
@options.as_json
@options.with_debug
def list_() -> None:
    """List the schools.

    Example: photosync school list --json
    """
    installation.connect()
    from photosync.apps.schools.models import School
    from photosync.apps.schools.queries import school_document

    schools = [school_document(school) for school in School.objects.all()]
    if output.wants_json():
        output.print_json(schools)
    elif schools:
        output.print_table(
            ("code", "name", "time zone", "year begins"),
            ((each["code"], each["name"], each["timezone"], each["year_begins"]) for each in schools),
        )
    else:
        output.print_text("There is no school yet.")


@command.command("show")
@click.argument("code", required=False)
@options.reporting
def show(code: str | None) -> None:
    """Show the settings of a school, and for how many leavers the time that their photos are kept is over.

    Example: photosync school show WGC --json
    """
    installation.connect()
    from photosync.apps.library.leavers import leavers_document, leavers_kept
    from photosync.apps.library.originals import originals_of
    from photosync.apps.schools.queries import school_document, school_named

    school = options.school() if code is None else school_named(code)
    leavers = leavers_document(leavers_kept(school, options.right_now()))
    document, originals = school_document(school), originals_of(school)
    if output.wants_json():
        output.print_json(document | {"leavers": leavers, "originals": originals})
        return
    document["keep_originals"] = "yes" if document["keep_originals"] else "no"
    unknown, kept = document.pop("unknown_consent"), document.pop("retention")
    facts = {name.replace("_", " "): value for name, value in document.items()}
    for purpose in Purpose:
        said = unknown[purpose.value]
        basis = f" ({said['legal_basis']})" if said["legal_basis"] else ""
        facts[f"unknown consent, {purpose.words}"] = f"{said['means']}{basis}"
    facts |= {f"{name.replace('_', ' ')} kept": years_words(kept[field]) for name, field in KEPT.items()}
    facts["leavers with photos"] = f"{leavers['with_photos']}, of whom the time of {leavers['over']} is over"
    facts["original files kept"] = f"{originals['count']:,} ({originals['size_bytes']:,} bytes)"
    output.print_facts(facts.items())


@command.command("edit")
@click.argument("code")
@click.option("--name", metavar="TEXT")
@click.option("--timezone", "time_zone", metavar="ZONE", help="Such as Australia/Sydney.")
@click.option("--year-begins", metavar="MM-DD", help="The day on which its academic year begins.")
@click.option(
    "--unknown-consent",
    metavar="PURPOSE=ANSWER",
    multiple=True,
    help="What unknown consent means for a purpose, such as school_use=yes; no needs no legal basis.",
)
@click.option("--legal-basis", metavar="TEXT", help="On which unknown means yes, for the purposes given so.")
@click.option(
    "--keep-originals/--no-keep-originals",
    "keeps_originals",
    default=None,
    help="Whether the files that photos are made from are kept as they come.",
)
@click.option("--photos-of-leavers", metavar="YEARS", help="How long photos of leavers are kept.")
@click.option("--audit", metavar="YEARS", help=f"How long audit entries are kept; {FOREVER} for good.")
@click.option("--photo-views", metavar="YEARS", help=f"How long it is kept who saw whose photo; {FOREVER} for good.")
@click.option("--preview", is_flag=True, help="Say what it would do; save nothing.")
@options.as_json
@options.with_debug
def edit(code: str, *, preview: bool, **given: Any) -> None:
    """Change the settings of a school, and say what that does to its academic year and to each sync profile.

    Example: photosync school edit WGC --timezone Australia/Perth --preview
    """
    changes = _changes(given)
    installation.connect()
    from photosync.apps.schools.changing import change_school, effects_document, preview_school
    from photosync.apps.schools.queries import school_document, school_named
    from photosync.apps.schools.services import year_begins_said

    if given["year_begins"] is not None:
        changes["year_begins"] = year_begins_said(given["year_begins"])
    if not changes:
        raise WrongUse("No change was given. Nothing was done. See: photosync school edit --help")
    school = school_named(code)
    effects = (preview_school if preview else change_school)(school, now=options.right_now(), **changes)
    if output.wants_json():
        output.print_json(school_document(school) | {"preview": preview, **effects_document(effects)})
        return
    output.print_text("Preview: nothing was saved." if preview else f"School {school.code} was saved.")
    _print_effects(effects)


@command.command("erase-originals")
@click.argument("code")
@options.reporting
def erase_originals_(code: str) -> None:
    """Erase all original files that a school keeps, for good. The photos that were made from them stay.

    Example: photosync school erase-originals WGC
    """
    installation.connect()
    from photosync.apps.erasing.originals import erase_originals, erased_words
    from photosync.apps.schools.queries import school_named

    done = erase_originals(school_named(code))
    told = erased_words(done)
    if output.wants_json():
        output.print_json({"count": done.count, "size_bytes": done.size_bytes, "explanation": " ".join(told)})
    else:
        output.print_text(*told)


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    """Return what was given but the day on which the year begins, by the names of the service. Raises WrongUse."""
    changes = {name: given[name] for name in ("name", "time_zone", "keeps_originals") if given[name] is not None}
    if unknown := _unknown(given["unknown_consent"], given["legal_basis"]):
        changes["unknown"] = unknown
    kept = {KEPT[name]: _years(given[name], name) for name in KEPT if given[name] is not None}
    return changes | ({"retention": kept} if kept else {})


def _unknown(said: tuple[str, ...], legal_basis: str | None) -> dict[Purpose, UnknownMeans]:
    found = {}
    for purpose, answer in options.words_of(said, "a purpose and its answer").items():
        if purpose not in list(Purpose):
            raise WrongUse(
                f"{quoted(purpose)} is no purpose of consent. Nothing was changed. "
                f"There are: {list_words([each.value for each in Purpose])}."
            )
        if answer not in ("yes", "no"):
            raise WrongUse(f"Unknown consent means yes or no, not {quoted(answer)}. Nothing was changed.")
        is_yes = answer == "yes"
        found[Purpose(purpose)] = UnknownMeans(yes=is_yes, legal_basis=(legal_basis or "") if is_yes else "")
    if legal_basis is not None and not any(each.yes for each in found.values()):
        raise WrongUse(
            "A legal basis goes with --unknown-consent PURPOSE=yes, which was not given. Nothing was changed."
        )
    return found


def _years(text: str, name: str) -> int | None:
    option = f"--{name.replace('_', '-')}"
    may_be_forever = name != "photos_of_leavers"
    if may_be_forever and text.strip().lower() in (FOREVER, FOR_GOOD):
        return None
    if text.isascii() and text.isdecimal() and len(text) < 4:
        return int(text)
    otherwise = f", or {FOREVER}" if may_be_forever else ""
    raise WrongUse(
        f"{quoted(text)} is not a number of years for {option}. Nothing was changed. "
        f"Give 1 to {LONGEST_YEARS}{otherwise}."
    )


def _print_effects(effects: SchoolEffects) -> None:
    output.print_text(effects.academic_year, *effects.consent, *([effects.originals] if effects.originals else []))
    for number in effects.planned_afresh:
        output.print_text(f"Held run {number} was planned for another academic year: the next run plans afresh.")
    for each in effects.profiles:
        output.print_text(f"{each.profile}: {each.explanation_after}")
