"""What is held of a person, and what of it would go: looked at before an erasure, and by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Model, Q

from photosync.apps.erasing.blobs import BLOB_COLUMNS
from photosync.apps.erasing.models import Scope
from photosync.apps.library.models import Original, PhotoVersion, Picture, Pin
from photosync.apps.people.models import Person
from photosync.apps.reports.archive_models import ArchivedReport
from photosync.apps.reports.models import Report, UploadedReport
from photosync.apps.review.models import ReviewDecision
from photosync.apps.runs.housekeeping import holders_of_original
from photosync.apps.runs.models import PlanItem
from photosync.apps.sources.models import ListedFile
from photosync.core.retention import Dropped, dropped_with

HOLDERS: tuple[tuple[type[Model], str], ...] = (
    (PhotoVersion, "picture"),
    (Pin, "picture"),
    (ListedFile, "picture"),
    (PlanItem, "picture"),
    (PlanItem, "shown_before"),
    (ReviewDecision, "picture"),
)
"""Each row of these with a person holds the picture for that person."""
AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an erasure of `scope` takes. `archived`: cycle and number of each report that the archive keeps.

    `originals` are the rows of original files that go; `original_blobs` the blobs that nothing has any more then.
    """

    scope: Scope
    versions: int
    years: tuple[int, ...]
    drops: Dropped
    originals: frozenset[int]
    original_blobs: frozenset[str]
    report_blobs: frozenset[str]
    size_bytes: int
    unarchived_reports: int
    archived: tuple[Mapping[str, Any], ...]

    @property
    def blobs(self) -> frozenset[str]:
        return self.drops.blobs | self.original_blobs | self.report_blobs

    def document(self) -> dict[str, Any]:
        """Return the counts as the command line and the API show them."""
        return {
            "versions": self.versions,
            "years": list(self.years),
            "pictures": len(self.drops.pictures),
            "pictures_kept": len(self.drops.kept),
            "blobs": len(self.blobs),
            "size_bytes": self.size_bytes,
            "unarchived_reports": self.unarchived_reports,
            "archived": [dict(each) for each in self.archived],
        }


def holdings_of(person: Person, scope: Scope) -> Holdings:
    """Return what an erasure of `scope` would take of `person`, and what the archive keeps."""
    sizes: dict[str, int] = {}
    pictures: dict[int, set[str]] = {}
    for row in Picture.objects.filter(pk__in=_pictures_of(person)):
        blobs = {
            row.full_sha256: row.full_bytes,
            row.card_sha256: row.card_bytes,
            row.thumb_sha256: row.thumb_bytes,
        }
        sizes |= blobs
        pictures[row.pk] = set(blobs)
    reports = _report_blobs(person, sizes) if scope is Scope.PERSON else set()
    others = _held_by_others(person, pictures)
    originals = _originals_of(person, pictures, others)
    original_shas = {row.sha256 for row in originals}
    sizes |= {row.sha256: row.size_bytes for row in originals}
    going = frozenset(row.pk for row in originals)
    spared = _named_elsewhere({*sizes}, pictures, going, person, scope)
    drops = dropped_with(pictures, others, spared)
    spared |= {blob for kept in drops.kept for blob in pictures[kept]}
    report_blobs = frozenset(reports - spared)
    original_blobs = frozenset(original_shas - spared)
    versions = PhotoVersion.objects.filter(person=person)
    return Holdings(
        scope,
        versions.count(),
        tuple(sorted(set(versions.order_by().values_list("academic_year", flat=True)))),
        drops,
        going,
        original_blobs,
        report_blobs,
        sum(sizes[each] for each in drops.blobs | original_blobs | report_blobs),
        Report.objects.filter(member__person=person, member__archived__isnull=True).count()
        if scope is Scope.PERSON
        else 0,
        tuple(_archived(person)),
    )


def _pictures_of(person: Person) -> set[int]:
    found: set[int] = set()
    for model, field in HOLDERS:
        rows = model._default_manager.filter(person=person, **{f"{field}__isnull": False}).order_by()
        found |= set(rows.values_list(f"{field}_id", flat=True))
    return found


def _held_by_others(person: Person, pictures: Iterable[int]) -> set[int]:
    """Return those of `pictures` that a row of someone else holds; a row of nobody holds none."""
    ids = list(pictures)
    found: set[int] = set()
    for model, field in HOLDERS:
        rows = model._default_manager.filter(**{f"{field}__in": ids}, person__isnull=False).exclude(person=person)
        found |= set(rows.order_by().values_list(f"{field}_id", flat=True))
    return found


def _originals_of(person: Person, pictures: Iterable[int], held_by_others: set[int]) -> list[Original]:
    """Return the originals that go: of pictures that go all, of the others what no one else of the school has."""
    ids = set(pictures)
    rows = Original.objects.filter(picture__in=ids & held_by_others, school=person.school_id)
    for holders in holders_of_original():
        rows = rows.filter(~Exists(holders.filter(person__isnull=False).exclude(person=person)))
    return [*Original.objects.filter(picture__in=ids - held_by_others), *rows]


def _named_elsewhere(
    blobs: set[str], pictures: Iterable[int], originals: frozenset[int], person: Person, scope: Scope
) -> set[str]:
    """Return the blobs that rows name which do not go: other pictures, other people's reports, the archive."""
    found: set[str] = set()
    for model, column in BLOB_COLUMNS:
        rows = model._default_manager.filter(**{f"{column}__in": blobs})
        if model is Picture:
            rows = rows.exclude(pk__in=list(pictures))
        elif model is Original:
            rows = rows.exclude(pk__in=list(originals))
        elif model in (Report, UploadedReport) and scope is Scope.PERSON:
            rows = rows.exclude(member__person=person)
        found |= set(rows.values_list(column, flat=True))
    return found


def _report_blobs(person: Person, sizes: dict[str, int]) -> set[str]:
    """Return the PDFs of the person's reports on the way into the archive, and note their sizes."""
    pdfs = dict(Report.objects.filter(member__person=person).values_list("pdf_sha256", "pdf_bytes"))
    uploaded = UploadedReport.objects.filter(member__person=person).exclude(pdf_sha256="")
    pdfs |= dict(uploaded.values_list("pdf_sha256", "pdf_bytes"))
    sizes |= pdfs
    return set(pdfs)


def _archived(person: Person) -> Iterable[Mapping[str, Any]]:
    rows = ArchivedReport.objects.filter(person=person).order_by("number").values_list("cycle_name", "number")
    return [{"cycle": cycle, "number": number} for cycle, number in rows]


def files_of(person: Person, pictures: Iterable[int]) -> Q:
    """Return the listed files to forget: the person's, and those of nobody with one of `pictures`, the person's."""
    return Q(person=person) | Q(person__isnull=True, picture_id__in=list(pictures))
