"""Hair: what lies behind the head, and what lies over it.

A style is a hairline, how high and wide the hair stands on the skull, and what is drawn behind and over
it; the names are those of `looks`. Scarves, patkas and turbans are in `headwear`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from photosync.demo import hair_behind, hair_over, hairlines, tones
from photosync.demo.looks import Look
from photosync.demo.shapes import line, linear, path

Draw = Callable[[Look], str]


def gradients(look: Look) -> str:
    hair = look.hair
    return linear("hair", [(0.0, tones.lighter(hair, 0.16)), (0.45, hair), (1.0, tones.darker(hair, 0.13))]) + linear(
        "locks", [(0.0, tones.darker(hair, 0.1)), (1.0, tones.darker(hair, 0.22))]
    )


def behind(look: Look) -> str:
    return "".join(draw(look) for draw in STYLES[look.hair_style].back)


def over(look: Look) -> str:
    style = STYLES[look.hair_style]
    cap = _cap(look, hairline=style.hairline, height=style.height, side=style.side, cut_to_skin=style.cut_to_skin)
    return cap + "".join(draw(look) for draw in style.front)


def _cap(
    look: Look, *, hairline: Callable[[float, float], str], height: float, side: float, cut_to_skin: float
) -> str:
    """The hair on the skull, `height` above it and `side` beside it, down to the hairline."""
    w = look.face_half_width
    outer = w + side
    top = 98 - height
    data = (
        f"M{200 - outer:.1f},208 C{200 - outer - 3:.1f},128 {200 - outer * 0.66:.1f},{top:.1f} 200,{top:.1f} "
        f"C{200 + outer * 0.66:.1f},{top:.1f} {200 + outer + 3:.1f},128 {200 + outer:.1f},208 "
        f"{hairline(200 + w - 1, 200 - w + 1)} Z"
    )
    if cut_to_skin:
        return path(data, tones.mix(look.hair, look.skin, cut_to_skin))
    return path(data, "url(#hair)") + _strands(look, top=top, outer=outer)


def _strands(look: Look, *, top: float, outer: float) -> str:
    """A soft light over the crown."""
    light = tones.lighter(look.hair, 0.3 if tones.brightness(look.hair) > 0.25 else 0.2)
    y = top + 12
    return line(
        f"M{200 - outer * 0.7:.1f},{y + 26:.1f} Q{200 - outer * 0.35:.1f},{y + 1:.1f} "
        f"{200 + outer * 0.1:.1f},{y:.1f}",
        light,
        5.5,
        opacity=0.28,
    ) + line(
        f"M{200 - outer * 0.58:.1f},{y + 29:.1f} Q{200 - outer * 0.25:.1f},{y + 9:.1f} "
        f"{200 + outer * 0.2:.1f},{y + 9:.1f}",
        light,
        3,
        opacity=0.22,
    )


@dataclass(frozen=True, slots=True)
class Style:
    hairline: Callable[[float, float], str]
    height: float = 14
    side: float = 7
    back: tuple[Draw, ...] = ()
    front: tuple[Draw, ...] = ()
    cut_to_skin: float = 0
    """How much of the skin shows through: 0 none, 1 bald."""


STYLES: dict[str, Style] = {
    "long straight": Style(hairlines.curtain, 15, 12, (hair_behind.long_hair,), (hair_over.locks,)),
    "long fringe": Style(hairlines.fringe, 16, 12, (hair_behind.long_hair,), (hair_over.locks,)),
    "long waves": Style(hairlines.side_part, 17, 12, (hair_behind.waves,), (hair_over.wavy_locks,)),
    "long waves fringe": Style(hairlines.swept, 17, 12, (hair_behind.waves,), (hair_over.wavy_locks,)),
    "long curls": Style(
        hairlines.natural, 14, 10, (hair_behind.long_curls,), (hair_over.short_curls, hair_over.curly_fringe)
    ),
    "half up": Style(hairlines.high, 16, 12, (hair_behind.long_hair,), (hair_over.locks,)),
    "bob": Style(hairlines.side_part, 17, 13, (hair_behind.bob,), (hair_over.bob_sides,)),
    "bob fringe": Style(hairlines.fringe, 17, 13, (hair_behind.bob,), (hair_over.bob_sides,)),
    "bob waves": Style(hairlines.curtain, 17, 13, (hair_behind.bob,), (hair_over.wavy_sides,)),
    "short waves": Style(hairlines.swept, 18, 12, (hair_behind.bob,), (hair_over.wavy_sides,)),
    "pixie": Style(hairlines.swept, 17, 6),
    "ponytail": Style(hairlines.high, 12, 5, (hair_behind.ponytail,)),
    "side ponytail": Style(hairlines.side_part, 13, 6, (), (hair_over.side_tail,)),
    "bun": Style(hairlines.high, 12, 5, (hair_behind.bun,)),
    "curly bun": Style(hairlines.high, 11, 5, (hair_behind.curly_bun,)),
    "braided bun": Style(hairlines.high, 11, 5, (hair_behind.bun,)),
    "plaits": Style(hairlines.curtain, 13, 8, (), (hair_over.plaits,)),
    "puffs": Style(hairlines.high, 9, 4, (hair_behind.puffs,)),
    "box braids": Style(hairlines.natural, 13, 9, (hair_behind.long_hair,), (hair_over.box_braids,)),
    "afro": Style(
        hairlines.low_natural, 16, 12, (hair_behind.afro,), (hair_over.short_curls, hair_over.curly_fringe)
    ),
    "curls": Style(
        hairlines.low_natural,
        14,
        10,
        (hair_behind.curly_hair,),
        (hair_over.short_curls, hair_over.curly_fringe),
    ),
    "side part": Style(hairlines.side_part, 17, 4),
    "crop": Style(hairlines.natural, 9, 2.5),
    "buzz": Style(hairlines.natural, 3.5, 1.5, cut_to_skin=0.25),
    "spikes": Style(hairlines.low_natural, 10, 3, (), (hair_over.spikes,)),
    "quiff": Style(hairlines.natural, 12, 3, (), (hair_over.quiff,)),
    "fringe": Style(hairlines.fringe, 14, 6),
    "swept": Style(hairlines.swept, 17, 6),
    "mop": Style(hairlines.low_natural, 18, 9, (), (hair_over.mop,)),
    "curtains": Style(hairlines.curtain, 16, 8, (), (hair_over.curtain_sides,)),
    "shoulder": Style(hairlines.curtain, 14, 9, (hair_behind.shoulder_length,), (hair_over.shoulder_sides,)),
    "short curls": Style(hairlines.low_natural, 12, 5, (), (hair_over.short_curls,)),
    "flat top": Style(hairlines.natural, 8, 2, (), (hair_over.flat_top,)),
    "twists": Style(hairlines.low_natural, 10, 3, (), (hair_over.twists,)),
    "receding": Style(hairlines.receded, 6, 3),
    "bald": Style(hairlines.receded, 1, 1, cut_to_skin=0.84),
}
