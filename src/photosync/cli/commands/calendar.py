"""photosync calendar."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.addresses import base_address


@click.group("calendar")
def command() -> None:
    """Show the calendar feed; make and end secret links to it."""


@command.command("show")
@click.option("--profile", "profile_name", metavar="NAME", help="Only this sync profile.")
@click.option("--at", metavar="TIME", help="As of this moment, in the school's time zone; without it, now.")
@options.in_school
@options.with_debug
def show(profile_name: str | None, at: str | None) -> None:
    """Print the calendar feed of the school, as calendars get it (iCalendar).

    Example: photosync calendar show > syncs.ics
    """
    installation.connect()
    from django.urls import reverse

    from photosync.apps.profiles.calendar_feed import calendar_feed, profiles_told
    from photosync.apps.profiles.queries import profile_named

    school = options.school()
    now = options.instant_said(at, school.zone)
    profiles = profiles_told(school) if profile_name is None else [profile_named(school, profile_name)]
    feed = calendar_feed(school, profiles, now, manage_sync_url=f"{base_address()}{reverse('manage-sync')}")
    output.print_bytes(feed.content)


@command.command("link")
@click.option("--user", "owner", metavar="NAME", required=True, help="The account as which the link reads.")
@options.reporting
def link(owner: str) -> None:
    """Make an account's secret calendar link, or make it anew. It is printed now and never again.

    Example: photosync calendar link --user kim
    """
    installation.connect()
    from photosync.apps.accounts.calendar_links import calendar_link_document, make_calendar_link
    from photosync.apps.accounts.queries import user_named

    user, school = user_named(owner), options.school()
    made = make_calendar_link(user, school, now=options.right_now())
    address = f"{base_address()}{made.path}"
    if output.wants_json():
        output.print_json(calendar_link_document(user, school) | {"link": address})
        return
    output.print_note("Whoever has this link can read the calendar. It cannot be shown again; a link that there was")
    output.print_note("before has ended.")
    output.print_text(address)


@command.command("revoke")
@click.option("--user", "owner", metavar="NAME", required=True, help="The account whose link ends.")
@options.reporting
def revoke(owner: str) -> None:
    """End an account's calendar link: calendars that use it get nothing any more.

    Example: photosync calendar revoke --user kim
    """
    installation.connect()
    from photosync.apps.accounts.calendar_links import calendar_link_document, remove_calendar_link
    from photosync.apps.accounts.queries import user_named

    user, school = user_named(owner), options.school()
    remove_calendar_link(user, school)
    if output.wants_json():
        output.print_json(calendar_link_document(user, school))
    else:
        output.print_text(f"The calendar link of {user.get_username()} to {school.name} is removed.")
