"""Hairlines: path data from the right temple to the left one, the lower edge of the hair on the skull.

Each is given the x of both temples.
"""

from __future__ import annotations


def natural(right: float, left: float) -> str:
    return (
        f"L{right:.1f},196 C{right - 3:.1f},172 {right - 10:.1f},150 {right - 28:.1f},143 Q200,128 "
        f"{left + 28:.1f},143 "
        f"C{left + 10:.1f},150 {left + 3:.1f},172 {left:.1f},196"
    )


def low_natural(right: float, left: float) -> str:
    return (
        f"L{right:.1f},202 C{right - 3:.1f},180 {right - 8:.1f},160 {right - 20:.1f},152 Q200,140 "
        f"{left + 20:.1f},152 "
        f"C{left + 8:.1f},160 {left + 3:.1f},180 {left:.1f},202"
    )


def side_part(right: float, left: float) -> str:
    return (
        f"L{right:.1f},198 C{right - 2:.1f},176 {right - 6:.1f},160 {right - 16:.1f},153 C214,152 "
        f"176,142 166,116 "
        f"C166,136 {left + 18:.1f},146 {left + 8:.1f},162 Q{left + 2:.1f},180 {left:.1f},198"
    )


def swept(right: float, left: float) -> str:
    return (
        f"L{right:.1f},200 C{right - 2:.1f},180 {right - 6:.1f},172 {right - 12:.1f},166 C226,176 "
        f"186,168 160,128 "
        f"C162,150 {left + 14:.1f},156 {left + 7:.1f},170 Q{left + 2:.1f},184 {left:.1f},200"
    )


def fringe(right: float, left: float) -> str:
    step = (right - left - 16) / 6
    teeth = " ".join(
        f"Q{right - 8 - step * (i + 0.5):.1f},{177 + (i % 2) * 4} {right - 8 - step * (i + 1):.1f},{171 - (i % 2)}"
        for i in range(6)
    )
    return (
        f"L{right:.1f},206 C{right - 2:.1f},190 {right - 4:.1f},178 {right - 8:.1f},171 {teeth} "
        f"C{left + 4:.1f},178 {left + 2:.1f},190 {left:.1f},206"
    )


def curtain(right: float, left: float) -> str:
    return (
        f"L{right:.1f},226 C{right - 2:.1f},190 {right - 12:.1f},140 200,119 "
        f"C{left + 12:.1f},140 {left + 2:.1f},190 {left:.1f},226"
    )


def high(right: float, left: float) -> str:
    return (
        f"L{right:.1f},190 C{right - 2:.1f},164 {right - 12:.1f},142 {right - 34:.1f},134 Q200,120 "
        f"{left + 34:.1f},134 "
        f"C{left + 12:.1f},142 {left + 2:.1f},164 {left:.1f},190"
    )


def receded(right: float, left: float) -> str:
    return (
        f"L{right:.1f},194 C{right - 1:.1f},168 {right - 4:.1f},146 {right - 20:.1f},122 "
        f"Q{right - 40:.1f},112 216,126 Q200,132 184,126 "
        f"Q{left + 40:.1f},112 {left + 20:.1f},122 C{left + 4:.1f},146 {left + 1:.1f},168 {left:.1f},194"
    )
