"""Where a bucket is: the address of its store, and how the bucket stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from photosync.connectors.network import Endpoint, web_port
from photosync.connectors.s3.signing import encoded
from photosync.core.errors import WrongUse, about_option
from photosync.core.people import quoted
from photosync.outgoing.http import checked_address

AUTO, PATH, VIRTUAL = "auto", "path", "virtual"
ADDRESSINGS: Final = (AUTO, PATH, VIRTUAL)
FIRST_REGION: Final = "us-east-1"
SERVICE: Final = "S3 store"
_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_REGION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, and the part of it that is read. Paths are percent-encoded."""

    origin: str
    """Scheme, host and port, such as https://photos.s3.eu-west-1.amazonaws.com."""
    netloc: str
    """What the Host header says."""
    bucket_path: str
    """Path of the bucket, ending in `/`."""
    bucket: str
    region: str
    prefix: str
    """What keys begin with: empty, or ending in `/`."""
    endpoint: Endpoint

    def object_path(self, key: bytes) -> str:
        return self.bucket_path + encoded(key, safe="/")


def place_of(options: Mapping[str, str]) -> Place:
    """Return where the options `bucket`, `region`, `endpoint`, `addressing` and `prefix` lead. Raises WrongUse."""
    bucket, region = _bucket(options["bucket"].strip()), _region(options["region"].strip())
    given = options["endpoint"].strip()
    if not given and not region:
        raise WrongUse(
            "A bucket at Amazon needs the option region, such as ap-southeast-2. Nothing was changed; fill it in, or "
            "give the address of another store as endpoint.",
            command_line="--option region=REGION",
            option="region",
        )
    with about_option("endpoint"):
        url = checked_address(_with_scheme(given) if given else _amazon(region))
    if url.query or url.fragment:
        raise WrongUse(
            f"{quoted(given)} has more than an address in it. Nothing was changed. Write the address of the store "
            "alone, such as https://s3.school.example.",
            option="endpoint",
        )
    bucket_path = url.raw_path.decode("ascii").rstrip("/") + "/"
    netloc = url.netloc.decode("ascii")
    if not _in_host(options["addressing"], bucket, url.host, is_amazon=not given):
        bucket_path += f"{bucket}/"
    elif not url.host.startswith(f"{bucket}."):
        netloc = f"{bucket}.{netloc}"
    host = netloc.rpartition(":")[0] if url.port else netloc
    return Place(
        origin=f"{url.scheme}://{netloc}",
        netloc=netloc,
        bucket_path=bucket_path,
        bucket=bucket,
        region=region or FIRST_REGION,
        prefix=_prefix(options["prefix"]),
        endpoint=Endpoint(SERVICE, host.strip("[]"), web_port(url)),
    )


def _bucket(bucket: str) -> str:
    if _BUCKET.fullmatch(bucket):
        return bucket
    raise WrongUse(
        f"{quoted(bucket)} is not the name of a bucket. Nothing was changed. Write its name alone, such as "
        "school-photos, without an address or a folder; a folder in it goes into prefix.",
        option="bucket",
    )


def _region(region: str) -> str:
    if not region or _REGION.fullmatch(region):
        return region
    raise WrongUse(
        f"{quoted(region)} is not a region. Nothing was changed. Write its short name, such as ap-southeast-2.",
        option="region",
    )


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


def _amazon(region: str) -> str:
    return f"https://s3.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")


def _in_host(addressing: str, bucket: str, host: str, *, is_amazon: bool) -> bool:
    """Whether the bucket stands in the host's name. With a dot in it, no certificate would fit there."""
    if addressing == AUTO:
        return host.startswith(f"{bucket}.") or (is_amazon and "." not in bucket)
    return addressing == VIRTUAL


def _prefix(given: str) -> str:
    """Return it as keys begin: a folder, which a `/` ends. One in front, which keys rarely have, is left out."""
    prefix = given.strip().removeprefix("/")
    return prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
