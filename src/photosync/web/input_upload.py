"""Files of a plain form that are delivered: each is taken as it comes, and a ZIP is kept aside."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from photosync.apps.inputs.delivering import begin_delivery, deliver_file, largest_file_bytes
from photosync.apps.inputs.delivering_zips import LARGEST_PART_BYTES, begin_archive, deliver_part
from photosync.apps.inputs.models import Delivery, Input
from photosync.apps.unpacking import ZIP_HEADS
from photosync.core.errors import PhotoSyncError


class DeliverFiles(FileUploadHandler):
    """Begins a delivery with the first file. What fails is in `error`; the rest of the form is then not read.

    Of a file that is no ZIP, memory holds as much as a photo may have.
    """

    def __init__(self, found: Input, *, by: str, now: datetime) -> None:
        super().__init__()
        self._input, self._by, self._now = found, by, now
        self.delivery: Delivery | None = None
        self.error: PhotoSyncError | None = None
        self._content = bytearray()
        self._zip: IO[bytes] | None = None
        self._hash = sha256()

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        self._content, self._zip, self._hash = bytearray(), None, sha256()
        if self.delivery is None:
            self.delivery = self._try(lambda: begin_delivery(self._input, by=self._by, now=self._now))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start == 0 and raw_data.startswith(ZIP_HEADS):
            self._zip = tempfile.TemporaryFile(dir=settings.PHOTOSYNC_DATA, prefix="upload-")  # noqa: SIM115
        if self._zip is not None:
            self._zip.write(raw_data)
            self._hash.update(raw_data)
        elif len(self._content) <= largest_file_bytes():
            self._content += raw_data

    def file_complete(self, file_size: int) -> UploadedFile:
        name = self.file_name or ""
        if self._zip is not None:
            self._try(lambda: self._deliver_zip(name, file_size))
        elif name and self.delivery is not None:
            self._try(lambda: deliver_file(self._delivery, name, bytes(self._content), now=self._now))
        # Only that there is a file, and how it is called, is for the form.
        return InMemoryUploadedFile(BytesIO(), self.field_name, name, self.content_type, file_size, self.charset)

    @property
    def _delivery(self) -> Delivery:
        assert self.delivery is not None  # noqa: S101 - begun with the first file
        return self.delivery

    def _deliver_zip(self, name: str, size_bytes: int) -> None:
        assert self._zip is not None  # noqa: S101 - asked before
        with self._zip as file:
            file.seek(0)
            mark = self._hash.hexdigest()
            archive = begin_archive(self._delivery, name, size_bytes, mark=mark, now=self._now)
            while part := file.read(LARGEST_PART_BYTES):
                archive.received_bytes = deliver_part(archive, archive.received_bytes, part, now=self._now)

    def _try(self, step: Callable[[], Any]) -> Any:
        try:
            return step()
        except PhotoSyncError as error:
            self.error = error
            raise StopUpload(connection_reset=False) from error
