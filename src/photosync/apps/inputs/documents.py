"""Inputs, their files and deliveries as the command line and the API show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from photosync.apps.inputs.models import DeliveredArchive, Delivery, Input, InputFile
from photosync.apps.inputs.queries import held_by, profiles_by_input
from photosync.apps.people.protected_names import ProtectedNames
from photosync.apps.schools.models import School
from photosync.engine.names import readable_path


def input_documents(inputs: Sequence[Input], school: School) -> list[dict[str, Any]]:
    """Return each with how much it holds and which profiles read it, in two queries however many there are."""
    held, used_by = held_by(inputs), profiles_by_input(school, inputs)
    return [
        {
            "id": each.pk,
            "name": each.name,
            "description": each.description,
            "option": each.option,
            "files": held[each.pk].files,
            "size_bytes": held[each.pk].size_bytes,
            "created_at": _moment(each.created_at, school),
            "created_by": each.created_by,
            "changed_at": _moment(each.changed_at, school),
            "changed_by": each.changed_by or None,
            "used_by": used_by[each.pk],
        }
        for each in inputs
    ]


def input_document(found: Input) -> dict[str, Any]:
    return input_documents([found], found.school)[0]


def file_document(file: InputFile, school: School, names: ProtectedNames | None = None) -> dict[str, Any]:
    """Return the file. `names` are those that its path may not tell."""
    path = readable_path(file.path.path)
    return {
        "id": file.pk,
        "path": path if names is None else names.path(path),
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "arrived_at": _moment(file.arrived_at, school),
        "arrived_by": file.arrived_by,
    }


def delivery_document(delivery: Delivery) -> dict[str, Any]:
    """Return the delivery. While it is open, `files` counts what has arrived; `outcome` is empty until it is done."""
    school = delivery.input.school
    return {
        "delivery": delivery.pk,
        "input": delivery.input.name,
        "mode": delivery.mode,
        "state": delivery.state,
        "explanation": delivery.explanation,
        "files": delivery.file_count,
        "size_bytes": delivery.size_bytes,
        "began_at": _moment(delivery.began_at, school),
        "began_by": delivery.began_by,
        "finished_at": _moment(delivery.finished_at, school),
        "finished_by": delivery.finished_by or None,
        "unpacked": delivery.done,
        "to_unpack": delivery.total,
        "archives": [archive_document(each) for each in delivery.archives.all()],
        "outcome": delivery.outcome,
        "refused": [{"file": readable_path(path), "reason": why} for path, why, _key in delivery.refused],
    }


def archive_document(archive: DeliveredArchive) -> dict[str, Any]:
    return {
        "archive": archive.pk,
        "name": archive.name,
        "size_bytes": archive.size_bytes,
        "received_bytes": archive.received_bytes,
    }


def _moment(when: datetime | None, school: School) -> str | None:
    return None if when is None else when.astimezone(school.zone).isoformat()
