"""A photographer's delivery: a folder of `<code>.jpg`, with everything that goes wrong in real ones.

What goes wrong is chosen among the first people, so that a delivery for 100,000 is written as a stream.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from photosync.demo import spoilt
from photosync.demo.exif import Shot
from photosync.demo.looks import Sitter
from photosync.demo.portraits import portrait_of
from photosync.demo.roster import Person

SIZES_PX = ((1600, 2000), (1800, 2250), (2000, 2500), (2400, 3000), (2400, 3200))
SMALL_PX = (600, 750)
ZONE = ZoneInfo("Australia/Sydney")
_POSITION = (-33.8731, 151.2065)
_CHOSEN_AMONG = 240
_PEOPLE_PER_SPECIAL = 12
"""With fewer people than this per special case, the later cases in `SPECIALS` are left out."""
_SECONDS_PER_SITTING = 40
_AHEAD_PER_PROCESS = 4

SPECIALS = (
    "placeholder",
    "placeholder",
    "placeholder",
    "placeholder",
    "absent",
    "absent",
    "truncated",
    "duplicate",
    "zero bytes",
    "text",
    "too small",
    "png",
    "png",
    "webp",
    "damaged",
    "cmyk",
)
"""What happens to one person each; "duplicate" gives a person the picture of the one before."""

UNMATCHED = ("Bloggs_J_0417.jpg", "IMG_2231.jpg", "001977.jpg")
"""A name instead of a code, a camera's own name, and someone who has left."""

