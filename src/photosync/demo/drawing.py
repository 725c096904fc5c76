"""A whole portrait as SVG text."""

from __future__ import annotations

from random import Random

from photosync.demo import clothing, eyewear, faces, hair, headwear, tones
from photosync.demo.looks import Look
from photosync.demo.shapes import circle, faded, radial

BACKDROPS = (
    ("#dfe8ee", "#9db4c4"),
    ("#e9e4da", "#b8ab97"),
    ("#dce9e1", "#93b3a2"),
    ("#ece0e4", "#bd9fac"),
    ("#dfe0f0", "#9b9dc4"),
    ("#cfe3e6", "#7ba5ad"),
    ("#f1e6d0", "#d0b27c"),
    ("#d9dde2", "#8b95a3"),
    ("#b9cbe0", "#5f7ea3"),
    ("#e5ead3", "#a8b47e"),
    ("#c8d5cf", "#6d8a7f"),
    ("#f0dcd0", "#cf9f86"),
)
"""Light and dark tone of a photographer's painted backdrops."""


def svg_of(look: Look, *, width: int, height: int) -> str:
    """Return the portrait `width` x `height` pixels large; the face keeps its shape whatever the format."""
    tall = 400 * height / width
    chance = Random(f"backdrop {look.backdrop}")
    light, dark = BACKDROPS[look.backdrop % len(BACKDROPS)]
    x, y = look.shift[0], look.shift[1] + (tall - 500) * 0.42 + 9
    pose = f"translate({x:.1f} {y:.1f}) translate(200 240) scale({look.scale:.3f}) translate(-200 -240)"
    tilt = f"rotate({look.tilt_degrees:.2f} 200 320)"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 400 {tall:.3f}"><defs>{_gradients(look, light=light, dark=dark)}</defs>'
        f'<rect width="400" height="{tall:.1f}" fill="url(#backdrop)"/>{_blurred_lights(chance, tall=tall)}'
        f'<g transform="{pose}"><g transform="{tilt}">{_behind(look)}{faces.neck(look)}</g>'
        f'<g transform="translate(0 -15)">{clothing.garment(look)}</g>'
        f'<g transform="{tilt}">{_head(look)}</g></g></svg>'
    )


def _gradients(look: Look, *, light: str, dark: str) -> str:
    return (
        radial(
            "backdrop",
            [(0.0, light), (0.55, tones.mix(light, dark, 0.45)), (1.0, dark)],
            at=(0.42, 0.36),
            radius=0.85,
        )
        + faded("light", "#ffffff", 0.5)
        + faces.gradients(look)
        + hair.gradients(look)
        + headwear.gradients(look)
        + clothing.gradients(look)
    )


def _blurred_lights(chance: Random, *, tall: float) -> str:
    """Large soft spots, as a painted backdrop out of focus has."""
    return "".join(
        circle(
            chance.uniform(0, 400),
            chance.uniform(0, tall * 0.8),
            chance.uniform(50, 90),
            "url(#light)",
            opacity=chance.uniform(0.25, 0.6),
        )
        for _ in range(3)
    )


def _behind(look: Look) -> str:
    return headwear.behind(look) if headwear.covers_hair(look) else hair.behind(look)


def _head(look: Look) -> str:
    return (
        faces.head(look)
        + faces.features(look)
        + eyewear.glasses(look)
        + ("" if headwear.covers_hair(look) else hair.over(look))
        + headwear.over(look)
    )
