"""Head, neck, ears and features. Each function returns SVG; the face's middle is x = 200."""

from __future__ import annotations

from random import Random

from photosync.demo import tones
from photosync.demo.looks import Look
from photosync.demo.shapes import circle, ellipse, faded, line, mirrored, path, radial

EYE_Y = 206.0
_WARM = "#8a2f1e"


def shade_of(skin: str, share: float) -> str:
    """Return a warm shadow on `skin`."""
    return tones.mix(skin, "#5a2317", share)


def gradients(look: Look) -> str:
    skin = look.skin
    stops = [(0.0, tones.lighter(skin, 0.16)), (0.55, skin), (1.0, shade_of(skin, 0.2))]
    blush = tones.mix(skin, "#e0524a", 0.75)
    return radial("skin", stops, at=(0.4, 0.38), radius=0.72) + faded("blush", blush, 0.5)


def head_outline(look: Look, *, grow: float = 0) -> str:
    """Return path data of the head, from temple over the crown to temple and down to the chin."""
    w, chin = look.face_half_width + grow, look.chin_y + grow
    left, right = 200 - w, 200 + w
    jaw = look.jaw * w
    return (
        f"M{left:.1f},200 C{left:.1f},132 {200 - w * 0.62:.1f},{98 - grow:.1f} 200,{98 - grow:.1f} "
        f"C{200 + w * 0.62:.1f},{98 - grow:.1f} {right:.1f},132 {right:.1f},200 "
        f"C{right:.1f},{200 + (chin - 200) * 0.55:.1f} {200 + jaw:.1f},{chin:.1f} 200,{chin:.1f} "
        f"C{200 - jaw:.1f},{chin:.1f} {left:.1f},{200 + (chin - 200) * 0.55:.1f} {left:.1f},200 Z"
    )


def neck(look: Look) -> str:
    """The neck with the shadow of the chin; the collar later covers its end."""
    half = look.face_half_width * (0.46 if look.sitter.presentation == "feminine" else 0.54)
    half *= 0.94 if look.age < 15 else 1.0
    shape = (
        f"M{200 - half:.1f},256 L{200 - half:.1f},326 C{200 - half:.1f},344 {200 - half - 22:.1f},350 "
        f"{200 - half - 40:.1f},358 L200,430 L{200 + half + 40:.1f},358 C{200 + half + 22:.1f},350 "
        f"{200 + half:.1f},344 {200 + half:.1f},326 L{200 + half:.1f},256 Z"
    )
    shadow = (
        f"M{200 - half:.1f},270 L{200 - half:.1f},{look.chin_y + 6:.1f} "
        f"Q200,{look.chin_y + 38:.1f} {200 + half:.1f},{look.chin_y + 2:.1f} L{200 + half:.1f},270 Z"
    )
    return path(shape, shade_of(look.skin, 0.06)) + path(shadow, shade_of(look.skin, 0.3), opacity=0.75)


def head(look: Look) -> str:
    return _ears(look) + path(head_outline(look), "url(#skin)")


def _ears(look: Look) -> str:
    x, size = 200 - look.face_half_width - 1.5, look.ear
    ear = ellipse(x, 216, 10 * size, 17 * size, shade_of(look.skin, 0.08))
    inner = line(
        f"M{x + 3:.1f},{216 - 9 * size:.1f} q{-8 * size:.1f},2 {-5 * size:.1f},{12 * size:.1f}",
        shade_of(look.skin, 0.35),
        2,
        opacity=0.6,
    )
    ring = circle(x - 2, 216 + 17 * size, 2.8, "#e9c767") if look.earrings else ""
    return mirrored(ear + inner + ring)


def features(look: Look) -> str:
    """Everything inside the face, from the cheeks up."""
    return (
        _cheeks(look)
        + (_freckles(look) if look.freckles else "")
        + (_age_lines(look) if look.age > 44 else "")
        + _beard(look)
        + _nose(look)
        + _mouth(look)
        + (_mole(look) if look.mole else "")
        + mirrored(_eye(look))
        + _iris_lights(look)
        + mirrored(_brow(look))
    )


