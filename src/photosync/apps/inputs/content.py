"""Changing what an input holds: always as a whole, in one transaction, so that no sync sees half of a delivery."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from photosync.apps.inputs.models import DeliveredFile, Delivery, Input, InputFile
from photosync.core.errors import NotFound, Refused
from photosync.core.people import quoted
from photosync.core.photos import BYTES_PER_MEGABYTE

MOST_FILES = 50_000
MOST_BYTES = 50_000_000_000
AT_ONCE = 500


@dataclass(slots=True)
class Applied:
    """What a delivery did to its input."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    removed: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.added or self.replaced or self.removed)

    def counts(self) -> dict[str, int]:
        return {
            "added": self.added,
            "replaced": self.replaced,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "refused": len(self.refused),
        }


def locked(found: Input) -> Input:
    """Return the input as it is now; nobody else changes it until the transaction ends. Raises NotFound."""
    stored = Input.objects.select_for_update(of=("self",)).select_related("school").filter(pk=found.pk).first()
    if stored is None:
        raise NotFound(_("The input %(input)s has been deleted. Nothing was changed.") % {"input": found.name})
    return stored


def mark_changed(stored: Input, *, by: str, now: datetime) -> None:
    """Note that the content of a locked input is another from now on: a listing that goes on begins anew."""
    stored.revision += 1
    stored.changed_at, stored.changed_by = now, by[:200]
    stored.save(update_fields=("revision", "changed_at", "changed_by"))


def apply_delivery(stored: Input, delivery: Delivery, *, by: str, now: datetime) -> Applied:
    """Let the files of `delivery` be in the locked input. Raises Refused where it would hold too much.

    With Replace everything, what was not delivered goes; but a file that was sent and could not be taken keeps its
    former content: nobody meant to remove it.
    """
    applied = Applied(refused=[(path, why) for path, why, _key in delivery.refused])
    existing = {each.path_key: each for each in InputFile.objects.filter(input=stored)}
    coming = list(DeliveredFile.objects.filter(delivery=delivery).order_by("pk"))
    replaces = delivery.mode == Delivery.Mode.REPLACE
    new, changed, same = _sorted(existing, coming, applied, may_rename=replaces)
    gone: list[int] = []
    if replaces:
        kept = {each.path_key for each in coming} | {key for _path, _why, key in delivery.refused}
        gone = [each.pk for key, each in existing.items() if key not in kept]
        applied.removed = len(gone)
    _refuse_too_much(stored, existing, gone, new, changed)
    for start in range(0, len(gone), AT_ONCE):
        InputFile.objects.filter(pk__in=gone[start : start + AT_ONCE]).delete()
    for start in range(0, len(same), AT_ONCE):
        InputFile.objects.filter(pk__in=same[start : start + AT_ONCE]).update(delivery=delivery)
    rows = [_input_file(stored, delivery, each, by=by, now=now) for each in new]
    InputFile.objects.bulk_create(rows, batch_size=AT_ONCE)
    for row, each in changed:
        if row.path.composed != each.path.composed:  # else it stays known by the name that it has
            row.folder, row.name = each.folder, each.name
        row.delivery = delivery
        row.size_bytes, row.sha256, row.arrived_at, row.arrived_by = each.size_bytes, each.sha256, now, by[:200]
    fields = ("folder", "name", "delivery", "size_bytes", "sha256", "arrived_at", "arrived_by")
    InputFile.objects.bulk_update([row for row, _each in changed], fields, batch_size=AT_ONCE)
    if applied.changed:
        mark_changed(stored, by=by, now=now)
    return applied


def _sorted(
    existing: Mapping[str, InputFile], coming: Sequence[DeliveredFile], applied: Applied, *, may_rename: bool
) -> tuple[list[DeliveredFile], list[tuple[InputFile, DeliveredFile]], list[int]]:
    """Return the files that are new, those that are other than before and the ids of those that are the same.

    They are counted in `applied`.
    """
    new: list[DeliveredFile] = []
    same: list[int] = []
    changed: list[tuple[InputFile, DeliveredFile]] = []
    for each in coming:
        there = existing.get(each.path_key)
        if there is None:
            new.append(each)
            applied.added += 1
        elif there.path.composed != each.path.composed and not may_rename:
            applied.refused.append((each.path.path, differs_in_case(there.path.path)))
        elif (there.path.composed, there.sha256) == (each.path.composed, each.sha256):
            applied.unchanged += 1
            same.append(there.pk)
        else:
            changed.append((there, each))
            applied.replaced += 1
    return new, changed, same


def differs_in_case(other: str) -> str:
    words = _(
        "There is %(other)s already, which differs in upper and lower case only. It was not taken. Rename one, or "
        "remove the other first."
    )
    return words % {"other": quoted(other)}


def _refuse_too_much(
    stored: Input,
    existing: Mapping[str, InputFile],
    gone: Collection[int],
    new: Sequence[DeliveredFile],
    changed: Sequence[tuple[InputFile, DeliveredFile]],
) -> None:
    removed = set(gone)
    kept = [each for each in existing.values() if each.pk not in removed]
    files = len(kept) + len(new)
    size_bytes = sum(each.size_bytes for each in (*kept, *new))
    size_bytes += sum(each.size_bytes - row.size_bytes for row, each in changed)
    refuse_beyond_limits(stored, files, size_bytes)


def refuse_beyond_limits(found: Input, files: int, size_bytes: int) -> None:
    """Raise Refused where an input, or a delivery into it, would hold more than it may."""
    if files > MOST_FILES:
        words = _(
            "%(input)s would hold more than %(most)s files. Nothing was changed. Make another input for the rest."
        )
        raise Refused(words % {"input": found.name, "most": f"{MOST_FILES:,}"})
    if size_bytes > MOST_BYTES:
        words = _("%(input)s would hold more than %(most)d GB. Nothing was changed. Make another input for the rest.")
        raise Refused(words % {"input": found.name, "most": MOST_BYTES // (1_000 * BYTES_PER_MEGABYTE)})


def _input_file(stored: Input, delivery: Delivery, each: DeliveredFile, *, by: str, now: datetime) -> InputFile:
    return InputFile(
        input=stored,
        delivery=delivery,
        folder=each.folder,
        name=each.name,
        path_key=each.path_key,
        size_bytes=each.size_bytes,
        sha256=each.sha256,
        arrived_at=now,
        arrived_by=by[:200],
    )
