"""Camera-like JPEG portraits for tests: quick, textured, clearly different, and always the same bytes."""

import struct
from functools import lru_cache

import numpy as np
import simplejpeg
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_NOISE_EDGE_PX = 512
_GPS_SYDNEY = (("S", (33, 51, 24)), ("E", (151, 12, 33)))


def make_portrait(
    seed: int, width: int, height: int, *, orientation: int = 1, gps: bool = False, quality: int = 90
) -> bytes:
    """Return JPEG bytes of a face that is `width` x `height` pixels when seen upright.

    With `orientation` 2..8 the stored pixels are turned so that applying the EXIF orientation gives the
    upright picture back. EXIF always names a camera; `gps` adds a position in Sydney. 4:2:0, baseline.
    """
    upright = portrait_pixels(seed, width, height)
    stored = np.ascontiguousarray(stored_as(upright, orientation))
    jpeg: bytes = simplejpeg.encode_jpeg(stored, quality, "RGB", "420")
    return with_segment(jpeg, 0xE1, exif_payload(orientation=orientation, gps=gps))


def portrait_pixels(seed: int, width: int, height: int) -> Pixels:
    """Return upright RGB pixels, shape (height, width, 3): background, shoulders, hair, face, eyes, grain."""
    random = np.random.default_rng(seed)
    rows = np.linspace(-1, 1, min(height, 250), dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, min(width, 200), dtype=np.float32)[None, :]
    background, shirt, hair = (random.integers(30, 226, 3).astype(np.float32) for _ in range(3))
    skin = np.array([235, 190, 160], np.float32) * random.uniform(0.4, 1.05)
    picture = background * (1 - 0.25 * (rows[..., None] + columns[..., None] ** 2))
    face_width, face_height = random.uniform(0.38, 0.5), random.uniform(0.42, 0.55)

    def disc(x: float, y: float, across: float, down: float) -> NDArray[np.bool_]:
        return ((columns - x) / across) ** 2 + ((rows - y) / down) ** 2 < 1

    picture[disc(0, 1.15, 0.95, 0.6)] = shirt
    picture[disc(0, -0.2, face_width * 1.2, face_height * 1.25)] = hair
    face = disc(0, -0.05, face_width, face_height)
    picture[face] = (skin * (1 - 0.2 * columns[..., None] - 0.1 * rows[..., None]))[face]
    for side in (-1, 1):
        picture[disc(side * face_width * 0.42, -0.15, 0.06, 0.035)] = (245, 245, 245)
        picture[disc(side * face_width * 0.42, -0.15, 0.025, 0.03)] = random.integers(10, 120, 3)
    picture[disc(0, 0.22, face_width * 0.35, random.uniform(0.015, 0.05))] = (170, 70, 80)
    coarse = np.clip(picture, 0, 231).astype(np.uint8)
    return _with_grain(coarse, seed, width, height)


def stored_as(upright: Pixels, orientation: int) -> Pixels:
    """Turn upright pixels into what a camera stores under this EXIF orientation (1..8)."""
    turned = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    return turned[orientation](upright)


def with_segment(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    """Insert one marker segment straight after the JPEG's start."""
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload + jpeg[2:]


def exif_payload(*, orientation: int = 1, gps: bool = False, thumbnail: bytes = b"") -> bytes:
    """Return the payload of an APP1 segment; `thumbnail` is a JPEG stored in the second directory."""
    tiff = _Tiff()
    camera = [
        (0x010F, 2, 13, tiff.data(b"Photosync Co\0")),
        (0x0110, 2, 14, tiff.data(b"Test camera 1\0")),
        (0x0112, 3, 1, struct.pack("<HH", orientation, 0)),
        (0x0132, 2, 20, tiff.data(b"2026:02:03 09:10:11\0")),
    ]
    if gps:
        (south, latitude), (east, longitude) = _GPS_SYDNEY
        position = tiff.directory(
            [
                (1, 2, 2, south.encode().ljust(4, b"\0")),
                (2, 5, 3, tiff.data(b"".join(struct.pack("<II", part, 1) for part in latitude))),
                (3, 2, 2, east.encode().ljust(4, b"\0")),
                (4, 5, 3, tiff.data(b"".join(struct.pack("<II", part, 1) for part in longitude))),
            ]
        )
        camera.append((0x8825, 4, 1, struct.pack("<I", position)))
    following = 0
    if thumbnail:
        place = tiff.data(thumbnail)
        following = tiff.directory(
            [
                (0x0103, 3, 1, struct.pack("<HH", 6, 0)),
                (0x0201, 4, 1, place),
                (0x0202, 4, 1, struct.pack("<I", len(thumbnail))),
            ]
        )
    first = tiff.directory(camera, following=following)
    return b"Exif\0\0" + struct.pack("<2sHI", b"II", 42, first) + bytes(tiff.body)


class _Tiff:
    """The part of a TIFF structure after its 8-byte header."""

    def __init__(self) -> None:
        self.body = bytearray()

    def data(self, content: bytes) -> bytes:
        offset = 8 + len(self.body)
        self.body += content + b"\0" * (len(content) % 2)
        return struct.pack("<I", offset)

    def directory(self, entries: list[tuple[int, int, int, bytes]], *, following: int = 0) -> int:
        offset = 8 + len(self.body)
        self.body += struct.pack("<H", len(entries))
        for tag, kind, count, value in entries:
            self.body += struct.pack("<HHI", tag, kind, count) + value
        self.body += struct.pack("<I", following)
        return offset


def _with_grain(coarse: Pixels, seed: int, width: int, height: int) -> Pixels:
    rows = np.arange(height) * coarse.shape[0] // height
    columns = np.arange(width) * coarse.shape[1] // width
    picture = coarse[:, columns][rows]
    grain = _grain()
    shift = seed * 37 % _NOISE_EDGE_PX
    tall = np.tile(np.roll(grain, shift, 0), (-(-height // _NOISE_EDGE_PX), -(-width // _NOISE_EDGE_PX), 1))
    picture += tall[:height, :width]  # grain is at most 24, the picture at most 231
    return picture


@lru_cache(maxsize=1)
def _grain() -> Pixels:
    """Return noise of 0..24 that is partly smooth, as sensor noise after a camera's own denoising is."""
    random = np.random.default_rng(20260203)
    fine = random.integers(0, 25, (_NOISE_EDGE_PX, _NOISE_EDGE_PX, 1))
    colour = random.integers(0, 25, (_NOISE_EDGE_PX // 4, _NOISE_EDGE_PX // 4, 3)).repeat(4, 0).repeat(4, 1)
    return ((fine * 2 + colour) // 3).astype(np.uint8)