JUNK = {
    ".DS_Store": b"\0\0\0\1Bud1\0",
    "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "desktop.ini": b"[.ShellClassInfo]\r\n",
    "._002082.jpg": b"\0\5\x16\7\0\2\0\0Mac OS X",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was written."""

    folder: Path
    photos: int
    """Files that hold the right, readable portrait of one person, and no one else's."""
    size_bytes: int
    specials: Mapping[str, tuple[str, ...]]
    """Case -> codes of the people, ascending; file names for "unmatched" and "junk"."""


@dataclass(slots=True)
class _Tally:
    photos: int = 0
    size_bytes: int = 0
    specials: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sitting:
    """One person's turn before the camera, as it is sent to another process."""

    code: str
    special: str
    path: Path
    subject: Person
    """Who is in the picture: the person named by `code`, or for a duplicate the one before."""
    academic_year: int
    taken_at: datetime
    small: bool


def write(
    folder: Path,
    people: Iterable[Person],
    academic_year: int,
    *,
    seed: int = 1,
    specials: bool = True,
    by_year: bool = True,
    small: bool = False,
    photo_day: date | None = None,
    processes: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Delivery:
    """Write the portraits of `people` for `academic_year` as `folder`/`academic_year`/<code>.jpg.

    People whose `first_academic_year` is later are left out. Without `by_year` the files lie in `folder`
    itself. `small` makes files of about 25 KB instead of 0.8 to 2.5 MB. `photo_day` (default: 10 February)
    is the day in the Exif data and of the files' time stamps. `progress` is called with the number of files
    written so far, in this process. Files that exist are overwritten. OSError when they cannot be.
    """
    target = folder / str(academic_year) if by_year else folder
    target.mkdir(parents=True, exist_ok=True)
    tally = _Tally()
    start = datetime.combine(photo_day or date(academic_year, 2, 10), time(8, 40), ZONE)
    pictured = (person for person in people if person.first_academic_year <= academic_year)
    sittings = _sittings(
        pictured, target, academic_year=academic_year, seed=seed, start=start, specials=specials, small=small
    )
    photographed = _photographed(sittings, processes=processes or os.cpu_count() or 1)
    for count, (sitting, size_bytes) in enumerate(photographed, start=1):
        _count(tally, sitting, size_bytes)
        if progress:
            progress(count)
    if specials:
        _write_strays(tally, target, seed=seed, academic_year=academic_year, taken_at=start, small=small)
    cases = {case: tuple(sorted(names)) for case, names in tally.specials.items()}
    return Delivery(target, tally.photos, tally.size_bytes, cases)


def _sittings(
    people: Iterator[Person],
    target: Path,
    *,
    academic_year: int,
    seed: int,
    start: datetime,
    specials: bool,
    small: bool,
) -> Iterator[_Sitting]:
    first = list(islice(people, _CHOSEN_AMONG))
    chosen = _chosen(first, seed=seed, academic_year=academic_year) if specials else {}
    before: tuple[Person, datetime] | None = None
    for number, person in enumerate(chain(first, people)):
        special = chosen.get(person.code, "")
        own = person, _taken_at(start, number)
        subject, taken_at = before if special == "duplicate" and before else own
        suffix = special if special in {"png", "webp"} else "jpg"
        path = target / f"{person.code}.{suffix}"
        yield _Sitting(person.code, special, path, subject, academic_year, taken_at, small)
        before = own


def _taken_at(start: datetime, number: int) -> datetime:
    """One sitting every 40 seconds, six hours a day, as many days as it takes."""
    day, turn = divmod(number, 6 * 3600 // _SECONDS_PER_SITTING)
    return start + timedelta(days=day, seconds=turn * _SECONDS_PER_SITTING)


def _chosen(first: list[Person], *, seed: int, academic_year: int) -> dict[str, str]:
    """Return code -> case. A duplicate follows someone whose own picture is right."""
    chance = Random(f"specials {seed} {academic_year}")
    cases = SPECIALS[: len(first) // _PEOPLE_PER_SPECIAL]
    # Every other person at the most, never the first: the one before is always photographed rightly.
    places = chance.sample(range(1, len(first), 2), len(cases))
    return {first[place].code: case for place, case in zip(places, cases, strict=True)}


def _photographed(sittings: Iterator[_Sitting], *, processes: int) -> Iterator[tuple[_Sitting, int]]:
    """Yield each sitting with the bytes written, in any order; a fixed number of them are under way."""
    if processes == 1:
        yield from ((sitting, _photograph(sitting)) for sitting in sittings)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        under_way: dict[Future[int], _Sitting] = {}
        try:
            for sitting in sittings:
                under_way[pool.submit(_photograph, sitting)] = sitting
                if len(under_way) >= processes * _AHEAD_PER_PROCESS:
                    for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                        yield under_way.pop(done), done.result()
            while under_way:
                for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                    yield under_way.pop(done), done.result()
        finally:
            for future in under_way:
                future.cancel()


def _photograph(sitting: _Sitting) -> int:
    """Write one file; return its size in bytes (0 for who was absent)."""
    if sitting.special == "absent":
        return 0
    return _save(sitting.path, _content(sitting), sitting.taken_at)


def _content(sitting: _Sitting) -> bytes:
    sitter, year = sitting.subject.sitter, sitting.academic_year
    if sitting.special in spoilt.DRAWN:
        return spoilt.DRAWN[sitting.special](sitter, year)
    jpeg = _jpeg_of(sitter, year, taken_at=sitting.taken_at, small=sitting.small)
    return spoilt.BROKEN[sitting.special](jpeg) if sitting.special in spoilt.BROKEN else jpeg


def _jpeg_of(sitter: Sitter, academic_year: int, *, taken_at: datetime, small: bool) -> bytes:
    chance = Random(f"shot {sitter.seed} {academic_year}")
    width, height = SMALL_PX if small else chance.choice(SIZES_PX)
    shot = Shot(
        taken_at=taken_at,
        orientation=chance.choices((1, 6, 8, 3), (84, 8, 7, 1))[0],
        position=_POSITION if chance.random() < 0.1 else None,
        exposure_denominator_s=chance.choice((100, 125, 160)),
        iso=chance.choice((100, 200, 400)),
    )
    return portrait_of(sitter, width, height, academic_year=academic_year, shot=shot, grain=not small)


def _save(path: Path, content: bytes, taken_at: datetime) -> int:
    path.write_bytes(content)
    stamp = taken_at.timestamp()
    os.utime(path, (stamp, stamp))
    return len(content)


def _count(tally: _Tally, sitting: _Sitting, size_bytes: int) -> None:
    tally.size_bytes += size_bytes
    if sitting.special in {"", "png", "webp", "cmyk"}:
        tally.photos += 1
    if sitting.special == "duplicate":
        tally.photos -= 1  # the one before is no longer the only one with that picture
        tally.specials.setdefault("duplicate", []).extend([sitting.subject.code, sitting.code])
    elif sitting.special:
        tally.specials.setdefault(sitting.special, []).append(sitting.code)


def _write_strays(
    tally: _Tally, folder: Path, *, seed: int, academic_year: int, taken_at: datetime, small: bool
) -> None:
    """Write what belongs to no one: portraits under other names, and what computers leave in folders."""
    for number, name in enumerate(UNMATCHED):
        sitter = Sitter.of(Random(f"stray {seed} {academic_year} {number}").getrandbits(40))
        jpeg = _jpeg_of(sitter, academic_year, taken_at=taken_at, small=small)
        tally.size_bytes += _save(folder / name, jpeg, taken_at)
    for name, content in JUNK.items():
        tally.size_bytes += _save(folder / name, content, taken_at)
    tally.specials["unmatched"] = list(UNMATCHED)
    tally.specials["junk"] = list(JUNK)
