"""The ZIP of a test, and the source that reads it."""

from pathlib import Path

from photosync.connectors.archive.source import ArchiveSource


def opened(place: Path, content: bytes, **given: object) -> ArchiveSource:
    (place / "photos.zip").write_bytes(content)
    return ArchiveSource(str(place / "photos.zip"), **given)  # type: ignore[arg-type]  # passed on as they are
