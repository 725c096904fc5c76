"""Reads SIF objects from XML piece by piece. Nothing is resolved or fetched, and the bytes of a picture are not kept.

What may be in it is hostile: a document type declaration, and with it every entity, is refused, and depth, elements
and the length of everything that is kept are bounded. Of each object only the elements that were asked for are read.
Elements are known by their local names: the namespace tells the version, and may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Final, NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

DEEPEST: Final = 100
MOST_ELEMENTS: Final = 500_000_000
MOST_VALUES: Final = 500
"""Of one object; what is beyond is not kept."""
LONGEST_TEXT: Final = 1_000
LONGEST_TAG_BYTES: Final = 1 << 20
"""No tag or comment is longer: the parser would hold it as a whole."""
FEED_BYTES: Final = 1 << 16
NOT_CLOSED: Final = frozenset({3, 5, 6})
"""Codes of the parser for a document that ends before its end: no element, unclosed token, partial character."""
PICTURE_TEXT: Final = "PictureSource"
_VERSION: Final = re.compile(r"/au/(?:[a-z]+/)?([0-9]+(?:\.[0-9]+){0,3})$")

Wanted = Mapping[str, frozenset[str]]
"""Names of objects to read, each with the paths of the elements that are wanted of it, such as `PersonInfo/Name`."""


class BadXml(Exception):
    """The document cannot be read to its end. `reason` is a part of a sentence that begins with "it"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Value(NamedTuple):
    path: str
    attributes: Mapping[str, str]
    text: str
    """Trimmed; what is longer than LONGEST_TEXT is cut."""


@dataclass(slots=True)
class PictureText:
    """The text of a PictureSource: what is known of it without keeping it."""

    type_code: str
    letters: int = 0
    """Without blanks."""
    pads: int = 0
    digest: bytes = b""
    begins: str = ""
    """The first letters, by which an address is told from base64."""
    begins_at: int = 0
    ends_at: int = 0
    """Where it stands in the document, in bytes, with its start tag and without its end tag."""
    text: str | None = None
    """The whole of it without blanks, where it was asked for and is not longer than that."""


@dataclass(slots=True)
class SifObject:
    name: str
    ref_id: str
    version: str
    """As the namespace says it, such as 3.4.1; "" where it says none."""
    values: list[Value] = field(default_factory=list)
    picture: PictureText | None = None

    def first(self, path: str) -> Value | None:
        return next((value for value in self.values if value.path == path), None)

    def text(self, path: str) -> str:
        """Return the text of the first element at `path`, "" where there is none."""
        found = self.first(path)
        return found.text if found else ""


def sif_objects(pieces: Iterable[bytes], wanted: Wanted, *, keep_letters: int = 0) -> Iterator[SifObject]:
    """Yield each object of a document that is `wanted`, in its order, as soon as it ends.

    The text of a picture is kept up to `keep_letters`. Raises BadXml, and what `pieces` raises.
    """
    reader = _Reader(wanted, keep_letters)
    parser = XMLParser(target=reader, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    reader.place = lambda: int(parser.parser.CurrentByteIndex)
    for piece in _small(pieces):
        _carefully(partial(parser.feed, piece))
        reader.was_fed(len(piece))
        yield from reader.take()
    _carefully(parser.close)
    yield from reader.take()


def root_of(document: bytes) -> str:
    """Return the local name of the outermost element. Raises BadXml."""
    reader = _Root()
    parser = XMLParser(target=reader, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    _carefully(partial(parser.feed, document))
    _carefully(parser.close)
    return reader.name


def text_of_fragment(raw: bytes, encoding: str) -> str:
    """Return the text of a PictureSource, without blanks, from its bytes between `begins_at` and `ends_at`."""
    fragment = raw.decode(encoding, "replace")
    content = fragment[_end_of_tag(fragment) :]
    if "&" not in content and "<" not in content:
        return _without_blanks(content)
    document = f'<{PICTURE_TEXT}Text Type="">{content}</{PICTURE_TEXT}Text>'
    reader = _Text()
    parser = XMLParser(target=reader, encoding="utf-8", forbid_dtd=True)
    _carefully(partial(parser.feed, document.encode("utf-8", "replace")))
    _carefully(parser.close)
    return _without_blanks("".join(reader.parts))


def encoding_of(head: bytes) -> str:
    """Return the encoding of a document that begins with `head`, by its mark or its declaration."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if head.startswith(mark):
            return name
    for start, name in ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be")):
        if head.startswith(start):
            return name
    declared = re.match(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""", head)
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name


def _small(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), FEED_BYTES):
            yield piece[at : at + FEED_BYTES]


def _carefully(step: Callable[[], object]) -> None:
    try:
        step()
    except DefusedXmlException as error:
        raise BadXml(
            "it has a document type declaration (DTD), which SIF does not use and which can do harm"
        ) from error
    except ParseError as error:
        line, column = error.position
        if error.code in NOT_CLOSED:
            raise BadXml(f"it ends in the midst, at line {line:,}") from error
        raise BadXml(f"it is not well-formed XML at line {line:,}, column {column + 1:,}") from error
    except (LookupError, ValueError) as error:
        raise BadXml("it is in an encoding that cannot be read") from error


