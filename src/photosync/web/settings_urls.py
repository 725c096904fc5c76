"""The addresses of Settings."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import api_tokens, settings

urlpatterns = [
    path("", settings.settings, name="settings"),
    path("api-tokens/", api_tokens.api_tokens, name="api-tokens"),
    path("api-tokens/new/", api_tokens.new_api_token, name="api-token-new"),
    path("api-tokens/<int:token_id>/revoke/", api_tokens.revoke_api_token, name="api-token-revoke"),
]
