"""Glasses."""

from __future__ import annotations

from photosync.demo import tones
from photosync.demo.faces import EYE_Y
from photosync.demo.looks import Look
from photosync.demo.shapes import line, mirrored


def glasses(look: Look) -> str:
    """Return the frame, with a trace of reflection; nothing for who wears none."""
    if not look.glasses:
        return ""
    x, y = 200 - look.eye_distance - 0.5, EYE_Y + 2
    lens = {
        "round": _rounded(x, y, 21, 20, 20),
        "square": _rounded(x, y, 22, 17, 6),
        "wide": _rounded(x, y, 23, 16, 11),
        "half": _rounded(x, y + 1, 21.5, 15, 10),
    }[look.glasses]
    colour = look.glasses_colour
    width = 1.8 if look.glasses in {"round", "half"} else 3.2
    reach = {"round": 21, "square": 22, "wide": 23, "half": 21.5}[look.glasses]
    temple_x = 200 - look.face_half_width - 1
    temple = line(f"M{x - reach:.1f},{y - 6:.1f} L{temple_x:.1f},{y - 9:.1f}", colour, width + 0.6)
    shine = line(f"M{x - 11:.1f},{y + 7:.1f} L{x - 2:.1f},{y - 9:.1f}", "#ffffff", 3, opacity=0.16)
    tint = f'<path d="{lens}" fill="#ffffff" opacity="0.08"/>'
    frame = tint + line(lens, colour, width) + shine
    gap = look.eye_distance + 0.5 - reach
    bridge = line(
        f"M{200 - gap:.1f},{y - 4:.1f} Q200,{y - 9:.1f} {200 + gap:.1f},{y - 4:.1f}",
        tones.lighter(colour, 0.1),
        width,
    )
    return mirrored(frame + temple) + bridge


def _rounded(x: float, y: float, half_width: float, half_height: float, corner: float) -> str:
    w, h, c = half_width, half_height, corner
    return (
        f"M{x - w + c:.1f},{y - h:.1f} H{x + w - c:.1f} Q{x + w:.1f},{y - h:.1f} {x + w:.1f},{y - h + c:.1f} "
        f"V{y + h - c:.1f} Q{x + w:.1f},{y + h:.1f} {x + w - c:.1f},{y + h:.1f} H{x - w + c:.1f} "
        f"Q{x - w:.1f},{y + h:.1f} {x - w:.1f},{y + h - c:.1f} V{y - h + c:.1f} "
        f"Q{x - w:.1f},{y - h:.1f} {x - w + c:.1f},{y - h:.1f} Z"
    )
