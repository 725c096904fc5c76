"""The kind `archive`, as `photosync source kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.archive.naming import AUTO, NAME_ENCODINGS
from photosync.connectors.archive.source import ArchiveSource
from photosync.connectors.contract import Source
from photosync.connectors.folder.roots import ZIP_FILE, check_path
from photosync.connectors.index_option import index_path
from photosync.connectors.registry import ConnectorKind, Guard, Option, match_options


def _open(options: Mapping[str, str], guard: Guard) -> Source:
    path = check_path(
        options["path"], guard.source_roots, guard.data_folder, may_override=guard.may_override, sort=ZIP_FILE
    )
    return ArchiveSource(path, index=index_path(options, inside=ZIP_FILE.called), encoding=options["names"])


ARCHIVE = ConnectorKind(
    name="archive",
    title="ZIP file",
    summary="A ZIP file on this machine or mounted on it, flat or with folders in it; it is read where it lies.",
    options=(
        Option("path", "absolute path of the ZIP file", required=True),
        *match_options(index="the index file, as a path inside the ZIP file"),
        Option(
            "names",
            "encoding of file names that do not say theirs; auto: UTF-8 if they are that, else CP437",
            default=AUTO,
            choices=NAME_ENCODINGS,
        ),
    ),
    open=_open,
)
