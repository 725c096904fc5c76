"""Which blobs of the photo store inputs refer to: files on their way, and those that are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from photosync.apps.inputs.models import DeliveredFile, Input, InputFile
from photosync.apps.schools.models import School
from photosync.core.people import quoted


def referenced_by_inputs(sha256s: Sequence[str]) -> set[str]:
    """Return those of the blobs that a delivery or an input refers to.

    In the order in which a blob passes on: what leaves a delivery meanwhile is found in its input.
    """
    names = set(sha256s)
    found: set[str] = set()
    for model in (DeliveredFile, InputFile):
        rows = model._default_manager.filter(sha256__in=names - found).order_by()
        found |= set(rows.values_list("sha256", flat=True))
    return found


def blobs_of_inputs() -> list[QuerySet[Any, Any]]:
    """Return the queries that give (name, size in bytes) of every blob that inputs refer to."""
    return [
        model._default_manager.order_by().values_list("sha256", "size_bytes") for model in (DeliveredFile, InputFile)
    ]


def advice_on(sha256: str) -> str:
    """Return what to do about a lost or damaged blob that an input refers to; "" where none does."""
    file = InputFile.objects.filter(sha256=sha256).select_related("input").first()
    if file is None:
        return ""
    words = _("It is %(path)s of the input %(input)s. Deliver it again, or restore it from a backup.")
    return words % {"path": quoted(file.path.path), "input": file.input.name}


def forget_bytes(school: School, sha256s: Iterable[str], at: Iterable[tuple[str, str, str]]) -> set[str]:
    """Take an erased person's files out of the school's inputs and deliveries; return the blobs that they named.

    `sha256s` are the person's bytes; `at` are (option `input` of a profile, folder, name) of files by their path.
    """
    hashes = list(sha256s)
    gone = InputFile.objects.filter(input__school=school, sha256__in=hashes)
    coming = DeliveredFile.objects.filter(delivery__input__school=school, sha256__in=hashes)
    ids = set(gone.values_list("pk", flat=True))
    by_option = {each.option: each for each in Input.objects.filter(school=school)}
    for option, folder, name in at:
        if option in by_option:
            there = InputFile.objects.filter(input=by_option[option], folder=folder, name=name)
            ids |= set(there.values_list("pk", flat=True))
    rows = InputFile.objects.filter(pk__in=ids)
    named = {*rows.values_list("sha256", flat=True), *coming.values_list("sha256", flat=True)}
    Input.objects.filter(files__in=list(ids)).update(revision=F("revision") + 1)
    rows.delete()
    coming.delete()
    return named
