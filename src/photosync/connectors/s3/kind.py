"""The kind `s3`, as `photosync source kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.contract import Source
from photosync.connectors.index_option import index_path
from photosync.connectors.registry import ConnectorKind, Guard, Option, match_options
from photosync.connectors.s3.place import ADDRESSINGS, AUTO, place_of


def _open(options: Mapping[str, str], guard: Guard) -> Source:
    from photosync.connectors.http_sign_in import checked_secret
    from photosync.connectors.s3.asking import Store
    from photosync.connectors.s3.signing import Keys
    from photosync.connectors.s3.source import S3Source

    place = place_of(options)
    # Both are sent in a header, which cannot hold every letter; the secret key is not sent.
    token = options["session_token"].strip()
    keys = Keys(
        checked_secret(options["access_key_id"], "access key ID"),
        options["secret_access_key"].strip(),
        checked_secret(token, "session token") if token else "",
    )
    index = index_path(options, inside="part of the bucket that is read")
    return S3Source(Store(place, keys, guard.allowed_ranges, ca_pem=options["ca_pem"]), index=index)


S3 = ConnectorKind(
    name="s3",
    title="S3 bucket",
    summary="A bucket of Amazon S3, MinIO, Wasabi, Ceph or another S3 store; the / in keys make its folders.",
    options=(
        Option("bucket", "name of the bucket", required=True),
        Option("region", "where the bucket is, such as ap-southeast-2; other stores than Amazon often need none"),
        Option("endpoint", "address of the store, such as https://s3.school.example; empty: Amazon S3", leads=True),
        Option("prefix", "the folder of the photos in the bucket, such as photos/2026; empty: the whole bucket"),
        Option("access_key_id", "access key ID of a user who may list and read the bucket", required=True),
        Option("secret_access_key", "its secret access key", required=True, secret=True),
        Option("session_token", "session token, where the key is a temporary one", secret=True),
        *match_options(index="the index file, as a path below the prefix"),
        Option(
            "addressing",
            "where the bucket's name stands in addresses; auto: in the host's name at Amazon, else in the path",
            default=AUTO,
            choices=ADDRESSINGS,
        ),
        Option(
            "ca_pem", "certificate of the authority that signed the store's, if it is not a public one", long=True
        ),
    ),
    open=_open,
)
