"""Hair: what lies behind the head, and what lies over it.

A style is a back, a hairline (with how high the hair stands), and additions; the names are
those of `looks`. Scarves, patkas and turbans are in `headwear`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, pi, sin
from random import Random

from photosync.demo import tones
from photosync.demo.looks import Look
from photosync.demo.shapes import circle, ellipse, line, linear, mirrored, path

Draw = Callable[[Look], str]


def gradients(look: Look) -> str:
    hair = look.hair
    return linear(
        "hair", [(0.0, tones.lighter(hair, 0.16)), (0.45, hair), (1.0, tones.darker(hair, 0.13))]
    ) + linear("locks", [(0.0, tones.darker(hair, 0.1)), (1.0, tones.darker(hair, 0.22))])


def behind(look: Look) -> str:
    return "".join(draw(look) for draw in STYLES[look.hair_style].back)


def over(look: Look) -> str:
    style = STYLES[look.hair_style]
    cap = _cap(look, hairline=style.hairline, height=style.height, side=style.side, opacity=style.opacity)
    return cap + "".join(draw(look) for draw in style.front)


# What lies behind the head.


def _long_back(look: Look) -> str:
    w = look.face_half_width + 17
    return path(
        f"M{200 - w:.1f},190 C{200 - w:.1f},90 {200 + w:.1f},90 {200 + w:.1f},190 "
        f"C{200 + w + 6:.1f},270 {200 + w + 4:.1f},340 {200 + w + 12:.1f},412 Q200,440 {200 - w - 12:.1f},412 "
        f"C{200 - w - 4:.1f},340 {200 - w - 6:.1f},270 {200 - w:.1f},190 Z",
        tones.darker(look.hair, 0.3),
    )


def _bob_back(look: Look) -> str:
    w = look.face_half_width + 19
    return path(
        f"M{200 - w:.1f},190 C{200 - w:.1f},84 {200 + w:.1f},84 {200 + w:.1f},190 "
        f"C{200 + w + 8:.1f},250 {200 + w + 6:.1f},300 {200 + w - 4:.1f},318 Q200,336 {200 - w + 4:.1f},318 "
        f"C{200 - w - 6:.1f},300 {200 - w - 8:.1f},250 {200 - w:.1f},190 Z",
        tones.darker(look.hair, 0.28),
    )


def _shoulder_back(look: Look) -> str:
    w = look.face_half_width + 12
    return path(
        f"M{200 - w:.1f},190 C{200 - w:.1f},90 {200 + w:.1f},90 {200 + w:.1f},190 "
        f"Q{200 + w + 10:.1f},280 {200 + w - 2:.1f},346 L{200 - w + 2:.1f},346 Q{200 - w - 10:.1f},280 {200 - w:.1f},190 Z",
        tones.darker(look.hair, 0.3),
    )


def _tail_back(look: Look) -> str:
    x = 200 + look.face_half_width
    return path(
        f"M{x - 34:.1f},128 C{x + 34:.1f},96 {x + 52:.1f},190 {x + 34:.1f},296 Q{x + 26:.1f},330 {x + 10:.1f},352 "
        f"C{x + 16:.1f},290 {x + 14:.1f},220 {x - 20:.1f},160 Z",
        tones.darker(look.hair, 0.15),
    ) + line(
        f"M{x},150 C{x + 26:.1f},190 {x + 26:.1f},250 {x + 20:.1f},310",
        tones.lighter(look.hair, 0.14),
        2,
        opacity=0.5,
    )


def _top_bun(look: Look) -> str:
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


def _curly_top_bun(look: Look) -> str:
    return _cluster(look, centre=(200, 70), reach=(26, 20), count=16, radius=14)


def _afro_back(look: Look) -> str:
    w = look.face_half_width
    core = ellipse(200, 172, w + 40, 104, tones.darker(look.hair, 0.12))
    return core + _ring(look, centre=(200, 172), reach=(w + 36, 98), start=-205, end=25, count=30, radius=15)


def _puffs(look: Look) -> str:
    x = look.face_half_width * 0.86
    return "".join(
        circle(200 + side * x, 100, 34, tones.darker(look.hair, 0.12))
        + _cluster(look, centre=(200 + side * x, 100), reach=(30, 28), count=18, radius=11)
        for side in (-1, 1)
    )


def _curly_back(look: Look) -> str:
    w = look.face_half_width
    core = ellipse(200, 186, w + 24, 100, tones.darker(look.hair, 0.2))
    return core + _ring(look, centre=(200, 190), reach=(w + 22, 98), start=-215, end=35, count=26, radius=17)


def _long_curly_back(look: Look) -> str:
    w = look.face_half_width
    core = path(
        f"M{200 - w - 14:.1f},180 C{200 - w - 14:.1f},80 {200 + w + 14:.1f},80 {200 + w + 14:.1f},180 "
        f"L{200 + w + 28:.1f},380 L{200 - w - 28:.1f},380 Z",
        tones.darker(look.hair, 0.28),
    )
    rows = "".join(
        _curl(look, 200 + side * (w + 17 + 6 * sin(step)), 190 + step * 22, 19)
        for side in (-1, 1)
        for step in range(10)
    )
    return (
        core
        + rows
        + _ring(look, centre=(200, 178), reach=(w + 14, 92), start=-180, end=0, count=16, radius=17)
    )


def _waves_back(look: Look) -> str:
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


# Hairlines: path data from the right temple to the left one, the lower edge of the cap.


def _natural(right: float, left: float) -> str:
    return (
        f"L{right:.1f},196 C{right - 3:.1f},172 {right - 10:.1f},150 {right - 28:.1f},143 Q200,128 {left + 28:.1f},143 "
        f"C{left + 10:.1f},150 {left + 3:.1f},172 {left:.1f},196"
    )


def _low_natural(right: float, left: float) -> str:
    return (
        f"L{right:.1f},202 C{right - 3:.1f},180 {right - 8:.1f},160 {right - 20:.1f},152 Q200,140 {left + 20:.1f},152 "
        f"C{left + 8:.1f},160 {left + 3:.1f},180 {left:.1f},202"
    )


def _side_part(right: float, left: float) -> str:
    return (
        f"L{right:.1f},198 C{right - 2:.1f},176 {right - 6:.1f},160 {right - 16:.1f},153 C214,152 176,142 166,116 "
        f"C166,136 {left + 18:.1f},146 {left + 8:.1f},162 Q{left + 2:.1f},180 {left:.1f},198"
    )


def _swept(right: float, left: float) -> str:
    return (
        f"L{right:.1f},200 C{right - 2:.1f},180 {right - 6:.1f},172 {right - 12:.1f},166 C226,176 186,168 160,128 "
        f"C162,150 {left + 14:.1f},156 {left + 7:.1f},170 Q{left + 2:.1f},184 {left:.1f},200"
    )


def _fringe(right: float, left: float) -> str:
    step = (right - left - 16) / 6
    teeth = " ".join(
        f"Q{right - 8 - step * (i + 0.5):.1f},{177 + (i % 2) * 4} {right - 8 - step * (i + 1):.1f},{171 - (i % 2)}"
        for i in range(6)
    )
    return f"L{right:.1f},206 C{right - 2:.1f},190 {right - 4:.1f},178 {right - 8:.1f},171 {teeth} C{left + 4:.1f},178 {left + 2:.1f},190 {left:.1f},206"


def _curtain(right: float, left: float) -> str:
    return (
        f"L{right:.1f},226 C{right - 2:.1f},190 {right - 12:.1f},140 200,119 "
        f"C{left + 12:.1f},140 {left + 2:.1f},190 {left:.1f},226"
    )


def _high(right: float, left: float) -> str:
    return (
        f"L{right:.1f},190 C{right - 2:.1f},164 {right - 12:.1f},142 {right - 34:.1f},134 Q200,120 {left + 34:.1f},134 "
        f"C{left + 12:.1f},142 {left + 2:.1f},164 {left:.1f},190"
    )


def _receded(right: float, left: float) -> str:
    return (
        f"L{right:.1f},194 C{right - 1:.1f},168 {right - 4:.1f},146 {right - 20:.1f},122 Q{right - 40:.1f},112 216,126 Q200,132 184,126 "
        f"Q{left + 40:.1f},112 {left + 20:.1f},122 C{left + 4:.1f},146 {left + 1:.1f},168 {left:.1f},194"
    )


Hairline = Callable[[float, float], str]


def _cap(look: Look, *, hairline: Hairline, height: float, side: float, opacity: float) -> str:
    """The hair on the skull, `height` above it and `side` beside it, down to the hairline."""
    w = look.face_half_width
    outer = w + side
    top = 98 - height
    data = (
        f"M{200 - outer:.1f},208 C{200 - outer - 3:.1f},128 {200 - outer * 0.66:.1f},{top:.1f} 200,{top:.1f} "
        f"C{200 + outer * 0.66:.1f},{top:.1f} {200 + outer + 3:.1f},128 {200 + outer:.1f},208 "
        f"{hairline(200 + w - 1, 200 - w + 1)} Z"
    )
    return path(data, "url(#hair)", opacity=opacity) + (
        _strands(look, top=top, outer=outer) if opacity == 1 else ""
    )


def _strands(look: Look, *, top: float, outer: float) -> str:
    """A soft light over the crown."""
    light = tones.lighter(look.hair, 0.3 if tones.brightness(look.hair) > 0.25 else 0.2)
    y = top + 12
    return line(
        f"M{200 - outer * 0.7:.1f},{y + 26:.1f} Q{200 - outer * 0.35:.1f},{y + 1:.1f} {200 + outer * 0.1:.1f},{y:.1f}",
        light,
        5.5,
        opacity=0.28,
    ) + line(
        f"M{200 - outer * 0.58:.1f},{y + 29:.1f} Q{200 - outer * 0.25:.1f},{y + 9:.1f} {200 + outer * 0.2:.1f},{y + 9:.1f}",
        light,
        3,
        opacity=0.22,
    )


# Additions over the head.


def _locks(look: Look) -> str:
    """Hair that falls over the shoulders, on both sides of the face."""
    x = 200 - look.face_half_width
    lock = (
        f"M{x - 13:.1f},178 C{x - 20:.1f},240 {x - 15:.1f},320 {x - 25:.1f},404 Q{x - 2:.1f},420 {x + 22:.1f},400 "
        f"C{x + 14:.1f},340 {x - 4:.1f},270 {x + 3:.1f},196 Z"
    )
    sheen = line(
        f"M{x - 8:.1f},230 C{x - 8:.1f},290 {x - 4:.1f},340 {x - 8:.1f},390",
        tones.lighter(look.hair, 0.22),
        2.4,
        opacity=0.35,
    )
    return mirrored(path(lock, "url(#locks)") + sheen)


def _wavy_locks(look: Look) -> str:
    x = 200 - look.face_half_width
    lock = (
        f"M{x - 12:.1f},180 C{x - 30:.1f},226 {x + 2:.1f},250 {x - 16:.1f},292 C{x - 34:.1f},334 {x - 4:.1f},352 {x - 18:.1f},402 "
        f"Q{x + 6:.1f},418 {x + 24:.1f},396 C{x + 8:.1f},366 {x + 26:.1f},330 {x + 8:.1f},300 C{x - 10:.1f},268 {x + 6:.1f},236 {x + 3:.1f},196 Z"
    )
    sheen = line(
        f"M{x - 8:.1f},214 C{x - 14:.1f},250 {x + 8:.1f},264 {x - 4:.1f},300 C{x - 16:.1f},334 {x + 8:.1f},350 {x - 2:.1f},390",
        tones.lighter(look.hair, 0.22),
        2.4,
        opacity=0.35,
    )
    return mirrored(path(lock, "url(#locks)") + sheen)


def _bob_sides(look: Look) -> str:
    x = 200 - look.face_half_width
    return mirrored(
        path(
            f"M{x - 13:.1f},176 C{x - 24:.1f},230 {x - 24:.1f},282 {x - 12:.1f},312 Q{x + 8:.1f},314 {x + 14:.1f},290 "
            f"C{x + 2:.1f},262 {x - 1:.1f},230 {x + 4:.1f},192 Z",
            "url(#locks)",
        )
    )


def _wavy_sides(look: Look) -> str:
    x = 200 - look.face_half_width
    return mirrored(
        path(
            f"M{x - 13:.1f},176 C{x - 34:.1f},214 {x - 8:.1f},244 {x - 26:.1f},276 C{x - 30:.1f},304 {x - 8:.1f},318 {x + 10:.1f},306 "
            f"C{x - 6:.1f},286 {x + 16:.1f},262 {x + 2:.1f},240 Q{x + 6:.1f},214 {x + 3:.1f},192 Z",
            "url(#locks)",
        )
    )


def _curtain_sides(look: Look) -> str:
    x = 200 - look.face_half_width
    return mirrored(
        path(
            f"M{x - 10:.1f},180 Q{x - 14:.1f},222 {x - 4:.1f},246 Q{x + 6:.1f},228 {x + 3:.1f},200 Z",
            "url(#locks)",
        )
    )


def _shoulder_sides(look: Look) -> str:
    x = 200 - look.face_half_width
    return mirrored(
        path(
            f"M{x - 12:.1f},178 C{x - 22:.1f},240 {x - 14:.1f},300 {x - 12:.1f},350 Q{x + 8:.1f},350 {x + 10:.1f},330 "
            f"C{x},290 {x - 2:.1f},240 {x + 4:.1f},196 Z",
            "url(#locks)",
        )
    )


def _plaits(look: Look) -> str:
    x = 200 - look.face_half_width - 8
    light, dark = look.hair, tones.darker(look.hair, 0.22)
    links = "".join(
        ellipse(
            x - 4 + (4 if i % 2 else -4),
            224 + i * 15,
            12.5,
            10.5,
            light if i % 2 else dark,
            more=f'transform="rotate({28 if i % 2 else -28} {x - 4:.1f} {224 + i * 15})"',
        )
        for i in range(11)
    )
    tie = ellipse(x - 4, 389, 9, 5, tones.GOLD)
    tuft = path(
        f"M{x - 12:.1f},391 Q{x - 10:.1f},417 {x - 4:.1f},425 Q{x + 4:.1f},417 {x + 4:.1f},391 Z", light
    )
    return mirrored(tuft + links + tie)


def _box_braids(look: Look) -> str:
    braids = "".join(
        line(
            f"M{200 + side * (look.face_half_width - 4 + i * 5):.1f},{178 - i * 9} "
            f"Q{200 + side * (look.face_half_width + 12 + i * 4):.1f},290 {200 + side * (look.face_half_width + 2 + i * 7):.1f},{400 - i * 4}",
            tones.lighter(look.hair, 0.05 + 0.07 * (i % 2)),
            6.2,
            more='stroke-dasharray="7.5 1.2"',
        )
        for side in (-1, 1)
        for i in range(5)
    )
    parts = "".join(
        line(
            f"M{200 + dx * 0.4:.1f},96 Q{200 + dx * 0.9:.1f},112 {200 + dx:.1f},{133 + abs(dx) * 0.22:.1f}",
            tones.lighter(look.hair, 0.22),
            1.4,
            opacity=0.6,
        )
        for dx in (-46, -30, -14, 2, 18, 34, 50)
    )
    return braids + parts


def _side_tail(look: Look) -> str:
    x = 200 - look.face_half_width
    return (
        path(
            f"M{x - 10:.1f},226 C{x - 32:.1f},262 {x - 34:.1f},340 {x - 8:.1f},412 Q{x + 12:.1f},402 {x + 16:.1f},380 "
            f"C{x - 4:.1f},340 {x},280 {x + 2:.1f},244 Z",
            "url(#locks)",
        )
        + ellipse(x - 6, 250, 11, 6, tones.NAVY, more=f'transform="rotate(24 {x - 6:.1f} 250)"')
        + line(
            f"M{x - 10:.1f},270 C{x - 20:.1f},310 {x - 16:.1f},350 {x},392",
            tones.lighter(look.hair, 0.22),
            2.4,
            opacity=0.35,
        )
    )


def _quiff(look: Look) -> str:
    w = look.face_half_width
    return path(
        f"M{200 - w * 0.72:.1f},142 C{200 - w * 0.95:.1f},96 {200 - 30},72 206,70 C{200 + 44},66 {200 + w * 0.95:.1f},92 {200 + w * 0.8:.1f},144 "
        f"C{200 + w * 0.5:.1f},118 {200 - 10},122 {200 - w * 0.72:.1f},142 Z",
        "url(#hair)",
    ) + "".join(
        line(
            f"M{172 + i * 16},{126 - i * 2} Q{172 + i * 18},96 {196 + i * 14},{84 + i * 3}",
            tones.lighter(look.hair, 0.25),
            2.2,
            opacity=0.3,
        )
        for i in range(4)
    )


def _spikes(look: Look) -> str:
    w = look.face_half_width * 0.9
    count = 9
    points = [f"M{200 - w:.1f},150"]
    for i in range(count):
        x = 200 - w + 2 * w * (i + 0.5) / count
        lift = 24 * sin(pi * (i + 0.5) / count) ** 0.8
        points.append(
            f"Q{x - 5:.1f},{112 - lift:.1f} {x + 3:.1f},{102 - lift:.1f} Q{x + 5:.1f},{116 - lift:.1f} {200 - w + 2 * w * (i + 1) / count:.1f},{126 - lift * 0.8:.1f}"
        )
    points.append(f"L{200 + w:.1f},150 Q200,118 {200 - w:.1f},150 Z")
    return path(" ".join(points), "url(#hair)")


def _mop(look: Look) -> str:
    """Loose hair with uneven ends over the forehead."""
    w = look.face_half_width
    ends = "".join(
        path(
            f"M{x - 15},130 Q{x - 13},{168 + drop} {x + lean},{175 + drop} Q{x + 14},{160 + drop} {x + 17},130 Z",
            "url(#locks)",
        )
        for x, drop, lean in (
            (int(200 - w + 16), 4, -4),
            (172, -2, -6),
            (194, 3, 5),
            (218, -4, 7),
            (int(200 + w - 16), 3, 6),
        )
    )
    return ends


def _flat_top(look: Look) -> str:
    w = look.face_half_width
    return path(
        f"M{200 - w:.1f},150 L{200 - w + 3:.1f},104 Q{200 - w + 6:.1f},82 {200 - w + 26:.1f},80 Q200,76 {200 + w - 26:.1f},80 Q{200 + w - 6:.1f},82 {200 + w - 3:.1f},104 "
        f"L{200 + w:.1f},150 Q{200 + w - 14:.1f},136 {200 + w - 30:.1f},134 Q200,130 {200 - w + 30:.1f},134 Q{200 - w + 14:.1f},136 {200 - w:.1f},150 Z",
        "url(#hair)",
    )


def _twists(look: Look) -> str:
    return _scatter(look, count=34, radius=8.5)


def _short_curls(look: Look) -> str:
    return _scatter(look, count=30, radius=13)


def _curly_fringe(look: Look) -> str:
    w = look.face_half_width
    return "".join(
        _curl(look, 200 - w + 10 + (2 * w - 20) * i / 6, 138 + 8 * abs(i - 3) / 3 - 6, 15) for i in range(7)
    )


def _scatter(look: Look, *, count: int, radius: float) -> str:
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
        drawn.append(_curl(look, x, y, radius * chance.uniform(0.85, 1.15)))
    return "".join(drawn)


def _ring(
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
            _curl(
                look, x + chance.uniform(-3, 3), y + chance.uniform(-3, 3), radius * chance.uniform(0.8, 1.15)
            )
        )
    return "".join(drawn)


def _cluster(
    look: Look, *, centre: tuple[float, float], reach: tuple[float, float], count: int, radius: float
) -> str:
    chance = Random(f"cluster {look.detail_seed}")
    return "".join(
        _curl(
            look,
            centre[0] + reach[0] * cos(i * 2.4) * (i / count) ** 0.5,
            centre[1] + reach[1] * sin(i * 2.4) * (i / count) ** 0.5,
            radius * chance.uniform(0.85, 1.15),
        )
        for i in range(count)
    )


def _curl(look: Look, x: float, y: float, radius: float) -> str:
    light = tones.lighter(look.hair, 0.2)
    return circle(x, y, radius, look.hair) + line(
        f"M{x - radius * 0.55:.1f},{y + radius * 0.1:.1f} a{radius * 0.55:.1f},{radius * 0.55:.1f} 0 0 1 {radius * 0.95:.1f},{-radius * 0.35:.1f}",
        light,
        1.8,
        opacity=0.32,
    )


@dataclass(frozen=True, slots=True)
class Style:
    hairline: Hairline
    height: float = 14
    side: float = 7
    back: tuple[Draw, ...] = ()
    front: tuple[Draw, ...] = field(default=())
    opacity: float = 1


STYLES: dict[str, Style] = {
    "long straight": Style(_curtain, 15, 12, (_long_back,), (_locks,)),
    "long fringe": Style(_fringe, 16, 12, (_long_back,), (_locks,)),
    "long waves": Style(_side_part, 17, 12, (_waves_back,), (_wavy_locks,)),
    "long waves fringe": Style(_swept, 17, 12, (_waves_back,), (_wavy_locks,)),
    "long curls": Style(_natural, 14, 10, (_long_curly_back,), (_short_curls, _curly_fringe)),
    "half up": Style(_high, 16, 12, (_long_back,), (_locks,)),
    "bob": Style(_side_part, 17, 13, (_bob_back,), (_bob_sides,)),
    "bob fringe": Style(_fringe, 17, 13, (_bob_back,), (_bob_sides,)),
    "bob waves": Style(_curtain, 17, 13, (_bob_back,), (_wavy_sides,)),
    "short waves": Style(_swept, 18, 12, (_bob_back,), (_wavy_sides,)),
    "pixie": Style(_swept, 17, 6),
    "ponytail": Style(_high, 12, 5, (_tail_back,)),
    "side ponytail": Style(_side_part, 13, 6, (), (_side_tail,)),
    "bun": Style(_high, 12, 5, (_top_bun,)),
    "curly bun": Style(_high, 11, 5, (_curly_top_bun,)),
    "braided bun": Style(_high, 11, 5, (_top_bun,)),
    "plaits": Style(_curtain, 13, 8, (), (_plaits,)),
    "puffs": Style(_high, 9, 4, (_puffs,)),
    "box braids": Style(_natural, 13, 9, (_long_back,), (_box_braids,)),
    "afro": Style(_low_natural, 16, 12, (_afro_back,), (_short_curls, _curly_fringe)),
    "curls": Style(_low_natural, 14, 10, (_curly_back,), (_short_curls, _curly_fringe)),
    "side part": Style(_side_part, 17, 4),
    "crop": Style(_natural, 9, 2.5),
    "buzz": Style(_natural, 5, 1.5, opacity=0.8),
    "spikes": Style(_low_natural, 10, 3, (), (_spikes,)),
    "quiff": Style(_natural, 12, 3, (), (_quiff,)),
    "fringe": Style(_fringe, 14, 6),
    "swept": Style(_swept, 17, 6),
    "mop": Style(_low_natural, 18, 9, (), (_mop,)),
    "curtains": Style(_curtain, 16, 8, (), (_curtain_sides,)),
    "shoulder": Style(_curtain, 14, 9, (_shoulder_back,), (_shoulder_sides,)),
    "short curls": Style(_low_natural, 12, 5, (), (_short_curls,)),
    "flat top": Style(_natural, 8, 2, (), (_flat_top,)),
    "twists": Style(_low_natural, 10, 3, (), (_twists,)),
    "receding": Style(_receded, 6, 3),
    "bald": Style(_receded, 1.5, 2, opacity=0.16),
}