def _cheeks(look: Look) -> str:
    strength = 0.75 if tones.brightness(look.skin) > 0.6 else 0.4
    return mirrored(ellipse(200 - look.face_half_width * 0.58, 240, 23, 18, "url(#blush)", opacity=strength))


def _freckles(look: Look) -> str:
    chance = Random(f"freckles {look.detail_seed}")
    colour = tones.mix(look.skin, "#a5562e", 0.55)
    dots = (
        circle(
            200 + side * chance.uniform(6, 40),
            chance.uniform(222, 246),
            chance.uniform(0.9, 1.6),
            colour,
            opacity=0.65,
        )
        for side in (-1, 1)
        for _ in range(11)
    )
    return "".join(dots)


def _mole(look: Look) -> str:
    assert look.mole is not None  # noqa: S101 - the caller looked
    return circle(200 + look.mole[0], look.mole[1], 1.9, shade_of(look.skin, 0.65))


def _age_lines(look: Look) -> str:
    strength = min(0.5, 0.16 + (look.age - 44) * 0.012)
    colour = shade_of(look.skin, 0.5)
    corner, y = 200 - look.mouth_width - 7, look.mouth_y
    fold = line(
        f"M{200 - 19},{look.nose_y + 4:.1f} Q{corner - 2:.1f},{y - 12:.1f} {corner:.1f},{y + 4:.1f}",
        colour,
        1.8,
    )
    outer = 200 - look.eye_distance - look.eye_width - 4
    crow = line(f"M{outer:.1f},{EYE_Y - 1} l-7,-3 M{outer:.1f},{EYE_Y + 4} l-7,1", colour, 1.3)
    brow = line("M176,160 Q200,156 224,160 M180,168 Q200,165 220,168", colour, 1.3, opacity=0.7)
    return f'<g opacity="{strength:.2f}">{mirrored(fold + crow)}{brow}</g>'


def _eye(look: Look) -> str:
    """The left eye, mirrored for the right one."""
    x, y, w, h, tilt = 200 - look.eye_distance, EYE_Y, look.eye_width, look.eye_height, look.eye_tilt
    squeeze = 0.82 if look.smile == "broad" else 1.0
    upper = (
        f"C{x - w * 0.6:.2f},{y - h * 1.25 * squeeze:.2f} "
        f"{x + w * 0.55:.2f},{y - h * 1.3 * squeeze:.2f} {x + w:.2f},{y + 1.5:.2f}"
    )
    lower = (
        f"C{x + w * 0.5:.2f},{y + h * 0.95 * squeeze:.2f} "
        f"{x - w * 0.55:.2f},{y + h * 0.95 * squeeze:.2f} {x - w:.2f},{y - tilt:.2f}"
    )
    start = f"M{x - w:.2f},{y - tilt:.2f} "
    almond = f"{start}{upper} {lower} Z"
    radius = h * 0.83
    lid = tones.mix(shade_of(look.skin, 0.75), "#1d1210", 0.65)
    clip = f'<clipPath id="eye"><path d="{almond}"/></clipPath>'
    inside = (
        path(almond, "#fbf8f4")
        + circle(x, y - 0.6, radius, tones.darker(look.iris, 0.35))
        + circle(x, y - 0.2, radius * 0.86, look.iris)
        + ellipse(x, y + radius * 0.42, radius * 0.6, radius * 0.4, tones.lighter(look.iris, 0.3), opacity=0.55)
        + circle(x, y - 0.6, radius * 0.46, "#15100f")
        + path(
            f"{start}{upper} l0,3 C{x + w * 0.5:.2f},{y - h * 0.75:.2f} "
            f"{x - w * 0.5:.2f},{y - h * 0.75:.2f} {x - w:.2f},{y - tilt + 3:.2f} Z",
            "#3a2a28",
            opacity=0.22,
        )
    )
    lash = 3.0 if look.sitter.presentation == "feminine" else 2.2
    lines = line(f"{start}{upper}", lid, lash)
    return clip + f'<g clip-path="url(#eye)">{inside}</g>' + lines + _lids(look, x=x, upper_y=y - h * squeeze)


