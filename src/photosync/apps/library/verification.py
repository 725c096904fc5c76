"""The store against the database: what is missing, damaged or orphaned, and mending what can be mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256 as hash_of
from typing import Any

from django.db import transaction
from django.db.models import Q

from photosync.apps.inputs.references import advice_on, blobs_of_inputs, referenced_by_inputs
from photosync.apps.library.models import Original, Picture, YearPhoto
from photosync.apps.library.originals import originals_named
from photosync.apps.library.photos import blob_of
from photosync.apps.library.store import photo_store, render_pool, render_settings
from photosync.apps.reports.models import ArchivedReport
from photosync.apps.reports.references import blobs_of_reports, referenced_by_reports
from photosync.apps.reports.verifying import ArchiveVerified, verify_archive
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.opening import open_profile_source
from photosync.core.errors import Damaged, ItemRejected, PhotoSyncError
from photosync.core.photos import Rendition
from photosync.engine.names import original_name
from photosync.imaging import Rendered
from photosync.storage import Finding

ORPHANS_LISTED = 1_000
PEOPLE_NAMED = 20


@dataclass(slots=True)
class Trouble:
    """One finding, the people whose photo it is, and what became of it."""

    finding: Finding
    people: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    """Archived reports of which it is the PDF or the photo."""
    repaired: bool = False
    outcome: str = ""

    def document(self) -> dict[str, Any]:
        return {
            "kind": self.finding.kind,
            "sha256": self.finding.sha256,
            "size_bytes": self.finding.size_bytes,
            "explanation": self.finding.explanation,
            "people": self.people,
            "reports": self.reports,
            "repaired": self.repaired,
            "outcome": self.outcome,
        }


@dataclass(slots=True)
class Verified:
    """What a verification found. `troubles` are the missing and damaged blobs."""

    checked: int = 0
    missing: int = 0
    damaged: int = 0
    repaired: int = 0
    orphaned: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    orphans: list[Finding] = field(default_factory=list)
    archive: ArchiveVerified = field(default_factory=ArchiveVerified)

    @property
    def unrepaired(self) -> int:
        return self.missing + self.damaged - self.repaired

    def document(self) -> dict[str, Any]:
        """Return the report as the command line and the API show it."""
        return {
            "checked": self.checked,
            "missing": self.missing,
            "damaged": self.damaged,
            "repaired": self.repaired,
            "orphaned": self.orphaned,
            "troubles": [trouble.document() for trouble in self.troubles],
            "orphans": [{"sha256": each.sha256, "size_bytes": each.size_bytes} for each in self.orphans],
            "archive": self.archive.document(),
        }


def verify_store(*, repair: bool) -> Verified:
    """Re-hash every photo, file and report that the database refers to, and check the seals of the archive.

    With `repair`, mend what can be mended: a card or thumb is made anew from its full; a full from its source, where
    the source still has the same bytes. Raises StorageUnavailable.
    """
    verified = Verified()
    for finding in photo_store().verify(_references(verified)):
        if finding.kind == "orphaned":
            verified.orphaned += 1
            if len(verified.orphans) < ORPHANS_LISTED:
                verified.orphans.append(finding)
            continue
        verified.missing += finding.kind == "missing"
        verified.damaged += finding.kind == "damaged"
        verified.troubles.append(Trouble(finding, _people_of(finding.sha256), _reports_of(finding.sha256)))
    if repair:
        for trouble in verified.troubles:
            _repair(trouble)
            verified.repaired += trouble.repaired
    left = {each.finding.sha256: each.finding for each in verified.troubles if not each.repaired}
    verified.archive = verify_archive(
        School.objects.order_by("code"),
        look=lambda name: (left[name].kind, left[name].explanation) if name in left else None,
    )
    return verified


def _references(verified: Verified) -> Iterator[tuple[str, int]]:
    """Yield (name, size in bytes) of every blob that something refers to, ascending, each once."""
    renditions = [
        Picture.objects.order_by().values_list(f"{size}_sha256", f"{size}_bytes")
        for size in ("full", "card", "thumb")
    ]
    originals = Original.objects.order_by().values_list("sha256", "size_bytes")
    for name, size_bytes in (
        renditions[0]
        .union(*renditions[1:], originals, *blobs_of_inputs(), *blobs_of_reports())
        .order_by("full_sha256")
        .iterator(2_000)
    ):
        verified.checked += 1
        yield name, size_bytes


def _pictures_of(name: str) -> list[Picture]:
    return list(Picture.objects.filter(Q(full_sha256=name) | Q(card_sha256=name) | Q(thumb_sha256=name)))


def _people_of(name: str) -> list[str]:
    made_from_it = Q(
        version__source_sha256=name, version__picture__in=Original.objects.filter(sha256=name).values("picture")
    )
    rows = YearPhoto.objects.filter(Q(version__picture__in=_pictures_of(name)) | made_from_it)
    rows = rows.select_related("person")
    return list(dict.fromkeys(str(row.person) for row in rows[:PEOPLE_NAMED]))


def _reports_of(name: str) -> list[str]:
    rows = ArchivedReport.objects.filter(Q(pdf_sha256=name) | Q(photo_sha256=name)).order_by("pk")
    return [str(row) for row in rows[:PEOPLE_NAMED]]


def _repair(trouble: Trouble) -> None:
    name = trouble.finding.sha256
    pictures = _pictures_of(name)
    is_original = bool(originals_named([name]))
    if not pictures and not is_original:
        trouble.outcome = advice_on(name) or "It cannot be made anew. Restore it from a backup."
        return
    outcomes = [_repair_picture(picture, name) for picture in pictures]
    if is_original and not _is_sound(name):
        outcomes.append(_original_from_source(name))
    failed = [why for why in outcomes if why]
    trouble.repaired = not failed
    trouble.outcome = failed[0] if failed else "It was made anew."


def _repair_picture(picture: Picture, name: str) -> str:
    """Mend the blob `name` of `picture`; return "" or why it could not be."""
    if name == picture.full_sha256 or not _is_sound(picture.full_sha256):
        return _full_from_source(picture)
    return _smaller_from_full(picture, name)


def _is_sound(name: str) -> bool:
    try:
        photo_store().read_verified(name)
    except Damaged:
        return False
    return True


def _full_from_source(picture: Picture) -> str:
    """Store all renditions of `picture` anew, from a source file that gives exactly the same picture."""
    files = ListedFile.objects.filter(picture=picture).exclude(sha256="").select_related("page", "profile__school")
    why = "No source has the file that it was made from any more. Restore it from a backup."
    for file in files[:10]:
        try:
            rendered = _rendered_from_source(file)
        except PhotoSyncError as error:
            why = error.message
            continue
        if rendered is None or rendered.renditions[0].sha256 != picture.full_sha256:
            why = "The source now has other bytes. Restore the photo from a backup, or run a sync."
            continue
        with photo_store().batch() as batch:
            for rendition in rendered.renditions:
                batch.add(rendition.content, sha256=rendition.sha256, replace=True)
            batch.commit()
        for rendition in rendered.renditions[1:]:
            _refer(picture, Rendition(rendition.name), rendition.sha256, len(rendition.content))
        return ""
    return why


def _content_in_source(file: ListedFile) -> bytes | None:
    """Return the file's bytes; None where they are no longer those that it had."""
    with open_profile_source(file.profile) as source:
        fetched = source.fetch(
            original_name(file.page.folder), original_name(file.name), limit_bytes=render_settings().max_bytes
        )
    return fetched.content if hash_of(fetched.content).hexdigest() == file.sha256 else None


