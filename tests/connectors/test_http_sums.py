"""Which headers tell the sum of a file, and of which nobody knows what theirs is of."""

from base64 import b64encode
from hashlib import new

import httpx
import pytest

from photosync.connectors.http_sums import Arrival, Sum, sum_by_etag, sum_by_headers

PHOTO = b"a photo"


def digest(algorithm: str) -> bytes:
    return new(algorithm, PHOTO, usedforsecurity=False).digest()


def base64(algorithm: str) -> str:
    return b64encode(digest(algorithm)).decode()


MD5 = digest("md5").hex()
BY_STORE = "x-amz-server-side-encryption"


@pytest.mark.parametrize(
    ("headers", "is_md5"),
    [
        ({"ETag": f'"{MD5}"'}, True),
        ({"ETag": MD5.upper()}, True),
        ({"ETag": f'"{MD5}"', BY_STORE: "AES256"}, True),
        ({"ETag": f'"{MD5}"', "content-encoding": "aws-chunked"}, True),
        ({"ETag": f'"{MD5}"', BY_STORE: "aws:kms"}, False),
        ({"ETag": f'"{MD5}"', BY_STORE: "aws:kms:dsse"}, False),
        ({"ETag": f'"{MD5}"', f"{BY_STORE}-customer-algorithm": "AES256"}, False),
        ({"ETag": f'"{MD5}"', "x-obs-server-side-encryption": "kms"}, False),
        ({"ETag": f'"{MD5}"', "content-encoding": "gzip"}, False),
        ({"ETag": f'"{MD5}-2"'}, False),
        ({"ETag": f'W/"{MD5}"'}, False),
        ({"ETag": '"0x8DC"'}, False),
        ({}, False),
    ],
)
def test_etag_that_is_an_md5(headers: dict[str, str], is_md5: bool) -> None:
    assert sum_by_etag(httpx.Headers(headers)) == (Sum("md5", digest("md5")) if is_md5 else None)


@pytest.mark.parametrize(
    ("header", "value", "algorithm"),
    [
        ("OC-Checksum", f"SHA1:{digest('sha1').hex()}", "sha1"),
        ("OC-Checksum", f"ADLER32:0a1b2c3d MD5:{MD5}", "md5"),
        ("Content-MD5", base64("md5"), "md5"),
        ("Digest", f"unixsum=30637, SHA-256={base64('sha256')}", "sha256"),
        ("Repr-Digest", f"sha-512=:{base64('sha512')}:", "sha512"),
        ("Content-Digest", f"sha=:{base64('sha1')}:", "sha1"),
        ("OC-Checksum", "SHA1:abc", None),
        ("OC-Checksum", "SHA1", None),
        ("Content-MD5", "no base64", None),
        ("Digest", f"md5={base64('sha1')}", None),
        ("ETag", f'"{MD5}"', None),
    ],
)
def test_sum_in_a_header(header: str, value: str, algorithm: str | None) -> None:
    found = sum_by_headers(httpx.Headers({header: value}))
    assert found == (Sum(algorithm, digest(algorithm)) if algorithm else None)
    assert sum_by_headers(httpx.Headers({header: value, "content-encoding": "gzip"})) is None


def test_what_came_whole() -> None:
    told = Sum("md5", digest("md5"))
    assert Arrival().is_whole(PHOTO, told)
    assert Arrival().is_whole(b"another", None)
    arrival = Arrival()
    assert [arrival.is_whole(each, told) for each in (b"damaged", b"otherwise", b"otherwise")] == [False, False, True]
