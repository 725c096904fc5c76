"""A source read as a photographer's delivery: what is listed, what is said of each photo, what is warned of."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from photosync.connectors.contract import Entry, Page, every_entry, listing_digest
from photosync.connectors.photographer import source as delivery
from photosync.connectors.photographer.papers import Paper, Sort, paper
from photosync.connectors.photographer.source import DeliverySource
from photosync.connectors.photographer.survey import SIZE_UNKNOWN
from photosync.connectors.registry import ConnectorKind, Guard, Registry, match_options
from photosync.connectors.testing.conformance import entries_of
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import SourceUnavailable
from photosync.core.keys import NoKey
from tests.connectors.photographer.volumes import columns, table

MIA = columns("0001.jpg", "Chen", "Mia", grade="7", room="7A")
LEO = columns("0002.jpg", "Ng", "Leo", grade="8")


def source(files: dict[str, str | bytes], *, window_entries: int = 40, at_hand: bool = True) -> DeliverySource:
    held = {path: each.encode() if isinstance(each, str) else each for path, each in files.items()}
    return DeliverySource(MemorySource(held, window_entries=window_entries, at_hand=at_hand))


VOLUME: dict[str, str | bytes] = {
    "Vol/INDEX.TXT": table(MIA, LEO),
    "Vol/COPYRIGHT.TXT": "Yearbook pages only.",
    "Vol/README.TXT": "Thank you.",
    "Vol/IMAGES/0001.jpg": b"mia",
    "Vol/IMAGES/0002.jpg": b"leo",
}


@pytest.mark.parametrize("at_hand", [True, False])
def test_papers_are_not_photos(at_hand: bool) -> None:
    with source(VOLUME | {"notes.txt": "x"}, at_hand=at_hand) as opened:
        assert sorted(entries_of(opened)) == ["Vol/IMAGES/0001.jpg", "Vol/IMAGES/0002.jpg", "notes.txt"]
        assert opened.fetch("Vol", "INDEX.TXT", limit_bytes=10_000).content.startswith(b"Volume Name")


def test_digest_is_that_of_the_photos_alone_also_in_a_large_folder() -> None:
    photos = {f"{number:03}.jpg": b"%d" % number for number in range(90)}
    for window in (40, 100):
        with source({**photos, "INDEX.TXT": table(MIA)}, window_entries=window) as opened:
            pages = list(opened.pages())
            entries = {page: list(found) for page, found in opened.entries(pages)}
            assert sum(page.entry_count for page in pages) == 90
            assert all(page.digest == listing_digest(entries[page]) for page in pages)


def test_new_paper_is_no_change_of_the_photos() -> None:
    with source(VOLUME) as one, source(VOLUME | {"Vol/Master.tsv": table(MIA)}) as other:
        known = {(page.folder, page.bucket): page.digest for page in one.pages()}
        assert {(page.folder, page.bucket): page.digest for page in other.pages(known)} == known
        assert all(page.entries is None for page in other.pages(known))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("INDEX.TXT", Sort.INDEX),
        ("a/index.csv", Sort.INDEX),
        ("a/b/Master.Tsv", Sort.MASTER),
        ("a/b/Copyright.txt", Sort.LICENCE),
        ("README.TXT", Sort.READ_ME),
        ("a/b/c/INDEX.TXT", None),
        ("COPYRIGHT.csv", None),
        ("INDEX.jpg", None),
        ("INDEX", None),
        ("MYINDEX.TXT", None),
    ],
)
def test_which_files_are_papers(path: str, found: Sort | None) -> None:
    folder, _, name = path.rpartition("/")
    assert paper(folder, name) == (None if found is None else Paper(folder, name, found))


def test_survey_of_a_volume_in_order() -> None:
    with source(VOLUME) as opened:
        survey = opened.survey()
        assert [(each.path, each.size_bytes, each.row.first_name) for each in survey.rows] == [
            ("Vol/IMAGES/0001.jpg", 3, "Mia"),
            ("Vol/IMAGES/0002.jpg", 3, "Leo"),
        ]
        assert survey.notes == [
            "Vol/INDEX.TXT was read as 13 columns separated by tab, with a header, UTF-8: 2 rows."
        ]
        assert survey.warnings == []
        assert opened.survey() is survey


def test_everything_that_is_not_in_order_is_told() -> None:
    files = VOLUME | {
        "Vol/INDEX.TXT": table(
            MIA,
            MIA,
            columns("0003.jpg", "Ali", "Sam"),
            columns("0004.jpg", "Bo", "Kim"),
            columns("../x.jpg", "Bo", "Kim"),
            columns("0002.jpg", "Ng", "Leo", volume="2026"),
        ),
        "Vol/IMAGES/0004.jpg": b"",
        "Vol/IMAGES/group.jpg": b"x",
        "elsewhere/other.jpg": b"x",
        "Vol/index.csv": table(MIA, delimiter=","),
    }
    with source(files) as opened:
        assert opened.survey().warnings == [
            'Vol/INDEX.TXT, line 6, leads out of the volume: "../x.jpg". It was left out.',
            "Vol/index.csv was not read, because Vol/INDEX.TXT was. Remove the one that is wrong.",
            'Vol/INDEX.TXT, line 3, repeats line 2 of Vol/INDEX.TXT: "0001.jpg".',
            'Vol/INDEX.TXT calls its volume "2026", and it lies in the folder "Vol".',
            '1 image is listed and missing: "Vol/IMAGES/0003.jpg".',
            '1 image is listed and empty: "Vol/IMAGES/0004.jpg".',
            '1 image is in no index: "Vol/IMAGES/group.jpg".',
        ]


def test_many_of_a_sort_are_counted() -> None:
    rows = [columns(f"{number}.jpg", "Ng", f"L{number}") for number in range(1_200)]
    with source({"Vol/INDEX.TXT": table(*rows)}) as opened:
        assert opened.survey().warnings == [
            '1,200 images are listed and missing: "Vol/IMAGES/0.jpg", "Vol/IMAGES/1.jpg", "Vol/IMAGES/2.jpg", '
            '"Vol/IMAGES/3.jpg", "Vol/IMAGES/4.jpg" and 1,195 more.'
        ]


def test_several_volumes_and_a_master() -> None:
    files = {
        "One/MASTER.TXT": table(MIA, columns("0001R.jpg", "Chen", "Mia", grade="7", room="7A"), delimiter="\t"),
        "One/INDEX.TXT": table(MIA),
        "One/IMAGES/0001.jpg": b"1",
        "One/IMAGES/0001R.JPG": b"2",
        "sub/Two/index.tsv": table(columns("0002.jpg", "Ng", "Leo", volume="Two")),
        "sub/Two/IMAGES/0002.jpg": b"3",
    }
    with source(
        {path: each if isinstance(each, bytes) else each.replace("Vol\t", "One\t") for path, each in files.items()}
    ) as opened:  # type: ignore[attr-defined]
        said = opened.survey().said
        assert opened.survey().notes[-1:] == [
            "1 picture is set aside, because another one of the same person counts: LARGE before SMALL, in a MASTER "
            "file the later row."
        ]
    assert {place: getattr(each, "superseded", each) for place, each in said.items()} == {
        "one/images/0001.jpg": "Superseded: Mia Chen is listed again in One/MASTER.TXT, line 3, which counts: "
        '"0001R.jpg".',
        "one/images/0001r.jpg": "",
        "sub/two/images/0002.jpg": "",
    }


def test_what_is_missing_takes_the_place_of_nothing() -> None:
    large = columns("0001.jpg", "Chen", "Mia", grade="7", room="7A", size="LARGE", folder="LARGE")
    small = columns("0001.jpg", "Chen", "Mia", grade="7", room="7A", size="SMALL", folder="SMALL")
    for content in ({}, {"Vol/LARGE/0001.jpg": b""}):
        with source({"Vol/INDEX.TXT": table(large, small), "Vol/SMALL/0001.jpg": b"1", **content}) as opened:
            assert opened.survey().said["vol/small/0001.jpg"].superseded == ""  # type: ignore[union-attr]


class WithoutSizes(MemorySource):
    """Lists its files as a WebDAV server does that leaves out how large they are."""

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        for page, entries in super().entries(pages):
            yield page, [entry._replace(size_bytes=0) for entry in entries]


@pytest.mark.parametrize("omits_sizes", [True, False])
def test_images_of_a_source_that_says_no_sizes_are_not_empty(omits_sizes: bool) -> None:
    files = {path: each.encode() if isinstance(each, str) else each for path, each in VOLUME.items()}
    del files["Vol/IMAGES/0002.jpg"]
    kind = ConnectorKind(
        "memory", "Memory", "", match_options(index="it"), lambda *_: WithoutSizes(files), omits_sizes=omits_sizes
    )
    options = {"match": "photographer"}
    with Registry((kind,)).open_source("memory", options, guard=Guard((), Path("data"))) as opened:
        assert isinstance(opened, DeliverySource)
        survey = opened.survey()
    missing = '1 image is listed and missing: "Vol/IMAGES/0002.jpg".'
    empty = '1 image is listed and empty: "Vol/IMAGES/0001.jpg".'
    assert survey.warnings == ([missing] if omits_sizes else [missing, empty])
    assert [each.size_bytes for each in survey.rows] == [SIZE_UNKNOWN if omits_sizes else 0, None]


def test_index_beside_the_folder_of_its_volume() -> None:
    files = VOLUME | {"INDEX.TXT": VOLUME["Vol/INDEX.TXT"]}
    del files["Vol/INDEX.TXT"]
    with source(files) as opened:
        assert [each.path for each in opened.survey().rows] == ["Vol/IMAGES/0001.jpg", "Vol/IMAGES/0002.jpg"]


def test_empty_source_has_nothing_to_say() -> None:
    with source({}) as opened:
        survey = opened.survey()
        assert (survey.stamp, survey.rows, survey.said, survey.notes, survey.warnings) == ("", (), {}, (), ())
        assert opened.licences() == []


def test_source_without_an_index_is_refused() -> None:
    with source({"Vol/IMAGES/0001.jpg": b"1"}) as opened, pytest.raises(SourceUnavailable) as caught:
        opened.survey()
    assert caught.value.message == (
        "No index of a photographer's volume was found: an INDEX.TXT or MASTER.TXT at the root of the source, or one "
        "or two folders below it. The files cannot be matched without it, so nothing was changed. Deliver the whole "
        "volume, or match files in another way."
    )


def test_volumes_and_papers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MOST_VOLUMES", 2)
    monkeypatch.setattr(delivery, "MOST_PAPERS", 4)
    many: dict[str, str | bytes] = {f"{number}/INDEX.TXT": table(MIA) for number in range(3)}
    with (
        source(many) as opened,
        pytest.raises(SourceUnavailable, match="holds 3 index files of photographers' volumes"),
    ):
        opened.survey()
    more: dict[str, str | bytes] = {f"{number}/README.TXT": "x" for number in range(5)}
    with source(more) as opened:
        with pytest.raises(SourceUnavailable, match="more than 4 files that are called as the papers"):
            list(opened.pages())
        with pytest.raises(SourceUnavailable, match="more than 4 files that are called as the papers"):
            opened.survey()


def test_licences_are_told_each_text_once() -> None:
    files = VOLUME | {
        "Two/COPYRIGHT.TXT": "Yearbook pages only.",
        "Two/sub/copyright.txt": b"Other\r\n\x1b[2Jterms\0\n",
    }
    with source(files) as opened:
        list(opened.pages())
        assert [(each.path, each.text) for each in opened.licences()] == [
            ("Two/COPYRIGHT.TXT", "Yearbook pages only."),
            ("Two/sub/copyright.txt", "Other\n\ufffd[2Jterms\ufffd"),
        ]
    with source(VOLUME | {"Vol/COPYRIGHT.TXT": b"x" * 70_000}) as opened, pytest.raises(SourceUnavailable) as caught:
        opened.licences()
    assert caught.value.message.startswith('"Vol/COPYRIGHT.TXT" of the photographer\'s delivery could not be read: ')


def test_licence_that_is_no_text_is_called_a_licence() -> None:
    with source(VOLUME | {"Vol/COPYRIGHT.TXT": b"%PDF\x81"}) as opened, pytest.raises(SourceUnavailable) as caught:
        opened.licences()
    assert caught.value.message == (
        'The licence "Vol/COPYRIGHT.TXT" of the photographer\'s delivery is not text in UTF-8, UTF-16 or '
        "Windows-1252, so it can be neither shown nor accepted. No photo was read and nothing was changed. Ask the "
        "photographer for it as text, then run again."
    )


def test_index_files_are_fetched_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MOST_INDEX_BYTES", 1_000)
    files: dict[str, str | bytes] = {"A/INDEX.TXT": "", "B/INDEX.TXT": "x" * 2_000}
    with source(files) as opened, pytest.raises(SourceUnavailable, match=r"'A/INDEX\.TXT' is empty"):
        opened.survey()


def test_stamp_changes_with_the_index_and_not_with_the_photos() -> None:
    def stamp(**more: str | bytes) -> str:
        with source(VOLUME | {path.replace("_", "/", 1): each for path, each in more.items()}) as opened:
            return opened.survey().stamp

    assert stamp() == stamp(Vol_new=b"x")
    with source(VOLUME | {"Vol/INDEX.TXT": table(MIA)}) as opened:
        assert opened.survey().stamp != stamp()
    with source(VOLUME | {"Vol/IMAGES/0001.jpg": b""}) as opened:
        assert opened.survey().stamp != stamp()


def test_file_in_no_row_is_said_by_nobody() -> None:
    with source(VOLUME | {"Vol/INDEX.TXT": table(MIA, columns("0001.jpg", "Ng", "Leo"))}) as opened:
        said = opened.survey().said
    assert isinstance(said["vol/images/0001.jpg"], NoKey)
    assert "vol/images/0002.jpg" not in said


def test_what_is_listed_twice_is_one_file() -> None:
    """A server whose folder changes while it is listed names a file twice."""

    held = {path: each.encode() if isinstance(each, str) else each for path, each in VOLUME.items()}

    class Twice(MemorySource):
        def listed(self) -> Iterator[tuple[str, Entry]]:
            for each in every_entry(MemorySource(held, window_entries=40)):
                yield from (each, each)

    twice, once = (DeliverySource(made(held, window_entries=40)).survey() for made in (Twice, MemorySource))
    assert (twice.warnings, twice.file_count, twice.files) == (once.warnings, once.file_count, once.files)