class _Reader:
    """Told by the parser what begins and ends; collects the objects that have ended."""

    def __init__(self, wanted: Wanted, keep_letters: int) -> None:
        self._wanted = wanted
        self._keep = keep_letters
        self._done: list[SifObject] = []
        self._names: list[str] = []
        self._object: SifObject | None = None
        self._inside_at = 0
        """How deep the object lies that is being read."""
        self._parts: list[str] | None = None
        self._value_at = 0
        """How deep the element lies whose text is being kept."""
        self._length = 0
        self._attributes: Mapping[str, str] = {}
        self._picture: _Picture | None = None
        self._elements = 0
        self._fed_since = 0
        self.place: Callable[[], int] = int

    def take(self) -> list[SifObject]:
        done, self._done = self._done, []
        return done

    def was_fed(self, count: int) -> None:
        self._fed_since += count
        if self._fed_since > LONGEST_TAG_BYTES:
            raise BadXml("it has a tag or a comment of more than a megabyte")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._fed_since = 0
        self._elements += 1
        namespace, _, name = tag.rpartition("}")
        self._names.append(name)
        if len(self._names) > DEEPEST:
            raise BadXml(f"its elements lie more than {DEEPEST} deep in one another")
        if self._elements > MOST_ELEMENTS:
            raise BadXml(f"it has more than {MOST_ELEMENTS:,} elements")
        if self._object is None:
            if name in self._wanted:
                found = _VERSION.search(namespace)
                self._object = SifObject(name, _cut(attributes.get("RefId", "")), found[1] if found else "")
                self._inside_at = len(self._names)
        elif self._path() in self._wanted[self._object.name]:
            self._parts, self._length, self._attributes = [], 0, attributes
            self._value_at = len(self._names)
            if name == PICTURE_TEXT and self._object.picture is None:
                self._picture = _Picture(_cut(attributes.get("Type", "")), self.place(), self._keep)

    def data(self, text: str) -> None:
        self._fed_since = 0
        if self._picture is not None:
            self._picture.add(text)
        elif self._parts is not None and self._length < LONGEST_TEXT:
            # Blanks in front count for nothing, however many there are.
            kept = text if self._parts else text.lstrip()
            if kept:
                self._parts.append(kept[:LONGEST_TEXT])
                self._length += len(kept)

    def end(self, _tag: str) -> None:
        self._fed_since = 0
        if self._object is not None:
            if len(self._names) == self._inside_at:
                self._done.append(self._object)
                self._object = None
            elif self._parts is not None and len(self._names) == self._value_at:
                self._end_of_value(self._object)
        self._names.pop()

    def close(self) -> None:
        """What there is to be taken was taken."""

    def comment(self, _text: str) -> None:
        self._fed_since = 0

    def _end_of_value(self, within: SifObject) -> None:
        if self._picture is not None:
            within.picture = self._picture.ended(self.place())
            self._picture = None
        elif len(within.values) < MOST_VALUES:
            attributes = {name.rpartition("}")[2]: _cut(value) for name, value in self._attributes.items()}
            within.values.append(Value(self._path(), attributes, _cut("".join(self._parts or ()))))
        self._parts = None

    def _path(self) -> str:
        return "/".join(self._names[self._inside_at :])


class _Picture:
    def __init__(self, type_code: str, begins_at: int, keep_letters: int) -> None:
        self._found = PictureText(type_code, begins_at=begins_at)
        self._hash = blake2b(digest_size=16)
        self._kept: list[str] | None = [] if keep_letters else None
        self._keep = keep_letters

    def add(self, text: str) -> None:
        letters = _without_blanks(text)
        found = self._found
        found.letters += len(letters)
        found.pads += letters.count("=")
        if len(found.begins) < LONGEST_TEXT:
            found.begins = (found.begins + letters)[:LONGEST_TEXT]
        self._hash.update(letters.encode("utf-8", "surrogatepass"))
        if self._kept is not None:
            self._kept.append(letters)
            if found.letters > self._keep:
                self._kept = None

    def ended(self, at: int) -> PictureText:
        self._found.digest = self._hash.digest()
        self._found.ends_at = at
        self._found.text = None if self._kept is None else "".join(self._kept)
        return self._found


class _Root:
    def __init__(self) -> None:
        self.name = ""

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self.name = self.name or tag.rpartition("}")[2]

    def close(self) -> None:
        """Nothing to do."""


class _Text:
    def __init__(self) -> None:
        self.parts: list[str] = []

    def data(self, text: str) -> None:
        self.parts.append(text)

    def close(self) -> None:
        """Nothing to do."""


def _without_blanks(text: str) -> str:
    return "".join(text.split())


def _cut(text: str) -> str:
    return text.strip()[:LONGEST_TEXT].strip()


def _end_of_tag(text: str) -> int:
    """Return where the start tag at the beginning of `text` ends; in its attributes `>` may stand in quotes."""
    quote = ""
    for at, char in enumerate(text[:LONGEST_TAG_BYTES]):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == ">":
            return at + 1
    return len(text)
