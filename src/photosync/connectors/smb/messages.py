"""What is asked of the server and how its answers are read; of an answer nothing is believed that does not fit."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from smbprotocol.file_info import FileInformationClass, InfoType
from smbprotocol.open import (
    CloseFlags,
    CreateDisposition,
    CreateOptions,
    ImpersonationLevel,
    QueryDirectoryFlags,
    ShareAccess,
    SMB2CloseRequest,
    SMB2CreateRequest,
    SMB2QueryDirectoryRequest,
    SMB2QueryInfoRequest,
    SMB2ReadRequest,
)

from photosync.connectors.smb.statuses import leads_elsewhere
from photosync.connectors.smb.transport import Garbled

PAGE_BYTES = 1 << 18
"""Of a folder, about 2,000 files are told at once."""
SAME_AS_BEFORE = b"\xff" * 16
"""Stands for what the request before it, sent together with it, has opened."""
HEADER_BYTES = 64
LIST = 0x0010_0081
"""To see what is in a folder, and its own attributes."""
READ = 0x0010_0081
"""To read a file's bytes, and its own attributes."""
IS_FOLDER = 0x0000_0010
IS_REPARSE_POINT = 0x0000_0400

_OPENED = struct.Struct("<HBBIQQQQQQII16s")
_CLOSED = struct.Struct("<HHIQQQQQQI")
_BUFFER = struct.Struct("<HHI")
_DATA = struct.Struct("<HBBI")
_ENTRY = struct.Struct("<IIQQQQQQIIII")
_ENTRY_ID = struct.Struct("<Q")
_ENTRY_BYTES = _ENTRY.size + _ENTRY_ID.size


class State(NamedTuple):
    """What tells that a file is as it was: times in ticks of 100 ns, as the server has them."""

    size_bytes: int
    written: int
    changed: int

    def stamp(self, file_id: int) -> str:
        return f"{self.written:x}.{self.changed:x}.{file_id:x}"


class Opened(NamedTuple):
    handle: bytes
    attributes: int
    state: State


class Found(NamedTuple):
    """One name in a folder. `tag` says what sort of reparse point it is; 0 for none, and where it is not told."""

    name: str
    attributes: int
    tag: int
    file_id: int
    state: State

    @property
    def is_folder(self) -> bool:
        return bool(self.attributes & IS_FOLDER)

    @property
    def is_link(self) -> bool:
        if not self.attributes & IS_REPARSE_POINT:
            return False
        # A file that is none after all is still found out when it is opened; a folder might lead anywhere.
        return leads_elsewhere(self.tag) if self.tag else self.is_folder

    @property
    def stamp(self) -> str:
        own = self.state.stamp(self.file_id)
        return f"{own}.{self.tag:x}" if self.is_link else own


def open_folder(path: bytes) -> Any:
    """Ask for a folder itself, also where it is a link to another one."""
    everyone = ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE
    options = CreateOptions.FILE_DIRECTORY_FILE | CreateOptions.FILE_OPEN_REPARSE_POINT
    return _open(path, LIST, everyone, options)


def open_root(path: bytes) -> Any:
    """Ask for the folder that the source begins at. Whoever chose it may have chosen a link."""
    everyone = ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE
    return _open(path, LIST, everyone, CreateOptions.FILE_DIRECTORY_FILE)


def open_file(path: bytes) -> Any:
    """Ask for a file that nobody is writing; until it is closed, nobody may begin to."""
    others = ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_DELETE
    return _open(path, READ, others, CreateOptions.FILE_NON_DIRECTORY_FILE)


def _open(path: bytes, access: int, others: int, options: int) -> Any:
    request = SMB2CreateRequest()
    request["impersonation_level"] = ImpersonationLevel.Impersonation
    request["desired_access"] = access
    request["share_access"] = others
    request["create_disposition"] = CreateDisposition.FILE_OPEN
    request["create_options"] = options
    # The library's rule: without a name, two bytes must follow all the same.
    request["buffer_path"] = path or b"\0\0"
    return request


def ask_page(size_bytes: int, handle: bytes = SAME_AS_BEFORE, *, from_start: bool = False) -> Any:
    """Ask for what a folder holds, as much of it as fits, from where the page before it ended."""
    request = SMB2QueryDirectoryRequest()
    request["file_information_class"] = FileInformationClass.FILE_ID_FULL_DIRECTORY_INFORMATION
    request["flags"] = QueryDirectoryFlags.SMB2_RESTART_SCANS if from_start else 0
    request["file_id"] = handle
    request["output_buffer_length"] = size_bytes
    request["buffer"] = "*".encode("utf-16-le")
    return request


