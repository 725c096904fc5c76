"""The file of a backup: a tar with the parts of the database, the key, every photo, and last what all of it is.

photosync-backup.json   what this file is, read first
secret.key              the installation's key
database/...            the database at one instant
photos/ab12...          each blob under the hash of its bytes
manifest.json           names, sizes and hashes of all of it; a file that was cut off has none
manifest.sha256         the hash of the manifest

Nothing here holds more than one blob in memory, whatever the number of them.
"""

from __future__ import annotations

import fcntl
import glob
import hashlib
import io
import json
import os
import secrets
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from photosync.core.errors import Damaged, StorageUnavailable, WrongUse

FORMAT = 1
HEAD, MANIFEST, MANIFEST_HASH = "photosync-backup.json", "manifest.json", "manifest.sha256"
KEY, DATABASE, PHOTOS = "secret.key", "database/", "photos/"
LARGEST_BLOB_BYTES = 512 * 2**20
LARGEST_TEXT_BYTES = 64 * 2**20
_CHUNK_BYTES = 1 << 20
_PART = ".part"


@dataclass(slots=True)
class Part:
    """A member that the manifest names: what it is, its size and hash."""

    name: str
    size_bytes: int
    sha256: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {"name": self.name, "size_bytes": self.size_bytes, "sha256": self.sha256, **self.facts}


class BundleWriter:
    """Writes a backup beside its name and gives it the name when it is whole and durable; else nothing is left."""

    def __init__(self, target: Path, head: Mapping[str, Any]) -> None:
        self._target = Path(os.path.realpath(target))
        self._part = self._target.with_name(f".{self._target.name}.{secrets.token_hex(8)}{_PART}")
        self.folder = self._part.with_suffix(".folder")
        """For what is on its way into the backup; it goes with it."""
        self._head = head
        self.parts: list[Part] = []
        self.blobs = 0
        self.blob_bytes = 0
        self._names = hashlib.sha256()

    def __enter__(self) -> Self:
        with _writing(self._target):
            _clear_leftovers(self._target)
            descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._file: IO[bytes] = os.fdopen(descriptor, "wb")
            self.folder.mkdir(mode=0o700)
            self._tar = tarfile.open(fileobj=self._file, mode="w|", format=tarfile.PAX_FORMAT, bufsize=_CHUNK_BYTES)
            self._add(HEAD, json.dumps({"format": FORMAT, **self._head}).encode())
        return self

    def __exit__(self, *exc: object) -> None:
        self._part.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._file.close()

    def add_part(self, name: str, path: Path, **facts: Any) -> None:
        """Add the file at `path`, one part of the database."""
        with _writing(self._target), path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
            size = content.seek(0, os.SEEK_END)
            content.seek(0)
            self._tar.addfile(_member(name, size), content)
            self._tar.members.clear()  # type: ignore[attr-defined]  # else each one stays in memory
        self.parts.append(Part(name, size, digest, facts))

    def add_text(self, name: str, content: bytes) -> None:
        with _writing(self._target):
            self._add(name, content)
        self.parts.append(Part(name, len(content), hashlib.sha256(content).hexdigest()))

    def add_blob(self, sha256: str, content: bytes) -> None:
        with _writing(self._target):
            self._add(PHOTOS + sha256, content)
        self.blobs += 1
        self.blob_bytes += len(content)
        self._names.update(sha256.encode())

    def finish(self, manifest: Mapping[str, Any]) -> int:
        """Write the manifest, make all of it durable and give it its name; return the size of the file in bytes."""
        told = {
            **manifest,
            "format": FORMAT,
            "parts": [part.document() for part in self.parts],
            "blobs": {"count": self.blobs, "size_bytes": self.blob_bytes, "names_sha256": self._names.hexdigest()},
        }
        body = json.dumps(told, ensure_ascii=False).encode()
        with _writing(self._target):
            self._add(MANIFEST, body)
            self._add(MANIFEST_HASH, hashlib.sha256(body).hexdigest().encode())
            self._tar.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            size = self._file.tell()
            self._file.close()
            self._part.rename(self._target)
            _sync_folder(self._target.parent)
        return size

    def _add(self, name: str, content: bytes) -> None:
        self._tar.addfile(_member(name, len(content)), io.BytesIO(content))
        self._tar.members.clear()  # type: ignore[attr-defined]  # else each one stays in memory


