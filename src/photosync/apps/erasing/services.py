"""Erasing a person, or the photos of one, and allowing photos again.

One transaction takes the rows; then the blobs go that nothing else refers to. It waits for the runs that are going on
to end their own transaction, and they see afterwards that the person, or the photos, are gone.
Rule: PRODUCT.md, "Photos", and docs/decisions/0016-erasure-and-backup.md
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.erasing.blobs import drop_blobs, to_be_dropped
from photosync.apps.erasing.holdings import Holdings, files_of, holdings_of
from photosync.apps.erasing.journal import write_down
from photosync.apps.erasing.models import Erasure, Scope, Why
from photosync.apps.erasing.scrubbing import (
    ERASED_PERSON,
    end_undos_of,
    scrub_audit,
    scrub_mentions,
    scrub_plans,
    scrub_rosters,
    without_name,
)
from photosync.apps.inputs.references import forget_bytes
from photosync.apps.library.models import Original, PhotoVersion, Picture, Pin, SourceContent, Withdrawal, YearPhoto
from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.roster.merging import bump_revision
from photosync.apps.reports.models import UploadedReport
from photosync.apps.review.models import OF_PHOTOS, OF_PICTURES, ReviewDecision, Verdict
from photosync.apps.review.remembered import file_key
from photosync.apps.runs.models import Run
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile, Listing
from photosync.core.errors import NotFound, Refused, StorageUnavailable, WrongUse
from photosync.core.matching import no_photo_is_kept
from photosync.core.run_states import ALIVE
from photosync.core.wording import one_line
from photosync.engine.names import original_name

log = structlog.get_logger(__name__)

LONGEST_REASON = 500
BY_RETENTION = "Photo Sync"


@dataclass(frozen=True, slots=True)
class Erased:
    """`blobs_left`: whether blobs could not be dropped yet; housekeeping drops them. `label` is stored nowhere."""

    erasure: Erasure
    label: str
    blobs_left: bool


def hash_of_code(school_code: str, kind: str, code: str) -> str:
    """Return by what an erased person is found again: of the code alone, without the key, it cannot be made."""
    text = "\0".join(("erasure", school_code, kind, code))
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode("utf-8", "surrogatepass"), "sha256").hex()


def who_is(person: Person) -> str:
    return hash_of_code(person.school.code, person.kind, person.code)


def erase_on_request(person: Person, scope: Scope, *, reason: str, by: str, now: datetime) -> Erased:
    """Erase `person`, or the photos. Raises WrongUse without a reason, NotFound where the person is gone by now."""
    told = one_line(reason)
    if not told:
        raise WrongUse("Say why it is erased, without naming the person. Nothing was erased.")
    if len(told) > LONGEST_REASON:
        raise WrongUse(f"The reason is longer than {LONGEST_REASON} characters. Nothing was erased. Shorten it.")
    return erase(person, Erasure(scope=scope, why=Why.REQUEST, note=told, by=by, at=now))


def erase(person: Person, erasure: Erasure, *, finishes: bool = True) -> Erased:
    """Erase as `erasure`, a record that is not stored yet, says; store it with what was erased, and drop the blobs.

    Unless it `finishes`, blobs and journal are left for later. Raises NotFound where the person is gone by now.
    """
    label = str(person)
    with transaction.atomic():
        stored = _held(person)
        holdings = holdings_of(stored, Scope(erasure.scope))
        _fill(erasure, stored, holdings)
        _erase_rows(stored, holdings, erasure.at)
        to_be_dropped(holdings.blobs)
        erasure.save(force_insert=True)
        _record(erasure, stored)
        if erasure.scope == Scope.PERSON:
            erasure.person = None
    if not finishes:
        return Erased(erasure, label, blobs_left=True)
    left = not all_dropped()
    write_down()
    return Erased(erasure, label, left)


def _held(person: Person) -> Person:
    """Lock what may write about the person, and return the row: the school's imports, every live run, the person."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # What is deleted is overwritten, not only forgotten.
            cursor.execute("PRAGMA secure_delete = ON")
    School.objects.select_for_update().get(pk=person.school_id)
    # Of every school: a picture may be another school's too.
    list(Run.objects.select_for_update(of=("self",)).filter(state__in=ALIVE).order_by("pk").values_list("pk"))
    stored = Person.objects.select_for_update(of=("self",)).select_related("school").filter(pk=person.pk).first()
    if stored is None:
        raise NotFound("The person has been erased already. Nothing was done.")
    return stored


def _fill(erasure: Erasure, person: Person, holdings: Holdings) -> None:
    erasure.mark = erasure.mark or secrets.token_hex(16)
    erasure.school, erasure.kind, erasure.who = person.school, person.kind, who_is(person)
    erasure.person = person if erasure.scope == Scope.PHOTOS else None
    erasure.note = without_name(person, erasure.note)
    erasure.versions = holdings.versions
    erasure.pictures, erasure.pictures_kept = len(holdings.drops.pictures), len(holdings.drops.kept)
    erasure.blobs, erasure.size_bytes = len(holdings.blobs), holdings.size_bytes
    erasure.unarchived_reports = holdings.unarchived_reports
    erasure.archived = [dict(each) for each in holdings.archived]


