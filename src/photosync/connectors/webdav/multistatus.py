"""Reading the XML that a WebDAV server answers to PROPFIND, piece by piece, however long it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from photosync.connectors.etags import etag_stamp, http_time

DAV: Final = "{DAV:}"
PIECE_BYTES: Final = 1 << 16
LONGEST_TEXT: Final = 16_384
"""Characters of an address or a property."""
DEEPEST: Final = 32
MOST_PIECES_WITHOUT_AN_END: Final = 32
NOT_FOUND: Final = 404
_GOOD: Final = range(200, 300)
_READ: Final = frozenset(
    f"{DAV}{name}" for name in ("href", "status", "getcontentlength", "getlastmodified", "getetag")
)


class NoMultistatus(Exception):
    """What was answered is not what WebDAV servers answer."""


@dataclass(slots=True)
class Resource:
    """One file or folder as the server describes it."""

    href: str
    status: int = 200
    """Other than 2xx where the server could not say anything of it."""
    is_folder: bool | None = None
    """None where the server did not say."""
    has_properties: bool = True
    """False where it is there, and has none of what was asked for."""
    size_bytes: int | None = None
    """None where the server did not say."""
    e_tag: str = ""
    changed: datetime | None = None

    @property
    def is_known(self) -> bool:
        return self.status in _GOOD

    @property
    def stamp(self) -> str:
        return etag_stamp(self.e_tag, self.changed)


def resources(file: BinaryIO) -> Iterator[Resource]:
    """Yield what a multistatus answer describes, in its order. Raises NoMultistatus, also where it breaks off."""
    target = _Reading()
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    silent = 0
    try:
        while piece := file.read(PIECE_BYTES):
            before = target.ends
            parser.feed(piece)
            silent = silent + 1 if target.ends == before else 0
            if silent > MOST_PIECES_WITHOUT_AN_END:
                raise NoMultistatus
            yield from target.taken()
        parser.close()
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise NoMultistatus from error
    yield from target.taken()
    if not target.is_multistatus:
        raise NoMultistatus


@dataclass(slots=True)
class _Properties:
    status: int = 0
    is_folder: bool | None = None
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Reading:
    """What the parser tells as it goes. It keeps the response that it is in, and nothing of those before it."""

    is_multistatus: bool = False
    ends: int = 0
    _path: list[str] = field(default_factory=list)
    _text: list[str] | None = None
    _characters: int = 0
    _hrefs: list[str] = field(default_factory=list)
    _status: int = 0
    _good: _Properties | None = None
    _refused: int = 0
    """Status of properties that are there and are not given. That one is not there (404) says nothing of a file."""
    _now: _Properties = field(default_factory=_Properties)
    _whole: list[Resource] = field(default_factory=list)

    def taken(self) -> list[Resource]:
        taken, self._whole = self._whole, []
        return taken

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if not self._path:
            self.is_multistatus = tag == f"{DAV}multistatus"
        self._path.append(tag)
        if len(self._path) > DEEPEST or not self.is_multistatus:
            raise NoMultistatus
        if tag == f"{DAV}response":
            self._hrefs, self._status, self._good, self._refused, self._now = [], 0, None, 0, _Properties()
        elif tag == f"{DAV}propstat":
            self._now = _Properties()
        elif tag == f"{DAV}resourcetype":
            self._now.is_folder = False
        elif tag == f"{DAV}collection" and self._inside("resourcetype"):
            self._now.is_folder = True
        self._text, self._characters = ([], 0) if tag in _READ else (None, 0)

    def data(self, text: str) -> None:
        if self._text is not None:
            self._characters += len(text)
            if self._characters > LONGEST_TEXT:
                raise NoMultistatus
            self._text.append(text)

    def end(self, tag: str) -> None:
        self.ends += 1
        text = "".join(self._text or ()).strip()
        self._text = None
        if tag == f"{DAV}href" and self._inside("response"):
            self._hrefs.append(text)
            if len(self._hrefs) > LONGEST_TEXT:
                raise NoMultistatus
        elif tag == f"{DAV}status" and self._inside("response"):
            self._status = _status(text)
        elif tag == f"{DAV}status":
            self._now.status = _status(text)
        elif tag == f"{DAV}propstat":
            if self._now.status in _GOOD:
                self._good = _together(self._good, self._now)
            elif self._now.status != NOT_FOUND:
                self._refused = self._now.status
        elif tag == f"{DAV}response":
            self._whole += self._described()
        elif tag in _READ:
            self._now.texts[tag.removeprefix(DAV)] = text
        self._path.pop()

    def close(self) -> None:
        """Nothing is left to do; the parser calls it."""

    def _inside(self, name: str) -> bool:
        return len(self._path) > 1 and self._path[-2] == f"{DAV}{name}"

    def _described(self) -> list[Resource]:
        if not self._hrefs or (not self._status and self._good is None and not self._now.status):
            raise NoMultistatus
        known = self._good
        if known is None:
            status = self._status or self._refused or 200
            return [Resource(href, status, has_properties=False) for href in self._hrefs]
        size = known.texts.get("getcontentlength", "")
        return [
            Resource(
                href,
                is_folder=known.is_folder,
                size_bytes=int(size) if size.isascii() and size.isdigit() and len(size) < 19 else None,
                e_tag=known.texts.get("getetag", ""),
                changed=http_time(known.texts.get("getlastmodified", "")),
            )
            for href in self._hrefs
        ]


def _together(former: _Properties | None, later: _Properties) -> _Properties:
    """Return what several parts of an answer say of one resource: a server may give each property a part."""
    if former is None:
        return later
    is_folder = former.is_folder if later.is_folder is None else later.is_folder
    return _Properties(later.status, is_folder, former.texts | later.texts)


def _status(line: str) -> int:
    """Return the number in a line such as "HTTP/1.1 200 OK"."""
    words = line.split()
    number = words[1] if len(words) > 1 else ""
    if not (number.isascii() and number.isdigit() and len(number) == 3):
        raise NoMultistatus
    return int(number)
