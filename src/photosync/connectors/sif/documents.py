"""Where XML documents of a files source lie: a folder or one file of it, a ZIP, an input of Sync UI."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO, Final, NamedTuple, Protocol

from photosync.connectors.contract import Entry, Page, Source
from photosync.connectors.folder.fetching import FILE_FLAGS, shown
from photosync.connectors.folder.source import FolderSource
from photosync.connectors.folder.tree import open_folder, stamp_of
from photosync.connectors.sif.xml_objects import FEED_BYTES, BadXml, SifObject, Wanted, sif_objects
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater

NOTHING: Final = "Nothing was concluded from it, so nothing was changed."
LARGEST_PACKED_BYTES: Final = 200_000_000
"""A document in a ZIP or an input is held in memory while it is read; one in a folder is not."""


class Document(NamedTuple):
    folder: str
    name: str
    size_bytes: int
    stamp: str
    bucket: int | None = None
    """Of the page that it is listed on."""

    @property
    def path(self) -> str:
        return shown(f"{self.folder}/{self.name}" if self.folder else self.name)

    @property
    def is_xml(self) -> bool:
        return self.name.casefold().endswith(".xml")


class NoFile(Exception):
    """What is listed is a link or a device, and not read."""


class Documents(Protocol):
    def all(self) -> Iterator[Document]:
        """Yield every file, in the order of their paths. Raises SourceUnavailable."""
        ...

    def open(self, document: Document) -> BinaryIO:
        """Open a document as it was listed. Raises TryLater, SourceUnavailable, NoFile."""
        ...

    def check(self, document: Document, opened: BinaryIO) -> None:
        """Raise TryLater where the document was written to since it was opened."""
        ...

    def close(self) -> None: ...


class FolderDocuments:
    """The documents under `root`, a real path; with `only`, one file in it."""

    def __init__(self, root: str, *, only: str = "") -> None:
        self._root = root
        self._only = only
        self._source = FolderSource(root)

    def all(self) -> Iterator[Document]:
        if self._only:
            yield self._one()
        else:
            yield from _sorted(self._source)

    def _one(self) -> Document:
        try:
            within = open_folder(self._root, "")
            try:
                own = os.stat(self._only, dir_fd=within, follow_symlinks=False)
            finally:
                os.close(within)
        except OSError as error:
            raise SourceUnavailable(
                f"The file {shown(f'{self._root}/{self._only}')} cannot be read: {_why(error)}. {NOTHING} Check that "
                "it is there and may be read, then run again."
            ) from error
        return Document("", self._only, own.st_size, stamp_of(own))

    def open(self, document: Document) -> BinaryIO:
        try:
            within = open_folder(self._root, document.folder)
            try:
                file = os.open(document.name, FILE_FLAGS, dir_fd=within)
            finally:
                os.close(within)
        except OSError as error:
            self._see_that_the_root_is_there()
            if error.errno in (errno.ELOOP, errno.ENXIO):
                raise NoFile from error
            raise TryLater(f"{document.path} cannot be read: {_why(error)}") from error
        opened = os.fdopen(file, "rb")
        own = os.fstat(file)
        if not stat.S_ISREG(own.st_mode):
            opened.close()
            raise NoFile
        if stamp_of(own) != document.stamp:
            opened.close()
            raise TryLater(f"{document.path} was changed")
        return opened

    def check(self, document: Document, opened: BinaryIO) -> None:
        if stamp_of(os.fstat(opened.fileno())) != document.stamp:
            raise TryLater(f"{document.path} was changed")

    def close(self) -> None:
        self._source.close()

    def _see_that_the_root_is_there(self) -> None:
        try:
            os.close(open_folder(self._root, ""))
        except OSError as error:
            raise SourceUnavailable(
                f"The source folder {shown(self._root)} can no longer be opened: {_why(error)}. {NOTHING} Check that "
                "it is there and mounted."
            ) from error


class PackedDocuments:
    """The documents of another source: a ZIP, or an input. The one that was read last is kept."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._kept: tuple[Document, bytes] | None = None

    def all(self) -> Iterator[Document]:
        yield from _sorted(self._source)

    def open(self, document: Document) -> BinaryIO:
        if self._kept is None or self._kept[0] != document:
            self._kept = None
            try:
                found = self._source.fetch(document.folder, document.name, limit_bytes=LARGEST_PACKED_BYTES)
            except ItemRejected as error:
                if error.code == "too_many_bytes":
                    raise SourceUnavailable(
                        f"{document.path} is larger than {LARGEST_PACKED_BYTES // 1_000_000} MB, which is the most "
                        f"that is read out of a ZIP or an input. {NOTHING} Have it made as several files, or put it "
                        "into a folder."
                    ) from error
                raise NoFile from error
            if found.stamp != document.stamp:
                raise TryLater(f"{document.path} was changed")
            self._kept = document, found.content
        else:
            self._see_that_it_is_there(document)
        return BytesIO(self._kept[1])

    def _see_that_it_is_there(self, document: Document) -> None:
        page = Page(document.folder, document.bucket, b"", 0)
        for _, entries in self._source.entries([page]):
            if Entry(document.name, document.size_bytes, document.stamp) not in entries:
                raise TryLater(f"{document.path} was changed")

    def check(self, document: Document, opened: BinaryIO) -> None:
        """It is read from memory: what was opened stays as it was."""

    def close(self) -> None:
        self._kept = None
        self._source.close()


def objects_in(documents: Documents, document: Document, wanted: Wanted) -> Iterator[SifObject]:
    """Yield what a document holds of the objects `wanted`; nothing where it is no file.

    One that is not whole, or that is written to meanwhile, is the end of it all: raises SourceUnavailable.
    """
    try:
        with documents.open(document) as opened:
            yield from sif_objects(_pieces(opened), wanted)
            documents.check(document, opened)
    except NoFile:
        return
    except BadXml as error:
        raise _not_read(document, error.reason) from error
    except SourceUnavailable:
        raise
    except TryLater as error:
        raise SourceUnavailable(
            f"{error.message.rstrip('.')} while the source was read. {NOTHING} If it is still being copied, run "
            "again when that is finished; otherwise see that Photo Sync may read it."
        ) from error
    except OSError as error:
        raise _not_read(document, f"reading it broke off ({error.strerror})") from error


def _pieces(opened: BinaryIO) -> Iterator[bytes]:
    while piece := opened.read(FEED_BYTES):
        yield piece


def _not_read(document: Document, reason: str) -> SourceUnavailable:
    return SourceUnavailable(
        f"{document.path} cannot be read: {reason}. {NOTHING} If it is still being copied, run again when that is "
        "finished; otherwise have it made again."
    )


def _sorted(source: Source) -> Iterator[Document]:
    """Yield the files folder by folder. What is in one folder is sorted in memory, as large as a page at the most."""
    pages = sorted(source.pages(), key=lambda page: (page.folder, page.bucket or 0))
    for page, entries in source.entries(pages):
        for entry in sorted(entries):
            yield Document(page.folder, *entry, page.bucket)


def _why(error: OSError) -> str:
    with suppress(ValueError, TypeError):
        return os.strerror(error.errno or errno.EIO)
    return str(error)
