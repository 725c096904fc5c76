"""/metrics: for Prometheus. Not for the world: with the operator's token, or from this machine itself."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client.exposition import choose_encoder

from photosync.web.metrics import registry

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")
REFUSED = (
    "These figures are told on this machine only, and not through a proxy. Nothing is told. To read them from "
    "elsewhere, set PHOTOSYNC_METRICS_TOKEN and send it: Authorization: Bearer ...\n"
)
WRONG_TOKEN = "These figures need the operator's token: Authorization: Bearer ... Nothing is told.\n"  # noqa: S105 - words


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    token = settings.PHOTOSYNC_METRICS_TOKEN
    if token and not _has_token(request, token):
        response = HttpResponse(WRONG_TOKEN, status=401, content_type="text/plain; charset=utf-8")
        response.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
    elif not token and not _is_from_here(request):
        response = HttpResponse(REFUSED, status=403, content_type="text/plain; charset=utf-8")
    else:
        encode, media_type = choose_encoder(request.headers.get("Accept", ""))
        response = HttpResponse(encode(registry()), content_type=media_type)
    response.headers["Cache-Control"] = "no-store"
    return response


def _has_token(request: HttpRequest, token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and constant_time_compare(given.strip(), token)


def _is_from_here(request: HttpRequest) -> bool:
    # A proxy on this machine asks from this machine, whoever asks it.
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
