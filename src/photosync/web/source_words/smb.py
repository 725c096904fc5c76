"""What Manage Sync calls the options of a Windows share."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Any] = {
    "smb.host": _("Server"),
    "smb.port": _("Port"),
    "smb.share": _("Share"),
    "smb.folder": _("Folder in the share"),
    "smb.username": _("User name"),
    "smb.password": _("Password"),
    "smb.encryption": _("Encryption"),
}
HELP: dict[str, Any] = {
    "smb.host": _("Its name or address alone, for example files.school.example."),
    "smb.port": _("Leave it empty for 445."),
    "smb.share": _("The name of the share alone: of \\\\files\\photos it is photos."),
    "smb.folder": _("For example 2026/Portraits. Leave it empty for the whole share. Subfolders are read too."),
    "smb.username": _("An account that may read the share, with its domain if it has one: SCHOOL\\photos."),
    "smb.index": _("The file in that folder that says which picture is whose. Only with Match files by: index file."),
}
CHOICES: dict[str, Any] = {
    "smb.encryption.auto": _("where the server can"),
    "smb.encryption.required": _("required, else not read"),
}
