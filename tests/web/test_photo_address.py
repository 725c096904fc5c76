"""What is a photo address, and what is not."""

import pytest

from photosync.core.photos import Rendition
from photosync.web.photo_address import PhotoAddress, parse_photo_path


@pytest.mark.parametrize(
    ("path", "address", "year", "version_id", "item_id"),
    [
        ("/photos/7/now/thumb.jpg", PhotoAddress(7, "now", Rendition.THUMB), None, None, None),
        ("/photos/7/2026/card.jpg", PhotoAddress(7, "2026", Rendition.CARD), 2026, None, None),
        ("/photos/123456/v88/full.jpg", PhotoAddress(123456, "v88", Rendition.FULL), None, 88, None),
        ("/photos/123456/i9/full.jpg", PhotoAddress(123456, "i9", Rendition.FULL), None, None, 9),
    ],
)
def test_address_names_person_which_and_size(
    path: str, address: PhotoAddress, year: int | None, version_id: int | None, item_id: int | None
) -> None:
    found = parse_photo_path(path)

    assert found == address
    assert (address.path, address.year, address.version_id, address.item_id) == (path, year, version_id, item_id)


@pytest.mark.parametrize(
    "path",
    [
        "/photos/",
        "/photos/0/now/thumb.jpg",
        "/photos/07/now/thumb.jpg",
        "/photos/-1/now/thumb.jpg",
        "/photos/7/today/thumb.jpg",
        "/photos/7/now/huge.jpg",
        "/photos/7/now/thumb.jpg/",
        "/photos/7/now/thumb.jpg\n",
        "/photos/7/now/../7/now/thumb.jpg",
        "/photos/٧/now/thumb.jpg",
        "/photos/7/٢٠٢٦/thumb.jpg",
        "/photos/7/v0/thumb.jpg",
        "/photos/7/i0/thumb.jpg",
        "/photos/7/iv1/thumb.jpg",
        f"/photos/{'9' * 19}/now/thumb.jpg",
        f"/photos/{'9' * 5000}/now/thumb.jpg",
    ],
)
def test_other_path_is_no_address(path: str) -> None:
    assert parse_photo_path(path) is None
