"""The kind `folder`, as `photosync source kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.contract import Source
from photosync.connectors.folder.roots import check_path
from photosync.connectors.folder.source import FolderSource, checked_index
from photosync.connectors.registry import ConnectorKind, Guard, Option, match_options
from photosync.core.errors import WrongUse


def _open(options: Mapping[str, str], guard: Guard) -> Source:
    root = check_path(options["path"], guard.source_roots, guard.data_folder, may_override=guard.may_override)
    if options["match"] == "index":
        if not options["index"]:
            raise WrongUse(
                "Matching by an index file needs the option index, the index file inside the folder. Nothing was "
                "changed; fill it in.",
                command_line="--option index=FILE",
            )
        return FolderSource(root, index=checked_index(options["index"]))
    return FolderSource(root)


FOLDER = ConnectorKind(
    name="folder",
    title="Folder",
    summary="A folder on this machine or mounted on it, with the files in it and in its subfolders.",
    options=(
        Option("path", "absolute path of the folder", required=True),
        *match_options(index="the index file, relative to the folder"),
    ),
    open=_open,
)
