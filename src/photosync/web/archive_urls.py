"""The addresses of the report archive, of importing reports and of archiving them, below academic-reports/."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import report_archive, report_archiving, report_import

CYCLE = "reporting/<int:cycle_id>/"

urlpatterns = [
    path("archive/", report_archive.report_archive, name="report-archive"),
    path("archive/<int:report_id>/", report_archive.archived_report, name="archived-report"),
    path("archive/<int:report_id>/report.pdf", report_archive.archived_pdf, name="archived-report-pdf"),
    path("archive/<int:report_id>/photo.jpg", report_archive.archived_photo, name="archived-report-photo"),
    path(f"{CYCLE}archive/", report_archiving.archiving, name="reporting-archive"),
    path(f"{CYCLE}archive/verify/", report_archiving.verify, name="reporting-verify"),
    path(f"{CYCLE}archive/reports.zip", report_archive.archive_zip, name="reporting-archive-zip"),
    path(f"{CYCLE}import/", report_import.upload, name="reporting-import"),
    path(f"{CYCLE}import/<int:import_id>/", report_import.preview, name="reporting-import-preview"),
    path(f"{CYCLE}import/<int:import_id>/drop/", report_import.drop, name="reporting-import-drop"),
    path(f"{CYCLE}import/<int:import_id>/<int:file_id>/", report_import.one_file, name="reporting-import-file"),
    path(
        f"{CYCLE}import/<int:import_id>/<int:file_id>/report.pdf", report_import.file_pdf, name="reporting-import-pdf"
    ),
]
