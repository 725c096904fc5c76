"""Which article of Help explains a kind of data source or of roster, so that its form can lead there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from photosync.apps.help.articles import articles
from photosync.connectors.registry import PHOTOGRAPHER, Option
from photosync.web.help_address import article_address

SOURCE_ARTICLES: Final[Mapping[str, str]] = {
    "folder": "photos-from-a-folder",
    "archive": "photos-from-a-zip",
    "input": "inputs",
    "sftp": "photos-over-sftp",
    "smb": "photos-from-a-windows-share",
    "s3": "photos-from-s3",
    "webdav": "photos-from-webdav",
    "sql": "photos-from-a-database",
    "json_api": "photos-from-an-http-api",
    "sif_files": "photos-from-sif",
    "sif_rest": "photos-from-sif",
}
ROSTER_ARTICLES: Final[Mapping[str, str]] = {
    "csv": "rosters#a-new-roster",
    "oneroster": "rosters#a-new-roster",
    "oneroster_rest": "rosters#a-oneroster-service",
    "sif_files": "rosters#sif-au",
    "sif_rest": "rosters#sif-au",
    "sql": "rosters#from-a-database",
    "ldap": "rosters#a-directory",
}
"""Article, and the part of it."""
MATCHING, DELIVERIES = "matching", "photographers-deliveries"


@dataclass(frozen=True, slots=True)
class HelpLink:
    title: str
    address: str


def help_link(place: str) -> HelpLink:
    """Return the link to an article, or to the part of it that stands after a `#`."""
    slug, mark, part = place.partition("#")
    return HelpLink(articles()[slug].title, article_address(slug) + mark + part)


def matching_links(options: tuple[Option, ...]) -> list[HelpLink]:
    """Return what is to be read of how files find their people; nothing where the source itself names the column."""
    ways = next((option.choices for option in options if option.name == "match"), ())
    if len(ways) < 2:
        return []
    return [help_link(MATCHING), *([help_link(DELIVERIES)] if PHOTOGRAPHER in ways else [])]
