"""The files behind a server of the tests, changed on this machine's disk."""

from pathlib import Path


def put(folder: Path, path: str, content: bytes) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def remove(folder: Path, path: str) -> None:
    """Remove a file, and its folder with the last one."""
    file = folder / path
    file.unlink()
    if not any(file.parent.iterdir()):
        file.parent.rmdir()