def _lids(look: Look, *, x: float, upper_y: float) -> str:
    y, w, h = EYE_Y, look.eye_width, look.eye_height
    soft = shade_of(look.skin, 0.45)
    parts = line(
        f"M{x - w * 0.8:.2f},{y + h * 0.5:.2f} Q{x:.2f},{y + h * 0.95:.2f} {x + w * 0.7:.2f},{y + h * 0.55:.2f}",
        soft,
        1.2,
        opacity=0.5,
    )
    if look.eye_fold:
        parts += line(
            f"M{x - w * 0.9:.2f},{upper_y - 1:.2f} Q{x - 1:.2f},{upper_y - 6.5:.2f} "
            f"{x + w * 0.85:.2f},{upper_y + 1:.2f}",
            soft,
            1.6,
            opacity=0.55,
        )
    if look.sitter.presentation == "feminine":
        corner = (
            f"M{x - w + 0.5:.2f},{y - look.eye_tilt:.2f} l-4.2,-3.4 "
            f"M{x - w + 3:.2f},{y - look.eye_tilt - 3:.2f} l-3.4,-3.8"
        )
        parts += line(corner, tones.mix(shade_of(look.skin, 0.75), "#1d1210", 0.65), 1.7)
    return parts


def _iris_lights(look: Look) -> str:
    """The window's reflection, on the same side of both eyes."""
    radius = look.eye_height * 0.83
    return "".join(
        circle(x - radius * 0.3, EYE_Y - 0.6 - radius * 0.34, radius * 0.25, "#ffffff", opacity=0.95)
        for x in (200 - look.eye_distance, 200 + look.eye_distance)
    )


def _brow(look: Look) -> str:
    x, w = 200 - look.eye_distance, look.eye_width
    base = look.hair if tones.brightness(look.hair) < 0.62 else tones.mix(look.hair, "#6b4a2c", 0.5)
    colour = tones.mix(tones.darker(base, 0.12), look.skin, 0.12)
    y = EYE_Y - look.eye_height - 11.5
    thick, arch = look.brow_thickness, look.brow_arch
    outer, inner = x - w - 4, x + w * 0.95
    return path(
        f"M{outer:.1f},{y + 3:.1f} Q{x - w * 0.35:.1f},{y - arch - thick:.1f} "
        f"{inner:.1f},{y - thick * 0.5:.1f} "
        f"q2.2,{thick * 0.5:.1f} 0,{thick:.1f} Q{x - w * 0.3:.1f},{y - arch + thick * 0.35:.1f} "
        f"{outer:.1f},{y + 3:.1f} Z",
        colour,
    )


def _nose(look: Look) -> str:
    y, w = look.nose_y, look.nose_width
    soft, deep = shade_of(look.skin, 0.22), shade_of(look.skin, 0.5)
    side = path(
        f"M206,206 C207,222 {205 + w * 0.5:.1f},{y - 10:.1f} {203 + w:.1f},{y:.1f} "
        f"Q{200 + w * 0.4:.1f},{y + 6:.1f} 200,{y + 5:.1f} "
        f"C{202 + w * 0.3:.1f},{y - 8:.1f} 203,222 206,206 Z",
        soft,
        opacity=0.55,
    )
    light = ellipse(198.5, y - 5, w * 0.3, 4.5, tones.lighter(look.skin, 0.5), opacity=0.35)
    base = line(
        f"M{200 - w * 0.62:.1f},{y + 3:.1f} Q200,{y + (8.5 if look.nose % 2 else 7):.1f} "
        f"{200 + w * 0.62:.1f},{y + 3:.1f}",
        deep,
        2.2,
        opacity=0.8,
    )
    bulge = 4.5 if look.nose < 2 else 3
    wings = mirrored(
        line(
            f"M{200 - w * 0.9:.1f},{y - 6:.1f} q-{bulge},{bulge + 1} 0,9 q2,1.5 4,-0.5",
            deep,
            1.7,
            opacity=0.55,
        )
    )
    return side + light + base + (wings if look.nose != 3 else "")


