"""Hair that lies behind the head."""

from __future__ import annotations

from math import sin

from photosync.demo import curls, tones
from photosync.demo.looks import Look
from photosync.demo.shapes import circle, ellipse, line, path


def long_hair(look: Look) -> str:
    w = look.face_half_width + 17
    return path(
        f"M{200 - w:.1f},190 C{200 - w:.1f},90 {200 + w:.1f},90 {200 + w:.1f},190 "
        f"C{200 + w + 6:.1f},270 {200 + w + 4:.1f},340 {200 + w + 12:.1f},412 Q200,440 "
        f"{200 - w - 12:.1f},412 "
        f"C{200 - w - 4:.1f},340 {200 - w - 6:.1f},270 {200 - w:.1f},190 Z",
        tones.darker(look.hair, 0.3),
    )


def bob(look: Look) -> str:
    w = look.face_half_width + 19
    return path(
        f"M{200 - w:.1f},190 C{200 - w:.1f},84 {200 + w:.1f},84 {200 + w:.1f},190 "
        f"C{200 + w + 8:.1f},250 {200 + w + 6:.1f},300 {200 + w - 4:.1f},318 Q200,336 {200 - w + 4:.1f},318 "
        f"C{200 - w - 6:.1f},300 {200 - w - 8:.1f},250 {200 - w:.1f},190 Z",
        tones.darker(look.hair, 0.28),
    )


def shoulder_length(look: Look) -> str:
    w = look.face_half_width + 12
    return path(
        f"M{200 - w:.1f},190 C{200 - w:.1f},90 {200 + w:.1f},90 {200 + w:.1f},190 "
        f"Q{200 + w + 10:.1f},280 {200 + w - 2:.1f},346 L{200 - w + 2:.1f},346 Q{200 - w - 10:.1f},280 "
        f"{200 - w:.1f},190 Z",
        tones.darker(look.hair, 0.3),
    )


def ponytail(look: Look) -> str:
    x = 200 + look.face_half_width
    return path(
        f"M{x - 34:.1f},128 C{x + 34:.1f},96 {x + 52:.1f},190 {x + 34:.1f},296 Q{x + 26:.1f},330 "
        f"{x + 10:.1f},352 "
        f"C{x + 16:.1f},290 {x + 14:.1f},220 {x - 20:.1f},160 Z",
        tones.darker(look.hair, 0.15),
    ) + line(
        f"M{x},150 C{x + 26:.1f},190 {x + 26:.1f},250 {x + 20:.1f},310",
        tones.lighter(look.hair, 0.14),
        2,
        opacity=0.5,
    )


def bun(look: Look) -> str:
    lines = "".join(
        line(
            f"M{176 + i * 8},{76 - i % 2 * 3} q12,-20 {24 - i * 4},-2",
            tones.lighter(look.hair, 0.14),
            1.8,
            opacity=0.5,
        )
        for i in range(4)
    )
    return circle(200, 74, 31, tones.darker(look.hair, 0.1)) + lines


def curly_bun(look: Look) -> str:
    return curls.cluster(look, centre=(200, 70), reach=(26, 20), count=16, radius=14)


def afro(look: Look) -> str:
    w = look.face_half_width
    core = ellipse(200, 172, w + 40, 104, tones.darker(look.hair, 0.12))
    return core + curls.ring(look, centre=(200, 172), reach=(w + 36, 98), start=-205, end=25, count=30, radius=15)


def puffs(look: Look) -> str:
    x = look.face_half_width * 0.86
    return "".join(
        circle(200 + side * x, 100, 34, tones.darker(look.hair, 0.12))
        + curls.cluster(look, centre=(200 + side * x, 100), reach=(30, 28), count=18, radius=11)
        for side in (-1, 1)
    )


def curly_hair(look: Look) -> str:
    w = look.face_half_width
    core = ellipse(200, 186, w + 24, 100, tones.darker(look.hair, 0.2))
    return core + curls.ring(look, centre=(200, 190), reach=(w + 22, 98), start=-215, end=35, count=26, radius=17)


def long_curls(look: Look) -> str:
    w = look.face_half_width
    core = path(
        f"M{200 - w - 14:.1f},180 C{200 - w - 14:.1f},80 {200 + w + 14:.1f},80 {200 + w + 14:.1f},180 "
        f"L{200 + w + 28:.1f},380 L{200 - w - 28:.1f},380 Z",
        tones.darker(look.hair, 0.28),
    )
    rows = "".join(
        curls.curl(look, 200 + side * (w + 17 + 6 * sin(step)), 190 + step * 22, 19)
        for side in (-1, 1)
        for step in range(10)
    )
    return (
        core + rows + curls.ring(look, centre=(200, 178), reach=(w + 14, 92), start=-180, end=0, count=16, radius=17)
    )


def waves(look: Look) -> str:
    w = look.face_half_width + 15
    half = f"C{w + 24:.1f},240 {w - 4:.1f},262 {w + 14:.1f},300 C{w + 30:.1f},336 {w + 2:.1f},352 {w + 16:.1f},404"
    right = _shifted(half, 1)
    return path(
        f"M200,100 C{200 + w:.1f},96 {200 + w:.1f},150 {200 + w:.1f},196 {right} L200,424 Z",
        tones.darker(look.hair, 0.28),
    ) + path(
        f"M200,100 C{200 - w:.1f},96 {200 - w:.1f},150 {200 - w:.1f},196 {_shifted(half, -1)} L200,424 Z",
        tones.darker(look.hair, 0.28),
    )


def _shifted(data: str, side: int) -> str:
    """Return path data whose x are distances from the middle, on one side of it."""
    words = []
    for word in data.split():
        letter = word[0] if word[0].isalpha() else ""
        x, y = word[len(letter) :].split(",")
        words.append(f"{letter}{200 + side * float(x):.1f},{y}")
    return " ".join(words)
