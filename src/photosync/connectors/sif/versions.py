"""Versions of SIF AU, as the namespaces of objects tell them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from photosync.core.people import quoted
from photosync.core.wording import list_words

OLDEST: Final = (1, 3)
NEWEST: Final = (3, 4)
MOST_VERSIONS_SHOWN: Final = 5


def versions_told(versions: Collection[str]) -> str:
    """Return for instance "SIF AU 3.4"; "" where no object names its version."""
    told = sorted(version for version in versions if version)
    return list_words([f"SIF AU {quoted(each)[1:-1]}" for each in told[:MOST_VERSIONS_SHOWN]]) if told else ""


def odd_versions(versions: Collection[str]) -> list[str]:
    """Return a sentence where there are versions that are not known here, else nothing."""
    odd = [version for version in sorted(versions) if version and not OLDEST <= _numbers(version) <= NEWEST]
    if not odd:
        return []
    named = list_words(odd[:MOST_VERSIONS_SHOWN])
    known = "the versions that are known here (1.3 to 3.4)"
    return [f"SIF AU {named} is not among {known}. Look whether everything was read."]


def _numbers(version: str) -> tuple[int, int]:
    parts = [int(part[:6]) for part in version.split(".")[:2]]
    return parts[0], parts[1] if len(parts) > 1 else 0
