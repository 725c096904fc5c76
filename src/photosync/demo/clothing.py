"""Uniforms of the fictional school and what its staff wear."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from photosync.demo import tones
from photosync.demo.looks import Look
from photosync.demo.shapes import circle, line, linear, mirrored, path

_STAFF = (
    "#3f5f7f",
    "#7a4f62",
    "#4f6f5b",
    "#b5654a",
    "#5b5b78",
    "#2f4858",
    "#a8784a",
    "#6d8ea0",
    "#8c3f46",
    "#d8cfc0",
)


def _staff_colour(look: Look) -> str:
    return Random(f"wardrobe {look.sitter.seed} {look.age}").choice(_STAFF)


def gradients(look: Look) -> str:
    colour = _main_colour(look)
    return linear("garment", [(0.0, tones.lighter(colour, 0.1)), (0.4, colour), (1.0, tones.darker(colour, 0.22))])


def garment(look: Look) -> str:
    return _body(look) + GARMENTS[look.garment](look)


def _main_colour(look: Look) -> str:
    if look.sitter.kind == "staff":
        if look.garment == "suit":
            return ("#2c3340", "#3a3f4a", "#2b3a55")[look.detail_seed % 3]
        return _staff_colour(look)
    return {
        "polo": tones.TEAL if look.backdrop % 2 else tones.SKY,
        "jumper": tones.NAVY,
        "sport": tones.HOUSES[look.sitter.house],
        "shirt tie": tones.WHITE,
        "blazer": tones.NAVY,
    }[look.garment]


def _shoulders(look: Look) -> float:
    wide = 112 if look.sitter.presentation == "feminine" else 126
    return wide - max(0, 16 - look.age) * 2.5


def _body(look: Look) -> str:
    reach = _shoulders(look)
    shape = (
        f"M{200 - 36},334 C{200 - 60},350 {200 - reach + 14:.1f},356 {200 - reach:.1f},384 "
        f"C{200 - reach - 14:.1f},420 {200 - reach - 20:.1f},520 {200 - reach - 24:.1f},760 "
        f"L{200 + reach + 24:.1f},760 C{200 + reach + 20:.1f},520 {200 + reach + 14:.1f},420 "
        f"{200 + reach:.1f},384 C{200 + reach - 14:.1f},356 {200 + 60},350 {200 + 36},334 "
        f"Q200,{_neckline(look):.0f} {200 - 36},334 Z"
    )
    arm = line(
        f"M{200 - reach + 34:.1f},430 Q{200 - reach + 26:.1f},480 {200 - reach + 24:.1f},640",
        tones.darker(_main_colour(look), 0.35),
        3,
        opacity=0.35,
    )
    return path(shape, "url(#garment)") + mirrored(arm)


def _neckline(look: Look) -> float:
    """How deep the neckline's curve is pulled; 334 is straight across."""
    return {"round neck": 400, "blouse": 410, "sport": 388, "cardigan": 400}.get(look.garment, 384)


def _collar(colour: str, *, reach: float = 46, tip_y: float = 392) -> str:
    """A folded collar: two points beside an open neck."""
    edge = tones.darker(colour, 0.2)
    wing = (
        f"M{200 - 37},326 C{200 - 44},338 {200 - reach - 4:.1f},350 {200 - reach:.1f},362 "
        f"L{200 - 28},{tip_y:.1f} L200,366 C{200 - 18},354 {200 - 32},344 {200 - 37},326 Z"
    )
    return mirrored(path(wing, colour) + line(wing, edge, 1.4, opacity=0.55))


def _buttons(colour: str, *, start: float, count: int, step: float = 32) -> str:
    return "".join(circle(200, start + i * step, 3, colour, opacity=0.9) for i in range(count))


def _badge(x: float, y: float, size: float) -> str:
    """The school's crest: a gold shield with a wattle sprig."""
    shield = (
        f"M{x - size:.1f},{y - size:.1f} h{size * 2:.1f} v{size * 1.1:.1f} "
        f"q0,{size:.1f} {-size:.1f},{size * 1.5:.1f} q{-size:.1f},{-size * 0.5:.1f} "
        f"{-size:.1f},{-size * 1.5:.1f} Z"
    )
    return (
        path(shield, tones.GOLD)
        + line(shield, tones.NAVY, 1.5)
        + circle(x, y - size * 0.1, size * 0.42, tones.NAVY)
        + circle(x, y - size * 0.1, size * 0.2, tones.WHITE)
    )


def _polo(look: Look) -> str:
    colour = _main_colour(look)
    trim = tones.NAVY if colour == tones.SKY else tones.GOLD
    placket = path("M193,366 h14 v62 h-14 Z", tones.lighter(colour, 0.12)) + _buttons(
        tones.darker(colour, 0.35), start=388, count=2, step=24
    )
    collar = _collar(tones.darker(colour, 0.12), reach=50, tip_y=388)
    stripe = mirrored(line("M158,364 L174,384 L198,366", trim, 2.6))
    return placket + collar + stripe + _badge(252, 440, 11)


def _sport(look: Look) -> str:
    neck = line("M163,336 Q200,384 237,336", tones.WHITE, 7) + line("M163,336 Q200,384 237,336", tones.NAVY, 2.5)
    reach = _shoulders(look)
    sash = mirrored(
        path(
            f"M{200 - reach - 6:.1f},396 L{200 - reach + 28:.1f},366 L{200 - reach + 54:.1f},760 "
            f"L{200 - reach - 24:.1f},760 Z",
            tones.WHITE,
            opacity=0.22,
        )
    )
    return sash + neck + _badge(250, 436, 11)


