"""The addresses of Academic Reports. Each part of it adds its own lines."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import (
    academic_reports,
    end_of_year,
    report_jobs,
    reporting,
    reporting_acts,
    reporting_people,
)

CYCLE = "reporting/<int:cycle_id>/"
MEMBER = f"{CYCLE}people/<int:member_id>/"

urlpatterns = [
    path("", academic_reports.academic_reports, name="academic-reports"),
    path("reporting/", reporting.cycles, name="reporting"),
    path("reporting/new/", reporting.new_cycle, name="reporting-new"),
    path(CYCLE, reporting.cycle, name="reporting-cycle"),
    path(f"{CYCLE}edit/", reporting.edit, name="reporting-edit"),
    path(f"{CYCLE}close/", reporting_acts.close, name="reporting-close"),
    path(f"{CYCLE}reopen/", reporting_acts.reopen, name="reporting-reopen"),
    path(f"{CYCLE}release/", reporting_acts.release, name="reporting-release"),
    path(f"{CYCLE}hold/", reporting_acts.hold, name="reporting-hold"),
    path(f"{CYCLE}people/add/", reporting_people.add, name="reporting-people"),
    path(f"{CYCLE}people/newcomers/", reporting_people.newcomers, name="reporting-newcomers"),
    path(f"{MEMBER}remove/", reporting_people.remove, name="reporting-remove"),
    path(f"{MEMBER}report.pdf", reporting_people.stored_pdf, name="reporting-stored-pdf"),
    path(f"{MEMBER}release/", reporting_people.release, name="reporting-release-person"),
    path(f"{MEMBER}hold/", reporting_people.hold, name="reporting-hold-person"),
    path(f"{CYCLE}work/<int:job_id>/", report_jobs.job, name="report-job"),
    path(f"{CYCLE}work/<int:job_id>/cancel/", report_jobs.cancel, name="report-job-cancel"),
    path("end-of-year/", end_of_year.end_of_year, name="end-of-year"),
    path("end-of-year/photo-day/<int:year>/", end_of_year.photo_day, name="end-of-year-photo-day"),
    path("end-of-year/next-period/<int:profile_id>/", end_of_year.next_period, name="end-of-year-next-period"),
]
