"""The address of the pages, for what the command line prints."""

from __future__ import annotations


def base_address() -> str:
    """Return the address of the pages: the first trusted origin that the operator has set, else this machine."""
    from django.conf import settings

    origins = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if "*" not in origin]
    return str(origins[0]).rstrip("/") if origins else "http://127.0.0.1:8000"
