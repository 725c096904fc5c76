"""The words of Manage Sync for an SFTP server."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Any] = {
    "sftp.host": _("Server"),
    "sftp.port": _("Port"),
    "sftp.username": _("User name"),
    "private_key": _("Private key"),
    "passphrase": _("Passphrase of the private key"),
    "host_key": _("Host key of the server"),
    "sftp.folder": _("Folder on the server"),
}
HELP: dict[str, Any] = {
    "sftp.host": _("Its name or address, for example files.school.example."),
    "sftp.username": _("Who signs in there."),
    "sftp.port": _("Leave it empty for 22."),
    "sftp.host_key": _(
        "What the server proves itself by. Leave it empty at first and press Test connection: the fingerprint that "
        "the server shows is named. Ask whoever runs the server whether it is right, then enter it here. Several "
        "take a line each."
    ),
    "sftp.folder": _("For example /photos/2026. Leave it empty for the folder that the user begins in."),
}