@dataclass(slots=True)
class BundleReader:
    """Reads a backup from its beginning to its end, and holds each part against its hash."""

    path: Path
    head: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)

    def read(
        self,
        *,
        on_part: Callable[[str, IO[bytes]], tuple[int, str]],
        on_blob: Callable[[str, bytes], None],
    ) -> None:
        """Hand over every part and blob, then hold all of it against the manifest.

        `on_part` reads the part to its end and returns its size and hash. Raises WrongUse for what is no backup,
        Damaged for one that is cut off or changed. What was handed over by then is not to be used.
        """
        try:
            self._read(on_part, on_blob)
        except (tarfile.TarError, EOFError, UnicodeDecodeError) as error:
            if self.head:
                raise self._cut_off() from error
            raise self._no_backup() from error

    def _read(
        self, on_part: Callable[[str, IO[bytes]], tuple[int, str]], on_blob: Callable[[str, bytes], None]
    ) -> None:
        parts: dict[str, tuple[int, str]] = {}
        blobs, names, blob_bytes = 0, hashlib.sha256(), 0
        texts: dict[str, bytes] = {}
        for name, size, content in self._members():
            if not self.head and name != HEAD:
                raise self._no_backup()
            if name in (HEAD, MANIFEST, MANIFEST_HASH):
                texts[name] = self._small(content, size)
                if name == HEAD:
                    self.head = self._head_of(texts[name])
            elif name.startswith(PHOTOS):
                body = self._blob(name.removeprefix(PHOTOS), content, size)
                on_blob(name.removeprefix(PHOTOS), body)
                blobs, blob_bytes = blobs + 1, blob_bytes + size
                names.update(name.removeprefix(PHOTOS).encode())
            elif name == KEY or name.startswith(DATABASE):
                parts[name] = on_part(name, content)
            else:
                raise self._changed(name)
        self._check(texts, parts, {"count": blobs, "size_bytes": blob_bytes, "names_sha256": names.hexdigest()})

    def _members(self) -> Iterator[tuple[str, int, IO[bytes]]]:
        try:
            with self.path.open("rb") as file, tarfile.open(fileobj=file, mode="r|", bufsize=_CHUNK_BYTES) as tar:
                while (member := tar.next()) is not None:
                    content = tar.extractfile(member) if member.isreg() else None
                    if content is None:
                        raise self._changed(member.name)
                    yield member.name, member.size, content
                    tar.members.clear()  # type: ignore[attr-defined]  # else each one stays in memory
        except OSError as error:
            raise WrongUse(
                f"The backup {self.path} cannot be read: {error.strerror or error}. Nothing was restored."
            ) from error

    def _head_of(self, body: bytes) -> dict[str, Any]:
        head = _json(body)
        if head is None or "format" not in head:
            raise self._no_backup()
        if head["format"] != FORMAT:
            raise WrongUse(
                f"The backup {self.path} was made by a newer version of Photo Sync ({head.get('version')}). Nothing "
                "was restored. Install that version, then restore it."
            )
        return head

    def _check(self, texts: Mapping[str, bytes], parts: Mapping[str, tuple[int, str]], blobs: dict[str, Any]) -> None:
        if not self.head:
            raise self._no_backup()
        body, digest = texts.get(MANIFEST), texts.get(MANIFEST_HASH)
        if body is None or digest is None:
            raise self._cut_off()
        manifest = _json(body)
        if manifest is None or hashlib.sha256(body).hexdigest().encode() != digest:
            raise self._changed(MANIFEST)
        told = {part["name"]: (part["size_bytes"], part["sha256"]) for part in manifest["parts"]}
        for name in {*told, *parts}:
            if told.get(name) != parts.get(name):
                raise self._changed(name)
        if manifest["blobs"] != blobs:
            raise self._changed("photos")
        self.manifest = manifest

    def _small(self, content: IO[bytes], size: int) -> bytes:
        if size > LARGEST_TEXT_BYTES:
            raise self._changed(MANIFEST)
        return content.read()

    def _blob(self, name: str, content: IO[bytes], size: int) -> bytes:
        if size > LARGEST_BLOB_BYTES:
            raise self._changed(name)
        body = content.read()
        if hashlib.sha256(body).hexdigest() != name:
            raise self._changed(f"the photo {name}")
        return body

    def _no_backup(self) -> WrongUse:
        return WrongUse(
            f"{self.path} is no backup of Photo Sync. Nothing was restored. Give a file that photosync backup made."
        )

    def _cut_off(self) -> Damaged:
        return Damaged(
            f"The backup {self.path} is cut off: its end is missing. Nothing was restored. Copy it again from where "
            "it was made, or use an older backup."
        )

    def _changed(self, what: str) -> Damaged:
        return Damaged(
            f"The backup {self.path} is damaged: {what} is not as it was when it was made. Nothing was restored. "
            "Copy it again from where it was made, or use an older backup."
        )


def copied_to(target: Path | None) -> Callable[[IO[bytes]], tuple[int, str]]:
    """Return what copies a part to `target` (None: nowhere), and says its size and hash."""

    def copy(content: IO[bytes]) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        output = None if target is None else _new_file(target)
        try:
            while chunk := content.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                if output is not None:
                    output.write(chunk)
            if output is not None:
                output.flush()
                os.fsync(output.fileno())
        finally:
            if output is not None:
                output.close()
        return size, digest.hexdigest()

    return copy


def _new_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def _json(body: bytes) -> dict[str, Any] | None:
    with suppress(ValueError):
        found = json.loads(body)
        if isinstance(found, dict):
            return found
    return None


def _clear_leftovers(target: Path) -> None:
    """Remove what backups to `target` that were killed have left; one that goes on holds a lock."""
    for part in target.parent.glob(f".{glob.escape(target.name)}.*{_PART}"):
        with part.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            shutil.rmtree(part.with_suffix(".folder"), ignore_errors=True)
            part.unlink(missing_ok=True)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _writing:  # noqa: N801 - reads as what it does
    """Raise StorageUnavailable in place of an OSError of the block."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise StorageUnavailable(
                f"The backup {self._target} cannot be written: {error.strerror or error}. No backup was made; one "
                "that had this name is untouched. Check the rights and the free space there, or give another file."
            ) from error