def _mouth(look: Look) -> str:
    drawn = {"open": _open_smile, "broad": _open_smile, "gentle": _gentle_mouth}.get(look.smile, _closed_smile)
    return drawn(look)


def _lip_colour(look: Look) -> str:
    rosy = "#c2475a" if look.sitter.presentation == "feminine" else "#a94a45"
    return tones.mix(shade_of(look.skin, 0.18), rosy, 0.45 if tones.brightness(look.skin) > 0.5 else 0.3)


def _closed_smile(look: Look) -> str:
    y, w, full = look.mouth_y, look.mouth_width, 5.5 * look.lip_fullness
    lips = path(
        f"M{200 - w:.1f},{y - 2:.1f} Q{200 - w * 0.4:.1f},{y + 2 - full * 0.7:.1f} "
        f"200,{y + 4 - full * 0.55:.1f} "
        f"Q{200 + w * 0.4:.1f},{y + 2 - full * 0.7:.1f} {200 + w:.1f},{y - 2:.1f} "
        f"Q{200 + w * 0.5:.1f},{y + 8 + full * 1.6:.1f} 200,{y + 8 + full * 1.6:.1f} "
        f"Q{200 - w * 0.5:.1f},{y + 8 + full * 1.6:.1f} {200 - w:.1f},{y - 2:.1f} Z",
        _lip_colour(look),
        opacity=0.9,
    )
    seam = line(
        f"M{200 - w - 2:.1f},{y - 3:.1f} Q200,{y + 14:.1f} {200 + w + 2:.1f},{y - 3:.1f}",
        tones.mix(_lip_colour(look), "#3d1414", 0.65),
        2.2,
    )
    return lips + seam + _under_lip(look, y=y + 16 + full)


def _gentle_mouth(look: Look) -> str:
    y, w, full = look.mouth_y + 2, look.mouth_width * 0.86, 6.5 * look.lip_fullness
    lip = _lip_colour(look)
    upper = path(
        f"M{200 - w:.1f},{y:.1f} C{200 - w * 0.5:.1f},{y - full:.1f} "
        f"{200 - 5:.1f},{y - full * 1.25:.1f} 200,{y - full * 0.7:.1f} "
        f"C{200 + 5:.1f},{y - full * 1.25:.1f} {200 + w * 0.5:.1f},{y - full:.1f} {200 + w:.1f},{y:.1f} "
        f"Q200,{y + 5:.1f} {200 - w:.1f},{y:.1f} Z",
        tones.darker(lip, 0.08),
    )
    lower = path(
        f"M{200 - w:.1f},{y:.1f} Q200,{y + 5:.1f} {200 + w:.1f},{y:.1f} "
        f"Q{200 + w * 0.45:.1f},{y + 4 + full * 1.5:.1f} 200,{y + 4 + full * 1.5:.1f} "
        f"Q{200 - w * 0.45:.1f},{y + 4 + full * 1.5:.1f} {200 - w:.1f},{y:.1f} Z",
        lip,
    )
    seam = line(
        f"M{200 - w - 3:.1f},{y - 2:.1f} Q{200 - w:.1f},{y:.1f} {200 - w * 0.6:.1f},{y + 1.5:.1f} "
        f"Q200,{y + 5:.1f} {200 + w * 0.6:.1f},{y + 1.5:.1f} Q{200 + w:.1f},{y:.1f} "
        f"{200 + w + 3:.1f},{y - 2:.1f}",
        tones.mix(lip, "#3d1414", 0.6),
        1.8,
    )
    return upper + lower + seam + _under_lip(look, y=y + 10 + full)


