"""Opening the source json_api on an API of the tests' own."""

from pathlib import Path

from photosync.connectors.json_api.opening import open_json_api
from photosync.connectors.json_api.source import JsonApiSource
from photosync.connectors.registry import Guard, check_options
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Limits
from tests.services.people_api import TOKEN, PeopleApi

LOOPBACK = AllowedRanges.parse("127.0.0.1/32", setting="test")
SHORT = Limits(connect_s=2.0, silent_s=0.5, whole_s=3.0)


def options_for(api: PeopleApi | None = None, **given: str) -> dict[str, str]:
    """Return all options: of a list of students with photos at $.photo, and what is given."""
    told = {"secret": TOKEN, "students": "students", "records": "$.data", "photo": "$.photo"}
    if api is not None:
        told["address"] = api.address
    return check_options("json_api", {**told, **given})


def opened(api: PeopleApi | None = None, *, window_entries: int = 20_000, **given: str) -> JsonApiSource:
    guard = Guard((), Path("/nowhere"), allowed_ranges=LOOPBACK)
    return open_json_api(options_for(api, **given), guard, limits=SHORT, window_entries=window_entries)
