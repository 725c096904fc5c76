"""The inputs of one school, as a source reads them: stands behind the port of `connectors.input`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from photosync.apps.inputs.models import Input, InputFile
from photosync.apps.inputs.queries import input_called
from photosync.apps.library.store import photo_store
from photosync.apps.schools.models import School
from photosync.connectors.contract import Entry
from photosync.connectors.input.port import StoredFile

ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class SchoolInputs:
    """Implements `connectors.input.port.Inputs`: no other school's input is ever found here."""

    school: School

    def open(self, called: str) -> HeldInput:
        found = input_called(self.school, called)
        return HeldInput(found.pk, found.name)


@dataclass(frozen=True, slots=True)
class HeldInput:
    """Implements `connectors.input.port.InputContent`."""

    input_id: int
    name: str

    def revision(self) -> int | None:
        return Input.objects.filter(pk=self.input_id).values_list("revision", flat=True).first()

    def folders(self) -> list[str]:
        rows = InputFile.objects.filter(input=self.input_id).order_by()
        return list(rows.values_list("folder", flat=True).distinct())

    def entries(self, folder: str) -> Iterator[Entry]:
        rows = InputFile.objects.filter(input=self.input_id, folder=folder).order_by("name", "pk")
        for row in rows.values_list("name", "size_bytes", "sha256").iterator(chunk_size=ROWS_AT_ONCE):
            yield Entry(*row)

    def file(self, folder: str, name: str) -> StoredFile | None:
        rows = InputFile.objects.filter(input=self.input_id, folder=folder, name=name)
        row = rows.values_list("size_bytes", "sha256").first()
        return None if row is None else StoredFile(*row)

    def read(self, sha256: str) -> bytes:
        return photo_store().read_verified(sha256)
