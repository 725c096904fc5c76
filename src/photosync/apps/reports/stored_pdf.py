"""Reading the PDF of a report: one that is archived, one that is not archived yet, or an uploaded file."""

from __future__ import annotations

from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.library.store import photo_store
from photosync.apps.reports.models import CycleMember, Report, UploadedReport
from photosync.core.errors import Damaged, NotFound


def read_pdf(sha256: str) -> bytes:
    """Return the stored PDF, checked against its hash. Raises Damaged with what is to be done for a report."""
    try:
        return photo_store().read_verified(sha256)
    except Damaged as error:
        raise Damaged(_("It was not opened. %(why)s") % {"why": damage_words(sha256)}) from error


def damage_words(sha256: str) -> str:
    """Return what is wrong with a stored file of a report that could not be read, and what to do."""
    told = (
        _("The stored file %(name)s has been changed on the disk since it was stored.")
        if photo_store().exists(sha256)
        else _("The stored file %(name)s is missing.")
    )
    return f"{told % {'name': sha256}} {_('Take it from a backup, and check the disk.')}"


def open_uploaded(file: UploadedReport) -> bytes:
    """Return an uploaded PDF as it came, and record who opened it. Raises NotFound where none was kept, Damaged."""
    if not file.pdf_sha256:
        raise NotFound(
            _("%(name)s was refused, and nothing of it was kept. Nothing was opened. Look at the file itself.")
            % {"name": file.name}
        )
    content = read_pdf(file.pdf_sha256)
    person_id = None if file.member is None else file.member.person_id
    record(Act.UPLOADED_OPENED, file, school=file.upload.cycle.school, person_id=person_id)
    return content


def open_stored(member: CycleMember) -> tuple[Report, bytes]:
    """Return the report of a member that is not archived yet, and its PDF, and record who opened it.

    Raises NotFound where there is none: none has come, or it is archived; and Damaged.
    """
    report = Report.objects.filter(member=member).first()
    names = {"person": str(member.person), "cycle": member.cycle.name}
    if report is None:
        told = (
            _("%(person)s has no report in %(cycle)s yet. Nothing was opened.")
            if member.archived_id is None
            else _("The report of %(person)s in %(cycle)s is archived. Nothing was opened. Open it from the archive.")
        )
        raise NotFound(told % names)
    content = read_pdf(report.pdf_sha256)
    subject = f"{member.cycle.name}, {member.person}"
    record(Act.STORED_OPENED, subject, school=member.cycle.school, person_id=member.person_id)
    return report, content