def _rendered_from_source(file: ListedFile) -> Rendered | None:
    """Return the renditions of the file's bytes; None where they are no longer those it was made from."""
    content = _content_in_source(file)
    if content is None:
        return None
    result = render_pool().submit(content, render_settings()).result()
    if isinstance(result, ItemRejected):
        raise result
    return result


def _original_from_source(name: str) -> str:
    """Store the original `name` anew, from a source file that still has its bytes."""
    why = "No source has this original file any more. Restore it from a backup."
    for file in ListedFile.objects.filter(sha256=name).select_related("page", "profile__school")[:10]:
        try:
            content = _content_in_source(file)
        except PhotoSyncError as error:
            why = error.message
            continue
        if content is not None:
            with photo_store().batch() as batch:
                batch.add(content, sha256=name, replace=True)
                batch.commit()
            return ""
    return why


def _smaller_from_full(picture: Picture, name: str) -> str:
    """Make a card or thumb anew from the full; its bytes, and so its name, may differ from before."""
    rendition = Rendition.CARD if name == picture.card_sha256 else Rendition.THUMB
    sizes = tuple(size for size in render_settings().rendition_sizes if size.name == rendition.value)
    # The full may be narrower than what is accepted from a source.
    settings = replace(render_settings(), rendition_sizes=sizes, min_short_edge_px=1)
    result = render_pool().submit(photo_store().read_verified(picture.full_sha256), settings).result()
    if isinstance(result, ItemRejected):
        return result.message
    made = result.renditions[0]
    with photo_store().batch() as batch:
        batch.add(made.content, sha256=made.sha256, replace=True)
        batch.commit()
    _refer(picture, rendition, made.sha256, len(made.content))
    return ""


def _refer(picture: Picture, rendition: Rendition, name: str, size_bytes: int) -> None:
    """Let `picture` refer to the new blob, and drop the former one where nothing else refers to it."""
    former, _ = blob_of(picture, rendition)
    if former == name:
        return
    size = rendition.value
    with transaction.atomic():
        Picture.objects.filter(pk=picture.pk).update(**{f"{size}_sha256": name, f"{size}_bytes": size_bytes})
    others = originals_named([former]) | referenced_by_inputs([former]) | referenced_by_reports([former])
    if not others and not _pictures_of(former):
        photo_store().delete(former)
