"""Inputs with files in them, for tests."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

from photosync.apps.inputs.delivering import begin_delivery, deliver_files, finish_delivery
from photosync.apps.inputs.delivering_zips import begin_archive, deliver_part
from photosync.apps.inputs.models import DeliveredArchive, Delivery, Input, InputFile
from photosync.apps.inputs.services import add_input
from photosync.apps.inputs.unpacking_work import UnpackingWork, execute_delivery
from photosync.apps.runs.models import Worker
from photosync.apps.schools.models import School

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def make_input(school: School, name: str = "Photographer 2026", files: Mapping[str, bytes] | None = None) -> Input:
    made = add_input(school, name, by="kim", now=NOW)
    if files:
        deliver(made, files)
    return made


def deliver(found: Input, files: Mapping[str, bytes], *, mode: str = "add") -> Delivery:
    delivery = begin_delivery(found, mode=mode, by="kim", now=NOW)
    deliver_files(delivery, list(files.items()), now=NOW)
    return finish_delivery(delivery, by="kim", now=NOW)


def zipped(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def with_zip(found: Input, content: bytes, *, mode: str = "add", name: str = "photos.zip") -> Delivery:
    """Return a delivery with a whole ZIP in it, not finished yet."""
    delivery = begin_delivery(found, mode=mode, by="kim", now=NOW)
    send_zip(delivery, content, name)
    return delivery


def send_zip(delivery: Delivery, content: bytes, name: str = "photos.zip", mark: str = "") -> DeliveredArchive:
    archive = begin_archive(delivery, name, len(content), mark=mark, now=NOW)
    half = len(content) // 2
    deliver_part(archive, 0, content[:half], now=NOW)
    deliver_part(archive, half, content[half:], now=NOW)
    return archive


def worked(delivery: Delivery) -> Delivery:
    """Finish the delivery, let a worker unpack it, and return it as it ended."""
    finish_delivery(delivery, by="kim", now=NOW)
    return executed(delivery)


def executed(delivery: Delivery) -> Delivery:
    """Let a worker unpack the delivery, which waits for that, and return it as it ended."""
    work = UnpackingWork.claim(delivery.pk, make_worker(), lambda: NOW)
    assert work is not None
    execute_delivery(work)
    delivery.refresh_from_db()
    return delivery


def make_worker(executor_id: str = "tester") -> Worker:
    made, _ = Worker.objects.get_or_create(
        executor_id=executor_id,
        defaults={"host": "here", "kind": Worker.Kind.COMMAND, "started_at": NOW, "heartbeat_at": NOW},
    )
    return made


def contents(found: Input) -> dict[str, str]:
    """Return the hash of each file by its path."""
    return {each.path.path: each.sha256 for each in InputFile.objects.filter(input=found)}


def paths(found: Input) -> list[str]:
    return sorted(contents(found))
