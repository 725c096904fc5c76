"""The picture of a file that no run has staged, for someone who decides on it.

Rule: docs/decisions/0009-what-review-remembers.md
"""

from __future__ import annotations

from hashlib import sha256
from threading import BoundedSemaphore

from django.db import transaction
from django.db.models import Q

from photosync.apps.library.models import PhotoVersion, Picture, SourceContent
from photosync.apps.library.pictures import keep_renditions, picture_row, render_content
from photosync.apps.library.store import render_settings
from photosync.apps.people.models import Identifier
from photosync.apps.people.queries import FOLDED
from photosync.apps.review.models import ReviewDecision
from photosync.apps.runs.execution import render_fingerprint
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.opening import open_profile_source
from photosync.core.errors import ItemRejected, TryLater
from photosync.engine.names import original_name

State = ListedFile.State
AT_ONCE = 2
"""Files that are fetched and rendered at one time for those who look: runs need the same processes."""
WAITS_S = 20.0
_LOOKED_AT = (State.UNMATCHED, State.REVIEW)
_turns = BoundedSemaphore(AT_ONCE)


def picture_to_look_at(file: ListedFile) -> Picture:
    """Return the picture of a file in review, fetched and rendered where no one has looked at it before.

    Raises ItemRejected where it is no usable picture, TryLater (SourceUnavailable too) where it cannot be had now.
    """
    if file.picture is not None:
        return file.picture
    if not _turns.acquire(timeout=WAITS_S):
        raise TryLater("Many pictures are being looked at. This one was not fetched yet. Look again in a minute.")
    try:
        with open_profile_source(file.profile) as source:
            limit = render_settings().max_bytes
            fetched = source.fetch(original_name(file.page.folder), original_name(file.name), limit_bytes=limit)
        return _picture_of(file, fetched.content)
    finally:
        _turns.release()


def _picture_of(file: ListedFile, content: bytes) -> Picture:
    digest = sha256(content).hexdigest()
    known = SourceContent.objects.filter(sha256=digest).select_related("picture")
    seen = known.filter(Q(picture__isnull=False) | Q(render_fingerprint=render_fingerprint())).first()
    if seen is not None and seen.picture is None:
        raise ItemRejected(seen.rejection, code=seen.rejection_code)
    staged = None if seen is not None else keep_renditions(render_content(content))
    with transaction.atomic():
        picture = seen.picture if seen is not None and seen.picture is not None else None
        if staged is not None:
            picture = picture_row(staged)
            SourceContent.objects.get_or_create(
                sha256=digest,
                render_fingerprint=render_fingerprint(),
                defaults={
                    "picture": picture,
                    "size_bytes": len(content),
                    "source_format": staged.source_format,
                },
            )
        if picture is None:
            raise TryLater("The picture has gone from the store. Look again.")
        # Only while the file is as it was listed; what a run has found since is fetched by that run.
        same = ListedFile.objects.filter(pk=file.pk, state__in=_LOOKED_AT, picture__isnull=True)
        same.filter(size_bytes=file.size_bytes, stamp=file.stamp).update(picture=picture, sha256=digest)
    return picture


def may_show_protected(file: ListedFile) -> bool:
    """Return whether a file's picture, or its reason, may be of someone who is protected: it is shown to no one."""
    if file.person is not None and file.person.protected:
        return True
    chosen = ReviewDecision.objects.filter(
        profile=file.profile_id, folder=file.page.folder, name=file.name, person__protected=True
    )
    return _has_protected_key(file) or chosen.exists() or _is_picture_of_protected(file)


def _has_protected_key(file: ListedFile) -> bool:
    if not file.key_value:
        return False
    known = Identifier.objects.filter(school=file.profile.school_id, folded=FOLDED.form(file.key_value))
    return known.filter(person__protected=True).exists()


def _is_picture_of_protected(file: ListedFile) -> bool:
    if file.picture_id is None:
        return False
    of_school = {"picture": file.picture_id, "person__protected": True, "person__school": file.profile.school_id}
    return ListedFile.objects.filter(**of_school).exists() or PhotoVersion.objects.filter(**of_school).exists()
