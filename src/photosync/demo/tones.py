"""Colours of the illustrated portraits, as `#rrggbb`."""

from __future__ import annotations

SKIN = (
    "#fbe1d2",
    "#f7d3ba",
    "#f0c3a1",
    "#e6b189",
    "#d69d72",
    "#c1875b",
    "#a76f49",
    "#8b5838",
    "#70452c",
    "#593626",
)
HAIR = {
    "black": "#211d20",
    "soft black": "#2e2624",
    "dark brown": "#422e24",
    "brown": "#5f412c",
    "chestnut": "#7d4d2f",
    "light brown": "#9a6e45",
    "dark blonde": "#b98f57",
    "blonde": "#dcb871",
    "strawberry": "#cd8152",
    "auburn": "#8c4529",
    "ginger": "#c7662f",
    "grey": "#8f8f93",
    "silver": "#c3c2c4",
}
IRIS = {
    "brown": "#5b3a22",
    "dark brown": "#3c2718",
    "hazel": "#7c5c2b",
    "green": "#54784b",
    "blue": "#4a7ba6",
    "grey": "#66808c",
}

NAVY, TEAL, GOLD, SKY, WHITE, MAROON = "#22395b", "#1c6a70", "#e2b13c", "#a9cbe6", "#f7f6f2", "#7a2638"
HOUSES = {"Banksia": "#c2453a", "Grevillea": "#2f6fb3", "Waratah": "#2f8a57", "Wattle": "#e0b02f"}


def mix(one: str, other: str, share: float) -> str:
    """Return `one` with `share` (0 to 1) of `other` mixed in."""
    parts = (round(int(one[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share) for i in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in parts)


def lighter(colour: str, share: float) -> str:
    return mix(colour, "#ffffff", share)


def darker(colour: str, share: float) -> str:
    return mix(colour, "#10121a", share)


def brightness(colour: str) -> float:
    """Return 0 (black) to 1 (white)."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue
