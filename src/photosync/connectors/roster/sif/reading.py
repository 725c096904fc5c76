"""Where SIF objects for a roster come from: XML files, or a service. Each reading ends whole, or raises."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Protocol

from photosync.connectors.sif.documents import NOTHING, Document, Documents, objects_in
from photosync.connectors.sif.objects import same_ref
from photosync.connectors.sif.service import ASK_AGAIN, NotGiven, SifService
from photosync.connectors.sif.xml_objects import SifObject, Wanted
from photosync.core.errors import SourceUnavailable

Names = frozenset[str]


class Objects(Protocol):
    what: str
    """What they come from, for sentences, such as "SIF service"."""
    missing: dict[str, str]
    """Of the objects that were read last, those that the service keeps to itself, with what it said."""

    def read(self, wanted: Wanted, *, optional: Names) -> Iterator[SifObject]:
        """Yield every object that is `wanted`. Raises SourceUnavailable where they break off.

        Those that are `optional` may be missing.
        """
        ...

    def close(self) -> None: ...


class FileObjects:
    """All XML files of `documents`, read as they lie. What is copied or written to meanwhile is no reading."""

    what = "SIF files"

    def __init__(self, documents: Documents) -> None:
        self.missing: dict[str, str] = {}
        self._documents = documents

    def read(
        self,
        wanted: Wanted,
        *,
        optional: Names,  # noqa: ARG002 - files have no rights
    ) -> Iterator[SifObject]:
        before = self._listed()
        for document in before:
            yield from objects_in(self._documents, document, wanted)
        if self._listed() != before:
            raise SourceUnavailable(
                f"The SIF files were written to while they were read. {NOTHING} They are read again the next time. "
                "If this comes back, choose a time at which the school's system has finished them."
            )

    def close(self) -> None:
        self._documents.close()

    def _listed(self) -> list[Document]:
        return [document for document in self._documents.all() if document.is_xml]


class ServiceObjects:
    """The collections of a service.

    Pages are counted, not remembered by the service: whoever is added or removed meanwhile moves all that follow, and
    someone may fall between two pages; and where it counts nothing, an empty answer looks like the end. So a
    collection in pages is asked for a second time, for the RefIds alone, and has to name the same ones.
    """

    what = "SIF service"

    def __init__(self, service: SifService) -> None:
        self.missing: dict[str, str] = {}
        self._service = service

    def read(self, wanted: Wanted, *, optional: Names) -> Iterator[SifObject]:
        self.missing = {}
        for name, paths in wanted.items():
            try:
                yield from self._collection(name, paths, optional=name in optional)
            except NotGiven as error:
                self.missing[name] = error.message

    def close(self) -> None:
        self._service.close()

    def _collection(self, name: str, paths: frozenset[str], *, optional: bool) -> Iterator[SifObject]:
        collection = f"{name}s"
        first = _Sum()
        for page in self._service.collection(collection, {name: paths}, optional=optional):
            for each in page:
                first.add(each)
                yield each
        if not self._service.gives_pages:
            return
        again = _Sum()
        for page in self._service.collection(collection, {name: frozenset()}):
            for each in page:
                again.add(each)
        if again != first:
            raise self._service.endpoint.unavailable(
                f"Listing {collection}", "it named other objects when it was asked again", ASK_AGAIN
            )


class _Sum:
    """What is the same for the same RefIds, whatever their order."""

    def __init__(self) -> None:
        self._count, self._sum = 0, 0

    def add(self, found: SifObject) -> None:
        told = same_ref(found.ref_id).encode("utf-8", "replace")
        self._count += 1
        self._sum += int.from_bytes(blake2b(told, digest_size=16).digest(), "big")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sum) and (self._count, self._sum) == (other._count, other._sum)

    __hash__ = None  # type: ignore[assignment]  # it changes
