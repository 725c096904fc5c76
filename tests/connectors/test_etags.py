"""Stamps of what web servers hold, whatever they write as its time."""

from datetime import UTC, datetime

import pytest

from photosync.apps.sources.models import ListedFile
from photosync.connectors.etags import etag_stamp, http_time


@pytest.mark.parametrize(
    "time",
    [
        "",
        "yesterday",
        "Sat, 28 Nov 2026 20:43:07 +99999999999999999",
        "Sat, 28 Nov 99999999999999999999999 20:43:07 GMT",
        "Sat, 28 Nov 2026 99999999999999999:43:07 GMT",
    ],
)
def test_time_that_is_none_breaks_nothing(time: str) -> None:
    assert http_time(time) is None


@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000"])
def test_time_is_the_same_in_every_zone_of_the_server(zone: str) -> None:
    assert http_time(f"Fri, 31 Dec 9999 23:59:59 {zone}") == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_stamp_is_of_etag_and_seconds() -> None:
    assert etag_stamp('W/"abc"', http_time("Sat, 28 Nov 2026 20:43:07 GMT")) == "abc.1795898587"
    assert etag_stamp("", None) == "."


def test_stamp_of_an_endless_etag_can_be_stored_and_differs_where_the_etag_does() -> None:
    changed = http_time("Fri, 31 Dec 9999 23:59:59 GMT")
    stamps = {etag_stamp("a" * 10_000 + end, changed) for end in "bc"}

    assert len(stamps) == 2
    assert max(map(len, stamps)) <= (ListedFile._meta.get_field("stamp").max_length or 0)
