"""The addresses of the REST API."""

from __future__ import annotations

from django.urls import path

from photosync.api.docs_page import docs_view
from photosync.api.interface import api

urlpatterns = [path("v1/docs", docs_view(api), name="api-docs"), path("v1/", api.urls)]
