"""The addresses of the whole site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from photosync.api.links import photo_by_link

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("photosync.api.urls")),
    path("photo-links/<str:signed>.jpg", photo_by_link, name="photo-link"),
    path("", include("photosync.web.urls")),
]
