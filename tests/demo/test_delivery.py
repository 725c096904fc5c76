"""A photographer's folder: what is right in it, and each thing that is not."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import pyvips
import simplejpeg

from photosync.demo import delivery
from photosync.demo.delivery import JUNK, SPECIALS, UNMATCHED, Delivery
from photosync.demo.roster import Person, people
from photosync.demo.spoilt import placeholder_jpeg

STUDENTS, STAFF = 170, 30


@pytest.fixture(scope="module")
def everyone() -> list[Person]:
    return list(people(STUDENTS, STAFF, 1, academic_year=2026))


@pytest.fixture(scope="module")
def delivered(everyone: list[Person], tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    folder = tmp_path_factory.mktemp("photographer")
    return delivery.write(folder, iter(everyone), 2026, small=True, processes=1)


def paths_of(delivered: Delivery, case: str) -> Iterator[Path]:
    for code in delivered.specials[case]:
        [path] = delivered.folder.glob(f"{code}.*")
        yield path


def test_delivery_counts_every_special_case(delivered: Delivery, everyone: list[Person]) -> None:
    wrong = len(SPECIALS) + 1 - SPECIALS.count("png") - SPECIALS.count("webp") - SPECIALS.count("cmyk")

    assert {case: len(names) for case, names in delivered.specials.items()} == {
        "placeholder": 4,
        "absent": 2,
        "truncated": 1,
        "duplicate": 2,
        "zero bytes": 1,
        "text": 1,
        "too small": 1,
        "png": 2,
        "webp": 1,
        "damaged": 1,
        "cmyk": 1,
        "unmatched": len(UNMATCHED),
        "junk": len(JUNK),
    }
    assert delivered.photos == len(everyone) - wrong
    assert len(list(delivered.folder.iterdir())) == len(everyone) - 2 + len(UNMATCHED) + len(JUNK)


def test_delivery_is_named_by_code_below_the_year(delivered: Delivery, everyone: list[Person]) -> None:
    absent = set(delivered.specials["absent"])

    assert delivered.folder.name == "2026"
    assert {path.stem for path in delivered.folder.iterdir() if path.name not in {*UNMATCHED, *JUNK}} == {
        person.code for person in everyone
    } - absent


def test_right_photos_open_strictly(delivered: Delivery, everyone: list[Person]) -> None:
    wrong = {name for names in delivered.specials.values() for name in names}
    right = [person.code for person in everyone if person.code not in wrong]

    shapes = {
        tuple(sorted(simplejpeg.decode_jpeg((delivered.folder / f"{code}.jpg").read_bytes(), strict=True).shape[:2]))
        for code in right
    }

    assert shapes == {(600, 750)}


def test_truncated_zero_bytes_text_and_damaged(delivered: Delivery) -> None:
    [truncated], [empty], [text], [damaged] = (
        [path.read_bytes() for path in paths_of(delivered, case)]
        for case in ("truncated", "zero bytes", "text", "damaged")
    )

    assert (truncated[:3], truncated[-2:] == b"\xff\xd9") == (b"\xff\xd8\xff", False)
    assert empty == b""
    assert text.startswith(b"Sorry, this picture is being retouched.")
    assert bytes(4096) in damaged
    with pytest.raises(ValueError, match="Corrupt JPEG data"):
        simplejpeg.decode_jpeg(damaged, strict=True)


def test_placeholder_is_the_same_for_all_absentees(delivered: Delivery) -> None:
    assert {path.read_bytes() for path in paths_of(delivered, "placeholder")} == {placeholder_jpeg()}


def test_duplicate_gives_two_people_one_picture(delivered: Delivery) -> None:
    one, other = paths_of(delivered, "duplicate")

    assert one.read_bytes() == other.read_bytes()


def test_other_formats_are_what_they_seem(delivered: Delivery) -> None:
    def loader(path: Path) -> str:
        name: str = pyvips.Image.new_from_file(str(path)).get("vips-loader")
        return name

    [tiny], [cmyk] = paths_of(delivered, "too small"), paths_of(delivered, "cmyk")

    assert [(path.suffix, loader(path)) for case in ("png", "webp") for path in paths_of(delivered, case)] == [
        (".png", "pngload"),
        (".png", "pngload"),
        (".webp", "webpload"),
    ]
    assert pyvips.Image.new_from_file(str(cmyk)).interpretation == "cmyk"
    assert (pyvips.Image.new_from_file(str(tiny)).width, pyvips.Image.new_from_file(str(tiny)).height) == (
        96,
        120,
    )


def test_last_year_lacks_who_was_not_there_and_has_its_own_dates(everyone: list[Person], tmp_path: Path) -> None:
    told: list[int] = []

    last_year = delivery.write(
        tmp_path,
        everyone[:60],
        2025,
        specials=False,
        small=True,
        processes=1,
        photo_day=date(2025, 3, 4),
        progress=told.append,
    )

    there = sorted(person.code for person in everyone[:60] if person.first_academic_year <= 2025)
    assert sorted(path.stem for path in (tmp_path / "2025").iterdir()) == there
    assert last_year == Delivery(
        tmp_path / "2025", len(there), sum(path.stat().st_size for path in last_year.folder.iterdir()), {}
    )
    assert told == list(range(1, len(there) + 1))
    first = tmp_path / "2025" / f"{there[0]}.jpg"
    taken: str = pyvips.Image.new_from_file(str(first)).get("exif-ifd2-DateTimeOriginal")
    assert taken.startswith("2025:03:04 08:40:00")
    assert datetime.fromtimestamp(first.stat().st_mtime, UTC) == datetime(2025, 3, 3, 21, 40, tzinfo=UTC)


def test_several_processes_write_the_same_files(everyone: list[Person], tmp_path: Path) -> None:
    few = everyone[:24]

    one = delivery.write(tmp_path / "one", few, 2026, small=True, processes=1)
    two = delivery.write(tmp_path / "two", few, 2026, small=True, processes=2)

    assert {path.name: path.read_bytes() for path in one.folder.iterdir()} == {
        path.name: path.read_bytes() for path in two.folder.iterdir()
    }
    assert (one.photos, one.size_bytes, one.specials) == (two.photos, two.size_bytes, two.specials)


def test_delivery_in_one_folder_without_years(everyone: list[Person], tmp_path: Path) -> None:
    flat = delivery.write(tmp_path, everyone[:3], 2026, small=True, processes=1, by_year=False, specials=False)

    assert flat.folder == tmp_path
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{person.code}.jpg" for person in everyone[:3]]


def test_few_people_get_few_special_cases(everyone: list[Person], tmp_path: Path) -> None:
    tiny = delivery.write(tmp_path, everyone[:13], 2026, small=True, processes=1)

    assert set(tiny.specials) == {"placeholder", "unmatched", "junk"}
    assert tiny.photos == 12


def test_full_size_delivery_is_like_a_cameras(everyone: list[Person], tmp_path: Path) -> None:
    full = delivery.write(tmp_path, everyone[:10], 2026, specials=False)

    sizes = [path.stat().st_size for path in full.folder.iterdir()]
    images = [pyvips.Image.new_from_file(str(path)) for path in full.folder.iterdir()]
    assert [size for size in sizes if not 800_000 <= size <= 2_500_000] == []
    assert {tuple(sorted((image.width, image.height))) for image in images} <= set(delivery.SIZES_PX)
    assert len({image.get("orientation") for image in images}) > 1
