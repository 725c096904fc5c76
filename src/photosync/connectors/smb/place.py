"""Where the photos are: a server, a share of it and a folder in that; and which names a share can have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address

from photosync.connectors.network import Endpoint, endpoint
from photosync.core.errors import WrongUse
from photosync.core.people import quoted

DEFAULT_PORT = 445
SERVICE = "SMB server"
_SHARE = re.compile(r'[^\x00-\x1f"/\\\[\]:|<>+=;,*?\ud800-\udfff]{1,80}')
_NO_NAME = re.compile(r'[\x00-\x1f"*/:<>?\\|]')
"""Characters that no server takes in a name. A colon would ask for something hidden beside the file."""


@dataclass(frozen=True, slots=True)
class Place:
    """`folder` is a path in the share with `/` between its parts; "" is the whole share."""

    endpoint: Endpoint
    share: str
    folder: str

    @property
    def unc(self) -> str:
        r"""Return the share as servers are asked for it: `\\server\share`."""
        return rf"\\{server_name(self.endpoint.host)}\{self.share}"

    def path(self, path: str) -> bytes:
        """Return what `path`, from the source's root, is called on the wire: UTF-16, unpaired halves included."""
        whole = f"{self.folder}/{path}" if self.folder and path else self.folder or path
        return whole.replace("/", "\\").encode("utf-16-le", "surrogatepass")


def place_from(options: Mapping[str, str]) -> Place:
    """Return the place that the options `host`, `port`, `share` and `folder` name. Raises WrongUse."""
    where = endpoint(SERVICE, options, default_port=DEFAULT_PORT)
    share = options["share"].strip()
    if not _SHARE.fullmatch(share) or share in (".", ".."):
        raise WrongUse(
            f"{quoted(share)} is not the name of a share. Nothing was changed. Write its name alone, such as photos; "
            "the server belongs under host and a folder in the share under folder.",
            option="share",
        )
    folder = slashed(options["folder"]).strip("/")
    if folder and not can_be_asked_for(folder):
        raise WrongUse(
            f"{quoted(folder)} is not the path of a folder in a share. Nothing was changed. Write it from the top of "
            "the share, such as 2026/Portraits, or leave it empty for the whole share.",
            option="folder",
        )
    return Place(where, share, folder)


def slashed(path: str) -> str:
    r"""Return `path` with `/` between its parts, however it was written: `2026\Portraits` is what Windows shows."""
    return path.strip().replace("\\", "/")


def can_be_asked_for(path: str) -> bool:
    """Return whether a server can be asked for `path` without it meaning something else."""
    return not any(part in ("", ".", "..") or _NO_NAME.search(part) for part in path.split("/"))


def server_name(host: str) -> str:
    """Return the name of `host` as it may stand in a path of Windows, where an IPv6 address cannot."""
    try:
        address = IPv6Address(host)
    except ValueError:
        return host
    return str(address).replace(":", "-").replace("%", "s") + ".ipv6-literal.net"
