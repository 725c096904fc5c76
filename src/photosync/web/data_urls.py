"""The addresses of Data Management."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import (
    data_management,
    erasing,
    person_decisions,
    photo_by_hand,
    photo_original,
    roster_import,
    rosters,
)

urlpatterns = [
    path("", data_management.data_management, name="data-management"),
    path("students/", data_management.students, name="students"),
    path("staff/", data_management.staff, name="staff"),
    path("people/<int:person_id>/", data_management.data_person, name="data-person"),
    path("people/<int:person_id>/consent/", person_decisions.consent, name="person-consent"),
    path("people/<int:person_id>/protection/", person_decisions.protection, name="person-protection"),
    path("people/<int:person_id>/leaving/", person_decisions.leaving, name="person-leaving"),
    path("people/<int:person_id>/erase/", erasing.person_erase, name="person-erase"),
    path("people/<int:person_id>/allow-photos/", erasing.person_allow_photos, name="person-allow-photos"),
    path("leavers/", erasing.leavers, name="leavers"),
    path("erasures/", erasing.erasures, name="erasures"),
    path("erasures.csv", erasing.erasures_csv, name="erasures-csv"),
    path("people/<int:person_id>/photo/", photo_by_hand.photo_set, name="photo-set"),
    path("people/<int:person_id>/photo/take-off/<int:year>/", person_decisions.take_off, name="photo-take-off"),
    path("people/<int:person_id>/photo/withdraw/", person_decisions.withdraw, name="photo-withdraw"),
    path("people/<int:person_id>/photo/show/", person_decisions.show, name="photo-show"),
    path("people/<int:person_id>/photo/release/<int:year>/", person_decisions.release, name="photo-release"),
    path("people/<int:person_id>/photo/versions/<int:version_id>/", person_decisions.restore, name="photo-restore"),
    path(
        "people/<int:person_id>/photo/versions/<int:version_id>/original",
        photo_original.photo_original,
        name="photo-original",
    ),
    path("people/<int:person_id>/photo/cut/<slug:token>/", photo_by_hand.photo_cut, name="photo-cut"),
    path(
        "people/<int:person_id>/photo/cut/<slug:token>/preview.jpg",
        photo_by_hand.photo_preview,
        name="photo-preview",
    ),
    path("rosters/", rosters.rosters, name="rosters"),
    path("rosters/new/", rosters.roster_new, name="roster-new"),
    path("rosters/<int:roster_id>/", rosters.roster, name="roster"),
    path("rosters/<int:roster_id>/change/", rosters.roster_edit, name="roster-edit"),
    path("rosters/<int:roster_id>/delete/", rosters.roster_delete, name="roster-delete"),
    path("rosters/<int:roster_id>/read/", rosters.roster_read, name="roster-read"),
    path("rosters/<int:roster_id>/readings/<int:reading_id>/", rosters.roster_reading, name="roster-reading"),
    path("rosters/<int:roster_id>/readings/<int:reading_id>/decide/", rosters.roster_decide, name="roster-decide"),
    path("import/", roster_import.roster_import, name="roster-import"),
    path("import/<slug:token>/", roster_import.roster_columns, name="roster-columns"),
    path("import/<slug:token>/preview/", roster_import.roster_preview, name="roster-preview"),
]
