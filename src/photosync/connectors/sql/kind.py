"""The kind `sql`, as `photosync source kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.contract import Source
from photosync.connectors.folder.roots import Sort, check_path
from photosync.connectors.registry import ConnectorKind, Guard, Option, record_match_options
from photosync.connectors.sql.files import PhotoFolder
from photosync.connectors.sql.login import Limits
from photosync.connectors.sql.place import DATABASE_OPTIONS, database_of
from photosync.connectors.sql.source import CONNECTIONS, QuerySet, SqlSource
from photosync.connectors.sql.statements import Flavour, checked_statement
from photosync.core.errors import WrongUse
from photosync.core.people import PersonKind

PHOTO_FILES = Sort("folder of the photo files", "folder", "/srv/photos")
_LISTS = {PersonKind.STUDENT: ("students", "student_photo"), PersonKind.STAFF: ("staff", "staff_photo")}


def query_sets_of(options: Mapping[str, str]) -> list[QuerySet]:
    """Return the query sets for students and staff. Raises WrongUse."""
    flavour = Flavour(options["database_type"])
    found = []
    for kind, (listing, photo) in _LISTS.items():
        if not options[listing].strip() and not options[photo].strip():
            continue
        for name, other in ((listing, photo), (photo, listing)):
            if not options[name].strip():
                raise WrongUse(
                    f"The query {other} is given, but the query {name} is not. Nothing was changed. Give both: the "
                    "list says who has a photo, the other reads one.",
                    command_line=f"--option {name}=QUERY",
                    option=name,
                )
        found.append(
            QuerySet(
                kind,
                checked_statement(options[listing], flavour, called=listing),
                checked_statement(options[photo], flavour, called=photo, needed=("id",), known=("year",)),
            )
        )
    if not found:
        raise WrongUse(
            "There is no query. Nothing was changed. Give the queries students and student_photo, staff and "
            "staff_photo, or all four.",
            command_line="--option students=QUERY --option student_photo=QUERY",
            option="students",
        )
    return found


def _open(options: Mapping[str, str], guard: Guard) -> Source:
    query_sets = query_sets_of(options)
    folder = None
    if options["path"]:
        root = check_path(
            options["path"], guard.source_roots, guard.data_folder, may_override=guard.may_override, sort=PHOTO_FILES
        )
        folder = PhotoFolder(root, options["path"])
    database = database_of(options, guard, limits=Limits(), connections=CONNECTIONS)
    return SqlSource(database, Flavour(options["database_type"]), query_sets, folder=folder)


SQL = ConnectorKind(
    name="sql",
    title="Database (SQL)",
    summary="A database of the school: PostgreSQL, MySQL, MariaDB or SQL Server, with photos in it or paths to them.",
    options=(
        *DATABASE_OPTIONS,
        Option("students", "list of students with a photo: columns id and changed; also year, size", long=True),
        Option("student_photo", "the photo of the student :id (and :year): columns photo and changed", long=True),
        Option("staff", "the same list of staff", long=True),
        Option("staff_photo", "the photo of the staff member :id", long=True),
        Option("path", "where the database has paths of files: the absolute path of their folder; column path then"),
        *record_match_options(),
    ),
    open=_open,
    omits_sizes=True,
)
