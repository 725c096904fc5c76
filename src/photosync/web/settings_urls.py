"""The addresses of Settings."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import settings

urlpatterns = [
    path("", settings.settings, name="settings"),
]
