"""A store for what moto cannot hold: keys of any bytes, and answers that a test makes up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_to_bytes

from photosync.connectors.registry import Guard, check_options
from photosync.connectors.s3.asking import LIMITS, Store
from photosync.connectors.s3.place import place_of
from photosync.connectors.s3.signing import Keys
from photosync.connectors.s3.source import S3Source
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Limits
from tests.services.web_server import Asked, Reply, WebServer, web_server

LOOPBACK = AllowedRanges.parse("127.0.0.0/8", setting="TEST")
GUARD = Guard(source_roots=(), data_folder=Path("/nowhere"), allowed_ranges=LOOPBACK)
CHANGED = "2026-11-28T20:43:07.123Z"
LAST_MODIFIED = "Sat, 28 Nov 2026 20:43:07 GMT"


def options(address: str, **given: str) -> dict[str, str]:
    """Return the options of the bucket `photos` at a store of the tests."""
    plain = {
        "bucket": "photos",
        "endpoint": address,
        "region": "ap-southeast-2",
        "access_key_id": "AKIDOFTHETESTS",
        "secret_access_key": "of the tests",
    }
    return check_options("s3", plain | given)


def source(
    address: str, *, window: int = 40, seconds: float = 5.0, most_objects: int = 1_000_000, **given: str
) -> Any:
    """Return a source that waits no longer than `seconds` for anything."""
    chosen = options(address, **given)
    keys = Keys(chosen["access_key_id"], chosen["secret_access_key"], chosen["session_token"])
    store = Store(place_of(chosen), keys, LOOPBACK, limits=Limits(seconds, seconds, LIMITS.whole_s))
    return S3Source(store, index=chosen["index"] or None, window_entries=window, most_objects=most_objects)


def contents(key: bytes, content: bytes, *, changed: str = CHANGED) -> str:
    e_tag = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return (
        f"<Contents><Key>{quote_plus(key, safe='/')}</Key><LastModified>{changed}</LastModified>"
        f"<ETag>&quot;{e_tag}&quot;</ETag><Size>{len(content)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def listing(*parts: str, token: str = "", encoding: str = "<EncodingType>url</EncodingType>") -> Reply:
    """Return a page of a listing; with a `token`, there is more."""
    more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>photos</Name>'
        f"{encoding}{more or '<IsTruncated>false</IsTruncated>'}{''.join(parts)}</ListBucketResult>"
    )
    return Reply(200, text.encode(), {"Content-Type": "application/xml"})


def error(status: int, code: str, more: str = "", **headers: str) -> Reply:
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>Said.</Message>{more}</Error>'
    return Reply(status, text.encode(), {name.replace("_", "-"): value for name, value in headers.items()})


def query_of(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl(asked.path.partition("?")[2], keep_blank_values=True))


def answering(files: dict[bytes, bytes]) -> Callable[[Asked], Reply]:
    """Return what answers as a store does whose bucket `photos` holds `files`."""

    def answer(asked: Asked) -> Reply:
        path, _, query = asked.path.partition("?")
        if not query:
            return _object(files, unquote_to_bytes(path.removeprefix("/photos/")))
        pairs = (part.partition("=") for part in query.split("&"))
        given = {name: unquote_to_bytes(value) for name, _, value in pairs}
        prefix, has_folders = given["prefix"], "delimiter" in given
        wanted = [key for key in sorted(files) if key.startswith(prefix)]
        if has_folders:
            wanted = [key for key in wanted if b"/" not in key[len(prefix) :]]
        return listing(*(contents(key, files[key]) for key in wanted))

    return answer


def _object(files: dict[bytes, bytes], key: bytes) -> Reply:
    if key not in files:
        return error(404, "NoSuchKey")
    e_tag = hashlib.md5(files[key], usedforsecurity=False).hexdigest()
    return Reply(200, files[key], {"ETag": f'"{e_tag}"', "Last-Modified": LAST_MODIFIED})


@contextmanager
def plain_store(files: dict[bytes, bytes]) -> Iterator[WebServer]:
    with web_server(answering(files)) as web:
        yield web
