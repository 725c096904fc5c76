"""Inputs and their files, as the pages of Sync UI show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.inputs.matching import HowMatched, look_at
from photosync.apps.inputs.models import Delivery, Input, InputFile
from photosync.apps.inputs.queries import held_by, profiles_by_input
from photosync.apps.inputs.thumbnails import is_called_a_picture
from photosync.apps.people.protected_names import ProtectedNames, not_named
from photosync.apps.schools.models import School
from photosync.core.errors import PhotoSyncError
from photosync.core.photos import BYTES_PER_MEGABYTE
from photosync.engine.names import readable_path
from photosync.web.badge import Badge
from photosync.web.short_dates import short_moment


@dataclass(frozen=True, slots=True)
class InputShown:
    found: Input
    files: int
    size: str
    changed: str
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileShown:
    """`person` is whom it matches; else `reason` says why it matches nobody, where that is known.

    `has_picture`: a small picture may be asked for; else `instead` says why not. `is_hidden`: `path` is none, as it
    may tell who is protected.
    """

    file_id: int
    path: str
    size: str
    arrived: str
    person: str = ""
    reason: str = ""
    has_picture: bool = False
    instead: str = ""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryShown:
    delivery: Delivery
    badge: Badge
    began: str
    ended: str
    size: str
    counts: tuple[tuple[int, str], ...]


def inputs_shown(inputs: Sequence[Input], school: School, now: datetime) -> list[InputShown]:
    held, used_by = held_by(inputs), profiles_by_input(school, inputs)
    return [
        InputShown(
            each,
            held[each.pk].files,
            size_words(held[each.pk].size_bytes),
            _when(each.changed_at, school, now),
            tuple(used_by[each.pk]),
        )
        for each in inputs
    ]


def files_shown(
    found: Input, how: HowMatched, files: Sequence[InputFile], now: datetime, names: ProtectedNames
) -> tuple[list[FileShown], str]:
    """Return the files with whom each matches; and why that cannot be said, or "".

    While it cannot be said whose a picture is, none is shown: it may be that of someone who is protected. `names` are
    those that whoever looks may not read.
    """
    problem = ""
    try:
        looked = look_at(found, how, files)
        matched = [(each.tried.person, each.tried.reason) for each in looked]
        shows = [each.may_be_shown for each in looked]
        hidden = [each.may_be_of_protected for each in looked]
    except PhotoSyncError as error:
        problem, matched, shows = names.text(error.message), [("", "")] * len(files), [False] * len(files)
        hidden = [names.in_path(readable_path(each.path.path)) for each in files]
    if names.shown:
        hidden = [False] * len(files)
    shown = [
        FileShown(
            each.pk,
            not_named() if is_hidden else readable_path(each.path.path),
            size_words(each.size_bytes),
            _when(each.arrived_at, found.school, now),
            person,
            reason,
            has_picture=may and is_called_a_picture(each.name),
            instead=_instead(each.name, may=may),
            is_hidden=is_hidden,
        )
        for each, (person, reason), may, is_hidden in zip(files, matched, shows, hidden, strict=True)
    ]
    return shown, problem


def _instead(name: str, *, may: bool) -> str:
    if not is_called_a_picture(name):
        return _("no picture")
    return "" if may else _("not shown")


def delivery_shown(delivery: Delivery, school: School, now: datetime) -> DeliveryShown:
    return DeliveryShown(
        delivery,
        Badge(_KINDS[delivery.state], str(Delivery.State(delivery.state).label)),
        _when(delivery.began_at, school, now),
        _when(delivery.finished_at, school, now),
        size_words(delivery.size_bytes),
        _counts(delivery),
    )


def _counts(delivery: Delivery) -> tuple[tuple[int, str], ...]:
    words = {
        "added": _("added"),
        "replaced": _("replaced"),
        "unchanged": _("unchanged"),
        "removed": _("removed"),
        "refused": _("not taken"),
    }
    return tuple((delivery.outcome[name], word) for name, word in words.items() if delivery.outcome.get(name))


def size_words(size_bytes: int) -> str:
    """Return for instance "1.2 MB"; what is less than a thousand bytes in bytes."""
    if size_bytes < 1_000:
        return ngettext("%(number)d byte", "%(number)d bytes", size_bytes) % {"number": size_bytes}
    if size_bytes < BYTES_PER_MEGABYTE:
        return _("%(number)d KB") % {"number": round(size_bytes / 1_000)}
    if size_bytes < 1_000 * BYTES_PER_MEGABYTE:
        return _("%(number)s MB") % {"number": f"{size_bytes / BYTES_PER_MEGABYTE:.1f}"}
    return _("%(number)s GB") % {"number": f"{size_bytes / 1_000 / BYTES_PER_MEGABYTE:.1f}"}


def _when(instant: datetime | None, school: School, now: datetime) -> str:
    return "" if instant is None else short_moment(instant.astimezone(school.zone), now.astimezone(school.zone))


_KINDS = {
    Delivery.State.OPEN.value: "waiting",
    Delivery.State.QUEUED.value: "waiting",
    Delivery.State.RUNNING.value: "active",
    Delivery.State.DONE.value: "active",
    Delivery.State.DROPPED.value: "disabled",
}
