"""The latest runs of a school as bars: what each added, replaced, rejected, and what failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log1p
from typing import Any
from zoneinfo import ZoneInfo

from photosync.apps.runs.models import Run
from photosync.core.wording import past_words
from photosync.web.badge import Badge
from photosync.web.run_words import counts_shown, run_badge

RUNS_SHOWN = 30
HEIGHT_PX = 56
LEAST_PX = 4
PARTS = ("added", "replaced", "rejected", "failed")


@dataclass(frozen=True, slots=True)
class Part:
    slug: str
    y_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class RunBar:
    number: int
    profile: str
    badge: Badge
    when: str
    counts: tuple[tuple[int, Any], ...]
    parts: tuple[Part, ...]


def run_bars(profile_ids: Sequence[int], zone: ZoneInfo, now: datetime) -> list[RunBar]:
    """Return the latest runs of these profiles, the oldest first. `now` is UTC."""
    rows = Run.objects.select_related("profile").filter(profile_id__in=profile_ids).order_by("-pk")[:RUNS_SHOWN]
    runs = list(rows)[::-1]
    most = max((_changed(run) for run in runs), default=0)
    return [
        RunBar(
            number=run.pk,
            profile=run.profile.name,
            badge=run_badge(run),
            when=past_words(run.accepted_at.astimezone(zone), now.astimezone(zone)),
            counts=counts_shown(run.counts, always=frozenset({"added", "replaced"})),
            parts=_parts(run, most),
        )
        for run in runs
    ]


def _changed(run: Run) -> int:
    return sum(_count(run, name) for name in PARTS)


def _count(run: Run, name: str) -> int:
    return int(run.counts.get(name) or 0) if isinstance(run.counts, dict) else 0


def _parts(run: Run, most: int) -> tuple[Part, ...]:
    """Return the parts from the bottom up. The height grows with the logarithm: 3 is seen beside 500."""
    total = _changed(run)
    if not total:
        return ()
    height = max(round(HEIGHT_PX * log1p(total) / log1p(most)), LEAST_PX)
    heights = {name: max(round(height * number / total), LEAST_PX) for name in PARTS if (number := _count(run, name))}
    tallest = max(heights, key=lambda name: heights[name])
    heights[tallest] -= max(sum(heights.values()) - HEIGHT_PX, 0)
    parts, bottom = [], HEIGHT_PX
    for name, part_px in heights.items():
        bottom -= part_px
        parts.append(Part(name, bottom, part_px))
    return tuple(parts)
