"""What a person looks like: the same face every year, other hair, clothes and backdrop, a year older."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal, TypedDict

from photosync.demo import tones

Kind = Literal["student", "staff"]
Presentation = Literal["feminine", "masculine"]

_LIGHT = (
    "brown",
    "chestnut",
    "light brown",
    "dark blonde",
    "blonde",
    "strawberry",
    "auburn",
    "ginger",
    "dark brown",
)
_DARK = ("black", "soft black", "dark brown")
_MIXED = ("dark brown", "brown", "soft black", "chestnut", "black")

COMPLEXIONS: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "british": (0, 4, _LIGHT),
    "first nations": (2, 8, (*_MIXED, "light brown")),
    "southern european": (1, 5, _MIXED),
    "eastern european": (0, 3, (*_LIGHT, "brown")),
    "chinese": (0, 4, _DARK),
    "vietnamese": (1, 5, _DARK),
    "korean": (0, 3, _DARK),
    "filipino": (2, 6, _DARK),
    "indian": (3, 8, _DARK),
    "punjabi": (3, 7, _DARK),
    "sri lankan": (4, 9, _DARK),
    "arabic": (1, 6, _MIXED),
    "afghan": (1, 5, _MIXED),
    "east african": (6, 10, ("black", "soft black")),
    "west african": (6, 10, ("black", "soft black")),
    "pacific": (4, 8, _DARK),
    "latin american": (2, 7, _MIXED),
}
"""Per community: range of skin tones (half open) and hair colours; broad, since people are."""

_CURLY = frozenset({"east african", "west african", "pacific", "first nations"})
_SCARVES = {"arabic": 0.35, "afghan": 0.4, "east african": 0.3}

FEMININE_HAIR = (
    ("long straight", "long fringe", "ponytail"),
    ("long waves", "side ponytail", "long waves fringe"),
    ("bob", "bob fringe", "half up"),
    ("ponytail", "bun", "long straight"),
    ("plaits", "long fringe", "ponytail"),
    ("long curls", "curly bun", "curls"),
    ("bob waves", "short waves", "bob"),
    ("pixie", "pixie", "bob fringe"),
)
FEMININE_COILS = (
    ("puffs", "afro", "curls"),
    ("box braids", "braided bun", "box braids"),
    ("long curls", "curly bun", "curls"),
    ("afro", "puffs", "curly bun"),
)
MASCULINE_HAIR = (
    ("side part", "side part", "crop"),
    ("crop", "buzz", "spikes"),
    ("quiff", "side part", "spikes"),
    ("fringe", "mop", "swept"),
    ("mop", "curtains", "swept"),
    ("short curls", "curls", "short curls"),
    ("swept", "quiff", "curtains"),
    ("curtains", "shoulder", "mop"),
)
MASCULINE_COILS = (
    ("buzz", "crop", "flat top"),
    ("short curls", "afro", "flat top"),
    ("twists", "short curls", "buzz"),
    ("crop", "buzz", "twists"),
)


@dataclass(frozen=True, slots=True)
class Sitter:
    """A person as the photographer knows them. Everything that is drawn follows from this and the year."""

    seed: int
    birth_year: int
    kind: Kind = "student"
    presentation: Presentation = "feminine"
    community: str = "british"
    house: str = "Banksia"

    @classmethod
    def of(cls, seed: int, *, academic_year: int = 2026) -> Sitter:
        """Return anyone, from a seed alone: mostly students of 12 to 18 years in `academic_year`."""
        chance = Random(f"sitter {seed}")
        kind: Kind = "staff" if chance.random() < 0.12 else "student"
        age = chance.randint(24, 66) if kind == "staff" else chance.randint(12, 18)
        return cls(
            seed=seed,
            birth_year=academic_year - age,
            kind=kind,
            presentation=chance.choice(("feminine", "masculine")),
            community=chance.choice(tuple(COMPLEXIONS)),
            house=chance.choice(tuple(tones.HOUSES)),
        )


@dataclass(frozen=True, slots=True)
class Look:
    """What is drawn, in the units of a canvas 400 wide with the eyes at (200, 206)."""

    sitter: Sitter
    age: int
    skin: str
    hair: str
    iris: str
    hair_style: str
    face_half_width: float
    chin_y: float
    jaw: float
    """Width of the jaw against the face: 0.5 narrow, 0.85 square."""
    eye_distance: float
    eye_width: float
    eye_height: float
    eye_tilt: float
    eye_fold: bool
    brow_thickness: float
    brow_arch: float
    nose_width: float
    nose_y: float
    nose: int
    mouth_y: float
    mouth_width: float
    lip_fullness: float
    smile: str
    ear: float
    freckles: bool
    mole: tuple[float, float] | None
    glasses: str
    glasses_colour: str
    beard: str
    earrings: bool
    headwear: str
    headwear_colour: str
    garment: str
    tilt_degrees: float
    scale: float
    shift: tuple[float, float]
    backdrop: int
    detail_seed: int
    """Seed of what is scattered: curls, freckles, blurred lights."""


class _Features(TypedDict):
    """The part of a Look that stays with a face from year to year."""

    face_half_width: float
    chin_y: float
    jaw: float
    eye_distance: float
    eye_width: float
    eye_height: float
    eye_tilt: float
    eye_fold: bool
    brow_thickness: float
    brow_arch: float
    nose_width: float
    nose_y: float
    nose: int
    mouth_y: float
    mouth_width: float
    lip_fullness: float


class _Pose(TypedDict):
    """The part of a Look that is of one photo day."""

    smile: str
    garment: str
    tilt_degrees: float
    scale: float
    shift: tuple[float, float]
    backdrop: int


def look_of(sitter: Sitter, *, academic_year: int) -> Look:
    """Return the look of `sitter` on the photo day of `academic_year`."""
    face = Random(f"face {sitter.seed} {sitter.presentation}")
    day = Random(f"day {sitter.seed} {academic_year}")
    age = academic_year - sitter.birth_year
    young = max(0.0, min(1.0, (17 - age) / 5))
    feminine = sitter.presentation == "feminine"
    low, high, hair_names = COMPLEXIONS[sitter.community]
    skin = tones.SKIN[face.randrange(low, high)]
    hair = _hair_colour(face, hair_names, age=age)
    headwear, headwear_colour = _headwear(face, sitter)
    return Look(
        sitter=sitter,
        age=age,
        skin=skin,
        hair=hair,
        iris=_iris(face, skin=skin, hair_names=hair_names),
        hair_style=_hair_style(face, sitter, academic_year=academic_year, age=age),
        **_features(face, sitter.community, feminine=feminine, young=young),
        ear=face.uniform(0.85, 1.2),
        freckles=low == 0 and face.random() < 0.28,
        mole=(face.uniform(-38, 38), face.uniform(224, 250)) if face.random() < 0.18 else None,
        glasses=_glasses(face, age=age),
        glasses_colour=face.choice(("#2a2a2e", "#5a3a26", "#2d4a6b", "#8a2f3d", "#9a8a6a", "#3f6b57")),
        beard=_beard(face, sitter, age=age),
        earrings=feminine and face.random() < 0.4,
        headwear=headwear,
        headwear_colour=headwear_colour,
        detail_seed=face.randrange(1_000_000),
        **_pose(day, sitter, age=age),
    )


def _features(face: Random, community: str, *, feminine: bool, young: float) -> _Features:
    """Return the measures of a face; `young` falls from 1 at twelve years to 0 at seventeen."""
    return _Features(
        face_half_width=face.uniform(58, 69) + (0 if feminine else 2) - 1.5 * young,
        chin_y=face.uniform(291, 305) + (0 if feminine else 4) - 8 * young,
        jaw=face.uniform(0.5, 0.68) if feminine else face.uniform(0.6, 0.84) - 0.1 * young,
        eye_distance=face.uniform(26.5, 31.5),
        eye_width=face.uniform(13.5, 16.5) + young,
        eye_height=face.uniform(7.6, 10.2) + 0.8 * young,
        eye_tilt=face.uniform(-1.2, 2.6),
        eye_fold=community not in {"chinese", "korean", "vietnamese"} or face.random() < 0.4,
        brow_thickness=face.uniform(3.2, 4.8) if feminine else face.uniform(4.4, 6.8) - young,
        brow_arch=face.uniform(3.5, 7) if feminine else face.uniform(1, 5),
        nose_width=face.uniform(8.5, 13.5) + (0 if feminine else 1),
        nose_y=face.uniform(238, 247) - 3 * young,
        nose=face.randrange(4),
        mouth_y=face.uniform(261, 267) - 4 * young,
        mouth_width=face.uniform(19, 26),
        lip_fullness=face.uniform(0.5, 1.0) * (1.1 if feminine else 0.75),
    )


def _pose(day: Random, sitter: Sitter, *, age: int) -> _Pose:
    return _Pose(
        smile=day.choice(("closed", "closed", "open", "open", "gentle", "broad")),
        garment=_garment(day, sitter, age=age),
        tilt_degrees=day.uniform(-2.6, 2.6),
        scale=day.uniform(1.2, 1.3),
        shift=(day.uniform(-7, 7), day.uniform(-5, 6)),
        backdrop=day.randrange(1_000_000),
    )


def _hair_colour(face: Random, names: tuple[str, ...], *, age: int) -> str:
    colour = tones.HAIR[face.choice(names)]
    greying = face.uniform(40, 70)
    if age > greying:
        return tones.mix(colour, tones.HAIR[face.choice(("grey", "silver"))], min(1.0, 0.45 + (age - greying) / 14))
    return colour


def _iris(face: Random, *, skin: str, hair_names: tuple[str, ...]) -> str:
    if hair_names == _DARK or tones.brightness(skin) < 0.72:
        return tones.IRIS[face.choice(("brown", "dark brown", "dark brown"))]
    return tones.IRIS[face.choice(("brown", "dark brown", "hazel", "green", "blue", "blue", "grey"))]


def _hair_style(face: Random, sitter: Sitter, *, academic_year: int, age: int) -> str:
    coils = sitter.community in {"east african", "west african"} or (
        sitter.community in _CURLY and face.random() < 0.4
    )
    if sitter.presentation == "feminine":
        family = face.choice(FEMININE_COILS if coils else FEMININE_HAIR)
    else:
        family = face.choice(MASCULINE_COILS if coils else MASCULINE_HAIR)
        if age > 42 and face.random() < 0.45:
            return face.choice(("receding", "bald", "buzz"))
    return family[(face.randrange(3) + academic_year) % 3]


def _headwear(face: Random, sitter: Sitter) -> tuple[str, str]:
    student = sitter.kind == "student"
    if sitter.presentation == "feminine" and face.random() < _SCARVES.get(sitter.community, 0):
        own = ("#7d9aa6", "#b58b8b", "#5d6f8f", "#8f7d9c", "#c9b79c", "#37474f")
        return "scarf", face.choice((tones.NAVY, tones.WHITE, tones.TEAL, tones.NAVY, tones.SKY) if student else own)
    if sitter.presentation == "masculine" and sitter.community == "punjabi" and face.random() < 0.5:
        return "patka" if student else "turban", face.choice((tones.NAVY, tones.TEAL, "#202226", tones.MAROON))
    if student and sitter.presentation == "feminine" and face.random() < 0.2:
        return "headband", face.choice((tones.NAVY, tones.GOLD, tones.WHITE, tones.TEAL))
    return "", tones.NAVY


def _glasses(face: Random, *, age: int) -> str:
    if face.random() < (0.45 if age > 44 else 0.2):
        return face.choice(("round", "square", "wide", "half"))
    return ""


def _beard(face: Random, sitter: Sitter, *, age: int) -> str:
    chance = face.random()
    if sitter.presentation == "feminine" or age < 17:
        return ""
    if age < 20:
        return "shadow" if chance < 0.25 else ""
    if chance < 0.3:
        return "full"
    return "shadow" if chance < 0.5 else ("moustache" if chance < 0.58 else "")


def _garment(day: Random, sitter: Sitter, *, age: int) -> str:
    if sitter.kind == "staff":
        if sitter.presentation == "feminine":
            return day.choice(("blouse", "cardigan", "open blazer", "round neck", "shirt"))
        return day.choice(("shirt", "shirt", "suit", "open blazer", "jumper"))
    senior = ("blazer", "blazer", "shirt tie", "jumper")
    junior = ("polo", "polo", "jumper", "sport", "shirt tie")
    return day.choice(senior if age >= 16 else junior)
