"""Imports as the command line and the API show them, and how their files are looked up."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from photosync.apps.reports.documents import moment
from photosync.apps.reports.finding import without_report
from photosync.apps.reports.importing import READY, counts_of
from photosync.apps.reports.models import ReportImport, ReportingCycle, UploadedReport
from photosync.core.errors import NotFound, WrongUse
from photosync.core.people import quoted

FILES_SHOWN = 5_000


def import_document(made: ReportImport) -> dict[str, Any]:
    """Return the import with its files; `without_report` counts who would still be without one."""
    return import_head(made) | {"files": [file_document(file) for file in files_of(made)[:FILES_SHOWN]]}


def import_head(made: ReportImport) -> dict[str, Any]:
    zone = made.cycle.school.zone
    ready = UploadedReport.objects.filter(upload=made, state__in=READY).values("member_id")
    return {
        "import": made.pk,
        "cycle": made.cycle.name,
        "state": made.state,
        "explanation": made.explanation,
        "named_by": dict(made.named_by),
        "created_at": moment(made.created_at, zone),
        "created_by": made.created_by,
        "imported_at": moment(made.imported_at, zone),
        "counts": counts_of(made),
        "without_report": without_report(made.cycle).exclude(pk__in=ready).count(),
    }


def files_of(made: ReportImport, state: str = "") -> Any:
    files = UploadedReport.objects.filter(upload=made).select_related("member__person")
    return (files.filter(state=state) if state else files).order_by("pk")


def file_document(file: UploadedReport) -> dict[str, Any]:
    return {
        "file": file.pk,
        "name": file.name,
        "state": file.state,
        "code": file.member.person.code if file.member else None,
        "person": file.member.person.label if file.member else None,
        "reason": file.reason,
        "size_bytes": file.pdf_bytes,
        "decided_by": file.decided_by or None,
    }


def latest_import(cycle: ReportingCycle) -> ReportImport:
    """Return the newest import of the cycle. Raises NotFound."""
    made = ReportImport.objects.filter(cycle=cycle).select_related("cycle__school").first()
    if made is None:
        raise NotFound(_("Nothing was uploaded for %(cycle)s yet. Nothing was done.") % {"cycle": cycle.name})
    return made


def file_called(made: ReportImport, name: str) -> UploadedReport:
    """Return the file with this name, or number. Raises NotFound, WrongUse where several end with it."""
    files = UploadedReport.objects.filter(upload=made).select_related("member__person", "upload__cycle__school")
    found = list(files.filter(name=name)[:1]) or list(files.filter(name__endswith=f"/{name}")[:2])
    if not found and name.isascii() and name.isdecimal() and len(name) < 19:
        found = list(files.filter(pk=int(name)))
    if not found:
        raise NotFound(_("The import has no file %(name)s. Nothing was changed.") % {"name": quoted(name)})
    if len(found) > 1:
        told = _("Several files of the import are called %(name)s. Nothing was changed. Say it with its folder.")
        raise WrongUse(told % {"name": quoted(name)})
    return found[0]
