"""From which address a request comes, also behind proxies that the operator has named."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "::"
LONGEST_HEADER = 2000


def client_address(request: HttpRequest) -> str:
    """Return the address of whoever asks; `::` where it cannot be known.

    Each of PHOTOSYNC_PROXIES adds the address it was asked from to X-Forwarded-For; what stands further left is
    whatever the asker has written there, and is not believed.
    """
    proxies = settings.PHOTOSYNC_PROXIES
    if proxies:
        header = request.META.get("HTTP_X_FORWARDED_FOR", "")[-LONGEST_HEADER:]
        parts = [part.strip() for part in header.split(",")]
        if len(parts) >= proxies:
            found = _checked(parts[-proxies])
            if found:
                return found
    return _checked(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def _checked(text: str) -> str:
    text = text.partition("%")[0].strip("[]")
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)
