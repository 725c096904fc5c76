"""Small pictures of the files of an input, for those who look at what is in it.

They are made when someone looks and kept in the memory of the process alone: there is nothing to erase, to back up or
to clear. Rule: docs/decisions/0033-looking-into-an-input.md
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from threading import BoundedSemaphore
from typing import NamedTuple

from django.utils.translation import gettext as _

from photosync.apps.inputs.models import InputFile
from photosync.apps.library.models import PhotoVersion, SourceContent, Withdrawal
from photosync.apps.library.pictures import render_content
from photosync.apps.library.store import photo_store, render_settings
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import showing_of
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile
from photosync.connectors.index_file import PICTURE_SUFFIXES
from photosync.core.consent import Purpose
from photosync.core.errors import ItemRejected, TryLater
from photosync.imaging import RenderSettings, RenditionSize

EDGE_PX = 160
AT_ONCE = 2
"""Pictures that are made at one time for those who look: runs need the same processes."""
WAITS_S = 4.0
MOST_KEPT = 2_000
"""Each has some 4 KB."""
_turns = BoundedSemaphore(AT_ONCE)


def is_called_a_picture(name: str) -> bool:
    """Return whether the name ends as those of pictures do; what has no ending may be one too."""
    return name.lower().endswith(PICTURE_SUFFIXES) or "." not in name


def thumbnail_tag(sha256: str) -> str:
    """Return what changes whenever the small picture of these bytes would be another."""
    return f"{sha256}-{_settings().fingerprint()}"


def thumbnail_of(sha256: str) -> bytes:
    """Return the small picture of a file of an input, upright, as JPEG.

    Raises ItemRejected for what is no picture that can be read, TryLater, Damaged or StorageUnavailable.
    """
    made = _made(sha256, _settings())
    if isinstance(made, _Refusal):
        raise ItemRejected(made.message, code=made.code)
    return made


def _settings() -> RenderSettings:
    """What is let in is what a sync lets in; but one that is too small for a photo can be looked at all the same."""
    return replace(render_settings(), rendition_sizes=(RenditionSize("thumb", EDGE_PX),), min_short_edge_px=1)


class _Refusal(NamedTuple):
    """Why there is no picture, in words alone: the error itself would hold the file that it was raised over."""

    message: str
    code: str


@lru_cache(maxsize=MOST_KEPT)
def _made(sha256: str, settings: RenderSettings) -> bytes | _Refusal:
    """Return the picture, or why there is none: so that a hostile one costs its time once."""
    if not _turns.acquire(timeout=WAITS_S):
        raise TryLater(_("Many pictures are being looked at. This one was not made yet. Look again in a minute."))
    try:
        return render_content(photo_store().read_verified(sha256), settings=settings).renditions[0].content
    except ItemRejected as error:
        return _Refusal(error.message, error.code)
    finally:
        _turns.release()


def may_be_shown(school: School, files: Sequence[InputFile], people: Sequence[Collection[int]]) -> list[bool]:
    """Return for each of `files`, which may be of `people`, whether its picture may be shown to those who see photos.

    It is not where anyone of them, or anyone whose picture the library knows it to be, is protected, has no photo
    that may be shown (withdrawn, not consented to) or keeps none. Five queries, however many files.
    """
    owners = _owners(school, {each.sha256 for each in files})
    hidden = _hidden(school, set().union(*people, *owners.values()))
    return [
        hidden.isdisjoint(owners.get(file.sha256, ())) and hidden.isdisjoint(may_be_of)
        for file, may_be_of in zip(files, people, strict=True)
    ]


def _owners(school: School, sha256s: set[str]) -> dict[str, set[int]]:
    """Return the people of the school whose picture each of these bytes is, as far as the library knows."""
    contents = SourceContent.objects.filter(sha256__in=sha256s, picture__isnull=False)
    pictures = list(contents.values_list("sha256", "picture_id"))
    if not pictures:
        return {}
    ids = {picture for _sha256, picture in pictures}
    versions = PhotoVersion.objects.filter(picture__in=ids, person__school=school).order_by()
    files = ListedFile.objects.filter(picture__in=ids, person__school=school).order_by()
    by_picture: dict[int | None, set[int]] = {}
    for rows in (versions, files):
        for picture, person in rows.values_list("picture_id", "person_id"):
            by_picture.setdefault(picture, set()).add(person)
    found: dict[str, set[int]] = {}
    for sha256, picture in pictures:
        found.setdefault(sha256, set()).update(by_picture.get(picture, ()))
    return found


def _hidden(school: School, person_ids: set[int]) -> set[int]:
    withdrawn = set(Withdrawal.objects.filter(person__in=person_ids).values_list("person_id", flat=True))
    return {
        each.pk
        for each in Person.objects.filter(pk__in=person_ids)
        if each.pk in withdrawn or each.keeps_no_photo or not showing_of(each, Purpose.SCHOOL_USE, school).allowed
    }
