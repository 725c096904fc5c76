"""The addresses of Data Management."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import data_management, roster_import

urlpatterns = [
    path("", data_management.data_management, name="data-management"),
    path("students/", data_management.students, name="students"),
    path("staff/", data_management.staff, name="staff"),
    path("people/<int:person_id>/", data_management.data_person, name="data-person"),
    path("import/", roster_import.roster_import, name="roster-import"),
    path("import/<slug:token>/", roster_import.roster_columns, name="roster-columns"),
    path("import/<slug:token>/preview/", roster_import.roster_preview, name="roster-preview"),
]
