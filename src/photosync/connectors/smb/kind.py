"""The kind `smb`, as `photosync source kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from photosync.connectors.contract import Source
from photosync.connectors.index_option import index_path
from photosync.connectors.network import ANSWER_WITHIN_S, CONNECT_WITHIN_S
from photosync.connectors.registry import ConnectorKind, Guard, Option, match_options
from photosync.connectors.smb.place import DEFAULT_PORT, place_from, slashed
from photosync.core.errors import Refused, SourceUnavailable

AUTO, REQUIRED = "auto", "required"


def _open(options: Mapping[str, str], guard: Guard) -> Source:
    place = place_from(options)
    index = index_path({**options, "index": slashed(options["index"])}, inside="folder")
    try:
        from photosync.connectors.smb.line import Reached
        from photosync.connectors.smb.source import SmbSource
    except ImportError as exc:
        raise Refused(
            "Reading a Windows share needs the extra smb, which is not installed. Nothing was changed. Have it "
            "installed where Photo Sync runs (pip install 'photosync[smb]')."
        ) from exc
    # A host that may not be reached is refused at once; one that cannot be found may be there for the next run.
    with suppress(SourceUnavailable):
        place.endpoint.addresses(guard.allowed_ranges)
    reached = Reached(
        place,
        options["username"].strip(),
        options["password"],
        needs_encryption=options["encryption"] == REQUIRED,
        allowed=guard.allowed_ranges,
        connect_within_s=CONNECT_WITHIN_S,
        answer_within_s=ANSWER_WITHIN_S,
    )
    return SmbSource(reached, index=index)


SMB = ConnectorKind(
    name="smb",
    title="Windows share (SMB)",
    summary="A folder of a Windows share or Samba server, with the files in it and in its subfolders.",
    options=(
        Option("host", "name or address of the server", required=True, leads=True),
        Option("port", f"its port; empty for {DEFAULT_PORT}", leads=True),
        Option("share", "name of the share, such as photos", required=True),
        Option("folder", "folder in the share, such as 2026/Portraits; empty for the whole share"),
        Option("username", r"account that may read it; with its domain as SCHOOL\photos or photos@school.example",
               required=True),
        Option("password", "password of the account", required=True, secret=True),
        Option("encryption", "auto: encrypted where the server can, always signed; required: not read without",
               default=AUTO, choices=(AUTO, REQUIRED)),
        *match_options(index="the index file, relative to the folder"),
    ),
    open=_open,
)  # fmt: skip
