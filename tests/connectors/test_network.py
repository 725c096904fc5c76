"""Where a server is, and the words for its failures."""

import pytest

from photosync.connectors.network import Endpoint, endpoint, web_endpoint
from photosync.core.errors import Refused, SourceUnavailable, TryLater, WrongUse
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import checked_address


def test_endpoint_without_a_port_has_the_default_one():
    assert endpoint("SFTP server", {"host": " files.example ", "port": ""}, default_port=22) == Endpoint(
        "SFTP server", "files.example", 22
    )


def test_endpoint_of_an_ipv6_address_needs_no_brackets():
    assert endpoint("SFTP server", {"host": "[2001:db8::1]", "port": "2022"}, default_port=22) == Endpoint(
        "SFTP server", "2001:db8::1", 2022
    )


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("https://files.example/a", "files.example", 443),
        ("http://files.example", "files.example", 80),
        ("https://[2001:db8::1]:8443", "2001:db8::1", 8443),
    ],
)
def test_endpoint_of_a_web_address(address, host, port):
    assert web_endpoint("WebDAV server", checked_address(address)) == Endpoint("WebDAV server", host, port)


@pytest.mark.parametrize(
    "host", ["", "two words", "sftp://files.example", "files.example/photos", "me@files.example"]
)
def test_endpoint_with_what_is_no_host_is_told(host):
    with pytest.raises(WrongUse) as raised:
        endpoint("SFTP server", {"host": host, "port": ""}, default_port=22)
    assert raised.value.message.endswith(
        "is not the name of a host. Nothing was changed. Write its name or address alone, such as "
        "files.school.example, without a path or a port."
    )


@pytest.mark.parametrize("port", ["0", "65536", "22a", "-1", "9" * 5000, "\u0662"])
def test_endpoint_with_what_is_no_port_is_told(port):
    with pytest.raises(WrongUse) as raised:
        endpoint("SFTP server", {"host": "files.example", "port": port}, default_port=22)
    assert raised.value.message.endswith(
        "is not a port. Nothing was changed. Write a number from 1 to 65535, or leave it empty for 22."
    )


def test_addresses_inside_the_server_s_network_are_refused():
    with pytest.raises(Refused) as raised:
        Endpoint("SFTP server", "127.0.0.1", 22).addresses(AllowedRanges())
    assert raised.value.message.startswith(
        '"127.0.0.1" is at 127.0.0.1, an address inside this server\'s own network'
    )


def test_addresses_of_a_host_that_is_unknown_make_the_source_unavailable():
    with pytest.raises(SourceUnavailable) as raised:
        Endpoint("SFTP server", "no-such-host.invalid", 22).addresses(AllowedRanges())
    assert raised.value.message.startswith('The host "no-such-host.invalid" cannot be found (')


def test_failures_name_host_step_and_what_to_do():
    server = Endpoint("SFTP server", "files.example", 22)
    assert server.unavailable("Listing the folder 2026", "the connection was closed", "Run again.").message == (
        "Listing the folder 2026 failed on the SFTP server files.example (port 22): the connection was closed. "
        "Nothing was concluded from it, so nothing was changed. Run again."
    )
    told = server.not_fetched("2026/0417.jpg", "it is locked")
    assert type(told) is TryLater
    assert told.message == (
        "2026/0417.jpg could not be read from the SFTP server files.example (port 22): it is locked. It was left as "
        "it is. The next run reads it again."
    )
