"""A page that a workspace lists, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from photosync.web.page import Words


@dataclass(frozen=True, slots=True)
class Place:
    words: Words
    url: str
    purpose: Words
