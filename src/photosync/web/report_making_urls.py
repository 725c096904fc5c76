"""The addresses of reports that are made here, under Academic Reports > Reporting."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import report_design, report_making, report_results

urlpatterns = [
    path("design/", report_design.design, name="report-design"),
    path("design/sample.png", report_design.sample, name="report-design-sample"),
    path("<int:cycle_id>/results/", report_results.results, name="reporting-results"),
    path("<int:cycle_id>/results/<slug:token>/", report_results.preview, name="reporting-results-preview"),
    path("<int:cycle_id>/make/", report_making.make, name="reporting-make"),
    path("<int:cycle_id>/make/live/", report_making.live, name="reporting-make-live"),
    path("<int:cycle_id>/make/preview.pdf", report_making.preview, name="reporting-make-preview"),
]
