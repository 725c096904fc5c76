"""Curls: one, and many of them along an arc, in a bunch, or all over the head."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from photosync.demo import tones
from photosync.demo.looks import Look
from photosync.demo.shapes import circle, line


def scattered(look: Look, *, count: int, radius: float) -> str:
    """Curls all over the cap, rows from the crown to the hairline."""
    chance = Random(f"curls {look.detail_seed}")
    w = look.face_half_width + 2
    drawn = []
    for i in range(count):
        share = i / (count - 1)
        row = i % 3
        angle = pi * (1.02 - 1.04 * share)
        reach = 1.0 - 0.2 * row
        x = 200 + w * reach * cos(angle) + chance.uniform(-2, 2)
        y = 168 - (82 - 14 * row) * sin(angle) + chance.uniform(-2, 2)
        drawn.append(curl(look, x, y, radius * chance.uniform(0.85, 1.15)))
    return "".join(drawn)


def ring(
    look: Look,
    *,
    centre: tuple[float, float],
    reach: tuple[float, float],
    start: float,
    end: float,
    count: int,
    radius: float,
) -> str:
    chance = Random(f"ring {look.detail_seed}")
    drawn = []
    for i in range(count):
        angle = (start + (end - start) * i / (count - 1)) * pi / 180
        x, y = centre[0] + reach[0] * cos(angle), centre[1] + reach[1] * sin(angle)
        drawn.append(
            curl(look, x + chance.uniform(-3, 3), y + chance.uniform(-3, 3), radius * chance.uniform(0.8, 1.15))
        )
    return "".join(drawn)


def cluster(look: Look, *, centre: tuple[float, float], reach: tuple[float, float], count: int, radius: float) -> str:
    chance = Random(f"cluster {look.detail_seed}")
    return "".join(
        curl(
            look,
            centre[0] + reach[0] * cos(i * 2.4) * (i / count) ** 0.5,
            centre[1] + reach[1] * sin(i * 2.4) * (i / count) ** 0.5,
            radius * chance.uniform(0.85, 1.15),
        )
        for i in range(count)
    )


def curl(look: Look, x: float, y: float, radius: float) -> str:
    light = tones.lighter(look.hair, 0.2)
    return circle(x, y, radius, look.hair) + line(
        f"M{x - radius * 0.55:.1f},{y + radius * 0.1:.1f} a{radius * 0.55:.1f},{radius * 0.55:.1f} 0 0 "
        f"1 {radius * 0.95:.1f},{-radius * 0.35:.1f}",
        light,
        1.8,
        opacity=0.32,
    )
