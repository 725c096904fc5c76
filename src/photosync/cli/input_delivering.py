"""What `photosync input put` does: files, folders and ZIPs of this machine become one delivery."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photosync.cli import options, output
from photosync.cli.processes import processes
from photosync.cli.progress import RunProgress
from photosync.cli.system_user import operator_name
from photosync.core.errors import PhotoSyncError, WrongUse

if TYPE_CHECKING:
    from photosync.apps.inputs.models import Delivery, Input

TOGETHER = 100
TOGETHER_BYTES = 32_000_000
REFUSED_PRINTED = 50


def deliver_paths(found: Input, paths: Sequence[Path], *, replaces: bool) -> Delivery:
    """Deliver what lies at `paths` and return the finished delivery. After an error nothing was changed."""
    from photosync.apps.inputs.delivering import begin_delivery, drop_delivery, finish_delivery

    for path in paths:
        if not path.exists():
            raise WrongUse(f"There is no file or folder {path}. Nothing was delivered.")
    mode = "replace" if replaces else "add"
    delivery = begin_delivery(found, mode=mode, by=operator_name(), now=options.right_now())
    try:
        with RunProgress() as progress:
            _send(delivery, paths, progress)
            delivery = finish_delivery(delivery, by=operator_name(), now=options.right_now())
            delivery = processes().execute_or_follow_delivery(
                delivery, lambda each: progress.update("unpacking", each.done, each.total)
            )
        if delivery.state != delivery.State.DONE:
            raise PhotoSyncError(delivery.explanation or "The delivery was dropped. Nothing was changed.")
    except BaseException:
        # What is sent from this machine can be sent again; nothing waits to be gone on with.
        _drop_quietly(delivery, drop_delivery)
        raise
    return delivery


def _drop_quietly(delivery: Delivery, drop: Any) -> None:
    delivery.refresh_from_db()
    if delivery.is_alive:
        drop(delivery, by=operator_name(), now=options.right_now())


def _send(delivery: Delivery, paths: Sequence[Path], progress: RunProgress) -> None:
    from photosync.apps.inputs.delivering import deliver_files

    together: list[tuple[str, bytes]] = []
    size_bytes = done = 0
    for name, file in _files(paths):
        if _is_zip(file):
            _send_zip(delivery, name, file, progress)
            continue
        together.append((name, _content(file)))
        size_bytes += len(together[-1][1])
        if len(together) >= TOGETHER or size_bytes >= TOGETHER_BYTES:
            deliver_files(delivery, together, now=options.right_now())
            done += len(together)
            progress.update("delivering", done, None)
            together, size_bytes = [], 0
    if together:
        deliver_files(delivery, together, now=options.right_now())


def _content(file: Path) -> bytes:
    """Return the bytes; of a file that is larger than any photo, so many that this is seen."""
    from photosync.apps.inputs.delivering import largest_file_bytes

    try:
        with file.open("rb") as opened:
            return opened.read(largest_file_bytes() + 1)
    except OSError as error:
        raise WrongUse(f"{file} cannot be read: {error.strerror or error}. Nothing was delivered.") from error


def _send_zip(delivery: Delivery, name: str, file: Path, progress: RunProgress) -> None:
    from photosync.apps.inputs.delivering_zips import LARGEST_PART_BYTES, begin_archive, deliver_part

    size_bytes = file.stat().st_size
    # Another file is another ZIP, also where both are photos.zip: nothing is gone on with here.
    mark = sha256(os.fsencode(file.resolve())).hexdigest()
    archive = begin_archive(delivery, name, size_bytes, mark=mark, now=options.right_now())
    with file.open("rb") as opened:
        while archive.received_bytes < size_bytes:
            part = opened.read(LARGEST_PART_BYTES)
            if not part:
                raise WrongUse(f"{file} became shorter while it was read. Nothing was delivered.")
            archive.received_bytes = deliver_part(archive, archive.received_bytes, part, now=options.right_now())
            progress.update(f"sending {name}", archive.received_bytes // 1_000_000, size_bytes // 1_000_000)


def _files(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Yield (path in the input, file): a file under its name, those of a folder as they lie in it."""
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file():
                    yield file.relative_to(path).as_posix(), file
        else:
            yield path.name, path


def _is_zip(file: Path) -> bool:
    from photosync.apps.unpacking import ZIP_HEADS

    try:
        with file.open("rb") as opened:
            return opened.read(4) in ZIP_HEADS
    except OSError:
        return False  # whoever reads it says why


def print_delivery(delivery: Delivery) -> None:
    """Print what it did, and which files were not taken and why."""
    from photosync.apps.inputs.documents import delivery_document

    document = delivery_document(delivery)
    outcome = document["outcome"]
    if output.wants_json():
        output.print_json(document)
    else:
        counts = ", ".join(f"{number} {name}" for name, number in outcome.items())
        output.print_text(f"Delivered into {document['input']}: {counts}.")
        rows = [[each["file"], each["reason"]] for each in document["refused"][:REFUSED_PRINTED]]
        if rows:
            output.print_table(("not taken", "why"), rows)
