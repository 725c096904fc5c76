"""From checked options to an open source."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.contract import PAGE_WINDOW_ENTRIES
from photosync.connectors.http_api import Api
from photosync.connectors.json_api.settings import settings_from, sign_in_from
from photosync.connectors.json_api.source import JsonApiSource
from photosync.connectors.registry import Guard
from photosync.outgoing.http import Limits


def open_json_api(
    options: Mapping[str, str],
    guard: Guard,
    *,
    limits: Limits | None = None,
    window_entries: int = PAGE_WINDOW_ENTRIES,
) -> JsonApiSource:
    """Return the source that `options`, all of them present, describe. Nothing is sent yet. Raises WrongUse."""
    settings = settings_from(options)
    sign_in = sign_in_from(options, guard.allowed_ranges, limits=limits)
    try:
        api = Api(options["address"], sign_in, guard.allowed_ranges, limits=limits, ca_pem=options["ca_pem"])
    except BaseException:
        sign_in.close()
        raise
    try:
        return JsonApiSource(api, settings, window_entries=window_entries)
    except BaseException:
        api.close()
        raise
