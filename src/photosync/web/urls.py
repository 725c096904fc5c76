"""The addresses of the pages."""

from __future__ import annotations

from django.urls import include, path, re_path

from photosync.web.photo_address import PATTERN
from photosync.web.theme import choose_theme
from photosync.web.views import (
    accounts,
    administration,
    calendar_feed,
    faces,
    licences,
    metrics,
    overview,
    periods,
    photo,
    photo_lists,
    preflight,
    probes,
    profiles,
)

TIMETABLE = "administration/timetable-management/"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("overview/schools/", overview.all_schools, name="all-schools"),
    path("overview/profiles/<int:profile_id>/", overview.profile_card, name="profile-card"),
    path("overview/profiles/<int:profile_id>/live/", overview.profile_live, name="profile-live"),
    path("administration/", administration.administration, name="administration"),
    path(TIMETABLE, administration.timetable_management, name="timetable-management"),
    path(f"{TIMETABLE}cycle-period-setup/", periods.periods, name="periods"),
    path(f"{TIMETABLE}cycle-period-setup/new/", periods.new_period, name="period-new"),
    path(f"{TIMETABLE}cycle-period-setup/<int:period_id>/", periods.period, name="period"),
    path(f"{TIMETABLE}cycle-period-setup/<int:period_id>/effect/", periods.period_effect, name="period-effect"),
    path(f"{TIMETABLE}cycle-period-setup/<int:period_id>/copy/", periods.period_copy, name="period-copy"),
    path(f"{TIMETABLE}cycle-period-setup/<int:period_id>/delete/", periods.period_delete, name="period-delete"),
    path(f"{TIMETABLE}manage-sync/", profiles.manage_sync, name="manage-sync"),
    path(f"{TIMETABLE}manage-sync/new/", profiles.new_profile, name="profile-new"),
    path(f"{TIMETABLE}manage-sync/new/effect/", profiles.profile_effect, name="profile-new-effect"),
    path(f"{TIMETABLE}manage-sync/new/matches/", profiles.profile_matches, name="profile-new-matches"),
    path(f"{TIMETABLE}manage-sync/<int:profile_id>/", profiles.profile, name="profile"),
    path(f"{TIMETABLE}manage-sync/<int:profile_id>/effect/", profiles.profile_effect, name="profile-effect"),
    path(f"{TIMETABLE}manage-sync/<int:profile_id>/matches/", profiles.profile_matches, name="profile-matches"),
    path(f"{TIMETABLE}manage-sync/<int:profile_id>/to-mend/", preflight.profile_preflight, name="profile-preflight"),
    path(
        f"{TIMETABLE}manage-sync/<int:profile_id>/to-mend.html",
        preflight.profile_preflight_file,
        {"suffix": "html"},
        name="profile-preflight-html",
    ),
    path(
        f"{TIMETABLE}manage-sync/<int:profile_id>/to-mend.pdf",
        preflight.profile_preflight_file,
        {"suffix": "pdf"},
        name="profile-preflight-pdf",
    ),
    path(f"{TIMETABLE}manage-sync/<int:profile_id>/run/", profiles.run_now, name="profile-run"),
    path(f"{TIMETABLE}manage-sync/<int:profile_id>/licences/", licences.licences, name="profile-licences"),
    path(f"{TIMETABLE}runs/", include("photosync.web.run_urls")),
    path("administration/sync-ui/inputs/", include("photosync.web.input_urls")),
    path("review/", include("photosync.web.review_urls")),
    path("data-management/", include("photosync.web.data_urls")),
    path("academic-reports/reporting/", include("photosync.web.report_making_urls")),
    path("photos/", faces.faces, name="faces"),
    path("photos/lists/", photo_lists.photo_lists, name="photo-lists"),
    path("photos/lists/print/", photo_lists.photo_list_print, name="photo-list-print"),
    path("photos/lists/list.pdf", photo_lists.photo_list_document, name="photo-list-pdf"),
    path("photos/people/<int:person_id>/", faces.person, name="person"),
    re_path(rf"^{PATTERN}\Z", photo.photo, name="photo"),
    path("academic-reports/", include("photosync.web.reports_urls")),
    path("academic-reports/", include("photosync.web.archive_urls")),
    path("accounts/", include("photosync.web.account_urls")),
    path("settings/", include("photosync.web.settings_urls")),
    path("help/", include("photosync.web.help_urls")),
    path("schools/", accounts.schools, name="schools"),
    path("calendar/<str:secret>.ics", calendar_feed.feed, name="calendar"),
    path("calendar/<str:secret>/<int:profile_id>.ics", calendar_feed.feed, name="calendar-of-profile"),
    path("theme/", choose_theme, name="theme"),
    path("metrics", metrics.metrics, name="metrics"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
]
