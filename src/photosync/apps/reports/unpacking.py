"""The files in an upload: those that were sent as they are, and those inside a ZIP, one level deep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from photosync.apps.reports.pdf_check import too_large
from photosync.apps.reports.uploads import shown_name
from photosync.apps.unpacking import (
    ARCHIVE_HEADS,
    ZIP_HEADS,
    FoundFile,
    ZipRules,
    files_in_zip,
    is_junk,
    names_in_zip,
)


def found_files(files: Sequence[tuple[str, Path]], *, largest_bytes: int) -> Iterator[FoundFile]:
    """Yield every file of an upload, those in ZIPs too; each under a name of its own."""
    taken: set[str] = set()
    for name, path in files:
        for found in _found_in(name, path, largest_bytes):
            own = _own_name(found.name, taken)
            taken.add(own)
            yield FoundFile(own, found.content, found.refusal)


def names_in(files: Sequence[tuple[str, Path]], *, largest_bytes: int) -> Iterator[str]:
    """Yield the name of every file that `found_files` yields, without reading any: to know how many there are."""
    for name, path in files:
        if is_junk(name):
            continue
        with path.open("rb") as file:
            names = names_in_zip(file, _rules(largest_bytes)) if file.read(4) in ZIP_HEADS else None
        yield from (name,) if names is None else map(shown_name, names)


def _own_name(name: str, taken: set[str]) -> str:
    own, number = name, 1
    while own in taken:
        number += 1
        own = f"{name[:480]} ({number})"
    return own


def _found_in(name: str, path: Path, largest_bytes: int) -> Iterator[FoundFile]:
    if is_junk(name):
        return
    with path.open("rb") as file:
        if file.read(4) in ZIP_HEADS:
            for found in files_in_zip(file, _rules(largest_bytes)):
                yield FoundFile(shown_name(found.name) if found.name else name, found.content, found.refusal)
            return
        file.seek(0)
        content = file.read(largest_bytes + 1)
    if len(content) > largest_bytes:
        yield FoundFile(name, refusal=too_large(largest_bytes))
    elif content.startswith(ARCHIVE_HEADS):
        yield FoundFile(name, refusal=_("It is an archive of another kind than ZIP. Send a ZIP, or the PDFs."))
    else:
        yield FoundFile(name, content)


def _rules(largest_bytes: int) -> ZipRules:
    return ZipRules(
        largest_bytes,
        too_large(largest_bytes),
        unpacks_to_more=_("It unpacks to far more than any report. It was not read."),
        archive_inside=_("It is an archive inside the ZIP. Put the PDFs in directly."),
    )
