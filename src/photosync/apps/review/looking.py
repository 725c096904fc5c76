"""The picture of a file that no run has staged, for someone who decides on it.

Rule: docs/decisions/0009-what-review-remembers.md
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from threading import BoundedSemaphore

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from photosync.apps.library.models import Picture, SourceContent
from photosync.apps.library.pictures import keep_renditions, picture_row, render_content
from photosync.apps.library.protected import pictures_of_protected
from photosync.apps.library.store import render_settings
from photosync.apps.people.protected_names import ProtectedNames
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import match_rule
from photosync.apps.review.models import ReviewDecision
from photosync.apps.runs.execution import render_fingerprint
from photosync.apps.runs.ledger.observing import WHOLE_FOLDER
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.opening import open_profile_source
from photosync.apps.sources.time_limit import WITHIN_S, told_out_of_time
from photosync.connectors.attending import listed_within
from photosync.connectors.contract import Page, Source, tells_nothing
from photosync.core.codes_in_names import codes_of_file
from photosync.core.errors import ItemRejected, TryLater, WrongUse
from photosync.engine.names import joined_path, original_name

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
        with (
            told_out_of_time(_too_slow),
            open_profile_source(file.profile) as source,
            # Some sources read their whole list before the first photo.
            listed_within(source, WITHIN_S),
        ):
            content = _content(source, file)
        return _picture_of(file, content)
    finally:
        _turns.release()


def _content(source: Source, file: ListedFile) -> bytes:
    """Return the bytes of a file. Raises TryLater where an index says whose it is and may speak of others."""
    folder, name, limit = original_name(file.page.folder), original_name(file.name), render_settings().max_bytes
    fetched = source.fetch(folder, name, limit_bytes=limit)
    listed = (file.size_bytes, file.stamp)
    if not match_rule(file.profile).is_by_an_index or fetched.is_as_listed(*listed):
        return fetched.content
    # No run reads it, as it is nobody's: it is seen here whether its source never tells the same of a file twice.
    if _listed_now(source, file) != listed:
        # Whose the new bytes are, and whether they may be shown, is known after the next run.
        raise TryLater(_("The file has changed since it was listed. Its picture is shown after the next run."))
    if file.size_bytes not in (0, len(fetched.content)):
        raise TryLater(
            _(
                "The data source gives this file with another length than it lists, so it may be another one by now. "
                "Its picture is not shown. Look again after the next run, or decide without it."
            )
        )
    is_told = file.size_bytes and not tells_nothing(file.stamp)
    if not is_told and source.fetch(folder, name, limit_bytes=limit).content != fetched.content:
        raise TryLater(_("The file is just being changed. Its picture is not shown. Look again in a minute."))
    return fetched.content


def _listed_now(source: Source, file: ListedFile) -> tuple[int, str] | None:
    """Return the size and the stamp that the source lists now; None where it lists no such file on its page."""
    bucket = None if file.page.bucket == WHOLE_FOLDER else file.page.bucket
    page = Page(original_name(file.page.folder), bucket, b"", file.page.entry_count)
    found = (entry for _page, entries in source.entries([page]) for entry in entries)
    name = original_name(file.name)
    return next(((entry.size_bytes, entry.stamp) for entry in found if entry.name == name), None)


def _too_slow(_count: int) -> str:
    return _(
        "The data source did not give this picture within %(seconds)d seconds. Nothing was changed. Look again when "
        "it has less to do, or decide without it."
    ) % {"seconds": int(WITHIN_S)}


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


def may_show_protected(file: ListedFile, names: ProtectedNames | None = None) -> bool:
    """Return whether a file's picture, or its reason, may be of someone who is protected: it is shown to no one.

    `names` are those of the file's school, where they are at hand.
    """
    return bool(may_be_of_protected([file], names or ProtectedNames(file.profile.school_id)))


def may_be_of_protected(files: Sequence[ListedFile], names: ProtectedNames) -> set[int]:
    """Return the ids of those of `files` that may be of someone who is protected, in two queries at the most.

    `names` are those of the school that the files are of, not made for someone to whom they are shown. The files have
    their page, profile and person with them.
    """
    profiles = {file.profile_id: file.profile for file in files}
    in_folders = {pk for pk, profile in profiles.items() if _reads_folders(profile)}
    found = {file.pk for file in files if _names_protected(file, names, reads_folders=file.profile_id in in_folders)}
    left = [file for file in files if file.pk not in found]
    found |= _given_to_protected(left)
    return found | _with_picture_of_protected([file for file in left if file.pk not in found])


def _names_protected(file: ListedFile, names: ProtectedNames, *, reads_folders: bool) -> bool:
    """Whether a protected person is known by a code, or called by a name, that the file or its reason holds."""
    if file.person is not None and file.person.protected:
        return True
    folder, name = original_name(file.page.folder), original_name(file.name)
    is_matched = file.person_id is not None
    if names.whose_path(joined_path(folder, name), is_matched=is_matched):
        return True
    if names.in_text(file.reason):
        return True
    if is_matched:
        return False
    codes = codes_of_file(file.key_value, folder, name, reads_folders=reads_folders)
    return names.are_known_by(codes) or names.in_text(file.key_value)


def _reads_folders(profile: SyncProfile) -> bool:
    try:
        return match_rule(profile).reads_folders
    except WrongUse:
        return True  # whoever damaged the rule did not mean to show more


def is_picture_of_protected(file: ListedFile, picture: Picture) -> bool:
    """Return whether `picture`, which a file turned out to be, is that of a protected person of the school."""
    return bool(pictures_of_protected({picture.pk}, file.profile.school_id))


def _given_to_protected(files: Sequence[ListedFile]) -> set[int]:
    """Return the files that someone gave to a protected person."""
    if not files:
        return set()
    given = ReviewDecision.objects.filter(
        profile__in={file.profile_id for file in files},
        name__in={file.name for file in files},
        person__protected=True,
    )
    places = set(given.values_list("profile_id", "folder", "name"))
    return {file.pk for file in files if (file.profile_id, file.page.folder, file.name) in places}


def _with_picture_of_protected(files: Sequence[ListedFile]) -> set[int]:
    pictures = {file.picture_id for file in files if file.picture_id is not None}
    theirs = pictures_of_protected(pictures, files[0].profile.school_id) if pictures else ()
    return {file.pk for file in files if file.picture_id in theirs}
