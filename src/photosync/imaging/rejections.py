"""The refusals, in the words that a school secretary reads. Each ends with what to do.

Codes: empty, not_an_image, unsupported, heic_not_installed, damaged, too_many_bytes, too_many_pixels,
too_small, part_too_small, too_much_memory, and from the pool: crashed, too_slow.
"""

from photosync.core.errors import ItemRejected


def empty() -> ItemRejected:
    return ItemRejected(
        "The file is empty (0 bytes), so there is no photo to use. Copy or export the photo again.",
        code="empty",
    )


def not_an_image(looks_like: str = "") -> ItemRejected:
    found = f"it looks like {looks_like}" if looks_like else "its content is no picture format we know"
    return ItemRejected(
        f"This is not an image: {found}, whatever the file is called. It was not used. "
        "Replace it with a JPEG or PNG photo.",
        code="not_an_image",
    )


def unsupported(what: str) -> ItemRejected:
    return ItemRejected(
        f"This picture cannot be converted: {what}. It was not used. Save it as an ordinary JPEG and try again.",
        code="unsupported",
    )


def heic_not_installed() -> ItemRejected:
    return ItemRejected(
        "This is an HEIC photo (as iPhones make them), and this server has no HEIC support. "
        "It was not used. Save it as JPEG, or ask the administrator to install the extra `heic` "
        "(pip install 'photosync[heic]').",
        code="heic_not_installed",
    )


def damaged(format_name: str, detail: str = "") -> ItemRejected:
    found = f": {detail}" if detail else ""
    return ItemRejected(
        f"The {format_name} file is damaged or incomplete{found}. It was not used. "
        "Copy it again from the original, or take the photo again.",
        code="damaged",
    )


def too_many_bytes(found_bytes: int, max_bytes: int) -> ItemRejected:
    return ItemRejected(
        f"The file is {_millions(found_bytes)} MB; at most {_millions(max_bytes)} MB are accepted. "
        "It was not used. Save the photo smaller.",
        code="too_many_bytes",
    )


def too_many_pixels(width_px: int, height_px: int, max_pixels: int) -> ItemRejected:
    return ItemRejected(
        f"The picture is {width_px} x {height_px} pixels ({_millions(width_px * height_px)} megapixels); "
        f"at most {_millions(max_pixels)} megapixels are accepted. It was not used. Save the photo smaller.",
        code="too_many_pixels",
    )


def too_small(width_px: int, height_px: int, min_short_edge_px: int) -> ItemRejected:
    return ItemRejected(
        f"The picture is only {width_px} x {height_px} pixels; the shorter side must have at least "
        f"{min_short_edge_px}. It was not used. Use the photo in its original size.",
        code="too_small",
    )


def part_too_small(width_px: int, height_px: int, min_short_edge_px: int) -> ItemRejected:
    return ItemRejected(
        f"The chosen part of the picture is only {width_px} x {height_px} pixels; the shorter side must have at "
        f"least {min_short_edge_px}. It was not used. Choose a larger part, or use a larger photo.",
        code="part_too_small",
    )


def too_much_memory() -> ItemRejected:
    return ItemRejected(
        "Reading this picture needs more memory than one photo may use. It was not used. "
        "Save it again as an ordinary JPEG.",
        code="too_much_memory",
    )


def crashed() -> ItemRejected:
    return ItemRejected(
        "Reading this picture made the picture reader stop, so the file is damaged in an unusual way. "
        "It was not used. Save it again as an ordinary JPEG.",
        code="crashed",
    )


def too_slow(limit_s: float) -> ItemRejected:
    return ItemRejected(
        f"Reading this picture took longer than {limit_s:g} seconds and was given up. It was not used. "
        "Save it again as an ordinary JPEG.",
        code="too_slow",
    )


def _millions(count: int) -> str:
    """Write millions with one decimal, rounded up so that 40,000,001 does not read as 40."""
    tenths = -(-count // 100_000)
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"