def _open_smile(look: Look) -> str:
    broad = look.smile == "broad"
    y, w, full = look.mouth_y - 1, look.mouth_width * (1.08 if broad else 0.98), 3.4 * look.lip_fullness
    depth = 19 if broad else 15
    top = f"M{200 - w:.1f},{y - 2:.1f} Q200,{y + 7:.1f} {200 + w:.1f},{y - 2:.1f} "
    inside = (
        f"{top}C{200 + w * 0.72:.1f},{y + depth:.1f} {200 - w * 0.72:.1f},{y + depth:.1f} {200 - w:.1f},{y - 2:.1f} Z"
    )
    teeth_depth = depth * 0.66
    teeth = (
        f"{top}C{200 + w * 0.66:.1f},{y + teeth_depth:.1f} "
        f"{200 - w * 0.66:.1f},{y + teeth_depth:.1f} {200 - w:.1f},{y - 2:.1f} Z"
    )
    lip = _lip_colour(look)
    outline = line(inside, lip, full * 1.5 + 1.2)
    return (
        outline
        + path(inside, "#6e2a2c")
        + path(teeth, "#fbf9f5")
        + mirrored(
            line(f"M{200 - w - 3.5:.1f},{y - 5:.1f} q1,3 3.5,3.5", shade_of(look.skin, 0.45), 1.7, opacity=0.6)
        )
        + _under_lip(look, y=y + depth + 6 + full)
    )


def _under_lip(look: Look, *, y: float) -> str:
    return line(f"M193,{y:.1f} Q200,{y + 3:.1f} 207,{y:.1f}", shade_of(look.skin, 0.35), 1.8, opacity=0.45)


def _beard(look: Look) -> str:
    if not look.beard:
        return ""
    w, chin, y = look.face_half_width, look.chin_y, look.mouth_y
    colour = tones.mix(look.hair, look.skin, 0.08)
    jaw = look.jaw * w
    moustache = (
        f"M{200 - look.mouth_width - 5:.1f},{y + 1:.1f} Q{200 - 14},{y - 13:.1f} 200,{y - 9:.1f} "
        f"Q214,{y - 13:.1f} {200 + look.mouth_width + 5:.1f},{y + 1:.1f} Q214,{y - 5:.1f} "
        f"200,{y - 4:.1f} Q186,{y - 5:.1f} "
        f"{200 - look.mouth_width - 5:.1f},{y + 1:.1f} Z"
    )
    full = (
        f"M{200 - w:.1f},214 C{200 - w + 4:.1f},{y - 12:.1f} {200 - 46},{y - 14:.1f} "
        f"{200 - look.mouth_width - 8:.1f},{y - 6:.1f} "
        f"Q{200 - 16},{y - 16:.1f} 200,{y - 11:.1f} Q216,{y - 16:.1f} "
        f"{200 + look.mouth_width + 8:.1f},{y - 6:.1f} "
        f"C246,{y - 14:.1f} {200 + w - 4:.1f},{y - 12:.1f} {200 + w:.1f},214 "
        f"C{200 + w + 1:.1f},{200 + (chin - 200) * 0.6:.1f} {200 + jaw + 4:.1f},{chin + 6:.1f} "
        f"200,{chin + 7:.1f} "
        f"C{200 - jaw - 4:.1f},{chin + 6:.1f} {200 - w - 1:.1f},{200 + (chin - 200) * 0.6:.1f} "
        f"{200 - w:.1f},214 Z"
    )
    if look.beard == "moustache":
        return path(moustache, colour)
    return path(full, colour, opacity=0.16 if look.beard == "shadow" else 0.94)
