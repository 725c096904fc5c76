import pytest
from django.test import RequestFactory
from pytest_django import Settings

from photosync.apps.accounts.addresses import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 198.51.100.7", "192.0.2.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (1, "not an address", "192.0.2.1", "192.0.2.1"),
        (1, "", "192.0.2.1", "192.0.2.1"),
        (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
        (0, "", "fe80::1%eth0", "fe80::1"),
        (1, "[2001:db8::7]", "192.0.2.1", "2001:db8::7"),
        (0, "", "", "::"),
    ],
)
def test_only_what_the_named_proxies_wrote_is_believed(
    settings: Settings, proxies: int, forwarded: str, remote: str, address: str
) -> None:
    settings.PHOTOSYNC_PROXIES = proxies

    assert client_address(RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)) == address
