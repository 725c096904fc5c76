"""Which addresses may be reached."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.errors import WrongUse
from photosync.outgoing import AllowedRanges

PUBLIC = AllowedRanges()
INSIDE = (
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "172.31.255.254", "192.168.7.25", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.88.99.1", "0.0.0.0", "0.1.2.3", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "::1", "::",
    "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe",
)  # fmt: skip
OUTSIDE = (
    "1.1.1.1",
    "8.8.8.8",
    "203.0.114.1",
    "2606:4700:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
)


@pytest.mark.parametrize("text", INSIDE)
def test_address_inside_is_not_reached(text: str) -> None:
    assert PUBLIC.allow(ip_address(text)) is False


@pytest.mark.parametrize("text", OUTSIDE)
def test_address_on_the_internet_is_reached(text: str) -> None:
    assert PUBLIC.allow(ip_address(text)) is True


def test_operator_allows_a_range_and_no_more() -> None:
    allowed = AllowedRanges.parse("10.20.0.0/16, fd00:7::/32,", setting="X")

    told = {text: allowed.allow(ip_address(text)) for text in ("10.20.9.9", "10.21.0.1", "fd00:7::1", "fd00:8::1")}
    assert told == {"10.20.9.9": True, "10.21.0.1": False, "fd00:7::1": True, "fd00:8::1": False}
    assert allowed.allow(ip_address("::ffff:10.20.9.9")) is True
    assert allowed.texts() == ["10.20.0.0/16", "fd00:7::/32"]


@given(st.ip_addresses(v=4))
def test_address_inside_another_is_judged_like_itself(inner: IPv4Address) -> None:
    mapped, translated = (
        IPv6Address(int(IPv6Address("::ffff:0:0")) + int(inner)),
        IPv6Address(int(IPv6Address("64:ff9b::")) + int(inner)),
    )

    assert {PUBLIC.allow(mapped), PUBLIC.allow(translated)} == {PUBLIC.allow(inner)}


@given(st.ip_addresses(v=4), st.integers(0, 2**80 - 1))
def test_6to4_of_an_inner_address_is_not_reached(inner: IPv4Address, rest: int) -> None:
    outer = IPv6Address((0x2002 << 112) + (int(inner) << 80) + rest)

    assert not PUBLIC.allow(outer) or PUBLIC.allow(inner)


@given(st.ip_addresses())
def test_everything_lets_everything_through(address: IPv4Address | IPv6Address) -> None:
    assert AllowedRanges.everything().allow(address) is True


@pytest.mark.parametrize("text", ["10.0.0.1/8", "house", "10.0.0.0/40", "10.0.0.0-10.0.0.9"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(WrongUse) as refused:
        AllowedRanges.parse(f"192.168.0.0/16,{text}", setting="PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES")

    told = refused.value.message
    assert told.startswith(f'PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES has "{text}", which is no range of addresses (')
    assert told.endswith(
        "Nothing was started. Write ranges such as 10.20.0.0/16 or 192.168.7.25/32, separated by commas."
    )
