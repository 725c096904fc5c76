"""Hair that falls over the head, the face and the shoulders."""

from __future__ import annotations

from math import pi, sin

from photosync.demo import curls, tones
from photosync.demo.looks import Look
from photosync.demo.shapes import ellipse, line, mirrored, path


def locks(look: Look) -> str:
    """Hair that falls over the shoulders, on both sides of the face."""
    x = 200 - look.face_half_width
    lock = (
        f"M{x - 13:.1f},178 C{x - 20:.1f},240 {x - 15:.1f},320 {x - 25:.1f},404 Q{x - 2:.1f},420 "
        f"{x + 22:.1f},400 "
        f"C{x + 14:.1f},340 {x - 4:.1f},270 {x + 3:.1f},196 Z"
    )
    sheen = line(
        f"M{x - 8:.1f},230 C{x - 8:.1f},290 {x - 4:.1f},340 {x - 8:.1f},390",
        tones.lighter(look.hair, 0.22),
        2.4,
        opacity=0.35,
    )
    return mirrored(path(lock, "url(#locks)") + sheen)


def wavy_locks(look: Look) -> str:
    x = 200 - look.face_half_width
    lock = (
        f"M{x - 12:.1f},180 C{x - 30:.1f},226 {x + 2:.1f},250 {x - 16:.1f},292 C{x - 34:.1f},334 "
        f"{x - 4:.1f},352 {x - 18:.1f},402 "
        f"Q{x + 6:.1f},418 {x + 24:.1f},396 C{x + 8:.1f},366 {x + 26:.1f},330 {x + 8:.1f},300 "
        f"C{x - 10:.1f},268 {x + 6:.1f},236 {x + 3:.1f},196 Z"
    )
    sheen = line(
        f"M{x - 8:.1f},214 C{x - 14:.1f},250 {x + 8:.1f},264 {x - 4:.1f},300 C{x - 16:.1f},334 "
        f"{x + 8:.1f},350 {x - 2:.1f},390",
        tones.lighter(look.hair, 0.22),
        2.4,
        opacity=0.35,
    )
    return mirrored(path(lock, "url(#locks)") + sheen)


def bob_sides(look: Look) -> str:
    x = 200 - look.face_half_width
    return mirrored(
        path(
            f"M{x - 13:.1f},176 C{x - 24:.1f},230 {x - 24:.1f},282 {x - 12:.1f},312 Q{x + 8:.1f},314 "
            f"{x + 14:.1f},290 "
            f"C{x + 2:.1f},262 {x - 1:.1f},230 {x + 4:.1f},192 Z",
            "url(#locks)",
        )
    )


def wavy_sides(look: Look) -> str:
    x = 200 - look.face_half_width
    return mirrored(
        path(
            f"M{x - 13:.1f},176 C{x - 34:.1f},214 {x - 8:.1f},244 {x - 26:.1f},276 C{x - 30:.1f},304 "
            f"{x - 8:.1f},318 {x + 10:.1f},306 "
            f"C{x - 6:.1f},286 {x + 16:.1f},262 {x + 2:.1f},240 Q{x + 6:.1f},214 {x + 3:.1f},192 Z",
            "url(#locks)",
        )
    )


def curtain_sides(look: Look) -> str:
    x = 200 - look.face_half_width
    return mirrored(
        path(
            f"M{x - 10:.1f},180 Q{x - 14:.1f},222 {x - 4:.1f},246 Q{x + 6:.1f},228 {x + 3:.1f},200 Z",
            "url(#locks)",
        )
    )


def shoulder_sides(look: Look) -> str:
    x = 200 - look.face_half_width
    return mirrored(
        path(
            f"M{x - 12:.1f},178 C{x - 22:.1f},240 {x - 14:.1f},300 {x - 12:.1f},350 Q{x + 8:.1f},350 "
            f"{x + 10:.1f},330 "
            f"C{x},290 {x - 2:.1f},240 {x + 4:.1f},196 Z",
            "url(#locks)",
        )
    )


def plaits(look: Look) -> str:
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
    tuft = path(f"M{x - 12:.1f},391 Q{x - 10:.1f},417 {x - 4:.1f},425 Q{x + 4:.1f},417 {x + 4:.1f},391 Z", light)
    return mirrored(tuft + links + tie)


def box_braids(look: Look) -> str:
    braids = "".join(
        line(
            f"M{200 + side * (look.face_half_width - 4 + i * 5):.1f},{178 - i * 9} "
            f"Q{200 + side * (look.face_half_width + 12 + i * 4):.1f},290 "
            f"{200 + side * (look.face_half_width + 2 + i * 7):.1f},{400 - i * 4}",
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


def side_tail(look: Look) -> str:
    x = 200 - look.face_half_width
    return (
        path(
            f"M{x - 10:.1f},226 C{x - 32:.1f},262 {x - 34:.1f},340 {x - 8:.1f},412 Q{x + 12:.1f},402 "
            f"{x + 16:.1f},380 "
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


def quiff(look: Look) -> str:
    w = look.face_half_width
    return path(
        f"M{200 - w * 0.72:.1f},142 C{200 - w * 0.95:.1f},96 {200 - 30},72 206,70 C{200 + 44},66 "
        f"{200 + w * 0.95:.1f},92 {200 + w * 0.8:.1f},144 "
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


def spikes(look: Look) -> str:
    w = look.face_half_width * 0.9
    count = 9
    points = [f"M{200 - w:.1f},150"]
    for i in range(count):
        x = 200 - w + 2 * w * (i + 0.5) / count
        lift = 24 * sin(pi * (i + 0.5) / count) ** 0.8
        points.append(
            f"Q{x - 5:.1f},{112 - lift:.1f} {x + 3:.1f},{102 - lift:.1f} Q{x + 5:.1f},{116 - lift:.1f} "
            f"{200 - w + 2 * w * (i + 1) / count:.1f},{126 - lift * 0.8:.1f}"
        )
    points.append(f"L{200 + w:.1f},150 Q200,118 {200 - w:.1f},150 Z")
    return path(" ".join(points), "url(#hair)")


def mop(look: Look) -> str:
    """Loose hair with uneven ends over the forehead."""
    w = look.face_half_width
    return "".join(
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


def flat_top(look: Look) -> str:
    w = look.face_half_width
    return path(
        f"M{200 - w:.1f},150 L{200 - w + 3:.1f},104 Q{200 - w + 6:.1f},82 {200 - w + 26:.1f},80 Q200,76 "
        f"{200 + w - 26:.1f},80 Q{200 + w - 6:.1f},82 {200 + w - 3:.1f},104 "
        f"L{200 + w:.1f},150 Q{200 + w - 14:.1f},136 {200 + w - 30:.1f},134 Q200,130 "
        f"{200 - w + 30:.1f},134 Q{200 - w + 14:.1f},136 {200 - w:.1f},150 Z",
        "url(#hair)",
    )


def twists(look: Look) -> str:
    return curls.scattered(look, count=34, radius=8.5)


def short_curls(look: Look) -> str:
    return curls.scattered(look, count=30, radius=13)


def curly_fringe(look: Look) -> str:
    w = look.face_half_width
    return "".join(
        curls.curl(look, 200 - w + 10 + (2 * w - 20) * i / 6, 138 + 8 * abs(i - 3) / 3 - 6, 15) for i in range(7)
    )
