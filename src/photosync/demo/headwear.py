"""Scarves, patkas, turbans and headbands."""

from __future__ import annotations

from photosync.demo import tones
from photosync.demo.looks import Look
from photosync.demo.shapes import circle, line, linear, mirrored, path


def covers_hair(look: Look) -> bool:
    return look.headwear in {"scarf", "patka", "turban"}


def gradients(look: Look) -> str:
    cloth = look.headwear_colour
    return linear("cloth", [(0.0, tones.lighter(cloth, 0.14)), (0.5, cloth), (1.0, tones.darker(cloth, 0.2))])


def behind(look: Look) -> str:
    if look.headwear != "scarf":
        return ""
    w = look.face_half_width + 20
    return path(
        f"M{200 - w:.1f},200 C{200 - w:.1f},60 {200 + w:.1f},60 {200 + w:.1f},200 "
        f"L{200 + w + 8:.1f},380 L{200 - w - 8:.1f},380 Z",
        tones.darker(look.headwear_colour, 0.3),
    )


def over(look: Look) -> str:
    drawn = {"scarf": _scarf, "patka": _patka, "turban": _turban, "headband": _headband}.get(look.headwear)
    return drawn(look) if drawn else ""


def _scarf(look: Look) -> str:
    w, chin = look.face_half_width, look.chin_y
    outer = (
        f"M{200 - w - 16:.1f},210 C{200 - w - 20:.1f},96 {200 - w * 0.6:.1f},72 200,72 "
        f"C{200 + w * 0.6:.1f},72 {200 + w + 20:.1f},96 {200 + w + 16:.1f},210 "
        f"C{200 + w + 20:.1f},300 {200 + w + 34:.1f},352 {200 + w + 48:.1f},388 Q200,466 "
        f"{200 - w - 48:.1f},388 "
        f"C{200 - w - 34:.1f},352 {200 - w - 20:.1f},300 {200 - w - 16:.1f},210 Z "
    )
    left, right = 200 - w + 5, 200 + w - 5
    opening = (
        f"M{left:.1f},206 C{left:.1f},150 {200 - w * 0.5:.1f},132 200,131 C{200 + w * 0.5:.1f},132 "
        f"{right:.1f},150 {right:.1f},206 "
        f"C{right:.1f},{200 + (chin - 200) * 0.6:.1f} {200 + w * 0.5:.1f},{chin + 1:.1f} 200,{chin + 1:.1f} "
        f"C{200 - w * 0.5:.1f},{chin + 1:.1f} {left:.1f},{200 + (chin - 200) * 0.6:.1f} {left:.1f},206 Z"
    )
    light, dark = tones.lighter(look.headwear_colour, 0.25), tones.darker(look.headwear_colour, 0.3)
    folds = (
        line(f"M{200 - w - 4:.1f},300 Q{200 - 20},372 {200 + w + 20:.1f},372", dark, 3, opacity=0.4)
        + line(
            f"M{200 + w + 6:.1f},296 Q{200 + 30},352 {200 - w * 0.4:.1f},{chin + 30:.1f}",
            dark,
            3,
            opacity=0.4,
        )
        + line(f"M{200 - w - 22:.1f},356 Q200,430 {200 + w + 26:.1f},394", light, 2.5, opacity=0.4)
        + line(f"M{200 - w * 0.8:.1f},112 Q{200 - w * 0.3:.1f},86 {200 + 10},84", light, 5, opacity=0.3)
    )
    edge = line(opening, dark, 2.2, opacity=0.45)
    return path(outer + opening, "url(#cloth)", more='fill-rule="evenodd"') + edge + folds


def _patka(look: Look) -> str:
    w = look.face_half_width
    knot = circle(200, 82, 21, tones.lighter(look.headwear_colour, 0.06)) + line(
        "M183,92 Q200,104 217,92", tones.darker(look.headwear_colour, 0.35), 3, opacity=0.6
    )
    cap = path(
        f"M{200 - w - 3:.1f},196 C{200 - w - 6:.1f},124 {200 - w * 0.62:.1f},90 200,90 "
        f"C{200 + w * 0.62:.1f},90 {200 + w + 6:.1f},124 {200 + w + 3:.1f},196 "
        f"C{200 + w - 4:.1f},166 {200 + w * 0.6:.1f},146 200,144 C{200 - w * 0.6:.1f},146 "
        f"{200 - w + 4:.1f},166 {200 - w - 3:.1f},196 Z",
        "url(#cloth)",
    )
    return (
        knot
        + cap
        + mirrored(line("M200,142 Q176,124 158,108", tones.darker(look.headwear_colour, 0.3), 2, opacity=0.35))
    )


def _turban(look: Look) -> str:
    w = look.face_half_width + 8
    dark = tones.darker(look.headwear_colour, 0.35)
    body = path(
        f"M{200 - w:.1f},190 C{200 - w - 22:.1f},110 {200 - w * 0.7:.1f},58 200,56 "
        f"C{200 + w * 0.7:.1f},58 {200 + w + 22:.1f},110 {200 + w:.1f},190 "
        f"C{200 + w - 14:.1f},158 {200 + w * 0.4:.1f},152 200,128 C{200 - w * 0.4:.1f},152 "
        f"{200 - w + 14:.1f},158 {200 - w:.1f},190 Z",
        "url(#cloth)",
    )
    folds = "".join(
        line(
            f"M{200 - w - 6 + i * 3:.1f},{168 - i * 21} Q{200 - w * 0.3:.1f},{146 - i * 19} "
            f"{200 + 6 + i * 9},{124 - i * 16}",
            dark,
            2.2,
            opacity=0.45,
        )
        + line(
            f"M{200 + w + 6 - i * 3:.1f},{168 - i * 21} Q{200 + w * 0.4:.1f},{150 - i * 19} {200 + 2},{126 - i * 16}",
            dark,
            2.2,
            opacity=0.45,
        )
        for i in range(4)
    )
    return body + folds


def _headband(look: Look) -> str:
    w = look.face_half_width + 6
    return line(
        f"M{200 - w:.1f},166 Q{200 - w * 0.75:.1f},98 200,96 Q{200 + w * 0.75:.1f},98 {200 + w:.1f},166",
        look.headwear_colour,
        8,
    )
