"""Which IP addresses may be reached: those of the public internet, and what the operator allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from photosync.core.errors import WrongUse
from photosync.core.people import quoted

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64: Final = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL: Final = IPv6Network("64:ff9b:1::/48")
_IPV4_COMPATIBLE: Final = IPv6Network("::/96")
_SPECIAL: Final = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10",  # between a provider and its customers; clouds keep servers of their own there
        "192.88.99.0/24",  # relays of 6to4, given up
        "168.63.129.16/32",  # Azure's own services, which a public address hides
        "fec0::/10",  # site-local, given up
    )
)
"""Not public in fact, though not every version of Python calls them private. 169.254.169.254 and fd00:ec2::254, where
clouds give out their keys, are link-local and private anyway."""


@dataclass(frozen=True, slots=True)
class AllowedRanges:
    """`networks` are what the operator allows beside the public internet."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, text: str, *, setting: str) -> AllowedRanges:
        """Return the ranges in `text`, separated by commas. Raises WrongUse naming `setting` for what is none."""
        networks: list[Network] = []
        for each in filter(None, map(str.strip, text.split(","))):
            try:
                networks.append(ip_network(each))
            except ValueError as error:
                raise WrongUse(
                    f"{setting} has {quoted(each)}, which is no range of addresses ({error}). Nothing was started. "
                    "Write ranges such as 10.20.0.0/16 or 192.168.7.25/32, separated by commas."
                ) from error
        return cls(tuple(networks))

    @classmethod
    def everything(cls) -> AllowedRanges:
        """Return what lets everything through: for hosts that the operator's own settings name."""
        return cls((ip_network("0.0.0.0/0"), ip_network("::/0")))

    def allow(self, address: Address) -> bool:
        """Whether `address` may be reached. One that carries another in it counts as both."""
        return all(self._allow_alone(each) for each in _meant(address))

    def allow_expressly(self, address: Address) -> bool:
        """Whether the operator named `address`, so that it is in a network of the school's own."""
        return all(
            any(each in network for network in self.networks if network.version == each.version)
            for each in _meant(address)
        )

    def _allow_alone(self, address: Address) -> bool:
        if any(address in network for network in self.networks if network.version == address.version):
            return True
        return _is_public(address)

    def texts(self) -> list[str]:
        return [str(network) for network in self.networks]


def _is_public(address: Address) -> bool:
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
        or address.is_private
    )


def _meant(address: Address) -> Iterator[Address]:
    """Yield every address that a packet to `address` may end at: what is mapped or embedded, else itself."""
    if isinstance(address, IPv4Address):
        yield address
        return
    address = IPv6Address(int(address))  # without its zone, which no range has
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    embedded = list(_embedded(address))
    yield from embedded
    # A translated address says nothing of its own: 64:ff9b::/96 stands for what is in it.
    if not embedded or address not in _NAT64:
        yield address


def _embedded(address: IPv6Address) -> Iterator[IPv4Address]:
    number = int(address)
    if address in _NAT64 or address in _NAT64_LOCAL or (address in _IPV4_COMPATIBLE and number > 1):
        yield IPv4Address(number & 0xFFFFFFFF)
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo


def addresses_of(texts: Iterable[str]) -> tuple[Address, ...]:
    """Return each address once, in the order of `texts`."""
    return tuple(dict.fromkeys(ip_address(text) for text in texts))
