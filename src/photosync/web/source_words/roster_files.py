"""The words of Data Management > Rosters for files, and what both forms of OneRoster share."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Any] = {
    "csv.path": _("CSV file"),
    "oneroster.path": _("OneRoster ZIP"),
    "oneroster.code": _("Student and staff code"),
    "oneroster.roll_group": _("Roll group"),
    "oneroster.org": _("School in it"),
}
HELP: dict[str, Any] = {
    "csv.path": _("The whole path of the file on the server, for example /srv/rosters/students.csv."),
    "oneroster.path": _("The whole path of the ZIP file on the server, for example /srv/rosters/oneroster.zip."),
    "oneroster.org": _(
        "Where the export is of several schools: the name, identifier or sourcedId of yours. Empty: everyone. An "
        "export of changes only is best read with the sourcedId: it does not name its schools."
    ),
}
CHOICES: dict[str, Any] = {
    "roll_group.title": _("title of the homeroom class"),
    "roll_group.code": _("code of the homeroom class"),
    "roll_group.none": _("not taken from it"),
}
