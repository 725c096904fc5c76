"""PersonPicture objects of a SIF 3 service. Pages are read and let go; no picture is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Final

from photosync.connectors.attending import heed
from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Fetched
from photosync.connectors.recordwise import Record, RecordSource, Whose
from photosync.connectors.sif.catalogue import Catalogue, Located
from photosync.connectors.sif.links import Links
from photosync.connectors.sif.objects import PICTURE, PersonId, Picture, picture_of, same_ref, wanted_of
from photosync.connectors.sif.photo_bytes import (
    decoded,
    is_link,
    most_letters,
    refuse_what_is_no_photo,
    stamp_of,
    too_many_bytes,
)
from photosync.connectors.sif.service import SifService
from photosync.connectors.sif.xml_objects import LONGEST_TAG_BYTES, BadXml, SifObject, sif_objects
from photosync.core.consent import Consent, Purpose
from photosync.core.errors import TryLater
from photosync.core.people import quoted
from photosync.outgoing.http import TooLarge

PICTURES: Final = "PersonPictures"
BOTH: Final = ("StudentPersonal", "StaffPersonal")
MOST_BYTES_OF_A_LETTER: Final = 3
"""Of a letter of base64 in an answer: with line breaks, and perhaps as UTF-16."""
FETCHES_AT_ONCE: Final = 4


class SifRestSource(RecordSource):
    """`people` are the objects that are asked for people; pictures of others are not used."""

    fetches_at_once = FETCHES_AT_ONCE

    def __init__(
        self,
        service: SifService,
        links: Links,
        person_id: PersonId,
        *,
        people: Sequence[str] = BOTH,
        window_entries: int = PAGE_WINDOW_ENTRIES,
    ) -> None:
        super().__init__(window_entries=window_entries)
        self._service = service
        self._links = links
        self._person_id = person_id
        self._people = people
        self._lock = Lock()
        self._catalogue: Catalogue | None = None

    def records(self) -> Iterator[Record]:
        yield from self._read_all().records()

    def read_photo(self, whose: Whose, nth: int, *, limit_bytes: int) -> Fetched:
        path = f"The picture of {quoted(whose.identifier)}"
        located = self._known().find(whose, nth)
        if located is None:
            raise TryLater(f"{path} is no longer in the source. It was left as it is; the next run looks again.")
        picture = self._asked(located, path, limit_bytes)
        source = picture.source
        refuse_what_is_no_photo(source, path)
        stamp = stamp_of(source, picture.changed_at.isoformat() if picture.changed_at else "")
        if is_link(source):
            return self._links.read(source.text or source.begins, path, stamp, limit_bytes=limit_bytes)
        if source.text is None and source.letters:
            raise too_many_bytes(path, limit_bytes)
        return Fetched(decoded(source.text or "", path, limit_bytes=limit_bytes), stamp)

    def warnings(self) -> Sequence[str]:
        return self._known().notes.sentences()

    def consents(self) -> Iterator[tuple[Whose, Mapping[Purpose, Consent]]]:
        """Yield what the pictures say about publishing, by person. Raises SourceUnavailable."""
        yield from self._known().consents()

    def see_that_it_answers(self) -> None:
        """See `connectors.contract.AnswersForLess`: a listing downloads every picture."""
        self._service.check(f"{self._people[0]}s")

    def close(self) -> None:
        self._service.close()
        self._links.close()
        with self._lock:
            if self._catalogue is not None:
                self._catalogue.close()
                self._catalogue = None

    def _known(self) -> Catalogue:
        with self._lock:
            if self._catalogue is not None:
                return self._catalogue
            return self._read_anew()

    def _read_all(self) -> Catalogue:
        with self._lock:
            return self._read_anew()

    def _read_anew(self) -> Catalogue:
        catalogue = Catalogue(self._person_id, people=self._people)
        wanted = wanted_of(self._person_id)
        try:
            for name in (*(f"{each}s" for each in self._people), PICTURES):
                for objects in self._service.collection(name, wanted):
                    for each in objects:
                        catalogue.add(each)
                        heed(catalogue.objects)
            catalogue.finish()
        except BaseException:
            catalogue.close()
            raise
        if self._catalogue is not None:
            self._catalogue.close()
        self._catalogue = catalogue
        return catalogue

    def _asked(self, located: Located, path: str, limit_bytes: int) -> Picture:
        """Return the picture as it is now. Raises TryLater where it is gone or is of someone else, ItemRejected."""
        most = most_letters(limit_bytes)
        try:
            answer = self._service.one(
                PICTURES,
                located.ref_id,
                shown=path,
                limit_bytes=most * MOST_BYTES_OF_A_LETTER + LONGEST_TAG_BYTES,
            )
        except TooLarge as error:
            raise too_many_bytes(path, limit_bytes) from error
        try:
            found = _the_one(answer.content, self._person_id, most) if answer else None
        except BadXml as error:
            raise self._service.endpoint.not_fetched(path, f"its answer cannot be read, as {error.reason}") from error
        picture = picture_of(found) if found else None
        is_same = picture is not None and (
            same_ref(picture.ref_id),
            picture.parent_ref_id,
            picture.academic_year,
        ) == (
            same_ref(located.ref_id),
            located.parent_ref_id,
            located.academic_year,
        )
        if picture is None or not is_same:
            raise TryLater(
                f"{path} is gone from the source, or has become someone else's or another year's. It was left as it "
                "is; the next run looks again."
            )
        return picture


def _the_one(content: bytes, person_id: PersonId, keep_letters: int) -> SifObject | None:
    objects = sif_objects([content], wanted_of(person_id), keep_letters=max(keep_letters, 1))
    return next((each for each in list(objects) if each.name == PICTURE), None)
