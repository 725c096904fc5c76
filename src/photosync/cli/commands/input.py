"""photosync input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.commands.source import print_tried
from photosync.cli.dates import short_moment
from photosync.cli.input_delivering import deliver_paths, print_delivery
from photosync.cli.system_user import operator_name

if TYPE_CHECKING:
    from photosync.apps.inputs.models import Input

FILES_PRINTED = 200


@click.group("input")
def command() -> None:
    """Sync UI inputs: containers that photos are delivered into; make, fill, clone, clear and delete them."""


@command.command("list")
@options.reporting
def list_() -> None:
    """List the inputs of the school.

    Example: photosync input list
    """
    installation.connect()
    from photosync.apps.inputs.documents import input_documents
    from photosync.apps.inputs.queries import inputs_of

    school = options.school()
    documents = input_documents(list(inputs_of(school)), school)
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        rows = (
            [
                each["name"],
                each["files"],
                _megabytes(each["size_bytes"]),
                short_moment(each["changed_at"]),
                ", ".join(each["used_by"]),
            ]
            for each in documents
        )
        output.print_table(("input", "files", "MB", "changed", "used by"), rows)
    else:
        output.print_text("There is no input yet. Make one with photosync input add NAME.")


@command.command("add")
@click.argument("name")
@click.option("--description", metavar="TEXT", default="")
@options.reporting
def add(name: str, description: str) -> None:
    """Make an empty input.

    Example: photosync input add "Photographer 2026"
    """
    installation.connect()
    from photosync.apps.inputs.services import add_input

    made = add_input(options.school(), name, description=description, by=operator_name(), now=options.right_now())
    _print(made, f"Input {made.name} was made. Deliver photos into it with photosync input put.")


@command.command("show")
@click.argument("name")
@click.option("--limit", metavar="N", type=options.number_from(0), default=FILES_PRINTED, show_default=True)
@options.reporting
def show(name: str, limit: int) -> None:
    """Show an input: what it holds, which profiles read it, and its files.

    Example: photosync input show "Photographer 2026"
    """
    found = _the_input(name)
    from photosync.apps.inputs.documents import file_document, input_document
    from photosync.apps.inputs.queries import files_of

    document = input_document(found)
    files = [file_document(each, found.school) for each in files_of(found)[:limit]]
    if output.wants_json():
        output.print_json(document | {"first_files": files})
        return
    _print_facts(document)
    if files:
        rows = ([each["path"], each["size_bytes"], short_moment(each["arrived_at"])] for each in files)
        output.print_table(("file", "bytes", "arrived"), rows)
    if document["files"] > len(files):
        output.print_text(f"These are the first {len(files)} of {document['files']} files.")


@command.command("edit")
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="Profiles that read it go on reading it.")
@click.option("--description", metavar="TEXT")
@options.reporting
def edit(name: str, new_name: str | None, description: str | None) -> None:
    """Rename an input, or describe it otherwise.

    Example: photosync input edit "Photographer 2026" --name "School photos 2026"
    """
    found = _the_input(name)
    from photosync.apps.inputs.services import change_input

    changed = change_input(found, name=new_name, description=description)
    _print(changed, f"Input {changed.name} was saved.")


@command.command("put")
@click.argument("name")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="What is not delivered now goes; by default it stays.")
@options.reporting
def put(name: str, paths: tuple[Path, ...], *, replace: bool) -> None:
    """Deliver files, folders and ZIPs into an input, all at once: a sync sees everything of it, or nothing yet.

    Example: photosync input put "Photographer 2026" /srv/portraits photos.zip
    """
    print_delivery(deliver_paths(_the_input(name), paths, replaces=replace))


@command.command("test")
@click.argument("name")
@click.option("--option", "given_options", metavar="KEY=VALUE", multiple=True, help="How its files are matched.")
@click.option("--components", metavar="WHO", default="students,staff", show_default=True)
@options.reporting
def test(name: str, given_options: tuple[str, ...], components: str) -> None:
    """Say what an input holds and whom its files match. Nothing is saved.

    Example: photosync input test "Photographer 2026" --option match=index --option index=idlink.txt
    """
    found = _the_input(name)
    from photosync.apps.profiles.models import SyncProfile
    from photosync.apps.profiles.settings import ProfileSettings
    from photosync.apps.sources.trying import try_profile

    given = options.words_of(given_options, "an option") | {"input": found.option}
    changes = ProfileSettings(source_kind="input", options=given, components=components.split(","))
    print_tried(try_profile(SyncProfile(school=found.school), changes, anywhere=True))


@command.command("remove")
@click.argument("name")
@click.argument("file")
@options.reporting
def remove(name: str, file: str) -> None:
    """Take one file out of an input.

    Example: photosync input remove "Photographer 2026" class7/0417.jpg
    """
    found = _the_input(name)
    from photosync.apps.inputs.queries import file_at
    from photosync.apps.inputs.services import remove_file

    gone = remove_file(found, file_at(found, file).pk, by=operator_name(), now=options.right_now())
    _print(found, f"{gone.path.path} was taken out of {found.name}.")


@command.command("clear")
@click.argument("name")
@options.reporting
def clear(name: str) -> None:
    """Take every file out of an input. Photos that were published stay, unless the profile withdraws them.

    Example: photosync input clear "Photographer 2026"
    """
    found = _the_input(name)
    from photosync.apps.inputs.services import clear_input

    count = clear_input(found, by=operator_name(), now=options.right_now())
    _print(found, f"{found.name} was cleared: {count} files were taken out.")


@command.command("clone")
@click.argument("name")
@click.argument("new_name")
@options.reporting
def clone(name: str, new_name: str) -> None:
    """Make a new input with the same files. A name in use is refused.

    Example: photosync input clone "Photographer 2026" "Retakes 2026"
    """
    found = _the_input(name)
    from photosync.apps.inputs.services import clone_input

    made = clone_input(found, new_name, by=operator_name(), now=options.right_now())
    _print(made, f"Input {made.name} was made, with the files of {found.name}.")


@command.command("delete")
@click.argument("name")
@options.reporting
def delete(name: str) -> None:
    """Delete an input with its files. One that a sync profile reads is refused.

    Example: photosync input delete "Retakes 2026"
    """
    found = _the_input(name)
    from photosync.apps.inputs.documents import input_document
    from photosync.apps.inputs.services import delete_input

    document = input_document(found)
    delete_input(found)
    if output.wants_json():
        output.print_json(document)
    else:
        output.print_text(f"Input {found.name} was deleted, with {document['files']} files.")


def _the_input(name: str) -> Input:
    installation.connect()
    from photosync.apps.inputs.queries import input_called

    return input_called(options.school(), name)


def _print(found: Input, told: str) -> None:
    from photosync.apps.inputs.documents import input_document

    if output.wants_json():
        output.print_json(input_document(found))
    else:
        output.print_text(told)


def _print_facts(document: dict[str, Any]) -> None:
    output.print_facts(
        (
            ("input", f"{document['name']} ({document['option']})"),
            ("description", document["description"] or None),
            ("files", document["files"]),
            ("MB", _megabytes(document["size_bytes"])),
            ("changed", short_moment(document["changed_at"])),
            ("by", document["changed_by"]),
            ("used by", ", ".join(document["used_by"]) or None),
        )
    )


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:.1f}"
