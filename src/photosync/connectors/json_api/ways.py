"""The choices of the options. Apart, so that they can be told without what it takes to open a source."""

from __future__ import annotations

from enum import StrEnum

SIGN_INS = ("bearer", "header", "basic", "oauth2", "none")
AUTO, BASE64, LINK = "auto", "base64", "link"
PHOTO_WAYS = (AUTO, BASE64, LINK)


class Way(StrEnum):
    """How the API gives a list page by page."""

    NONE = "none"
    PAGE = "page"
    OFFSET = "offset"
    NEXT = "next"
    LINK = "link"