def _jumper(look: Look) -> str:
    staff = look.sitter.kind == "staff"
    shirt = tones.WHITE
    opening = path("M160,338 L200,432 L240,338 Q200,372 160,338 Z", shirt)
    tie = "" if staff else _tie(top=368, bottom=430)
    v = line("M158,340 L200,436 L242,340", tones.lighter(_main_colour(look), 0.12) if staff else tones.GOLD, 4)
    return opening + tie + _collar(shirt) + v + ("" if staff else _badge(256, 448, 11))


def _tie(*, top: float, bottom: float, colour: str = tones.TEAL, stripe: str = tones.GOLD) -> str:
    knot = path(f"M191,{top} h18 l-4,15 h-10 Z", tones.darker(colour, 0.12))
    blade = f"M195,{top + 14} h10 L{213},{bottom} L200,{bottom + 10} L187,{bottom} Z"
    clip = f'<clipPath id="tie"><path d="{blade}"/></clipPath>'
    stripes = "".join(
        line(f"M180,{y + 8} L220,{y - 10}", stripe, 4) for y in range(int(top) + 24, int(bottom) + 16, 20)
    )
    return path(blade, colour) + clip + f'<g clip-path="url(#tie)">{stripes}</g>' + knot


def _shirt_tie(_look: Look) -> str:
    front = line("M200,380 V760", tones.darker(tones.WHITE, 0.2), 1.6)
    return front + _tie(top=366, bottom=560) + _collar(tones.WHITE) + _badge(256, 446, 11)


def _lapels(colour: str, *, open_to: float) -> str:
    edge = tones.darker(colour, 0.35)
    lapel = (
        f"M{200 - 42},334 C{200 - 58},344 {200 - 64},356 {200 - 70},372 L{200 - 74},418 "
        f"L{200 - 56},424 L{200 - 60},440 L200,{open_to} L{200 - 34},372 Z"
    )
    return mirrored(path(lapel, tones.lighter(colour, 0.07)) + line(lapel, edge, 1.6, opacity=0.6))


def _blazer(_look: Look) -> str:
    shirt = path("M158,336 L200,560 L242,336 Q200,372 158,336 Z", tones.WHITE)
    trim = mirrored(line("M140,418 L144,424 M126,372 L142,344", tones.GOLD, 2.4))
    return (
        shirt
        + _tie(top=366, bottom=510)
        + _collar(tones.WHITE, reach=42, tip_y=386)
        + _lapels(tones.NAVY, open_to=540)
        + trim
        + _badge(272, 470, 14)
    )


def _suit(look: Look) -> str:
    colour = ("#8c3f46", "#34568b", "#4f6f5b", "#6b4f7a")[look.detail_seed % 4]
    shirt_colour = ("#f7f6f2", "#dfe9f3", "#f3e9ee")[look.detail_seed % 3]
    shirt = path("M158,336 L200,560 L242,336 Q200,372 158,336 Z", shirt_colour)
    tie = _tie(top=366, bottom=510, colour=colour, stripe=tones.lighter(colour, 0.3))
    return shirt + tie + _collar(shirt_colour, reach=42, tip_y=386) + _lapels(_main_colour(look), open_to=540)


def _shirt(look: Look) -> str:
    colour = _main_colour(look)
    front = line("M200,392 V760", tones.darker(colour, 0.25), 1.8, opacity=0.7)
    return (
        front
        + _buttons(tones.lighter(colour, 0.5), start=412, count=5)
        + _collar(tones.lighter(colour, 0.08), reach=50)
    )


def _open_blazer(look: Look) -> str:
    top = tones.lighter(_staff_colour(look), 0.75)
    inner = path("M162,336 L176,760 L224,760 L238,336 Q200,398 162,336 Z", top)
    return inner + _lapels(_main_colour(look), open_to=600)


def _cardigan(look: Look) -> str:
    top = tones.lighter(_staff_colour(look), 0.8)
    colour = _main_colour(look)
    inner = path("M160,336 L182,760 L218,760 L240,336 Q200,404 160,336 Z", top)
    edges = mirrored(line("M160,336 C168,420 178,560 182,760", tones.darker(colour, 0.18), 7))
    return inner + edges


def _blouse(look: Look) -> str:
    colour = _main_colour(look)
    frill = line("M160,336 Q200,412 240,336", tones.lighter(colour, 0.3), 6)
    chance = Random(f"dots {look.detail_seed}")
    dots = "".join(
        circle(200 + chance.uniform(-92, 92), 400 + 16 * i, 2.6, tones.lighter(colour, 0.55), opacity=0.7)
        for i in range(22)
    )
    return dots + frill


def _round_neck(look: Look) -> str:
    colour = _main_colour(look)
    necklace = (
        ""
        if look.detail_seed % 2
        else line("M168,346 Q200,416 232,346", "#d8b45a", 1.8) + circle(200, 382, 4, "#d8b45a")
    )
    return line("M161,336 Q200,402 239,336", tones.darker(colour, 0.2), 4) + necklace


GARMENTS: dict[str, Callable[[Look], str]] = {
    "polo": _polo,
    "sport": _sport,
    "jumper": _jumper,
    "shirt tie": _shirt_tie,
    "blazer": _blazer,
    "suit": _suit,
    "shirt": _shirt,
    "open blazer": _open_blazer,
    "cardigan": _cardigan,
    "blouse": _blouse,
    "round neck": _round_neck,
}
