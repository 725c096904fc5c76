"""What is said of one file that is not read, alike for every source. `path` is as people may see it."""

from __future__ import annotations

from photosync.core.errors import ItemRejected, TryLater

SAVE_IT_SMALLER = "Save it smaller"


def too_many_bytes(path: str, limit_bytes: int, *, do: str = SAVE_IT_SMALLER) -> ItemRejected:
    return ItemRejected(
        f"{path} is larger than {limit_bytes / 1_000_000:g} MB, so it was not read. {do}, or raise the limit in the "
        "settings.",
        code="too_many_bytes",
    )


def not_inside(path: str) -> ItemRejected:
    return ItemRejected(f"{path} is not a name inside the source folder. It was not read.", code="outside_source")


def not_a_file(path: str) -> ItemRejected:
    return ItemRejected(
        f"{path} is not a file, so it was not opened. Remove it from the source folder.", code="not_a_file"
    )


def gone(path: str) -> TryLater:
    return TryLater(
        f"{path} was no longer there when it was to be read. It was left as it is; the next run looks again."
    )


def changed(path: str) -> TryLater:
    return TryLater(f"{path} changed while it was being read. It was left as it is; the next run reads it again.")
