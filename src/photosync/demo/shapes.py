"""SVG elements as text."""

from __future__ import annotations

from typing import Final

NO_FILL: Final = "none"


def path(data: str, fill: str = NO_FILL, *, opacity: float = 1, more: str = "") -> str:
    return f'<path d="{data}" fill="{fill}"{_opacity(opacity)}{more and " " + more}/>'


def line(data: str, colour: str, width: float, *, opacity: float = 1, more: str = "") -> str:
    return (
        f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{width:.2f}" '
        f'stroke-linecap="round" stroke-linejoin="round"{_opacity(opacity)}{more and " " + more}/>'
    )


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, *, opacity: float = 1, more: str = "") -> str:
    return (
        f'<ellipse cx="{x:.2f}" cy="{y:.2f}" rx="{rx:.2f}" ry="{ry:.2f}" fill="{fill}"'
        f"{_opacity(opacity)}{more and ' ' + more}/>"
    )


def circle(x: float, y: float, radius: float, fill: str, *, opacity: float = 1, more: str = "") -> str:
    return ellipse(x, y, radius, radius, fill, opacity=opacity, more=more)


def mirrored(content: str) -> str:
    """Return `content` and its mirror image about the middle of the canvas, x = 200."""
    return f'{content}<g transform="matrix(-1 0 0 1 400 0)">{content}</g>'


def linear(name: str, stops: list[tuple[float, str]], *, down: bool = True) -> str:
    end = 'x2="0" y2="1"' if down else 'x2="1" y2="0.35"'
    return f'<linearGradient id="{name}" x1="0" y1="0" {end}>{_stops(stops)}</linearGradient>'


def radial(name: str, stops: list[tuple[float, str]], *, at: tuple[float, float], radius: float) -> str:
    return f'<radialGradient id="{name}" cx="{at[0]}" cy="{at[1]}" r="{radius}">{_stops(stops)}</radialGradient>'


def faded(name: str, colour: str, opacity: float) -> str:
    """A radial gradient from `colour` at `opacity` in the middle to nothing at the edge."""
    return (
        f'<radialGradient id="{name}"><stop offset="0" stop-color="{colour}" stop-opacity="{opacity}"/>'
        f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
    )


def _stops(stops: list[tuple[float, str]]) -> str:
    return "".join(f'<stop offset="{offset}" stop-color="{colour}"/>' for offset, colour in stops)


def _opacity(opacity: float) -> str:
    return "" if opacity == 1 else f' opacity="{opacity:.3f}"'
