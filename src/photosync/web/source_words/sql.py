"""What the options of a database are called, of photos and of rosters: in the words of who looks after its data."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Any] = {
    "sql.database_type": _("Kind of database"),
    "sql.host": _("Server"),
    "sql.port": _("Port"),
    "sql.database": _("Name of the database"),
    "sql.username": _("User name"),
    "sql.password": _("Password"),
    "sql.encryption": _("Encryption"),
    "sql.ca_pem": _("Certificate of your own authority"),
    "sql.students": _("Students: list"),
    "sql.student_photo": _("Students: photo of one"),
    "sql.staff": _("Staff: list"),
    "sql.staff_photo": _("Staff: photo of one"),
    "sql.path": _("Folder of the photo files"),
    "sql.match": _("Match records by"),
    "sql.students_query": _("Students: query"),
    "sql.staff_query": _("Staff: query"),
}
HELP: dict[str, Any] = {
    "sql.host": _("Its name or address, for example db.school.example."),
    "sql.port": _("Leave it empty for the usual one: 5432 (PostgreSQL), 3306 (MySQL, MariaDB), 1433 (SQL Server)."),
    "sql.database": _("The database on that server, for example school."),
    "sql.username": _("Give this user the right to SELECT what is read here, and no other right."),
    "sql.encryption": _(
        "Without a checked certificate, only at addresses that the person who runs Photo Sync has named "
        "(PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES)."
    ),
    "sql.ca_pem": _(
        "Only where the server's certificate comes from an authority of your own, or signs itself: paste it as text "
        "(PEM). Leave it empty for certificates that every browser knows."
    ),
    "sql.students": _(
        "One SELECT that gives a row for each student with a photo, without the photo: columns id (the code) and "
        "changed (anything that differs when the photo does), perhaps year and size. For example: "
        "SELECT code AS id, photo_updated AS changed FROM student_photo"
    ),
    "sql.student_photo": _(
        "One SELECT for the photo of the student :id: columns photo and changed, as in the list. For example: "
        "SELECT photo, photo_updated AS changed FROM student_photo WHERE code = :id"
    ),
    "sql.staff": _("The same for staff. Leave both empty where the database has students only."),
    "sql.staff_photo": _("The same for the staff member :id."),
    "sql.path": _(
        "Only where the database holds paths of files and not the photos: the whole path of their folder on this "
        "server. The queries then give path in place of photo and changed."
    ),
    "sql.students_query": _(
        "One SELECT with a row for each student. A column that is named as a field is known; another is given its "
        "field under Columns. For example: "
        "SELECT code AS student_code, given_name, family_name, year_level FROM student"
    ),
    "sql.staff_query": _(
        "The same for staff, with a column staff_code. Leave it empty where the roster lists students only."
    ),
}
CHOICES: dict[str, Any] = {
    "database_type.postgresql": _("PostgreSQL"),
    "database_type.mysql": _("MySQL or MariaDB"),
    "database_type.sqlserver": _("Microsoft SQL Server"),
    "encryption.verified": _("encrypted, certificate checked"),
    "encryption.unverified": _("encrypted, certificate not checked"),
    "encryption.none": _("not encrypted"),
    "sql.match.column": _("the column id"),
}
