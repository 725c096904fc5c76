"""One folder and one file, as they are asked of the server step by step."""

from __future__ import annotations

from typing import NamedTuple

from photosync.connectors.smb import messages
from photosync.connectors.smb.line import Answer, Line
from photosync.connectors.smb.messages import Found, Opened
from photosync.connectors.smb.statuses import Status


class Answered(Exception):
    """The server did not do what it was asked to; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


Identity = tuple[int, int]
"""What tells a folder from every other: its file id and when it changed last, as each disk may use an id."""


class Begun(NamedTuple):
    """A folder that is open, and the first page of what is in it."""

    handle: bytes
    identity: Identity
    page: Answer


class Content(NamedTuple):
    """`is_whole` is False where the file changed while it was read, and None where it is larger than the limit."""

    content: bytes
    stamp: str
    is_whole: bool | None


def begin_folder(line: Line, path: bytes, *, is_root: bool) -> Begun:
    """Open a folder, not through a link, and ask for its first page. Raises Answered, Lost, Garbled."""
    ask = messages.open_root if is_root else messages.open_folder
    folder, tag, number, page = line.ask(
        ask(path), messages.ask_tag(), messages.ask_file_id(), messages.ask_page(line.page_bytes, from_start=True)
    )
    opened = _opened(folder)
    if not is_root and _is_link(opened, tag):
        line.ask(messages.close(opened.handle))
        raise Answered(Status.STOPPED_ON_SYMLINK)
    return Begun(opened.handle, (_file_id(number), opened.state.written), page)


def look_at_folder(line: Line, path: bytes, *, is_root: bool) -> Identity:
    """Return what tells the folder from others; it is no link. Raises Answered, Lost, Garbled."""
    ask = messages.open_root if is_root else messages.open_folder
    folder, tag, number, _ = line.ask(ask(path), messages.ask_tag(), messages.ask_file_id(), messages.close())
    opened = _opened(folder)
    if not is_root and _is_link(opened, tag):
        raise Answered(Status.STOPPED_ON_SYMLINK)
    return _file_id(number), opened.state.written


def read_file(line: Line, path: bytes, limit_bytes: int) -> Content:
    """Read a file to its end, which is asked for no byte beyond the limit. Raises Answered, Lost, Garbled."""
    most_bytes = min(line.piece_bytes, limit_bytes + 1)
    file, number, first = line.ask(messages.open_file(path), messages.ask_file_id(), messages.read(0, most_bytes))
    opened = _opened(file)
    size_bytes = opened.state.size_bytes
    stamp = opened.state.stamp(_file_id(number))
    if size_bytes > limit_bytes:
        line.ask(messages.close(opened.handle))
        return Content(b"", stamp, None)
    try:
        content = _content(line, opened, first, most_bytes)
    except Answered:
        line.ask(messages.close(opened.handle))
        raise
    (end,) = line.ask(messages.close(opened.handle))
    after = None if end.status else messages.closed(end.body)
    return Content(content, stamp, len(content) == size_bytes and after in (None, opened.state))


def _content(line: Line, file: Opened, first: Answer, most_bytes: int) -> bytes:
    pieces = [_data(first, most_bytes)]
    at, size_bytes = len(pieces[0]), file.state.size_bytes
    while pieces[-1] and at < size_bytes:
        piece_bytes = line.piece_bytes
        begin_at = range(at, size_bytes, piece_bytes)[: line.pieces_at_once]
        wanted = [(begins, min(piece_bytes, size_bytes - begins)) for begins in begin_at]
        answers = line.ask_each([messages.read(begins, length, file.handle) for begins, length in wanted])
        for (_, length), answer in zip(wanted, answers, strict=True):
            pieces.append(_data(answer, length))
            at += len(pieces[-1])
            if len(pieces[-1]) < length:  # cut short meanwhile
                return b"".join(pieces)
    return b"".join(pieces)


def _data(answer: Answer, most_bytes: int) -> bytes:
    if answer.status == Status.END_OF_FILE:
        return b""
    if answer.status:
        raise Answered(answer.status)
    return messages.data(answer.body, most_bytes)


def _opened(answer: Answer) -> Opened:
    if answer.status:
        raise Answered(answer.status)
    return messages.opened(answer.body)


def _file_id(answer: Answer) -> int:
    return 0 if answer.status else messages.number(answer.body)


def _is_link(opened: Opened, tag: Answer) -> bool:
    told = 0 if tag.status else messages.tag(tag.body)
    return Found("", opened.attributes, told, 0, opened.state).is_link
