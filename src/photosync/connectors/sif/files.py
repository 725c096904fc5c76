"""SIF AU objects in XML files: in a folder, a ZIP, or an input of Sync UI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from photosync.connectors.attending import heed
from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Fetched
from photosync.connectors.recordwise import Record, RecordSource, Whose
from photosync.connectors.sif.catalogue import Catalogue, Located
from photosync.connectors.sif.documents import Document, Documents, NoFile, objects_in
from photosync.connectors.sif.links import Links
from photosync.connectors.sif.objects import PersonId, wanted_of
from photosync.connectors.sif.photo_bytes import (
    decoded,
    is_link,
    most_letters,
    not_base64,
    refuse_what_is_no_photo,
    too_many_bytes,
)
from photosync.connectors.sif.xml_objects import (
    LONGEST_TAG_BYTES,
    LONGEST_TEXT,
    BadXml,
    PictureText,
    encoding_of,
    text_of_fragment,
)
from photosync.core.consent import Consent, Purpose
from photosync.core.errors import SourceUnavailable, TryLater
from photosync.core.people import quoted

LONGEST_DOCUMENT_HEAD: Final = 400
MOST_BYTES_OF_A_LETTER: Final = 3
"""Of a letter of base64 in a document: with line breaks, and perhaps as UTF-16."""


class SifFilesSource(RecordSource):
    """Lists the pictures in all XML files of `documents`. Each listing reads all of them; no picture is kept."""

    def __init__(
        self,
        documents: Documents,
        links: Links,
        person_id: PersonId,
        *,
        window_entries: int = PAGE_WINDOW_ENTRIES,
    ) -> None:
        super().__init__(window_entries=window_entries)
        self._documents = documents
        self._links = links
        self._person_id = person_id
        self._catalogue: Catalogue | None = None
        self._read: list[Document] = []

    def records(self) -> Iterator[Record]:
        yield from self._read_all().records()

    def read_photo(self, whose: Whose, nth: int, *, limit_bytes: int) -> Fetched:
        called = quoted(whose.identifier)
        for catalogue in (self._known(), None):
            catalogue = catalogue or self._read_all()
            located = catalogue.find(whose, nth)
            if located is None:
                raise TryLater(
                    f"The picture of {called} is no longer in the source. It was left as it is; the next run looks "
                    "again."
                )
            try:
                return self._fetched(located, f"The picture of {called}", limit_bytes)
            except _Changed:
                # What lies where in the files is to be found anew.
                continue
        raise TryLater(
            f"The file with the picture of {called} was being written while it was read. It was left as it is; the "
            "next run reads it again."
        )

    def warnings(self) -> Sequence[str]:
        return self._known().notes.sentences()

    def consents(self) -> Iterator[tuple[Whose, Mapping[Purpose, Consent]]]:
        """Yield what the pictures say about publishing, by person. Raises SourceUnavailable."""
        yield from self._known().consents()

    def see_that_it_answers(self) -> None:
        """See `connectors.contract.AnswersForLess`: a listing reads every document."""
        next(self._documents.all(), None)

    def close(self) -> None:
        if self._catalogue is not None:
            self._catalogue.close()
            self._catalogue = None
        self._links.close()
        self._documents.close()

    def _known(self) -> Catalogue:
        return self._catalogue or self._read_all()

    def _read_all(self) -> Catalogue:
        catalogue = Catalogue(self._person_id)
        read: list[Document] = []
        try:
            for document in self._documents.all():
                heed(catalogue.objects)
                if document.is_xml and self._take_in(document, len(read), catalogue):
                    read.append(document)
                else:
                    catalogue.notes.other_files += 1
            catalogue.finish()
        except BaseException:
            catalogue.close()
            raise
        if self._catalogue is not None:
            self._catalogue.close()
        self._catalogue, self._read = catalogue, read
        return catalogue

    def _take_in(self, document: Document, number: int, catalogue: Catalogue) -> bool:
        """Read a document; return whether it has any object of SIF. Raises SourceUnavailable."""
        found = False
        for each in objects_in(self._documents, document, wanted_of(self._person_id)):
            catalogue.add(each, number)
            heed(catalogue.objects)
            found = True
        return found

    def _fetched(self, located: Located, path: str, limit_bytes: int) -> Fetched:
        document = self._read[located.document]
        source = PictureText(located.type_code)
        refuse_what_is_no_photo(source, path)
        length = located.ends_at - located.begins_at
        if length > most_letters(limit_bytes) * MOST_BYTES_OF_A_LETTER + LONGEST_TAG_BYTES:
            raise too_many_bytes(path, limit_bytes)
        try:
            with self._documents.open(document) as opened:
                encoding = encoding_of(opened.read(LONGEST_DOCUMENT_HEAD))
                opened.seek(located.begins_at)
                raw = opened.read(length)
                self._documents.check(document, opened)
        except SourceUnavailable:
            raise
        except (TryLater, NoFile) as error:
            raise _Changed from error
        except OSError as error:
            raise TryLater(
                f"{path} could not be read from {document.path}: {error.strerror}. It was left as it is. Check the "
                "disk that the file is on; the next run reads it again."
            ) from error
        try:
            text = text_of_fragment(raw, encoding)
        except BadXml as error:
            # Elements in it that mean something in the whole document only.
            raise not_base64(path) from error
        source.begins = text[:LONGEST_TEXT]
        if is_link(source):
            return self._links.read(text, path, located.stamp, limit_bytes=limit_bytes)
        return Fetched(decoded(text, path, limit_bytes=limit_bytes), located.stamp)


class _Changed(Exception):
    """The document is not as it was when it was listed."""
