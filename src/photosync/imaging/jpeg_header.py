"""JPEG: the markers before the first scan, read once: size, components, orientation, colour profile."""

import struct
from dataclasses import dataclass

from photosync.imaging import rejections

_FRAME_MARKERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_DECODABLE_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
_PROGRESSIVE_FRAMES = {0xC2, 0xCA}
_ONE_SCAN_HUFFMAN_FRAMES = {0xC0, 0xC1}
_HOLE_BYTES = 64
_MAX_SEGMENTS = 5_000
_MAX_SCANS = 200


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """Size as stored; `orientation` 1..8; with an Adobe marker (`adobe`) CMYK is stored inverted.

    `icc_profile` is empty when there is none. When parts of it are missing, `broken_icc_places` are the
    (start, end) of those that are there.
    """

    width_px: int
    height_px: int
    components: int
    memory_cost_bytes: int
    orientation: int = 1
    adobe: bool = False
    icc_profile: bytes = b""
    broken_icc_places: tuple[tuple[int, int], ...] = ()


def read_jpeg_header(content: bytes) -> JpegHeader:
    """Return what stands before the first scan. Raises ItemRejected."""
    reading = _Reading(content)
    try:
        reading.read_segments()
    except (struct.error, IndexError) as exc:
        raise rejections.damaged("JPEG", "it ends within its header") from exc
    return reading.result()


def orientation_in_exif(tiff: bytes) -> int:
    """Return the orientation, 1..8, in this EXIF block's first directory; 1 if it is missing or wrong."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(order + "HH", tiff, entry)
            if tag == 0x0112:
                (value,) = struct.unpack_from(order + ("I" if kind == 4 else "H"), tiff, entry + 8)
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


class _Reading:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.frame: tuple[int, int, int, int, int] | None = None  # marker, precision, height, width, components
        self.sampling = b""
        self.scan_components = 0
        self.first_ac_table = 0
        self.all_zeros_mean: dict[int, int] = {}  # by AC table: the symbol whose code is all zeros
        self.scan_starts_at = 0
        self.orientation = 0
        self.adobe = False
        self.icc_parts: dict[int, bytes] = {}
        self.icc_part_count = 0
        self.icc_places: list[tuple[int, int]] = []

    def read_segments(self) -> None:
        content, position = self.content, 2
        for _ in range(_MAX_SEGMENTS):
            while content[position] == 0xFF and content[position + 1] == 0xFF:
                position += 1  # fill bytes
            if content[position] != 0xFF or content[position + 1] in (0x00, 0xD8, 0xD9):
                raise rejections.damaged("JPEG", "there is no picture after its header")
            marker = content[position + 1]
            (length,) = struct.unpack_from(">H", content, position + 2)
            self._take(marker, position, content[position + 4 : position + 2 + length])
            if marker == 0xDA:
                self.scan_starts_at = position
                return
            position += 2 + length
        raise rejections.damaged("JPEG", "it is cut into far too many pieces")

    def _take(self, marker: int, position: int, payload: bytes) -> None:
        if marker in _FRAME_MARKERS:
            if self.frame is not None:
                raise rejections.damaged("JPEG", "it has two headers")
            precision, height_px, width_px, components = struct.unpack_from(">BHHB", payload)
            self.frame = (marker, precision, height_px, width_px, components)
            self.sampling = payload[7 : 6 + 3 * components : 3]
        elif marker == 0xDA:
            self.scan_components, self.first_ac_table = payload[0], payload[2] & 15
        elif marker == 0xC4:
            self._take_huffman_tables(payload)
        elif marker == 0xE1 and payload.startswith(b"Exif\0") and not self.orientation:
            self.orientation = orientation_in_exif(payload[6:])
        elif marker == 0xE2 and payload.startswith(b"ICC_PROFILE\0"):
            self.icc_places.append((position, position + 4 + len(payload)))
            if len(payload) > 14:
                self.icc_parts[payload[12]] = payload[14:]
                self.icc_part_count = payload[13]
        elif marker == 0xEE and payload.startswith(b"Adobe"):
            self.adobe = True

    def _take_huffman_tables(self, payload: bytes) -> None:
        at = 0
        while at < len(payload):
            kind, count = payload[at], sum(payload[at + 1 : at + 17])
            if kind >> 4 == 1 and count:
                self.all_zeros_mean[kind & 15] = payload[at + 17]
            at += 17 + count

    def _refuse_hole(self) -> None:
        """Raise ItemRejected for a run of zeros in the scan of a camera JPEG: a part that was not copied.

        Decoders fall in step again after a short one and say nothing. Zeros can be true only where they mean
        "end of block" for brightness, in a picture with large flat areas and tables made for it.
        """
        if self.all_zeros_mean.get(self.first_ac_table, 0) == 0:
            return
        hole = self.content.find(bytes(_HOLE_BYTES), self.scan_starts_at)
        if hole != -1 and self.content.find(b"\xff\xd9", self.scan_starts_at, hole) == -1:
            raise rejections.damaged("JPEG", "a part of it is empty")

    def result(self) -> JpegHeader:
        if self.frame is None:
            raise rejections.damaged("JPEG", "its header is missing")
        marker, precision, height_px, width_px, components = self.frame
        if marker not in _DECODABLE_FRAMES or precision != 8:
            raise rejections.unsupported("it is a JPEG of a medical or lossless kind, not an ordinary photo")
        if components not in (1, 3, 4):
            raise rejections.unsupported(f"it is a JPEG with {components} colour channels")
        if not width_px or not height_px:
            raise rejections.damaged("JPEG", "it claims to have no pixels")
        is_whole = [*self.icc_parts] == [*range(1, len(self.icc_places) + 1)]
        is_whole = is_whole and self.icc_part_count == len(self.icc_places)
        return JpegHeader(
            width_px=width_px,
            height_px=height_px,
            components=components,
            memory_cost_bytes=self._memory_cost_bytes(marker, components, width_px * height_px),
            orientation=self.orientation or 1,
            adobe=self.adobe,
            icc_profile=b"".join(part for _, part in sorted(self.icc_parts.items())) if is_whole else b"",
            broken_icc_places=() if is_whole else tuple(self.icc_places),
        )

    def _memory_cost_bytes(self, marker: int, components: int, pixels: int) -> int:
        """A JPEG in several scans keeps every coefficient (2 bytes) until the last scan has been read."""
        if marker not in _PROGRESSIVE_FRAMES and self.scan_components == components:
            if marker in _ONE_SCAN_HUFFMAN_FRAMES:
                self._refuse_hole()
            return 0
        if self.content.count(b"\xff\xda", self.scan_starts_at) > _MAX_SCANS:
            raise rejections.damaged("JPEG", "it is cut into far too many pieces")
        areas = [(byte >> 4) * (byte & 15) for byte in self.sampling]
        largest = max(areas, default=0)
        if not largest or 0 in areas:
            raise rejections.damaged("JPEG", "its header is wrong")
        return 2 * pixels * sum(areas) // largest
