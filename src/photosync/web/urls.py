"""The addresses of the pages."""

from __future__ import annotations

from django.urls import path, re_path

from photosync.web.photo_address import PATTERN
from photosync.web.theme import choose_theme
from photosync.web.views import accounts, faces, overview, photo, probes

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("overview/profiles/<int:profile_id>/", overview.profile_card, name="profile-card"),
    path("overview/profiles/<int:profile_id>/live/", overview.profile_live, name="profile-live"),
    path("photos/", faces.faces, name="faces"),
    path("photos/people/<int:person_id>/", faces.person, name="person"),
    re_path(rf"^{PATTERN}\Z", photo.photo, name="photo"),
    path("accounts/sign-in/", accounts.SignIn.as_view(), name="sign-in"),
    path("accounts/sign-out/", accounts.SignOut.as_view(), name="sign-out"),
    path("accounts/set-password/<uidb64>/<token>/", accounts.SetPassword.as_view(), name="set-password"),
    path("schools/", accounts.schools, name="schools"),
    path("theme/", choose_theme, name="theme"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
]
