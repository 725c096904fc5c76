"""photosync profile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output, profile_licence
from photosync.cli.dates import short_date, short_moment, written_date, written_moment
from photosync.cli.kind_options import Words, of_a_kind, options_given
from photosync.core.errors import WrongUse

if TYPE_CHECKING:
    from photosync.apps.profiles.models import SyncProfile

UPCOMING = 5


@click.group("profile")
def command() -> None:
    """Make, change and look at sync profiles."""


command.add_command(profile_licence.command)


def _limits(decorated: Any) -> Any:
    """Add the options that say what happens unseen, what waits, and who hears of good runs."""
    for option in (
        click.option("--ping-url", metavar="URL", help="Called after each good run; an empty text takes it away."),
        click.option(
            "--hold-until-archived/--no-hold-until-archived",
            "hold_until_archived",
            default=None,
            help="Whether faces wait while their report is not archived.",
        ),
        click.option("--when-missing", metavar="keep|withdraw", help="When the source no longer has a photo."),
        click.option("--withdraw-number", metavar="N", type=click.IntRange(0)),
        click.option("--withdraw-share", metavar="PERCENT", type=click.IntRange(0, 100)),
        click.option("--replace-number", metavar="N", type=click.IntRange(0)),
        click.option("--replace-share", metavar="PERCENT", type=click.IntRange(0, 100)),
    ):
        decorated = option(decorated)
    return decorated


@command.command("add")
@click.argument("name", default="Photo Sync")
@click.option("--source", metavar="KIND", required=True, help="See: photosync source kinds.")
@of_a_kind()
@click.option("--components", metavar="WHO", default="students,staff", show_default=True)
@_limits
@options.reporting
def add(
    name: str,
    source: str,
    given_options: Words,
    secret_files: Words,
    components: str,
    **limits: Any,
) -> None:
    """Make a sync profile. It runs once it has a timetable period.

    Example: photosync profile add "Photo Sync" --source folder --option path=/srv/photos
    """
    source_options = options_given(given_options, secret_files)
    installation.connect()
    from photosync.apps.profiles.services import add_profile

    profile = add_profile(
        options.school(),
        name,
        source_kind=source,
        options=source_options,
        components=components.split(","),
        anywhere=True,
        now=options.right_now(),
        settings=_settings(limits),
    )
    _print_profile(profile, f"Sync profile {profile.name} was made.")


@command.command("set")
@click.argument("name")
@click.option("--name", "new_name", metavar="TEXT", help="A new name.")
@click.option("--source", metavar="KIND")
@of_a_kind("KEY= removes an option.")
@click.option("--components", metavar="WHO", help="Of students,staff.")
@_limits
@options.reporting
def set_(
    name: str,
    new_name: str | None,
    source: str | None,
    given_options: Words,
    secret_files: Words,
    components: str | None,
    **limits: Any,
) -> None:
    """Change the settings of a sync profile.

    Example: photosync profile set "Photo Sync" --option ignore_leading_zeros=yes --replace-number 50
    """
    source_options = options_given(given_options, secret_files) or None
    if not any((new_name, source, source_options, components)) and all(each is None for each in limits.values()):
        raise WrongUse("No change was given. Nothing was done. See: photosync profile set --help")
    installation.connect()
    from photosync.apps.profiles.services import change_profile

    changes = _settings(
        limits,
        name=new_name,
        source_kind=source,
        options=source_options,
        components=None if components is None else components.split(","),
    )
    profile = change_profile(_named(name), changes, anywhere=True)
    _print_profile(profile, f"Sync profile {profile.name} was saved.")


@command.command("assign")
@click.argument("name")
@click.option("--period", "code", metavar="CODE", required=True)
@click.option("--frequency", metavar="F", help='nightly, daily@06:30, mon,wed@06:30, "every 15m", cron:...')
@click.option("--mode", metavar="full|additions")
@options.reporting
def assign(name: str, code: str, frequency: str | None, mode: str | None) -> None:
    """Add a timetable period to a sync profile, or change how often it runs in it.

    Example: photosync profile assign "Photo Sync" --period 2026S2 --frequency daily@06:30
    """
    installation.connect()
    from photosync.apps.profiles import services
    from photosync.apps.timetable.queries import period_coded

    profile = _named(name)
    period = period_coded(profile.school, code)
    done = services.assign(profile, period, frequency=frequency, mode=mode, now=options.right_now())
    if done.warning:
        output.print_note(f"Warning: {done.warning}")
    _print_status(profile)


@command.command("unassign")
@click.argument("name")
@click.option("--period", "code", metavar="CODE", required=True)
@options.reporting
def unassign(name: str, code: str) -> None:
    """Take a timetable period off a sync profile.

    Example: photosync profile unassign "Photo Sync" --period 2026S1
    """
    installation.connect()
    from photosync.apps.profiles import services
    from photosync.apps.timetable.queries import period_coded

    profile = _named(name)
    services.unassign(profile, period_coded(profile.school, code), now=options.right_now())
    _print_status(profile)


@command.command("enable")
@click.argument("name")
@options.reporting
def enable(name: str) -> None:
    """Turn Scheduled Sync Enabled on.

    Example: photosync profile enable "Photo Sync"
    """
    _set_enabled(name, enabled=True)


@command.command("disable")
@click.argument("name")
@options.reporting
def disable(name: str) -> None:
    """Turn Scheduled Sync Enabled off. It can still be run on demand.

    Example: photosync profile disable "Photo Sync"
    """
    _set_enabled(name, enabled=False)


@command.command("list")
@options.reporting
def list_() -> None:
    """List the sync profiles with their status.

    Example: photosync profile list
    """
    installation.connect()
    from photosync.apps.profiles.documents import status_document
    from photosync.apps.profiles.models import SyncProfile

    profiles = SyncProfile.objects.select_related("school").filter(school=options.school())
    now = options.right_now()
    documents = [status_document(profile, now, upcoming=0) for profile in profiles]
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        output.print_table(
            ("name", "status", "health", "next run", "stops on", "explanation"),
            (
                (
                    each["name"],
                    each["status"],
                    each["health"]["state"],
                    short_moment(each["next_run"]),
                    short_date(each["stops_on"]),
                    each["explanation"],
                )
                for each in documents
            ),
        )
    else:
        output.print_text("There is no sync profile yet.")


@command.command("show")
@click.argument("name")
@options.reporting
def show(name: str) -> None:
    """Show the settings of a sync profile.

    Example: photosync profile show "Photo Sync"
    """
    installation.connect()
    _print_profile(_named(name), "")


@command.command("status")
@click.argument("name")
@click.option("--at", metavar="T", help="As of that time, such as 2026-12-18T23:59.")
@click.option("--upcoming", metavar="N", type=options.number_from(0), default=UPCOMING, show_default=True)
@options.reporting
def status(name: str, at: str | None, upcoming: int) -> None:
    """Say whether a sync profile runs, why, when next, and when it will stop.

    Example: photosync profile status "Photo Sync" --at 2026-12-19T00:00
    """
    installation.connect()
    profile = _named(name)
    _print_status(profile, at=at, upcoming=upcoming)


@command.command("test")
@click.argument("name")
@options.reporting
def test(name: str) -> None:
    """Look into the data source of a sync profile: what it holds, and whom it matches. Nothing is changed.

    Example: photosync profile test "Photo Sync"
    """
    installation.connect()
    from photosync.apps.profiles.settings import ProfileSettings
    from photosync.apps.sources.trying import try_profile
    from photosync.cli.commands.source import print_tried

    print_tried(try_profile(_named(name), ProfileSettings(), anywhere=True))


@command.command("preflight")
@click.argument("name")
@click.option(
    "-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), help="As FILE.html or FILE.pdf."
)
@options.reporting
def preflight(name: str, target: Path | None) -> None:
    """Say what the photographer is to mend, as the last run or preview of a sync profile found it.

    Example: photosync profile preflight "Photo Sync" -o to-mend.pdf
    """
    installation.connect()
    from photosync.apps.runs.preflight import preflight_of
    from photosync.apps.runs.preflight_document import preflight_file
    from photosync.cli.files import write_whole

    report = preflight_of(_named(name), options.right_now(), in_time=False)
    if target is not None:
        write_whole(preflight_file(report, target.suffix), target, what="The report")
    if output.wants_json():
        output.print_json(report.document())
        return
    output.print_text(report.sentence)
    for group in report.groups:
        output.print_text(f"{group.title}. {group.advice}")
        output.print_table(("file or code", "more"), group.rows)


def _named(name: str) -> SyncProfile:
    from photosync.apps.profiles.queries import profile_named

    return profile_named(options.school(), name)


def _settings(limits: dict[str, Any], **others: Any) -> Any:
    from photosync.apps.profiles.settings import ProfileSettings

    return ProfileSettings(
        when_missing=limits["when_missing"],
        replace_share_percent=limits["replace_share"],
        replace_number=limits["replace_number"],
        withdraw_share_percent=limits["withdraw_share"],
        withdraw_number=limits["withdraw_number"],
        ping_url=limits["ping_url"],
        hold_until_archived=limits["hold_until_archived"],
        **others,
    )


def _set_enabled(name: str, *, enabled: bool) -> None:
    installation.connect()
    from photosync.apps.profiles.services import set_enabled

    profile = _named(name)
    set_enabled(profile, enabled=enabled, now=options.right_now())
    _print_status(profile)


def _print_profile(profile: SyncProfile, sentence: str) -> None:
    from photosync.apps.notifications.pings import ping_document
    from photosync.apps.profiles.documents import profile_document

    document = profile_document(profile, reveals=True)
    ping = ping_document(profile)
    if output.wants_json():
        output.print_json(document)
        return
    if sentence:
        output.print_text(sentence)
    output.print_facts(
        (
            ("name", document["name"]),
            ("source", document["source"]),
            *((f"  {name}", value) for name, value in document["options"].items()),
            *((f"  {name}", "stored, never shown") for name in document["secrets"]),
            ("components", ", ".join(document["components"])),
            ("Scheduled Sync Enabled", "on" if document["scheduled_sync_enabled"] else "off"),
            ("when missing", document["when_missing"]),
            *((name.replace("_", " "), value) for name, value in document["limits"].items()),
            ("ping address", document["ping_url"]),
            ("last called", f"{short_moment(ping['called'])}: {ping['outcome']}" if ping["called"] else ""),
            ("hold until reports are archived", "on" if document["hold_until_archived"] else "off"),
        )
    )
    for each in document["periods"]:
        days = f"{written_date(each['start'])} to {written_date(each['end'])}"
        output.print_text(f"timetable period {each['code']}, {days}: {each['frequency']}, {each['mode']}")


def _pause_words(pause: dict[str, Any]) -> str:
    return f"{written_date(pause['first_day'])} to {written_date(pause['last_day'])}"


def _print_status(profile: SyncProfile, *, at: str | None = None, upcoming: int = UPCOMING) -> None:
    from photosync.apps.profiles.documents import status_document

    now = options.instant_said(at, profile.school.zone)
    document = status_document(profile, now, upcoming=upcoming)
    if output.wants_json():
        output.print_json(document)
        return
    output.print_text(document["explanation"])
    output.print_facts(
        (
            ("status", document["status"]),
            ("health", f"{document['health']['state']}: {document['health']['explanation']}"),
            ("next run", written_moment(document["next_run"])),
            ("if enabled", written_moment(document["if_enabled_next_run"])),
            ("stops on", written_date(document["stops_on"])),
            *(("pause", _pause_words(each)) for each in document["pauses"]),
            *(("upcoming", written_moment(each)) for each in document["upcoming"]),
        )
    )
