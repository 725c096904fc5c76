"""What is said where a store does not give what it was asked for: why, and what to do."""

from __future__ import annotations

from typing import Final

from photosync.connectors.network import Words
from photosync.connectors.s3.answers import Refusal
from photosync.connectors.s3.place import Place

_KEYS: Final = "Make a new key for a user who may list and read the bucket, and enter both of its parts."
_TOKEN: Final = Words(
    "its session token is not valid or no longer so",
    "Session tokens last for hours: use a key of a user, without a token, or enter a new token.",
)
_CODES: Final[dict[str, Words]] = {
    "InvalidAccessKeyId": Words("it does not know this access key ID", _KEYS),
    "InvalidClientTokenId": Words("it does not know this access key ID", _KEYS),
    "SignatureDoesNotMatch": Words(
        "the secret access key is not that of the access key ID",
        "Enter the secret access key again, whole and without spaces; if it is lost, make a new key.",
    ),
    "ExpiredToken": _TOKEN,
    "InvalidToken": _TOKEN,
    "TokenRefreshRequired": _TOKEN,
    "RequestTimeTooSkewed": Words(
        "the clock of this server and that of the store differ by more than 15 minutes",
        "Ask who runs this server to set its clock by a time server (NTP).",
    ),
    "AccountProblem": Words("the account of the store has a problem", "Ask who pays for the store."),
    "AllAccessDisabled": Words("all access to the bucket is disabled", "Ask who runs the store."),
    "SlowDown": Words("it is too busy", "The next run tries again."),
}
OF_THE_WHOLE: Final = frozenset(_CODES) | {"NoSuchBucket", "PermanentRedirect", "AuthorizationHeaderMalformed"}
"""What concerns the whole bucket, also where it was said of one object."""
_REGIONS: Final = frozenset(
    {
        "PermanentRedirect",
        "TemporaryRedirect",
        "Redirect",
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
        "InvalidRegionName",
    }
)
_ANOTHER_TRY: Final = 500


def words_of(refusal: Refusal, place: Place) -> Words:
    """Return why the bucket cannot be read."""
    code = refusal.code
    if code in _CODES:
        return _CODES[code]
    if code == "NoSuchBucket" or (not code and refusal.status == 404):
        return Words(
            f"it has no bucket {place.bucket}",
            "Check the name of the bucket, the region and the endpoint.",
        )
    if code in _REGIONS or 300 <= refusal.status < 400:
        return _elsewhere(refusal, place)
    if code == "AccessDenied" or refusal.status in (401, 403):
        return Words(
            f"this key may not list the bucket {place.bucket}",
            "Allow its user s3:ListBucket on the bucket and s3:GetObject on what is in it.",
        )
    said = f"{refusal.status} {code}".strip()
    if refusal.status >= _ANOTHER_TRY:
        return Words(f"it answered {said}", "If this goes on, ask who runs the store.")
    return Words(f"it answered {said}", "Check the endpoint and the region, and ask who runs the store.")


def _elsewhere(refusal: Refusal, place: Place) -> Words:
    if refusal.region and refusal.region != place.region:
        return Words(
            f"the bucket {place.bucket} is in the region {refusal.region}, and not in {place.region}",
            f"Write {refusal.region} as region, and if there is an endpoint, that of this region.",
        )
    return Words(
        f"the bucket {place.bucket} is at another address, where the request was not sent on to",
        "Write the region and the endpoint that the bucket has.",
    )


def object_words(refusal: Refusal) -> Words:
    """Return why one object cannot be read now."""
    if refusal.code in ("NoSuchKey", "NoSuchVersion") or (not refusal.code and refusal.status == 404):
        return Words("it was no longer there when it was to be read", "The next run looks again.")
    if refusal.code == "InvalidObjectState":
        return Words(
            "it was moved to an archive (such as Glacier), from where it cannot be read at once",
            "Restore it, or copy it to a storage class that can be read; the next run reads it then.",
        )
    if refusal.code == "AccessDenied" or refusal.status in (401, 403):
        return Words(
            "this key may not read it",
            "Allow its user s3:GetObject on it, and the use of the key that it is encrypted with (kms:Decrypt); the "
            "next run reads it then.",
        )
    said = f"{refusal.status} {refusal.code}".strip()
    return Words(f"the store answered {said}", "The next run reads it again.")