def ask_file_id(handle: bytes = SAME_AS_BEFORE) -> Any:
    return _ask_info(handle, FileInformationClass.FILE_INTERNAL_INFORMATION, 8)


def ask_tag(handle: bytes = SAME_AS_BEFORE) -> Any:
    return _ask_info(handle, FileInformationClass.FILE_ATTRIBUTE_TAG_INFORMATION, 8)


def _ask_info(handle: bytes, which: int, size_bytes: int) -> Any:
    request = SMB2QueryInfoRequest()
    request["info_type"] = InfoType.SMB2_0_INFO_FILE
    request["file_info_class"] = which
    request["output_buffer_length"] = size_bytes
    request["file_id"] = handle
    return request


def read(offset: int, size_bytes: int, handle: bytes = SAME_AS_BEFORE) -> Any:
    request = SMB2ReadRequest()
    request["length"] = size_bytes
    request["offset"] = offset
    request["file_id"] = handle
    request["padding"] = b"\x50"
    return request


def close(handle: bytes = SAME_AS_BEFORE) -> Any:
    """Close what is open, and ask for the state that it had."""
    request = SMB2CloseRequest()
    request["file_id"] = handle
    request["flags"] = CloseFlags.SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB
    return request


def opened(body: bytes) -> Opened:
    fields = _unpacked(_OPENED, body)
    _, _, _, _, _, _, written, changed, _, size_bytes, attributes, _, handle = fields
    return Opened(handle, attributes, State(size_bytes, written, changed))


def closed(body: bytes) -> State | None:
    """Return the state that a file had when it was closed; None where the server does not say."""
    _, flags, _, _, _, written, changed, _, size_bytes, _ = _unpacked(_CLOSED, body)
    return State(size_bytes, written, changed) if flags & CloseFlags.SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB else None


def data(body: bytes, most_bytes: int) -> bytes:
    """Return the bytes of a file that an answer holds, no more than were asked for. Raises Garbled."""
    _, offset, _, size_bytes = _unpacked(_DATA, body)
    return _part(body, offset, min(size_bytes, most_bytes + 1), most_bytes)


def number(body: bytes) -> int:
    """Return the number of 8 bytes that an answer about a file holds."""
    return int.from_bytes(_info(body, 8), "little")


def tag(body: bytes) -> int:
    return int.from_bytes(_info(body, 8)[4:], "little")


def _info(body: bytes, size_bytes: int) -> bytes:
    _, offset, length = _unpacked(_BUFFER, body)
    if length != size_bytes:
        raise Garbled
    return _part(body, offset, length, size_bytes)


def page(body: bytes) -> bytes:
    """Return the part of a folder's content that an answer holds."""
    _, offset, size_bytes = _unpacked(_BUFFER, body)
    return _part(body, offset, size_bytes, PAGE_BYTES)


def found_in(page: bytes) -> Iterator[Found]:
    """Yield what a page of a folder holds, names as they are told. Raises Garbled."""
    at = 0
    while True:
        if at + _ENTRY_BYTES > len(page):
            raise Garbled
        following, _, _, _, written, changed, size_bytes, _, attributes, name_bytes, tag_or_size, _ = (
            _ENTRY.unpack_from(page, at)
        )
        (file_id,) = _ENTRY_ID.unpack_from(page, at + _ENTRY.size)
        begins = at + _ENTRY_BYTES
        ends = at + following if following else len(page)
        if name_bytes % 2 or begins + name_bytes > min(ends, len(page)):
            raise Garbled
        name = page[begins : begins + name_bytes].decode("utf-16-le", "surrogatepass")
        is_reparse_point = attributes & IS_REPARSE_POINT
        yield Found(
            name, attributes, tag_or_size if is_reparse_point else 0, file_id, State(size_bytes, written, changed)
        )
        if not following:
            return
        at += following


def _unpacked(fields: struct.Struct, body: bytes) -> tuple[Any, ...]:
    if len(body) < fields.size:
        raise Garbled
    return fields.unpack_from(body)


def _part(body: bytes, offset: int, size_bytes: int, most_bytes: int) -> bytes:
    begins = offset - HEADER_BYTES
    if size_bytes > most_bytes or begins < 0 or begins + size_bytes > len(body):
        raise Garbled
    return body[begins : begins + size_bytes]