def _erase_rows(person: Person, holdings: Holdings, now: datetime) -> None:
    whole = holdings.scope is Scope.PERSON
    pictures = holdings.drops.pictures | holdings.drops.kept
    end_undos_of(person, now)
    if whole:
        scrub_mentions(person, pictures)
    scrub_plans(person)
    _forget_files(person, holdings, whole=whole)
    YearPhoto.objects.filter(person=person).delete()
    PhotoVersion.objects.filter(person=person).delete()
    Pin.objects.filter(person=person).delete()
    decisions = ReviewDecision.objects.filter(person=person)
    (decisions if whole else decisions.filter(verdict__in=(*OF_PICTURES, *OF_PHOTOS))).delete()
    Original.objects.filter(pk__in=holdings.originals).delete()
    Picture.objects.filter(pk__in=holdings.drops.pictures).delete()
    if whole:
        _erase_person(person)
    else:
        Person.objects.filter(pk=person.pk).update(keeps_no_photo=True)


def _erase_person(person: Person) -> None:
    scrub_audit(person)
    scrub_rosters(person)
    Withdrawal.objects.filter(person=person).delete()
    UploadedReport.objects.filter(member__person=person).delete()
    Identifier.objects.filter(person=person).delete()
    Erasure.objects.filter(person=person).update(person=None)
    person_id = person.pk
    person.delete()
    person.pk = person_id
    bump_revision(person.school)


def _forget_files(person: Person, holdings: Holdings, *, whole: bool) -> None:
    """Forget what was made of the person's files: hashes, pictures, refusals. None of them is fetched again."""
    files = ListedFile.objects.filter(files_of(person, holdings.drops.pictures))
    hashes = set(files.exclude(sha256="").values_list("sha256", flat=True))
    hashes |= set(files.exclude(decided_sha256="").values_list("decided_sha256", flat=True))
    sources = PhotoVersion.objects.filter(person=person).exclude(source_sha256="")
    hashes |= set(sources.values_list("source_sha256", flat=True))
    in_inputs = [
        (str(file.profile.options.get("input", "")), original_name(file.page.folder), original_name(file.name))
        for file in files.filter(person=person, profile__source_kind="input").select_related("profile", "page")
    ]
    _forget_refusals(files)
    theirs = [] if whole else list(files.filter(person=person).values_list("pk", flat=True))
    emptied = {"person": None, "picture": None, "sha256": "", "decided_sha256": "", "reason_code": "", "reason": ""}
    files.update(state=ListedFile.State.TO_MATCH, key_value="", **emptied)
    ListedFile.objects.filter(pk__in=theirs).update(
        state=ListedFile.State.DISMISSED, reason_code="dismissed", reason=no_photo_is_kept(str(person))
    )
    others = set(ListedFile.objects.filter(sha256__in=hashes).values_list("sha256", flat=True))
    gone = Q(picture__isnull=True) | Q(picture__in=holdings.drops.pictures)
    SourceContent.objects.filter(gone, sha256__in=hashes - others).delete()
    # An input is the school's own folder, kept here: what it holds of the person goes too.
    to_be_dropped(forget_bytes(person.school, hashes - others, in_inputs))


def _forget_refusals(files: Any) -> None:
    """Forget which bytes of these files were refused and seen: they are kept by their hash."""
    rows = files.select_related("page__listing")
    for file in rows:
        listing: Listing = file.page.listing
        key = file_key(listing, file.page.folder, file.name)
        ReviewDecision.objects.filter(profile=listing.profile_id, file_key=key, verdict=Verdict.REFUSAL_SEEN).delete()


def _record(erasure: Erasure, person: Person) -> None:
    told: Mapping[str, Any] = {
        "versions": erasure.versions,
        "pictures": erasure.pictures,
        "archived_reports_kept": len(erasure.archived),
    }
    changes = [(name, str(value), str(value)) for name, value in told.items()]
    if erasure.scope == Scope.PHOTOS:
        record(
            Act.PERSON_PHOTOS_ERASED,
            person,
            school=erasure.school,
            person_id=person.pk,
            changes=changes,
            note=erasure.note,
        )
    else:
        record(Act.PERSON_ERASED, ERASED_PERSON, school=erasure.school, changes=changes, note=erasure.note)


def all_dropped() -> bool:
    """Drop the blobs; return whether all that wait are gone. Where the store cannot be used, they wait."""
    try:
        drop_blobs()
    except StorageUnavailable as error:
        log.warning("the blobs of an erasure could not be dropped yet", why=error.message)
        return False
    return True


def allow_photos(person: Person, *, by: str, now: datetime) -> None:
    """Let photos of `person` be kept again, after they were erased. Raises Refused where they are kept."""
    with transaction.atomic():
        stored = Person.objects.select_for_update(of=("self",)).select_related("school").get(pk=person.pk)
        if not stored.keeps_no_photo:
            raise Refused(_("Photos of %(person)s are kept. Nothing was changed.") % {"person": stored})
        Person.objects.filter(pk=stored.pk).update(keeps_no_photo=False)
        Erasure.objects.filter(person=stored, allowed_at__isnull=True).update(
            allowed_at=now, allowed_by=by, is_journaled=False
        )
        bump_revision(stored.school)
        record(Act.PERSON_PHOTOS_ALLOWED, stored, school=stored.school, person_id=stored.pk)
    person.keeps_no_photo = False
    write_down()
