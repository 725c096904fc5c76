"""The kind `folder`, as `photosync source kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.contract import Source
from photosync.connectors.folder.roots import check_path
from photosync.connectors.folder.source import FolderSource
from photosync.connectors.index_option import index_path
from photosync.connectors.registry import ConnectorKind, Guard, Option, match_options


def _open(options: Mapping[str, str], guard: Guard) -> Source:
    root = check_path(options["path"], guard.source_roots, guard.data_folder, may_override=guard.may_override)
    return FolderSource(root, index=index_path(options, inside="folder"))


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
