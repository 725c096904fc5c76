"""Any colour to 8-bit sRGB with three channels."""

import contextlib
import struct

from photosync.imaging import rejections, vips

PROFILE = "icc-profile-data"

_LOST_PROFILE = "The colour profile in the file could not be used; its colours were taken as ordinary sRGB."
# Red, green and blue of sRGB, adapted to D50, as X, Y, Z: the values that ICC sRGB profiles carry.
_SRGB_PRIMARIES = {
    b"rXYZ": (0.4360, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
_TOLERANCE = 0.003
_SRGB_LIKE_GAMMA_BYTES = 64  # shorter curves are a plain gamma or linear
_MAX_TAGS = 100


def flattened_on_white(image: vips.Image) -> vips.Image:
    """Return the image without transparency; what was clear is white."""
    if not image.hasalpha():
        return image
    most = 65535 if image.format == "ushort" else 255
    white = 0 if image.interpretation == "cmyk" else most
    return image.flatten(background=[white] * (image.bands - 1), max_alpha=most)


def to_srgb(image: vips.Image, notes: list[str]) -> vips.Image:
    """Return the opaque image as 8-bit sRGB with three bands; notes it if its own profile is unusable."""
    if image.get_typeof(PROFILE):
        profile = image.get(PROFILE)
        if not is_srgb_profile(profile):
            with contextlib.suppress(vips.Error):
                if _fits(profile, image.bands):
                    return _through_profile(image)
            notes.append(_LOST_PROFILE)
        image = image.copy()
        image.remove(PROFILE)
    if image.interpretation == "cmyk":
        image = _eight_bit(image).icc_transform("srgb", input_profile="cmyk")
    else:
        image = image.colourspace("srgb")
    if image.bands != 3:
        raise rejections.unsupported(f"it has {image.bands} colour channels")
    return image.cast("uchar")


def is_srgb_profile(profile: bytes) -> bool:
    """Whether an ICC profile is sRGB by its primaries and has sRGB's curve rather than a plain gamma.

    Most cameras embed one; converting from it to itself would cost a third of the whole rendering.
    """
    if profile[16:20] != b"RGB " or len(profile) < 132:
        return False
    try:
        tags = _tags(profile)
        return all(_is_primary(profile, tags, name, xyz) for name, xyz in _SRGB_PRIMARIES.items()) and (
            _has_srgb_curve(profile, tags)
        )
    except (struct.error, KeyError):
        return False


def _fits(profile: bytes, bands: int) -> bool:
    """Whether this is a whole profile for so many channels; if not, libvips silently takes another."""
    space = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}.get(bands)
    is_whole = int.from_bytes(profile[:4], "big") <= len(profile) and profile[36:40] == b"acsp"
    return is_whole and profile[16:20] == space


def _through_profile(image: vips.Image) -> vips.Image:
    result = image.icc_transform("srgb", embedded=True, intent="relative", black_point_compensation=True, depth=8)
    if result.bands != 3:
        result = result.extract_band(0, n=3)
    return result.copy_memory()  # here, so that a profile that only fails in use is noticed here


def _eight_bit(image: vips.Image) -> vips.Image:
    return (image >> 8).cast("uchar").copy(interpretation="cmyk") if image.format == "ushort" else image


def _tags(profile: bytes) -> dict[bytes, tuple[int, int]]:
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * i) for i in range(min(count, _MAX_TAGS)))
    return {name: (offset, size) for name, offset, size in entries}


def _is_primary(profile: bytes, tags: dict[bytes, tuple[int, int]], name: bytes, expected: tuple[float, ...]) -> bool:
    found = struct.unpack_from(">iii", profile, tags[name][0] + 8)
    return all(abs(value / 65536 - wanted) < _TOLERANCE for value, wanted in zip(found, expected, strict=True))


def _has_srgb_curve(profile: bytes, tags: dict[bytes, tuple[int, int]]) -> bool:
    offset, size = tags[b"rTRC"]
    kind = profile[offset : offset + 4]
    if kind == b"para":
        function, gamma, a = struct.unpack_from(">H2xii", profile, offset + 8)
        return function in (3, 4) and abs(gamma / 65536 - 2.4) < 0.01 and abs(a / 65536 - 0.948) < 0.01
    if kind != b"curv" or size < _SRGB_LIKE_GAMMA_BYTES:
        return False
    (entries,) = struct.unpack_from(">I", profile, offset + 8)
    middle: int = struct.unpack_from(">H", profile, offset + 12 + 2 * (entries // 2))[0]
    return abs(middle / 65535 - 0.214) < 0.01  # sRGB's linear value half-way up
