"""Names that differ in how their letters are composed are one name: the keys of the files that are here already.

Where two files of an input turn out to have one name, the newest keeps it. An older one with other bytes stays, under
a name of its own; one with the same bytes is there already.
"""

from collections.abc import Iterable
from itertools import count
from typing import Any

from django.db import migrations
from django.db.models import F

from photosync.core.input_names import LONGEST_PART, LONGEST_PATH, InputPath

AT_ONCE = 500


def compose(apps: Any, _schema_editor: Any) -> None:
    files = apps.get_model("inputs", "InputFile")
    for found in apps.get_model("inputs", "Input").objects.order_by("pk"):
        rows = files.objects.filter(input=found).order_by("-arrived_at", "-pk")
        if _composed(files, rows)[1]:
            found.revision += 1
            found.save(update_fields=("revision",))
    delivered = apps.get_model("inputs", "DeliveredFile")
    deliveries = apps.get_model("inputs", "Delivery").objects
    for delivery in deliveries.exclude(state__in=("done", "dropped")).order_by("pk"):
        gone, _ = _composed(delivered, delivered.objects.filter(delivery=delivery).order_by("-pk"))
        deliveries.filter(pk=delivery.pk).update(
            file_count=F("file_count") - len(gone),
            size_bytes=F("size_bytes") - sum(each.size_bytes for each in gone),
            refused=[[path, why, key and _key(path)] for path, why, key in delivery.refused],
        )


def _composed(model: Any, rows: Iterable[Any]) -> tuple[list[Any], bool]:
    """Give the `rows` of one input or delivery, the newest first, their keys.

    Return those that were deleted, and whether the names or number of files are others now.
    """
    rows = list(rows)
    taken = {_key_of(each) for each in rows}
    first: dict[str, Any] = {}
    changed, gone, is_renamed = [], [], False
    for row in rows:
        other = first.setdefault(_key_of(row), row)
        if other is not row and other.sha256 == row.sha256:
            gone.append(row)
            continue
        if other is not row:
            row.name, is_renamed = _free_name(row, taken), True
            taken.add(_key_of(row))
        if row.path_key != _key_of(row):
            changed.append(row)
    for start in range(0, len(gone), AT_ONCE):
        model.objects.filter(pk__in=[each.pk for each in gone[start : start + AT_ONCE]]).delete()
    # First keys that no other row can have: two rows might change theirs for each other's.
    for each in changed:
        each.path_key = f"row {each.pk}"
    model.objects.bulk_update(changed, ("name", "path_key"), batch_size=AT_ONCE)
    for each in changed:
        each.path_key = _key_of(each)
    model.objects.bulk_update(changed, ("path_key",), batch_size=AT_ONCE)
    return gone, is_renamed or bool(gone)


def _key_of(row: Any) -> str:
    return InputPath(row.folder, row.name).key


def _key(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return InputPath(folder, name).key


def _free_name(row: Any, taken: set[str]) -> str:
    stem, dot, suffix = row.name.rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    longest = min(LONGEST_PART, LONGEST_PATH - len(row.folder) - 1)
    for number in count(2):
        end = f" ({number}){dot}{suffix}"
        name = stem[: max(longest - len(end), 1)] + end
        if InputPath(row.folder, name).key not in taken:
            return name
    raise AssertionError("there is always a number")


class Migration(migrations.Migration):
    dependencies = [("inputs", "0002_deliverers")]

    operations = [migrations.RunPython(compose, migrations.RunPython.noop)]
